"""The geometry that max pooling and average pooling share: where windows stop and which cells they hold."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cnn_core.arrays import Array, Pair, as_pair
from cnn_core.errors import InputError, ShapeError
from cnn_core.windows import Padding, pad, reach, sources, windows

__all__ = ["PoolGeometry", "pool_geometry"]


@dataclass(frozen=True)
class PoolGeometry:
    """Where the windows of a pooling stop.

    Attributes
    ----------
    size
        Height and width of the input.
    output_size
        How many windows there are, downwards and across.
    """

    size: Pair
    kernel_size: Pair
    stride: Pair
    padding: Pair
    dilation: Pair
    output_size: Pair

    def corner(self, i: int, j: int) -> Pair:
        """Return the row and column of `x` where window `i, j` begins; negative inside the padding."""
        return i * self.stride[0] - self.padding[0], j * self.stride[1] - self.padding[1]

    def cells(self, i: int, j: int) -> tuple[list[int], list[int]]:
        """Return the rows and the columns of `x` that window `i, j` looks at, those outside `x` included."""
        (kH, kW), (dH, dW) = self.kernel_size, self.dilation
        top, left = self.corner(i, j)
        return [top + a * dH for a in range(kH)], [left + b * dW for b in range(kW)]

    def inside(self, i: int, j: int) -> npt.NDArray[np.bool_]:
        """Say for each cell of window `i, j` whether it lies in `x`, (kH, kW)."""
        rows, columns = self.cells(i, j)
        row_inside = [0 <= row < self.size[0] for row in rows]
        column_inside = [0 <= column < self.size[1] for column in columns]
        return np.logical_and.outer(row_inside, column_inside)

    @property
    def border(self) -> Padding:
        """The rows and columns around `x` that windows reach."""
        H_out, W_out = self.output_size
        last_row, last_column = (cells[-1] for cells in self.cells(H_out - 1, W_out - 1))
        (height, width), (pH, pW) = self.size, self.padding
        return (pH, max(0, last_row - height + 1)), (pW, max(0, last_column - width + 1))

    def reaching(self, row: int, column: int) -> list[Pair]:
        """Return the windows that look at a cell of `x`, in reading order."""
        rows, columns = (
            [stop for stop, _ in sources(at + border, *options)]
            for at, border, *options in zip(
                (row, column), self.padding, self.output_size, self.kernel_size, self.stride, self.dilation, strict=True
            )
        )
        return [(i, j) for i in rows for j in columns]

    def windows(self, x: Array, outside: float) -> Array:
        """Return every window of `x` (N, C, H, W), filled with `outside` where it leaves `x`.

        Returns
        -------
        (N, C, H_out, W_out, kH, kW)
        """
        H_out, W_out = self.output_size
        padded = pad(x, self.border, outside)
        return windows(padded, self.kernel_size, self.stride, self.dilation)[:, :, :H_out, :W_out]


def pool_geometry(
    x: Array,
    *,
    kernel_size: int | Pair,
    stride: int | Pair | None,
    padding: int | Pair,
    dilation: int | Pair = 1,
    ceil_mode: bool,
) -> PoolGeometry:
    """Check the options of a pooling of `x` (N, C, H, W) and work out its geometry."""
    size = x.shape[2], x.shape[3]
    kernel_size = as_pair("kernel_size", kernel_size, minimum=1)
    stride = kernel_size if stride is None else as_pair("stride", stride, minimum=1)
    padding = as_pair("padding", padding, minimum=0)
    dilation = as_pair("dilation", dilation, minimum=1)
    covered = reach(kernel_size, dilation)
    _check_padding(padding, kernel_size)
    counts = tuple(map(_stops, size, covered, stride, padding, (ceil_mode, ceil_mode)))
    if min(counts) < 1:
        raise ShapeError(
            f"kernel_size must fit into x with its padding, which is {size[0] + 2 * padding[0]} x "
            f"{size[1] + 2 * padding[1]}, but the window covers {covered[0]} x {covered[1]} (dilation included)."
        )
    return PoolGeometry(size, kernel_size, stride, padding, dilation, (counts[0], counts[1]))


def _check_padding(padding: Pair, kernel_size: Pair) -> None:
    if any(border > length // 2 for border, length in zip(padding, kernel_size, strict=True)):
        raise InputError(f"padding must be at most half of kernel_size, which is {kernel_size}, but it is {padding}.")


def _stops(size: int, covered: int, stride: int, padding: int, ceil_mode: bool) -> int:
    """Return how many windows fit along an axis.

    With `ceil_mode` a last window may reach over the end, unless it would begin in the padding there:
    torch's `pooling_output_shape`.
    """
    free = size + 2 * padding - covered
    if not ceil_mode:
        return free // stride + 1
    count = -(-free // stride) + 1
    return count - 1 if (count - 1) * stride >= size + padding else count
