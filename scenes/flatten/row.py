"""A row of numbers with the index of each, broken into lines where the frame is not wide enough."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from math import ceil

import numpy as np
from manim import DOWN, VGroup

from cnn_core.arrays import Array
from cnn_core.numerals import as_text, decimals_for
from scenes.layout import Box, smallest_text
from scenes.mobjects.grid import NumberGrid
from scenes.mobjects.text import Number, width_of
from scenes.theme import Theme

__all__ = ["FlatPlan", "FlatRow"]

LARGEST_CELL = 1.0
NARROWEST_CELL = 0.3
"""Side of a cell without a number, unless there is another line."""
BESIDE = 1.25
"""Room for a number in its cell, for each unit of its width."""


@dataclass(frozen=True)
class FlatPlan:
    """How a row of numbers is broken into lines.

    Attributes
    ----------
    per_line
        Cells of each line but the last.
    cell
        Side of a cell in scene units.
    legible
        Whether values and indices can be read; otherwise the cells are only tinted.
    """

    lines: int
    per_line: int
    cell: float
    legible: bool

    @property
    def pitch(self) -> float:
        """From one line to the next: a cell, its index and some space."""
        return self.cell + (1.6 * self.index_size if self.legible else 0.4 * smallest_text())

    @property
    def index_size(self) -> float:
        return max(smallest_text(), 0.34 * self.cell)

    @property
    def height(self) -> float:
        """From the first line to the index below the last one."""
        return self.lines * self.pitch

    @classmethod
    def of(cls, values: Array, unit: int, box: Box) -> FlatPlan:
        """Break a row where a multiple of `unit` values ends, on as few lines as can be read.

        Parameters
        ----------
        unit
            Values that should stay together, such as a row of a map.
        box
            Half of its height is the most that the lines may take.
        """
        decimals = decimals_for(values)
        texts = [*(as_text(value, decimals) for value in values), str(len(values) - 1)]
        needed = BESIDE * smallest_text() * max(map(width_of, texts))
        for lines in range(1, ceil(len(values) / unit) + 1):
            per_line = min(len(values), ceil(len(values) / lines / unit) * unit)
            cell = min(LARGEST_CELL, box.width / per_line)
            plan = cls(ceil(len(values) / per_line), per_line, cell, legible=True)
            if cell >= needed and plan.height <= box.height / 2:
                return plan
        per_line = len(values) if box.width >= NARROWEST_CELL * len(values) else ceil(len(values) / 2 / unit) * unit
        cell = min(LARGEST_CELL, box.width / per_line)
        return cls(ceil(len(values) / per_line), per_line, cell, legible=False)


class FlatRow(VGroup):
    """The output of a flattening, to be filled cell by cell.

    Parameters
    ----------
    address
        Gives the address of the value at an index.
    index_address
        Gives the address of an index.
    """

    def __init__(
        self,
        values: Array,
        plan: FlatPlan,
        address: Callable[[int], str],
        index_address: Callable[[int], str],
        theme: Theme,
        top_left: np.ndarray,
    ) -> None:
        super().__init__()
        self.plan, self.theme, self.index_address = plan, theme, index_address
        self.grids = []
        decimals = decimals_for(values)
        for line in range(plan.lines):
            part = values[None, line * plan.per_line : (line + 1) * plan.per_line]
            name = partial(_named, address, line * plan.per_line)
            grid = NumberGrid(
                part, name, theme.output, theme, plan.cell, filled=False, decimals=decimals, digits=plan.legible
            )
            corner = top_left + line * plan.pitch * DOWN
            self.grids.append(grid.shift(corner - grid.corner(0, 0)))
        self.add(*self.grids)

    def at(self, k: int) -> tuple[NumberGrid, int]:
        line, column = divmod(k, self.plan.per_line)
        return self.grids[line], column

    def cell_center(self, k: int) -> np.ndarray:
        grid, column = self.at(k)
        return grid.cell_center(0, column)

    def write(self, k: int) -> Number:
        grid, column = self.at(k)
        number = grid.make_number(0, column)
        grid.write(0, column, number)
        return number

    @property
    def legible(self) -> bool:
        return all(grid.text_size > 0 for grid in self.grids)

    def fill(self, k: int) -> VGroup:
        """Return the tint of a cell; nothing where its value is 0."""
        grid, column = self.at(k)
        return VGroup(*([grid.fills[0, column]] if (0, column) in grid.fills else []))

    def index(self, k: int) -> Number:
        number = Number(str(k), self.index_address(k), self.plan.index_size, self.theme.muted)
        return number.move_to(self.cell_center(k) + (self.plan.cell / 2 + 0.7 * self.plan.index_size) * DOWN)


def _named(address: Callable[[int], str], start: int, _: int, column: int) -> str:
    """Return the address of the value in a column of the line that begins at an index."""
    return address(start + column)
