"""Where lines and an input's name stand in a wide frame: below the output, or below everything."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from manim import DOWN, UP, VGroup

from scenes.layout import Box
from scenes.mobjects.text import Label

__all__ = ["room_below"]

_LINES = 1.6
"""Height that an input leaves for its name and lines below it."""
_NARROW = 0.45
"""Share of the width below which a column is too narrow for lines, if there is room below everything."""


def room_below(room: Box, before: VGroup, label: Label, after: VGroup, right: Box) -> Box:
    """Put the input's name where there is room, and return where lines stand.

    Parameters
    ----------
    before, after
        Input and output; the input moves up if lines stand below everything.
    right
        The column beside the input.
    """
    is_low = before.height + _LINES < room.height
    lines_below_all = is_low and right.width < _NARROW * room.width
    if lines_below_all:
        before.align_to(np.array([0, room.top - 0.2, 0]), UP)
    is_named_below = is_low and label.width < before.width
    if is_named_below:
        label.next_to(before, DOWN, buff=0.1)
    else:
        label.move_to(np.array([right.left + label.width / 2, room.bottom + 0.15, 0]))
    end, bottom = after.get_bottom()[1] - 0.15, room.bottom + (0.0 if is_named_below else 0.5)
    if lines_below_all:
        right, end, bottom = room, min(end, label.get_bottom()[1] - 0.2), room.bottom
    return replace(right, bottom=max(bottom, end - 1.4), top=end)
