"""The line at the top: title, one sentence that says what happens and why, and a muted word at the right."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from manim import DOWN, LEFT, UP, VGroup, config

from scenes.layout import Box, smallest_text
from scenes.mobjects.flow import ALMOST, sizes
from scenes.mobjects.text import FIGURE_MIDDLE, LINE_HEIGHT, Label, Paragraph, lines_of
from scenes.theme import Theme

__all__ = ["Headline"]

_TITLE, _REASON, _ASIDE = 0.464, 0.344, 0.3
_APART = 0.3
"""Between what stands beside each other, in scene units."""
_LINE = 1.25
"""Room of one line, in em."""
_MUCH_LARGER = 1.15
_DEEP = 0.67
"""How far two lines may go down in a wide frame, where pictures begin in the band of the title, in scene units."""


class Headline(VGroup):
    """Title, reason and aside.

    Parameters
    ----------
    reason
        Beside the title, in a tall frame below it; as large as it fits on one line, or else on two. Where that is too
        narrow it stands below the title, on one line, or else it is left out.
    aside
        At the right, in a tall frame beside the title; below it if there is no room and no reason, or else left out.
    box
        The band of the title.
    keeps_aside
        Whether a reason is rather made smaller.
    """

    def __init__(
        self, title: str, reason: str, aside: str, theme: Theme, box: Box, *, tall: bool, keeps_aside: bool = False
    ) -> None:
        self.theme, self.box, self.tall, self.keeps_aside = theme, box, tall, keeps_aside
        self.title = Label(title, _TITLE, theme.text, "semibold")
        if self.title.width > box.width:
            self.title.scale(box.width / self.title.width)
        self.title.align_to(np.array([box.left, 0, 0]), LEFT).set_y(box.top - _TITLE / 2)
        super().__init__(self.title)
        small = Label(aside, max(_ASIDE, smallest_text()), theme.muted)
        beside = replace(box, left=min(box.right, float(self.title.get_right()[0]) + _APART))
        used = self._put_reason(reason, beside, float(small.width) + _APART if aside else 0.0) if reason else 0.0
        if aside and small.width + used <= beside.width:
            self.add(self._on_base_line(small, beside.left if tall else beside.right - small.width))
        elif aside and not reason:
            self.add(small.next_to(self.title, DOWN, buff=0.02, aligned_edge=LEFT))

    def _put_reason(self, text: str, beside: Box, aside: float) -> float:
        """Put the reason where its letters are largest; on two lines only if they are much larger there.

        Returns
        -------
        How much room it takes beside the title.
        """
        narrow = replace(beside, right=beside.right - aside)
        below = replace(self.box, top=float(self.title.get_y()) - 0.65 * _TITLE)
        ways = [(below, 1), (below, 2)] if self.tall else [(narrow, 1), (beside, 1), (narrow, 2), (beside, 2)]
        if self.keeps_aside and not self.tall:
            ways = [(narrow, 1), (narrow, 2)]
        found = _rooms(text, ways) or _rooms(text, [(below, 1)])
        if not found:  # the caption says it, too
            return 0.0
        _, room, size = max(found, key=lambda one: one[0])
        words = Paragraph(text, size, self.theme.text, room.width)
        words.align_to(np.array([room.left, 0, 0]), LEFT).set_y(room.center[1])
        if config.frame_width > config.frame_height and len(words) > 1:
            words.shift(max(0.0, self.box.top - _DEEP - words.get_bottom()[1]) * UP)
        if len(words) == 1 and not self.tall and room is not below:
            self._on_base_line(words[0], room.left)
        self.add(words)
        return 0.0 if room is below else float(words.width) + _APART

    def _on_base_line(self, label: Any, left: float) -> Any:
        base = float(self.title.get_y()) - FIGURE_MIDDLE * self.title.strut.height
        return label.move_to(np.array([left + label.width / 2, base + FIGURE_MIDDLE * label.size, 0]))


def _rooms(text: str, ways: list[tuple[Box, int]]) -> list[tuple[float, Box, float]]:
    """Return how well a text can be read in each room that takes it in so many lines, and its size there."""
    found: list[tuple[float, Box, float]] = []
    largest = max(_REASON, smallest_text())
    for room, lines in ways:
        for size in sizes(largest):
            if _takes(replace(room, top=room.bottom + min(room.height, lines * _LINE * largest)), text, lines, size):
                found.append((size / (1 if lines == 1 else _MUCH_LARGER), room, size))
                break
        if found and found[-1][0] >= largest:  # nowhere it is larger
            break
    return found


def _takes(room: Box, text: str, most: int, size: float) -> bool:
    """Tell whether a room takes a text of a size, in at most so many lines."""
    if room.width < size:
        return False
    lines = len(lines_of(text, room.width / size))
    return lines <= most and (1 + (lines - 1) * LINE_HEIGHT) * size <= room.height + ALMOST
