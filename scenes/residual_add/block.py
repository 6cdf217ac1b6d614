"""The block of layers, drawn below the maps: what goes in, and what comes out of it."""

from __future__ import annotations

from typing import Any

import numpy as np
from manim import Arrow, Rectangle, VGroup, VMobject

from scenes.language import say
from scenes.layout import Box, smallest_text
from scenes.mobjects.panels import Panel
from scenes.mobjects.text import Label
from scenes.theme import Theme

__all__ = ["BlockPath"]

_SIZE, _PAD, _DEEP = 0.4, 0.3, 0.75
"""Size of the name, room around it, and how far below the maps it stands, in scene units."""


class BlockPath(VGroup):
    """A way from below a map, through a box that names the block, to below another map.

    Attributes
    ----------
    into, box, out
        Its parts, in the order in which something passes through them.
    """

    def __init__(self, first: Panel, second: Panel, theme: Theme) -> None:
        low = min(first.get_bottom()[1], second.get_bottom()[1]) - 0.12
        start, end = (np.array([one.grid.get_x(), low, 0]) for one in (first, second))
        name = Label(say("block of layers"), max(_SIZE, smallest_text()), theme.text)
        frame = Rectangle(width=name.width + 2 * _PAD, height=name.height + 2 * _PAD, color=theme.muted)
        self.box = VGroup(frame, name).move_to((start + end) / 2 + np.array([0, -_DEEP, 0]))
        corners = [np.array([x, self.box.get_y(), 0]) for x in (start[0], end[0])]
        stroke: dict[str, Any] = {"stroke_color": theme.muted, "stroke_width": 4}
        self.into = VMobject(**stroke).set_points_as_corners([start, corners[0], frame.get_left()])
        across = VMobject(**stroke).set_points_as_corners([frame.get_right(), corners[1]])
        up = Arrow(corners[1], end, buff=0, color=theme.muted, stroke_width=4, tip_length=0.2)
        self.out = VGroup(across, up)
        super().__init__(self.into, self.box, self.out)

    def fits(self, room: Box) -> bool:
        """Tell whether it stands within a room, and its name between the two maps."""
        return bool(self.get_bottom()[1] > room.bottom and self.box.width < self.width - 2 * _PAD)
