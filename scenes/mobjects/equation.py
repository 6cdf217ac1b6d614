"""Lines of arithmetic, made of numbers that can be traced."""

from __future__ import annotations

from collections.abc import Sequence

from manim import RIGHT, VGroup, VMobject

from scenes.layout import Box, in_row, in_rows, smallest_text
from scenes.mobjects.text import Label, Number
from scenes.theme import Theme

__all__ = ["call", "line_of", "with_mark"]


def with_mark(number: VMobject, mark: str, size: float, color: str) -> VGroup:
    """Put a mark such as a comma right behind a number."""
    return VGroup(number, Label(mark, size, color)).arrange(RIGHT, buff=0)


def line_of(parts: Sequence[VMobject], size: float, box: Box) -> VGroup:
    """Put parts on a line in the middle of the box, or on several lines if one is not wide enough.

    Parameters
    ----------
    parts
        What must not be torn apart is one part.
    size
        Height of the text; the lines are 1.35 times as far apart.
    """
    gap = 0.24 * size
    row = in_row(parts, gap)
    if row.width <= box.width:
        return VGroup(row.move_to(box.center))
    return in_rows(parts, gap, box, max(1.35 * size, smallest_text()))


def call(name: str | None, operands: Sequence[Number], result: Number, size: float, theme: Theme, box: Box) -> VGroup:
    """Return `Max(4, 1, 1, 1) = 4`; without a name, only the result."""
    equals = VGroup(Label("=", size, theme.muted), result).arrange(RIGHT, buff=0.24 * size)
    if name is None:
        return line_of([result], size, box)
    head = VGroup(
        Label(f"{name}(", size, theme.muted), with_mark(operands[0], "," if operands[1:] else ")", size, theme.muted)
    )
    head.arrange(RIGHT, buff=0.02)
    marks = [","] * (len(operands) - 2) + [")"]
    rest = [with_mark(operand, mark, size, theme.muted) for operand, mark in zip(operands[1:], marks, strict=False)]
    return line_of([head, *rest, equals], size, box)
