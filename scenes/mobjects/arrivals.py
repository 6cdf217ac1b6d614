"""How numbers come to where they stand, and the mark where one is awaited."""

from __future__ import annotations

from typing import Any

from manim import FadeIn, Rectangle, VMobject, Wait

from scenes.layout import smallest_text
from scenes.mobjects.number_grid import NumberGrid
from scenes.mobjects.text import Label
from scenes.theme import Theme

__all__ = ["drop_into", "question_marks", "travel"]


def question_marks(grid: NumberGrid, row: int, column: int, theme: Theme) -> list[VMobject]:
    """Return a frame around a cell, and a "?" in it if that can be read."""
    place, size = grid.cell_center(row, column), max(0.6 * grid.cell, smallest_text())
    frame = Rectangle(width=grid.cell, height=grid.cell, color=theme.question, stroke_width=6).move_to(place)
    sign = Label("?", size, theme.question, "semibold").move_to(place)
    return [frame, sign] if size <= 0.9 * grid.cell else [frame]


def travel(number: VMobject, start: Any) -> Any:
    """Return the animation that takes a number to where it stands, from the middle of `start`, a mobject or a place."""
    place = number.get_center()
    return number.move_to(start).animate.move_to(place)


def drop_into(grid: NumberGrid, row: int, column: int, start: Any) -> list[Any]:
    """Return the animations in which a value travels from `start`, a mobject or a place, into its cell."""
    number = grid.make_number(row, column)
    grid.write(row, column, number=number)
    fall = [travel(number, start)] if grid.text_size else []
    tint = [FadeIn(grid.fills[row, column])] if (row, column) in grid.fills else []
    return [*tint, *fall] or [Wait()]
