"""A pen for lines of arithmetic: numbers that can be traced and signs between them, in one size."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from manim import VGroup, VMobject

from cnn_core.numerals import as_text
from scenes.layout import Box, in_row, smallest_text
from scenes.mobjects.equation import line_of
from scenes.mobjects.text import Label, Number
from scenes.theme import Theme

__all__ = ["Pen"]

SPACE = 0.24
"""Between a number and a sign, in em."""

SMALLER = 0.9
"""From one size of text to the next."""


@dataclass(frozen=True)
class Pen:
    """Writes numbers, signs and lines of them.

    Attributes
    ----------
    box
        Where lines are written, in the middle of it.
    size
        Height of the text in scene units.
    """

    theme: Theme
    box: Box
    size: float

    def sizes(self) -> Iterator[Pen]:
        """Yield this pen and thinner ones, down to the smallest that can be read."""
        size = self.size
        while size > smallest_text():
            yield replace(self, size=size)
            size *= SMALLER
        yield replace(self, size=smallest_text())

    def number(
        self,
        value: float,
        address: str,
        color: str = "",
        *,
        decimals: int = 0,
        parentheses: bool = False,
        weight: str = "regular",
    ) -> Number:
        """Return a number; in the colour of text if none is given."""
        text = as_text(value, decimals)
        return Number(text, address, self.size, color or self.theme.text, weight, parentheses=parentheses)

    def sign(self, text: str) -> Label:
        """Return a sign or word."""
        return Label(text, self.size, self.theme.muted)

    def tight(self, *parts: VMobject | str) -> VGroup:
        """Put parts close together, such as the factors of a product."""
        return in_row(self._drawn(parts), 0.06 * self.size)

    def term(self, *parts: VMobject | str) -> VGroup:
        """Put parts beside each other that are not torn apart."""
        return in_row(self._drawn(parts), SPACE * self.size)

    def line(self, parts: Sequence[VMobject | str]) -> VGroup:
        """Write parts in the middle of the box, on several lines where one is not wide enough."""
        return line_of(self._drawn(parts), self.size, self.box)

    def best(self, parts: Callable[[Pen], Sequence[VMobject | str]]) -> Pen:
        """Return the thickest pen with which parts, as a pen draws them, fit into the box; else the thinnest."""
        pens = list(self.sizes())
        return next((pen for pen in pens if pen.line(parts(pen)).height <= self.box.height), pens[-1])

    def fits(self, parts: Sequence[VMobject | str]) -> bool:
        """Tell whether parts fit on one line."""
        return in_row(self._drawn(parts), SPACE * self.size).width <= self.box.width

    def _drawn(self, parts: Sequence[VMobject | str]) -> list[VMobject]:
        return [self.sign(part) if isinstance(part, str) else part for part in parts]
