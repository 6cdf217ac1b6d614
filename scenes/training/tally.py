"""Rows of a name, a bar and its number."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from manim import LEFT, RIGHT, Animation, FadeIn, GrowFromEdge, Rectangle, VGroup

from cnn_core.expression import Value
from scenes.layout import Box
from scenes.mobjects.text import Label, Number, width_of
from scenes.theme import Theme

__all__ = ["Tally"]

_GAP = 0.35
"""Between name, bar and number, in em."""
_BAR = 0.6
"""Height of a bar, as a share of its row."""


class Tally(VGroup):
    """Bars from a common line, in proportion to their values.

    Parameters
    ----------
    whole
        The value whose bar would fill the width.
    box
        Where the rows stand, evenly spaced.
    size
        Height of the text.
    """

    def __init__(
        self,
        names: Sequence[str],
        values: Sequence[Value],
        whole: float,
        color: str,
        theme: Theme,
        box: Box,
        size: float,
    ) -> None:
        row = box.height / len(names)
        left = box.left + (max(map(width_of, names)) + _GAP) * size
        longest = box.right - left - (max(width_of(value.text, "semibold") for value in values) + _GAP) * size
        rows = []
        for k, (name, value) in enumerate(zip(names, values, strict=True)):
            y = box.top - (k + 0.5) * row
            bar = Rectangle(width=max(longest * value.number / whole, 0.01), height=min(_BAR * row, 1.2 * size))
            bar.set_stroke(color, 1).set_fill(color, 0.6).move_to(np.array([left, y, 0]), aligned_edge=LEFT)
            label = Label(name, size, theme.text)
            label.move_to(np.array([left - _GAP * size, y, 0]), aligned_edge=RIGHT)
            number = Number(value.text, value.address, size, color, "semibold")
            number.move_to(bar.get_right() + _GAP * size * RIGHT, aligned_edge=LEFT)
            rows.append(VGroup(label, bar, number))
        super().__init__(*rows)

    def grow(self, k: int) -> list[Animation]:
        """Return the animations in which a row comes, its bar out of the line."""
        label, bar, number = self[k]
        return [FadeIn(label), GrowFromEdge(bar, LEFT), FadeIn(number)]
