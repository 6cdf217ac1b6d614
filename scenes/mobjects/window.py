"""The window: what is looked at now, outlined, with the rest of its grid veiled."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
from manim import Animation, Rectangle, VGroup, VMobject

from scenes.mobjects.number_grid import NumberGrid
from scenes.mobjects.rectangles import rectangles
from scenes.theme import Theme

__all__ = ["SlideWindow", "Window"]

Place: TypeAlias = tuple[float, float]
"""(row, column) in a grid; a cell's top left corner has whole numbers."""


class Window(VGroup):
    """A thick outline around some cells of a grid, and a veil over all others.

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
        self.add(self.veil, self.outline)
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
        return self

    def _hole(self, row: float, column: float) -> tuple[Place, Place] | None:
        """Return bottom left and top right of a cell, or of as much of it as lies on the grid, to be left out."""
        top, bottom = (min(max(edge, 0), self.grid.rows) for edge in (row, row + 1))
        left, right = (min(max(edge, 0), self.grid.columns) for edge in (column, column + 1))
        return ((bottom, left), (top, right)) if bottom > top and right > left else None

    def slide_to(self, top: int, left: int, **options: Any) -> SlideWindow:
        """Return the animation that moves the window."""
        return SlideWindow(self, top, left, **options)


class SlideWindow(Animation):
    """Moves a window over its grid."""

    def __init__(self, window: Window, top: int, left: int, **options: Any) -> None:
        self.goal = np.array([top, left])
        self.window = window
        super().__init__(window, **options)

    def begin(self) -> None:
        """Remember where the window is when the animation starts."""
        self.start = np.array([self.window.top, self.window.left])
        super().begin()

    def create_starting_mobject(self) -> Window:
        """Return the window itself: where it starts is remembered, and a copy would copy its grid too."""
        return self.window

    def interpolate_mobject(self, alpha: float) -> None:
        """Put the window between start and goal."""
        share = self.rate_func(alpha)
        self.window.place(*((1 - share) * self.start + share * self.goal))
