"""2-D max pooling: the largest value of each window."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from cnn_core.arrays import Array, IntArray, Pair, as_array, freeze
from cnn_core.backward import as_gradient
from cnn_core.equation import Equation, Explanation, Given
from cnn_core.expression import Maximum
from cnn_core.pool_backward import MaxPool2dBackward
from cnn_core.pooling import PoolGeometry, PoolStep, PoolTrace, adaptive_geometry, pool_geometry
from cnn_core.trace import Values, address_of, check_position, scalar
from cnn_core.windows import PaddingLike

__all__ = ["MaxPool2dStep", "MaxPool2dTrace", "adaptive_max_pool2d", "max_pool2d"]


@dataclass(frozen=True, eq=False)
class MaxPool2dStep(PoolStep):
    """Which value won one window.

    Attributes
    ----------
    winner
        `(row, column)` in `x` of the largest value; of the first one in reading order where several are equal.
    ties
        How many cells hold it; 1 where nothing is tied.
    """

    winner: Pair
    ties: int

    def values(self) -> Values:
        """Return what this window was decided by, by name; `inside_values` are those in `x`, in reading order."""
        return {
            "inside_values": freeze(self.window[self.inside]),
            "winner": freeze(np.array(self.winner)),
            "value": scalar(self.value),
        }


@dataclass(frozen=True, eq=False)
class MaxPool2dTrace(PoolTrace):
    """A max pooling that has been computed; padding counts as -inf."""

    OUTSIDE = -np.inf

    @cached_property
    def argmax(self) -> IntArray:
        """Flat index into `H * W` of each winner, (N, C, H_out, W_out); the first one where several are equal."""
        windows = self._windows
        argmax = np.empty(self.output.shape, dtype=np.int64)
        for a, b in reversed(list(np.ndindex(self.kernel_size))):  # so that the first one is written last
            np.copyto(argmax, self._flat_index(a, b), where=windows[..., a, b] == self.output)
        return freeze(argmax)

    def equation(self, *position: int) -> Equation:
        """Return `Max(4, 1, 1, 1) = 4`, of the cells that lie in `x`."""
        n, c, i, j = position
        return Equation.of(
            Maximum(tuple(self.value("x", n, c, *cell) for cell in self._cells(i, j))), self.result("output", *position)
        )

    def _cells(self, i: int, j: int) -> list[Pair]:
        """Return the row and column of each cell of window `i, j` that lies in `x`, in reading order."""
        (rows, columns), (H, W) = self.geometry.cells(i, j), self.geometry.size
        return [(row, column) for row in rows for column in columns if 0 <= row < H and 0 <= column < W]

    def operand(self, position: tuple[int, ...], name: str, indices: tuple[int, ...]) -> str:
        """Return the address of one of a window's values, or of its winner."""
        if name == "winner":
            return address_of("argmax", position)
        if name != "inside_values":
            return super().operand(position, name, indices)
        n, c, i, j = position
        cells = self._cells(i, j)
        check_position(indices, (len(cells),))
        return address_of("x", (n, c, *cells[indices[0]]))

    def other(self, name: str, indices: tuple[int, ...]) -> Explanation:
        return Given("counted") if name == "argmax" else super().other(name, indices)

    def step(self, n: int, c: int, i: int, j: int) -> MaxPool2dStep:
        """Return the window of `output[n, c, i, j]` and who won it."""
        seen = self._seen(n, c, i, j)
        rows, columns = self.geometry.cells(i, j)
        row, column = divmod(int(seen["window"].argmax()), len(columns))
        ties = int((seen["window"] == seen["value"]).sum())
        return MaxPool2dStep(**seen, winner=(rows[row], columns[column]), ties=ties)

    def backward(self, grad_output: npt.ArrayLike) -> MaxPool2dBackward:
        return MaxPool2dBackward(self, as_gradient(grad_output, self.output))

    def values(self) -> Values:
        return {"x": self.x, "output": self.output, "argmax": self.argmax}

    def _flat_index(self, a: int, b: int) -> IntArray:
        """Return where in `H * W` cell `a, b` of each window lies, (H_out, W_out)."""
        rows, columns = (
            np.array([cells.start + at * cells.step for cells in stops], dtype=np.int64)
            for at, stops in ((a, self.geometry.rows), (b, self.geometry.columns))
        )
        return rows[:, None] * self.geometry.size[1] + columns


def max_pool2d(
    x: npt.ArrayLike,
    kernel_size: int | Pair,
    stride: int | Pair | None = None,
    padding: PaddingLike = 0,
    dilation: int | Pair = 1,
    ceil_mode: bool = False,
) -> MaxPool2dTrace:
    """Take the largest value of each window, as `torch.nn.functional.max_pool2d` does.

    Parameters
    ----------
    x : (N, C, H, W)
        The feature maps; each is pooled for itself.
    kernel_size, stride, dilation
        One number, or one for each axis. The stride is that of the window where none is given: the windows lie
        side by side.
    padding
        As of `conv2d`. It is -inf, so it never wins.
    ceil_mode
        Whether a last window may reach over the end.

    Raises
    ------
    ShapeError, InputError
        If the window does not fit or an option is out of its range.

    >>> max_pool2d([[[[4, 1, 1, 8], [1, 1, 0, 2]]]], 2).output.tolist()
    [[[[4.0, 8.0]]]]
    """
    x = as_array("x", x, "N C H W")
    geometry = pool_geometry(
        x, kernel_size=kernel_size, stride=stride, padding=padding, dilation=dilation, ceil_mode=ceil_mode
    )
    return _maxima(x, geometry, ceil_mode=ceil_mode)


def adaptive_max_pool2d(x: npt.ArrayLike, output_size: int | Pair = 1) -> MaxPool2dTrace:
    """Take the largest value of each of so many windows, as `torch.nn.functional.adaptive_max_pool2d` does.

    With 1 window, which is the default, that is a global pooling.

    >>> adaptive_max_pool2d([[[[4, 1, 1, 8], [1, 1, 0, 2]]]]).output.tolist()
    [[[[8.0]]]]
    """
    x = as_array("x", x, "N C H W")
    return _maxima(x, adaptive_geometry(x, output_size), ceil_mode=False)


def _maxima(x: Array, geometry: PoolGeometry, *, ceil_mode: bool) -> MaxPool2dTrace:
    windows = geometry.windows(x, MaxPool2dTrace.OUTSIDE)
    if geometry.output_size == (1, 1):
        output = windows.max(axis=(4, 5))
    else:
        output = windows[..., 0, 0].copy()
        for a, b in np.ndindex(geometry.kernel_size):
            np.maximum(output, windows[..., a, b], out=output)
    return MaxPool2dTrace(x, freeze(output), geometry, bool(ceil_mode))
