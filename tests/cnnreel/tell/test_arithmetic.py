"""Each line of arithmetic is true of the digits that stand in it."""

from __future__ import annotations

import math
import re
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnn_core.numerals import typeset
from cnnreel.play.page.numbers import addresses
from cnnreel.play.page.origins import origin
from cnnreel.tell.arithmetic import Working, details, workings, written
from scenes.addresses import value_at
from scenes.catalog import SCENES, find
from scenes.specs import as_json
from tests.cnnreel.records import record_of

NUMBERS = st.one_of(st.integers(-20, 20).map(float), st.floats(-20, 20, allow_subnormal=False))

GIVEN = {"x", "weight", "bias", "eps", "negative_slope", "label", "mean", "variance"}
GIVEN |= {"input", "kernel", "padding", "stride", "dilation", "kept", "momentum", "mean_before", "var_before"}

VARIANTS: list[tuple[str, dict[str, Any]]] = [
    ("conv2d", {"x": "1 2 0; 0 1 3; 2 1 0 | 0 1 1; 2 0 1; 1 1 0", "weight": "1 0; 0 -1 | 2 1; 0 1", "bias": "0.5"}),
    ("conv2d", {"x": "1 2 0 1 0; 0 1 3 1 2; 2 1 0 0 1; 1 0 1 2 0; 1 1 0 2 1", "dilation": 2, "padding": 1}),
    ("max-pool", {"x": "-1 -2; -3 -4", "padding": 1}),
    ("avg-pool", {"x": "4 1 1; 8 1 0; 7 3 3", "padding": 1, "count_include_pad": False}),
    ("batch-norm", {"weight": "2", "bias": "-1", "eps": 0.00001}),
    ("batch-norm", {"running_mean": "0", "running_var": "1"}),
    ("batch-norm", {"running_mean": "2", "running_var": "4", "training": False}),
    ("leaky-relu", {"x": "-1 0; 0.3 -0.7", "negative_slope": 0.01}),
    ("sigmoid", {"x": "0 0.5"}),
    ("tanh", {"x": "0 -0.5"}),
    ("flatten", {"cell": "1 0 2"}),
    ("softmax", {"x": "0.3 -1.7 5"}),
    ("digit", {"x": "mnist:3"}),
]


def values_of(scene: str, **given: Any) -> dict[str, Any]:
    values: dict[str, Any] = as_json(find(scene).build(given).values())
    return values


def all_of(values: dict[str, Any], scene: str = "") -> list[Working]:
    record = {"scene": scene, "values": values}
    return [*workings(record), *details(record)]


def lines(values: dict[str, Any], scene: str = "") -> dict[str, str]:
    return {working.of: working.line for working in workings({"scene": scene, "values": values})}


def computed(side: str, values: dict[str, Any]) -> Any:
    """Compute what stands on a side of a line, digit by digit; without any rounding where it is a fraction."""
    plain = side.replace("−", "-").replace("·", "*").replace("Max", "max").replace("²", "**2").replace("^", "**")
    numbers = re.sub(r"(?<![\w.])\d+(\.\d+)?(e-\d+)?", lambda found: f"F('{found[0]}')", plain)
    numbers = re.sub(r"x\[(.*?)\]", lambda found: f"F({written(value_at(values, plain))!r})", numbers)
    names = {
        "F": Fraction,
        "max": lambda *all_of_them: max(all_of_them),
        "floor": math.floor,
        "e": math.e,
        "root": math.sqrt,
        "__builtins__": {},
    }
    numbers = re.sub(r"√(F\('.*?'\))", r"root(\1)", numbers).replace("√", "root")
    return eval(numbers, names)


def check(working: Working, values: dict[str, Any]) -> None:
    assert working.result == value_at(values, working.of)
    left, sign, right = re.split(r" ([=≈]) ", working.line)
    assert right == typeset(written(working.result))
    if sign == "=":
        assert computed(left, values) == Fraction(right.replace("−", "-"))
    else:
        assert float(computed(left, values)) == pytest.approx(working.result, rel=2e-3, abs=2e-3)


def test_a_maximum_names_the_values_of_its_window() -> None:
    assert lines(values_of("max-pool")) == {
        "output[0,0,0,0]": "Max(4, 1, 1, 1) = 4",
        "output[0,0,0,1]": "Max(1, 8, 0, 2) = 8",
        "output[0,0,1,0]": "Max(7, 3, 3, 8) = 8",
        "output[0,0,1,1]": "Max(2, 2, 4, 1) = 4",
    }


def test_a_mean_divides_the_sum_of_its_window() -> None:
    values = {"output": [[[[1.75]]]], "steps": [{"window": [[4.0, 1], [1, 1]], "divisor": 4, "value": 1.75}]}
    assert lines(values) == {"output[0,0,0,0]": "(4 + 1 + 1 + 1) / 4 = 1.75"}


def test_a_convolution_adds_products_and_the_bias_of_its_kernel() -> None:
    step = {"window": [[[1.0, 0.5]]], "products": [[[-2.0, 1.5]]], "bias": -0.25, "value": -0.75}
    values = {"weight": [[[[-2.0, 3.0]]]], "bias": [-0.25], "output": [[[[-0.75]]]], "steps": [step]}
    assert lines(values) == {"output[0,0,0,0]": "1·(−2) + 0.5·3 + (−0.25) = −0.75"}


def test_a_turned_kernel_is_the_one_that_is_multiplied() -> None:
    step = {"window": [[[1.0, 0.5]]], "products": [[[3.0, -1.0]]], "value": 2.0}
    values = {"weight": [[[[-2.0, 3]]]], "weight_flipped": [[[[3.0, -2]]]], "output": [[[[2.0]]]], "steps": [step]}
    assert lines(values) == {"output[0,0,0,0]": "1·3 + 0.5·(−2) = 2"}


def test_a_linear_layer_multiplies_with_its_own_weights() -> None:
    step = {"x": [1.0, 2.0], "weight": [3.0, -4.0], "products": [3.0, -8.0], "bias": 1.0, "value": -4.0}
    values = {"x": [[1.0, 2.0]], "weight": [[3.0, -4.0]], "bias": [1.0], "output": [[-4.0]], "steps": [step]}
    assert lines(values) == {"output[0,0]": "1·3 + 2·(−4) + 1 = −4"}


def test_a_normalised_value_is_scaled_and_shifted_only_where_it_was() -> None:
    step = {"x": 4.0, "mean": 3.0, "std": 2.5, "x_hat": 0.4, "weight": 1.0, "bias": 0.0, "value": 0.4}
    scaled = {**step, "weight": 2.0, "bias": -1.0, "value": -0.2}
    values = {"output": [[[[0.4, -0.2]]]], "steps": [step, scaled]}
    assert list(lines(values).values()) == ["(4 − 3) / 2.5 = 0.4", "(4 − 3) / 2.5 · 2 + (−1) = −0.2"]


def test_mean_and_variance_are_quotients() -> None:
    values = {"count": 16, "total": [48.0], "mean": [3.0], "squared_deviations_total": [100.0], "variance": [6.25]}
    assert lines(values) == {"mean[0]": "48 / 16 = 3", "variance[0]": "100 / 16 = 6.25"}


def test_a_given_mean_is_not_said_to_be_computed() -> None:
    assert lines({"count": 16, "total": [48.0], "mean": [2.0]}) == {}


def test_what_is_not_exact_in_the_digits_shown_is_not_called_equal() -> None:
    step = {"inside_values": [1 / 3, 0.1], "value": 1 / 3}
    thirds = {"window": [1.0, 0.0, 0.0], "divisor": 3.0, "value": 1 / 3}
    assert lines({"output": [1 / 3], "steps": [step]}) == {"output[0]": "Max(0.3333, 0.1) = 0.3333"}
    assert lines({"output": [1 / 3], "steps": [thirds]}) == {"output[0]": "(1 + 0 + 0) / 3 ≈ 0.3333"}


def test_a_layer_inside_a_network_has_its_address() -> None:
    values = {"layers": [{"x": [1.0]}, {"output": [4.0], "steps": [{"inside_values": [4.0, 1.0], "value": 4.0}]}]}
    assert lines(values) == {"layers[1].output[0]": "Max(4, 1) = 4"}


def test_numbers_too_small_for_four_decimals_do_not_become_zero() -> None:
    assert [written(value) for value in (1e-7, -0.00049, 0.0, -0.0)] == ["1e-07", "-0.00049", "0", "0"]


def test_activations_are_written_out() -> None:
    assert lines(values_of("relu", x="-1 5"), "relu") == {
        "output[0,0,0,0]": "max(0, −1) = 0",
        "output[0,0,0,1]": "max(0, 5) = 5",
    }
    assert list(lines(values_of("leaky-relu", x="-1 5"), "leaky-relu").values()) == [
        "max(−1, 0.1·(−1)) = −0.1",
        "max(5, 0.1·5) = 5",
    ]
    assert list(lines(values_of("sigmoid", x="-1 0"), "sigmoid").values()) == [
        "1 / (1 + e^1) ≈ 0.2689",
        "1 / (1 + e^0) = 0.5",
    ]
    assert list(lines(values_of("tanh", x="0.5"), "tanh").values()) == [
        "(e^0.5 − e^(−0.5)) / (e^0.5 + e^(−0.5)) ≈ 0.4621"
    ]


def test_softmax_goes_from_logits_to_shares() -> None:
    assert lines(values_of("softmax", x="1 0")) == {
        "shifted[0]": "1 − 1 = 0",
        "shifted[1]": "0 − 1 = −1",
        "exponentials[0]": "e^0 = 1",
        "exponentials[1]": "e^(−1) ≈ 0.3679",
        "total[0]": "1 + 0.3679 = 1.3679",
        "output[0]": "1 / 1.3679 ≈ 0.7311",
        "output[1]": "0.3679 / 1.3679 ≈ 0.2689",
    }


def test_a_place_in_a_row_counts_channels_rows_and_columns() -> None:
    found = lines(values_of("flatten"))
    assert found["index[1,1,1]"] == "1·2·3 + 1·3 + 1 = 10"
    assert found["output[0,10]"] == "x[0,1,1,1] = 8"


def test_the_size_of_an_output_is_a_count_of_places() -> None:
    found = lines(values_of("conv2d"))
    assert found["output_size.output[0]"] == "floor((5 + 0 + 0 − 3) / 1) + 1 = 3"


def test_statistics_are_written_out() -> None:
    found = lines(values_of("batch-norm", x="1 3", running_mean="0", running_var="1"))
    assert found["total[0]"] == "1 + 3 = 4"
    assert found["squared_deviations[0,0,0,1]"] == "(3 − 2)² = 1"
    assert found["std[0]"] == "√1 = 1"
    assert found["torch_eps.std[0]"] == "√(1 + 0.00001) ≈ 1.0000"
    assert found["running_mean[0]"] == "0.9·0 + 0.1·2 = 0.2"
    assert found["running_var[0]"] == "0.9·1 + 0.1·2 = 1.1"


def test_what_a_classifier_works_out_stands_at_its_place_in_its_layer() -> None:
    values = values_of("digit")
    known = lines(values)
    for step in values["worked_out"]:
        place = ",".join(map(str, step["position"]))
        assert f"layers[{step['layer']}].output[{place}]" in known
    assert known["layers[13].output[0,7]"] == "21.4278 + (−5.7508) + 0.1713 = 15.8483"


@pytest.mark.parametrize("scene", SCENES)
def test_every_line_of_a_scene_is_true_and_of_a_computed_value(scene: str) -> None:
    values = values_of(scene)
    found = all_of(values, scene)
    assert bool(found) == (scene != "title")
    for working in found:
        check(working, values)


@pytest.mark.parametrize(("scene", "given"), VARIANTS)
def test_every_line_is_true_whatever_is_asked_of_a_scene(scene: str, given: dict[str, Any]) -> None:
    values = values_of(scene, **given)
    for working in all_of(values, scene):
        check(working, values)


@pytest.mark.parametrize(("scene", "given"), [*((scene, {}) for scene in SCENES), *VARIANTS])
def test_every_number_on_screen_is_given_or_has_its_line(scene: str, given: dict[str, Any]) -> None:
    record = record_of(scene, **given)
    known = {working.of for working in all_of(record["values"], scene)}
    unknown = [of for of in addresses(record) if of not in known and origin(of) == "given"]
    assert {re.sub(r"\[[^\]]*\]$", "", of).rpartition(".")[2] for of in unknown} <= GIVEN


@given(st.lists(st.lists(NUMBERS, min_size=3, max_size=3), min_size=2, max_size=3))
@settings(max_examples=40, derandomize=True, deadline=None)
def test_lines_are_true_whatever_the_numbers(x: list[list[float]]) -> None:
    pooled, normalised = values_of("max-pool", x=x, stride=1), values_of("batch-norm", x=x, eps=1e-5, bias=[0.5])
    assert len(lines(pooled)) == (len(x) - 1) * 2
    assert {f"output[0,0,{i},{j}]" for i in range(len(x)) for j in range(3)} < set(lines(normalised))
    for values in (pooled, normalised):
        for working in all_of(values):
            check(working, values)
