"""The linear (fully connected) layer: each output is a weighted sum of all inputs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import compress

import numpy as np
import numpy.typing as npt

from cnn_core.arrays import Array, as_array, freeze
from cnn_core.backward import as_gradient
from cnn_core.channels import check_bias
from cnn_core.equation import WRITTEN_OUT, Equation
from cnn_core.errors import ShapeError
from cnn_core.expression import Expression, Product, Sum
from cnn_core.linear_backward import LinearBackward
from cnn_core.reading.quoting import counted
from cnn_core.trace import Trace, Values, address_of, check_position, running_sum_of, scalar

__all__ = ["LinearStep", "LinearTrace", "linear"]


@dataclass(frozen=True, eq=False)
class LinearStep:
    """How one output value of a linear layer came about.

    Attributes
    ----------
    position
        `(n, o)`, or where the row stands and `o`.
    x, weight, products : (in,)
        The input, the weights of this output, and the two multiplied.
    running_sum : (in,)
        The sum of the products so far.
    total
        The sum of all products, before the bias.
    value
        The output there. `total + bias` agrees with it but for the last bits.
    """

    position: tuple[int, ...]
    x: Array
    weight: Array
    products: Array
    running_sum: Array
    total: float
    bias: float | None
    value: float

    def values(self) -> Values:
        """Return what this output was computed from, by name."""
        return {
            "x": self.x,
            "weight": self.weight,
            "products": self.products,
            "running_sum": self.running_sum,
            "total": scalar(self.total),
            **({} if self.bias is None else {"bias": scalar(self.bias)}),
            "value": scalar(self.value),
        }


@dataclass(frozen=True, eq=False)
class LinearTrace(Trace):
    """A linear layer that has been computed.

    Attributes
    ----------
    x : (..., in)
    weight : (out, in)
    bias : (out,) or None
    output : (..., out)
    """

    x: Array
    weight: Array
    bias: Array | None
    output: Array

    def equation(self, *position: int) -> Equation:
        """Return `2·1 + 1·(-2) + 1 = 1`; of very many products, those above 0 and those below are summed first."""
        step = self.step(*position)
        terms = [self._product(step, k) for k in range(len(step.products))]
        known = self.step_value(position, "total", step.total)
        left: Expression = Sum(
            self._for_and_against(step, terms) if len(terms) > WRITTEN_OUT else tuple(terms), known=known
        )
        if self.bias is not None:
            parts = left.parts if len(terms) > WRITTEN_OUT else (left,)
            left = Sum((*parts, self.value("bias", position[-1])))
        return Equation.of(left, self.result("output", *position))

    def _product(self, step: LinearStep, k: int) -> Product:
        *row, o = step.position
        known = self.step_value(step.position, f"products[{k}]", step.products[k])
        return Product((self.value("x", *row, k), self.value("weight", o, k)), known=known)

    def _for_and_against(self, step: LinearStep, terms: list[Product]) -> tuple[Expression, ...]:
        """Return the products above 0 and those below 0, as two sums; one of them where the other is empty."""
        signs = (("positive_total", step.products > 0), ("negative_total", step.products < 0))
        return tuple(
            Sum(tuple(compress(terms, chosen)), known=self.step_value(step.position, name, step.products[chosen].sum()))
            for name, chosen in signs
            if chosen.any()
        ) or (terms[0],)

    def part(self, position: tuple[int, ...], address: str) -> Equation | None:
        """Return how a part of a sum, or the sum so far, came about."""
        step = self.step(*position)
        return super().part(position, address) or running_sum_of(step.products, step.running_sum, address)

    def operand(self, position: tuple[int, ...], name: str, indices: tuple[int, ...]) -> str:
        """Return the address of an input, a weight or the bias."""
        *row, o = position
        match name:
            case "x":
                return address_of("x", (*row, *indices))
            case "weight":
                return address_of("weight", (o, *indices))
            case "bias" if self.bias is not None:
                return address_of("bias", (o,))
        return super().operand(position, name, indices)

    def positions(self) -> Iterator[tuple[int, ...]]:
        return np.ndindex(self.output.shape)

    def step(self, *position: int) -> LinearStep:
        """Return how `output[position]` came about."""
        check_position(position, self.output.shape)
        *at, o = position
        row = self.x[tuple(at)]
        products = freeze(row * self.weight[o])
        running_sum = freeze(np.cumsum(products))
        return LinearStep(
            position=position,
            x=row,
            weight=self.weight[o],
            products=products,
            running_sum=running_sum,
            total=float(running_sum[-1]),
            bias=None if self.bias is None else float(self.bias[o]),
            value=float(self.output[position]),
        )

    def backward(self, grad_output: npt.ArrayLike) -> LinearBackward:
        if self.x.ndim != 2:
            raise ShapeError(f"x must have two axes (N, in) for its gradients, but its shape is {self.x.shape}.")
        return LinearBackward(self, as_gradient(grad_output, self.output))

    def values(self) -> Values:
        bias: Values = {} if self.bias is None else {"bias": self.bias}
        return {"x": self.x, "weight": self.weight, **bias, "output": self.output}


def linear(x: npt.ArrayLike, weight: npt.ArrayLike, bias: npt.ArrayLike | None = None) -> LinearTrace:
    """Multiply every row of `x` with every row of `weight`, as `torch.nn.functional.linear` does.

    Parameters
    ----------
    x : (..., in)
        The inputs, one a row; usually (N, in).
    weight : (out, in)
        The weights of each output, one a row.
    bias : (out,), optional
        What is added to each output.

    Raises
    ------
    ShapeError, InputError
        If the arrays do not fit each other.

    >>> linear([[1, 2]], [[3, 4]], [5]).output.tolist()
    [[16.0]]
    """
    x = as_array("x", x, "...")
    weight = as_array("weight", weight, "out in")
    bias = None if bias is None else as_array("bias", bias, "out")
    if x.ndim < 2:
        raise ShapeError(f"x must have at least two axes (N, in), but its shape is {x.shape}.")
    if weight.shape[1] != x.shape[-1]:
        raise ShapeError(
            f"weight must have {counted(x.shape[-1], 'column')}, one for each number in a row of x, "
            f"but its shape is {weight.shape}."
        )
    check_bias(bias, len(weight))
    output = np.empty((*x.shape[:-1], len(weight)))
    # One product a row of x: one for all rows would round each row differently in different company.
    np.matmul(weight, x[..., None], out=output[..., None])
    if bias is not None:
        output += bias
    return LinearTrace(x, weight, bias, freeze(output))
