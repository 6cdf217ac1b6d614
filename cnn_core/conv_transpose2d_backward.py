"""Gradients of a 2-D transposed convolution: each input value gathers what was asked where its stamp fell."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from cnn_core.arrays import Array, freeze
from cnn_core.backward import Backward, sum_of
from cnn_core.channels import same_group
from cnn_core.correlation import correlate, kernel_sums
from cnn_core.expression import Expression, Product
from cnn_core.trace import Position, Values, positions_of
from cnn_core.windows import pad

if TYPE_CHECKING:
    from cnn_core.conv_transpose2d import ConvTranspose2dTrace

__all__ = ["ConvTranspose2dBackward"]


@dataclass(frozen=True, eq=False)
class ConvTranspose2dBackward(Backward):
    """The gradients of a transposed convolution.

    Attributes
    ----------
    grad_output : (N, C_out, H_out, W_out)
    """

    forward: ConvTranspose2dTrace

    @cached_property
    def _uncropped(self) -> Array:
        """`grad_output` with zeros where the output was cut off."""
        return pad(self.grad_output, self.forward.padding)

    @cached_property
    def grad_weight(self) -> Array:
        """The sum, over all stamps, of an input value times what is asked there, (C_in, C_out / groups, kH, kW)."""
        one = self.forward
        options = {"stride": one.stride, "dilation": one.dilation}
        return freeze(kernel_sums(self._uncropped, one.x, one.kernel_size, **options, groups=one.groups))

    @cached_property
    def grad_bias(self) -> Array:
        """The sum of each output channel's gradients, (C_out,)."""
        return freeze(self.grad_output.sum(axis=(0, 2, 3)))

    @cached_property
    def grad_input(self) -> Array:
        """The convolution of `grad_output` with the kernels, (N, C_in, H, W)."""
        one, (H, W) = self.forward, self.forward.x.shape[2:]
        options = {"stride": one.stride, "dilation": one.dilation}
        found = correlate(self._uncropped, one.weight, None, **options, groups=one.groups)
        return freeze(found[:, :, :H, :W].copy())

    def gradients(self) -> Values:
        bias: Values = {} if self.forward.bias is None else {"grad_bias": self.grad_bias}
        return {"grad_weight": self.grad_weight, **bias, "grad_input": self.grad_input}

    def gradient(self, name: str, position: tuple[int, ...]) -> Expression:
        """Write `2·1 + (-1)·1`, of the outputs that ask for something."""
        if name == "grad_bias":
            return sum_of(self.value("grad_output", *at) for at in self.asking(position[0]))
        if name == "grad_input":
            terms = self._stamped(position)
            return sum_of(Product((self.value("grad_output", *at), self.value("weight", *met))) for at, met in terms)
        values = [(n, position[0], i, j) for n, _, i, j in positions_of((len(self.x), 1, *self.x.shape[2:]))]
        met = [(at, value) for value in values for at, weight in self._stamped(value) if weight == position]
        return sum_of(Product((self.value("grad_output", *at), self.value("x", *value))) for at, value in met)

    def _stamped(self, value: tuple[int, ...]) -> Iterator[tuple[Position, Position]]:
        """Give the outputs that ask for something of an input value, each with the weight of its stamp there."""
        one, (n, c_in, i, j) = self.forward, value
        channels = same_group(c_in, of=self.x.shape[1], into=self.output.shape[1], groups=one.groups)
        for k, a, b in np.ndindex(one.weight.shape[1:]):
            row = i * one.stride[0] + a * one.dilation[0] - one.padding[0][0]
            column = j * one.stride[1] + b * one.dilation[1] - one.padding[1][0]
            if 0 <= row < self.output.shape[2] and 0 <= column < self.output.shape[3]:
                at = (n, channels[k], row, column)
                if self.grad_output[at]:
                    yield at, (c_in, k, a, b)
