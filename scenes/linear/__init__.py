"""The linear layer."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from pydantic import Field, model_validator

from cnn_core.arrays import freeze
from cnn_core.errors import InputError
from cnn_core.linear import LinearTrace, linear
from cnn_core.reading.grids import Grid
from scenes.specs.base import LabelText, SceneSpec, SpecValues
from scenes.specs.fields import Matrix, Vector
from scenes.specs.limits import MAX_INPUTS, MAX_OUTPUTS

if TYPE_CHECKING:
    from scenes.linear.scene import LinearScene

__all__ = ["LinearSpec"]


def of_rows(rows: list[list[float]]) -> Grid:
    return Grid(freeze(np.array(rows)), "example")


class LinearSpec(SceneSpec):
    """What may be asked of the scene of a linear layer."""

    name: ClassVar[str] = "linear"
    summary: ClassVar[str] = "Each output weighs and sums all inputs, and adds its bias."
    example: ClassVar[str] = '--x "2 1 0 3" --weight "1 -2 3 1; 0 4 -1 1" --bias "1 -2"'
    aliases: ClassVar[Mapping[str, str]] = MappingProxyType({})

    x: Vector = Field(of_rows([[2.0, 1.0, 0.0, 3.0]]), description="The numbers that come in, in one row.")
    weight: Matrix = Field(
        of_rows([[1.0, -2.0, 3.0, 1.0], [0.0, 4.0, -1.0, 1.0], [-1.0, 2.0, 1.0, 0.0]]),
        description="The weights, a row for each output.",
    )
    bias: Vector | None = Field(None, description="What is added to each output; the example has 1, -2 and 3.")
    x_label: LabelText = Field("input", description="Name of the input.")
    weight_label: LabelText = Field("weight", description="Name of the weights.")
    bias_label: LabelText = Field("bias", description="Name of the bias.")
    output_label: LabelText = Field("output", description="Name of the output.")
    question: bool = Field(True, description="Ask for the second output, or the only one.")

    @classmethod
    def scene_class(cls) -> type[LinearScene]:
        from scenes.linear.scene import LinearScene

        return LinearScene

    @model_validator(mode="before")
    @classmethod
    def complete(cls, given: Any) -> Any:
        """Give the example its bias; numbers of the user's own have none unless there is one among them."""
        return given if {"x", "weight", "bias"} & given.keys() else {**given, "bias": [1, -2, 3]}

    def trace(self) -> LinearTrace:
        return linear(self.x.array, self.weight.array, None if self.bias is None else self.bias.array[0])

    def values(self) -> SpecValues:
        """Return input, weights, bias and output, and how each output comes about."""
        inputs, outputs = self.x.array.size, len(self.weight.array)
        if inputs > MAX_INPUTS:
            raise InputError(
                f"x must hold at most {MAX_INPUTS} numbers to be legible in a film, but it holds {inputs}."
            )
        if outputs > MAX_OUTPUTS:
            raise InputError(
                f"weight must have at most {MAX_OUTPUTS} rows to be legible in a film, but it has {outputs}."
            )
        trace = self.trace()
        return {**trace.values(), "steps": [trace.step(*position).values() for position in trace.positions()]}
