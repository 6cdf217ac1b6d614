"""Gradients of a linear layer: each output hands its input to its weights and its weights to the input."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from typing import TYPE_CHECKING

from cnn_core.arrays import Array, Pair, freeze
from cnn_core.backward import Backward, HandedBack, sum_of
from cnn_core.equation import Equation
from cnn_core.expression import Expression, Product
from cnn_core.trace import Values, check_position, parse

if TYPE_CHECKING:
    from cnn_core.linear import LinearTrace

__all__ = ["LinearBackward", "LinearBackwardStep"]


@dataclass(frozen=True, eq=False)
class LinearBackwardStep(HandedBack):
    """What one output hands back; `to_weight` and `to_input` are rows, (in,).

    Attributes
    ----------
    position
        `(n, o)`.
    """

    position: Pair


@dataclass(frozen=True, eq=False)
class LinearBackward(Backward):
    """The gradients of a linear layer.

    Attributes
    ----------
    grad_output : (N, out)
    """

    forward: LinearTrace

    @cached_property
    def grad_weight(self) -> Array:
        """The sum of all inputs, each times the gradient of an output, (out, in)."""
        return freeze(self.grad_output.T @ self.forward.x)

    @cached_property
    def grad_bias(self) -> Array:
        """The sum of each output's gradients, (out,)."""
        return freeze(self.grad_output.sum(axis=0))

    @cached_property
    def grad_input(self) -> Array:
        """The sum of all rows of weights, each times the gradient of its output, (N, in)."""
        return freeze(self.grad_output @ self.forward.weight)

    def gradients(self) -> Values:
        bias: Values = {} if self.forward.bias is None else {"grad_bias": self.grad_bias}
        return {"grad_weight": self.grad_weight, **bias, "grad_input": self.grad_input}

    def gradient(self, name: str, position: tuple[int, ...]) -> Expression:
        """Write `2·1 + (-1)·0.5`, of the outputs that ask for something."""
        if name == "grad_input":
            n, k = position
            asking = [o for o in range(self.grad_output.shape[1]) if self.grad_output[n, o]]
            return sum_of(self._product("to_input", (n, o), k) for o in asking)
        asking = [n for n in range(len(self.x)) if self.grad_output[n, position[0]]]
        if name == "grad_bias":
            return sum_of(self.value("grad_output", n, position[0]) for n in asking)
        return sum_of(self._product("to_weight", (n, position[0]), position[1]) for n in asking)

    def _product(self, name: str, at: Pair, k: int) -> Product:
        """Return an output's gradient times one of its inputs or weights."""
        other = self.value("x", at[0], k) if name == "to_weight" else self.value("weight", at[1], k)
        known = self.step_value(at, f"{name}[{k}]", self.grad_output[at] * other.number)
        return Product((self.value("grad_output", *at), other), known=known)

    def part(self, position: tuple[int, ...], address: str) -> Equation | None:
        name, entry, _ = parse(parse(address)[2])
        if name not in ("to_weight", "to_input"):
            return None
        check_position(entry, self.x.shape[1:])
        found = self._product(name, (position[0], position[1]), entry[0])
        assert found.known is not None
        return Equation.of(Product(found.parts), found.known)

    def positions(self) -> Iterator[Pair]:
        return product(range(len(self.x)), range(self.grad_output.shape[1]))

    def step(self, n: int, o: int) -> LinearBackwardStep:
        """Return what `output[n, o]` hands back."""
        check_position((n, o), self.grad_output.shape)
        grad = float(self.grad_output[n, o])
        to_weight, to_input = grad * self.forward.x[n], grad * self.forward.weight[o]
        return LinearBackwardStep(grad, freeze(to_weight), freeze(to_input), (n, o))
