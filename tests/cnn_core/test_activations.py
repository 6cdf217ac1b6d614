from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from cnn_core import (
    clamp,
    dropout,
    elu,
    gelu,
    hardsigmoid,
    hardswish,
    leaky_relu,
    prelu,
    relu,
    relu6,
    sigmoid,
    silu,
    tanh,
)
from cnn_core.errors import InputError, ShapeError

torch.set_num_threads(1)

ORACLES = [
    (relu, torch.relu),
    (leaky_relu, torch.nn.functional.leaky_relu),
    (partial(leaky_relu, negative_slope=-1.5), partial(torch.nn.functional.leaky_relu, negative_slope=-1.5)),
    (sigmoid, torch.sigmoid),
    (tanh, torch.tanh),
    (elu, torch.nn.functional.elu),
    (partial(elu, alpha=0.5), partial(torch.nn.functional.elu, alpha=0.5)),
    (silu, torch.nn.functional.silu),
    (gelu, torch.nn.functional.gelu),
    (hardsigmoid, torch.nn.functional.hardsigmoid),
    (hardswish, torch.nn.functional.hardswish),
    (relu6, torch.nn.functional.relu6),
    (partial(clamp, max=1.5), partial(torch.clamp, max=1.5)),
    (partial(clamp, min=-1, max=1.5), partial(torch.clamp, min=-1, max=1.5)),
    (dropout, partial(torch.nn.functional.dropout, training=False)),
]
all_of_them = pytest.mark.parametrize(
    "activation",
    [relu, leaky_relu, sigmoid, tanh, elu, silu, gelu, hardsigmoid, hardswish, relu6, clamp, dropout],
)


@pytest.mark.parametrize(("activation", "oracle"), ORACLES)
@settings(max_examples=25, derandomize=True, deadline=None)
@given(st.lists(st.floats(-1e100, 1e100) | st.floats(-10, 10), min_size=1))
def test_any_activation_agrees_with_torch(activation: Callable, oracle: Callable, x: list[float]) -> None:
    expected = oracle(torch.tensor(x, dtype=torch.float64)).numpy()
    np.testing.assert_allclose(activation(x).output, expected, rtol=1e-12, atol=1e-12)


def test_gelu_by_tanh_comes_close_and_agrees_with_torch() -> None:
    x = np.linspace(-9, 9, 50)
    expected = torch.nn.functional.gelu(torch.tensor(x), approximate="tanh").numpy()
    np.testing.assert_allclose(gelu(x, "tanh").output, expected, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(gelu(x, "tanh").output, gelu(x).output, atol=1e-3)


@pytest.mark.parametrize("slopes", [[0.1], [0.1, -2.0, 1.5]])
def test_slopes_are_one_for_all_maps_or_one_for_each(slopes: list[float]) -> None:
    x = np.random.default_rng(0).standard_normal((2, 3, 4, 5))
    expected = torch.nn.functional.prelu(torch.tensor(x), torch.tensor(slopes, dtype=torch.float64)).numpy()
    np.testing.assert_allclose(prelu(x, slopes).output, expected, rtol=1e-12)
    with pytest.raises(ShapeError, match="weight must hold 1 number, or 3, one per channel of x, but it holds 2"):
        prelu(x, [1, 2])


def test_a_hard_sigmoid_can_be_as_steep_as_it_was_in_keras() -> None:
    assert hardsigmoid([-3, 1, 3], alpha=0.2).output.tolist() == [0, 0.7, 1]


def test_an_approximation_that_nobody_knows_is_refused() -> None:
    with pytest.raises(InputError, match='approximate must be "none" or "tanh", but it is \'sine\''):
        gelu([1], "sine")


def test_relu_of_the_storyboard_numbers() -> None:
    assert relu([[-1, 5, -3], [0, 4, -1]]).output.tolist() == [[0, 5, 0], [0, 4, 0]]


def test_leaky_relu_keeps_a_hundredth_of_what_is_negative() -> None:
    assert leaky_relu([-100, 2]).output.tolist() == [-1, 2]


def test_sigmoid_of_large_numbers_does_not_overflow() -> None:
    assert sigmoid([-1e100, -1000, 0, 1000, 1e100]).output.tolist() == [0, 0, 0.5, 1, 1]


@all_of_them
@pytest.mark.parametrize("shape", [(), (3,), (2, 3, 4, 5)])
def test_any_shape_is_taken_and_kept(activation: Callable, shape: tuple[int, ...]) -> None:
    assert activation(np.ones(shape)).output.shape == shape


@all_of_them
def test_the_function_is_the_one_that_was_applied(activation: Callable) -> None:
    trace = activation(np.linspace(-3, 3, 7))
    np.testing.assert_array_equal(trace.function(trace.x), trace.output)
    np.testing.assert_allclose(trace.function(-3.0), trace.output[0], rtol=1e-15)
    assert trace.name == activation.__name__


@all_of_them
def test_a_step_is_before_and_after(activation: Callable) -> None:
    trace = activation([[-1, 2]])
    step = trace.step(0, 1)
    assert (step.position, step.x, step.value) == ((0, 1), 2, trace.output[0, 1])


def test_a_slope_that_is_no_number_is_refused() -> None:
    with pytest.raises(InputError, match=r"negative_slope must be a number from .* but it is nan"):
        leaky_relu([1], np.nan)


@all_of_them
def test_what_is_no_number_is_refused(activation: Callable) -> None:
    with pytest.raises(InputError, match="x must hold finite numbers"):
        activation([np.nan])
