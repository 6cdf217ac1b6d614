"""Which axis of an array is which: batches of one, and channels that come first or last."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from cnn_core.errors import ShapeError

__all__ = ["ordered"]

_MOST_CHANNELS = 4


def ordered(name: str, array: npt.NDArray[Any], *, guess: bool = True) -> tuple[npt.NDArray[Any], str]:
    """Return an array as (H, W) or (C, H, W) and, in words, what was guessed: `"its last axis read as channels"`.

    Batches of one are taken out of their batch; one axis alone is a row. Channels come first, as PyTorch has them,
    unless only the last axis is short enough for them, or only so the image is square.

    Raises
    ------
    ShapeError
        If it is a batch of several, or has more axes still.

    >>> array, said = ordered("x", np.zeros((28, 28, 1)))
    >>> array.shape, said
    ((1, 28, 28), 'its last axis read as channels')
    """
    shape = array.shape
    while array.ndim > 3 and len(array) == 1:
        array = array[0]
    if array.ndim == 1 and array.size:
        array = array[None]
    if array.ndim not in (2, 3) or array.size == 0:
        one = "; name one of them behind a #, from 0, such as FILE.npy#0" if array.ndim == 4 and array.size else ""
        raise ShapeError(
            f"{name} must have 2 axes (rows, columns) or 3 (channels, rows, columns), none of them empty, "
            f"but its shape is {shape}{one}."
        )
    if array.ndim == 2 or not guess or array.shape[2] > _MOST_CHANNELS:
        return array, ""
    first, second, last = array.shape
    if first > _MOST_CHANNELS or 1 < first == second != last:
        return np.moveaxis(array, 2, 0), "its last axis read as channels"
    return array, "its first axis read as channels" if first > 1 else ""
