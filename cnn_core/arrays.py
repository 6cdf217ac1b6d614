"""Read-only float64 arrays, and the small checks that every operation begins with."""

from __future__ import annotations

import operator
from typing import TypeAlias, TypeGuard, TypeVar

import numpy as np
import numpy.typing as npt

from cnn_core.errors import InputError, ShapeError

__all__ = ["Array", "IntArray", "Pair", "as_array", "as_axis", "as_number", "as_pair", "as_whole", "freeze"]

Array: TypeAlias = npt.NDArray[np.float64]
IntArray: TypeAlias = npt.NDArray[np.int64]
Pair: TypeAlias = tuple[int, int]
AnyArray = TypeVar("AnyArray", bound=npt.NDArray[np.generic])

# Products and squares of numbers up to this size, and long sums of them, stay far below float64's 1.8e308.
LARGEST = 1e100


def freeze(array: AnyArray) -> AnyArray:
    """Make an array read-only (`frozen=True` on a dataclass does not) and return it."""
    array.flags.writeable = False
    return array


def as_array(name: str, value: npt.ArrayLike, axes: str) -> Array:
    """Return `value` as a read-only, C-contiguous float64 array whose axes are those of `axes`.

    Parameters
    ----------
    name
        What the caller calls it; stands in the error message.
    value
        Anything `np.asarray` takes. It is copied, for the trace must not change under its reader; an array
        that is read-only already, such as another trace's output, is shared.
    axes
        Space-separated axis names, such as `"N C H W"`; their number is checked. `"..."` takes any number.

    Raises
    ------
    ShapeError
        If the number of axes differs or an axis is empty.
    InputError
        If it holds something that is not a real, finite number, or one beyond ±1e100.

    >>> as_array("x", [[1, 2]], "H W").shape
    (1, 2)
    """
    array = value if _can_be_shared(value) else _copied(name, value)
    _check_axes(name, array.shape, axes)
    if not (array.min() >= -LARGEST and array.max() <= LARGEST):  # NaN fails every comparison
        raise InputError(f"{name} must hold finite numbers of at most 1e100 in size, but it holds {_worst(array)}.")
    return array


def as_number(name: str, value: float, *, minimum: float = -LARGEST, maximum: float = LARGEST) -> float:
    """Return one real number within its bounds, which are allowed themselves.

    >>> as_number("eps", 0, minimum=0)
    0.0
    """
    try:
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        number = np.nan
    if isinstance(value, str) or not minimum <= number <= maximum:
        raise InputError(f"{name} must be a number from {minimum:g} to {maximum:g}, but it is {value!r}.")
    return number


def as_whole(name: str, value: int, *, minimum: int) -> int:
    """Return one whole number of at least `minimum`.

    >>> as_whole("groups", 2, minimum=1)
    2
    """
    number = _whole(value)
    if number is None or number < minimum:
        raise InputError(f"{name} must be a whole number of at least {minimum}, but it is {value!r}.")
    return number


def as_pair(name: str, value: int | tuple[int, int], *, minimum: int) -> Pair:
    """Return a number or a pair as a pair of whole numbers, each at least `minimum`.

    >>> as_pair("stride", 2, minimum=1)
    (2, 2)
    """
    parts = tuple(value) if isinstance(value, tuple | list) else (value, value)
    pair = tuple(number for part in parts if (number := _whole(part)) is not None)
    if len(parts) != 2 or len(pair) != 2 or min(pair) < minimum:
        raise InputError(
            f"{name} must be a whole number of at least {minimum}, or a pair of them, but it is {value!r}."
        )
    return pair


def as_axis(name: str, value: int, x: Array) -> int:
    """Return an axis of `x`, counted from the front whichever way it was counted.

    >>> as_axis("dim", -1, as_array("x", [[1, 2]], "N C"))
    1
    """
    if value not in range(-x.ndim, x.ndim):
        raise InputError(f"{name} must be an axis of x, whose shape is {x.shape}, but it is {value!r}.")
    return int(value) % x.ndim


def _whole(value: object) -> int | None:
    """Return a whole number as an `int`, and None for anything else (`True` and `2.0` are no whole numbers)."""
    if isinstance(value, bool):
        return None
    try:
        return operator.index(value)  # type: ignore[arg-type]
    except TypeError:
        return None


def _can_be_shared(value: object) -> TypeGuard[Array]:
    """Say whether this is a contiguous float64 array that nobody can write to, not even through its base."""
    if not (isinstance(value, np.ndarray) and value.dtype == np.float64 and value.flags.c_contiguous):
        return False
    owner: object = value
    while isinstance(owner, np.ndarray) and not owner.flags.writeable:
        owner = owner.base
    return owner is None


def _copied(name: str, value: npt.ArrayLike) -> Array:
    try:
        array = np.asarray(value)
        if array.dtype.kind not in "biufO":
            raise TypeError(f"it holds {array.dtype}")
        with np.errstate(over="ignore"):  # too large a number becomes infinity, which is refused later
            return freeze(np.array(array, dtype=np.float64, order="C"))
    except (TypeError, ValueError, OverflowError) as error:
        raise InputError(f"{name} must be an array of real numbers, but it is not: {error}.") from error


def _check_axes(name: str, shape: tuple[int, ...], axes: str) -> None:
    names = axes.split()
    if axes == "..." and 0 in shape:
        raise ShapeError(f"{name} must not be empty, but its shape is {shape}.")
    if axes != "..." and (len(shape) != len(names) or 0 in shape):
        wanted = f"{len(names)} axes ({', '.join(names)})" if len(names) > 1 else f"one axis ({axes})"
        raise ShapeError(f"{name} must have {wanted}, none of them empty, but its shape is {shape}.")


def _worst(array: Array) -> str:
    if np.isnan(array).any():
        return "NaN"
    largest = np.abs(array).max()
    return "infinity" if np.isinf(largest) else f"{largest:g}"
