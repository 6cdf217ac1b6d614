"""How logits become probabilities, told in a table."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from manim import LEFT, RIGHT, Create, FadeIn, FadeOut, GrowFromEdge, VGroup, VMobject

from cnn_core.softmax import SoftmaxTrace
from scenes.layout import Box, in_row
from scenes.mobjects.bar_chart import share, share_text
from scenes.mobjects.pen import Pen
from scenes.mobjects.softmax_table import SoftmaxTable
from scenes.mobjects.text import FIGURE_MIDDLE, Formula, Label, Number
from scenes.numerals import as_text, relation, typeset
from scenes.stage import ExplainerScene

__all__ = ["SoftmaxChapter"]

SIZE = 0.5
ONE_BY_ONE = 5
GAP = 0.24 * SIZE
INVARIANCE = "e^(x_j - m) / (sum_k e^(x_k - m)) = e^(x_j) / (sum_k e^(x_k))"


class SoftmaxChapter:
    """Shift, exponentials, sum and quotients, a beat or two each.

    Parameters
    ----------
    stage
        Where it is played.
    table
        Where it is shown; the chapter adds it.
    called
        What a class is called in a sentence.
    box
        Where the lines of arithmetic stand; the formula band if not given.
    """

    def __init__(
        self,
        stage: ExplainerScene[Any],
        trace: SoftmaxTrace,
        table: SoftmaxTable,
        called: Callable[[int], str],
        box: Box | None = None,
    ) -> None:
        self.stage, self.table, self.theme, self.called = stage, table, stage.theme, called
        self.box = box or stage.bands.formula
        self.shifted, self.exponentials = trace.shifted.ravel(), trace.exponentials.ravel()
        self.maximum, self.output = float(trace.maximum.ravel()[0]), trace.output.ravel()
        self.classes = range(table.classes)
        self.winner = table.chart.winner
        self.columns: dict[str, list[Label]] = {}
        self.formula = VGroup()
        self.bars = VGroup()

    def play(self, *, question: bool) -> None:
        """Tell all of it, once the logits are there."""
        self.shift()
        self.exponentiate()
        self.add_up()
        self.divide(question=question)

    def show_logits(self, caption: str) -> None:
        """Let names and logits appear."""
        self.columns["x"] = [self.table.number("x", k) for k in self.classes]
        with self.stage.beat("explain", caption):
            self.stage.play(FadeIn(self.table, self.table.heads["x"], *self.columns["x"]), run_time=1.0)

    def take_logits(self, numbers: Sequence[Label]) -> None:
        """Let logits that are on the stage already move into the table."""
        self.columns["x"] = [self.table.number("x", k) for k in self.classes]
        moves = [
            FadeIn(number, target_position=source) for number, source in zip(self.columns["x"], numbers, strict=True)
        ]
        self.stage.play(FadeIn(self.table, self.table.heads["x"]), *moves, run_time=1.0)

    def exponentiate_at_once(self) -> None:
        """Subtract the largest logit and take the exponentials, in one beat."""
        largest = typeset(as_text(self.maximum, self.table.decimals))
        said = f"The largest logit, m = {largest}, is subtracted; then the exponentials are taken."
        with self.stage.beat("step", said):
            self.fill("shifted", out_of="x")
            self.fill("exponentials", out_of="shifted")

    def shift(self) -> None:
        """Subtract the largest logit, and say why that is allowed."""
        largest = typeset(as_text(self.maximum, self.table.decimals))
        said = f"First the largest logit, m = {largest}, is subtracted from all. The probabilities stay the same."
        formula = VGroup(Formula(INVARIANCE, SIZE, self.theme.text).move_to(self.box.center))
        with self.stage.beat("explain", said):
            self.write(formula)
            self.fill("shifted", out_of="x")

    def exponentiate(self) -> None:
        """Take the exponentials; that of the runner-up is worked out, for that of the largest is 1."""
        k = sorted(self.classes, key=lambda k: (-float(self.shifted[k]), k))[1]
        exponent = as_text(float(self.shifted[k]), self.table.decimals)
        said = f"The exponential function makes each of them positive. Here is e to the power of {typeset(exponent)}."
        with self.stage.beat("step", said):
            self.write(self.power(k, exponent))
            self.fill("exponentials", out_of="shifted")

    def add_up(self) -> None:
        """Add the exponentials."""
        total = self.table.sum()
        line, sign = self.sum_line(total.text)
        with self.stage.beat("step", f"Together they make {'' if sign == '=' else 'about '}{total.text}."):
            self.write(line)
            self.stage.play(Create(self.table.total_line), run_time=0.4)
            self.stage.play(FadeIn(total, target_position=VGroup(*self.columns["exponentials"])), run_time=1.0)
        self.columns["exponentials"].append(total)

    def sum_line(self, total: str) -> tuple[VGroup, str]:
        """Return `1.000 + 0.368 + ... = 1.553` and its sign; terms too small for their decimals are only counted."""
        large = [k for k in self.classes if is_number(self.share("exponentials", k))]
        small = len(self.classes) - len(large)
        texts = [[share_text(float(self.exponentials[k]))] for k in large]
        sign = "≈" if small else relation(texts, total)

        def parts(pen: Pen) -> list[VMobject | str]:
            terms: list[VMobject] = [self.share("exponentials", k, pen.size) for k in large]
            counted: list[VMobject] = [Label(f"({small} below 0.001)", pen.size, self.theme.text)] if small else []
            plus = [pen.term("+", term) for term in [*terms[1:], *counted]]
            whole = pen.number(self.table.total, self.table.address("total", 0), decimals=3)
            return [terms[0], *plus, pen.term(sign, whole)]

        pen = Pen(self.theme, self.box, SIZE).best(parts)
        return pen.line(parts(pen)), sign

    def divide(self, *, question: bool) -> None:
        """Divide each exponential by the sum: the largest slowly, the others in one go."""
        answer = share(float(self.output[self.winner]), "", SIZE, self.theme.text).text
        name = self.called(self.winner)
        if question:
            asked = f"What is the probability of {name}?"
            self.stage.ask(asked, answer, first=[FadeOut(self.formula)])
        with self.stage.beat("answer" if question else "step", f"The probability of {name} is its share of the whole."):
            if question:
                self.stage.play(self.stage.end_question(), run_time=0.4)
                self.formula = VGroup()
            self.make_room()
            self.write(self.quotient(self.winner))
            self.head = self.table.chart_head()
            self.stage.play(FadeIn(self.head, self.table.chart.axis), run_time=0.4)
            self.grow(self.winner, run_time=1.0)
        with self.stage.beat("step", "The others are divided by the same sum."):
            for k in self.classes:
                if k != self.winner:
                    self.grow(k, run_time=0.3)

    def make_room(self) -> None:
        """Where the frame is too narrow for all columns, take those away that are done with."""
        if not self.table.is_narrow:
            return
        names = ("x", "shifted")
        leaving = [FadeOut(self.table.heads[name], *self.columns.pop(name)) for name in names]
        staying = [self.table.heads["exponentials"], *self.columns["exponentials"], self.table.total_line]
        self.stage.play(*leaving, run_time=0.4)
        self.stage.play(VGroup(*staying).animate.shift(self.table.make_room() * RIGHT), run_time=0.8)

    def grow(self, k: int, run_time: float) -> None:
        """Let a probability come out of its exponential, and its bar grow."""
        number = self.table.chart.number(k)
        comes = FadeIn(number, target_position=self.columns["exponentials"][k])
        self.stage.play(GrowFromEdge(self.table.chart.bar(k), LEFT), comes, run_time=run_time)

    def fill(self, name: str, out_of: str) -> None:
        """Let a column come out of another one."""
        self.columns[name] = [self.table.number(name, k) for k in self.classes]
        moves = [
            FadeIn(number, target_position=source)
            for number, source in zip(self.columns[name], self.columns[out_of], strict=True)
        ]
        self.stage.play(FadeIn(self.table.heads[name]), run_time=0.4)
        self.stage.play(*moves, run_time=1.2)

    def write(self, formula: VGroup) -> None:
        """Exchange what stands in the formula band."""
        if len(self.formula):
            self.stage.play(FadeOut(self.formula), run_time=0.4)
        self.formula = formula
        self.stage.play(FadeIn(formula), run_time=0.6)

    def power(self, k: int, exponent: str) -> VGroup:
        """Return `e^(-1) ≈ 0.368`."""
        power = Formula(f"e^({{{{{exponent} : s}}}})", 1.15 * SIZE, self.theme.text)
        power.trace("s", exponent, self.table.address("shifted", k))
        exact = "=" if self.shifted[k] == 0 else "≈"
        row = in_row([power, *self.equals(self.share("exponentials", k), exact)], GAP)
        power.shift(np.array([0, row[-1].get_y() - FIGURE_MIDDLE * SIZE - power.get_bottom()[1], 0]))
        return VGroup(row.move_to(self.box.center))

    def quotient(self, k: int) -> VGroup:
        """Return `1.000 / 1.553 ≈ 0.644`."""
        share_of_all = share(
            float(self.output[k]), self.table.address("output", k), SIZE, self.theme.output, "semibold"
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
