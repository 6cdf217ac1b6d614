"""The arithmetic of a mean, `(4 + 1 + 1 + 1) / 4 = 7 / 4 = 1.75`, with fraction bars."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from manim import RIGHT, UP, VGroup

from scenes.layout import Box
from scenes.mobjects.equation import line_of
from scenes.mobjects.fraction import over
from scenes.mobjects.text import Label, Number
from scenes.theme import Theme

__all__ = ["Mean"]


class Mean(VGroup):
    """A sum over a divisor, then the total over the divisor, then the value.

    Parameters
    ----------
    terms
        The numbers that are summed; none if they are not written out.
    total, value
        Their sum, and what comes out.
    divisors
        What is divided by, once for each fraction.
    signs
        `=` or `≈` before the total and before the value.
    box
        Where it stands; terms that are wider than their room go on several lines.

    Attributes
    ----------
    marks
        Bars and signs of the sum, of the total and of the value.
    """

    def __init__(
        self,
        terms: Sequence[Number],
        total: Number,
        value: Number,
        divisors: tuple[Number, Number],
        signs: tuple[str, str],
        theme: Theme,
        box: Box,
    ) -> None:
        self.terms, self.total, self.value, self.divisors = terms, total, value, divisors
        size = total.size
        equals, approximately = (Label(sign, size, theme.muted) for sign in signs)
        fraction = over([total], [divisors[1]], size, theme.muted)
        self.marks = (VGroup(), VGroup(fraction[1]), VGroup(approximately))
        parts = [fraction, approximately, value]
        if terms:
            room = replace(box, right=box.right - sum(part.width for part in parts) - 1.6 * size)
            plus = [Label("+", size, theme.muted) for _ in terms[1:]]
            summed = over([sum_of(terms, plus, size, room)], [divisors[0]], size, theme.muted)
            self.marks = (VGroup(summed[1], *plus), VGroup(equals, fraction[1]), self.marks[2])
            parts = [summed, equals, *parts]
        super().__init__(*parts)
        self.arrange(RIGHT, buff=0.3 * size)
        for part in parts:
            if len(part) == 3 and isinstance(part, VGroup) and not isinstance(part, Label):
                part.shift(-part[1].get_y() * UP)
        self.move_to(box.center)


def sum_of(terms: Sequence[Number], plus: Sequence[Label], size: float, room: Box) -> VGroup:
    """Return `4 + 1 + 1 + 1`, on several lines if the room asks for it; a sign stays with the term behind it."""
    pairs = [VGroup(sign, term).arrange(RIGHT, buff=0.24 * size) for sign, term in zip(plus, terms[1:], strict=True)]
    return line_of([terms[0], *pairs], size, room)
