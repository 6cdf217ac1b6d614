"""Grids in a row, with signs or arrows between them; where the frame is tall, below each other."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from manim import DOWN, RIGHT, VGroup

from cnn_core.arrays import Array
from scenes.layout import Box, smallest_text
from scenes.mobjects.grid import NumberGrid
from scenes.mobjects.panels import NAME_HEIGHT, Panel
from scenes.mobjects.text import Label
from scenes.theme import Theme

__all__ = ["GridRow", "Shown"]

SIGN = 0.7
"""Room for a sign and what is free around it, in scene units."""


@dataclass(frozen=True)
class Shown:
    """A map (H, W) that is to stand in a row.

    Attributes
    ----------
    address
        Gives the address of the value at (row, column).
    before
        What stands before it, such as `+`.
    """

    values: Array
    address: Callable[[int, int], str]
    role: str
    name: str
    decimals: int
    before: str = ""
    filled: bool = True


class GridRow(VGroup):
    """Grids of one cell size, as large as they fit."""

    def __init__(self, shown: Sequence[Shown], theme: Theme, room: Box) -> None:
        self.upright = room.height > room.width
        rows, columns = ([one.values.shape[axis] for one in shown] for axis in (0, 1))
        signs = SIGN * (len(shown) - 1)
        if self.upright:
            cell = min(room.width / max(columns), (room.height - NAME_HEIGHT * len(shown) - signs / 2) / sum(rows))
        else:
            cell = min((room.width - signs) / sum(columns), (room.height - NAME_HEIGHT) / max(rows))
        self.panels = [self._panel(one, theme, min(1.0, cell)) for one in shown]
        self.grids = [panel.grid for panel in self.panels]
        along, step = (DOWN, 0.1) if self.upright else (RIGHT, SIGN)
        super().__init__(VGroup(*self.panels))
        at = np.zeros(3)
        self.signs = VGroup()
        for one, panel in zip(shown, self.panels, strict=True):
            edge = panel.grid.get_top() if self.upright else panel.grid.get_left()
            panel.shift(at - edge)
            if one.before:
                sign = Label(one.before, max(0.5, smallest_text()), theme.muted)
                place = panel.grid.get_left() - 0.4 * RIGHT if self.upright else at - SIGN / 2 * RIGHT
                self.signs.add(sign.move_to(place))
            at = (panel.get_bottom() if self.upright else panel.grid.get_right()) * np.abs(along) + step * along
        self.add(self.signs)
        self.move_to(room.center)

    @staticmethod
    def _panel(one: Shown, theme: Theme, cell: float) -> Panel:
        grid = NumberGrid(one.values, one.address, one.role, theme, cell, filled=one.filled, decimals=one.decimals)
        return Panel(grid, one.name)
