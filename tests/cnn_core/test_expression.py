"""Every result of every operation explains itself, with digits and a sign that are true."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from math import isclose

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import cnn_core
from cnn_core.equation import Equation, Given, sign_between
from cnn_core.errors import InputError
from cnn_core.expression import (
    Cell,
    Difference,
    Exp,
    Expression,
    Log,
    Maximum,
    OfMany,
    Product,
    Quotient,
    Root,
    Sum,
    Value,
)
from cnn_core.notation import plain
from cnn_core.trace import Trace

Chance = np.random.Generator


def some(chance: Chance, *shape: int) -> np.ndarray:
    """Return small whole numbers, decimals, or numbers that no digits write in full."""
    numbers = chance.normal(0, 3, shape)
    return np.round(numbers, int(chance.choice([0, 1, 3]))) if chance.random() < 0.6 else numbers


def any_conv2d(chance: Chance) -> Trace:
    groups = int(chance.choice([1, 2]))
    x, weight = some(chance, 1, 2, 5, 6), some(chance, 2, 2 // groups, 2, 3)
    bias = some(chance, 2) if chance.random() < 0.5 else None
    stride, padding, dilation = chance.integers(1, 3), chance.integers(0, 2), chance.integers(1, 3)
    return cnn_core.conv2d(x, weight, bias, int(stride), int(padding), int(dilation), groups)


def any_conv_transpose2d(chance: Chance) -> Trace:
    bias = some(chance, 2) if chance.random() < 0.5 else None
    stride, dilation = int(chance.integers(1, 4)), int(chance.integers(1, 3))
    return cnn_core.conv_transpose2d(
        some(chance, 1, 2, 2, 3), some(chance, 2, 2, 2, 2), bias, stride, dilation=dilation
    )


def any_max_pool(chance: Chance) -> Trace:
    ceil_mode = bool(chance.random() < 0.5)
    padding = tuple((int(chance.integers(0, 3)), int(chance.integers(0, 3))) for _ in range(2))
    return cnn_core.max_pool2d(some(chance, 1, 2, 5, 6), 3, 2, padding, ceil_mode=ceil_mode)


def any_avg_pool(chance: Chance) -> Trace:
    ceil_mode, count_include_pad = (bool(chance.random() < 0.5) for _ in range(2))
    divisor = 5 if chance.random() < 0.3 else None
    return cnn_core.avg_pool2d(some(chance, 1, 2, 5, 6), 3, 2, ((1, 0), (2, 1)), ceil_mode, count_include_pad, divisor)


def any_batch_norm(chance: Chance) -> Trace:
    running = (some(chance, 2), np.abs(some(chance, 2)) + 0.5)
    training = bool(chance.random() < 0.6)
    given = (some(chance, 2), some(chance, 2)) if chance.random() < 0.5 else (None, None)
    if training and chance.random() < 0.5:
        running = (None, None)  # type: ignore[assignment]
    return cnn_core.batch_norm2d(some(chance, 2, 2, 2, 2), *running, *given, training=training, eps=1e-5)


MAKERS: dict[str, Callable[[Chance], Trace]] = {
    "conv2d": any_conv2d,
    "conv_transpose2d": any_conv_transpose2d,
    "max_pool2d": any_max_pool,
    "avg_pool2d": any_avg_pool,
    "adaptive_max_pool2d": lambda chance: cnn_core.adaptive_max_pool2d(some(chance, 1, 2, 4, 5), (3, 2)),
    "adaptive_avg_pool2d": lambda chance: cnn_core.adaptive_avg_pool2d(some(chance, 1, 2, 4, 5), (1, 3)),
    "batch_norm2d": any_batch_norm,
    "relu": lambda chance: cnn_core.relu(some(chance, 3, 3)),
    "leaky_relu": lambda chance: cnn_core.leaky_relu(some(chance, 3, 3), float(chance.choice([0.1, 0.01, 2.0, -1.0]))),
    "sigmoid": lambda chance: cnn_core.sigmoid(some(chance, 3, 3)),
    "tanh": lambda chance: cnn_core.tanh(some(chance, 3, 3)),
    "softmax": lambda chance: cnn_core.softmax(some(chance, 2, 5)),
    "linear": lambda chance: cnn_core.linear(some(chance, 2, 5), some(chance, 3, 5), some(chance, 3)),
    "flatten": lambda chance: cnn_core.flatten(some(chance, 2, 2, 2, 2)),
    "cross_entropy": lambda chance: cnn_core.cross_entropy(some(chance, 2, 4), chance.integers(0, 4, 2)),
    "mse_loss": lambda chance: cnn_core.mse_loss(some(chance, 3, 3), some(chance, 3, 3)),
}

WITHOUT_GRADIENTS: dict[str, Callable[[Chance], Trace]] = {
    "elu": lambda chance: cnn_core.elu(some(chance, 3, 3), float(chance.choice([1.0, 0.5]))),
    "silu": lambda chance: cnn_core.silu(some(chance, 3, 3)),
    "gelu": lambda chance: cnn_core.gelu(some(chance, 3, 3), str(chance.choice(["none", "tanh"]))),
    "hardsigmoid": lambda chance: cnn_core.hardsigmoid(some(chance, 3, 3), float(chance.choice([1 / 6, 0.2]))),
    "hardswish": lambda chance: cnn_core.hardswish(some(chance, 3, 3)),
    "clamp": lambda chance: cnn_core.clamp(some(chance, 3, 3), min=-1, max=float(chance.choice([1.5, 6.0]))),
    "prelu": lambda chance: cnn_core.prelu(some(chance, 2, 2, 2, 2), [0.25, float(chance.choice([-1.0, 0.1]))]),
    "log_softmax": lambda chance: cnn_core.log_softmax(some(chance, 2, 5)),
    "layer_norm": lambda chance: cnn_core.layer_norm(some(chance, 2, 2, 3), (2, 3), some(chance, 2, 3)),
    "group_norm": lambda chance: cnn_core.group_norm(some(chance, 2, 4, 2), 2, some(chance, 4), some(chance, 4)),
    "instance_norm": lambda chance: cnn_core.instance_norm(some(chance, 2, 2, 3)),
    "local_response_norm": lambda chance: cnn_core.local_response_norm(some(chance, 1, 4, 2), 3, 0.5),
    "upsample": lambda chance: cnn_core.upsample(
        some(chance, 1, 1, 2, 3), 2, str(chance.choice(["nearest", "bilinear"]))
    ),
    "multiply": lambda chance: cnn_core.multiply(some(chance, 1, 2, 2, 3), some(chance, 1, 2, 1, 1)),
    "concat": lambda chance: cnn_core.concat([some(chance, 1, 1, 2, 2), some(chance, 1, 2, 2, 2)]),
    "pad2d": lambda chance: cnn_core.pad2d(some(chance, 1, 1, 2, 2), (1, 0, 0, 2), value=0.5),
}


def backward(make: Callable[[Chance], Trace]) -> Callable[[Chance], Trace]:
    """Return what makes the backward pass of an operation, with some zeros among what is asked."""

    def made(chance: Chance) -> Trace:
        trace = make(chance)
        return trace.backward(some(chance, *trace.output.shape) * chance.integers(0, 2, trace.output.shape))

    return made


MAKERS |= {f"{name} backward": backward(make) for name, make in MAKERS.items()} | WITHOUT_GRADIENTS

every_operation = pytest.mark.parametrize("name", MAKERS)
any_seed = given(st.integers(0, 2**32 - 1))
a_few = settings(max_examples=6, derandomize=True, deadline=None)


def raw(expression: Expression) -> float:
    """Compute an expression from the numbers themselves instead of their digits."""
    if isinstance(expression, Value | OfMany):
        return expression.number
    return float(expression._rule(*map(raw, expression.parts)))


def array_value(trace: Trace, address: str) -> float:
    name, _, indices = address.rstrip("]").partition("[")
    return float(trace.values()[name][tuple(map(int, indices.split(","))) if indices else ()])


@every_operation
@any_seed
@a_few
def test_the_left_side_is_the_result_in_numbers_and_in_digits_or_about_it(name: str, seed: int) -> None:
    trace = MAKERS[name](np.random.default_rng(seed))
    addresses = list(trace.results())
    assert addresses
    for address in addresses:
        equation = trace.explain(address)
        assert isinstance(equation, Equation)
        assert equation.address == address
        assert equation.result.number == array_value(trace, address)
        for stage in equation.stages():
            assert isclose(raw(stage), equation.result.number, rel_tol=1e-9, abs_tol=1e-9)
        check_digits(equation)


def check_digits(equation: Equation) -> None:
    """Check that an equals sign is exact, and that digits give the result or are about it."""
    exact, result, calculated = equation.brief.exact, Fraction(equation.result.text), equation.brief.calculate()
    assert (equation.sign == "=") == (exact is not None and exact == result)
    if equation.sign == "=":
        assert isclose(calculated, float(result), rel_tol=1e-12, abs_tol=1e-12)
    assert abs(calculated - float(result)) <= 0.05 * max(1.0, abs(float(result)))
    for leaf in equation.left.leaves():
        assert isclose(leaf.number, float(leaf.text), rel_tol=0.06, abs_tol=0.0051)


@pytest.mark.parametrize(
    "name", [name for name, make in MAKERS.items() if hasattr(make(Chance(np.random.PCG64(0))), "step")]
)
@any_seed
@a_few
def test_whatever_a_step_lists_has_an_explanation_of_its_own_number(name: str, seed: int) -> None:
    trace = MAKERS[name](np.random.default_rng(seed))
    for number, position in enumerate(np.ndindex(trace.steps_of.shape)):
        for key, array in trace.step(*position).values().items():  # type: ignore[attr-defined]
            for at in np.ndindex(array.shape):
                address = f"steps[{number}].{key}" + (f"[{','.join(map(str, at))}]" if at else "")
                found = trace.explain(address)
                if isinstance(found, Equation):
                    assert found.result.number == pytest.approx(float(array[at]), rel=1e-9, abs=1e-9)


def test_long_sums_are_told_by_those_for_and_against() -> None:
    chance = np.random.default_rng(0)
    trace = cnn_core.linear(chance.normal(size=(1, 392)), chance.normal(size=(2, 392)), [1.0, 2.0])
    equation = trace.explain("output[0,1]")
    assert isinstance(equation, Equation)
    assert plain(equation).endswith(" + 2 = −9.30")
    assert len(list(equation.brief.leaves())) == 3
    positive = trace.explain("steps[1].positive_total")
    assert isinstance(positive, Equation)
    assert " + … + " in plain(positive)


def test_a_total_of_hundreds_is_shortened() -> None:
    trace = cnn_core.batch_norm2d(np.random.default_rng(0).normal(size=(4, 1, 10, 10)), training=True)
    total = trace.explain("total[0]")
    assert isinstance(total, Equation)
    assert plain(total).count(" + ") == 4
    assert total.sign == "≈"


def line(trace: Trace, address: str) -> str:
    found = trace.explain(address)
    assert isinstance(found, Equation)
    return plain(found)


def test_only_cells_that_count_are_in_a_mean() -> None:
    left_out = cnn_core.avg_pool2d([[[[1, 2], [3, 4]]]], 3, 1, 1, count_include_pad=False)
    assert line(left_out, "output[0,0,0,0]") == "(1 + 2 + 3 + 4) / 4 = 2.5"
    counted = cnn_core.avg_pool2d([[[[1, 2], [3, 4]]]], 3, 1, 1)
    assert line(counted, "steps[0].total") == "0 + 0 + 0 + 0 + 1 + 2 + 0 + 3 + 4 = 10"
    assert counted.explain("steps[0].divisor") == Given("counted")
    assert counted.explain("steps[0].window[0,0]") == Given("padding")
    hanging = cnn_core.avg_pool2d([[[[1, 2, 3]]]], (1, 2), ceil_mode=True)
    assert line(hanging, "output[0,0,0,1]") == "3 / 1 = 3.0"


def test_a_division_has_digits_enough_for_a_calculator() -> None:
    trace = cnn_core.batch_norm2d([[[[1.0, 1 / 3, 0.0]]]], [2 / 3], [0.22], eps=0)
    assert line(trace, "output[0,0,0,0]") == "(1 − 0.667) / 0.469 ≈ 0.71"


def test_a_kernel_value_is_written_as_it_is_used() -> None:
    trace = cnn_core.conv2d([[[[9999.0]]]], [[[[0.125]]]])
    assert line(trace, "output[0,0,0,0]") == "9999·0.125 = 1249.875"


def test_an_average_finds_its_total_and_a_convolution_its_products() -> None:
    assert line(cnn_core.avg_pool2d([[[[1.5, 2]]]], (1, 2)), "steps[0].total") == "1.5 + 2 = 3.5"
    trace = cnn_core.conv2d([[[[1, 0.5]]]], [[[[-2, 3]]]], [-0.25])
    assert line(trace, "output[0,0,0,0]") == "1·(−2) + 0.5·3 + (−0.25) = −0.75"
    assert line(trace, "steps[0].products[0,0,1]") == "0.5·3 = 1.5"
    assert line(trace, "steps[0].running_sum[1]") == "−2 + 1.5 = −0.5"
    assert line(trace, "steps[0].total") == line(trace, "steps[0].channel_sums[0]") == "1·(−2) + 0.5·3 = −0.5"
    assert trace.explain("steps[0].bias") == Given("given")


def test_the_border_of_an_image_is_padding_and_its_inside_is_the_image() -> None:
    trace = cnn_core.conv2d([[[[7]]]], np.ones((1, 1, 3, 3)), padding=1)
    assert trace.explain("steps[0].window[0,0,0]") == Given("padding")
    assert trace.explain("steps[0].window[0,1,1]") == Given("given")
    assert line(trace, "x_padded[0,0,1,1]") == "x[0,0,0,0] = 7"


def test_a_stamp_is_a_product_and_nothing_falls_where_none_reaches() -> None:
    trace = cnn_core.conv_transpose2d([[[[1, 2]]]], [[[[1, 10]]]], [0.5], stride=3)
    assert line(trace, "output[0,0,0,3]") == "2·1 + 0.5 = 2.5"
    assert line(trace, "output[0,0,0,2]") == "0 + 0.5 = 0.5"
    assert line(trace, "steps[1].contribution[0,0,1]") == "2·10 = 20"
    assert trace.explain("steps[1].kernel[0,0,1]") == Given("given")


def test_activations_are_written_as_functions() -> None:
    assert line(cnn_core.relu([-1]), "output[0]") == "max(0, −1) = 0"
    assert line(cnn_core.leaky_relu([-1], 0.1), "output[0]") == "max(−1, 0.1·(−1)) = −0.1"
    assert line(cnn_core.leaky_relu([-1, 2], 3), "output[0]") == "3·(−1) = −3"
    assert line(cnn_core.leaky_relu([-1, 2], 3), "output[1]") == "x[1] = 2"
    assert line(cnn_core.sigmoid([-1, 0]), "output[0]") == "1 / (1 + e^1) ≈ 0.27"
    assert line(cnn_core.sigmoid([0]), "output[0]") == "1 / (1 + e^0) = 0.5"
    assert line(cnn_core.elu([-1], 2), "output[0]") == "2·(e^(−1) − 1) ≈ −1.26"
    assert line(cnn_core.silu([2]), "output[0]") == "2 / (1 + e^(−2)) ≈ 1.76"
    assert line(cnn_core.gelu([2]), "output[0]") == "2·(1 + erf(2 / √2)) / 2 ≈ 1.95"
    assert line(cnn_core.hardswish([-1]), "output[0]") == "−1 · min(6, max(0, −1 + 3)) / 6 ≈ −0.33"
    assert line(cnn_core.relu6([8]), "output[0]") == "min(6, max(0, 8)) = 6"
    assert line(cnn_core.dropout([8]), "output[0]") == "x[0] = 8"
    assert line(cnn_core.prelu([[[4]], [[-4]]], [0.5]), "output[1,0,0]") == "max(−4, 0.5·(−4)) = −2"
    assert line(cnn_core.tanh([0.5]), "output[0]") == "(e^0.5 − e^(−0.5)) / (e^0.5 + e^(−0.5)) ≈ 0.46"


def test_softmax_goes_from_scores_to_shares() -> None:
    trace = cnn_core.softmax([1, 0])
    assert [line(trace, address) for address in trace.results()] == [
        "1 − 1 = 0",
        "0 − 1 = −1",
        "e^0 = 1.000",
        "e^(−1) ≈ 0.368",
        "1 + 0.368 = 1.368",
        "1 / 1.368 ≈ 0.731",
        "0.368 / 1.368 ≈ 0.269",
    ]
    assert line(trace, "maximum[0]") == "Max(1, 0) = 1"
    assert line(trace, "steps[1].exponential") == "e^(−1) ≈ 0.368"


def test_statistics_are_written_out_and_running_ones_move() -> None:
    trace = cnn_core.batch_norm2d([[[[1, 3]]]], [0], [1], [2], [-1], training=True, eps=0)
    assert [line(trace, address) for address in trace.results() if "0,0,0,0" not in address] == [
        "1 + 3 = 4",
        "4 / 2 = 2",
        "(3 − 2)² = 1",
        "1 + 1 = 2",
        "2 / 2 = 1",
        "√1 = 1",
        "(3 − 2) / 1 = 1",
        "0.9·0 + 0.1·2 = 0.2",
        "0.9·1 + 0.1 · 2 / 1 = 1.1",
        "(3 − 2) / 1 · 2 + (−1) = 1",
    ]
    assert line(trace, "steps[1].centred") == "3 − 2 = 1"


def test_running_statistics_that_are_used_were_not_computed_here() -> None:
    trace = cnn_core.batch_norm2d([[[[1, 3]]]], [0], [4], eps=0)
    assert trace.explain("mean[0]") == trace.explain("running_var[0]") == Given("running")
    assert trace.explain("steps[0].variance") == Given("running")
    assert line(trace, "output[0,0,0,1]") == "(3 − 0) / 2 = 1.5"


def test_what_was_flattened_is_named_by_where_it_was() -> None:
    assert line(cnn_core.flatten([[[1, 2], [3, 4]]]), "output[0,2]") == "x[0,1,0] = 3"


@pytest.mark.parametrize(
    "address", ["nothing[0]", "output[9,9,9,9]", "steps[99].value", "steps[0].nothing", "x y", "x[9]"]
)
@every_operation
def test_an_address_of_nothing_is_refused(name: str, address: str) -> None:
    with pytest.raises(InputError, match=r"must|nothing"):
        MAKERS[name](np.random.default_rng(0)).explain(address)


def test_a_root_a_power_of_e_and_a_logarithm_are_exact_only_where_they_are_fractions() -> None:
    assert Root((Value(6.25),)).exact == Fraction(5, 2)
    assert Root((Value(2.0),)).exact is None
    assert (Exp((Value(0.0),)).exact, Exp((Value(1.0),)).exact) == (1, None)
    assert (Log((Value(1.0),)).exact, Log((Value(2.0),)).exact) == (0, None)


def test_large_numbers_that_differ_in_their_last_digit_are_not_equal() -> None:
    assert sign_between(Value(123456.00001, text="123456.00001"), Value(123456.0)) == "≈"
    assert sign_between(Sum((Value(123456.0), Value(0.0))), Value(123456.0)) == "="


def test_digits_that_are_all_0_divide_nothing() -> None:
    assert Quotient((Value(1.0), Value(0.0, text="0.00"))).exact is None
    assert Quotient((Value(1.0), Value(0.0, text="0.00"))).calculate() == np.inf


def test_the_way_to_a_result_goes_through_what_is_known() -> None:
    products = [Product((Value(float(k)), Value(2.0)), known=Value(2.0 * k, f"products[{k}]")) for k in (1, 2)]
    equation = Equation.of(Sum((Sum(tuple(products), known=Value(6.0, "total")), Value(0.5))), Value(6.5, "output[0]"))
    assert [plain(Equation(stage, equation.result)) for stage in equation.stages()[:-1]] == [
        "1·2 + 2·2 + 0.5 = 6.5",
        "2 + 4 + 0.5 = 6.5",
        "6 + 0.5 = 6.5",
    ]
    total = equation.find("total")
    assert total is not None
    assert plain(total) == "1·2 + 2·2 = 6"
    assert equation.find("products[9]") is None


def test_a_layer_renames_what_it_reads() -> None:
    trace = cnn_core.relu([-1.0, 2.0])
    equation = trace.equation(1).renamed(lambda of: f"layers[3].{of}")
    assert equation.address == "layers[3].output[1]"
    assert [leaf.address for leaf in equation.left.leaves()] == ["", "layers[3].x[1]"]


def test_operands_are_listed_by_name() -> None:
    trace = cnn_core.conv2d([[[[1, 0.5]]]], [[[[-2, 3]]]], [-0.25])
    assert trace.equation(0, 0, 0, 0).operands == {"x": [1.0, 0.5], "weight": [-2.0, 3.0], "bias": -0.25}


def test_a_number_is_about_if_digits_are_missing() -> None:
    assert Value(1 / 3).is_rounded
    assert not Value(0.125).is_rounded
    assert Value(0.125, decimals=2).is_rounded
    assert Equation.of(Maximum((Value(1 / 3), Value(0.1))), Value(1 / 3, decimals=2)).sign == "="
    assert Equation.of(Cell((Value(1 / 3, "x[0]"),)), Value(1 / 3, decimals=4)).sign == "="
    assert Equation.of(Difference((Value(1.0), Value(1 / 3))), Value(2 / 3, decimals=2)).is_rounded is False
    assert OfMany("largest", "importance", 784, 7.0341).exact != Fraction("7.03")
