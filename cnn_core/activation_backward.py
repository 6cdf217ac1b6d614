"""Gradients of activations: what is asked of an output, times how steep the curve is there."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from cnn_core.arrays import Array, freeze
from cnn_core.backward import Backward
from cnn_core.equation import Explanation
from cnn_core.errors import InputError
from cnn_core.expression import Difference, Expression, Power, Product, Value
from cnn_core.trace import Values, addresses_of

if TYPE_CHECKING:
    from cnn_core.activations import ActivationTrace

__all__ = ["ActivationBackward"]

_ONE = Value(1.0)


@dataclass(frozen=True, eq=False)
class ActivationBackward(Backward):
    """The gradient of an activation.

    Attributes
    ----------
    grad_output : (...)
    """

    forward: ActivationTrace

    @cached_property
    def slope(self) -> Array:
        """How steep the curve is at each value, the shape of `x`; that of a ReLU at 0 is 0, as in PyTorch."""
        if self.forward.name not in SLOPES:
            raise InputError(f"backward must be asked of one of {', '.join(SLOPES)}, but it is {self.forward.name}.")
        return freeze(SLOPES[self.forward.name](self.forward))

    @cached_property
    def grad_input(self) -> Array:
        """`grad_output · slope`."""
        return freeze(self.grad_output * self.slope)

    def gradients(self) -> Values:
        return {"slope": self.slope, "grad_input": self.grad_input}

    def results(self) -> Iterator[str]:
        """Give the gradient, and before it the slope where that is worked out."""
        names = ("slope", "grad_input") if self.forward.name in ("sigmoid", "tanh") else ("grad_input",)
        return chain.from_iterable(addresses_of(name, self.x.shape) for name in names)

    def other(self, name: str, indices: tuple[int, ...]) -> Explanation:
        return self.forward.other(name, indices) if name == "negative_slope" else super().other(name, indices)

    def gradient(self, name: str, position: tuple[int, ...]) -> Expression | None:
        """Write `2·0.25`; of a slope `0.5·(1 - 0.5)`, and nothing where it can be seen."""
        if name == "grad_input":
            return Product((self.value("grad_output", *position), self.value("slope", *position)))
        y = self.value("output", *position)
        match self.forward.name:
            case "sigmoid":
                return Product((y, Difference((_ONE, y))))
            case "tanh":
                return Difference((_ONE, Power((y,))))
        return None


def _of_relu(trace: ActivationTrace) -> Array:
    return (trace.x > 0).astype(np.float64)


def _of_leaky_relu(trace: ActivationTrace) -> Array:
    return np.where(trace.x > 0, 1.0, trace.options["negative_slope"])


def _of_sigmoid(trace: ActivationTrace) -> Array:
    return np.asarray(trace.output * (1 - trace.output), dtype=np.float64)


def _of_tanh(trace: ActivationTrace) -> Array:
    return np.asarray(1 - np.square(trace.output), dtype=np.float64)


SLOPES: Mapping[str, Callable[[ActivationTrace], Array]] = MappingProxyType(
    {"relu": _of_relu, "leaky_relu": _of_leaky_relu, "sigmoid": _of_sigmoid, "tanh": _of_tanh}
)
