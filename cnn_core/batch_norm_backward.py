"""Gradients of 2-D batch normalisation: ask one output for a change, and all inputs are asked."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from cnn_core.arrays import Array, freeze
from cnn_core.backward import Backward, sum_of
from cnn_core.channels import spread
from cnn_core.expression import Expression, Negative, Power, Product, Quotient, Sum, Value
from cnn_core.trace import Values

if TYPE_CHECKING:
    from cnn_core.batch_norm import BatchNorm2dTrace

__all__ = ["BatchNorm2dBackward"]

MINUS_HALF, TWO = Value(-0.5), Value(2.0)


@dataclass(frozen=True, eq=False)
class BatchNorm2dBackward(Backward):
    """The gradients of a batch normalisation.

    With running statistics, which no input has made, only the direct way is left.

    Attributes
    ----------
    grad_output : (N, C, H, W)
    """

    forward: BatchNorm2dTrace

    @cached_property
    def grad_weight(self) -> Array:
        """That of gamma, (C,)."""
        return freeze(np.einsum("nchw,nchw->c", self.grad_output, self.forward.x_hat))

    @cached_property
    def grad_bias(self) -> Array:
        """That of beta, (C,)."""
        return freeze(self.grad_output.sum(axis=(0, 2, 3)))

    @cached_property
    def grad_x_hat(self) -> Array:
        """`grad_output · weight`, (N, C, H, W)."""
        return freeze(self.grad_output * spread(self.forward.weight))

    @cached_property
    def grad_variance(self) -> Array:
        """How fast the loss rises with the variance, (C,): a wider spread shrinks everything."""
        pull = np.einsum("nchw,nchw->c", self.grad_output, self.forward.centred) * self.forward.weight
        return freeze(pull * -0.5 / self.forward.std**3)

    @cached_property
    def grad_mean(self) -> Array:
        """How fast it rises with the mean, (C,); a mean that moves leaves the variance as it is."""
        return freeze(-self.grad_bias * self.forward.weight / self.forward.std)

    @cached_property
    def direct(self) -> Array:
        """The straight way, (N, C, H, W): `grad_x_hat / std`."""
        return freeze(self.grad_x_hat / spread(self.forward.std))

    @cached_property
    def via_variance(self) -> Array:
        """The way through the variance, (N, C, H, W): `grad_variance · 2 · centred / count`."""
        return freeze(spread(self.grad_variance * 2) * self.forward.centred / self.forward.count)

    @cached_property
    def via_mean(self) -> Array:
        """The way through the mean, (N, C, H, W): `grad_mean / count`, the same for all of a channel."""
        share = spread(self.grad_mean / self.forward.count)
        return freeze(np.broadcast_to(share, self.x.shape).copy())

    @cached_property
    def grad_input(self) -> Array:
        """The sum of the three ways, (N, C, H, W), without an array for each of them."""
        if not self.forward.training:
            return self.direct
        forward = self.forward
        total = self.grad_output * spread(forward.weight / forward.std)
        total += spread(self.grad_variance * 2 / forward.count) * forward.centred
        total += spread(self.grad_mean / forward.count)
        return freeze(total)

    def gradients(self) -> Values:
        ways = ("grad_variance", "grad_mean", "direct", "via_variance", "via_mean") if self.forward.training else ()
        names = ("grad_bias", "grad_weight", "grad_x_hat", *ways, "grad_input")
        return {name: getattr(self, name) for name in names}

    def gradient(self, name: str, position: tuple[int, ...]) -> Expression:
        """Write `3.2 + (-0.8) + (-0.2)`, or what it is made of; outputs that ask for nothing are left out."""
        match name:
            case "grad_weight" | "grad_bias" | "grad_variance" | "grad_mean":
                return self._of_channel(name, position[0])
            case "grad_x_hat":
                return Product((self.value("grad_output", *position), self.value("weight", position[1])))
            case "via_variance":
                parts = (self.value("grad_variance", position[1]), TWO, self.value("centred", *position))
                return Quotient((Product(parts), self._count))
            case "via_mean":
                return Quotient((self.value("grad_mean", position[1]), self._count))
            case "grad_input" if self.forward.training:
                return Sum(tuple(self.value(way, *position) for way in ("direct", "via_mean", "via_variance")))
        return Quotient((self.value("grad_x_hat", *position), self.value("std", position[1])))

    @property
    def _count(self) -> Value:
        return Value(float(self.forward.count), "count", "count")

    def _of_channel(self, name: str, channel: int) -> Expression:
        asking, std = list(self.asking(channel)), self.value("std", channel)
        match name:
            case "grad_weight":
                return sum_of(Product((self.value("grad_output", *at), self.value("x_hat", *at))) for at in asking)
            case "grad_bias":
                return sum_of(self.value("grad_output", *at) for at in asking)
            case "grad_mean":
                total = Sum(tuple(self.value("grad_x_hat", *at) for at in asking) or (Value(0.0),))
                return Negative((Quotient((total, std)),))
        pulls = tuple(Product((self.value("grad_x_hat", *at), self.value("centred", *at))) for at in asking)
        pull = Sum(pulls or (Value(0.0),))
        return Quotient((Product((pull, MINUS_HALF)), Power((std,), exponent=3)))
