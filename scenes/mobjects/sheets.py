"""Grids with a tag above them, in rows and columns, with cells as large as the room allows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from manim import VGroup

from cnn_core.arrays import Array
from scenes.layout import Box, smallest_text
from scenes.mobjects.arrangement import Column, GridPlan, Part, TextPlan, placed
from scenes.mobjects.gradient import GradientGrid
from scenes.mobjects.grid import NumberGrid, readable_cell
from scenes.mobjects.text import Label, width_of
from scenes.theme import Theme

__all__ = ["Sheet", "Sheets", "Tagged", "plan", "sheet_of"]

_TAG = 0.36
"""Size of a tag, in scene units."""
_ABOVE = 0.06
"""Between a grid and its tag."""


@dataclass(frozen=True)
class Sheet:
    """A grid that is to be laid out.

    Attributes
    ----------
    values : (H, W)
    address
        With two places to fill in, such as `x[0,0,{},{}]`, or what gives the address of a row and a column.
    role
        Name of the theme's colour.
    is_gradient
        Whether it is drawn as gradients are: dashed, with wedges.
    filled
        Whether its numbers stand there from the start.
    place
        In whose place it stands, if it has none of its own.
    ring : (top, bottom, left, right)
        Cells of padding, part of `values`.
    share
        Side of its cells, in those of other grids.
    beside
        Smallest side of the cells of a grid that it stands beside, and shall be as large as.
    """

    tag: str
    values: Array
    address: str | Callable[[int, int], str]
    role: str
    decimals: int
    is_gradient: bool = False
    filled: bool = True
    place: str = ""
    has_digits: bool = True
    ring: tuple[int, int, int, int] = (0, 0, 0, 0)
    share: float = 1.0
    beside: float = 0.0

    @property
    def least(self) -> float:
        """The smallest side of a cell in which all numbers can be read."""
        return max(self.beside, readable_cell(self.values, self.decimals)) if self.has_digits else 0.0


def _without_digits(part: Any) -> Any:
    """Return a plan whose grids may be as small as the room asks for."""
    if isinstance(part, GridPlan):
        return replace(part, least=0.0)
    return replace(part, parts=[_without_digits(one) for one in part.parts]) if hasattr(part, "parts") else part


class Tagged(VGroup):
    """A grid and the tag above its left corner; above its middle, if the tag is wider."""

    def __init__(self, sheet: Sheet, theme: Theme, cell: float) -> None:
        kind = GradientGrid if sheet.is_gradient else NumberGrid
        color = getattr(theme, sheet.role)
        address = sheet.address.format if isinstance(sheet.address, str) else sheet.address
        side = max(sheet.share * cell, sheet.least)
        options: dict[str, Any] = {"filled": sheet.filled, "decimals": sheet.decimals, "ring": sheet.ring}
        self.grid = kind(sheet.values, address, color, theme, side, **options)
        self.tag = Label(sheet.tag, max(_TAG, smallest_text()), color, "semibold")
        height = self.tag.height / 2 + _ABOVE
        beside = min(self.tag.width, self.grid.columns * side) / 2
        self.tag.move_to(self.grid.corner(0, 0) + np.array([beside, height, 0]))
        super().__init__(self.grid, self.tag)

    @property
    def middle(self) -> np.ndarray:
        return self.grid.corner(self.grid.rows / 2, self.grid.columns / 2)


class Sheets(dict[str, Tagged]):
    """Tagged grids by name, all with the same cells.

    Parameters
    ----------
    arrangements
        Made of what `plan` returns; the one with the largest cells is taken.
    most
        Largest side of a cell.
    """

    def __init__(
        self, sheets: dict[str, Sheet], arrangements: Sequence[Part], theme: Theme, room: Box, most: float = 1.3
    ) -> None:
        places, self.cell = placed(arrangements, room, most) if sheets else ({}, most)
        if not self.cell:  # numbers that cannot be read are left out
            sheets = {key: replace(sheet, has_digits=False) for key, sheet in sheets.items()}
            places, self.cell = placed([_without_digits(one) for one in arrangements], room, most)
        super().__init__({key: Tagged(sheet, theme, self.cell) for key, sheet in sheets.items()})
        for key, one in self.items():
            one.shift(places[sheets[key].place or key] - one.middle)

    @property
    def grids(self) -> list[NumberGrid]:
        return [one.grid for one in self.values()]


def sheet_of(
    trace: Any, name: str, tag: str, role: str, of: str = "", at: tuple[int, int] = (0, 0), **options: Any
) -> Sheet:
    """Return a map of an array (N, C, H, W) of a trace whose addresses begin with `of`."""
    address = f"{of}{name}[{at[0]},{at[1]},{{}},{{}}]"
    return Sheet(tag, trace.values()[name][at], address, role, trace.decimals(name), **options)


def plan(key: str, sheet: Sheet) -> Column:
    """Return the room of a grid and its tag, anchored in the grid's middle."""
    size = max(_TAG, smallest_text())
    rows, columns = sheet.values.shape
    return Column(
        [
            TextPlan(f"{key} tag", width_of(sheet.tag, "semibold") * size, size),
            GridPlan(key, rows, columns, least=sheet.least, share=sheet.share),
        ],
        _ABOVE,
        1,
    )
