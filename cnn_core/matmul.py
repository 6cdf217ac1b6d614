"""The product of matrices: each number of it is a row of one times a column of the other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from cnn_core.arrays import Array, as_array, freeze
from cnn_core.equation import Equation
from cnn_core.errors import ShapeError
from cnn_core.expression import Product, Sum
from cnn_core.trace import Trace, Values, address_of, check_position, scalar

__all__ = ["MatmulStep", "MatmulTrace", "matmul"]


_At = TypeVar("_At", int, slice)


@dataclass(frozen=True, eq=False)
class MatmulStep:
    """How one number of a product of matrices came about.

    Attributes
    ----------
    position
        Where it stands; row and column come last.
    x, y, products : (inner,)
        The row of `x`, the column of `y`, and the two multiplied.
    """

    position: tuple[int, ...]
    x: Array
    y: Array
    products: Array
    value: float

    def values(self) -> Values:
        return {"x": self.x, "y": self.y, "products": self.products, "value": scalar(self.value)}


@dataclass(frozen=True, eq=False)
class MatmulTrace(Trace):
    """Matrices that have been multiplied.

    Attributes
    ----------
    x : (..., rows, inner)
    y : (..., inner, columns)
        Axes before the last two that have a length of 1, or are missing, are repeated.
    output : (..., rows, columns)
    """

    x: Array
    y: Array
    output: Array

    def equation(self, *position: int) -> Equation:
        """Return `1·3 + 2·4 = 11`."""
        return Equation.of(
            Sum(tuple(self._product(position, k) for k in range(self.x.shape[-1]))), self.result("output", *position)
        )

    def _product(self, position: tuple[int, ...], k: int) -> Product:
        parts = self.value("x", *self._place("x", position, k)), self.value("y", *self._place("y", position, k))
        return Product(parts, known=self.step_value(position, f"products[{k}]", parts[0].number * parts[1].number))

    def operand(self, position: tuple[int, ...], name: str, indices: tuple[int, ...]) -> str:
        if name in ("x", "y") and len(indices) == 1:
            return address_of(name, self._place(name, position, indices[0]))
        return super().operand(position, name, indices)

    def positions(self) -> Iterator[tuple[int, ...]]:
        return np.ndindex(self.output.shape)

    def step(self, *position: int) -> MatmulStep:
        """Return how `output[position]` came about."""
        check_position(position, self.output.shape)
        x, y = self.x[self._place("x", position, slice(None))], self.y[self._place("y", position, slice(None))]
        return MatmulStep(position, x, y, freeze(x * y), float(self.output[position]))

    def values(self) -> Values:
        return {"x": self.x, "y": self.y, "output": self.output}

    def _place(self, name: str, position: tuple[int, ...], k: _At) -> tuple[int | _At, ...]:
        """Return where an array holds the `k`-th number that goes to a position of the output, or all of them."""
        shape = (self.x if name == "x" else self.y).shape
        *before, row, column = position
        own = before[len(before) - (len(shape) - 2) :]
        ahead: tuple[int, ...] = tuple(0 if size == 1 else at for at, size in zip(own, shape[:-2], strict=True))
        return (*ahead, row, k) if name == "x" else (*ahead, k, column)


def matmul(x: npt.ArrayLike, y: npt.ArrayLike) -> MatmulTrace:
    """Multiply the matrices in the last two axes, as `torch.matmul` does.

    Parameters
    ----------
    x : (..., rows, inner)
    y : (..., inner, columns)

    Raises
    ------
    ShapeError
        If they do not fit each other.

    >>> matmul([[1, 2]], [[3], [4]]).output.tolist()
    [[11.0]]
    """
    x, y = as_array("x", x, "..."), as_array("y", y, "...")
    for name, array in (("x", x), ("y", y)):
        if array.ndim < 2:
            raise ShapeError(f"{name} must have at least two axes, rows and columns, but its shape is {array.shape}.")
    try:
        np.broadcast_shapes(x.shape[:-2], y.shape[:-2])
        fits = x.shape[-1] == y.shape[-2]
    except ValueError:
        fits = False
    if not fits:
        raise ShapeError(
            f"y must have as many rows as x has columns, and the axes before them of x, whose shape is {x.shape}, "
            f"but its shape is {y.shape}."
        )
    return MatmulTrace(x, y, freeze(np.matmul(x, y)))
