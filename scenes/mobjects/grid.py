"""Grids of numbers, the window that looks at some of their cells, and outlines around single ones."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from typing import Any

import numpy as np
from manim import Animation, Rectangle, VGroup, VMobject

from cnn_core.arrays import Array, Pair
from cnn_core.numerals import as_text, decimals_for
from scenes.layout import smallest_text
from scenes.marks import Marked, MarkKind, QuestionFrame
from scenes.mobjects.hatching import CellPoint, Hatching
from scenes.mobjects.text import Number
from scenes.theme import Theme

__all__ = ["MOST_DIGITS", "CellMarks", "NumberGrid", "Window", "readable_cell", "rectangles", "widest_text"]

ALONG_A_LINE = np.array([0, 1 / 3, 2 / 3, 1])[:, None]
"""Where the four points of a straight curve lie."""


def rectangles(first: Array, last: Array) -> Array:
    """Return the points of curves around rectangles: (..., 3), (..., 3) -> (16 a rectangle, 3), in scene units.

    Each begins at its first corner and goes on level. With top and bottom exchanged it winds the other way round, and
    is a hole in one that does not.

    >>> rectangles(np.zeros(3), np.array([2.0, 1.0, 0.0]))[::4].tolist()
    [[0.0, 0.0, 0.0], [2.0, 0.0, 0.0], [2.0, 1.0, 0.0], [0.0, 1.0, 0.0]]
    """
    level = np.concatenate([last[..., :1], first[..., 1:]], axis=-1)
    upright = np.concatenate([first[..., :1], last[..., 1:]], axis=-1)
    corners = np.stack([first, level, last, upright, first], axis=-2)
    starts, ends = corners[..., :-1, None, :], corners[..., 1:, None, :]
    points: Array = ((1 - ALONG_A_LINE) * starts + ALONG_A_LINE * ends).reshape(-1, 3)
    return points


MOST_DIGITS = 8
"""Rows or columns above which a grid is a picture without digits; one line of numbers may be longer."""


class NumberGrid(VGroup):
    """A map of (H, W) values.

    Parameters
    ----------
    values : (H, W)
        What the cells hold.
    address
        Gives the address of the value at (row, column).
    role
        Colour of the frame and of positive cells.
    cell
        Side of a cell in scene units.
    filled
        Whether the values stand in their cells already; an output grid is filled later, by `write`.
    ring : (top, bottom, left, right)
        Cells of padding around the map, part of `values`.
    added : (H, W) or None
        Where a cell is none of the map's own, inside of the ring. These, the ring, and cells without a number are
        hatched.
    digits
        Whether the numbers are written too, where they can be read; otherwise the cells are only tinted.
    """

    def __init__(
        self,
        values: Array,
        address: Callable[[int, int], str],
        role: str,
        theme: Theme,
        cell: float,
        *,
        filled: bool = True,
        ring: tuple[int, int, int, int] = (0, 0, 0, 0),
        added: Array | None = None,
        decimals: int | None = None,
        digits: bool = True,
    ) -> None:
        super().__init__()
        self.values, self.address, self.role, self.theme, self.cell = values, address, role, theme, cell
        self.rows, self.columns = values.shape
        self.ring = ring
        self.decimals = decimals_for(values) if decimals is None else decimals
        self.largest = float(np.abs(values[np.isfinite(values)]).max(initial=0)) or 1.0
        self.text_size = self._text_size() if digits else 0.0
        top, bottom, left, right = ring
        self.offset = cell * np.array([(left - right) / 2, (bottom - top) / 2, 0])
        self.added = ~np.isfinite(values) if added is None else added | ~np.isfinite(values)
        self.fills: dict[Pair, VMobject] = {}
        self.numbers: dict[Pair, Number] = {}
        self.frame = self._outline()
        self.lines = VGroup(self._lines(), *self._hatching())
        self.background = VGroup()
        self.digits = VGroup()
        self.add(self.background, self.lines, self.frame, self.digits)
        if filled:
            for row, column in np.ndindex(values.shape):
                self.write(row, column)

    def _text_size(self) -> float:
        """Return the size at which every value fits its cell, or 0 where digits could not be read."""
        widest = widest_text(self.values, self.decimals)
        preferred = max(0.52 * self.cell, min(smallest_text(), 0.8 * self.cell))
        size = min(preferred, max(0.8 * self.cell / widest, min(smallest_text(), 0.9 * self.cell / widest)))
        top, bottom, left, right = self.ring
        side = max(self.rows - top - bottom, self.columns - left - right)
        is_line = 1 in (self.rows, self.columns)
        return size if (side <= MOST_DIGITS or is_line) and size >= smallest_text() else 0.0

    def _outline(self) -> Rectangle:
        top, bottom, left, right = self.ring
        rows, columns = self.rows - top - bottom, self.columns - left - right
        frame = Rectangle(width=columns * self.cell, height=rows * self.cell, color=self.role, stroke_width=3)
        return frame.shift(self.offset)

    def _lines(self) -> VMobject:
        """Draw the inner lines, as one mobject however many cells there are."""
        top, bottom, left, right = self.ring
        inner = VMobject(stroke_color=self.role, stroke_width=1, stroke_opacity=0.55)
        for row in range(top, self.rows - bottom + 1):
            self._segment(inner, (row, left), (row, self.columns - right))
        for column in range(left, self.columns - right + 1):
            self._segment(inner, (top, column), (self.rows - bottom, column))
        return inner

    def _hatching(self) -> Iterator[Hatching]:
        cells = {cell for cell in np.ndindex(self.values.shape) if self._is_outside(*cell)}
        if cells:
            yield Hatching(cells, self.corner, self.cell, self.theme)

    def _segment(self, lines: VMobject, start: tuple[int, int], stop: tuple[int, int]) -> None:
        lines.start_new_path(self.corner(*start))
        lines.add_line_to(self.corner(*stop))

    def corner(self, row: float, column: float) -> np.ndarray:
        middle = self.frame.get_center() - self.offset
        return middle + self.cell * np.array([column - self.columns / 2, self.rows / 2 - row, 0])

    def cell_center(self, row: float, column: float) -> np.ndarray:
        return self.corner(row + 0.5, column + 0.5)

    def find(self, address: str) -> tuple[int, int] | None:
        """Return row and column of the cell that holds the value at an address, if there is one."""
        return self._cells.get(address)

    @cached_property
    def _cells(self) -> dict[str, tuple[int, int]]:
        return {self.address(row, column): (row, column) for row, column in np.ndindex(self.values.shape)}

    def addresses(self, cells: Iterable[tuple[int, int]]) -> list[str]:
        inside = (cell for cell in cells if 0 <= cell[0] < self.rows and 0 <= cell[1] < self.columns)
        return [self.address(*cell) for cell in inside if np.isfinite(self.values[cell])]

    def question_frame(self, row: int, column: int, width: float = 6) -> QuestionFrame:
        """Return a frame around a cell that is asked for, `width` wide."""
        frame = QuestionFrame(width=self.cell, height=self.cell, color=self.theme.question, stroke_width=width)
        return frame.pointing_at(self.address(row, column)).move_to(self.cell_center(row, column))

    def make_number(self, row: int, column: int) -> Number:
        """Return the number of a cell, in its place, not yet part of the grid."""
        text = as_text(self.values[row, column], self.decimals)
        number = Number(text, self.address(row, column), self.text_size or smallest_text(), self._ink(row, column))
        return number.move_to(self.cell_center(row, column))

    def _ink(self, row: int, column: int) -> str:
        return self.theme.muted if self._is_outside(row, column) else self.theme.text

    def _is_outside(self, row: int, column: int) -> bool:
        top, bottom, left, right = self.ring
        within = top <= row < self.rows - bottom and left <= column < self.columns - right
        return not within or bool(self.added[row, column])

    def make_fill(self, row: int, column: int) -> VMobject:
        """Return the tint of a cell, in its place, not yet part of the grid."""
        value = self.values[row, column]
        tint = self.theme.cell_fill(self.role, value / self.largest if np.isfinite(value) else 0.0)
        fill = Rectangle(width=self.cell, height=self.cell, stroke_width=0, fill_color=tint, fill_opacity=1)
        return fill.move_to(self.cell_center(row, column))

    def write(self, row: int, column: int, number: Number | None = None) -> None:
        value = self.values[row, column]
        if not np.isfinite(value):
            return
        if value != 0 and (row, column) not in self.fills:
            self.fills[row, column] = self.make_fill(row, column)
            self.background.add(self.fills[row, column])
        if self.text_size and (row, column) not in self.numbers:
            self.numbers[row, column] = number or self.make_number(row, column)
            self.digits.add(self.numbers[row, column])


def widest_text(values: Array, decimals: int) -> float:
    """Return the width of the longest number in em, estimated from its letters."""
    texts = {as_text(value, decimals) for value in values.ravel() if np.isfinite(value)}
    return max((0.5 * len(text.replace(".", "")) + 0.25 * text.count(".") for text in texts), default=0.5)


def readable_cell(values: Array, decimals: int) -> float:
    """Return the smallest cell in which every value of a map (H, W) can be read; 0 if its size rules digits out."""
    if max(values.shape) > MOST_DIGITS:
        return 0.0
    return smallest_text() * max(1.25, 1.12 * widest_text(values, decimals))


class Window(Marked, VGroup):
    """A thick outline around some cells of a grid, and a veil over all others; with gaps, a thin one around each cell.

    Parameters
    ----------
    shape : (kH, kW)
        Cells that the window looks at.
    dilation
        Distance between them; cells in between are veiled.
    """

    def __init__(
        self,
        grid: NumberGrid,
        shape: tuple[int, int],
        theme: Theme,
        dilation: tuple[int, int] = (1, 1),
    ) -> None:
        super().__init__()
        self.grid, self.shape, self.dilation = grid, shape, dilation
        self.extent = tuple(step * (count - 1) + 1 for count, step in zip(shape, dilation, strict=True))
        rows, columns = self.extent
        self.veil = VMobject(stroke_width=0, fill_color=theme.background, fill_opacity=theme.veil)
        self.outline = Rectangle(width=columns * grid.cell, height=rows * grid.cell, color=theme.window, stroke_width=7)
        self.taps = VMobject(stroke_color=theme.window, stroke_width=3)
        self.add(self.veil, self.outline, *([self.taps] if tuple(dilation) != (1, 1) else []))
        self.place(0, 0)

    def place(self, top: float, left: float) -> Window:
        """Put the window's top left cell at (top, left); may lie between cells and over the edge."""
        self.top, self.left = top, left
        rows, columns = self.extent
        self.outline.move_to((self.grid.corner(top, left) + self.grid.corner(top + rows, left + columns)) / 2)
        holes = (
            self._hole(top + row * self.dilation[0], left + column * self.dilation[1])
            for row in range(self.shape[0])
            for column in range(self.shape[1])
        )
        corners = np.array([((0, 0), (self.grid.rows, self.grid.columns)), *filter(None, holes)])
        origin, across = self.grid.corner(0, 0), self.grid.cell * np.array([[0, -1, 0], [1, 0, 0]])
        first, last = (origin + corners @ across).swapaxes(0, 1)
        self.veil.set_points(rectangles(first, last))
        if self.taps in self.submobjects:
            self.taps.set_points(rectangles(first[1:], last[1:]))
        return self

    def marks(self) -> Iterator[tuple[MarkKind, Sequence[str], Any]]:
        """Give the outline, about the cells that are looked at, and the veil over all others, if they could be read."""
        cells = [
            (round(self.top) + row * self.dilation[0], round(self.left) + column * self.dilation[1])
            for row, column in np.ndindex(self.shape)
        ]
        yield "window", self.grid.addresses(cells), self.outline
        if self.grid.text_size:
            others = (cell for cell in np.ndindex(self.grid.values.shape) if cell not in cells)
            yield "veil", self.grid.addresses(others), self.veil

    def _hole(self, row: float, column: float) -> tuple[CellPoint, CellPoint] | None:
        """Return bottom left and top right of a cell, or of as much of it as lies on the grid, to be left out."""
        top, bottom = (min(max(edge, 0), self.grid.rows) for edge in (row, row + 1))
        left, right = (min(max(edge, 0), self.grid.columns) for edge in (column, column + 1))
        return ((bottom, left), (top, right)) if bottom > top and right > left else None

    def slide_to(self, top: int, left: int, **options: Any) -> SlideWindow:
        return SlideWindow(self, top, left, **options)


class SlideWindow(Animation):
    """Moves a window over its grid."""

    def __init__(self, window: Window, top: int, left: int, **options: Any) -> None:
        self.goal = np.array([top, left])
        self.window = window
        super().__init__(window, **options)

    def begin(self) -> None:
        self.start = np.array([self.window.top, self.window.left])
        super().begin()

    def create_starting_mobject(self) -> Window:
        """Return the window itself: where it starts is remembered, and a copy would copy its grid too."""
        return self.window

    def interpolate_mobject(self, alpha: float) -> None:
        share = self.rate_func(alpha)
        self.window.place(*((1 - share) * self.start + share * self.goal))


class CellMarks(Marked, VMobject):
    """Outlines of some cells of a grid, as one picture.

    Parameters
    ----------
    cells
        Row and column of each.
    together
        Whether one outline goes around all of them.
    """

    def __init__(
        self,
        grid: NumberGrid,
        cells: Sequence[tuple[int, int]],
        color: str,
        width: float = 5,
        *,
        together: bool = False,
    ) -> None:
        super().__init__(stroke_color=color, stroke_width=width)
        self.about = grid.addresses(cells)
        if together:
            self._outline(grid, min(cells), max(cells))
        else:
            for cell in cells:
                self._outline(grid, cell, cell)

    def _outline(self, grid: NumberGrid, first: tuple[int, int], last: tuple[int, int]) -> None:
        self.append_points(rectangles(grid.corner(*first), grid.corner(last[0] + 1, last[1] + 1)))
