"""Activations: ReLU, leaky ReLU, sigmoid and tanh."""

from __future__ import annotations

from abc import abstractmethod
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from pydantic import Field

from cnn_core.activations import ActivationTrace, leaky_relu, relu, sigmoid, tanh
from cnn_core.examples import STROKE_MAP
from cnn_core.reading.grids import Grid
from cnn_core.trace import positions_of
from scenes.specs.base import Label, SceneSpec, Values
from scenes.specs.fields import Image, batched

if TYPE_CHECKING:
    from scenes.activations.scene import LeakyReluScene, ReluScene, SigmoidScene, TanhScene

__all__ = ["ActivationSpec", "LeakyReluSpec", "ReluSpec", "SigmoidSpec", "TanhSpec"]


class ActivationSpec(SceneSpec):
    """What all activations take."""

    x: Image = Field(Grid(STROKE_MAP, "example"), description="The input grid.")
    x_label: Label = Field("input", description="Name below the input.")
    output_label: Label = Field("output", description="Name below the output.")
    question: bool = Field(True, description="Ask before the first answer is shown.")

    @abstractmethod
    def trace(self) -> ActivationTrace:
        """Apply the activation."""

    def values(self) -> Values:
        """Return input and output, and each value before and after."""
        trace = self.trace()
        steps = [trace.step(*position).values() for position in positions_of(trace.x.shape)]
        return {**trace.values(), "steps": steps}


class ReluSpec(ActivationSpec):
    """What may be asked of the ReLU scene."""

    name: ClassVar[str] = "relu"
    summary: ClassVar[str] = "ReLU: what is negative becomes 0, what is positive stays."
    example: ClassVar[str] = '--x "-1 5 -3; -1 5 -3; -1 4 -1"'

    @classmethod
    def scene_class(cls) -> type[ReluScene]:
        from scenes.activations.scene import ReluScene

        return ReluScene

    def trace(self) -> ActivationTrace:
        return relu(batched(self.x))


class LeakyReluSpec(ActivationSpec):
    """What may be asked of the leaky ReLU scene."""

    name: ClassVar[str] = "leaky-relu"
    summary: ClassVar[str] = "Leaky ReLU: what is negative shrinks, what is positive stays."
    example: ClassVar[str] = '--x "-1 5 -3; -1 5 -3; -1 4 -1" --negative-slope 0.2'

    negative_slope: float = Field(
        0.1, ge=0, le=1, description="What negative values are multiplied by (PyTorch's default is 0.01)."
    )

    @classmethod
    def scene_class(cls) -> type[LeakyReluScene]:
        from scenes.activations.scene import LeakyReluScene

        return LeakyReluScene

    def trace(self) -> ActivationTrace:
        return leaky_relu(batched(self.x), self.negative_slope)

    def values(self) -> Values:
        return {"negative_slope": np.float64(self.negative_slope), **super().values()}


class SigmoidSpec(ActivationSpec):
    """What may be asked of the sigmoid scene."""

    name: ClassVar[str] = "sigmoid"
    summary: ClassVar[str] = "Sigmoid: every value is squeezed between 0 and 1."
    example: ClassVar[str] = '--x "-1 5 -3; -1 5 -3; -1 4 -1"'

    @classmethod
    def scene_class(cls) -> type[SigmoidScene]:
        from scenes.activations.scene import SigmoidScene

        return SigmoidScene

    def trace(self) -> ActivationTrace:
        return sigmoid(batched(self.x))


class TanhSpec(ActivationSpec):
    """What may be asked of the tanh scene."""

    name: ClassVar[str] = "tanh"
    summary: ClassVar[str] = "Tanh: every value is squeezed between -1 and 1 and keeps its sign."
    example: ClassVar[str] = '--x "-1 5 -3; -1 5 -3; -1 4 -1"'

    @classmethod
    def scene_class(cls) -> type[TanhScene]:
        from scenes.activations.scene import TanhScene

        return TanhScene

    def trace(self) -> ActivationTrace:
        return tanh(batched(self.x))
