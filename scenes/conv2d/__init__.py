"""2-D convolution."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from pydantic import Field

from cnn_core.arrays import Array
from cnn_core.conv2d import Conv2dStep, Conv2dTrace, conv2d
from cnn_core.equation import Equation, Explanation, Given
from cnn_core.errors import InputError
from cnn_core.examples import HANDWRITTEN_ONE
from cnn_core.expression import Call, Cell, Difference, Product, Quotient, Sum, Value
from cnn_core.kernels import kernel
from cnn_core.reading.grids import Grid
from cnn_core.reading.photos import grey_of
from cnn_core.trace import Position, address_of, parse
from cnn_core.windows import reach
from scenes.specs.base import LabelText, SpecValues
from scenes.specs.fields import Kernels, PaddingOption, Size, Vector, batched, kernels_of
from scenes.specs.limits import MAX_CHANNELS, MAX_PADDED, MAX_SIDE, MAX_SIDE_OF_CHANNELS
from scenes.specs.photo import Photo, PhotoSpec

if TYPE_CHECKING:
    from scenes.conv2d.scene import Conv2dScene

__all__ = ["Conv2dSpec"]


class Conv2dSpec(PhotoSpec):
    """What may be asked of the convolution scene."""

    name: ClassVar[str] = "conv2d"
    summary: ClassVar[str] = "A kernel visits an image; products are added up, and each sum is one output cell."
    example: ClassVar[str] = '--x "1 2 0 1; 0 1 3 1; 2 1 0 0; 1 0 1 2" --weight sobel-x --padding 1'

    x: Photo = Field(
        Grid(HANDWRITTEN_ONE, "example"),
        description="The image, or up to 3 channels of it; a photo of up to 256×256 is shown as a photo, in colour if "
        "the kernel has three channels.",
    )
    weight: Kernels = Field(
        Grid(kernel("vertical-stroke").weight, "vertical-stroke"),
        description="The kernel, by name or as rows.",
    )
    bias: Vector | None = Field(None, description="What is added to the sums; one number for each output channel.")
    stride: Size = Field(1, description="How far the window moves.")
    padding: PaddingOption = Field(
        0,
        description='Zeros around the image: a number, "rows,columns", "top,bottom,left,right", same, same-tf, valid.',
    )
    dilation: Size = Field(1, description="Distance between the pixels that the kernel looks at.")
    groups: int = Field(1, ge=1, le=MAX_CHANNELS, description="Parts into which the channels are cut.")
    flip: bool = Field(False, description="True convolution: turn the kernel by 180 degrees first.")
    symbols: bool = Field(True, description="Begin with the sum in symbols.")
    numbers: bool = Field(True, description="Work it out in numbers.")
    question: bool = Field(False, description="Ask before the first answer is shown.")
    x_label: LabelText = Field("image", description="Name below the image.")
    weight_label: LabelText = Field("kernel", description="Name below the kernel.")
    output_label: LabelText = Field("output", description="Name below the output.")

    @classmethod
    def scene_class(cls) -> type[Conv2dScene]:
        from scenes.conv2d.scene import Conv2dScene

        return Conv2dScene

    @cached_property
    def image(self) -> Array:
        """The image as the kernels see it, (1, C, H, W): a photo in grey unless they have three channels."""
        array, weight = batched(self.x), self.weight.array
        has_one = weight.ndim == 2 or (weight.ndim == 4 and weight.shape[1] == 1)
        in_grey = self.is_photo and array.shape[1] > 1 and self.groups == 1 and has_one
        return grey_of(array[0])[None, None] if in_grey else array

    @cached_property
    def kernels(self) -> Array:
        """The kernels, (C_out, C_in / groups, kH, kW)."""
        return kernels_of(self.weight.array, self.image.shape[1], self.groups)

    def trace(self) -> Conv2dTrace:
        """Compute the convolution, with the kernels turned if that was asked for."""
        weight = np.flip(self.kernels, axis=(2, 3)) if self.flip else self.kernels
        bias = None if self.bias is None else self.bias.array[0]
        trace = conv2d(self.image, weight, bias, self.stride, self.padding, self.dilation, self.groups)
        if self.is_photo:
            return trace
        self.check_at()
        check_legible("x with its padding", trace.x_padded, MAX_PADDED)
        check_legible("the output", trace.output, MAX_SIDE)
        return trace

    def values(self) -> SpecValues:
        """Return input, kernels and output, the numbers of the output's size, and how each value came about."""
        trace = self.trace()
        common = {
            **trace.values(),
            "weight": self.kernels,
            **({"weight_flipped": trace.weight} if self.flip else {}),
        }
        if self.is_photo:
            return {**common, "steps": self.few_steps(step_values)}
        return {
            **common,
            **({"x_padded": trace.x_padded} if np.any(trace.padding) else {}),
            "output_size": _output_size(trace),
            "steps": [step_values(trace.step(*position)) for position in trace.positions()],
        }

    def told(self) -> list[Position]:
        output = self.trace().output
        return [(0, k, *cell) for cell in self.closely(output[0]) for k in range(output.shape[1])]

    def explain(self, address: str) -> Explanation:
        """Explain the numbers of the output's size too, and with kernels turned around those as they were given."""
        name, indices, inside = parse(address)
        if name == "output_size":
            return size_explained(_output_size(self.trace()), *parse(inside)[:2])
        if not self.flip:
            return self.trace().explain(address)
        if name == "weight":
            return Given("given")
        if name == "weight_flipped":
            return self._turned(indices)
        found = self.trace().explain(address)
        return found.renamed(turned) if isinstance(found, Equation) else found

    def _turned(self, place: tuple[int, ...]) -> Equation:
        value, (kH, kW) = self.trace().value("weight", *place), self.trace().kernel_size
        source = (*place[:2], kH - 1 - place[2], kW - 1 - place[3])
        given = Value(value.number, address_of("weight", source), "weight", value.decimals)
        return Equation.of(Cell((given,)), Value(value.number, address_of("weight_flipped", place)))

    def results(self) -> Iterator[str]:
        """Give the output's size before the output; of a photo's output what is worked out."""
        if not self.is_photo:
            yield from (f"output_size.{name}[{side}]" for name in ("covered", "output") for side in range(2))
        yield from super().results()


def turned(address: str) -> str:
    """Say of a kernel's entry that it is one of the turned kernel."""
    return address.replace("weight[", "weight_flipped[") if address.startswith("weight[") else address


def size_explained(numbers: Mapping[str, Any], name: str, at: tuple[int, ...]) -> Explanation:
    """Return `floor((5 + 0 + 0 - 3) / 1) + 1 = 3`, or how far a kernel reaches."""

    def value(name: str, *at: int) -> Value:
        return Value(float(np.asarray(numbers[name])[at]), address_of(f"output_size.{name}", at), name)

    one, (side, *_) = Value(1.0), at
    if name == "covered":
        steps = Product((value("dilation", side), Difference((value("kernel", side), one))))
        return Equation.of(Sum((steps, one)), value(name, side))
    if name == "output":
        room = Sum((value("input", side), value("padding", side, 0), value("padding", side, 1)))
        free = Difference((room, value("covered", side)))
        return Equation.of(
            Sum((Call((Quotient((free, value("stride", side))),), name="floor"), one)), value(name, side)
        )
    return Given("given")


def check_legible(name: str, maps: Array, most: int) -> None:
    """Refuse maps that are too large to be followed in a film; several channels share the room."""
    channels, *sides = maps.shape[1:]
    most = most if channels == 1 else MAX_SIDE_OF_CHANNELS
    if max(sides) > most:
        many = "" if channels == 1 else f" with its {channels} channels"
        came = "×".join(map(str, sides))
        raise InputError(f"{name}{many} must be at most {most}×{most} to be legible in a film, but it is {came}.")


def _output_size(trace: Conv2dTrace) -> dict[str, Any]:
    """Return the numbers that make the output's size, rows first."""
    return {
        "input": trace.x.shape[2:],
        "padding": trace.padding,
        "kernel": trace.kernel_size,
        "dilation": trace.dilation,
        "covered": reach(trace.kernel_size, trace.dilation),
        "stride": trace.stride,
        "output": trace.output.shape[2:],
    }


def step_values(step: Conv2dStep) -> dict[str, Any]:
    """Return what an output value was computed from; also the sums of each kernel row and of each channel."""
    return {
        **step.values(),
        "row_sums": step.products.sum(axis=2),
        "channel_sums": step.products.sum(axis=(1, 2)),
    }
