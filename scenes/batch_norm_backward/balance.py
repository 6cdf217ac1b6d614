"""What a sum that comes to 0 is made of: all that is above 0 end to end, and below it all that is not."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from manim import LEFT, Rectangle, VGroup

from cnn_core.arrays import Array
from cnn_core.expression import Value
from scenes.layout import Box, smallest_text
from scenes.mobjects.text import Label, Number
from scenes.theme import Theme

__all__ = ["Balance"]

_HEIGHT, _SIZE = 0.8, 0.5
"""Of a bar at most, and of a text, in scene units."""
_GAP = 0.24
"""Between a bar and its sum, in scene units."""
_MOST = 0.3
"""Share of the width that the names take at most."""


class Balance(VGroup):
    """Two bars that begin at one edge, of a piece for each term, with a name before and the sum behind each.

    Parameters
    ----------
    terms
        Of any shape; those above 0 make the upper bar.
    sums
        Of the terms above 0, and of those below.
    """

    def __init__(self, terms: Array, sums: Sequence[Value], names: Sequence[str], box: Box, theme: Theme) -> None:
        size = max(_SIZE, smallest_text())
        self.names = [Label(name, size, theme.muted) for name in names]
        for name in self.names:
            name.scale(min(1.0, _MOST * box.width / name.width))
        self.sums = [Number(one.text, one.address, size, theme.text) for one in sums]
        left, room = (max(one.width for one in labels) + _GAP for labels in (self.names, self.sums))
        height = min(_HEIGHT, 0.4 * box.height)
        unit = (box.width - left - room) / max(abs(one.number) for one in sums)
        self.bars = [VGroup(), VGroup()]
        for k, (bar, sign) in enumerate(zip(self.bars, (1, -1), strict=True)):
            x, y = box.left + left, box.center[1] + (0.5 - k) * (height + 0.25 * height)
            self.names[k].move_to(np.array([box.left, y, 0]), aligned_edge=LEFT)
            for term in np.sort(sign * terms[sign * terms > 0])[::-1]:
                piece = Rectangle(width=unit * term, height=height, color=theme.background, stroke_width=1.5)
                bar.add(piece.set_fill(theme.input, opacity=1).move_to(np.array([x, y, 0]), aligned_edge=LEFT))
                x += unit * term
            self.sums[k].move_to(np.array([x + _GAP, y, 0]), aligned_edge=LEFT)
        super().__init__(*self.names, *self.bars, *self.sums)
