"""One step of gradient descent."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, ClassVar

import numpy as np
from pydantic import Field

from cnn_core.arrays import Array, freeze
from cnn_core.errors import InputError
from cnn_core.reading.grids import Grid
from cnn_core.reading.rows import parse_rows
from cnn_core.sgd_step import SgdStepTrace, sgd_step
from scenes.specs.base import SceneSpec, SpecValues
from scenes.specs.fields import Image, Kernels, Vector, check_sides

if TYPE_CHECKING:
    from scenes.sgd_step.scene import SgdStepScene

__all__ = ["SgdStepSpec"]

_STANDING = parse_rows("x", "0 0 0 0 0; 0 0 1 0 0; 0 0 1 0 0; 0 0 1 0 0; 0 0 0 0 0")
_STROKES = Grid(freeze(np.stack([_STANDING, _STANDING.T])), "example")
_DOT = Grid(parse_rows("weight", "0 0.25 0; 0.25 0.5 0.25; 0 0.25 0"), "example")
_LARGEST_IMAGE, _LARGEST_KERNEL = 5, 3


class SgdStepSpec(SceneSpec):
    """What may be asked of the scene of a step."""

    name: ClassVar[str] = "sgd-step"
    summary: ClassVar[str] = "One step of gradient descent: two equal kernels become two detectors."
    example: ClassVar[str] = "--lr 0.5"
    aliases: ClassVar[Mapping[str, str]] = MappingProxyType({"image": "x", "kernel": "weight"})

    x: Image = Field(_STROKES, description="Two images, with a bar between them.")
    weight: Kernels = Field(_DOT, description="The kernel with which both begin, or two kernels.")
    target: Vector = Field(
        Grid(freeze(np.array([[0.0, 1.0]])), "example"),
        description="Which kernel should answer most to each image: 0 or 1.",
    )
    lr: float = Field(1.0, gt=0, le=100, description="The learning rate.")
    question: bool = Field(True, description="Ask what the first kernel will look like.")

    @classmethod
    def scene_class(cls) -> type[SgdStepScene]:
        from scenes.sgd_step.scene import SgdStepScene

        return SgdStepScene

    @property
    def kernels(self) -> Array:
        """The kernels, (2, 1, kH, kW); what was given once is repeated."""
        array = self.weight.array
        array = array[None] if array.ndim == 2 else array.reshape(-1, *array.shape[-2:])
        return freeze(np.repeat(array, 2, axis=0)[:, None] if len(array) == 1 else array[:, None].copy())

    def trace(self) -> SgdStepTrace:
        images, classes = self.x.array, self.target.array[0]
        check_sides("x", images.shape[-2:], _LARGEST_IMAGE)
        check_sides("weight", self.weight.array.shape[-2:], _LARGEST_KERNEL)
        for name, count in (("x", len(images) if images.ndim == 3 else 1), ("target", len(classes))):
            if count != 2:
                what = "two images" if name == "x" else "two numbers, one for each image"
                raise InputError(f"{name} must be {what}, but there {'is' if count == 1 else 'are'} {count}.")
        if not np.isin(classes, (0, 1)).all():
            raise InputError(f"target must hold 0 or 1, but it holds {', '.join(f'{one:g}' for one in classes)}.")
        if len(self.kernels) != 2:
            raise InputError(f"weight must be one kernel or two, but there are {len(self.kernels)}.")
        return sgd_step(images[:, None], self.kernels, classes.astype(np.int64), self.lr)

    def values(self) -> SpecValues:
        """Return images, kernels, gradient, and the losses with all that they were computed from."""
        trace = self.trace()
        return {**trace.values(), **{name: cost.values() for name, cost in trace.costs.items()}}
