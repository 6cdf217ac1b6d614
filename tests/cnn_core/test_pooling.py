from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
import torch

from cnn_core import adaptive_avg_pool2d, adaptive_max_pool2d, avg_pool2d, max_pool2d
from cnn_core.errors import InputError, ShapeError

X = np.arange(40.0).reshape(1, 2, 4, 5)
both_poolings = pytest.mark.parametrize("pool", [max_pool2d, avg_pool2d])


@both_poolings
def test_windows_lie_side_by_side_unless_a_stride_is_given(pool: Callable) -> None:
    assert pool(X, 2).stride == (2, 2)
    assert pool(X, (1, 3)).stride == (1, 3)
    assert pool(X, 2, 1).stride == (1, 1)


@both_poolings
@pytest.mark.parametrize(
    ("kernel_size", "stride", "padding", "ceil_mode", "expected"),
    [
        (2, None, 0, False, (2, 2)),
        (2, None, 0, True, (2, 3)),
        (2, None, 1, True, (3, 3)),  # a fourth column would begin in the padding
        (3, 2, 0, True, (2, 2)),
        ((6, 1), 3, 0, True, (1, 2)),  # higher than x: allowed, for its last rows may hang over
    ],
)
def test_the_number_of_windows(
    pool: Callable, *, kernel_size: int, stride: int | None, padding: int, ceil_mode: bool, expected: tuple[int, int]
) -> None:
    assert pool(X, kernel_size, stride, padding, ceil_mode=ceil_mode).output.shape == (1, 2, *expected)


@both_poolings
def test_a_step_at_the_border_says_what_lies_outside(pool: Callable) -> None:
    step = pool(X, 2, padding=1).step(0, 0, 0, 1)
    assert (step.top, step.left) == (-1, 1)
    assert step.inside.tolist() == [[False, False], [True, True]]
    assert step.window[step.inside].tolist() == [1, 2]


@both_poolings
@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"x": X[0]}, r"x must have 4 axes \(N, C, H, W\), .* but its shape is \(2, 4, 5\)"),
        ({"kernel_size": (5, 2)}, "kernel_size must fit into x with its padding, which is 4 x 5, .* covers 5 x 2"),
        ({"kernel_size": (8, 2), "padding": 1}, "which is 6 x 7, but the window covers 8 x 2"),
    ],
)
def test_what_does_not_fit_is_refused(pool: Callable, options: dict[str, object], message: str) -> None:
    with pytest.raises(ShapeError, match=message):
        pool(**{"x": X, "kernel_size": 2, **options})


@both_poolings
@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"kernel_size": 0}, "kernel_size must be a whole number of at least 1, or a pair of them, but it is 0"),
        ({"stride": 0}, "stride must be a whole number of at least 1"),
        ({"padding": -1}, "padding must be a whole number of at least 0"),
        (
            {"padding": (2, 1)},
            r"padding must be smaller than the window, which covers 2 x 2 \(.*\), but it is \(\(2, 2\), \(1, 1\)\)",
        ),
        ({"x": X * np.nan}, "x must hold finite numbers"),
    ],
)
def test_options_out_of_range_are_refused(pool: Callable, options: dict[str, object], message: str) -> None:
    with pytest.raises(InputError, match=message):
        pool(**{"x": X, "kernel_size": 2, **options})


@both_poolings
def test_an_image_comes_out_the_same_to_the_last_bit_alone_and_in_company(pool: Callable) -> None:
    x = np.random.default_rng(2).standard_normal((9, 3, 13, 13))
    alone = [pool(x[n : n + 1], 3, 2, 1).output for n in range(len(x))]
    np.testing.assert_array_equal(pool(x, 3, 2, 1).output, np.concatenate(alone))


@both_poolings
def test_padding_may_differ_on_all_four_sides(pool: Callable) -> None:
    padded = np.pad(X - 50, ((0, 0), (0, 0), (1, 0), (0, 2)), constant_values=-99 if pool is max_pool2d else 0)
    assert pool(X - 50, (2, 3), 2, ((1, 0), (0, 2))).output.tolist() == pool(padded, (2, 3), 2).output.tolist()


@pytest.mark.parametrize("output_size", [1, 2, (3, 4), (4, 5), (7, 3)])
@pytest.mark.parametrize(
    ("pool", "oracle"),
    [
        (adaptive_max_pool2d, torch.nn.functional.adaptive_max_pool2d),
        (adaptive_avg_pool2d, torch.nn.functional.adaptive_avg_pool2d),
    ],
)
def test_so_many_windows_share_the_input_as_in_torch(
    pool: Callable, oracle: Callable, output_size: int | tuple[int, int]
) -> None:
    x = np.random.default_rng(0).standard_normal((3, 2, 4, 5))
    trace = pool(x, output_size)
    np.testing.assert_allclose(trace.output, oracle(torch.tensor(x), output_size).numpy(), rtol=1e-12, atol=1e-12)
    np.testing.assert_array_equal(trace.output[:1], pool(x[:1], output_size).output)
    for position in trace.positions():
        rows, columns = trace.window(*position)
        seen = x[position[0], position[1]][np.ix_(rows, columns)]
        np.testing.assert_array_equal(trace.step(*position).window, seen)


@both_poolings
def test_a_dilated_window_skips_cells(pool: Callable) -> None:
    trace = pool([[[[1, 2, 9, 4], [0, 0, 0, 0], [5, 6, 7, 8]]]], 2, 1, dilation=2)
    assert trace.step(0, 0, 0, 1).window.tolist() == [[2, 4], [6, 8]]
    assert trace.output.tolist() == [[[[9, 8]]]] if pool is max_pool2d else [[[[5.5, 5]]]]
