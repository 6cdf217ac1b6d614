"""Softmax and cross-entropy: what was said, minus what is true."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from pydantic import Field, model_validator

from cnn_core.arrays import freeze
from cnn_core.errors import InputError
from cnn_core.losses import CrossEntropyBackward, cross_entropy
from cnn_core.reading.grids import Grid
from scenes.specs.backward import GradientSpec
from scenes.specs.fields import Names, Vector
from scenes.specs.limits import MAX_LOGIT

if TYPE_CHECKING:
    from scenes.cross_entropy.scene import CrossEntropyScene

__all__ = ["CrossEntropySpec"]

_MOST = 6
_SURENESS = (1.0, 0.1, 0.01)
"""Probabilities of the truth whose losses are compared."""


class CrossEntropySpec(GradientSpec):
    """What may be asked of the scene of a classifier's loss."""

    name = "softmax-cross-entropy"
    summary = "The loss of a classifier, and the gradient of its logits: what was said, minus what is true."
    example = '--x "2 1 0 -1" --target 1 --labels "cat, dog, bird, fish"'
    aliases: ClassVar[Mapping[str, str]] = MappingProxyType({})
    summed: ClassVar[tuple[str, ...]] = ("grad_input",)

    x: Vector = Field(
        Grid(freeze(np.array([[2.0, 1.0, 0.0, -1.0]])), "example"),
        description="The logits, one for each class, up to 6.",
    )
    target: int = Field(1, ge=0, description="The true class, counted from 0.")
    labels: Names | None = Field(None, description="Names of the classes, with commas between; 0, 1, 2 if not given.")
    lr: float = Field(1.0, gt=0, le=100, description="The learning rate of the step at the end.")

    @classmethod
    def scene_class(cls) -> type[CrossEntropyScene]:
        from scenes.cross_entropy.scene import CrossEntropyScene

        return CrossEntropyScene

    @model_validator(mode="before")
    @classmethod
    def complete(cls, given: Any) -> Any:
        """Give the classes of the example names."""
        return given if {"x", "labels"} & given.keys() else {**given, "labels": "cat, dog, bird, fish"}

    def trace(self) -> CrossEntropyBackward:
        logits = self.x.array
        if not 2 <= logits.size <= _MOST:
            raise InputError(f"x must hold 2 to {_MOST} logits, but it holds {logits.size}.")
        if np.abs(logits).max() > MAX_LOGIT:
            raise InputError(
                f"x must hold logits from -{MAX_LOGIT} to {MAX_LOGIT}, but one is {np.abs(logits).max():g}."
            )
        if self.labels is not None and len(self.labels) != logits.size:
            raise InputError(f"labels must name {logits.size} classes, as x does, but it names {len(self.labels)}.")
        if self.target >= logits.size:
            raise InputError(
                f"target must be from 0 to {logits.size - 1}, as x has {logits.size}, but it is {self.target}."
            )
        return cross_entropy(logits, [self.target]).backward()

    def others(self) -> Mapping[str, Any]:
        """Return loss and gradient after a step, and what it costs to be sure of the truth, less sure, and not sure."""
        trace = self.trace()
        after = cross_entropy(trace.x - self.lr * trace.grad_input, [self.target])
        logits = [[np.log(share), np.log1p(-share) if share < 1 else -1e3] for share in _SURENESS]
        sureness = cross_entropy(np.array(logits), [0] * len(logits), "none")
        return {"stepped": after, "asked_then": after.backward(), "sureness": sureness}

    @property
    def names(self) -> tuple[str, ...]:
        return self.labels or tuple(str(k) for k in range(self.x.array.size))
