"""What max pooling and average pooling share: where windows stop, which cells they hold, and how they are seen."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt

from cnn_core.arrays import Array, IntArray, Pair, as_pair
from cnn_core.errors import InputError, ShapeError
from cnn_core.trace import Position, Trace, Values, check_position, positions_of
from cnn_core.windows import Padding, PaddingLike, as_padding, pad, reach, windows

__all__ = ["AdaptiveGeometry", "PoolGeometry", "PoolStep", "PoolTrace", "adaptive_geometry", "pool_geometry"]

NO_PADDING: Padding = (0, 0), (0, 0)


@dataclass(frozen=True)
class PoolGeometry:
    """Where the windows of a pooling stop.

    Attributes
    ----------
    size
        Height and width of the input.
    kernel_size
        Height and width of the window, its dilation not counted.
    padding
        `((top, bottom), (left, right))`, whichever way it was asked for.
    dilation
        Rows and columns from one cell of the window to the next.
    rows, columns
        Those of `x` that each stop looks at, downwards and across; negative inside the padding.
    """

    size: Pair
    kernel_size: Pair
    stride: Pair
    padding: Padding
    dilation: Pair
    rows: tuple[range, ...]
    columns: tuple[range, ...]

    @property
    def output_size(self) -> Pair:
        """How many windows there are, downwards and across."""
        return len(self.rows), len(self.columns)

    def cells(self, i: int, j: int) -> tuple[list[int], list[int]]:
        """Return the rows and the columns of `x` that window `i, j` looks at, those outside `x` included."""
        return [*self.rows[i]], [*self.columns[j]]

    def inside(self, i: int, j: int) -> npt.NDArray[np.bool_]:
        """Say for each cell of window `i, j` whether it lies in `x`, (kH, kW)."""
        return np.logical_and.outer(*map(is_inside, (self.rows[i], self.columns[j]), self.size))

    def counts(self, border: Padding = NO_PADDING) -> IntArray:
        """Return how many cells of each window lie in `x` or in so much of a border around it, (H_out, W_out)."""
        axes = zip(self._stops, self.size, border, strict=True)
        rows, columns = ([is_inside(cells, length, sides).sum() for cells in stops] for stops, length, sides in axes)
        return np.asarray(np.multiply.outer(rows, columns), dtype=np.int64)

    def reaching(self, row: int, column: int) -> list[Pair]:
        """Return the windows that look at a cell of `x`, in reading order."""
        columns = [j for j, cells in enumerate(self.columns) if column in cells]
        return [(i, j) for i, cells in enumerate(self.rows) if row in cells for j in columns]

    def handed_back(self, shares: Array) -> Array:
        """Give every cell a window looks at its share (N, C, H_out, W_out), summed for each cell of `x`."""
        rows, columns = (
            np.array([np.isin(np.arange(size), cells) for cells in stops], dtype=np.float64)
            for stops, size in zip(self._stops, self.size, strict=True)
        )
        return np.asarray(rows.T @ shares @ columns)

    def windows(self, x: Array, outside: float) -> Array:
        """Return every window of `x` (N, C, H, W), filled with `outside` where it leaves `x`.

        Returns
        -------
        (N, C, H_out, W_out, kH, kW)
        """
        (top, _), (left, _) = self.padding
        reached = (max(0, stops[-1][-1] - size + 1) for stops, size in zip(self._stops, self.size, strict=True))
        padded = pad(x, ((top, next(reached)), (left, next(reached))), outside)
        H_out, W_out = self.output_size
        return windows(padded, self.kernel_size, self.stride, self.dilation)[:, :, :H_out, :W_out]

    @property
    def _stops(self) -> tuple[tuple[range, ...], tuple[range, ...]]:
        return self.rows, self.columns


class AdaptiveGeometry(PoolGeometry):
    """Windows of which some are longer than others, so that so many share `x`; `kernel_size` is the largest."""

    def windows(self, x: Array, outside: float) -> Array:
        rows, columns = (
            np.array([[*stop] + [size] * (longest - len(stop)) for stop in stops])
            for stops, size, longest in zip(self._stops, self.size, self.kernel_size, strict=True)
        )
        padded = pad(x, ((0, 1), (0, 1)), outside)
        return np.asarray(padded[:, :, rows[:, None, :, None], columns[None, :, None, :]])


@dataclass(frozen=True, eq=False)
class PoolStep:
    """What one window of a pooling looked at.

    Attributes
    ----------
    position
        `(n, c, i, j)`, in the output.
    top, left
        Where the window begins in `x`; negative inside the padding.
    window : (kH, kW)
        The values looked at; where the window leaves `x`, -inf of a max pooling and 0 of an average.
    inside : (kH, kW)
        Whether each cell lies in `x`.
    value
        The output there.
    """

    position: Position
    top: int
    left: int
    window: Array
    inside: npt.NDArray[np.bool_]
    value: float


@dataclass(frozen=True, eq=False)
class PoolTrace(Trace):
    """A pooling that has been computed.

    Attributes
    ----------
    x : (N, C, H, W)
    output : (N, C, H_out, W_out)
    geometry
        Where the windows stop.
    """

    OUTSIDE: ClassVar[float]
    """What a window holds where it leaves `x`."""

    x: Array
    output: Array
    geometry: PoolGeometry
    ceil_mode: bool

    @property
    def kernel_size(self) -> Pair:
        return self.geometry.kernel_size

    @property
    def stride(self) -> Pair:
        return self.geometry.stride

    @property
    def padding(self) -> Padding:
        return self.geometry.padding

    @property
    def dilation(self) -> Pair:
        return self.geometry.dilation

    @cached_property
    def _windows(self) -> Array:
        return self.geometry.windows(self.x, self.OUTSIDE)

    def window(self, *position: int) -> tuple[list[int], list[int]]:
        """Return the rows and columns that a window looks at, padding included."""
        return self.geometry.cells(*position[2:])

    def positions(self) -> Iterator[Position]:
        return positions_of(self.output.shape)

    def values(self) -> Values:
        return {"x": self.x, "output": self.output}

    def _seen(self, n: int, c: int, i: int, j: int) -> dict[str, Any]:
        """Return what a step of either pooling holds."""
        position = (n, c, i, j)
        check_position(position, self.output.shape)
        inside = self.geometry.inside(i, j)
        inside.flags.writeable = False
        window = self._windows[n, c, i, j, : inside.shape[0], : inside.shape[1]].copy()
        window.flags.writeable = False
        return {
            "position": position,
            "top": self.geometry.rows[i].start,
            "left": self.geometry.columns[j].start,
            "window": window,
            "inside": inside,
            "value": float(self.output[position]),
        }


def pool_geometry(
    x: Array,
    *,
    kernel_size: int | Pair,
    stride: int | Pair | None,
    padding: PaddingLike,
    dilation: int | Pair,
    ceil_mode: bool,
) -> PoolGeometry:
    """Check the options of a pooling of `x` (N, C, H, W) and work out its geometry."""
    size = x.shape[2], x.shape[3]
    kernel_size = as_pair("kernel_size", kernel_size, minimum=1)
    stride = kernel_size if stride is None else as_pair("stride", stride, minimum=1)
    dilation = as_pair("dilation", dilation, minimum=1)
    covered = reach(kernel_size, dilation)
    border = as_padding(padding, covered, stride, size)
    _check_padding(border, covered)
    counts = [_stops(*axis, ceil_mode=ceil_mode) for axis in zip(size, covered, stride, border, strict=True)]
    if min(counts) < 1:
        raise ShapeError(
            f"kernel_size must fit into x with its padding, which is {size[0] + sum(border[0])} x "
            f"{size[1] + sum(border[1])}, but the window covers {covered[0]} x {covered[1]} (dilation included)."
        )
    rows, columns = (
        tuple(range(at * step - before, at * step - before + length, apart) for at in range(count))
        for count, step, (before, _), length, apart in zip(counts, stride, border, covered, dilation, strict=True)
    )
    geometry = PoolGeometry(size, kernel_size, stride, border, dilation, rows, columns)
    _check_reached(geometry)
    return geometry


def adaptive_geometry(x: Array, output_size: int | Pair) -> PoolGeometry:
    """Share `x` (N, C, H, W) among so many windows, as torch does: from `floor(i * H / H_out)` on."""
    size, counts = (x.shape[2], x.shape[3]), as_pair("output_size", output_size, minimum=1)
    rows, columns = (
        tuple(range(at * length // count, -(-(at + 1) * length // count)) for at in range(count))
        for length, count in zip(size, counts, strict=True)
    )
    longest = max(map(len, rows)), max(map(len, columns))
    is_regular = (longest[0] * counts[0], longest[1] * counts[1]) == size
    kind = PoolGeometry if is_regular else AdaptiveGeometry
    return kind(size, longest, longest, NO_PADDING, (1, 1), rows, columns)


def is_inside(cells: range, size: int, border: Pair = (0, 0)) -> npt.NDArray[np.bool_]:
    """Say of each row (or column) whether it lies in an axis of this size, or in its border."""
    at = np.array(cells)
    return (at >= -border[0]) & (at < size + border[1])


def _check_padding(padding: Padding, covered: Pair) -> None:
    if any(max(border) >= length for border, length in zip(padding, covered, strict=True)):
        raise InputError(
            f"padding must be smaller than the window, which covers {covered[0]} x {covered[1]} (dilation included), "
            f"but it is {padding}."
        )


def _check_reached(geometry: PoolGeometry) -> None:
    """Refuse windows whose cells all lie outside `x`, between which dilation steps over it."""
    if not geometry.counts().all():
        raise InputError(
            f"dilation must leave at least one cell of each window inside x, which is {geometry.size[0]} x "
            f"{geometry.size[1]}, but it is {geometry.dilation} with a padding of {geometry.padding}."
        )


def _stops(size: int, covered: int, stride: int, border: Pair, *, ceil_mode: bool) -> int:
    """Return how many windows fit along an axis.

    With `ceil_mode` a last window may reach over the end, unless it would begin in the padding there:
    torch's `pooling_output_shape`.
    """
    free = size + sum(border) - covered
    if not ceil_mode:
        return free // stride + 1
    count = -(-free // stride) + 1
    return count - 1 if (count - 1) * stride >= size + border[0] else count
