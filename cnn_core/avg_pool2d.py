"""2-D average pooling: the mean of each window."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from cnn_core.arrays import Array, IntArray, Pair, as_array, as_whole, freeze
from cnn_core.backward import as_gradient
from cnn_core.equation import Equation, Explanation, Given
from cnn_core.expression import Quotient, Sum, Value
from cnn_core.pool_backward import AvgPool2dBackward
from cnn_core.pooling import NO_PADDING, PoolGeometry, PoolStep, PoolTrace, adaptive_geometry, pool_geometry
from cnn_core.trace import Values, address_of, check_position, scalar
from cnn_core.windows import PaddingLike

__all__ = ["AvgPool2dStep", "AvgPool2dTrace", "adaptive_avg_pool2d", "avg_pool2d"]


@dataclass(frozen=True, eq=False)
class AvgPool2dStep(PoolStep):
    """How the mean of one window came about: `value` is `total / divisor`.

    Attributes
    ----------
    total
        The sum of the window.
    divisor
        What the total is divided by.
    """

    total: float
    divisor: int

    def values(self) -> Values:
        """Return what this mean was computed from, by name."""
        return {
            "window": self.window,
            "total": scalar(self.total),
            "divisor": scalar(self.divisor),
            "value": scalar(self.value),
        }


@dataclass(frozen=True, eq=False)
class AvgPool2dTrace(PoolTrace):
    """An average pooling that has been computed; padding is 0."""

    OUTSIDE = 0.0

    count_include_pad: bool
    divisor_override: int | None

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
        number = _totals(self._window(*position), self.geometry).item()
        total = Sum(terms, known=self.step_value(position, "total", number))
        divisor = self.step_value(position, "divisor", self.divisors[i, j])
        return Equation.of(Quotient((total, divisor)), self.result("output", *position))

    def _cell(self, n: int, c: int, row: int, column: int) -> Value | None:
        """Return a value of the input, a zero of the padding that counts, or nothing."""
        (H, W), ((top, bottom), (left, right)) = self.geometry.size, self.padding
        if 0 <= row < H and 0 <= column < W:
            return self.value("x", n, c, row, column)
        counts = self.count_include_pad and row < H + bottom and column < W + right
        return Value(0.0, f"x_padded[{n},{c},{row + top},{column + left}]", "x") if counts else None

    def _window(self, n: int, c: int, i: int, j: int) -> Array:
        return self._windows[n : n + 1, c : c + 1, i : i + 1, j : j + 1]

    def operand(self, position: tuple[int, ...], name: str, indices: tuple[int, ...]) -> str:
        """Return the address of a window's value, in the padded input where it is not in `x`, or of the divisor."""
        n, c, i, j = position
        if name == "divisor":
            return address_of("divisors", (i, j))
        if name != "window":
            return super().operand(position, name, indices)
        rows, columns = self.geometry.cells(i, j)
        check_position(indices, (len(rows), len(columns)))
        (H, W), (row, column) = self.geometry.size, (rows[indices[0]], columns[indices[1]])
        if 0 <= row < H and 0 <= column < W:
            return address_of("x", (n, c, row, column))
        (top, _), (left, _) = self.padding
        return address_of("x_padded", (n, c, row + top, column + left))

    def other(self, name: str, indices: tuple[int, ...]) -> Explanation:
        """Say of a value of the padded input whether it is a zero of the padding, and of a divisor who chose it."""
        if name == "divisors":
            return Given("counted" if self.divisor_override is None else "given")
        (top, _), (left, _) = self.padding
        return self.padded(indices, (top, left)) if name == "x_padded" else super().other(name, indices)

    def step(self, n: int, c: int, i: int, j: int) -> AvgPool2dStep:
        """Return how `output[n, c, i, j]` came about."""
        seen = self._seen(n, c, i, j)
        total = _totals(self._window(n, c, i, j), self.geometry).item()
        return AvgPool2dStep(**seen, total=total, divisor=int(self.divisors[i, j]))

    def backward(self, grad_output: npt.ArrayLike) -> AvgPool2dBackward:
        return AvgPool2dBackward(self, as_gradient(grad_output, self.output))


def avg_pool2d(
    x: npt.ArrayLike,
    kernel_size: int | Pair,
    stride: int | Pair | None = None,
    padding: PaddingLike = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: int | None = None,
    dilation: int | Pair = 1,
) -> AvgPool2dTrace:
    """Take the mean of each window, as `torch.nn.functional.avg_pool2d` does.

    Parameters
    ----------
    x : (N, C, H, W)
        The feature maps; each is pooled for itself.
    kernel_size, stride, dilation
        One number, or one for each axis. The stride is that of the window where none is given: the windows lie
        side by side. PyTorch's has no dilation.
    padding
        As of `conv2d`. It is 0.
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
    geometry = pool_geometry(
        x, kernel_size=kernel_size, stride=stride, padding=padding, dilation=dilation, ceil_mode=ceil_mode
    )
    return _means(x, geometry, bool(ceil_mode), bool(count_include_pad), divisor_override)


def adaptive_avg_pool2d(x: npt.ArrayLike, output_size: int | Pair = 1) -> AvgPool2dTrace:
    """Take the mean of each of so many windows, as `torch.nn.functional.adaptive_avg_pool2d` does.

    With 1 window, which is the default, that is a global pooling.

    >>> adaptive_avg_pool2d([[[[4, 1, 1, 8], [1, 1, 0, 2]]]]).output.tolist()
    [[[[2.25]]]]
    """
    x = as_array("x", x, "N C H W")
    return _means(x, adaptive_geometry(x, output_size), ceil_mode=False, count_include_pad=False, divisor=None)


def _means(
    x: Array, geometry: PoolGeometry, ceil_mode: bool, count_include_pad: bool, divisor: int | None
) -> AvgPool2dTrace:
    output = _totals(geometry.windows(x, AvgPool2dTrace.OUTSIDE), geometry)
    output /= _divisors(geometry, count_include_pad, divisor)
    return AvgPool2dTrace(x, freeze(output), geometry, ceil_mode, count_include_pad, divisor)


def _totals(windows: Array, geometry: PoolGeometry) -> Array:
    """Return the sum of each window (N, C, H_out, W_out, kH, kW), in an order that no other window changes."""
    if geometry.output_size == (1, 1):
        return np.asarray(windows.reshape(*windows.shape[:4], -1).sum(axis=-1))
    totals = np.zeros(windows.shape[:4])
    for a, b in np.ndindex(windows.shape[4:]):
        totals += windows[..., a, b]
    return totals


def _divisors(geometry: PoolGeometry, count_include_pad: bool, divisor: int | None) -> IntArray:
    if divisor is not None:
        return np.full(geometry.output_size, divisor)
    return geometry.counts(geometry.padding if count_include_pad else NO_PADDING)
