"""Softmax."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from pydantic import Field

from cnn_core.arrays import freeze
from cnn_core.errors import InputError
from cnn_core.reading.grids import Grid
from cnn_core.softmax import SoftmaxTrace, softmax
from scenes.specs.base import SceneSpec, SpecValues
from scenes.specs.fields import Names, Vector
from scenes.specs.limits import MAX_CLASSES, MAX_LOGIT

if TYPE_CHECKING:
    from scenes.softmax.scene import SoftmaxScene

__all__ = ["SoftmaxSpec"]


class SoftmaxSpec(SceneSpec):
    """What may be asked of the softmax scene."""

    name: ClassVar[str] = "softmax"
    summary: ClassVar[str] = "Logits become probabilities: exponentials, divided by their sum."
    example: ClassVar[str] = '--x "2 1 0 -1" --labels "cat, dog, bird, fish"'
    aliases: ClassVar[Mapping[str, str]] = MappingProxyType({})

    x: Vector = Field(
        Grid(freeze(np.array([[2.0, 1.0, 0.0, -1.0]])), "example"), description="The logits, one a class."
    )
    labels: Names | None = Field(None, description="Names of the classes, with commas between; 0, 1, 2 if not given.")
    question: bool = Field(True, description="Ask before the first probability is shown.")

    @classmethod
    def scene_class(cls) -> type[SoftmaxScene]:
        from scenes.softmax.scene import SoftmaxScene

        return SoftmaxScene

    def trace(self) -> SoftmaxTrace:
        return softmax(self.x.array[0])

    def values(self) -> SpecValues:
        """Return every array of the computation, and each class's numbers."""
        self._check()
        trace = self.trace()
        return {**trace.values(), "steps": [trace.step(k).values() for k in range(trace.x.size)]}

    @property
    def names(self) -> tuple[str, ...]:
        return self.labels or tuple(str(k) for k in range(self.x.array.size))

    def _check(self) -> None:
        logits = self.x.array[0]
        if not 2 <= logits.size <= MAX_CLASSES:
            raise InputError(f"x must hold 2 to {MAX_CLASSES} logits, but it holds {logits.size}.")
        if np.abs(logits).max() > MAX_LOGIT:
            raise InputError(
                f"x must hold logits from -{MAX_LOGIT} to {MAX_LOGIT}, but it holds one of size "
                f"{np.abs(logits).max():g}."
            )
        if self.labels is not None and len(self.labels) != logits.size:
            raise InputError(f"labels must name {logits.size} classes, as x does, but it names {len(self.labels)}.")
