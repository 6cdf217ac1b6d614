"""2-D convolution, as deep learning means it: cross-correlation, the kernel is not flipped."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import cast

import numpy as np
import numpy.typing as npt

from cnn_core.arrays import Array, Pair, as_array, as_pair, as_whole, freeze
from cnn_core.backward import as_gradient
from cnn_core.channels import check_bias, check_groups, same_group
from cnn_core.conv2d_backward import Conv2dBackward
from cnn_core.correlation import correlate
from cnn_core.equation import Equation, Explanation
from cnn_core.errors import ShapeError
from cnn_core.expression import Expression, Product, Sum, Value
from cnn_core.numerals import EXACT, decimals_for
from cnn_core.trace import Position, Trace, Values, address_of, check_position, positions_of, running_sum_of, scalar
from cnn_core.windows import Padding, PaddingLike, as_padding, pad, reach

__all__ = ["Conv2dStep", "Conv2dTrace", "conv2d"]


@dataclass(frozen=True, eq=False)
class Conv2dStep:
    """How one output value of a convolution came about.

    Attributes
    ----------
    position
        `(n, c_out, i, j)`.
    top, left
        Where the window begins, in `x_padded`.
    channels
        The input channels that this output channel sees: all, or those of its group.
    window, kernel, products : (C_in / groups, kH, kW)
        What lies under the kernel, the kernel, and the two multiplied.
    running_sum : (C_in / groups * kH * kW,)
        The sum of the products so far, in reading order.
    total
        The sum of all products, before the bias.
    value
        The output there. `total + bias` agrees with it but for the last bits, since sums are rounded in
        the order in which they are added.
    """

    position: Position
    top: int
    left: int
    channels: range
    window: Array
    kernel: Array
    products: Array
    running_sum: Array
    total: float
    bias: float | None
    value: float

    def values(self) -> Values:
        """Return what this position was computed from, by name."""
        return {
            "window": self.window,
            "products": self.products,
            "running_sum": self.running_sum,
            "total": scalar(self.total),
            **({} if self.bias is None else {"bias": scalar(self.bias)}),
            "value": scalar(self.value),
        }


@dataclass(frozen=True, eq=False)
class Conv2dTrace(Trace):
    """A convolution that has been computed.

    Attributes
    ----------
    x : (N, C_in, H, W)
    weight : (C_out, C_in / groups, kH, kW)
    bias : (C_out,) or None
    output : (N, C_out, H_out, W_out)
    padding
        `((top, bottom), (left, right))`, whichever way it was asked for.
    """

    x: Array
    weight: Array
    bias: Array | None
    output: Array
    stride: Pair
    padding: Padding
    dilation: Pair
    groups: int

    @cached_property
    def x_padded(self) -> Array:
        """The input with its border of zeros, (N, C_in, top + H + bottom, left + W + right)."""
        return freeze(pad(self.x, self.padding))

    @property
    def kernel_size(self) -> Pair:
        """Height and width of the kernel, its dilation not counted."""
        return self.weight.shape[2], self.weight.shape[3]

    def equation(self, *position: int) -> Equation:
        """Return `0·(-1) + 1·2 + ... + 0.5 = 3`: products, summed for each row of the kernel, then for each channel."""
        step = self.step(*cast("Position", position))
        _, c_out, _, _ = position
        channels = [self._channel(step, c) for c in range(len(step.kernel))]
        total = self.step_value(position, "total", step.total)
        left: Expression = channels[0] if len(channels) == 1 else Sum(tuple(channels))
        left = left.of(left.parts, total)
        if self.bias is not None:
            left = Sum((left, self.value("bias", c_out)))
        return Equation.of(left, self.result("output", *position))

    def _channel(self, step: Conv2dStep, c: int) -> Sum:
        rows = []
        for a, total in enumerate(step.products[c].sum(axis=1)):
            terms = [self._product(step, (c, a, b)) for b in range(step.products.shape[2])]
            rows.append(Sum(tuple(terms), known=self.step_value(step.position, f"row_sums[{c},{a}]", total)))
        known = self.step_value(step.position, f"channel_sums[{c}]", step.products[c].sum())
        return Sum(tuple(rows), known=known)

    def _product(self, step: Conv2dStep, entry: tuple[int, int, int]) -> Product:
        (n, c_out, _, _), (c, a, b) = step.position, entry
        known = self.step_value(step.position, f"products[{c},{a},{b}]", step.products[entry])
        x = Value(float(step.window[entry]), self._pixel(step, n, entry), "x", self.decimals("x"))
        return Product((x, self.value("weight", c_out, c, a, b)), known=known)

    def _pixel(self, step: Conv2dStep, n: int, entry: tuple[int, int, int]) -> str:
        """Return where the value under an entry of the kernel stands: in the padded input where it is not in `x`."""
        (c, a, b), ((top, _), (left, _)) = entry, self.padding
        row, column = step.top + a * self.dilation[0], step.left + b * self.dilation[1]
        channel, (H, W) = step.channels[c], self.x.shape[2:]
        if top <= row < top + H and left <= column < left + W:
            return address_of("x", (n, channel, row - top, column - left))
        return address_of("x_padded", (n, channel, row, column))

    def on_padding(self, step: Conv2dStep) -> Array:
        """Return which entries of a step's window lie on the padding, (kH, kW)."""
        starts = (step.top, step.left)
        places = [
            start - before + gap * np.arange(side)
            for start, (before, _), gap, side in zip(starts, self.padding, self.dilation, self.kernel_size, strict=True)
        ]
        rows, columns = ((at < 0) | (at >= size) for at, size in zip(places, self.x.shape[2:], strict=True))
        found: Array = rows[:, None] | columns
        return found

    def part(self, position: tuple[int, ...], address: str) -> Equation | None:
        """Return how a part of a sum, or the sum so far, came about."""
        step = self.step(*cast("Position", position))
        if len(step.kernel) == 1:  # its sum is the total
            address = address.replace(".channel_sums[0]", ".total")
        return super().part(position, address) or running_sum_of(step.products, step.running_sum, address)

    def operand(self, position: tuple[int, ...], name: str, indices: tuple[int, ...]) -> str:
        """Return the address of a window's value or of the bias."""
        step = self.step(*cast("Position", position))
        match name:
            case "window":
                check_position(indices, step.window.shape)
                return self._pixel(step, position[0], cast("tuple[int, int, int]", indices))
            case "bias" if self.bias is not None:
                return address_of("bias", position[1:2])
        return super().operand(position, name, indices)

    def other(self, name: str, indices: tuple[int, ...]) -> Explanation:
        """Say of a value of the padded input whether it is a zero of the padding."""
        if name != "x_padded":
            return super().other(name, indices)
        check_position(indices, self.x_padded.shape)
        return self.padded(indices, (self.padding[0][0], self.padding[1][0]))

    def decimals(self, name: str) -> int:
        """Return up to four for outputs that are written in full with them, such as the sixteenths of a blur."""
        exact = decimals_for(self.output, most=EXACT + 1) if name == "output" else EXACT + 1
        return exact if exact <= EXACT else super().decimals(name)

    def positions(self) -> Iterator[Position]:
        return positions_of(self.output.shape)

    def window(self, *position: int) -> tuple[list[int], list[int]]:
        """Return the rows and columns of `x` that a kernel lies on; those of the padding are outside of `x`."""
        each = zip(position[2:], self.kernel_size, self.stride, self.padding, self.dilation, strict=True)
        rows, columns = ([at * s - before + k * d for k in range(size)] for at, size, s, (before, _), d in each)
        return rows, columns

    def step(self, n: int, c_out: int, i: int, j: int) -> Conv2dStep:
        """Return how `output[n, c_out, i, j]` came about."""
        position = (n, c_out, i, j)
        check_position(position, self.output.shape)
        channels = same_group(c_out, of=self.output.shape[1], into=self.x.shape[1], groups=self.groups)
        (top, left), (height, width) = (i * self.stride[0], j * self.stride[1]), reach(self.kernel_size, self.dilation)
        rows = slice(top, top + height, self.dilation[0])
        window = self.x_padded[n, channels.start : channels.stop, rows, left : left + width : self.dilation[1]].copy()
        products = window * self.weight[c_out]
        running_sum = np.cumsum(products)
        return Conv2dStep(
            position=position,
            top=top,
            left=left,
            channels=channels,
            window=freeze(window),
            kernel=self.weight[c_out],
            products=freeze(products),
            running_sum=freeze(running_sum),
            total=float(running_sum[-1]),
            bias=None if self.bias is None else float(self.bias[c_out]),
            value=float(self.output[position]),
        )

    def backward(self, grad_output: npt.ArrayLike) -> Conv2dBackward:
        return Conv2dBackward(self, as_gradient(grad_output, self.output))

    def values(self) -> Values:
        bias: Values = {} if self.bias is None else {"bias": self.bias}
        return {"x": self.x, "weight": self.weight, **bias, "output": self.output}


def conv2d(
    x: npt.ArrayLike,
    weight: npt.ArrayLike,
    bias: npt.ArrayLike | None = None,
    stride: int | Pair = 1,
    padding: PaddingLike = 0,
    dilation: int | Pair = 1,
    groups: int = 1,
) -> Conv2dTrace:
    """Slide each kernel over `x` and sum the products under it, as `torch.nn.functional.conv2d` does.

    Parameters
    ----------
    x : (N, C_in, H, W)
        The images.
    weight : (C_out, C_in / groups, kH, kW)
        The kernels. Not flipped: the top left entry meets the top left of the window.
    bias : (C_out,), optional
        What is added to each kernel's sums.
    stride, dilation
        One number, or one for each axis.
    padding
        A number, `(pH, pW)`, `((top, bottom), (left, right))`, `"same"` (needs stride 1; where the border is
        uneven, the extra row or column goes to the end), `"same-tf"` (TensorFlow's) or `"valid"` (none).
    groups
        The channels are cut into so many parts that do not see each other.

    Raises
    ------
    ShapeError, InputError
        If the arrays do not fit each other or an option is out of its range.

    >>> conv2d([[[[1, 2], [3, 4]]]], [[[[1, 0], [0, 1]]]]).output.tolist()
    [[[[5.0]]]]
    """
    x = as_array("x", x, "N C_in H W")
    weight = as_array("weight", weight, "C_out C_in/groups kH kW")
    bias = None if bias is None else as_array("bias", bias, "C_out")
    stride = as_pair("stride", stride, minimum=1)
    dilation = as_pair("dilation", dilation, minimum=1)
    groups = as_whole("groups", groups, minimum=1)
    size = x.shape[2], x.shape[3]
    border = as_padding(padding, reach((weight.shape[2], weight.shape[3]), dilation), stride, size)
    _check_channels(x, weight, bias, groups)
    _check_reach(x, weight, border, dilation)
    output = correlate(pad(x, border), weight, bias, stride=stride, dilation=dilation, groups=groups)
    return Conv2dTrace(x, weight, bias, freeze(output), stride, border, dilation, groups)


def _check_channels(x: Array, weight: Array, bias: Array | None, groups: int) -> None:
    c_in, c_out = x.shape[1], weight.shape[0]
    check_groups(groups, c_in, "channels of x")
    check_groups(groups, c_out, "kernels in weight")
    if weight.shape[1] != c_in // groups:
        raise ShapeError(
            f"weight must have {c_in // groups} input channels (the channels of x, divided by groups), "
            f"but its shape is {weight.shape}."
        )
    check_bias(bias, c_out)


def _check_reach(x: Array, weight: Array, padding: Padding, dilation: Pair) -> None:
    height, width = x.shape[2] + sum(padding[0]), x.shape[3] + sum(padding[1])
    kH, kW = reach((weight.shape[2], weight.shape[3]), dilation)
    if kH > height or kW > width:
        raise ShapeError(
            f"weight must fit into x with its padding, which is {height} x {width}, "
            f"but its kernel covers {kH} x {kW} (dilation included)."
        )
