"""2-D average pooling: the mean of each window."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from cnn_core.arrays import Array, IntArray, Pair, as_array, as_whole, freeze
from cnn_core.backward import as_gradient
from cnn_core.equation import Equation, Explanation, Given
from cnn_core.expression import Quotient, Sum, Value
from cnn_core.pool_backward import AvgPool2dBackward
from cnn_core.pooling import PoolGeometry, pool_geometry
from cnn_core.trace import Position, Trace, Values, address_of, check_position, positions_of, scalar

__all__ = ["AvgPool2dStep", "AvgPool2dTrace", "avg_pool2d"]


@dataclass(frozen=True, eq=False)
class AvgPool2dStep:
    """How the mean of one window came about.

    Attributes
    ----------
    position
        `(n, c, i, j)`, in the output.
    top, left
        Where the window begins in `x`; negative inside the padding.
    window : (kH, kW)
        The values looked at; 0 where the window leaves `x`.
    inside : (kH, kW)
        Whether each cell lies in `x`.
    total
        The sum of the window.
    divisor
        What the total is divided by.
    value
        The output there, `total / divisor`.
    """

    position: Position
    top: int
    left: int
    window: Array
    inside: npt.NDArray[np.bool_]
    total: float
    divisor: int
    value: float

    def values(self) -> Values:
        """Return what this mean was computed from, by name."""
        return {
            "window": self.window,
            "total": scalar(self.total),
            "divisor": scalar(self.divisor),
            "value": scalar(self.value),
        }


@dataclass(frozen=True, eq=False)
class AvgPool2dTrace(Trace):
    """An average pooling that has been computed.

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
    count_include_pad: bool
    divisor_override: int | None

    @property
    def kernel_size(self) -> Pair:
        return self.geometry.kernel_size

    @property
    def stride(self) -> Pair:
        return self.geometry.stride

    @property
    def padding(self) -> Pair:
        """Rows and columns of zeros at each side of `x`."""
        return self.geometry.padding

    @cached_property
    def divisors(self) -> IntArray:
        """What the total of each window is divided by, (H_out, W_out)."""
        return freeze(_divisors(self.geometry, self.count_include_pad, self.divisor_override))

    def equation(self, *position: int) -> Equation:
        """Return `(4 + 1 + 1 + 1) / 4 = 1.75`; of the padding only zeros that count, and nothing beyond it."""
        n, c, i, j = position
        rows, columns = self.geometry.cells(i, j)
        cells = [self._cell(n, c, row, column) for row in rows for column in columns]
        terms = tuple(cell for cell in cells if cell)
        total = Sum(terms, known=self.step_value(position, "total", _totals(self._window(*position)).item()))
        divisor = self.step_value(position, "divisor", self.divisors[i, j])
        return Equation.of(Quotient((total, divisor)), self.result("output", *position))

    def _cell(self, n: int, c: int, row: int, column: int) -> Value | None:
        """Return a value of the input, a zero of the padding that counts, or nothing."""
        (H, W), (pH, pW) = self.geometry.size, self.padding
        if 0 <= row < H and 0 <= column < W:
            return self.value("x", n, c, row, column)
        counts = self.count_include_pad and row < H + pH and column < W + pW
        return Value(0.0, f"x_padded[{n},{c},{row + pH},{column + pW}]", "x") if counts else None

    def _window(self, n: int, c: int, i: int, j: int) -> Array:
        return self._windows[n : n + 1, c : c + 1, i : i + 1, j : j + 1]

    @cached_property
    def _windows(self) -> Array:
        return self.geometry.windows(self.x, 0.0)

    def operand(self, position: tuple[int, ...], name: str, indices: tuple[int, ...]) -> str:
        """Return the address of a window's value, in the padded input where it is not in `x`, or of the divisor."""
        n, c, i, j = position
        if name == "divisor":
            return address_of("divisors", (i, j))
        if name != "window":
            return super().operand(position, name, indices)
        check_position(indices, self.kernel_size)
        rows, columns = self.geometry.cells(i, j)
        (H, W), (pH, pW), (row, column) = self.geometry.size, self.padding, (rows[indices[0]], columns[indices[1]])
        if 0 <= row < H and 0 <= column < W:
            return address_of("x", (n, c, row, column))
        return address_of("x_padded", (n, c, row + pH, column + pW))

    def other(self, name: str, indices: tuple[int, ...]) -> Explanation:
        """Say of a value of the padded input whether it is a zero of the padding, and of a divisor who chose it."""
        if name == "divisors":
            return Given("counted" if self.divisor_override is None else "given")
        return self.padded(indices, self.padding) if name == "x_padded" else super().other(name, indices)

    def window(self, *position: int) -> tuple[list[int], list[int]]:
        """Return the rows and columns that a window looks at, padding included."""
        return self.geometry.cells(*position[2:])

    def positions(self) -> Iterator[Position]:
        return positions_of(self.output.shape)

    def step(self, n: int, c: int, i: int, j: int) -> AvgPool2dStep:
        """Return how `output[n, c, i, j]` came about."""
        position = (n, c, i, j)
        check_position(position, self.output.shape)
        windows = self._window(*position)
        top, left = self.geometry.corner(i, j)
        return AvgPool2dStep(
            position=position,
            top=top,
            left=left,
            window=freeze(windows[0, 0, 0, 0].copy()),
            inside=freeze(self.geometry.inside(i, j)),
            total=float(_totals(windows)[0, 0, 0, 0]),
            divisor=int(self.divisors[i, j]),
            value=float(self.output[position]),
        )

    def backward(self, grad_output: npt.ArrayLike) -> AvgPool2dBackward:
        return AvgPool2dBackward(self, as_gradient(grad_output, self.output))

    def values(self) -> Values:
        return {"x": self.x, "output": self.output}


def avg_pool2d(
    x: npt.ArrayLike,
    kernel_size: int | Pair,
    stride: int | Pair | None = None,
    padding: int | Pair = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: int | None = None,
) -> AvgPool2dTrace:
    """Take the mean of each window, as `torch.nn.functional.avg_pool2d` does.

    Parameters
    ----------
    x : (N, C, H, W)
        The feature maps; each is pooled for itself.
    kernel_size, stride, padding
        One number, or one for each axis. The stride is that of the window where none is given: the windows lie
        side by side. Padding is 0.
    ceil_mode
        Whether a last window may reach over the end; what lies beyond the padding is not counted.
    count_include_pad
        Whether the zeros of the padding count in the mean.
    divisor_override
        What to divide by instead of the number of cells.

    Raises
    ------
    ShapeError, InputError
        If the window does not fit or an option is out of its range.

    >>> avg_pool2d([[[[4, 1, 1, 8], [1, 1, 0, 2]]]], 2).output.tolist()
    [[[[1.75, 2.75]]]]
    """
    x = as_array("x", x, "N C H W")
    if divisor_override is not None:
        divisor_override = as_whole("divisor_override", divisor_override, minimum=1)
    geometry = pool_geometry(x, kernel_size=kernel_size, stride=stride, padding=padding, ceil_mode=ceil_mode)
    output = _totals(geometry.windows(x, 0.0))
    output /= _divisors(geometry, count_include_pad, divisor_override)
    return AvgPool2dTrace(x, freeze(output), geometry, bool(ceil_mode), bool(count_include_pad), divisor_override)


def _totals(windows: Array) -> Array:
    """Return the sum of each window (N, C, H_out, W_out, kH, kW), added in reading order."""
    totals = np.zeros(windows.shape[:4])
    for a, b in np.ndindex(windows.shape[4:]):
        totals += windows[..., a, b]
    return totals


def _divisors(geometry: PoolGeometry, count_include_pad: bool, divisor_override: int | None) -> IntArray:
    if divisor_override is not None:
        return np.full(geometry.output_size, divisor_override)
    rows, columns = (_cells_counted(geometry, axis, count_include_pad) for axis in (0, 1))
    return np.multiply.outer(rows, columns)


def _cells_counted(geometry: PoolGeometry, axis: int, count_include_pad: bool) -> IntArray:
    """Return how many rows (or columns) of each window lie in `x`, or in `x` with its padding."""
    border = geometry.padding[axis] if count_include_pad else 0
    starts = np.arange(geometry.output_size[axis]) * geometry.stride[axis] - geometry.padding[axis]
    ends = np.minimum(starts + geometry.kernel_size[axis], geometry.size[axis] + border)
    return ends - np.maximum(starts, -border)
