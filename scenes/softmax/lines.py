"""The lines of arithmetic of a softmax."""

from __future__ import annotations

import numpy as np
from manim import VGroup, VMobject

from cnn_core.numerals import as_text, relation
from scenes.layout import Box, in_row
from scenes.mobjects.bars import share, share_text
from scenes.mobjects.pen import Pen
from scenes.mobjects.text import FIGURE_MIDDLE, Formula, Label, Number
from scenes.softmax.table import SoftmaxTable

__all__ = ["SoftmaxLines"]

SIZE = 0.5
GAP = 0.24 * SIZE
INVARIANCE = "e^(x_j - m) / (sum_k e^(x_k - m)) = e^(x_j) / (sum_k e^(x_k))"


class SoftmaxLines:
    """Writes what is worked out in a table, in a box."""

    def __init__(self, table: SoftmaxTable, box: Box) -> None:
        self.table, self.box, self.theme = table, box, table.theme

    def invariance(self) -> VGroup:
        """Return why the largest logit may be subtracted."""
        return VGroup(Formula(INVARIANCE, SIZE, self.theme.text).move_to(self.box.center))

    def sum(self, total: str) -> tuple[VGroup, str]:
        """Return `1.000 + 0.368 + ... = 1.553` and its sign; terms too small for their decimals are only counted."""
        large = [k for k in range(self.table.classes) if is_number(self.share("exponentials", k))]
        small = self.table.classes - len(large)
        texts = [[share_text(float(self.table.arrays["exponentials"][k]))] for k in large]
        sign = "≈" if small else relation(texts, total)

        def parts(pen: Pen) -> list[VMobject | str]:
            terms: list[VMobject] = [self.share("exponentials", k, pen.size) for k in large]
            counted: list[VMobject] = [Label(f"({small} below 0.001)", pen.size, self.theme.text)] if small else []
            plus = [pen.term("+", term) for term in [*terms[1:], *counted]]
            whole = pen.number(self.table.total, self.table.address("total", 0), decimals=3)
            return [terms[0], *plus, pen.term(sign, whole)]

        pen = Pen(self.theme, self.box, SIZE).best(parts)
        return pen.line(parts(pen)), sign

    def power(self, k: int) -> VGroup:
        """Return `e^(-1) ≈ 0.368`."""
        exponent = self.exponent(k)
        power = Formula(f"e^({{{{{exponent} : s}}}})", 1.15 * SIZE, self.theme.text)
        power.trace("s", exponent, self.table.address("shifted", k))
        exact = "=" if self.table.arrays["shifted"][k] == 0 else "≈"
        row = in_row([power, *self.equals(self.share("exponentials", k), exact)], GAP)
        power.shift(np.array([0, row[-1].get_y() - FIGURE_MIDDLE * SIZE - power.get_bottom()[1], 0]))
        return VGroup(row.move_to(self.box.center))

    def exponent(self, k: int) -> str:
        """Return how far a logit is below the largest, as it is written."""
        return as_text(float(self.table.arrays["shifted"][k]), self.table.decimals)

    def quotient(self, k: int) -> VGroup:
        """Return `1.000 / 1.553 ≈ 0.644`."""
        share_of_all = share(
            float(self.table.output[k]), self.table.address("output", k), SIZE, self.theme.output, "semibold"
        )
        exponential = self.share("exponentials", k)
        total = self.number("total", 0, self.table.total)
        exact = relation([[total.text, share_of_all.text]], exponential.text) if is_number(share_of_all) else "≈"
        parts = [exponential, Label("÷", SIZE, self.theme.muted), total, *self.equals(share_of_all, exact)]
        return VGroup(in_row(parts, GAP).move_to(self.box.center))

    def equals(self, result: Label, sign: str) -> list[VMobject]:
        """Return sign and result; a bound such as `<0.001` brings its own sign."""
        if is_number(result):
            return [Label(sign, SIZE, self.theme.muted), result]
        parts = ((result.text[0], self.theme.muted), (result.text[1:], self.theme.text))
        return [Label(text, SIZE, color) for text, color in parts]

    def share(self, name: str, k: int, size: float = SIZE) -> Label:
        """Return a number from 0 to 1 for a formula."""
        return share(float(self.table.arrays[name][k]), self.table.address(name, k), size, self.theme.text)

    def number(self, name: str, k: int, value: float) -> Number:
        """Return a number with three decimals for a formula."""
        return Number(as_text(value, 3), self.table.address(name, k), SIZE, self.theme.text)


def is_number(label: Label) -> bool:
    """Tell a number from a bound."""
    return isinstance(label, Number)
