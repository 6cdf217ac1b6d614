"""Thick outlines around single cells: what is looked at inside a window."""

from __future__ import annotations

from collections.abc import Sequence

from manim import VMobject

from scenes.mobjects.number_grid import NumberGrid
from scenes.mobjects.rectangles import rectangles

__all__ = ["CellMarks"]


class CellMarks(VMobject):
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
        if together:
            self._outline(grid, min(cells), max(cells))
        else:
            for cell in cells:
                self._outline(grid, cell, cell)

    def _outline(self, grid: NumberGrid, first: tuple[int, int], last: tuple[int, int]) -> None:
        self.append_points(rectangles(grid.corner(*first), grid.corner(last[0] + 1, last[1] + 1)))
