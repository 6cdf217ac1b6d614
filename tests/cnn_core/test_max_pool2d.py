from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from cnn_core import MaxPool2dTrace, max_pool2d
from cnn_core.arrays import Array, Pair
from cnn_core.errors import InputError
from cnn_core.windows import reach

torch.set_num_threads(1)

GRID = [[4, 1, 1, 8], [1, 1, 0, 2], [7, 3, 2, 2], [3, 8, 4, 1]]


@dataclass
class Case:
    x: Array
    kernel_size: Pair
    stride: Pair | None
    padding: Pair
    dilation: Pair
    ceil_mode: bool

    def trace(self) -> MaxPool2dTrace:
        return max_pool2d(self.x, self.kernel_size, self.stride, self.padding, self.dilation, self.ceil_mode)


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """Small whole numbers, so that most windows have ties."""

    def pair(low: int, high: int) -> Pair:
        return draw(st.integers(low, high)), draw(st.integers(low, high))

    kernel_size, dilation, size = pair(1, 4), pair(1, 3), pair(1, 9)
    covered = reach(kernel_size, dilation)
    padding = draw(st.integers(0, kernel_size[0] // 2)), draw(st.integers(0, kernel_size[1] // 2))
    assume(all(length + 2 * p >= c for length, c, p in zip(size, covered, padding, strict=True)))
    stride = draw(st.none() | st.just(pair(1, 4)))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    x = rng.integers(-3, 3, (*pair(1, 2), *size)).astype(np.float64)
    case = Case(x, kernel_size, stride, padding, dilation, draw(st.booleans()))
    assume(not np.isinf(by_torch(case)[0]).any())
    return case


def by_torch(case: Case) -> tuple[Array, Array]:
    output, argmax = torch.nn.functional.max_pool2d(
        torch.tensor(case.x),
        case.kernel_size,
        case.stride,
        case.padding,
        case.dilation,
        case.ceil_mode,
        return_indices=True,
    )
    return output.numpy(), argmax.numpy()


def test_the_grid_of_the_storyboard() -> None:
    trace = max_pool2d([[GRID]], 2)
    assert trace.output.tolist() == [[[[4, 8], [8, 4]]]]
    assert trace.argmax.tolist() == [[[[0, 3], [13, 14]]]]


def test_a_step_names_the_winner() -> None:
    step = max_pool2d([[GRID]], 2).step(0, 0, 1, 0)
    assert step.window.tolist() == [[7, 3], [3, 8]]
    assert (step.winner, step.value, step.ties) == ((3, 1), 8, 1)


def test_the_first_of_equals_wins_and_the_tie_is_counted() -> None:
    step = max_pool2d([[[[1, 5], [5, 5]]]], 2).step(0, 0, 0, 0)
    assert (step.winner, step.ties) == ((0, 1), 3)


def test_padding_never_wins() -> None:
    step = max_pool2d([[[[-3, -4], [-5, -6]]]], 2, padding=1).step(0, 0, 0, 0)
    assert step.window.tolist() == [[-np.inf, -np.inf], [-np.inf, -3]]
    assert (step.winner, step.value) == ((0, 0), -3)
    assert step.values()["inside_values"].tolist() == [-3]


@settings(max_examples=150, derandomize=True, deadline=None)
@given(cases())
def test_any_max_pooling_agrees_with_torch(case: Case) -> None:
    trace = case.trace()
    output, argmax = by_torch(case)
    np.testing.assert_array_equal(trace.output, output)
    np.testing.assert_array_equal(trace.argmax, argmax)


@settings(max_examples=40, derandomize=True, deadline=None)
@given(cases())
def test_every_step_agrees_with_output_and_argmax(case: Case) -> None:
    trace = case.trace()
    for position in trace.positions():
        step = trace.step(*position)
        n, c, *_ = position
        assert step.value == step.window.max() == trace.output[position] == trace.x[n, c, *step.winner]
        assert np.ravel_multi_index(step.winner, trace.x.shape[2:]) == trace.argmax[position]
        assert step.ties == (step.window[step.inside] == step.value).sum()
        np.testing.assert_array_equal(step.inside, np.isfinite(step.window))


def test_options_can_be_read_back() -> None:
    trace = max_pool2d(np.zeros((1, 1, 9, 9)), (3, 2), (1, 2), (1, 0), (2, 3), True)
    assert (trace.kernel_size, trace.stride, trace.dilation) == ((3, 2), (1, 2), (2, 3))
    assert trace.padding == ((1, 1), (0, 0))
    assert trace.ceil_mode is True


def test_a_window_that_sees_nothing_of_x_is_refused() -> None:
    message = r"dilation must leave at least one cell of each window inside x, which is 3 x 3, but it is \(4, 4\) with"
    with pytest.raises(InputError, match=message):
        max_pool2d(np.ones((1, 1, 3, 3)), 2, 1, 1, 4)


def test_a_dilation_of_zero_is_refused() -> None:
    with pytest.raises(InputError, match="dilation must be a whole number of at least 1"):
        max_pool2d([[GRID]], 2, dilation=0)
