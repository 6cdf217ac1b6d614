"""One value on its way through a function, as a line: `ReLU(−1) = max(0, −1) = 0`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

from manim import RIGHT, UP, VGroup, VMobject

from scenes.layout import smallest_text
from scenes.mobjects.text import Label, Number
from scenes.theme import Theme

__all__ = ["Operand", "Working"]


class Operand:
    """Writes the same traceable number wherever a line needs it.

    Attributes
    ----------
    written
        The numbers so far.
    """

    def __init__(self, text: str, address: str, size: float, theme: Theme) -> None:
        self.text, self.address, self.size, self.theme = text, address, size, theme
        self.written: list[Number] = []

    def number(self, *, parentheses: bool = False, size: float | None = None) -> Number:
        """Write it once more."""
        number = Number(self.text, self.address, size or self.size, self.theme.input, parentheses=parentheses)
        self.written.append(number)
        return number

    def words(self, text: str) -> Label:
        """Write words or signs beside it."""
        return Label(text, self.size, self.theme.muted)

    def within(self, before: str, after: str) -> VGroup:
        """Write it between words that stand close to it, as in `max(0, −1)`."""
        return VGroup(self.words(before), self.number(), self.words(after)).arrange(RIGHT, buff=0.02 * self.size)

    def power(self, sign: str = "") -> VGroup:
        """Write e to its power, or to the power of its opposite."""
        small = max(smallest_text(), 0.65 * self.size)
        exponent = VGroup(self.number(parentheses=bool(sign), size=small))
        if sign:
            exponent = VGroup(Label(sign, small, self.theme.muted), *exponent).arrange(RIGHT, buff=0.02 * small)
        power = VGroup(self.words("e"), exponent).arrange(RIGHT, buff=0.03 * self.size)
        exponent.shift(0.4 * self.size * UP)
        return power


class Working(VGroup):
    """A line of which the operands come from the input and the result goes to the output."""

    def __init__(self, parts: Sequence[VMobject], operands: Sequence[Number], result: Number) -> None:
        self.operands, self.result = operands, result
        super().__init__(*parts, result)
        self.arrange(RIGHT, buff=0.24 * result.size)

    def marks(self) -> VGroup:
        """Return everything but operands and result."""
        travelling = {id(part) for number in (*self.operands, self.result) for part in number.get_family()}
        leaves = [part for part in self.get_family() if not part.submobjects and id(part) not in travelling]
        return VGroup(*cast("list[VMobject]", leaves))
