"""Specs of `max-pool` and `avg-pool`."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from cnn_core.avg_pool2d import AvgPool2dTrace, avg_pool2d
from cnn_core.errors import InputError
from cnn_core.examples import POOL_GRID
from cnn_core.grids import Grid
from cnn_core.max_pool2d import MaxPool2dTrace, max_pool2d
from cnn_core.pooling import PoolGeometry
from cnn_core.windows import pad
from scenes.specs.base import Label, SceneSpec, Values
from scenes.specs.fields import Image, Size, batched
from scenes.specs.limits import MAX_KERNEL, MAX_PADDED, MAX_VALUE

__all__ = ["AvgPoolSpec", "MaxPoolSpec", "PoolSpec"]


class PoolSpec(SceneSpec):
    """What both poolings take."""

    x: Image = Field(Grid(POOL_GRID, "example"), description="The input grid.")
    kernel_size: Size = Field(2, description="Rows and columns of the window.")
    stride: Size | None = Field(None, description="How far the window moves; the window's size if not given.")
    padding: Size = Field(0, description="Rings of padding around the input.")
    ceil_mode: bool = Field(False, description="Let the last windows hang over the edge.")
    x_label: Label = Field("input", description="Name below the input.")
    output_label: Label = Field("output", description="Name below the output.")
    question: bool = Field(True, description="Ask before the first answer is shown.")


class MaxPoolSpec(PoolSpec):
    """What may be asked of the max-pooling scene."""

    name: ClassVar[str] = "max-pool"
    summary: ClassVar[str] = "A window visits a grid; the largest value of each stop moves to the output."
    scene: ClassVar[str] = "scenes.max_pool:MaxPoolScene"
    example: ClassVar[str] = '--x "4 1 1 8; 1 1 0 2; 7 3 2 2; 3 8 4 1" --kernel-size 2'

    dilation: Size = Field(1, description="Distance between the cells that the window looks at.")

    def trace(self) -> MaxPool2dTrace:
        """Compute the pooling."""
        return max_pool2d(batched(self.x), self.kernel_size, self.stride, self.padding, self.dilation, self.ceil_mode)

    def values(self) -> Values:
        """Return input, output and winners, and each step's window."""
        trace = self.trace()
        check_size(trace.geometry)
        return {**trace.values(), "steps": [trace.step(*position).values() for position in trace.positions()]}


class AvgPoolSpec(PoolSpec):
    """What may be asked of the average-pooling scene."""

    name: ClassVar[str] = "avg-pool"
    summary: ClassVar[str] = "A window visits a grid; the mean of each stop goes to the output."
    scene: ClassVar[str] = "scenes.avg_pool:AvgPoolScene"
    example: ClassVar[str] = '--x "4 1 1 8; 1 1 0 2; 7 3 2 2; 3 8 4 1" --kernel-size 2'

    count_include_pad: bool = Field(True, description="Let the zeros of the padding count in the mean.")
    divisor_override: int | None = Field(
        None, ge=1, le=MAX_VALUE, description="What to divide by; the number of cells that count if not given."
    )

    def trace(self) -> AvgPool2dTrace:
        """Compute the pooling."""
        options = (self.kernel_size, self.stride, self.padding, self.ceil_mode)
        return avg_pool2d(batched(self.x), *options, self.count_include_pad, self.divisor_override)

    def values(self) -> Values:
        """Return input (with its padding, if there is any) and output, and each step's sum and divisor."""
        trace = self.trace()
        check_size(trace.geometry)
        pH, pW = trace.padding
        padded = {"x_padded": pad(trace.x, ((pH, pH), (pW, pW)))} if pH or pW else {}
        steps = [trace.step(*position).values() for position in trace.positions()]
        return {**trace.values(), **padded, "steps": steps}


def check_size(geometry: PoolGeometry) -> None:
    """Refuse windows and padded grids that are too large to be read in a film."""
    if max(geometry.kernel_size) > MAX_KERNEL:
        came = "×".join(map(str, geometry.kernel_size))
        raise InputError(f"kernel_size must be at most {MAX_KERNEL}×{MAX_KERNEL} to be legible, but it is {came}.")
    sides = [size + 2 * border for size, border in zip(geometry.size, geometry.padding, strict=True)]
    if max(sides) > MAX_PADDED:
        came = "×".join(map(str, sides))
        raise InputError(f"padding must leave x at most {MAX_PADDED}×{MAX_PADDED}, padding included, but it is {came}.")
