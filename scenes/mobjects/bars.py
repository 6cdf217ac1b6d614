"""Rows of bars, and honest numbers beside them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from manim import LEFT, RIGHT, Animation, FadeIn, GrowFromEdge, Line, Rectangle, VGroup

from cnn_core.arrays import Array
from cnn_core.expression import Value
from cnn_core.numerals import as_text
from scenes.language import number, say
from scenes.layout import Box
from scenes.mobjects.text import Label, Number, width_of
from scenes.theme import Theme

__all__ = ["BarChart", "Tally", "share", "share_in_words", "share_text"]

_DECIMALS = 3
GAP = 0.3
"""Between things on a line, in em."""
_BAR = 0.62
"""Height of a bar, as a share of its row."""
_THICK = 1.2
"""Largest height of a bar, in em."""


def share_text(value: float) -> str:
    """Write a number from 0 to 1 so that nothing looks impossible or certain that is not.

    >>> share_text(0.25), share_text(1e-9), share_text(0.9999), share_text(1)
    ('0.250', '<0.001', '>0.999', '1.000')
    """
    text = as_text(value, _DECIMALS)
    if value > 0 and float(text) == 0:
        return f"<{10**-_DECIMALS:.{_DECIMALS}f}"
    if value < 1 and float(text) == 1:
        return f">{1 - 10**-_DECIMALS:.{_DECIMALS}f}"
    return text


def share_in_words(value: float) -> str:
    """Write it for a sentence.

    >>> share_in_words(0.9999)
    'more than 0.999'
    """
    text = share_text(value)
    if text[0] == ">":
        return say("more than {share}", share=number(text[1:]))
    return say("less than {share}", share=number(text[1:])) if text[0] == "<" else number(text)


def share(value: float, address: str, size: float, color: str, weight: str = "regular") -> Label:
    """Return `share_text` as a label; traceable where it is a number and not a bound."""
    text = share_text(value)
    return Label(text, size, color, weight) if text[0] in "<>" else Number(text, address, size, color, weight)


class _BarRows(VGroup):
    """Names on the left, and room for a bar and a number in the row of each.

    Parameters
    ----------
    widest
        Of the numbers, in em.
    box
        Where the rows stand, evenly spaced.
    size
        Height of the text.
    between
        Free space between names and bars.
    """

    def __init__(
        self, names: Sequence[str], widest: float, theme: Theme, box: Box, size: float, between: float = 0.0
    ) -> None:
        super().__init__()
        self.theme, self.box, self.size = theme, box, size
        self.row = box.height / len(names)
        edge = box.left + max(map(width_of, names)) * size
        self.left = edge + GAP * size + between
        self.longest = box.right - self.left - (widest + GAP) * size
        self.names = VGroup(*(Label(name, size, theme.text) for name in names))
        for k, label in enumerate(self.names):
            label.move_to(np.array([edge, self.row_y(k), 0]), aligned_edge=RIGHT)

    def row_y(self, k: int) -> float:
        return self.box.top - (k + 0.5) * self.row

    def bar_of(self, k: int, share: float, color: str, opacity: float) -> Rectangle:
        """Return a bar in a row; one of 1 would fill the width."""
        width, height = max(self.longest * share, 0.01), min(_BAR * self.row, _THICK * self.size)
        bar = Rectangle(width=width, height=height, color=color, stroke_width=1)
        bar.set_fill(color, opacity=opacity)
        return bar.move_to(np.array([self.left, self.row_y(k), 0]), aligned_edge=LEFT)

    def behind(self, k: int, share: float, number: Label) -> Label:
        """Put a number behind a bar."""
        end = self.left + self.longest * share + GAP * self.size
        return number.move_to(np.array([end, self.row_y(k), 0]), aligned_edge=LEFT)


class BarChart(_BarRows):
    """A name, a bar and a number for each class; bars are drawn later, by `bar`.

    Parameters
    ----------
    values : (classes,)
        From 0 to 1; a bar of 1 would fill the width.
    address
        Gives the address of a class's value.
    """

    def __init__(
        self,
        names: Sequence[str],
        values: Array,
        address: Callable[[int], str],
        theme: Theme,
        box: Box,
        size: float,
        *,
        between: float = 0.0,
    ) -> None:
        super().__init__(names, width_of("<0.001", "semibold"), theme, box, size, between)
        self.chart, self.address = values, address
        self.axis = Line((self.left, box.top, 0), (self.left, box.bottom, 0), color=theme.muted, stroke_width=2)
        self.add(self.names, self.axis)

    @property
    def winner(self) -> int:
        """The class with the largest value; the first one where several are equal."""
        return int(self.chart.argmax())

    def is_largest(self, k: int) -> bool:
        return bool(self.chart[k] == self.chart.max())

    def bar(self, k: int) -> Rectangle:
        """Return a class's bar, in its place; the largest is solid."""
        return self.bar_of(k, float(self.chart[k]), self.theme.output, 1.0 if self.is_largest(k) else 0.45)

    def number(self, k: int) -> Label:
        weight, value = "semibold" if self.is_largest(k) else "regular", float(self.chart[k])
        return self.behind(k, value, share(value, self.address(k), self.size, self.theme.output, weight))


class Tally(_BarRows):
    """Rows of a name, a bar and its number, from a common line, in proportion to their values.

    Parameters
    ----------
    whole
        The value whose bar would fill the width.
    """

    def __init__(
        self,
        names: Sequence[str],
        values: Sequence[Value],
        whole: float,
        color: str,
        theme: Theme,
        box: Box,
        size: float,
    ) -> None:
        super().__init__(names, max(width_of(value.text, "semibold") for value in values), theme, box, size)
        for k, (name, value) in enumerate(zip(self.names, values, strict=True)):
            number = Number(value.text, value.address, size, color, "semibold")
            part = value.number / whole
            self.add(VGroup(name, self.bar_of(k, part, color, 0.6), self.behind(k, part, number)))

    def grow(self, k: int) -> list[Animation]:
        """Return the animations in which a row comes, its bar out of the line."""
        label, bar, number = self[k]
        return [FadeIn(label), GrowFromEdge(bar, LEFT), FadeIn(number)]
