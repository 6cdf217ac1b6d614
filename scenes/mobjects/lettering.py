"""Lines of text as outlines: HarfBuzz chooses and places the glyphs of the fonts we ship, and each is cut once."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache, lru_cache
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import uharfbuzz

from scenes.letters import face

__all__ = ["Curves", "Lettering", "lettering"]

Curves = npt.NDArray[np.float64]
"""Cubic Bezier points (4 a curve) as Manim keeps them, (n, 3), in em; y points up."""

_FEATURES = {"tnum": True}
"""Besides what a font does by itself, such as kerning: all figures are equally wide."""

_LINES = 5_000
"""Whose shapes are remembered: words are measured more often than they are drawn, and numbers come back."""


class _Pen:
    """Writes an outline down: lines as curves, and what is closed ends where it began."""

    def __init__(self) -> None:
        self.points: list[tuple[float, float]] = []
        self._first = self._last = (0.0, 0.0)

    def move(self, x: float, y: float, _: object) -> None:
        self._first = self._last = (x, y)

    def line(self, x: float, y: float, _: object) -> None:
        from_x, from_y = self._last
        handles = (2 * from_x + x) / 3, (2 * from_y + y) / 3, (from_x + 2 * x) / 3, (from_y + 2 * y) / 3
        self.curve(*handles, x, y, None)

    def curve(self, x1: float, y1: float, x2: float, y2: float, x: float, y: float, _: object) -> None:
        self.points += self._last, (x1, y1), (x2, y2), (x, y)
        self._last = (x, y)

    def close(self, _: object) -> None:
        if self._last != self._first:
            self.line(*self._first, None)

    def functions(self) -> uharfbuzz.DrawFuncs:
        functions = uharfbuzz.DrawFuncs()
        functions.set_move_to_func(self.move)
        functions.set_line_to_func(self.line)
        functions.set_cubic_to_func(self.curve)
        functions.set_close_path_func(self.close)
        return functions


class ShapedLine(NamedTuple):
    """Width of a line of text in em; and each glyph, and where it stands, from the start of the baseline in units."""

    width: float
    glyphs: tuple[tuple[int, int, int], ...]


class Lettering:
    """One of our fonts."""

    def __init__(self, weight: str) -> None:
        self._font, self._em = uharfbuzz.Font(face(weight)), face(weight).upem
        self._outlines: dict[int, Curves] = {}
        self._line = lru_cache(_LINES)(self._shaped)

    def width(self, text: str) -> float:
        """Return how wide a line of text is, in em."""
        return self._line(text).width

    def glyphs(self, text: str) -> Iterator[Curves]:
        """Give the outline of each glyph of a line, from the start of its baseline, in em."""
        for glyph, x, y in self._line(text).glyphs:
            outline = self._outline(glyph)
            if len(outline):
                yield outline + np.array([x, y, 0]) / self._em

    def _shaped(self, text: str) -> ShapedLine:
        buffer, at, glyphs = uharfbuzz.Buffer(), 0, []
        buffer.add_str(text)
        buffer.guess_segment_properties()
        uharfbuzz.shape(self._font, buffer, _FEATURES)
        for glyph, place in zip(buffer.glyph_infos, buffer.glyph_positions or (), strict=True):
            glyphs.append((glyph.codepoint, at + place.x_offset, place.y_offset))
            at += place.x_advance
        return ShapedLine(at / self._em, tuple(glyphs))

    def _outline(self, glyph: int) -> Curves:
        if glyph not in self._outlines:
            pen = _Pen()
            self._font.draw_glyph(glyph, pen.functions())
            flat = np.array(pen.points, dtype=float).reshape(-1, 2) / self._em
            self._outlines[glyph] = np.column_stack([flat, np.zeros(len(flat))])
        return self._outlines[glyph]


@cache
def lettering(weight: str) -> Lettering:
    """Return the font of a weight, `regular` or `semibold`."""
    return Lettering(weight.capitalize())
