"""Thick outlines around single cells: what is looked at inside a window."""

from __future__ import annotations

from collections.abc import Iterable

from manim import VMobject

from scenes.mobjects.number_grid import NumberGrid

__all__ = ["CellMarks"]


class CellMarks(VMobject):
    """Outlines of some cells of a grid, as one picture.

    Parameters
    ----------
    cells
        Row and column of each.
    """

    def __init__(self, grid: NumberGrid, cells: Iterable[tuple[int, int]], color: str, width: float = 5) -> None:
        super().__init__(stroke_color=color, stroke_width=width)
        for row, column in cells:
            corners = [(row, column), (row, column + 1), (row + 1, column + 1), (row + 1, column), (row, column)]
            first, *rest = [grid.corner(*corner) for corner in corners]
            self.start_new_path(first)
            for point in rest:
                self.add_line_to(point)
