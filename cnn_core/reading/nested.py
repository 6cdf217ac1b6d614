"""Nested lists and arrays of numbers, checked and made read-only float64; errors say which row and column is wrong."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from numbers import Real
from typing import Any

import numpy as np
import numpy.typing as npt

from cnn_core.arrays import Array, freeze
from cnn_core.errors import InputError
from cnn_core.reading.quoting import counted, quoted

__all__ = ["from_array", "from_lists", "stack"]


def plain_number(value: object) -> float:
    """Return a number of Python's as a finite float; a ValueError completes the sentence "this cell ..."."""
    if not isinstance(value, Real | np.bool_):
        raise ValueError(f"is {_described(value)}")
    try:
        number = float(value)
    except OverflowError:
        raise ValueError("is too large") from None
    if not math.isfinite(number):
        raise ValueError(f"is {number}")
    return number


def from_lists(name: str, value: object, number: Callable[[Any], float] = plain_number) -> Array:
    """Return one list as a row (1, W), lists nested two deep as a grid (H, W), three deep as channels (C, H, W).

    A batch of one is taken out of its batch. `number` turns a cell into a float, as in `stack`.

    >>> from_lists("x", [[4, 1], [1, 1]]).shape
    (2, 2)
    """
    lists = _expect_list(name, value, "it")
    if _depth(lists) > 3 and len(lists) == 1:
        lists = _expect_list(name, lists[0], "it")
    depth = _depth(lists)
    if depth > 3:
        raise InputError(f"{name} must be a list of rows, or of channels of rows, but its lists are nested deeper.")
    array = stack(name, lists if depth == 3 else [lists if depth == 2 else [lists]], number)
    return array if depth == 3 else array.reshape(array.shape[1:])


def from_array(name: str, value: npt.NDArray[Any]) -> Array:
    """Return a read-only copy, in float64, of an array (H, W) or (C, H, W) of finite real numbers."""
    if value.dtype.kind not in "biuf":
        raise InputError(f"{name} must be an array of real numbers, but its type is {value.dtype.name}.")
    with np.errstate(over="ignore"):
        array = np.array(value, dtype=np.float64)
    bad = np.argwhere(~np.isfinite(array))
    if len(bad):
        axes = ("channel", "row", "column")[-array.ndim :]
        where = ", ".join(f"{axis} {index + 1}" for axis, index in zip(axes, bad[0], strict=True))
        raise InputError(f"{name} must hold finite numbers, but {where} is {array[tuple(bad[0])]}.")
    return _finished(array)


def stack(name: str, channels: Sequence[object], number: Callable[[Any], float]) -> Array:
    """Return channels of rows of cells as an array (C, H, W).

    Parameters
    ----------
    name
        What the caller calls it; stands in the error message.
    channels
        Lists of rows; anything else is refused.
    number
        Turns a cell into a finite float, or raises a ValueError that completes the sentence "this cell ...".
    """
    places = [f"channel {k}" for k in range(1, len(channels) + 1)] if len(channels) > 1 else [""]
    planes = [_plane(name, rows, number, place) for rows, place in zip(channels, places, strict=True)]
    sizes = [f"{len(plane)}×{len(plane[0])}" for plane in planes]
    for size, place in zip(sizes, places, strict=True):
        if size != sizes[0]:
            raise InputError(
                f"{name} must have channels of equal size, but channel 1 is {sizes[0]} and {place} is {size}."
            )
    return _finished(np.array(planes, dtype=np.float64))


def _plane(name: str, rows: object, number: Callable[[Any], float], place: str) -> list[list[float]]:
    prefix = f"{place}, " if place else ""
    cells = _expect_list(name, rows, place or "it")
    plane = [_row(name, row, number, f"{prefix}row {i}") for i, row in enumerate(cells, start=1)]
    for i, row in enumerate(plane, start=1):
        if len(row) != len(plane[0]):
            raise InputError(
                f"{name} must have rows of equal length, but {prefix}row 1 has {counted(len(plane[0]), 'number')} "
                f"and row {i} has {counted(len(row), 'number')}."
            )
    return plane


def _row(name: str, cells: object, number: Callable[[Any], float], place: str) -> list[float]:
    row = []
    for j, cell in enumerate(_expect_list(name, cells, place), start=1):
        try:
            row.append(plain_number(cell) if isinstance(cell, list | tuple) else number(cell))
        except ValueError as reason:
            raise InputError(f"{name} must be rows of numbers, but {place}, column {j} {reason}.") from None
    return row


def _expect_list(name: str, value: object, place: str) -> Sequence[object]:
    if not isinstance(value, list | tuple):
        raise InputError(f"{name} must be rows of numbers, but {place} is {_described(value)}.")
    if not value:
        raise InputError(f"{name} must be rows of numbers, but {place} is empty.")
    return value


def _depth(value: object) -> int:
    """Return how deep the first elements are nested, at most 4: a list may contain itself."""
    depth = 0
    while isinstance(value, list | tuple) and depth < 4:
        depth += 1
        value = value[0] if value else None
    return depth


def _described(value: object) -> str:
    if isinstance(value, str):
        return f"the text {quoted(value)}"
    if isinstance(value, list | tuple):
        return "a list"
    if isinstance(value, dict):
        return "an object with keys"
    if isinstance(value, Real):
        return "a single number"
    return "nothing" if value is None else f"a {type(value).__name__}"


def _finished(array: Array) -> Array:
    """Return the array read-only and without negative zeros, which would be shown as "-0"."""
    return freeze(array + 0.0)
