"""A grid with its name below it, and the signs that stand between grids."""

from __future__ import annotations

import numpy as np
from manim import DOWN, RIGHT, UP, Arrow, Mobject, VGroup

from scenes.layout import smallest_text
from scenes.mobjects.number_grid import NumberGrid
from scenes.mobjects.text import Label
from scenes.theme import Theme

__all__ = ["NAME_HEIGHT", "OperationArrow", "Panel", "level"]

NAME_HEIGHT = 0.56
"""Room to leave below a grid for its name, in scene units."""


class Panel(VGroup):
    """A grid with its name and size below it."""

    def __init__(self, grid: NumberGrid, name: str) -> None:
        self.grid = grid
        self.caption = Label(name, max(0.36, smallest_text()), grid.role)
        self.caption.next_to(grid, DOWN, buff=0.1)
        super().__init__(grid, self.caption)


class OperationArrow(VGroup):
    """An arrow with the operation's name on it; points right, or down between grids that stand above each other."""

    def __init__(self, name: str, theme: Theme, *, down: bool = False, length: float | None = None) -> None:
        length = length or (0.55 if down else 2.2)
        end = length * (DOWN if down else RIGHT)
        self.arrow = Arrow(np.zeros(3), end, buff=0, color=theme.muted, stroke_width=4, tip_length=0.2)
        self.caption = Label(name, max(0.36, smallest_text()), theme.muted)
        self.caption.next_to(self.arrow, RIGHT if down else UP, buff=0.12)
        super().__init__(self.arrow, self.caption)


def level(row: VGroup, *anchors: Mobject) -> VGroup:
    """Shift each member of a row so that its anchor, such as a panel's grid, stands on the row's middle line."""
    height = anchors[0].get_center()[1]
    for member, anchor in zip(row, anchors, strict=True):
        member.shift(np.array([0, height - anchor.get_center()[1], 0]))
    return row
