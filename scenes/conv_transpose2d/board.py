"""Where the input, the kernel, its stamp and the output stand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from manim import LEFT, RIGHT, VGroup, VMobject

from scenes.layout import Bands, Box
from scenes.mobjects.grid import NumberGrid
from scenes.mobjects.panels import NAME_HEIGHT
from scenes.mobjects.row import LINE_GAP, SIGN, GridRow, RowMap
from scenes.theme import Theme

__all__ = ["StampBoard"]

_LARGEST = 1.2
"""Side of a cell, in scene units."""


class StampBoard(VGroup):
    """Input and kernel, below them the stamp, and at the right the output, if all are larger so than in a row.

    Parameters
    ----------
    shown
        Input, kernel, stamp and output.

    Attributes
    ----------
    grids
        Of these, in their order.
    slot
        What stands around the stamp: lines stand there when it has gone; nothing where they have room of their own.
    lines
        Where lines stand.
    """

    def __init__(self, shown: Sequence[RowMap], theme: Theme, bands: Bands, *, wide: bool) -> None:
        self.slot: VMobject = VGroup()
        row, self.lines = GridRow.with_lines(shown, theme, bands, LEFT)
        self.grids: list[NumberGrid] = row.grids
        cell = self.common_cell(shown, bands.whole) if wide else 0.0
        super().__init__(*row)
        if cell > row.grids[0].cell:
            self.remove(*row)
            self.add(*self._beside(shown, theme, bands.whole, cell))

    @staticmethod
    def common_cell(shown: Sequence[RowMap], room: Box) -> float:
        """Return the largest cell with which all of them fit."""
        (xH, xW), (kH, kW), _, (oH, oW) = (one.values.shape for one in shown)
        across = (room.width - 3 * SIGN) / (xW + kW + oW)
        down = (room.height - 2 * NAME_HEIGHT - LINE_GAP) / (max(xH, kH) + kH)
        return float(min(_LARGEST, across, down, (room.height - NAME_HEIGHT) / oH))

    def _beside(self, shown: Sequence[RowMap], theme: Theme, room: Box, cell: float) -> list[VMobject]:
        *stamped, output = shown
        columns = sum(one.values.shape[1] for one in stamped[:2])
        free = room.width - cell * (columns + output.values.shape[1]) - 3 * SIGN
        middle = room.left + columns * cell + 1.5 * SIGN + free / 3
        left = GridRow(stamped, theme, replace(room, right=middle), per_line=2, most=cell)
        right = GridRow([output], theme, replace(room, left=middle))
        above, self.slot = left
        self.slot.align_to(above, RIGHT)
        self.grids = [*left.grids, *right.grids]
        sign = right[0][0]
        sign.shift(np.array([0, left.grids[2].get_y() - sign.get_y(), 0]))
        slot = Box.around(self.slot)
        self.lines = Box(room.left, middle - SIGN / 2, slot.bottom, slot.top)
        return [above, self.slot, right]
