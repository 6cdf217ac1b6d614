"""A scene that is filmed in a moment, for tests that ask how films are made and not what they show.

Programs find it where `CNNREEL_SCENES` names the folder above this one.
"""

from __future__ import annotations

from typing import ClassVar

from cnn_core.max_pool2d import MaxPool2dTrace, max_pool2d
from scenes.specs import SceneSpec
from scenes.specs.base import SpecValues

__all__ = ["BriefSpec"]


class BriefSpec(SceneSpec):
    """Three words that appear, one in each beat, beside a number that is computed; it may ask for the second one."""

    name: ClassVar[str] = "brief"
    summary: ClassVar[str] = "Three words."
    example: ClassVar[str] = "--question"

    question: bool = False

    @classmethod
    def scene_class(cls) -> type:
        from .scene import BriefScene

        return BriefScene

    def trace(self) -> MaxPool2dTrace:
        return max_pool2d([[[[7, 3], [3, 8]]]], 2)

    def values(self) -> SpecValues:
        return self.trace().values()
