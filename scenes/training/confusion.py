"""What was read as what at a measured step."""

from __future__ import annotations

import numpy as np
from manim import UL, Group, Rectangle, VGroup, VMobject

from cnn_core.run_trace import RunTrace
from scenes.language import say
from scenes.layout import Box, smallest_text
from scenes.mobjects.grid import rectangles
from scenes.mobjects.picture import Picture, picture_colours
from scenes.mobjects.text import Label
from scenes.theme import Theme

__all__ = ["Confusion"]

_GAMMA = 0.5
"""Counts are shown by their roots, or single mistakes would not be seen."""


class Confusion(Group):
    """A row for each digit, a column for what it was read as, with the digits at both sides.

    Parameters
    ----------
    m
        Which measured step.
    box
        Where it stands, with its words above it and at its left.

    Attributes
    ----------
    image : Picture
    """

    def __init__(self, trace: RunTrace, m: int, theme: Theme, box: Box) -> None:
        self.theme = theme
        counts = trace.log.confusion[m].astype(np.float64)
        self.often, self.count = counts.sum(axis=0), len(counts)
        shares = (counts / counts.sum(axis=1, keepdims=True)) ** _GAMMA
        size = max(0.3, smallest_text())
        side = min(box.width - 2.2 * size, box.height - 2.2 * size)
        self.image = Picture(picture_colours(shares, theme.output, theme, 1.0), side)
        self.image.move_to(box.center + size * np.array([1.1, -1.1, 0]))
        self.frame = Rectangle(width=side, height=side, color=theme.output, stroke_width=2).move_to(self.image)
        left, top, _ = self.image.get_corner(UL)
        self.cell = side / self.count
        names = VGroup()
        for k in range(self.count if self.cell > size else 0):
            row, column = (Label(str(k), size, color) for color in (theme.text, theme.output))
            row.move_to(np.array([left - 0.6 * size, top - (k + 0.5) * self.cell, 0]))
            names.add(row, column.move_to(np.array([left + (k + 0.5) * self.cell, top + 0.6 * size, 0])))
        read = Label(say("read as"), size, theme.output)
        meant = Label(say("meant"), size, theme.text).rotate(np.pi / 2)
        names.add(read.move_to(np.array([left + side / 2, top + 1.6 * size, 0])))
        names.add(meant.move_to(np.array([left - 1.7 * size, top - side / 2, 0])))
        super().__init__(self.image, self.frame, names)

    def column(self) -> VMobject:
        """Return an outline of the digit that is read most often."""
        often = int(self.often.argmax())
        return self._outline([(0, often, self.count, often + 1)])

    def diagonal(self) -> VMobject:
        """Return an outline of what is read as what it is."""
        return self._outline([(k, k, k + 1, k + 1) for k in range(self.count)])

    def _outline(self, cells: list[tuple[int, int, int, int]]) -> VMobject:
        left, top, _ = self.frame.get_corner(UL)
        ends = np.array(cells) * self.cell
        first = np.column_stack([left + ends[:, 1], top - ends[:, 0], np.zeros(len(ends))])
        last = np.column_stack([left + ends[:, 3], top - ends[:, 2], np.zeros(len(ends))])
        return VMobject(stroke_color=self.theme.window, stroke_width=4).set_points(rectangles(first, last))
