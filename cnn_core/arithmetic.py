"""Two arrays joined value by value: a residual is added, a gate multiplies."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from cnn_core.arrays import LARGEST, Array, as_array, freeze
from cnn_core.equation import Equation
from cnn_core.errors import InputError, ShapeError
from cnn_core.expression import Difference, Product, Quotient, Sum
from cnn_core.trace import Trace, Values, address_of, check_position, scalar

__all__ = ["ArithmeticStep", "ArithmeticTrace", "add", "divide", "multiply", "subtract"]

RULES: Mapping[str, tuple[Callable[[Array, Array], Array], type[Sum | Difference | Product | Quotient]]] = (
    MappingProxyType(
        {
            "add": (np.add, Sum),
            "subtract": (np.subtract, Difference),
            "multiply": (np.multiply, Product),
            "divide": (np.divide, Quotient),
        }
    )
)


@dataclass(frozen=True)
class ArithmeticStep:
    """The two numbers that were joined, and what they came to."""

    position: tuple[int, ...]
    x: float
    y: float
    value: float

    def values(self) -> Values:
        return {"x": scalar(self.x), "y": scalar(self.y), "value": scalar(self.value)}


@dataclass(frozen=True, eq=False)
class ArithmeticTrace(Trace):
    """Two arrays that have been joined value by value.

    Attributes
    ----------
    name
        As the function is called here.
    x, y : (...)
        Axes that have a length of 1, or are missing at the front, are repeated.
    output : (...)
    """

    name: str
    x: Array
    y: Array
    output: Array

    def equation(self, *position: int) -> Equation:
        """Return `4 + (-1) = 3`."""
        parts = (self.value("x", *self._place("x", position)), self.value("y", *self._place("y", position)))
        return Equation.of(RULES[self.name][1](parts), self.result("output", *position))

    def operand(self, position: tuple[int, ...], name: str, indices: tuple[int, ...]) -> str:
        if name in ("x", "y"):
            return address_of(name, self._place(name, position))
        return super().operand(position, name, indices)

    def window(self, *position: int) -> tuple[list[int], list[int]]:
        """Return the row and the column of the output, where `x` has them as well."""
        _, _, row, column = self._place("x", position)
        return [row], [column]

    def positions(self) -> Iterator[tuple[int, ...]]:
        return np.ndindex(self.output.shape)

    def step(self, *position: int) -> ArithmeticStep:
        check_position(position, self.output.shape)
        x, y = self.x[self._place("x", position)], self.y[self._place("y", position)]
        return ArithmeticStep(position, float(x), float(y), float(self.output[position]))

    def values(self) -> Values:
        return {"x": self.x, "y": self.y, "output": self.output}

    def _place(self, name: str, position: tuple[int, ...]) -> tuple[int, ...]:
        """Return where an array holds the number that goes to a position of the output."""
        shape = (self.x if name == "x" else self.y).shape
        return tuple(0 if size == 1 else at for at, size in zip(position[-len(shape) :], shape, strict=bool(shape)))


def add(x: npt.ArrayLike, y: npt.ArrayLike) -> ArithmeticTrace:
    """Add two arrays, as `torch.add` does.

    >>> add([[1, 2], [3, 4]], [10, 20]).output.tolist()
    [[11.0, 22.0], [13.0, 24.0]]
    """
    return _joined("add", x, y)


def subtract(x: npt.ArrayLike, y: npt.ArrayLike) -> ArithmeticTrace:
    """Take `y` from `x`, as `torch.subtract` does."""
    return _joined("subtract", x, y)


def multiply(x: npt.ArrayLike, y: npt.ArrayLike) -> ArithmeticTrace:
    """Multiply two arrays, as `torch.multiply` does: maps (N, C, H, W) with a gate (N, C, 1, 1), for example."""
    return _joined("multiply", x, y)


def divide(x: npt.ArrayLike, y: npt.ArrayLike) -> ArithmeticTrace:
    """Divide `x` by `y`, as `torch.divide` does; a 0 in `y` is refused."""
    return _joined("divide", x, y)


def _joined(name: str, x: npt.ArrayLike, y: npt.ArrayLike) -> ArithmeticTrace:
    x, y = as_array("x", x, "..."), as_array("y", y, "...")
    try:
        shape = np.broadcast_shapes(x.shape, y.shape)
    except ValueError:
        raise ShapeError(
            f"y must have the shape of x, {x.shape}, or axes of length 1 that are repeated, but its shape is {y.shape}."
        ) from None
    if name == "divide" and not y.all():
        raise InputError("y must not hold 0, by which nothing can be divided, but it does.")
    output = np.asarray(RULES[name][0](x, y), dtype=np.float64).reshape(shape)
    if not np.abs(output).max() <= LARGEST:
        raise InputError(
            f"x and y must come to numbers of at most 1e100 in size ({name}), but they come to larger ones."
        )
    return ArithmeticTrace(name, x, y, freeze(output))
