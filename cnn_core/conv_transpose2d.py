"""2-D transposed convolution: every input value stamps a scaled kernel onto the output."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cnn_core.arrays import Array, Pair, as_array, as_pair, as_whole, freeze
from cnn_core.backward import as_gradient
from cnn_core.channels import check_bias, check_groups, same_group
from cnn_core.conv_transpose2d_backward import ConvTranspose2dBackward
from cnn_core.correlation import stamp
from cnn_core.equation import Equation
from cnn_core.errors import InputError, ShapeError
from cnn_core.expression import Expression, Product, Sum, Value
from cnn_core.trace import Position, Trace, Values, address_of, check_position, parse, positions_of, scalar
from cnn_core.windows import Padding, as_padding, reach, sources

__all__ = ["Contribution", "ConvTranspose2dStep", "ConvTranspose2dTrace", "conv_transpose2d"]


@dataclass(frozen=True, eq=False)
class ConvTranspose2dStep:
    """What one input value stamps onto the output.

    Attributes
    ----------
    position
        `(n, c_in, i, j)`, of the input value.
    top, left
        Where the stamp begins, in the output before its padding is cut off.
    channels
        The output channels that are stamped: all, or those of the group.
    x
        The input value.
    kernel, contribution : (C_out / groups, kH, kW)
        The kernel, and the kernel times `x`: what is added to the output.
    """

    position: Position
    top: int
    left: int
    channels: range
    x: float
    kernel: Array
    contribution: Array

    def values(self) -> Values:
        """Return what this stamp was computed from, by name."""
        return {"x": scalar(self.x), "kernel": self.kernel, "contribution": self.contribution}


@dataclass(frozen=True, eq=False)
class Contribution:
    """One term of an output value: an input value times the kernel entry that carries it there.

    Attributes
    ----------
    position
        `(n, c_in, i, j)`, of the input value.
    entry
        `(row, column)` in the kernel.
    """

    position: Position
    entry: Pair
    x: float
    weight: float
    product: float


@dataclass(frozen=True, eq=False)
class ConvTranspose2dTrace(Trace):
    """A transposed convolution that has been computed.

    Attributes
    ----------
    x : (N, C_in, H, W)
    weight : (C_in, C_out / groups, kH, kW)
    bias : (C_out,) or None
    output : (N, C_out, H_out, W_out)
    padding
        Rows and columns cut off the output, `((top, bottom), (left, right))`, whichever way it was asked for.
    output_padding
        Rows and columns added at the bottom and the right of the output.
    """

    x: Array
    weight: Array
    bias: Array | None
    output: Array
    stride: Pair
    padding: Padding
    output_padding: Pair
    dilation: Pair
    groups: int

    @property
    def kernel_size(self) -> Pair:
        """Height and width of the kernel, its dilation not counted."""
        return self.weight.shape[2], self.weight.shape[3]

    @property
    def uncropped(self) -> Array:
        """The sum of all stamps, before `padding` is cut off and the bias added."""
        size = _uncropped_size(self.x, self.weight, self.stride, self.output_padding, self.dilation)
        return freeze(stamp(self.x, self.weight, size, stride=self.stride, dilation=self.dilation, groups=self.groups))

    def equation(self, *position: int) -> Equation:
        """Return `1·10 + 2·1 + 0.5 = 12.5`, of the stamps that reach it; of 0 where none does."""
        n, c_out, i, j = position
        terms = tuple(self._stamped(one, c_out) for one in self.contributions(n, c_out, i, j))
        left: Expression = Sum(terms) if terms else Value(0.0)
        if self.bias is not None:
            left = Sum((left, self.value("bias", c_out)))
        return Equation.of(left, self.result("output", *position))

    def _stamped(self, one: Contribution, c_out: int) -> Product:
        """Return an input value times an entry of its kernel, as it stands in the step of that value."""
        entry = (c_out % self.weight.shape[1], *one.entry)
        step = int(np.ravel_multi_index(one.position, self.x.shape))
        known = Value(one.product, address_of(f"steps[{step}].contribution", entry), "contribution")
        return Product((self.value("x", *one.position), self.value("weight", one.position[1], *entry)), known=known)

    @property
    def steps_of(self) -> Array:
        """The input: each of its values stamps the output."""
        return self.x

    def part(self, position: tuple[int, ...], address: str) -> Equation | None:
        name, indices, _ = parse(parse(address)[2])
        if name != "contribution":
            return None
        check_position(indices, self.weight.shape[1:])
        known = Value(float(self.x[position] * self.weight[position[1]][indices]), address, name)
        return Equation.of(Product((self.value("x", *position), self.value("weight", position[1], *indices))), known)

    def operand(self, position: tuple[int, ...], name: str, indices: tuple[int, ...]) -> str:
        """Return the address of an input value or of an entry of its kernel."""
        if name == "x":
            return address_of("x", position)
        if name == "kernel":
            return address_of("weight", (position[1], *indices))
        return super().operand(position, name, indices)

    def positions(self) -> Iterator[Position]:
        """Walk over the input in reading order: what `step` takes."""
        return positions_of(self.x.shape)

    def step(self, n: int, c_in: int, i: int, j: int) -> ConvTranspose2dStep:
        """Return what `x[n, c_in, i, j]` stamps, and where."""
        position = (n, c_in, i, j)
        check_position(position, self.x.shape)
        x = float(self.x[position])
        kernel = self.weight[c_in]
        return ConvTranspose2dStep(
            position=position,
            top=i * self.stride[0],
            left=j * self.stride[1],
            channels=same_group(c_in, of=self.x.shape[1], into=self.output.shape[1], groups=self.groups),
            x=x,
            kernel=kernel,
            contribution=freeze(x * kernel),
        )

    def contributions(self, n: int, c_out: int, i: int, j: int) -> tuple[Contribution, ...]:
        """Return every term of `output[n, c_out, i, j]`, the bias left out; empty where no stamp reaches."""
        check_position((n, c_out, i, j), self.output.shape)
        rows, columns = self._sources(i, axis=0), self._sources(j, axis=1)
        channels = same_group(c_out, of=self.output.shape[1], into=self.x.shape[1], groups=self.groups)
        return tuple(
            self._contribution((n, c_in, source_i, source_j), c_out, (a, b))
            for c_in in channels
            for source_i, a in rows
            for source_j, b in columns
        )

    def backward(self, grad_output: npt.ArrayLike) -> ConvTranspose2dBackward:
        return ConvTranspose2dBackward(self, as_gradient(grad_output, self.output))

    def values(self) -> Values:
        bias: Values = {} if self.bias is None else {"bias": self.bias}
        return {"x": self.x, "weight": self.weight, **bias, "output": self.output}

    def _sources(self, at: int, axis: int) -> list[Pair]:
        """Return which rows (or columns) of the input reach this one of the output, and with which kernel entry."""
        size, (border, _) = self.x.shape[2 + axis], self.padding[axis]
        return sources(at + border, size, self.kernel_size[axis], self.stride[axis], self.dilation[axis])

    def _contribution(self, position: Position, c_out: int, entry: Pair) -> Contribution:
        x = float(self.x[position])
        weight = float(self.weight[position[1], c_out % self.weight.shape[1], *entry])
        return Contribution(position, entry, x, weight, x * weight)


def conv_transpose2d(
    x: npt.ArrayLike,
    weight: npt.ArrayLike,
    bias: npt.ArrayLike | None = None,
    stride: int | Pair = 1,
    padding: int | Pair | Padding = 0,
    output_padding: int | Pair = 0,
    groups: int = 1,
    dilation: int | Pair = 1,
) -> ConvTranspose2dTrace:
    """Stamp the kernels, scaled by the values of `x`, as `torch.nn.functional.conv_transpose2d` does.

    Parameters
    ----------
    x : (N, C_in, H, W)
        The images.
    weight : (C_in, C_out / groups, kH, kW)
        The kernels; input channels come first, other than in `conv2d`.
    bias : (C_out,), optional
        What is added to each output channel.
    stride
        How far apart the stamps of neighbouring values are.
    padding
        How much is cut off the output: a number, `(rows, columns)`, or `((top, bottom), (left, right))`.
    output_padding
        How much is added at its bottom and right; smaller than stride or dilation.
    groups
        The channels are cut into so many parts that do not see each other.
    dilation
        How far apart the entries of the kernel fall.

    Raises
    ------
    ShapeError, InputError
        If the arrays do not fit each other or an option is out of its range.

    >>> conv_transpose2d([[[[1, 2]]]], [[[[1, 10]]]], stride=2).output.tolist()
    [[[[1.0, 10.0, 2.0, 20.0]]]]
    """
    x = as_array("x", x, "N C_in H W")
    weight = as_array("weight", weight, "C_in C_out/groups kH kW")
    bias = None if bias is None else as_array("bias", bias, "C_out")
    stride = as_pair("stride", stride, minimum=1)
    cut = as_padding(padding, covered=None)
    output_padding = as_pair("output_padding", output_padding, minimum=0)
    dilation = as_pair("dilation", dilation, minimum=1)
    groups = as_whole("groups", groups, minimum=1)
    _check_channels(x, weight, bias, groups)
    _check_output_padding(output_padding, stride, dilation)
    size = _uncropped_size(x, weight, stride, output_padding, dilation)
    _check_padding(cut, size)
    uncropped = stamp(x, weight, size, stride=stride, dilation=dilation, groups=groups)
    output = uncropped[:, :, cut[0][0] : size[0] - cut[0][1], cut[1][0] : size[1] - cut[1][1]].copy()
    if bias is not None:
        output += bias[:, None, None]
    return ConvTranspose2dTrace(x, weight, bias, freeze(output), stride, cut, output_padding, dilation, groups)


def _check_channels(x: Array, weight: Array, bias: Array | None, groups: int) -> None:
    c_in = x.shape[1]
    check_groups(groups, c_in, "channels of x")
    if len(weight) != c_in:
        raise ShapeError(
            f"weight must begin with an axis of {c_in} (the channels of x), but its shape is {weight.shape}."
        )
    check_bias(bias, weight.shape[1] * groups)


def _check_output_padding(output_padding: Pair, stride: Pair, dilation: Pair) -> None:
    if any(extra >= max(sizes) for extra, *sizes in zip(output_padding, stride, dilation, strict=True)):
        raise InputError(
            "output_padding must be smaller than stride or dilation, "
            f"which are {stride} and {dilation}, but it is {output_padding}."
        )


def _check_padding(padding: Padding, uncropped: Pair) -> None:
    if any(size <= sum(cut) for size, cut in zip(uncropped, padding, strict=True)):
        raise ShapeError(
            f"padding must leave something of the output, which is {uncropped[0]} x {uncropped[1]} before "
            f"padding is cut off at each side, but it is {padding}."
        )


def _uncropped_size(x: Array, weight: Array, stride: Pair, output_padding: Pair, dilation: Pair) -> Pair:
    kH, kW = reach((weight.shape[2], weight.shape[3]), dilation)
    (sH, sW), (extra_rows, extra_columns) = stride, output_padding
    return (x.shape[2] - 1) * sH + kH + extra_rows, (x.shape[3] - 1) * sW + kW + extra_columns
