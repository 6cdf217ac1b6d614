"""How a linear layer passes gradients back: inputs to the weights, weights to the inputs."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from pydantic import Field, model_validator

from cnn_core.arrays import Array, freeze
from cnn_core.errors import InputError
from cnn_core.linear import linear
from cnn_core.linear_backward import LinearBackward
from cnn_core.reading.grids import Grid
from cnn_core.reading.rows import parse_rows
from scenes.specs.backward import BackwardSpec
from scenes.specs.fields import Matrix, Vector

if TYPE_CHECKING:
    from scenes.linear_backward.scene import LinearBackwardScene

__all__ = ["LinearBackwardSpec"]

_X, _WEIGHT = parse_rows("_X", "1 2 0 3"), parse_rows("_WEIGHT", "1 0 2 -1; 0.5 -1 1 2")
_BIAS, _ASKED = [1, 0], [2, -1]
_MOST_INPUTS, _MOST_OUTPUTS = 6, 4


class LinearBackwardSpec(BackwardSpec):
    """What may be asked of the scene of a linear layer's gradients."""

    name = "linear-backward"
    summary = "Each output hands its inputs back to its weights, and its weights back to the inputs."
    example = '--x "1 2 0 3" --weight "1 0 2 -1; 0.5 -1 1 2" --bias "1 0" --grad-output "2 -1"'

    x: Vector = Field(Grid(_X, "example"), description="The numbers that came in, in one row.")
    weight: Matrix = Field(Grid(_WEIGHT, "example"), description="The weights, a row for each output.")
    bias: Vector | None = Field(None, description="What was added to each output; 0 if not given.")
    grad_output: Vector | None = Field(None, description="How fast the loss rises with each output; 1s if not given.")

    @classmethod
    def scene_class(cls) -> type[LinearBackwardScene]:
        from scenes.linear_backward.scene import LinearBackwardScene

        return LinearBackwardScene

    @model_validator(mode="before")
    @classmethod
    def complete(cls, given: Any) -> Any:
        """Give the example its bias and its gradient."""
        own = {"x", "weight", "bias", "grad_output"} & given.keys()
        return given if own else {**given, "bias": _BIAS, "grad_output": _ASKED}

    def trace(self) -> LinearBackward:
        outputs, inputs = self.weight.array.shape
        if inputs > _MOST_INPUTS or outputs > _MOST_OUTPUTS:
            raise InputError(
                f"weight must have at most {_MOST_OUTPUTS} rows and {_MOST_INPUTS} columns to be legible beside its "
                f"gradient, but it has {outputs} and {inputs}."
            )
        bias = np.zeros(outputs) if self.bias is None else self.bias.array[0]
        found = linear(self.x.array, self.weight.array, bias)
        return found.backward(self.asked(found.output))

    def asked(self, output: Array) -> Array:
        """Return what is asked of an output (1, out)."""
        return freeze(np.ones_like(output)) if self.grad_output is None else self.grad_output.array

    most: ClassVar[int] = _MOST_INPUTS
