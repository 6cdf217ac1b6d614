"""What every trace offers, and how a position in it is named."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Protocol, TypeAlias, cast

import numpy as np

from cnn_core.arrays import Array, IntArray, freeze
from cnn_core.errors import InputError

__all__ = ["Position", "Trace", "Values", "check_position", "positions_of", "scalar"]

Position: TypeAlias = tuple[int, int, int, int]
Values: TypeAlias = dict[str, Array | IntArray]


class Trace(Protocol):
    """An operation that has been computed."""

    @property
    def output(self) -> Array:
        """The result."""

    def values(self) -> Values:
        """Return the arrays that a reader may want to check, by name; all of them finite."""


def positions_of(shape: tuple[int, ...]) -> Iterator[Position]:
    """Walk over an array of four axes in reading order.

    >>> list(positions_of((1, 1, 1, 2)))
    [(0, 0, 0, 0), (0, 0, 0, 1)]
    """
    return cast("Iterator[Position]", product(*map(range, shape)))


def check_position(position: tuple[int, ...], shape: tuple[int, ...]) -> None:
    """Refuse a position that lies outside an array of this shape (negative indices included)."""
    inside = len(position) == len(shape) and all(0 <= at < size for at, size in zip(position, shape, strict=True))
    if not inside:
        raise InputError(f"the position must lie inside the shape {shape}, but it is {position}.")


def scalar(number: float) -> Array:
    """Return a number as a read-only array without axes, so that it can stand among `values()`."""
    return freeze(np.array(number, dtype=np.float64))
