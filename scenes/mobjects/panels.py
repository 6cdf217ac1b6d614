"""Grids with their names, signs between them, how they stand beside each other, and how numbers come into them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from manim import DOWN, ORIGIN, RIGHT, UP, Animation, Arrow, FadeIn, Mobject, VGroup, VMobject, Wait

from cnn_core.arrays import Array
from scenes.layout import Box, smallest_text
from scenes.marks import Marked, Ring
from scenes.mobjects.grid import NumberGrid
from scenes.mobjects.text import Label, Paragraph, name_within
from scenes.mobjects.travel import LATE, travel
from scenes.theme import Theme

__all__ = [
    "NAME_HEIGHT",
    "Maps",
    "MapsPlan",
    "OperationArrow",
    "Panel",
    "cell_for",
    "drop_into",
    "named",
    "question_marks",
    "ring_around",
    "write_in",
]

NAME_HEIGHT = 0.56
"""Room to leave below a grid for its name, in scene units."""

_NAME = 0.36
"""Size of a name, in scene units."""


class Panel(VGroup):
    """A grid with its name and size below it; smaller, or on several lines, where it would be wider than `width`."""

    def __init__(self, grid: NumberGrid, name: str, width: float = np.inf) -> None:
        self.grid = grid
        self.caption = name_within(name, width, max(_NAME, smallest_text()), grid.role)
        self.caption.next_to(grid, DOWN, buff=0.1)
        super().__init__(grid, self.caption)


class OperationArrow(Marked, VGroup):
    """An arrow, with the operation's name on it if there is one; points right, or down where grids are stacked."""

    mark_kind = "arrow"
    about = ("x", "output")

    def __init__(self, name: str, theme: Theme, *, down: bool = False, length: float | None = None) -> None:
        length = length or (0.55 if down else 2.2)
        end = length * (DOWN if down else RIGHT)
        self.arrow = Arrow(np.zeros(3), end, buff=0, color=theme.muted, stroke_width=4, tip_length=0.2)
        super().__init__(self.arrow)
        if name:
            caption = Label(name, max(0.36, smallest_text()), theme.muted)
            self.add(caption.next_to(self.arrow, RIGHT if down else UP, buff=0.12))


def level(row: VGroup, *anchors: Mobject) -> VGroup:
    """Shift each member of a row so that its anchor, such as a panel's grid, stands on the row's middle line."""
    height = anchors[0].get_center()[1]
    for member, anchor in zip(row, anchors, strict=True):
        member.shift(np.array([0, height - anchor.get_center()[1], 0]))
    return row


def question_marks(grid: NumberGrid, row: int, column: int, theme: Theme) -> list[VMobject]:
    """Return a frame around a cell, and a "?" in it if that can be read."""
    place, size = grid.cell_center(row, column), max(0.6 * grid.cell, smallest_text())
    frame = grid.question_frame(row, column)
    sign = Label("?", size, theme.question, "semibold").move_to(place)
    return [frame, sign] if size <= 0.9 * grid.cell else [frame]


def ring_around(grid: NumberGrid, row: int, column: int, *, thin: bool = False) -> Ring:
    """Return a ring around a value that was chosen, and tint what is in it; a thin one around a value as large."""
    width = np.clip(8 * grid.cell, 1.5, 5) * (0.4 if thin else 1.0)
    ring = Ring(0.42 * grid.cell, color=grid.theme.output, stroke_width=width)
    ring.pointing_at(grid.address(row, column)).set_fill(grid.theme.output, opacity=0.0 if thin else 0.3)
    return ring.move_to(grid.cell_center(row, column))


def drop_into(grid: NumberGrid, row: int, column: int, start: Any, past: Sequence[Mobject] = ()) -> list[Any]:
    """Return the animations in which a value travels from `start`, a mobject or a place, into its cell.

    Parameters
    ----------
    past
        What is on stage, if the value shall not cross it.
    """
    number = grid.make_number(row, column)
    grid.write(row, column, number=number)
    size = start.size if isinstance(start, Label) else 0.0
    fall = [travel(number, start, size, past)] if grid.text_size else []
    tint = [FadeIn(grid.fills[row, column], rate_func=LATE)] if (row, column) in grid.fills else []
    return [*tint, *fall] or [Wait()]


def write_in(grid: NumberGrid, cells: Iterable[tuple[int, int]], **options: Any) -> list[Animation]:
    """Return the animations in which values fade in where they belong."""
    written: list[Mobject] = []
    for cell in cells:
        grid.write(*cell)
        written += [found[cell] for found in (grid.fills, grid.numbers) if cell in found]
    return [FadeIn(one, **options) for one in written]


_Shape = tuple[int, int, int]
"""C, H, W."""

_LARGEST_CELL = 1.5
"""Side of a cell of an input, in scene units."""

_GAP = 0.3
"""Between two channels, in scene units."""

_MUCH = 1.2
"""By how much cells must grow if an arrow is to give up its name."""
_SHORT = 0.5
"""Length of an arrow on which no name stands, in scene units."""

NAME_GAP = 0.1
"""Between a grid and its name, in scene units."""


class Maps(VGroup):
    """The channels of an array beside or above each other, and below them its name, no wider than `width`."""

    def __init__(self, grids: Sequence[NumberGrid], name: str, width: float, *, upright: bool = False) -> None:
        self.grids = VGroup(*grids).arrange(DOWN if upright else RIGHT, buff=_GAP)
        self.caption = caption(name, grids[0].role, width).next_to(self.grids, DOWN, buff=NAME_GAP)
        super().__init__(self.grids, self.caption)


def named(label: str, array: Array) -> str:
    """Return a label with the size of an array (1, C, H, W) behind it; with its channels, if there are several."""
    sides = array.shape[1:] if array.shape[1] > 1 else array.shape[2:]
    return f"{label} {'×'.join(map(str, sides))}"


def caption(name: str, color: str, width: float) -> Paragraph:
    return Paragraph(name, max(_NAME, smallest_text()), color, width, aligned_edge=ORIGIN)


@dataclass(frozen=True)
class MapsPlan:
    """How large the cells of an input and an output are, and whether the output stands beside or below the input.

    Attributes
    ----------
    cells
        Sides of a cell in scene units, of the input and of the output: the same, unless only larger ones can be read.
    name_widths
        What the names below them may not be wider than.
    arrow
        Length of the arrow.
    """

    beside: bool
    cells: tuple[float, float]
    name_widths: tuple[float, float]
    arrow: float

    @classmethod
    def of(
        cls, room: Box, x: _Shape, output: _Shape, names: tuple[str, str], readable: tuple[float, float] = (0.0, 0.0)
    ) -> MapsPlan:
        """Choose the arrangement in which more can be read, or else the one with the larger cells.

        Parameters
        ----------
        room
            Where both shall stand.
        x, output
            Channels, rows and columns.
        readable
            Sides of the smallest cells in which the numbers of both can be read.
        """
        long, short = min(2.2, 0.2 * room.width), _SHORT
        plans = [side_by_side(room, x, output, names, readable, arrow) for arrow in (long, short)]
        plans.insert(1, one_below(room, x, output, names, readable[1]))

        def are_read(plan: MapsPlan) -> int:
            return sum(cell + 1e-6 >= least for cell, least in zip(plan.cells, readable, strict=True))

        most = max(plans[:2], key=lambda plan: (are_read(plan), plan.cells[0]))
        is_larger = plans[2].cells[0] >= _MUCH * most.cells[0]
        return plans[2] if are_read(plans[2]) > are_read(most) or is_larger else most

    @property
    def is_short(self) -> bool:
        """Whether the arrow is too short for a name."""
        return self.beside and self.arrow <= _SHORT

    def arrange(self, x: Maps, output: Maps, arrow: OperationArrow, room: Box) -> VGroup:
        if self.beside:
            row = VGroup(x, arrow, output).arrange(RIGHT, buff=0.25 * self.arrow)
            return level(row, x.grids, arrow.arrow, output.grids).move_to(room.center)
        column = VGroup(x, arrow, output).arrange(DOWN, buff=0.14)
        arrow.shift((x.get_x() - arrow.arrow.get_x()) * RIGHT)
        return column.move_to(room.center)


def side_by_side(
    room: Box, x: _Shape, output: _Shape, names: tuple[str, str], readable: tuple[float, float], arrow: float
) -> MapsPlan:
    free = room.width - 1.5 * arrow
    widths, cell = (free / 2, free / 2), _LARGEST_CELL
    across = free - _GAP * (x[0] + output[0] - 2)
    before, after = x[0] * x[2], output[0] * output[2]
    for _ in range(2):  # names that get less than half of the width may need more lines, and leave less to the grids
        down = room.height - max(map(name_height, names, widths))
        cell = min(cell, across / (before + after), down / max(x[1], output[1]))
        least = min(cell, readable[0]) or cell
        own = max(least, min(cell, (across - min(readable[1], down / output[1]) * after) / before))
        cells = (own, max(cell, min(readable[1], down / output[1], (across - own * before) / after)))
        wide = [side * C * W + _GAP * (C - 1) for side, (C, _, W) in zip(cells, (x, output), strict=True)]
        widths = max(wide[0], free - max(wide[1], free / 2)), max(wide[1], free - max(wide[0], free / 2))
    return MapsPlan(True, cells, widths, arrow)


def one_below(room: Box, x: _Shape, output: _Shape, names: tuple[str, str], readable: float) -> MapsPlan:
    arrow, widths = 0.55, (room.width, room.width)
    down = room.height - sum(map(name_height, names, widths)) - arrow - 0.3
    across = [(room.width - _GAP * (C - 1)) / (C * W) for C, _, W in (x, output)]
    cell = min(_LARGEST_CELL, *across, down / (x[1] + output[1]))
    most = min(across[1], (down - cell * x[1]) / output[1])
    return MapsPlan(False, (cell, max(cell, min(readable, most))), widths, arrow)


def name_height(name: str, width: float) -> float:
    """Return the room that a name takes below its grids, in scene units."""
    return float(caption(name, "#000", width).height) + NAME_GAP


def cell_for(room: Box, shape: _Shape, name: str, most: float = 1.0) -> tuple[float, bool]:
    """Return the largest cell with which an array and its name fit, and whether its channels stand above each other."""
    C, H, W = shape
    down, gaps = room.height - (name_height(name, room.width) if name else 0.0), _GAP * (C - 1)
    across = min(most, (room.width - gaps) / (C * W), down / H)
    upright = min(most, room.width / W, (down - gaps) / (C * H))
    return max(across, upright), upright > across
