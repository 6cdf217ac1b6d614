"""2-D max pooling: the largest value of each window."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from cnn_core.arrays import Array, IntArray, Pair, as_array, freeze
from cnn_core.backward import as_gradient
from cnn_core.equation import Equation, Explanation, Given
from cnn_core.errors import InputError
from cnn_core.expression import Maximum
from cnn_core.pool_backward import MaxPool2dBackward
from cnn_core.pooling import PoolGeometry, pool_geometry
from cnn_core.trace import Position, Trace, Values, address_of, check_position, positions_of, scalar

__all__ = ["MaxPool2dStep", "MaxPool2dTrace", "max_pool2d"]


@dataclass(frozen=True, eq=False)
class MaxPool2dStep:
    """Which value won one window.

    Attributes
    ----------
    position
        `(n, c, i, j)`, in the output.
    top, left
        Where the window begins in `x`; negative inside the padding.
    window : (kH, kW)
        The values looked at; -inf where the window leaves `x`.
    inside : (kH, kW)
        Whether each cell lies in `x`.
    winner
        `(row, column)` in `x` of the largest value; of the first one in reading order where several are equal.
    value
        The largest value.
    ties
        How many cells hold it; 1 where nothing is tied.
    """

    position: Position
    top: int
    left: int
    window: Array
    inside: npt.NDArray[np.bool_]
    winner: Pair
    value: float
    ties: int

    def values(self) -> Values:
        """Return what this window was decided by, by name; `inside_values` are those in `x`, in reading order."""
        return {
            "inside_values": freeze(self.window[self.inside]),
            "winner": freeze(np.array(self.winner)),
            "value": scalar(self.value),
        }


@dataclass(frozen=True, eq=False)
class MaxPool2dTrace(Trace):
    """A max pooling that has been computed.

    Attributes
    ----------
    x : (N, C, H, W)
    output : (N, C, H_out, W_out)
    geometry
        Where the windows stop.
    """

    x: Array
    output: Array
    geometry: PoolGeometry
    ceil_mode: bool

    @property
    def kernel_size(self) -> Pair:
        """Height and width of the window, its dilation not counted."""
        return self.geometry.kernel_size

    @property
    def stride(self) -> Pair:
        return self.geometry.stride

    @property
    def padding(self) -> Pair:
        """Rows and columns of -inf at each side of `x`."""
        return self.geometry.padding

    @property
    def dilation(self) -> Pair:
        """Rows and columns from one cell of the window to the next."""
        return self.geometry.dilation

    @cached_property
    def _windows(self) -> Array:
        return self.geometry.windows(self.x, -np.inf)

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

    def window(self, *position: int) -> tuple[list[int], list[int]]:
        """Return the rows and columns that a window looks at, padding included."""
        return self.geometry.cells(*position[2:])

    def positions(self) -> Iterator[Position]:
        return positions_of(self.output.shape)

    def step(self, n: int, c: int, i: int, j: int) -> MaxPool2dStep:
        """Return the window of `output[n, c, i, j]` and who won it."""
        position = (n, c, i, j)
        check_position(position, self.output.shape)
        window = self._windows[n, c, i, j].copy()
        rows, columns = self.geometry.cells(i, j)
        row, column = divmod(int(window.argmax()), len(columns))
        return MaxPool2dStep(
            position=position,
            top=rows[0],
            left=columns[0],
            window=freeze(window),
            inside=freeze(self.geometry.inside(i, j)),
            winner=(rows[row], columns[column]),
            value=float(self.output[position]),
            ties=int((window == self.output[position]).sum()),
        )

    def backward(self, grad_output: npt.ArrayLike) -> MaxPool2dBackward:
        return MaxPool2dBackward(self, as_gradient(grad_output, self.output))

    def values(self) -> Values:
        return {"x": self.x, "output": self.output, "argmax": self.argmax}

    def _flat_index(self, a: int, b: int) -> IntArray:
        """Return where in `H * W` cell `a, b` of each window lies, (H_out, W_out)."""
        H_out, W_out = self.geometry.output_size
        rows = np.array([self.geometry.cells(i, 0)[0][a] for i in range(H_out)], dtype=np.int64)
        columns = np.array([self.geometry.cells(0, j)[1][b] for j in range(W_out)], dtype=np.int64)
        return rows[:, None] * self.geometry.size[1] + columns


def max_pool2d(
    x: npt.ArrayLike,
    kernel_size: int | Pair,
    stride: int | Pair | None = None,
    padding: int | Pair = 0,
    dilation: int | Pair = 1,
    ceil_mode: bool = False,
) -> MaxPool2dTrace:
    """Take the largest value of each window, as `torch.nn.functional.max_pool2d` does.

    Parameters
    ----------
    x : (N, C, H, W)
        The feature maps; each is pooled for itself.
    kernel_size, stride, padding, dilation
        One number, or one for each axis. The stride is that of the window where none is given: the windows lie
        side by side. Padding is -inf, so it never wins.
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
    windows = geometry.windows(x, -np.inf)
    output = windows[..., 0, 0].copy()
    for a, b in np.ndindex(geometry.kernel_size):
        np.maximum(output, windows[..., a, b], out=output)
    _check_reached(output, geometry)
    return MaxPool2dTrace(x, freeze(output), geometry, bool(ceil_mode))


def _check_reached(output: Array, geometry: PoolGeometry) -> None:
    """Refuse windows whose cells all lie outside `x`, between which dilation steps over it."""
    if np.isneginf(output).any():
        raise InputError(
            f"dilation must leave at least one cell of each window inside x, which is {geometry.size[0]} x "
            f"{geometry.size[1]}, but it is {geometry.dilation} with a padding of {geometry.padding}."
        )
