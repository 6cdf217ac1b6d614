"""Activations: ReLU, leaky ReLU, sigmoid and tanh."""

from __future__ import annotations

from abc import abstractmethod
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from pydantic import Field

from cnn_core.activations import ActivationTrace, leaky_relu, relu, sigmoid, tanh
from cnn_core.arrays import Array, freeze
from cnn_core.examples import STROKE_MAP
from cnn_core.reading.grids import Grid
from cnn_core.trace import Position, positions_of
from scenes.specs.base import LabelText, SpecValues
from scenes.specs.fields import batched
from scenes.specs.photo import Photo, PhotoSpec, has_pixels

if TYPE_CHECKING:
    from scenes.activations.scene import LeakyReluScene, ReluScene, SigmoidScene, TanhScene

__all__ = ["ActivationSpec", "LeakyReluSpec", "ReluSpec", "SigmoidSpec", "TanhSpec"]


class ActivationSpec(PhotoSpec):
    """What all activations take."""

    x: Photo = Field(
        Grid(STROKE_MAP, "example"),
        description="The input grid; a photo of up to 256×256 is shown as a photo, black as -1 and white as 1.",
    )
    x_label: LabelText = Field("input", description="Name below the input.")
    output_label: LabelText = Field("output", description="Name below the output.")
    question: bool = Field(True, description="Ask before the first answer is shown.")

    @property
    def is_centred(self) -> bool:
        """Whether the input is a photo whose values are made to lie around 0."""
        return has_pixels(self.x)

    @cached_property
    def image(self) -> Array:
        """The input, (1, C, H, W); a photo from -1, black, to 1, white, with two decimals."""
        array = batched(self.x)
        return freeze((array / 127.5 - 1).round(2)) if self.is_centred else array

    def told(self) -> list[Position]:
        trace = self.trace()
        return [(0, 0, *cell) for cell in self.closely((trace.x - trace.output)[0, :1])]

    @abstractmethod
    def trace(self) -> ActivationTrace:
        """Apply the activation."""

    def values(self) -> SpecValues:
        """Return input and output, and each value before and after."""
        trace = self.trace()
        if self.is_photo:
            return {**trace.values(), "steps": self.few_steps()}
        self.check_at()
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
        return relu(self.image)


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
        return leaky_relu(self.image, self.negative_slope)

    def values(self) -> SpecValues:
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
        return sigmoid(self.image)


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
        return tanh(self.image)
