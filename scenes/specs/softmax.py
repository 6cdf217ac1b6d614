"""Spec of `softmax`."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

import numpy as np
from pydantic import AfterValidator, BeforeValidator, Field

from cnn_core.arrays import freeze
from cnn_core.errors import InputError
from cnn_core.grids import Grid
from cnn_core.softmax import SoftmaxTrace, softmax
from scenes.specs.base import SceneSpec, Values, printable
from scenes.specs.fields import Vector
from scenes.specs.limits import MAX_CLASSES, MAX_LOGIT

__all__ = ["SoftmaxSpec"]


def split_names(source: Any) -> Any:
    """Take names from a text with commas, or as a list."""
    return tuple(name.strip() for name in source.split(",")) if isinstance(source, str) else source


Name = Annotated[str, Field(min_length=1, max_length=8), AfterValidator(printable)]
Names = Annotated[tuple[Name, ...], BeforeValidator(split_names)]


class SoftmaxSpec(SceneSpec):
    """What may be asked of the softmax scene."""

    name: ClassVar[str] = "softmax"
    summary: ClassVar[str] = "Logits become probabilities: exponentials, divided by their sum."
    scene: ClassVar[str] = "scenes.softmax.scene:SoftmaxScene"
    example: ClassVar[str] = '--x "2 1 0 -1" --labels "cat, dog, bird, fish"'

    x: Vector = Field(
        Grid(freeze(np.array([[2.0, 1.0, 0.0, -1.0]])), "example"), description="The logits, one a class."
    )
    labels: Names | None = Field(None, description="Names of the classes, with commas between; 0, 1, 2 if not given.")
    question: bool = Field(True, description="Ask before the first probability is shown.")

    def trace(self) -> SoftmaxTrace:
        """Compute the probabilities."""
        return softmax(self.x.array[0])

    def values(self) -> Values:
        """Return every array of the computation, and each class's numbers."""
        self._check()
        trace = self.trace()
        return {**trace.values(), "steps": [trace.step(k).values() for k in range(trace.x.size)]}

    @property
    def names(self) -> tuple[str, ...]:
        """A name for each class."""
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
            raise InputError(f"labels must name {logits.size} classes, as x does, but there are {len(self.labels)}.")
