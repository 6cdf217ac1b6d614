from __future__ import annotations

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from cnn_core import batch_norm2d
from cnn_core.errors import InputError, ShapeError

torch.set_num_threads(1)

GRID = [[4, 1, 1, 8], [1, 1, 0, 2], [7, 3, 2, 2], [3, 8, 4, 1]]
X = np.random.default_rng(0).standard_normal((3, 2, 4, 5))


def test_the_grid_of_the_storyboard() -> None:
    trace = batch_norm2d([[GRID]], training=True, eps=0)
    assert (trace.total, trace.count, trace.mean) == (48, 16, 3)
    assert (trace.squared_deviations_total, trace.variance, trace.std) == (100, 6.25, 2.5)
    assert trace.centred[0, 0, 0].tolist() == [1, -2, -2, 5]
    assert trace.squared_deviations[0, 0, 0].tolist() == [1, 4, 4, 25]
    assert trace.x_hat[0, 0].tolist() == [
        [0.4, -0.8, -0.8, 2.0],
        [-0.8, -0.8, -1.2, -0.4],
        [1.6, 0.0, -0.4, -0.4],
        [0.0, 2.0, 0.4, -0.8],
    ]


def test_gamma_and_beta_scale_and_shift() -> None:
    trace = batch_norm2d([[GRID]], weight=[10], bias=[1], training=True, eps=0)
    assert trace.output[0, 0, 0].tolist() == [5, -7, -7, 21]


def test_without_gamma_and_beta_the_output_is_x_hat() -> None:
    trace = batch_norm2d(X, training=True)
    assert (trace.weight.tolist(), trace.bias.tolist()) == ([1, 1], [0, 0])
    np.testing.assert_array_equal(trace.output, trace.x_hat)


def test_running_statistics_are_used_and_kept_when_not_training() -> None:
    trace = batch_norm2d([[[[5, 7]]]], [3], [4], eps=0)
    assert trace.output.tolist() == [[[[1, 2]]]]
    assert (trace.mean, trace.variance, trace.running_mean, trace.running_var) == (3, 4, 3, 4)


def test_training_moves_the_running_statistics_and_counts_one_less_for_their_variance() -> None:
    mine = np.array([1.0])
    trace = batch_norm2d([[[[1, 3]]]], mine, [1], training=True, momentum=0.5)
    assert (trace.mean, trace.variance) == (2, 1)
    assert (trace.running_mean, trace.running_var) == (1.5, 1.5)
    assert mine == 1


def test_there_may_be_no_running_statistics_when_training() -> None:
    trace = batch_norm2d(X, training=True)
    assert trace.running_mean is None
    assert "running_mean" not in trace.values()


@settings(max_examples=80, derandomize=True, deadline=None)
@given(
    shape=st.tuples(st.integers(1, 4), st.integers(1, 4), st.integers(1, 5), st.integers(2, 5)),
    seed=st.integers(0, 2**32),
    training=st.booleans(),
    affine=st.booleans(),
    momentum=st.floats(0, 1),
    eps=st.floats(1e-6, 1),
)
def test_any_batch_norm_agrees_with_torch(
    *, shape: tuple[int, ...], seed: int, training: bool, affine: bool, momentum: float, eps: float
) -> None:
    rng = np.random.default_rng(seed)
    x, mean, variance = rng.standard_normal(shape), rng.standard_normal(shape[1]), rng.random(shape[1]) + 0.1
    weight, bias = rng.standard_normal((2, shape[1])) if affine else (None, None)
    trace = batch_norm2d(x, mean, variance, weight, bias, training, momentum, eps)
    running = torch.tensor(mean), torch.tensor(variance)  # torch changes them in place
    scale, shift = (None if array is None else torch.tensor(array) for array in (weight, bias))
    expected = torch.nn.functional.batch_norm(torch.tensor(x), *running, scale, shift, training, momentum, eps)
    np.testing.assert_allclose(trace.output, expected.numpy(), rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(trace.running_mean, running[0].numpy(), rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(trace.running_var, running[1].numpy(), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("training", [True, False])
def test_every_step_leads_from_x_to_its_output(training: bool) -> None:
    trace = batch_norm2d(X, [0.1, 0.2], [0.9, 1.1], [2, 3], [4, 5], training)
    for position in trace.positions():
        step = trace.step(*position)
        assert step.x == trace.x[position]
        assert step.centred == step.x - step.mean == trace.centred[position]
        assert step.std == np.sqrt(step.variance + trace.eps)
        assert step.x_hat == step.centred / step.std == trace.x_hat[position]
        assert step.value == step.x_hat * step.weight + step.bias == trace.output[position]


def test_with_running_statistics_an_image_comes_out_the_same_alone_and_in_company() -> None:
    alone = [batch_norm2d(X[n : n + 1], [0.1, 0.2], [0.9, 1.1]).output for n in range(len(X))]
    np.testing.assert_array_equal(batch_norm2d(X, [0.1, 0.2], [0.9, 1.1]).output, np.concatenate(alone))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"x": X[0]}, r"x must have 4 axes \(N, C, H, W\)"),
        ({"running_mean": [1, 2, 3]}, "running_mean must hold one number for each channel of x, 2 in all, .* holds 3"),
        ({"running_var": [1]}, "running_var must hold one number for each channel of x, 2 in all, but it holds 1"),
        ({"weight": [1]}, "weight must hold one number for each channel of x, 2 in all, but it holds 1"),
        ({"bias": [1]}, "bias must hold one number for each channel of x, 2 in all, but it holds 1"),
        ({"weight": [[1, 2]]}, r"weight must have one axis \(C\)"),
        (
            {"x": X[:1, :, :1, :1], "training": True},
            r"x must hold more than one value per channel when training is true, but its shape is \(1, 2, 1, 1\)",
        ),
    ],
)
def test_arrays_that_do_not_fit_are_refused(arguments: dict[str, object], message: str) -> None:
    with pytest.raises(ShapeError, match=message):
        batch_norm2d(**{"x": X, "running_mean": [0, 0], "running_var": [1, 1], **arguments})


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"running_mean": None}, "running_mean and running_var must be given together, but one of them is missing"),
        (
            {"running_mean": None, "running_var": None},
            "running_mean and running_var must be given unless training is true, but they are missing",
        ),
        (
            {"running_var": [1, 0], "eps": 0},
            "eps must make every variance positive, .* but it is 0 and channel 1 has a variance of 0",
        ),
        ({"running_var": [-1, 1]}, "but it is 1e-05 and channel 0 has a variance of -1"),
        ({"x": np.ones((1, 2, 2, 2)), "training": True, "eps": 0}, "channel 0 has a variance of 0"),
        ({"eps": -1}, "eps must be a number from 0 to .*, but it is -1"),
        ({"momentum": 1.5}, "momentum must be a number from 0 to 1, but it is 1.5"),
        ({"x": X * np.nan}, "x must hold finite numbers"),
    ],
)
def test_options_out_of_range_are_refused(arguments: dict[str, object], message: str) -> None:
    with pytest.raises(InputError, match=message):
        batch_norm2d(**{"x": X, "running_mean": [0, 0], "running_var": [1, 1], **arguments})
