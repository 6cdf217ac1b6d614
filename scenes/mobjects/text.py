"""Words, numbers and formulas, all with the same metrics.

Every label is one em high and centred on the middle of its figures, so that `move_to`, `arrange` and `next_to` keep
baselines in line whatever letters there are.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache

import numpy as np
from manim import DOWN, LEFT, ORIGIN, ManimColor, VGroup, VMobject, config

from cnn_core.numerals import parenthesised
from scenes.language import number
from scenes.layout import smallest_text
from scenes.letters import check_letters
from scenes.mobjects.flow import broken
from scenes.mobjects.lettering import Curves, lettering
from scenes.mobjects.typeset import Outline, typeset

__all__ = [
    "FIGURE_MIDDLE",
    "LINE_HEIGHT",
    "Formula",
    "Label",
    "Number",
    "Paragraph",
    "Traceable",
    "lines_of",
    "name_within",
    "size_within",
    "width_of",
]

FIGURE_MIDDLE = 0.325
"""Middle of a figure above the baseline, in em (Source Sans Pro: figures are 0.65 em high)."""

_ALONG = np.linspace(0, 1, 4)[:, None]
"""Shares of a straight line at which a curve that follows it has its points."""


def glyph(points: Curves, color: str | ManimColor) -> VMobject:
    """Draw an outline, in scene units."""
    drawn = VMobject(stroke_width=0, fill_opacity=1, fill_color=color)
    drawn.points = points
    return drawn


class Strut(VMobject):
    """An invisible diagonal that gives a line of text its width and height; what it turns into may be seen."""

    def __init__(self, width: float, height: float, color: str | ManimColor) -> None:
        super().__init__(stroke_width=0, fill_color=color, fill_opacity=0)
        end = np.array([width / 2, height / 2, 0])
        self.points = _ALONG * end - (1 - _ALONG) * end


class Label(VGroup):
    """A line of text.

    Parameters
    ----------
    text
        What it says, shown as it is.
    size
        Height of the line (one em) in scene units.
    weight
        `regular` or `semibold`.
    """

    def __init__(self, text: str, size: float, color: str | ManimColor, weight: str = "regular") -> None:
        super().__init__()
        self.text = text
        self.size = size
        half = width_of(text, weight) / 2
        self.strut = Strut(2 * half * size, size, color)
        middle = np.array([half, FIGURE_MIDDLE, 0])
        self.glyphs = [glyph((outline - middle) * size, color) for outline in lettering(weight).glyphs(text)]
        self.submobjects = [self.strut, *self.glyphs]


def width_of(text: str, weight: str = "regular") -> float:
    """Return the width of a line of text in em, without drawing it."""
    check_letters("a label", text)
    return lettering(weight).width(text)


def size_within(text: str, width: float, most: float, weight: str = "regular") -> float:
    """Return the largest size, `most` or smaller, with which a line is no wider; or the smallest that can be read."""
    return max(smallest_text(), min(most, 0.999 * width / max(width_of(text, weight), 1e-6)))


class Traceable:
    """A number on screen whose value has an address.

    Attributes
    ----------
    shown_text
        The number alone, with an ASCII minus: `-1` even where `(−1)` is drawn.
    address
        Where its value stands in the scene's `values`, such as `x[0,0,1,2]`.
    glyphs
        The letters that show it.
    """

    shown_text: str
    address: str
    glyphs: list[VMobject]


class Number(Label, Traceable):
    """A traceable number."""

    def __init__(
        self,
        text: str,
        address: str,
        size: float,
        color: str | ManimColor,
        weight: str = "regular",
        *,
        parentheses: bool = False,
    ) -> None:
        shown = parenthesised(text) if parentheses else text
        super().__init__(number(shown), size, color, weight)
        self.shown_text = text
        self.address = address


class _Part(VGroup, Traceable):
    """A part of a formula."""

    def __init__(self, glyphs: list[VMobject]) -> None:
        super().__init__(*glyphs)
        self.glyphs = glyphs
        self.shown_text = self.address = ""


class Formula(VGroup):
    """A formula in Typst's math language; `{{body : name}}` makes a part of it selectable.

    >>> Formula("x = {{2 : two}}", 0.4, "#fff").names
    ['two']
    """

    def __init__(self, code: str, size: float, color: str | ManimColor) -> None:
        super().__init__()
        self.names: list[str] = []
        outlines = typeset(f"$ {self._numbered(code)} $")
        parts: list[list[VMobject]] = [[] for _ in range(len(self.names) + 1)]
        for outline in outlines:
            parts[outline.part].append(self._drawn(outline, size, color))
        self.parts = [_Part(glyphs) for glyphs in parts]
        self.add(*self.parts)
        self.center()

    @staticmethod
    def _drawn(outline: Outline, size: float, color: str | ManimColor) -> VMobject:
        drawn = glyph(outline.points * size, color)
        if outline.stroke:
            pixels = outline.stroke * size * config.pixel_height / config.frame_height
            drawn.set_fill(opacity=0).set_stroke(color, width=pixels * 100 * config.frame_width / config.pixel_width)
        return drawn

    def _numbered(self, code: str) -> str:
        """Replace `{{body : name}}`, innermost first, by calls that colour each part with its number."""
        group = re.compile(r"\{\{((?:(?!\{\{|\}\}).)*?)\s*:\s*([A-Za-z_]\w*)\}\}")
        while found := group.search(code):
            self.names.append(found[2])
            code = f'{code[: found.start()]}part("{len(self.names)}", {found[1]}){code[found.end() :]}'
        return code

    def part(self, name: str) -> _Part:
        return self.parts[self.names.index(name) + 1]

    def trace(self, name: str, text: str, address: str) -> _Part:
        part = self.part(name)
        part.shown_text, part.address = text, address
        return part


LINE_HEIGHT = 1.2
"""From one line to the next, in em."""

_BREAKS = 5_000
"""Texts in a width of which is remembered how they are broken: many sizes are tried, and sentences come back."""


class Paragraph(VGroup):
    """Text on as few lines as a width asks for, broken so that they are about equally long.

    Parameters
    ----------
    size
        Height of a line (one em) in scene units.
    width
        What no line may be wider than; a word that alone is wider is broken between two letters.
    aligned_edge
        `LEFT`, or `ORIGIN` for centred lines.
    """

    def __init__(
        self,
        text: str,
        size: float,
        color: str | ManimColor,
        width: float,
        weight: str = "regular",
        *,
        aligned_edge: np.ndarray = LEFT,
    ) -> None:
        super().__init__(*(Label(line, size, color, weight) for line in lines_of(text, width / size, weight)))
        self.size = size
        self.arrange(DOWN, buff=(LINE_HEIGHT - 1) * size, aligned_edge=aligned_edge)


@lru_cache(_BREAKS)
def lines_of(text: str, most: float, weight: str = "regular") -> tuple[str, ...]:
    """Break a text into as few lines as possible that are not wider than `most`, in em, and about equally long."""
    words = [part for word in text.split() for part in _divided(word, most, weight)]
    space = width_of("n n", weight) - 2 * width_of("n", weight)
    lines = broken([width_of(word, weight) for word in words], most, space)
    return tuple(" ".join(words[k] for k in line) for line in lines)


def _divided(word: str, most: float, weight: str) -> Iterator[str]:
    """Break a word into parts that are not wider than `most`."""
    if width_of(word, weight) <= most:
        yield word
        return
    part = ""
    for letter in word:
        if part and width_of(part + letter, weight) > most:
            yield part
            part = ""
        part += letter
    yield part


def name_within(text: str, width: float, most: float, color: str | ManimColor) -> Label | Paragraph:
    """Return a text of size `most`; smaller where it would be too wide, and on several lines where that is no help."""
    size = size_within(text, width, most)
    if width_of(text) * size <= width:
        return Label(text, size, color)
    return Paragraph(text, size, color, max(width, size), aligned_edge=ORIGIN)
