from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from cnn_core import conv2d
from cnn_core.arrays import Array, Pair
from cnn_core.errors import InputError, ShapeError
from cnn_core.windows import Padding

torch.set_num_threads(1)

ONE = [[0, 0, 1, 0, 0], [0, 1, 1, 0, 0], [0, 0, 1, 0, 0], [0, 0, 1, 0, 0], [0, 1, 1, 1, 0]]
VERTICAL_STROKE = [[-1, 2, -1], [-1, 2, -1], [-1, 2, -1]]


@dataclass
class Case:
    x: Array
    weight: Array
    bias: Array | None
    stride: Pair
    padding: Padding
    dilation: Pair
    groups: int


@st.composite
def cases(draw: st.DrawFn) -> Case:
    def pair(low: int, high: int) -> Pair:
        return draw(st.integers(low, high)), draw(st.integers(low, high))

    groups, kernel_size, dilation = draw(st.integers(1, 3)), pair(1, 4), pair(1, 3)
    padding = pair(0, 3), pair(0, 3)
    least = [max(1, (k - 1) * d + 1 - sum(p)) for k, d, p in zip(kernel_size, dilation, padding, strict=True)]
    size = [smallest + draw(st.integers(0, 6)) for smallest in least]
    (n, c_in), c_out = pair(1, 3), draw(st.integers(1, 3))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    x = rng.standard_normal((n, c_in * groups, *size))
    weight = rng.standard_normal((c_out * groups, c_in, *kernel_size))
    bias = rng.standard_normal(c_out * groups) if draw(st.booleans()) else None
    return Case(x, weight, bias, pair(1, 3), padding, dilation, groups)


def by_torch(case: Case) -> Array:
    (top, bottom), (left, right) = case.padding
    x = torch.nn.functional.pad(torch.tensor(case.x), (left, right, top, bottom))
    bias = None if case.bias is None else torch.tensor(case.bias)
    weight = torch.tensor(case.weight)
    return torch.nn.functional.conv2d(x, weight, bias, case.stride, 0, case.dilation, case.groups).numpy()


def test_the_stroke_of_the_storyboard_lights_up() -> None:
    assert conv2d([[ONE]], [[VERTICAL_STROKE]]).output.tolist() == [[[[-1, 5, -3], [-1, 5, -3], [-1, 4, -1]]]]


def test_the_kernel_is_not_flipped() -> None:
    assert conv2d([[[[1, 2, 3]]]], [[[[1, 0, -1]]]]).output.tolist() == [[[[-2]]]]


def test_channels_are_summed_and_the_bias_is_added_once() -> None:
    trace = conv2d([[[[1, 2]], [[3, 4]]]], [[[[10]], [[100]]]], [0.5])
    assert trace.output.tolist() == [[[[310.5, 420.5]]]]


def test_groups_do_not_see_each_other() -> None:
    trace = conv2d([[[[1, 2]], [[3, 4]]]], [[[[10]]], [[[100]]]], groups=2)
    assert trace.output.tolist() == [[[[10, 20]], [[300, 400]]]]


@settings(max_examples=100, derandomize=True, deadline=None)
@given(cases())
def test_any_convolution_agrees_with_torch(case: Case) -> None:
    trace = conv2d(case.x, case.weight, case.bias, case.stride, case.padding, case.dilation, case.groups)
    np.testing.assert_allclose(trace.output, by_torch(case), rtol=1e-12, atol=1e-12)


@pytest.mark.filterwarnings("ignore:Using padding='same' with even kernel lengths")
@pytest.mark.parametrize("padding", [0, 2, (1, 2), "same", "valid"])
@pytest.mark.parametrize("kernel_size", [(3, 3), (2, 4), (1, 5)])
@pytest.mark.parametrize("dilation", [1, (2, 1)])
def test_every_padding_of_torch_means_the_same_here(padding: object, kernel_size: Pair, dilation: object) -> None:
    rng = np.random.default_rng(1)
    x, weight = rng.standard_normal((2, 2, 9, 8)), rng.standard_normal((3, 2, *kernel_size))
    expected = torch.nn.functional.conv2d(torch.tensor(x), torch.tensor(weight), None, 1, padding, dilation)
    output = conv2d(x, weight, None, 1, padding, dilation).output
    np.testing.assert_allclose(output, expected.numpy(), rtol=1e-12, atol=1e-12)


@settings(max_examples=30, derandomize=True, deadline=None)
@given(cases())
def test_every_step_sums_to_its_output(case: Case) -> None:
    trace = conv2d(case.x, case.weight, case.bias, case.stride, case.padding, case.dilation, case.groups)
    for position in trace.positions():
        step = trace.step(*position)
        assert step.value == trace.output[position]
        assert step.total == step.running_sum[-1]
        np.testing.assert_array_equal(step.products, step.window * step.kernel)
        np.testing.assert_allclose(step.products.sum() + (step.bias or 0), step.value, rtol=1e-12, atol=1e-12)


@settings(max_examples=30, derandomize=True, deadline=None)
@given(cases())
def test_every_window_lies_where_the_step_says(case: Case) -> None:
    trace = conv2d(case.x, case.weight, case.bias, case.stride, case.padding, case.dilation, case.groups)
    (kH, kW), (dH, dW) = trace.kernel_size, trace.dilation
    for position in trace.positions():
        step = trace.step(*position)
        rows, columns = slice(step.top, step.top + kH * dH, dH), slice(step.left, step.left + kW * dW, dW)
        channels = slice(step.channels.start, step.channels.stop)
        seen = trace.x_padded[position[0], channels, rows, columns][:, :kH, :kW]
        np.testing.assert_array_equal(step.window, seen)


def test_a_step_shows_its_products_and_running_sum() -> None:
    step = conv2d([[[[1, 2], [3, 4]]]], [[[[1, 10], [100, 1000]]]], [5]).step(0, 0, 0, 0)
    assert step.products.tolist() == [[[1, 20], [300, 4000]]]
    assert step.running_sum.tolist() == [1, 21, 321, 4321]
    assert (step.total, step.bias, step.value) == (4321, 5, 4326)


def test_values_leave_out_a_bias_that_is_not_there() -> None:
    trace = conv2d([[[[1]]]], [[[[2]]]])
    assert list(trace.values()) == ["x", "weight", "output"]
    assert list(trace.step(0, 0, 0, 0).values()) == ["window", "products", "running_sum", "total", "value"]


@pytest.mark.parametrize(
    ("x_shape", "weight_shape", "groups"),
    [
        ((60, 8, 28, 28), (16, 8, 3, 3), 1),  # several blocks
        ((9, 1, 28, 28), (8, 1, 3, 3), 1),
        ((9, 4, 7, 7), (1, 4, 3, 3), 1),
        ((9, 4, 7, 7), (6, 4, 1, 1), 1),
        ((9, 4, 3, 3), (6, 4, 3, 3), 1),
        ((9, 6, 7, 7), (6, 1, 3, 3), 6),
    ],
)
def test_an_image_comes_out_the_same_to_the_last_bit_alone_and_in_company(
    x_shape: tuple[int, ...], weight_shape: tuple[int, ...], groups: int
) -> None:
    rng = np.random.default_rng(2)
    x, weight, bias = (
        rng.standard_normal(x_shape),
        rng.standard_normal(weight_shape),
        rng.standard_normal(weight_shape[0]),
    )
    together = conv2d(x, weight, bias, groups=groups).output
    alone = [conv2d(x[n : n + 1], weight, bias, groups=groups).output for n in range(len(x))]
    np.testing.assert_array_equal(together, np.concatenate(alone))


X, W = np.ones((2, 4, 5, 6)), np.ones((6, 4, 3, 3))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"x": X[0]}, r"x must have 4 axes \(N, C_in, H, W\), .* but its shape is \(4, 5, 6\)"),
        ({"weight": W[0]}, r"weight must have 4 axes \(C_out, C_in/groups, kH, kW\), .* shape is \(4, 3, 3\)"),
        ({"bias": [[1]]}, r"bias must have one axis \(C_out\), .* shape is \(1, 1\)"),
        ({"weight": W[:, :3]}, r"weight must have 4 input channels .* but its shape is \(6, 3, 3, 3\)"),
        ({"groups": 2}, r"weight must have 2 input channels .* but its shape is \(6, 4, 3, 3\)"),
        ({"groups": 3}, "groups must divide the number of channels of x, which is 4, but it is 3"),
        ({"groups": 4}, "groups must divide the number of kernels in weight, which is 6, but it is 4"),
        ({"bias": [1, 2]}, "bias must hold one number for each output channel, 6 in all, but it holds 2"),
        ({"dilation": (3, 1)}, r"weight must fit into x with its padding, which is 5 x 6, .* covers 7 x 3 \(dilation"),
        ({"weight": np.ones((6, 4, 3, 9)), "padding": ((0, 0), (1, 1))}, "which is 5 x 8, .* covers 3 x 9"),
    ],
)
def test_arrays_that_do_not_fit_are_refused(arguments: dict[str, object], message: str) -> None:
    with pytest.raises(ShapeError, match=message):
        conv2d(**{"x": X, "weight": W, **arguments})


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"stride": 0}, "stride must be a whole number of at least 1, or a pair of them, but it is 0"),
        ({"dilation": (1, 0)}, r"dilation must be a whole number of at least 1, or a pair of them, but it is \(1, 0\)"),
        ({"groups": 0}, "groups must be a whole number of at least 1, but it is 0"),
        ({"padding": -1}, "padding must be a whole number of at least 0, .* but it is -1"),
        ({"padding": "same", "stride": 2}, 'padding "same" needs a stride of 1'),
        ({"x": X * np.nan}, "x must hold finite numbers .* but it holds NaN"),
        ({"weight": W * np.inf}, "weight must hold finite numbers .* but it holds infinity"),
        ({"bias": [1e200] * 6}, r"bias must hold finite numbers .* but it holds 1e\+200"),
    ],
)
def test_options_out_of_range_are_refused(arguments: dict[str, object], message: str) -> None:
    with pytest.raises(InputError, match=message):
        conv2d(**{"x": X, "weight": W, **arguments})


@pytest.mark.parametrize(
    ("multiplier", "kernel_size", "dilation"), [(1, (3, 3), 1), (2, (5, 2), (1, 3)), (1, (1, 1), 1)]
)
def test_large_maps_with_a_kernel_each_agree_with_torch(
    multiplier: int, kernel_size: tuple[int, int], dilation: int | tuple[int, int]
) -> None:
    chance = np.random.default_rng(0)
    x, weight = chance.standard_normal((2, 3, 24, 25)), chance.standard_normal((3 * multiplier, 1, *kernel_size))
    bias = chance.standard_normal(3 * multiplier)
    arrays = (torch.tensor(one) for one in (x, weight, bias))
    expected = torch.nn.functional.conv2d(*arrays, padding=(2, 1), dilation=dilation, groups=3).numpy()
    output = conv2d(x, weight, bias, padding=(2, 1), dilation=dilation, groups=3).output
    np.testing.assert_allclose(output, expected, rtol=1e-12, atol=1e-12)
    alone = conv2d(x[1:], weight, bias, padding=(2, 1), dilation=dilation, groups=3).output
    np.testing.assert_array_equal(alone, output[1:])


def test_a_window_is_where_the_kernel_lies_padding_and_gaps_included() -> None:
    trace = conv2d(np.ones((1, 1, 6, 7)), np.ones((1, 1, 2, 3)), stride=2, padding=1, dilation=(3, 1))
    assert trace.window(0, 0, 0, 0) == ([-1, 2], [-1, 0, 1])
    assert trace.window(0, 0, 1, 2) == ([1, 4], [3, 4, 5])
