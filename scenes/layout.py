"""Where things go: the bands of the frame."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from manim import DL, UR, Mobject, config

from cnn_core.frozen import Frozen
from scenes.theme import CAPTION_BAND, SMALLEST_TEXT

__all__ = ["MARGIN", "Bands", "Box", "smallest_text", "with_one_line"]

MARGIN = 0.5
"""Free space at the sides of the frame, in scene units."""


@dataclass(frozen=True)
class Box(Frozen):
    """A rectangle in scene units."""

    left: float
    right: float
    bottom: float
    top: float

    @property
    def width(self) -> float:
        return self.right - self.left

    @property
    def height(self) -> float:
        return self.top - self.bottom

    @property
    def center(self) -> np.ndarray:
        """The middle, as Manim's three coordinates."""
        return np.array([(self.left + self.right) / 2, (self.bottom + self.top) / 2, 0.0])

    @classmethod
    def around(cls, mobject: Mobject, beside: float = 0.0) -> Box:
        """Return where a mobject is, with so much room at its left and right."""
        (left, bottom, _), (right, top, _) = mobject.get_corner(DL), mobject.get_corner(UR)
        return cls(left - beside, right + beside, bottom, top)

    def overlaps(self, other: Box) -> bool:
        across = self.left < other.right and other.left < self.right
        return across and self.bottom < other.top and other.bottom < self.top

    def part(self, start: float, stop: float) -> Box:
        """Return what lies from `start` to `stop`, counted from the left, as fractions of the width."""
        return Box(self.left + start * self.width, self.left + stop * self.width, self.bottom, self.top)

    def slice(self, start: float, stop: float) -> Box:
        """Return what lies from `start` to `stop`, counted from the top, as fractions of the height."""
        return Box(self.left, self.right, self.top - stop * self.height, self.top - start * self.height)


@dataclass(frozen=True)
class Bands:
    """The bands of the frame, from top to bottom: title, stage, formulas; the rest is left to captions.

    Attributes
    ----------
    whole
        Stage and formulas as one, for pictures in which arithmetic stands where it belongs.
    """

    title: Box
    stage: Box
    formula: Box
    whole: Box

    @classmethod
    def of_frame(cls) -> Bands:
        width, height = config.frame_width, config.frame_height
        side, top = width / 2 - MARGIN, height / 2
        tall = height > width
        free = -top + CAPTION_BAND * height
        title_bottom = top - (1.75 if tall else 1.1)
        stage_top = title_bottom - (0.25 if tall else 0.1)
        formula_top = free + (2.6 if tall else 1.5)
        return cls(
            title=Box(-side, side, title_bottom, top - 0.3),
            stage=Box(-side, side, formula_top + 0.15, stage_top),
            formula=Box(-side, side, free, formula_top),
            whole=Box(-side, side, free + 0.08, top - 0.98 if width > height else stage_top),
        )


def smallest_text() -> float:
    """Return the smallest size of text that can be read, in scene units."""
    return float(config.frame_height) * SMALLEST_TEXT


def with_one_line(bands: Bands, *, tall: bool) -> Bands:
    """Return the bands with a formula band of one line, which leaves more to the stage."""
    top = bands.formula.bottom + (1.7 if tall else 1.1)
    return replace(bands, stage=replace(bands.stage, bottom=top + 0.2), formula=replace(bands.formula, top=top))
