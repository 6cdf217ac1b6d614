"""The classifier reads a digit."""

from __future__ import annotations

from typing import ClassVar

from scenes.digit import DigitSpec
from scenes.language import marked
from scenes.net.film import NetFilm

__all__ = ["DigitScene"]


class DigitScene(NetFilm):
    """From the pixels to ten probabilities."""

    spec_class: ClassVar[type[DigitSpec]] = DigitSpec
    operation = marked("The classifier reads a digit")
