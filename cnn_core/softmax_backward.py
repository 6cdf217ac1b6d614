"""Gradients of what has no weights and mixes or moves its numbers: softmax and flattening."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from cnn_core.arrays import Array, freeze
from cnn_core.backward import Backward
from cnn_core.expression import Cell, Difference, Expression, Product, Sum
from cnn_core.trace import Values

if TYPE_CHECKING:
    from cnn_core.flatten import FlattenTrace
    from cnn_core.softmax import SoftmaxTrace

__all__ = ["FlattenBackward", "SoftmaxBackward"]


@dataclass(frozen=True, eq=False)
class SoftmaxBackward(Backward):
    """The gradient of a softmax.

    Attributes
    ----------
    grad_output : (...)
    """

    forward: SoftmaxTrace

    @cached_property
    def grad_mean(self) -> Array:
        """What is asked of the outputs on average, weighed by them: an axis of length 1 along `dim`."""
        return freeze((self.grad_output * self.output).sum(axis=self.forward.dim, keepdims=True))

    @cached_property
    def grad_input(self) -> Array:
        """`output · (grad_output - grad_mean)`: one can only rise if others fall."""
        return freeze(self.output * (self.grad_output - self.grad_mean))

    def gradients(self) -> Values:
        return {"grad_mean": self.grad_mean, "grad_input": self.grad_input}

    def gradient(self, name: str, position: tuple[int, ...]) -> Expression:
        """Write `0.237·(1 - 0.5)`, or the weighed sum."""
        dim = self.forward.dim
        if name == "grad_input":
            mean = self.value("grad_mean", *position[:dim], 0, *position[dim + 1 :])
            return Product((self.value("output", *position), Difference((self.value("grad_output", *position), mean))))
        places = [(*position[:dim], k, *position[dim + 1 :]) for k in range(self.output.shape[dim])]
        return Sum(
            tuple(Product((self.value("output", *place), self.value("grad_output", *place))) for place in places)
        )


@dataclass(frozen=True, eq=False)
class FlattenBackward(Backward):
    """The gradient of a flattening: every number goes back to its place.

    Attributes
    ----------
    grad_output : (N, C * H * W)
    """

    forward: FlattenTrace

    @cached_property
    def grad_input(self) -> Array:
        return freeze(self.grad_output.reshape(self.x.shape))

    def gradients(self) -> Values:
        return {"grad_input": self.grad_input}

    def gradient(self, name: str, position: tuple[int, ...]) -> Expression:
        """Return the number, named by where it stood."""
        start = self.forward.start_dim
        k = int(np.ravel_multi_index(position[start:], self.x.shape[start:]))
        return Cell((self.value("grad_output", *position[:start], k),))
