"""The storyboard's grids give the storyboard's numbers."""

import numpy as np
import pytest

from cnn_core import examples
from cnn_core.examples import HANDWRITTEN_ONE, POOL_GRID, STROKE_MAP
from cnn_core.kernels import KERNELS


@pytest.mark.parametrize("name", examples.__all__)
def test_every_example_is_a_read_only_grid(name: str) -> None:
    grid = getattr(examples, name)
    assert grid.ndim == 2
    assert not grid.flags.writeable


def test_the_vertical_stroke_lights_up_in_the_handwritten_one() -> None:
    windows = np.lib.stride_tricks.sliding_window_view(HANDWRITTEN_ONE, (3, 3))
    output = (windows * KERNELS["vertical-stroke"].weight).sum(axis=(2, 3))
    assert output.tolist() == [[-1, 5, -3], [-1, 5, -3], [-1, 4, -1]]
    assert np.array_equal(output, STROKE_MAP)


def test_the_pool_grid_has_the_maxima_mean_and_variance_of_the_storyboard() -> None:
    assert POOL_GRID.tolist() == [[4, 1, 1, 8], [1, 1, 0, 2], [7, 3, 2, 2], [3, 8, 4, 1]]
    assert POOL_GRID.reshape(2, 2, 2, 2).max(axis=(1, 3)).tolist() == [[4, 8], [8, 4]]
    assert (POOL_GRID.sum(), POOL_GRID.mean(), POOL_GRID.var()) == (48, 3, 6.25)
