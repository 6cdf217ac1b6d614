"""A trained network reads a digit, layer by layer."""

from __future__ import annotations

from typing import ClassVar

from scenes.digit import DigitSpec
from scenes.language import marked
from scenes.net import NetworkSpec
from scenes.net.scene import NetScene

__all__ = ["DigitScene"]


class DigitScene(NetScene):
    """From the pixels to ten probabilities."""

    spec_class: ClassVar[type[NetworkSpec]] = DigitSpec
    operation = marked("The classifier reads a digit")
