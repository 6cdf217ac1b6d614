"""Gradients of a 2-D convolution: each output hands its window to the kernel and its kernel to the window."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, cast

from cnn_core.arrays import Array, freeze
from cnn_core.backward import Backward, HandedBack, sum_of
from cnn_core.channels import same_group
from cnn_core.correlation import kernel_sums, stamp
from cnn_core.equation import Equation
from cnn_core.expression import Expression, Product, Value
from cnn_core.trace import Position, Values, address_of, check_position, parse, positions_of
from cnn_core.windows import sources

if TYPE_CHECKING:
    from cnn_core.conv2d import Conv2dTrace

__all__ = ["Conv2dBackward", "Conv2dBackwardStep"]


@dataclass(frozen=True, eq=False)
class Conv2dBackwardStep(HandedBack):
    """What one output hands back; `to_weight` and `to_input` have the shape of its kernel, (C_in / groups, kH, kW).

    Attributes
    ----------
    position
        `(n, c_out, i, j)`.
    top, left
        Where its window begins in `x`, and where `to_input` is added; negative inside the padding.
    channels
        The input channels that it looked at.
    """

    position: Position
    top: int
    left: int
    channels: range


@dataclass(frozen=True, eq=False)
class Conv2dBackward(Backward):
    """The gradients of a convolution.

    Attributes
    ----------
    grad_output : (N, C_out, H_out, W_out)
    """

    forward: Conv2dTrace

    @cached_property
    def grad_weight(self) -> Array:
        """The sum of all windows, each times the gradient of its output, (C_out, C_in / groups, kH, kW)."""
        one = self.forward
        options = {"stride": one.stride, "dilation": one.dilation}
        return freeze(kernel_sums(one.x_padded, self.grad_output, one.kernel_size, **options, groups=one.groups))

    @cached_property
    def grad_bias(self) -> Array:
        """The sum of each output channel's gradients, (C_out,)."""
        return freeze(self.grad_output.sum(axis=(0, 2, 3)))

    @cached_property
    def grad_input(self) -> Array:
        """The sum of all kernels, each times the gradient of an output, where its window lay: (N, C_in, H, W)."""
        one = self.forward
        (H, W), ((top, bottom), (left, right)) = one.x.shape[2:], one.padding
        size = (top + H + bottom, left + W + right)
        options = {"stride": one.stride, "dilation": one.dilation}
        padded = stamp(self.grad_output, one.weight, size, **options, groups=one.groups)
        return freeze(padded[:, :, top : top + H, left : left + W].copy())

    def gradients(self) -> Values:
        bias: Values = {} if self.forward.bias is None else {"grad_bias": self.grad_bias}
        return {"grad_weight": self.grad_weight, **bias, "grad_input": self.grad_input}

    def gradient(self, name: str, position: tuple[int, ...]) -> Expression:
        """Write `2·1 + (-1)·1`, of the outputs that ask for something; a bias is in each of its outputs once."""
        if name == "grad_weight":
            terms = [self._to_weight(at, cast("Position", position)) for at in self.uses(*cast("Position", position))]
            return sum_of(terms)
        if name == "grad_input":
            return sum_of(self._to_input(*one) for one in self.meetings(*cast("Position", position)))
        return sum_of(self.value("grad_output", *at) for at in self.asking(position[0]))

    def uses(self, c_out: int, c: int, a: int, b: int) -> Iterator[Position]:
        """Give the outputs that ask for something and for which a weight met a pixel of `x`, in reading order."""
        return (at for at in self.asking(c_out) if self._pixel(at, (c, a, b)) is not None)

    def meetings(self, n: int, c: int, i: int, j: int) -> Iterator[tuple[Position, Position]]:
        """Give the outputs that ask for something of a pixel, each with the weight that met it there."""
        one = self.forward
        rows, columns = (
            sources(at + border[0], *options)
            for at, border, *options in zip(
                (i, j), one.padding, self.grad_output.shape[2:], one.kernel_size, one.stride, one.dilation, strict=True
            )
        )
        c_in, c_out = self.x.shape[1], self.grad_output.shape[1]
        for channel in same_group(c, of=c_in, into=c_out, groups=one.groups):
            for row, a in rows:
                for column, b in columns:
                    if self.grad_output[n, channel, row, column]:
                        yield (n, channel, row, column), (channel, c % one.weight.shape[1], a, b)

    def _pixel(self, position: Position, entry: tuple[int, int, int]) -> Position | None:
        """Return where in `x` an entry of the kernel lies at an output; None in the padding."""
        (n, c_out, i, j), (c, a, b), one = position, entry, self.forward
        row = i * one.stride[0] + a * one.dilation[0] - one.padding[0][0]
        column = j * one.stride[1] + b * one.dilation[1] - one.padding[1][0]
        if not (0 <= row < self.x.shape[2] and 0 <= column < self.x.shape[3]):
            return None
        return n, self._channels(c_out)[c], row, column

    def _channels(self, c_out: int) -> range:
        return same_group(c_out, of=self.output.shape[1], into=self.x.shape[1], groups=self.forward.groups)

    def _to_weight(self, at: Position, weight: Position) -> Product:
        """Return an output's gradient times the pixel that a weight met there."""
        entry = weight[1:]
        pixel = self._pixel(at, entry)
        x = Value(0.0) if pixel is None else self.value("x", *pixel)
        known = self.step_value(at, address_of("to_weight", entry), self.grad_output[at] * x.number)
        return Product((self.value("grad_output", *at), x), known=known)

    def _to_input(self, at: Position, weight: Position) -> Product:
        """Return an output's gradient times a weight of its kernel."""
        met = self.value("weight", *weight)
        known = self.step_value(at, address_of("to_input", weight[1:]), self.grad_output[at] * met.number)
        return Product((self.value("grad_output", *at), met), known=known)

    def part(self, position: tuple[int, ...], address: str) -> Equation | None:
        name, entry, _ = parse(parse(address)[2])
        if name not in ("to_weight", "to_input"):
            return None
        check_position(entry, self.forward.weight.shape[1:])
        at, weight = cast("Position", position), cast("Position", (position[1], *entry))
        product = self._to_weight(at, weight) if name == "to_weight" else self._to_input(at, weight)
        assert product.known is not None
        return Equation.of(Product(product.parts), product.known)

    def positions(self) -> Iterator[Position]:
        return positions_of(self.grad_output.shape)

    def step(self, n: int, c_out: int, i: int, j: int) -> Conv2dBackwardStep:
        """Return what `output[n, c_out, i, j]` hands back."""
        position = (n, c_out, i, j)
        check_position(position, self.grad_output.shape)
        grad, step = float(self.grad_output[position]), self.forward.step(*position)
        (top, _), (left, _) = self.forward.padding
        return Conv2dBackwardStep(
            position=position,
            top=step.top - top,
            left=step.left - left,
            channels=step.channels,
            grad=grad,
            to_weight=freeze(grad * step.window),
            to_input=freeze(grad * step.kernel),
        )
