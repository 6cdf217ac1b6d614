"""The strip of all steps: the name of each over a thin bar, and a mark below the one that is told."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from manim import Rectangle, Transform, VGroup

from scenes.layout import Box, smallest_text
from scenes.mobjects.text import Label, width_of
from scenes.theme import Theme

__all__ = ["NetTrack"]

_APART, _PITCH, _BAR = 0.9, 1.55, 0.05
"""Between two names, and from line to line, in em; thickness of a bar in scene units."""


class NetTrack(VGroup):
    """All names, on as many lines as they need, at the bottom of a box.

    Attributes
    ----------
    mark
        Where we are; moves, and is therefore no part of the strip.
    """

    def __init__(self, names: Sequence[str], theme: Theme, box: Box) -> None:
        super().__init__()
        self.theme, self.bars = theme, VGroup()
        size = smallest_text()
        lines = broken_at(box.width / size, [width_of(name) for name in names])
        for number, line in enumerate(lines):
            y = box.bottom + (len(lines) - number - 1) * _PITCH * size
            widths = [size * width_of(names[k]) for k in line]
            free = box.width - sum(widths) - (len(line) - 1) * _APART * size
            more = min(free / len(line), 1.5 * size)
            left = box.left
            for k, width in zip(line, widths, strict=True):
                self._add(names[k], size, np.array([left, y, 0.0]), width + more)
                left += width + more + _APART * size
        self.add(self.bars)
        self.mark = self._marked(0)

    def _add(self, name: str, size: float, corner: np.ndarray, width: float) -> None:
        """Put a name and its bar to the right of a corner, and above it."""
        bar = Rectangle(width=width, height=_BAR, stroke_width=0, fill_color=self.theme.muted, fill_opacity=0.6)
        self.bars.add(bar.move_to(corner + np.array([width / 2, _BAR / 2, 0])))
        label = Label(name, size, self.theme.muted)
        self.add(label.move_to(corner + np.array([label.width / 2, _BAR + 0.65 * size, 0])))

    def _marked(self, index: int) -> Rectangle:
        bar = self.bars[index]
        mark = Rectangle(width=bar.width, height=2.2 * _BAR, stroke_width=0, fill_color=self.theme.window)
        return mark.set_fill(opacity=1).move_to(bar)

    def go_to(self, index: int) -> Transform:
        """Return the animation that brings the mark to a step."""
        return Transform(self.mark, self._marked(index))

    @staticmethod
    def height_of(names: Sequence[str], width: float) -> float:
        """Return how high a strip of this width is."""
        size = smallest_text()
        return _PITCH * size * len(broken_at(width / size, [width_of(name) for name in names]))


def broken_at(room: float, widths: Sequence[float]) -> list[list[int]]:
    """Break names of these widths, in em, into as few lines as have room for them, about equally full.

    >>> broken_at(10, [3, 3, 3, 3])
    [[0, 1], [2, 3]]
    """
    fewest = _filled(room, widths)
    whole = sum(widths) + _APART * len(widths)
    least = max(whole / len(fewest), *widths)
    tries = (_filled(least + step * (room - least) / 20, widths) for step in range(20))
    return next((lines for lines in tries if len(lines) == len(fewest)), fewest)


def _filled(room: float, widths: Sequence[float]) -> list[list[int]]:
    """Put names one behind the other, on a new line where there is no more room."""
    lines: list[list[int]] = [[]]
    used = 0.0
    for k, width in enumerate(widths):
        if lines[-1] and used + width > room:
            lines.append([])
            used = 0.0
        lines[-1].append(k)
        used += width + _APART
    return lines
