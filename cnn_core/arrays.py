"""Read-only float64 arrays, and the small checks that every operation begins with."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from cnn_core.errors import InputError, ShapeError

__all__ = ["Array", "IntArray", "Pair", "as_array", "as_pair", "freeze"]

Array: TypeAlias = npt.NDArray[np.float64]
IntArray: TypeAlias = npt.NDArray[np.int64]
Pair: TypeAlias = tuple[int, int]


def freeze(array: npt.NDArray[np.generic]) -> None:
    """Make an array read-only (`frozen=True` on a dataclass does not)."""
    array.flags.writeable = False


def as_array(name: str, value: npt.ArrayLike, axes: str) -> Array:
    """Return `value` as a read-only float64 array whose axes are those of `axes`.

    Parameters
    ----------
    name
        What the caller calls it; stands in the error message.
    value
        Anything `np.asarray` takes. It is copied: the trace must not change under its reader.
    axes
        Space-separated axis names, such as `"N C H W"`; their number is checked.

    Raises
    ------
    ShapeError
        If the number of axes differs or an axis is empty.
    InputError
        If it holds something that is not a real, finite number.

    >>> as_array("x", [[1, 2]], "H W").shape
    (1, 2)
    """
    try:
        array = np.array(value, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise InputError(f"{name} must be numbers with axes ({axes}), but it is not: {error}.") from error
    names = axes.split()
    if array.ndim != len(names) or 0 in array.shape:
        raise ShapeError(
            f"{name} must have {len(names)} axes ({', '.join(names)}), none of them empty, but its shape is {array.shape}."
        )
    if not np.isfinite(array).all():
        raise InputError(f"{name} must hold finite numbers, but it holds NaN or infinity.")
    freeze(array)
    return array


def as_pair(name: str, value: int | tuple[int, int], *, minimum: int) -> Pair:
    """Return a number or a pair as a pair of integers, each at least `minimum`.

    >>> as_pair("stride", 2, minimum=1)
    (2, 2)
    """
    try:
        first, second = (value, value) if isinstance(value, int | np.integer) else value
        pair = int(first), int(second)
        exact = pair == (first, second) and not isinstance(first, bool) and not isinstance(second, bool)
    except (TypeError, ValueError, OverflowError):
        exact = False
    if not exact or min(pair) < minimum:
        raise InputError(
            f"{name} must be a whole number of at least {minimum}, or a pair of them, but it is {value!r}."
        )
    return pair
