"""2-D upsampling, and downsampling: each value is copied, or mixed from its nearest four."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cnn_core.arrays import Array, IntArray, Pair, as_array, as_number, as_pair, freeze
from cnn_core.equation import Equation
from cnn_core.errors import InputError
from cnn_core.expression import Expression, Product, Sum, Value
from cnn_core.trace import Position, Trace, Values, check_position, positions_of, scalar

__all__ = ["UpsampleStep", "UpsampleTrace", "upsample"]

MODES = ("nearest", "nearest-exact", "bilinear", "bilinear-asymmetric")


@dataclass(frozen=True)
class UpsampleStep:
    """Where one value was copied from, or the first of those that it was mixed from: `(row, column)` in `x`."""

    position: Position
    source: Pair
    value: float

    def values(self) -> Values:
        """Return the value; where it is from, the equation says."""
        return {"value": scalar(self.value)}


@dataclass(frozen=True, eq=False)
class Taps:
    """What the rows (or columns) of the output are made of.

    Attributes
    ----------
    first, last : (out,)
        The two rows of `x` on both sides.
    share : (out,)
        How much of the last one is in it, from 0 to 1; 0 where one row is copied.
    """

    first: IntArray
    last: IntArray
    share: Array

    def at(self, index: int) -> list[tuple[int, float]]:
        """Return the rows that a row is made of, each with its weight."""
        share = float(self.share[index])
        found = [(int(self.first[index]), 1 - share), (int(self.last[index]), share)]
        return found if share else found[:1]

    def mixed(self, x: Array, axis: int) -> Array:
        """Return `x` with an axis made of other rows."""
        first = x.take(self.first, axis)
        if not self.share.any():
            return first
        share = self.share[:, None] if axis == 2 else self.share
        return np.asarray(first * (1 - share) + x.take(self.last, axis) * share)


@dataclass(frozen=True, eq=False)
class UpsampleTrace(Trace):
    """An upsampling that has been computed.

    Attributes
    ----------
    x : (N, C, H, W)
    output : (N, C, H_out, W_out)
    scale_factor
        How many times as many rows and columns there are.
    """

    x: Array
    output: Array
    scale_factor: tuple[float, float]
    mode: str
    rows: Taps
    columns: Taps

    def equation(self, *position: int) -> Equation:
        """Return `x[0,0,0,1] = 8` of what is copied; `0.75·0.25·8 + ...` of what is mixed."""
        n, c, i, j = position
        rows, columns = self.rows.at(i), self.columns.at(j)
        if len(rows) == len(columns) == 1:
            return self.carried("x", (n, c, rows[0][0], columns[0][0]), "output", position)
        terms = []
        for row, up in rows:
            for column, across in columns:
                weights = [Value(weight) for weight in (up, across) if weight != 1]
                terms.append(Product((*weights, self.value("x", n, c, row, column))))
        left: Expression = Sum(tuple(terms))
        return Equation.of(left, self.result("output", *position))

    def positions(self) -> Iterator[Position]:
        return positions_of(self.output.shape)

    def step(self, n: int, c: int, i: int, j: int) -> UpsampleStep:
        """Return where `output[n, c, i, j]` was copied from."""
        position = (n, c, i, j)
        check_position(position, self.output.shape)
        source = int(self.rows.first[i]), int(self.columns.first[j])
        return UpsampleStep(position, source, float(self.output[position]))

    def values(self) -> Values:
        return {"x": self.x, "output": self.output}


def upsample(
    x: npt.ArrayLike,
    scale_factor: float | tuple[float, float] | None = None,
    mode: str = "nearest",
    align_corners: bool = False,
    size: int | Pair | None = None,
) -> UpsampleTrace:
    """Make maps larger or smaller, as `torch.nn.functional.interpolate` does.

    Parameters
    ----------
    x : (N, C, H, W)
        The feature maps; each is enlarged for itself.
    scale_factor
        How many rows and columns each value becomes, 2 if neither this nor a size is given: one number, or one for each
        axis.
    mode
        `"nearest"` or `"nearest-exact"`, which copy; `"bilinear"`, which mixes the nearest four; or
        `"bilinear-asymmetric"`, which does so from the corner of each value instead of its middle: PyTorch has no such
        mode, but older ONNX files do.
    align_corners
        Of `"bilinear"`: whether the first and last values of both lie on each other.
    size
        Rows and columns of the output, instead of a factor.

    Raises
    ------
    ShapeError, InputError
        If `x` has another shape or an option is out of its range.

    >>> upsample([[[[1, 2]]]], 2).output.tolist()
    [[[[1.0, 1.0, 2.0, 2.0], [1.0, 1.0, 2.0, 2.0]]]]
    """
    x = as_array("x", x, "N C H W")
    if mode not in MODES:
        raise InputError(f"mode must be one of {', '.join(MODES)}, but it is {mode!r}.")
    if scale_factor is not None and size is not None:
        raise InputError("size must not be given beside scale_factor, but both are there.")
    if size is None:
        factors = _factors(2 if scale_factor is None else scale_factor)
        sides = [int(length * factor) for length, factor in zip(x.shape[2:], factors, strict=True)]
        if min(sides) < 1:
            raise InputError(f"scale_factor must leave something of x, whose shape is {x.shape}, but it is {factors}.")
    else:
        sides = [*as_pair("size", size, minimum=1)]
        factors = sides[0] / x.shape[2], sides[1] / x.shape[3]
    rows, columns = (
        _taps(length, side, factor, mode, align_corners=align_corners)
        for length, side, factor in zip(x.shape[2:], sides, factors, strict=True)
    )
    output = np.ascontiguousarray(columns.mixed(rows.mixed(x, 2), 3))
    return UpsampleTrace(x, freeze(output), factors, mode, rows, columns)


def _factors(scale_factor: float | tuple[float, float]) -> tuple[float, float]:
    parts = tuple(scale_factor) if isinstance(scale_factor, tuple | list) else (scale_factor, scale_factor)
    try:
        rows, columns = parts
        as_number("", rows, minimum=1e-6, maximum=1e6), as_number("", columns, minimum=1e-6, maximum=1e6)
    except (InputError, ValueError):
        raise InputError(
            f"scale_factor must be a number above 0, or a pair of them, but it is {scale_factor!r}."
        ) from None
    return rows, columns


def _taps(length: int, side: int, factor: float, mode: str, *, align_corners: bool) -> Taps:
    """Return what each of `side` rows is made of, out of `length`."""
    at = np.arange(side)
    if mode.startswith("nearest"):
        middle = 0.5 if mode == "nearest-exact" else 0.0
        first = np.minimum(np.floor((at + middle) / factor), length - 1).astype(np.int64)
        return Taps(freeze(first), freeze(first.copy()), freeze(np.zeros(side)))
    if mode == "bilinear-asymmetric":
        places = at / factor
    elif align_corners:
        places = at * (length - 1) / max(1, side - 1)
    else:
        places = np.maximum((at + 0.5) / factor - 0.5, 0.0)
    first = np.minimum(np.floor(places), length - 1).astype(np.int64)
    last = np.minimum(first + 1, length - 1)
    return Taps(freeze(first), freeze(last), freeze(np.where(last > first, places - first, 0.0)))
