import numpy as np
import pytest
import torch

from cnn_core import conv2d, flatten
from cnn_core.errors import InputError

MAPS = np.arange(48.0).reshape(2, 2, 3, 4)


@pytest.mark.parametrize("start_dim", [0, 1, 2, 3, -1, -2])
def test_any_flattening_agrees_with_torch(start_dim: int) -> None:
    expected = torch.flatten(torch.tensor(MAPS), start_dim).numpy()
    np.testing.assert_array_equal(flatten(MAPS, start_dim).output, expected)


def test_the_images_stay_apart_unless_told_otherwise() -> None:
    assert flatten(MAPS).output.shape == (2, 24)


@pytest.mark.parametrize("start_dim", [0, 1, 2, -1])
def test_every_step_knows_where_its_value_came_from(start_dim: int) -> None:
    trace = flatten(MAPS, start_dim)
    for position in np.ndindex(trace.output.shape):
        step = trace.step(*position)
        assert step.value == MAPS[*position[:-1], *step.source] == trace.output[position]


def test_the_source_is_channel_row_and_column() -> None:
    assert flatten(MAPS).step(1, 17).source == (1, 1, 1)


def test_nothing_is_copied_on_the_way_from_layer_to_layer() -> None:
    layer = conv2d(MAPS, np.ones((1, 2, 1, 1)))
    assert np.shares_memory(flatten(layer.output).output, layer.output)


def test_an_axis_that_is_not_there_is_refused() -> None:
    with pytest.raises(InputError, match=r"start_dim must be an axis of x, whose shape is \(3,\), but it is 1"):
        flatten([1, 2, 3])
