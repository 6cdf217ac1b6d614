"""Each line of arithmetic is true of the digits that stand in it."""

from __future__ import annotations

import re
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reel.arithmetic import Working, workings, written
from scenes.addresses import value_at
from scenes.catalog import SCENES, find
from scenes.specs import as_json

NUMBERS = st.one_of(st.integers(-20, 20).map(float), st.floats(-20, 20, allow_subnormal=False))


def values_of(scene: str, **given: Any) -> dict[str, Any]:
    values: dict[str, Any] = as_json(find(scene).build(given).values())
    return values


def lines(values: dict[str, Any]) -> dict[str, str]:
    return {working.of: working.line for working in workings(values)}


def evaluated(line: str) -> Fraction:
    """Compute the left side of a line, digit by digit, without any rounding."""
    left = line.split(" = ", maxsplit=1)[0].replace("−", "-").replace("·", "*").replace("Max", "max")
    numbers = re.sub(r"\d+(\.\d+)?(e-\d+)?", lambda found: f"F('{found[0]}')", left)
    result: Fraction = eval(numbers, {"F": Fraction, "max": max, "__builtins__": {}})
    return result


def check(working: Working, values: dict[str, Any]) -> None:
    assert working.result == value_at(values, working.of)
    if " = " in working.line:
        assert evaluated(working.line) == Fraction(working.line.split(" = ")[1].replace("−", "-"))


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


@pytest.mark.parametrize("scene", SCENES)
def test_every_line_of_a_scene_is_true_and_of_a_computed_value(scene: str) -> None:
    values = values_of(scene)
    for working in workings(values):
        check(working, values)


@given(st.lists(st.lists(NUMBERS, min_size=3, max_size=3), min_size=2, max_size=3))
@settings(max_examples=40, derandomize=True, deadline=None)
def test_lines_are_true_whatever_the_numbers(x: list[list[float]]) -> None:
    pooled, normalised = values_of("max-pool", x=x, stride=1), values_of("batch-norm", x=x, eps=1e-5, bias=[0.5])
    assert len(list(workings(pooled))) == (len(x) - 1) * 2
    assert len(list(workings(normalised))) == len(x) * 3 + 2
    for values in (pooled, normalised):
        for working in workings(values):
            check(working, values)
