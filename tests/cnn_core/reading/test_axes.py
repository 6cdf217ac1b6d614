"""Channels come first unless the shape says otherwise; what was guessed is said."""

import re

import numpy as np
import pytest

from cnn_core.errors import ShapeError
from cnn_core.reading.axes import ordered

FIRST, LAST = "its first axis read as channels", "its last axis read as channels"


@pytest.mark.parametrize(
    ("shape", "becomes", "said"),
    [
        ((4, 5), (4, 5), ""),
        ((5,), (1, 5), ""),
        ((1, 1, 4, 4), (1, 4, 4), ""),
        ((1, 28, 28, 1), (1, 28, 28), LAST),
        ((28, 28, 1), (1, 28, 28), LAST),
        ((480, 640, 3), (3, 480, 640), LAST),
        ((2, 2, 3), (3, 2, 2), LAST),
        ((3, 3, 1), (1, 3, 3), LAST),
        ((3, 3, 3), (3, 3, 3), FIRST),
        ((2, 3, 3), (2, 3, 3), FIRST),
        ((3, 28, 28), (3, 28, 28), ""),
        ((1, 4, 3), (1, 4, 3), ""),
        ((1, 1, 3), (1, 1, 3), ""),
    ],
)
def test_the_order_of_axes_is_said_where_it_is_guessed(
    shape: tuple[int, ...], becomes: tuple[int, ...], said: str
) -> None:
    array, words = ordered("x", np.zeros(shape))
    assert (array.shape, words) == (becomes, said)


def test_channels_that_come_last_are_moved_with_their_values() -> None:
    image = np.arange(12).reshape(2, 2, 3)
    assert ordered("x", image)[0].tolist() == [[[0, 3], [6, 9]], [[1, 4], [7, 10]], [[2, 5], [8, 11]]]


def test_nothing_is_guessed_of_what_is_known() -> None:
    assert ordered("x", np.zeros((2, 2, 3)), guess=False)[0].shape == (2, 2, 3)


@pytest.mark.parametrize("shape", [(), (0,), (2, 0), (2, 1, 4, 4), (1, 2, 1, 1, 1), (0, 1, 4, 4)])
def test_what_is_no_image_is_refused(shape: tuple[int, ...]) -> None:
    with pytest.raises(ShapeError, match=rf"^x must have 2 axes .* but its shape is {re.escape(str(shape))}"):
        ordered("x", np.zeros(shape))
