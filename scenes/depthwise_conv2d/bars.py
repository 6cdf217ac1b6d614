"""Two bars: what a full convolution costs, and what the two small ones cost together."""

from __future__ import annotations

import numpy as np
from manim import LEFT, Animation, FadeIn, GrowFromEdge, Rectangle, VGroup

from cnn_core.equation import Equation
from scenes.language import say
from scenes.layout import Box, smallest_text
from scenes.mobjects.text import Label, Number, width_of
from scenes.theme import Theme

__all__ = ["CostBars"]

_TEXT = 0.42
_THICK = 0.32
"""Thickness of a bar, as a share of its row."""


class CostBars(VGroup):
    """A row for each count, one above the other, on one scale; `grow` draws it.

    Parameters
    ----------
    full, apart
        The two counts; the second one is a sum, each of whose parts is a piece of its bar.
    """

    def __init__(self, full: Equation, apart: Equation, theme: Theme, room: Box) -> None:
        super().__init__()
        self.theme, self.room, self.size = theme, room, max(_TEXT, smallest_text())
        self.counts = [full, apart]
        pieces = [(full.result.number, theme.muted)]
        known = [part.known for part in apart.left.parts]
        pieces += [(one.number, color) for one, color in zip(known, (theme.kernel, theme.output), strict=True) if one]
        width = room.width - self.size * (width_of(full.result.text, "semibold") + 0.6)
        self.unit = width / max(full.result.number, apart.result.number)
        first, *rest = pieces
        self.bars = [self._bars([first], 0), self._bars(rest, 1)]
        self.names = [
            self._name(say("full convolution"), theme.text, 0, 0.0),
            self._name(say("depthwise"), theme.kernel, 1, 0.0),
        ]
        self.names.append(self._name(say("pointwise"), theme.output, 1, float(self.names[1].width) + self.size))

    def _y(self, row: int) -> float:
        return self.room.top - (0.62 + row) * self.room.height / 2

    def _bars(self, pieces: list[tuple[float, str]], row: int) -> list[Rectangle]:
        found, left = [], self.room.left
        for count, color in pieces:
            width = max(self.unit * count, 0.01)
            bar = Rectangle(width=width, height=_THICK * self.room.height / 2, color=color, stroke_width=1)
            bar.set_fill(color, opacity=0.7).move_to(np.array([left, self._y(row), 0]), aligned_edge=LEFT)
            found.append(bar)
            left += width
        return found

    def _name(self, text: str, color: str, row: int, indent: float) -> Label:
        above = self._y(row) + (_THICK * self.room.height / 2 + 1.3 * self.size) / 2
        return Label(text, self.size, color).move_to(np.array([self.room.left + indent, above, 0]), aligned_edge=LEFT)

    def grow(self, row: int) -> list[list[Animation]]:
        """Return what is played one after the other until a row stands: its names and pieces, then the count."""
        names = self.names[1:] if row else self.names[:1]
        result, bars = self.counts[row].result, self.bars[row]
        count = Number(result.text, result.address, self.size, self.theme.text, "semibold")
        count.next_to(bars[-1], buff=0.3 * self.size)
        pieces: list[list[Animation]] = [
            [FadeIn(name), GrowFromEdge(bar, LEFT)] for name, bar in zip(names, bars, strict=True)
        ]
        return [*pieces, [FadeIn(count)]]
