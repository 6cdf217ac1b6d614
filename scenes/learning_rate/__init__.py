"""The learning rate: one gradient, and steps of several lengths along it."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from pydantic import Field

from cnn_core.arrays import freeze
from cnn_core.errors import InputError
from cnn_core.examples import HANDWRITTEN_ONE
from cnn_core.kernels import kernel
from cnn_core.learning_rate import LearningRateTrace, learning_rates
from cnn_core.reading.grids import Grid
from cnn_core.reading.rows import parse_rows
from scenes.specs.base import SceneSpec, SpecValues
from scenes.specs.fields import Image, Kernels, Vector, batched, check_sides

if TYPE_CHECKING:
    from scenes.learning_rate.scene import LearningRateScene

__all__ = ["LearningRateSpec"]

_WANTED = parse_rows("target", "0 5 0; 0 5 0; 0 5 0")
_LARGEST_IMAGE, _LARGEST_KERNEL = 5, 3
_MOST_RATES = 3


class LearningRateSpec(SceneSpec):
    """What may be asked of the scene of the learning rate."""

    name: ClassVar[str] = "learning-rate"
    summary: ClassVar[str] = "Steps of several lengths along one gradient: too small, about right, too large."
    example: ClassVar[str] = '--target "0 5 0; 0 5 0; 0 5 0" --rates "0.02 0.08 0.15"'
    aliases: ClassVar[Mapping[str, str]] = MappingProxyType({"image": "x", "kernel": "weight"})

    x: Image = Field(Grid(HANDWRITTEN_ONE, "example"), description="The image.")
    weight: Kernels = Field(
        Grid(kernel("vertical-stroke").weight, "vertical-stroke"), description="The kernel, by name or as rows."
    )
    target: Image = Field(Grid(_WANTED, "example"), description="What the kernel should give.")
    rates: Vector = Field(
        Grid(freeze(np.array([[0.01, 0.1, 0.2]])), "example"), description="The learning rates, up to 3."
    )
    question: bool = Field(True, description="Ask before the step with the last rate.")

    @classmethod
    def scene_class(cls) -> type[LearningRateScene]:
        from scenes.learning_rate.scene import LearningRateScene

        return LearningRateScene

    def trace(self) -> LearningRateTrace:
        check_sides("x", self.x.array.shape[-2:], _LARGEST_IMAGE)
        check_sides("weight", self.weight.array.shape[-2:], _LARGEST_KERNEL)
        rates = self.rates.array[0]
        if len(rates) > _MOST_RATES:
            raise InputError(f"rates must be at most {_MOST_RATES} numbers, but there are {len(rates)}.")
        if rates.min() <= 0:
            raise InputError(f"rates must be larger than 0, but one of them is {rates.min():g}.")
        return learning_rates(batched(self.x), batched(self.weight), batched(self.target), rates)

    def values(self) -> SpecValues:
        return self.trace().values()
