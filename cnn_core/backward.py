"""What every backward pass offers: gradients, by name, and how each number of them came about."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import chain

import numpy.typing as npt

from cnn_core.arrays import Array, as_array
from cnn_core.equation import Equation, Explanation, Given
from cnn_core.errors import ShapeError
from cnn_core.expression import Cell, Expression, Sum, Value
from cnn_core.trace import Position, Trace, Values, address_of, addresses_of, positions_of, scalar

__all__ = ["Backward", "HandedBack", "as_gradient", "sum_of"]


@dataclass(frozen=True, eq=False)
class HandedBack:
    """What one output hands back.

    Attributes
    ----------
    grad
        How fast the loss rises with it.
    to_weight, to_input
        `grad` times what it saw of the input, and `grad` times its weights: added to the gradients of weight and input.
    """

    grad: float
    to_weight: Array
    to_input: Array

    def values(self) -> Values:
        """Return what is handed back, by name."""
        return {"grad": scalar(self.grad), "to_weight": self.to_weight, "to_input": self.to_input}


@dataclass(frozen=True, eq=False)
class Backward(Trace):
    """The gradients of an operation: how fast the loss rises with each of its numbers.

    It knows the addresses of the operation, too, but for what is inside its steps: `steps` are its own.

    Attributes
    ----------
    forward
        The operation.
    grad_output
        How fast the loss rises with each output, the shape of the output.
    """

    forward: Trace
    grad_output: Array

    @property
    @abstractmethod
    def grad_input(self) -> Array:
        """How fast the loss rises with each number of the input, the shape of `x`."""

    @abstractmethod
    def gradients(self) -> Values:
        """Return what was computed from `grad_output`, by name, in this order; `grad_input` comes last."""

    @abstractmethod
    def gradient(self, name: str, position: tuple[int, ...]) -> Expression | None:
        """Write how a number of `gradients()` came about; None where it was only looked up."""

    @property
    def x(self) -> Array:  # type: ignore[override]
        """The input of the operation."""
        return self.forward.x

    @property
    def output(self) -> Array:  # type: ignore[override]
        """The output of the operation, not that of the backward pass."""
        return self.forward.output

    def values(self) -> Values:
        return {**self.forward.values(), "grad_output": self.grad_output, **self.gradients()}

    def results(self) -> Iterator[str]:
        """Give the gradients; the operation's own results are not listed again."""
        return chain.from_iterable(addresses_of(name, array.shape) for name, array in self.gradients().items())

    def equation(self, *position: int) -> Equation:
        """Return how the output of the operation came about."""
        return self.forward.equation(*position).renamed(_outside_of_steps)

    def other(self, name: str, indices: tuple[int, ...]) -> Explanation:
        """Explain a gradient, or a number of the operation."""
        if name in self.gradients():
            left = self.gradient(name, indices)
            return Given("counted") if left is None else Equation.of(left, self.result(name, *indices))
        if name in self.forward._arrays:
            found = self.forward.other(name, indices)
            return found.renamed(_outside_of_steps) if isinstance(found, Equation) else found
        return super().other(name, indices)

    def part(self, position: tuple[int, ...], address: str) -> Equation | None:
        return None

    def operand(self, position: tuple[int, ...], name: str, indices: tuple[int, ...]) -> str:
        return address_of("grad_output", position) if name == "grad" else super().operand(position, name, indices)

    def asking(self, channel: int) -> Iterator[Position]:
        """Give the outputs of a channel whose gradient is not 0, in reading order; of maps (N, C, H, W) only."""
        for n, _, i, j in positions_of((len(self.grad_output), 1, *self.grad_output.shape[2:])):
            if self.grad_output[n, channel, i, j]:
                yield n, channel, i, j

    def decimals(self, name: str) -> int:
        return self.forward.decimals(name) if name in self.forward._arrays else super().decimals(name)

    @cached_property
    def _arrays(self) -> Values:
        return {**self.forward._arrays, **self.values()}


def as_gradient(value: npt.ArrayLike, output: Array) -> Array:
    """Return `grad_output` as a read-only array.

    Raises
    ------
    ShapeError
        If it has not the shape of the output.
    """
    array = as_array("grad_output", value, "...")
    if array.shape != output.shape:
        raise ShapeError(
            f"grad_output must have the shape of the output, {output.shape}, but its shape is {array.shape}."
        )
    return array


def sum_of(terms: Iterable[Expression]) -> Expression:
    """Return a sum; what is alone in it stands for itself, a number as one that was carried, and an empty sum is 0."""
    parts = tuple(terms)
    if len(parts) == 1:
        (only,) = parts
        return Cell(parts) if isinstance(only, Value) else only.of(only.parts, None)
    return Sum(parts) if parts else Value(0.0)


def _outside_of_steps(address: str) -> str:
    """Return an address of the operation, empty for what is inside its steps."""
    return "" if address.startswith("steps[") else address
