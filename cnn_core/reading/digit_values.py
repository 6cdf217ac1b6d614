"""A digit that is given as numbers: 28 x 28 of them, or a line of 784, as MNIST has them in tables."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from cnn_core.arrays import Array, freeze
from cnn_core.errors import InputError, ShapeError
from cnn_core.mnist import Bytes
from cnn_core.reading.grids import FileSource, read_grid

__all__ = ["DigitValues", "read_digit_values"]

_SIDE = 28
_LINES = (".csv", ".tsv", ".txt")


class DigitValues(NamedTuple):
    """The pixels of a digit, (28, 28), and what its writer meant, where a table says so before them."""

    pixels: Bytes
    label: int | None
    name: str


def read_digit_values(name: str, source: object) -> DigitValues:
    """Return a digit from grey values in any form: 0 is paper, 255 or 1 is ink.

    Parameters
    ----------
    source
        As `read_grid` takes it. Of a table with a line of 784 or 785 numbers for each digit, such as MNIST as CSV, it
        is the one behind the `#`, or the first.

    Raises
    ------
    InputError
        If these are not 28 x 28 numbers from 0 to 255.
    """
    grid = read_grid(name, _as_line(name, source))
    array = grid.array[0] if grid.array.ndim == 3 and len(grid.array) == 1 else grid.array
    label = None
    if array.shape == (1, _SIDE * _SIDE + 1) and array[0, 0] in range(10):
        label, array = int(array[0, 0]), array[:, 1:]
    if array.size == _SIDE * _SIDE and 1 in array.shape:
        array = array.reshape(_SIDE, _SIDE)
    if array.shape != (_SIDE, _SIDE):
        several = "; name one of them behind a #, such as FILE.npy#0" if array.shape[1:] == (_SIDE, _SIDE) else ""
        raise ShapeError(f"{name} must be 28×28 grey values, or 784 in a row, but its shape is {array.shape}{several}.")
    return DigitValues(_as_pixels(name, array), label, grid.origin)


def _as_line(name: str, source: object) -> object:
    """Name the first line of a table that has a digit in each."""
    file = FileSource.of(str(source)) if isinstance(source, str) and "\n" not in source else None
    if file is None or file.kind not in _LINES or file.rest:
        return source
    first = f"{source}#0"
    return first if read_grid(name, first).array.size in (_SIDE * _SIDE, _SIDE * _SIDE + 1) else source


def _as_pixels(name: str, array: Array) -> Bytes:
    least, most = float(array.min()), float(array.max())
    if least < 0 or most > 255:
        before = "; give them as they were before they were normalised" if least < 0 else ""
        raise InputError(
            f"{name} must hold numbers from 0, paper, to 255, ink, or from 0 to 1, but they are from {least:g} to "
            f"{most:g}{before}."
        )
    return freeze(np.rint(array * (255 if most <= 1 else 1)).astype(np.uint8))
