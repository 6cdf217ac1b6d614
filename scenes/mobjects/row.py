"""Grids in a row, with signs or arrows between them; in several lines where these have more room."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from manim import DOWN, RIGHT, VGroup, config

from cnn_core.arrays import Array
from scenes.layout import Bands, Box, smallest_text
from scenes.mobjects.grid import NumberGrid, readable_cell
from scenes.mobjects.panels import NAME_HEIGHT, Panel
from scenes.mobjects.text import LINE_HEIGHT, Label, lines_of
from scenes.theme import Theme

__all__ = ["SIGN", "GridRow", "RowMap", "ways_to_break"]

SIGN = 0.7
"""Room for a sign and what is free around it, in scene units."""
LINE_GAP = 0.15
_TIMES = ("·", "*")
_LARGEST = 1.2
"""Side of a cell, in scene units."""


@dataclass(frozen=True)
class RowMap:
    """A map (H, W) that is to stand in a row.

    Attributes
    ----------
    address
        Gives the address of the value at (row, column).
    decimals
        As many as that, or fewer, but one, where they could not be read.
    before
        What stands before it, such as `+`.
    added : (H, W) or None
        Where a cell is none of the map's own.
    """

    values: Array
    address: Callable[[int, int], str]
    role: str
    name: str
    decimals: int
    before: str = ""
    filled: bool = True
    added: Array | None = None


class GridRow(VGroup):
    """Grids of one cell size, as large as they fit: in one line, or in several if that lets them be larger.

    Parameters
    ----------
    per_line
        How many stand in each line, if that is not left to the room.
    most
        The largest side of a cell, in scene units.
    """

    def __init__(
        self, shown: Sequence[RowMap], theme: Theme, room: Box, per_line: int = 0, most: float = _LARGEST
    ) -> None:
        ways = ways_to_break(list(shown))
        if per_line:
            ways = [[list(shown[k : k + per_line]) for k in range(0, len(shown), per_line)]]
        lines = max(ways, key=lambda lines: (round(cell_of(lines, room), 3), -len(lines)))
        self.room, cell = room, min(most, cell_of(lines, room))
        if (rows := max(self._lines_of_name(one, cell, line) for line in lines for one in line)) > 1:
            cell = min(cell, cell_of(lines, room, (rows - 1) * LINE_HEIGHT * smallest_text()))
        self.grids: list[NumberGrid] = []
        built = [self._line(line, theme, cell) for line in lines]
        super().__init__(*built)
        self.arrange(DOWN, buff=LINE_GAP).move_to(room.center)

    @classmethod
    def with_lines(cls, shown: Sequence[RowMap], theme: Theme, bands: Bands, edge: np.ndarray) -> tuple[GridRow, Box]:
        """Return a row, and the room for arithmetic: below it, or in a square frame beside its last grid.

        Parameters
        ----------
        edge
            `LEFT` or `RIGHT`: where the last grid stands then, on a line of its own, if grids are larger so.
        """
        row = cls(shown, theme, bands.stage)
        if config.frame_width != config.frame_height:
            return row, bands.formula
        broken = cls(shown, theme, bands.whole, per_line=len(shown) - 1)
        if broken.grids[0].cell <= row.grids[0].cell:
            return row, bands.formula
        last = Box.around(broken[1].align_to(broken[0], edge))
        if edge[0] < 0:
            return broken, replace(last, left=last.right + SIGN / 2, right=bands.whole.right)
        return broken, replace(last, left=bands.whole.left, right=last.left - SIGN / 2)

    def _name_width(self, one: RowMap, cell: float, line: Sequence[RowMap]) -> float:
        """Return how wide a name may be: a little wider than its grid, if others stand beside it."""
        return self.room.width if len(line) == 1 else cell * one.values.shape[1] + SIGN / 2 - 0.1

    def _lines_of_name(self, one: RowMap, cell: float, line: Sequence[RowMap]) -> int:
        size = smallest_text()
        return len(lines_of(one.name, max(self._name_width(one, cell, line), size) / size))

    def _line(self, line: Sequence[RowMap], theme: Theme, cell: float) -> VGroup:
        """Return panels whose grids stand on one middle line, each with the sign before it."""
        built, at = VGroup(), 0.0
        for one in line:
            fewer = range(one.decimals, 0, -1)
            decimals = next((n for n in fewer if readable_cell(one.values, n) <= cell), one.decimals)
            options: dict[str, Any] = {"filled": one.filled, "added": one.added, "decimals": decimals}
            grid = NumberGrid(one.values, one.address, one.role, theme, cell, **options)
            panel = Panel(grid, one.name, self._name_width(one, cell, line))
            if one.before:
                built.add(Label(one.before, max(0.5, smallest_text()), theme.muted).move_to((at + SIGN / 2) * RIGHT))
                at += SIGN
            elif len(built):
                at += SIGN / 2
            panel.shift(at * RIGHT - grid.get_left())
            at = float(grid.get_right()[0])
            built.add(panel)
            self.grids.append(grid)
        return built


def ways_to_break(shown: list[RowMap]) -> list[list[list[RowMap]]]:
    """Return every way to set them in lines, in their order; no line begins with a sign of multiplication."""
    if len(shown) < 2:
        return [[shown]]
    rest = ways_to_break(shown[1:])
    broken = [] if shown[1].before in _TIMES else [[shown[:1], *lines] for lines in rest]
    return [[[shown[0], *first], *others] for first, *others in rest] + broken


def cell_of(lines: Sequence[Sequence[RowMap]], room: Box, more: float = 0.0) -> float:
    """Return the largest cell with which lines fit; names need so much more room than one line."""
    across = (
        (room.width - SIGN * sum(1.0 if one.before else 0.5 * (k > 0) for k, one in enumerate(line)))
        / sum(one.values.shape[1] for one in line)
        for line in lines
    )
    free = room.height - (NAME_HEIGHT + more) * len(lines) - LINE_GAP * (len(lines) - 1)
    return float(min(*across, free / sum(max(one.values.shape[0] for one in line) for line in lines)))
