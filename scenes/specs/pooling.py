"""Specs of `max-pool` and `avg-pool`."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from cnn_core.examples import POOL_GRID
from cnn_core.grids import Grid
from cnn_core.max_pool2d import MaxPool2dTrace, max_pool2d
from scenes.specs.base import Label, SceneSpec, Values
from scenes.specs.fields import Image, Size, batched

__all__ = ["MaxPoolSpec", "PoolSpec"]


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
        return {**trace.values(), "steps": [trace.step(*position).values() for position in trace.positions()]}
