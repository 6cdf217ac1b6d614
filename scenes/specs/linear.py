"""Spec of `linear`."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

import numpy as np
from pydantic import BeforeValidator, Field, PlainSerializer, ValidationInfo, WithJsonSchema, model_validator

from cnn_core.arrays import freeze
from cnn_core.errors import InputError, ShapeError
from cnn_core.grids import Grid, read_grid
from cnn_core.linear import LinearTrace, linear
from scenes.specs.base import Label, SceneSpec, Values
from scenes.specs.fields import ROWS, Vector, as_lists, checked
from scenes.specs.limits import MAX_INPUTS, MAX_OUTPUTS

__all__ = ["LinearSpec"]


def of_rows(rows: list[list[float]]) -> Grid:
    """Return a grid of ours."""
    return Grid(freeze(np.array(rows)), "example")


def read_matrix(source: Any, info: ValidationInfo) -> Grid:
    """Read rows of weights."""
    name = str(info.field_name)
    grid = checked(name, source if isinstance(source, Grid) else read_grid(name, source))
    if grid.array.ndim != 2:
        raise ShapeError(f"{name} must be rows of numbers, one row an output, but its shape is {grid.array.shape}.")
    return grid


Matrix = Annotated[Grid, BeforeValidator(read_matrix), PlainSerializer(as_lists), WithJsonSchema(ROWS)]


class LinearSpec(SceneSpec):
    """What may be asked of the scene of a linear layer."""

    name: ClassVar[str] = "linear"
    summary: ClassVar[str] = "Each output weighs and sums all inputs, and adds its bias."
    scene: ClassVar[str] = "scenes.linear.scene:LinearScene"
    example: ClassVar[str] = '--x "2 1 0 3" --weight "1 -2 3 1; 0 4 -1 1" --bias "1 -2"'

    x: Vector = Field(of_rows([[2.0, 1.0, 0.0, 3.0]]), description="The numbers that come in, in one row.")
    weight: Matrix = Field(
        of_rows([[1.0, -2.0, 3.0, 1.0], [0.0, 4.0, -1.0, 1.0], [-1.0, 2.0, 1.0, 0.0]]),
        description="The weights, a row for each output.",
    )
    bias: Vector | None = Field(None, description="What is added to each output; the example has 1, -2 and 3.")
    x_label: Label = Field("input", description="Name of the input.")
    weight_label: Label = Field("weight", description="Name of the weights.")
    bias_label: Label = Field("bias", description="Name of the bias.")
    output_label: Label = Field("output", description="Name of the output.")
    question: bool = Field(True, description="Ask for the second output, or the only one.")

    @model_validator(mode="before")
    @classmethod
    def complete(cls, given: Any) -> Any:
        """Give the example its bias; numbers of the user's own have none unless there is one among them."""
        return given if {"x", "weight", "bias"} & given.keys() else {**given, "bias": [1, -2, 3]}

    def trace(self) -> LinearTrace:
        """Compute the outputs."""
        return linear(self.x.array, self.weight.array, None if self.bias is None else self.bias.array[0])

    def values(self) -> Values:
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
