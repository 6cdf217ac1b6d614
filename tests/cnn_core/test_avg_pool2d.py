from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from cnn_core import AvgPool2dTrace, avg_pool2d
from cnn_core.arrays import Array, Pair
from cnn_core.errors import InputError

torch.set_num_threads(1)

GRID = [[4, 1, 1, 8], [1, 1, 0, 2], [7, 3, 2, 2], [3, 8, 4, 1]]


@dataclass
class Case:
    x: Array
    options: tuple[Pair, Pair | None, Pair, bool, bool, int | None]

    def trace(self) -> AvgPool2dTrace:
        return avg_pool2d(self.x, *self.options)


@st.composite
def cases(draw: st.DrawFn) -> Case:
    def pair(low: int, high: int) -> Pair:
        return draw(st.integers(low, high)), draw(st.integers(low, high))

    kernel_size, size = pair(1, 4), pair(1, 9)
    padding = draw(st.integers(0, kernel_size[0] // 2)), draw(st.integers(0, kernel_size[1] // 2))
    for length, k, p in zip(size, kernel_size, padding, strict=True):
        assume(length + 2 * p >= k)
    stride = draw(st.none() | st.just(pair(1, 4)))
    x = np.random.default_rng(draw(st.integers(0, 2**32))).standard_normal((*pair(1, 2), *size))
    divisor = draw(st.none() | st.integers(1, 9))
    return Case(x, (kernel_size, stride, padding, draw(st.booleans()), draw(st.booleans()), divisor))


def test_the_mean_of_each_window() -> None:
    assert avg_pool2d([[GRID]], 2).output.tolist() == [[[[1.75, 2.75], [5.25, 2.25]]]]


@pytest.mark.parametrize(("count_include_pad", "expected"), [(True, [[1, 2], [3, 4]]), (False, [[4, 8], [12, 16]])])
def test_padding_counts_unless_told_otherwise(count_include_pad: bool, expected: list[list[float]]) -> None:
    trace = avg_pool2d([[[[4, 8], [12, 16]]]], 2, padding=1, count_include_pad=count_include_pad)
    assert trace.output.tolist() == [[expected]]


def test_what_hangs_over_the_padding_never_counts() -> None:
    trace = avg_pool2d([[[[1, 2, 3]]]], (1, 2), ceil_mode=True)
    assert trace.divisors.tolist() == [[2, 1]]
    assert trace.output.tolist() == [[[[1.5, 3]]]]


def test_the_divisor_can_be_chosen() -> None:
    step = avg_pool2d([[GRID]], 2, divisor_override=2).step(0, 0, 0, 0)
    assert (step.total, step.divisor, step.value) == (7, 2, 3.5)


@settings(max_examples=150, derandomize=True, deadline=None)
@given(cases())
def test_any_average_pooling_agrees_with_torch(case: Case) -> None:
    expected = torch.nn.functional.avg_pool2d(torch.tensor(case.x), *case.options)
    np.testing.assert_allclose(case.trace().output, expected.numpy(), rtol=1e-12, atol=1e-12)


@settings(max_examples=40, derandomize=True, deadline=None)
@given(cases())
def test_every_step_divides_to_its_output(case: Case) -> None:
    trace = case.trace()
    for position in trace.positions():
        step = trace.step(*position)
        assert step.value == step.total / step.divisor == trace.output[position]
        np.testing.assert_allclose(step.window.sum(), step.total, rtol=1e-12, atol=1e-12)
        assert not step.window[~step.inside].any()


def test_options_can_be_read_back() -> None:
    trace = avg_pool2d(np.zeros((1, 1, 9, 9)), (3, 2), (1, 2), (1, 0), True, False, 5)
    assert (trace.kernel_size, trace.stride, trace.padding) == ((3, 2), (1, 2), ((1, 1), (0, 0)))
    assert (trace.ceil_mode, trace.count_include_pad, trace.divisor_override) == (True, False, 5)


@pytest.mark.parametrize("divisor", [0, -1, 2.5])
def test_a_divisor_below_one_is_refused(divisor: float) -> None:
    with pytest.raises(InputError, match="divisor_override must be a whole number of at least 1, but it is "):
        avg_pool2d([[GRID]], 2, divisor_override=divisor)
