"""Grids of gradients: in the colour of what they belong to, dashed, with a wedge that says which way to go."""

from __future__ import annotations

import numpy as np
from manim import Rectangle, VMobject

from scenes.mobjects.grid import NumberGrid

__all__ = ["GradientGrid", "wedge"]

_DASHES = 3
"""Along the side of a cell."""


class GradientGrid(NumberGrid):
    """A grid of gradients, (H, W): not tinted, and each cell that is not 0 has a wedge.

    It points down, in the lower corner, where the value must fall to lower the loss, and up, in the upper corner,
    where it must rise.
    """

    def _outline(self) -> Rectangle:
        return super()._outline().set_stroke(width=0)

    def _lines(self) -> VMobject:
        lines = VMobject(stroke_color=self.role, stroke_width=2)
        for row in range(self.rows + 1):
            self._dashed(lines, (row, 0), (row, self.columns))
        for column in range(self.columns + 1):
            self._dashed(lines, (0, column), (self.rows, column))
        return lines

    def _dashed(self, lines: VMobject, start: tuple[int, int], stop: tuple[int, int]) -> None:
        """Draw dashes along an edge; it begins and ends with half of one, so that corners close."""
        cells = max(stop[0] - start[0], stop[1] - start[1])
        first, last = self.corner(*start), self.corner(*stop)
        count = _DASHES * cells
        for k in range(count + 1):
            begin, end = max(0.0, (k - 0.25) / count), min(1.0, (k + 0.25) / count)
            lines.start_new_path(first + begin * (last - first))
            lines.add_line_to(first + end * (last - first))

    def _ink(self, row: int, column: int) -> str:
        return self.theme.text if self.values[row, column] else self.theme.muted

    def make_fill(self, row: int, column: int) -> VMobject:
        """Return the wedge of a cell, which stands where other grids have a tint."""
        side, down = float(np.clip(0.06 * self.cell, 0.025, 0.08)), bool(self.values[row, column] > 0)
        return wedge(self.corner(row + (0.93 if down else 0.07), column + 0.86), side, self.role, down=down)


def wedge(tip: np.ndarray, side: float, color: str, *, down: bool) -> VMobject:
    """Return a wedge with its point at `tip`: down where a value must fall, up where it must rise.

    It is twice `side` wide and high, in scene units.
    """
    back = 2 * side if down else -2 * side
    corners = [tip, tip + np.array([-side, back, 0]), tip + np.array([side, back, 0]), tip]
    return VMobject(stroke_width=0, fill_color=color, fill_opacity=1).set_points_as_corners(corners)
