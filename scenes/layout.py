"""Where things go: the bands of the frame, and rows of things that fit into them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from manim import RIGHT, VGroup, VMobject, config

from scenes.theme import CAPTION_BAND, SMALLEST_TEXT

__all__ = ["Bands", "Box", "fitted", "in_row", "in_rows", "smallest_text"]

Picture = TypeVar("Picture", bound=VMobject)

MARGIN = 0.5
"""Free space at the sides of the frame, in scene units."""


@dataclass(frozen=True)
class Box:
    """A rectangle in scene units."""

    left: float
    right: float
    bottom: float
    top: float

    @property
    def width(self) -> float:
        """From left to right."""
        return self.right - self.left

    @property
    def height(self) -> float:
        """From bottom to top."""
        return self.top - self.bottom

    @property
    def center(self) -> np.ndarray:
        """The middle, as Manim's three coordinates."""
        return np.array([(self.left + self.right) / 2, (self.bottom + self.top) / 2, 0.0])

    def part(self, start: float, stop: float) -> Box:
        """Return the horizontal slice from `start` to `stop`, as fractions of the width."""
        return Box(self.left + start * self.width, self.left + stop * self.width, self.bottom, self.top)


@dataclass(frozen=True)
class Bands:
    """The bands of the frame, from top to bottom: title, stage, formulas; the rest is left to captions."""

    title: Box
    stage: Box
    formula: Box

    @classmethod
    def of_frame(cls) -> Bands:
        """Divide Manim's current frame."""
        width, height = config.frame_width, config.frame_height
        side, top = width / 2 - MARGIN, height / 2
        tall = height > width
        free = -top + CAPTION_BAND * height
        title_bottom = top - (1.75 if tall else 1.1)
        formula_top = free + (2.6 if tall else 1.5)
        return cls(
            title=Box(-side, side, title_bottom, top - 0.3),
            stage=Box(-side, side, formula_top + 0.15, title_bottom - 0.1),
            formula=Box(-side, side, free, formula_top),
        )


def smallest_text() -> float:
    """Return the smallest size of text that can be read, in scene units."""
    return float(config.frame_height) * SMALLEST_TEXT


def fitted(make: Callable[[float], Picture], box: Box, most: float) -> Picture | None:
    """Return what `make` makes of the largest size of text, `most` or smaller, that fits the box; None if none does."""
    size = most
    while True:
        made = make(size)
        if made.width <= box.width + 1e-6 and made.height <= box.height + 1e-6:
            return made
        if size <= smallest_text():
            return None
        size = max(smallest_text(), 0.92 * size)


def in_row(parts: Sequence[VMobject], gap: float) -> VGroup:
    """Put parts beside each other on one line."""
    return VGroup(*parts).arrange(RIGHT, buff=gap)


def in_rows(parts: Sequence[VMobject], gap: float, box: Box, line_height: float) -> VGroup:
    """Put parts beside each other, with as many lines as the width of the box asks for, about equally long."""
    widths = [part.width + gap for part in parts]
    lines = int(np.ceil(sum(widths) / box.width))
    while True:
        rows = _broken(parts, widths, sum(widths) / lines, box.width)
        if len(rows) <= lines:
            break
        lines += 1
    drawn = VGroup(*(in_row(row, gap) for row in rows))
    for index, row in enumerate(drawn):
        row.move_to(box.center + np.array([0, ((len(rows) - 1) / 2 - index) * line_height, 0]))
    return drawn


def _broken(parts: Sequence[VMobject], widths: Sequence[float], wanted: float, most: float) -> list[list[VMobject]]:
    """Break parts into lines of about the wanted width, never wider than `most`."""
    rows: list[list[VMobject]] = [[]]
    used = 0.0
    for part, width in zip(parts, widths, strict=True):
        if rows[-1] and (used + width > most or used + width / 2 > wanted):
            rows.append([])
            used = 0.0
        rows[-1].append(part)
        used += width
    return rows
