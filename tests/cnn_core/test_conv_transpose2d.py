from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from cnn_core import ConvTranspose2dTrace, conv_transpose2d
from cnn_core.arrays import Array, Pair
from cnn_core.errors import InputError, ShapeError

torch.set_num_threads(1)


@dataclass
class Case:
    x: Array
    weight: Array
    bias: Array | None
    stride: Pair
    padding: Pair
    output_padding: Pair
    groups: int
    dilation: Pair

    def trace(self) -> ConvTranspose2dTrace:
        return conv_transpose2d(self.x, self.weight, self.bias, *self.options())

    def options(self) -> tuple[Pair, Pair, Pair, int, Pair]:
        return self.stride, self.padding, self.output_padding, self.groups, self.dilation


@st.composite
def cases(draw: st.DrawFn) -> Case:
    def pair(low: int, high: int) -> Pair:
        return draw(st.integers(low, high)), draw(st.integers(low, high))

    groups, stride, dilation, padding = draw(st.integers(1, 3)), pair(1, 3), pair(1, 3), pair(0, 3)
    kernel_size, size = pair(1, 4), pair(1, 5)
    output_padding = tuple(draw(st.integers(0, max(s, d) - 1)) for s, d in zip(stride, dilation, strict=True))
    for s, d, k, p, extra, length in zip(stride, dilation, kernel_size, padding, output_padding, size, strict=True):
        assume((length - 1) * s - 2 * p + d * (k - 1) + 1 + extra > 0)
    (n, c_in), c_out = pair(1, 3), draw(st.integers(1, 3))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    x = rng.standard_normal((n, c_in * groups, *size))
    weight = rng.standard_normal((c_in * groups, c_out, *kernel_size))
    bias = rng.standard_normal(c_out * groups) if draw(st.booleans()) else None
    return Case(x, weight, bias, stride, padding, output_padding, groups, dilation)


def test_values_stamp_their_kernel_and_overlaps_add_up() -> None:
    trace = conv_transpose2d([[[[1, 2]]]], [[[[1, 1, 1], [0, 5, 0]]]], [0.5], stride=(1, 2))
    assert trace.output.tolist() == [[[[1.5, 1.5, 3.5, 2.5, 2.5], [0.5, 5.5, 0.5, 10.5, 0.5]]]]


def test_padding_is_cut_off_and_output_padding_added_at_the_end() -> None:
    trace = conv_transpose2d([[[[1, 2]]]], [[[[1, 10]]]], stride=2, padding=(0, 1), output_padding=(0, 1))
    assert trace.uncropped.tolist() == [[[[1, 10, 2, 20, 0]]]]
    assert trace.output.tolist() == [[[[10, 2, 20]]]]


def test_each_side_can_be_cut_off_by_itself() -> None:
    whole = conv_transpose2d(np.ones((1, 1, 2, 2)), [[[[1, 2], [3, 4]]]])
    trace = conv_transpose2d(np.ones((1, 1, 2, 2)), [[[[1, 2], [3, 4]]]], padding=((1, 0), (0, 2)))
    assert trace.output.tolist() == whole.output[:, :, 1:, :1].tolist()
    assert [one.entry for one in trace.contributions(0, 0, 0, 0)] == [(1, 0), (0, 0)]


@settings(max_examples=60, derandomize=True, deadline=None)
@given(cases())
def test_any_transposed_convolution_agrees_with_torch(case: Case) -> None:
    bias = None if case.bias is None else torch.tensor(case.bias)
    expected = torch.nn.functional.conv_transpose2d(
        torch.tensor(case.x), torch.tensor(case.weight), bias, *case.options()
    )
    np.testing.assert_allclose(case.trace().output, expected.numpy(), rtol=1e-12, atol=1e-12)


@settings(max_examples=30, derandomize=True, deadline=None)
@given(cases())
def test_the_stamps_of_all_steps_add_up_to_the_uncropped_output(case: Case) -> None:
    trace = case.trace()
    together = np.zeros_like(trace.uncropped)
    (kH, kW), (dH, dW) = trace.kernel_size, trace.dilation
    for position in trace.positions():
        step = trace.step(*position)
        assert step.x == trace.x[position]
        rows, columns = step.top + dH * np.arange(kH), step.left + dW * np.arange(kW)
        together[position[0]][np.ix_(step.channels, rows, columns)] += step.contribution
    np.testing.assert_allclose(together, trace.uncropped, rtol=1e-12, atol=1e-12)


@settings(max_examples=30, derandomize=True, deadline=None)
@given(cases())
def test_the_contributions_to_an_output_add_up_to_it(case: Case) -> None:
    trace = case.trace()
    totals = np.zeros(trace.output.shape) + (0 if trace.bias is None else trace.bias[:, None, None])
    for position in np.ndindex(trace.output.shape):
        terms = trace.contributions(*position)
        totals[position] += sum(term.product for term in terms)
        assert all(term.x == trace.x[term.position] and term.product == term.x * term.weight for term in terms)
    np.testing.assert_allclose(totals, trace.output, rtol=1e-12, atol=1e-12)


def test_contributions_come_in_reading_order_of_the_input() -> None:
    trace = conv_transpose2d([[[[1, 2], [3, 4]]]], np.arange(9.0).reshape(1, 1, 3, 3))
    terms = trace.contributions(0, 0, 1, 1)
    assert [(term.position, term.entry, term.weight) for term in terms] == [
        ((0, 0, 0, 0), (1, 1), 4),
        ((0, 0, 0, 1), (1, 0), 3),
        ((0, 0, 1, 0), (0, 1), 1),
        ((0, 0, 1, 1), (0, 0), 0),
    ]


def test_an_output_that_no_stamp_reaches_has_no_contributions() -> None:
    trace = conv_transpose2d([[[[1, 2]]]], [[[[1]]]], stride=2)
    assert trace.output.tolist() == [[[[1, 0, 2]]]]
    assert trace.contributions(0, 0, 0, 1) == ()


def test_contributions_outside_the_output_are_refused() -> None:
    with pytest.raises(InputError, match=r"the position must lie inside the shape \(1, 1, 1, 1\)"):
        conv_transpose2d([[[[1]]]], [[[[1]]]]).contributions(0, 0, 0, 1)


@pytest.mark.parametrize(("c_in", "c_out", "groups"), [(8, 16, 1), (4, 1, 1), (6, 1, 6)])
def test_an_image_comes_out_the_same_to_the_last_bit_alone_and_in_company(c_in: int, c_out: int, groups: int) -> None:
    rng = np.random.default_rng(2)
    x, weight = rng.standard_normal((20, c_in, 14, 14)), rng.standard_normal((c_in, c_out, 3, 3))
    together = conv_transpose2d(x, weight, stride=2, groups=groups).output
    alone = [conv_transpose2d(x[n : n + 1], weight, stride=2, groups=groups).output for n in range(len(x))]
    np.testing.assert_array_equal(together, np.concatenate(alone))


X, W = np.ones((2, 4, 5, 6)), np.ones((4, 3, 3, 3))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"x": X[0]}, r"x must have 4 axes \(N, C_in, H, W\), .* but its shape is \(4, 5, 6\)"),
        ({"weight": W[0]}, r"weight must have 4 axes \(C_in, C_out/groups, kH, kW\)"),
        (
            {"weight": W[:3]},
            r"weight must begin with an axis of 4 \(the channels of x\), but its shape is \(3, 3, 3, 3\)",
        ),
        ({"groups": 3}, "groups must divide the number of channels of x, which is 4, but it is 3"),
        ({"bias": [1], "groups": 2}, "bias must hold one number for each output channel, 6 in all, but it holds 1"),
        ({"padding": (0, 4)}, "padding must leave something of the output"),
        (
            {"padding": 4},
            r"padding must leave something of the output, which is 7 x 8 before .* but it is \(\(4, 4\), ",
        ),
    ],
)
def test_arrays_that_do_not_fit_are_refused(arguments: dict[str, object], message: str) -> None:
    with pytest.raises(ShapeError, match=message):
        conv_transpose2d(**{"x": X, "weight": W, **arguments})


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"stride": 0}, "stride must be a whole number of at least 1"),
        ({"dilation": 0}, "dilation must be a whole number of at least 1"),
        ({"groups": 0}, "groups must be a whole number of at least 1"),
        ({"padding": "same"}, "padding must be a whole number of at least 0, a pair .* but it is 'same'"),
        ({"output_padding": -1}, "output_padding must be a whole number of at least 0"),
        (
            {"output_padding": (0, 2), "stride": 2, "dilation": (3, 1)},
            r"output_padding must be smaller than stride or dilation, which are \(2, 2\) and \(3, 1\), "
            r"but it is \(0, 2\)",
        ),
    ],
)
def test_options_out_of_range_are_refused(arguments: dict[str, object], message: str) -> None:
    with pytest.raises(InputError, match=message):
        conv_transpose2d(**{"x": X, "weight": W, **arguments})
