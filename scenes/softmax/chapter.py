"""How logits become probabilities, told in a table."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, cast

from manim import (
    DOWN,
    LEFT,
    RIGHT,
    Create,
    FadeIn,
    FadeOut,
    GrowFromEdge,
    LaggedStart,
    Rectangle,
    ReplacementTransform,
    VGroup,
)

from cnn_core.equation import Equation, Explanation
from cnn_core.expression import Expression, OfMany, Quotient, Sum
from cnn_core.numerals import as_text
from cnn_core.softmax import SoftmaxTrace
from scenes.language import about, number, say
from scenes.layout import Box
from scenes.mobjects.bars import share_text
from scenes.mobjects.expression import Writer
from scenes.mobjects.flow import fitted
from scenes.mobjects.text import Formula, Label
from scenes.mobjects.travel import LATE
from scenes.softmax.table import SoftmaxTable
from scenes.stage import ExplainerScene

__all__ = ["SoftmaxChapter"]

_MOST_DIGITS = 10
"""Decimals that a share is shown with."""
_FEW = 5
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
    explain
        Says how the number at an address came about.
    box
        Where the lines of arithmetic stand; the formula band if not given.
    """

    def __init__(
        self,
        stage: ExplainerScene[Any],
        trace: SoftmaxTrace,
        table: SoftmaxTable,
        called: Callable[[int], str],
        explain: Callable[[str], Explanation],
        box: Box | None = None,
    ) -> None:
        self.stage, self.table, self.theme, self.called = stage, table, stage.theme, called
        self.explain, self.box = explain, box or stage.bands.formula
        self.writer = Writer(stage.theme, self.box)
        self.shifted, self.exponentials = trace.shifted.ravel(), trace.exponentials.ravel()
        self.output = trace.output.ravel()
        self.classes = range(table.classes)
        self.winner = table.chart.winner
        self.columns: dict[str, list[Label]] = {}
        self.formula = VGroup()
        self.bars: list[Rectangle] = []

    def play(self, *, question: bool) -> None:
        self.shift()
        self.exponentiate()
        self.add_up()
        self.divide(question=question)

    def show_logits(self, caption: str) -> None:
        self.columns["x"] = [self.table.number("x", k) for k in self.classes]
        with self.stage.beat("explain", caption, reason=say("A logit may be any number; a probability may not.")):
            self.stage.play(FadeIn(self.table, self.table.heads["x"]), run_time=0.8)
            for number in self.columns["x"]:
                self.stage.play(FadeIn(number), run_time=min(0.5, 2.0 / len(self.classes)))
            self.draw_logits()

    def draw_logits(self) -> None:
        """Let bars of the logits grow, to both sides of 0, where there is room for them."""
        if self.table.is_narrow:
            return
        self.axis = self.table.zero_line()
        self.stage.play(FadeIn(self.axis), run_time=0.3)
        self.bars = [self.table.logit_bar("x", k) for k in self.classes]
        sides = [LEFT if logit > 0 else RIGHT for logit in self.table.arrays["x"]]
        growing = [GrowFromEdge(bar, side) for bar, side in zip(self.bars, sides, strict=True)]
        for some in [[one] for one in growing] if len(growing) <= _FEW else [growing]:
            self.stage.play(*some, run_time=0.4 if len(growing) <= _FEW else 0.9)

    def reshape_bars(self, bars: list[Rectangle], run_time: float = 0.9) -> None:
        """Let bars become others, all together."""
        self.stage.play(*map(ReplacementTransform, self.bars, bars), run_time=run_time)
        self.bars = bars

    def take_logits(self, numbers: Sequence[Label]) -> None:
        """Let logits move into the table, out of what is on the stage already; if nothing is, they appear."""
        self.columns["x"] = [self.table.number("x", k) for k in self.classes]
        sources = numbers or self.columns["x"]
        moves = [
            FadeIn(number, target_position=source) for number, source in zip(self.columns["x"], sources, strict=True)
        ]
        self.stage.play(FadeIn(self.table, self.table.heads["x"]), *moves, run_time=1.0)

    def exponentiate_at_once(self) -> None:
        """Subtract the largest logit and take the exponentials, in one beat."""
        said = say(
            "The largest logit, {largest}, is called m and subtracted; then the exponentials are taken.",
            largest=self.largest(),
        )
        with self.stage.beat("step", said, reason=say("Exponentials are positive, and grow with the logit.")):
            self.fill("shifted", out_of="x")
            self.fill("exponentials", out_of="shifted")

    def shift(self) -> None:
        """Subtract the largest logit, and say why that is allowed."""
        said = say(
            "First the largest logit, {largest}, is called m and subtracted from all. The probabilities stay the same.",
            largest=self.largest(),
        )
        why = say("Only differences between logits count, so m may be subtracted from all of them.")
        with self.stage.beat("explain", said, reason=why):
            formula = fitted(lambda size: Formula(INVARIANCE, size, self.theme.text), self.box, 0.5)
            if formula is not None:
                self.write(VGroup(formula.move_to(self.box.center)))
            self.fill("shifted", out_of="x")
            if self.bars:
                self.reshape_bars([self.table.logit_bar("shifted", k) for k in self.classes])

    def largest(self) -> str:
        result = self.equation("maximum", 0).result
        return about(result.text, is_rounded=result.is_rounded)

    def equation(self, name: str, k: int) -> Equation:
        return cast("Equation", self.explain(self.table.address(name, k)))

    def exponentiate(self) -> None:
        """Take the exponentials; that of the runner-up is worked out, for that of the largest is 1."""
        k = sorted(self.classes, key=lambda k: (-float(self.shifted[k]), k))[1]
        equation = self.equation("exponentials", k)
        (exponent,) = equation.left.leaves()
        said = say(
            "The exponential function makes each of them positive. Here is e to the power of {exponent}.",
            exponent=number(exponent.text),
        )
        with self.stage.beat("step", said, reason=say("Exponentials are positive, and grow with the logit.")):
            self.write(self.writer.write(equation))
            self.fill("exponentials", out_of="shifted")
            self.draw_exponentials()

    def add_up(self) -> None:
        total = self.table.sum()
        equation = summed(self.equation("total", 0))
        value = about(equation.result.text, is_rounded=equation.is_rounded)
        why = say("Divided by their sum, the parts of a whole make 1.")
        with self.stage.beat("step", say("They add up to {total}.", total=value), reason=why):
            self.write(self.writer.write(equation))
            self.stage.play(Create(self.table.total_line), run_time=0.4)
            self.stage.play(FadeIn(total, shift=0.25 * self.table.chart.row * DOWN), run_time=1.0)
        self.columns["exponentials"].append(total)

    def divide(self, *, question: bool) -> None:
        """Divide each exponential by the sum: the largest slowly, the others in one go."""
        answer = share_text(float(self.table.output[self.winner]))
        name = self.called(self.winner)
        if question:
            asked = say("What is the probability of {name}?", name=name)
            self.stage.ask(asked, answer, first=[FadeOut(self.formula)])
        said = say("The probability of {name} is its share of the whole.", name=name)
        why = say("A share of the whole is a probability.")
        with self.stage.beat("answer" if question else "step", said, reason=why):
            if question:
                self.stage.play(self.stage.end_question(), run_time=0.4)
                self.formula = VGroup()
            self.make_room()
            self.write(self.writer.write(sharpened(self.equation("output", self.winner))))
            self.head = self.table.chart_head()
            self.stage.play(FadeIn(self.head, *([] if self.bars else [self.table.chart.axis])), run_time=0.4)
            self.grow(self.winner, run_time=1.0)
        with self.stage.beat("step", say("The others are divided by the same sum."), reason=why):
            for k in self.classes:
                if k != self.winner:
                    self.grow(k, run_time=0.6 if len(self.classes) <= _FEW else 0.2)

    def join(self) -> None:
        """Let the probabilities' bars stand behind each other: together they are as long as a bar of 1."""
        for k in self.classes:
            part = self.table.part_of_whole(k)
            self.stage.play(GrowFromEdge(part, LEFT), run_time=max(0.2, min(0.6, 2.4 / len(self.classes))))
        self.stage.play(FadeIn(self.table.whole()), run_time=0.5)

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
        """Let a probability come out of its exponential, and its bar shrink out of the exponential's, or grow."""
        number, bar = self.table.chart.number(k), self.table.chart.bar(k)
        moves = [GrowFromEdge(bar, LEFT), FadeIn(number, target_position=self.columns["exponentials"][k])]
        if self.bars:
            moves = [ReplacementTransform(self.bars[k], bar), FadeIn(number, rate_func=LATE)]
        self.stage.play(*moves, run_time=run_time)

    def fill(self, name: str, out_of: str) -> None:
        self.columns[name] = [self.table.number(name, k) for k in self.classes]
        self.stage.play(FadeIn(self.table.heads[name]), run_time=0.4)
        if len(self.columns[name]) > _FEW:  # in columns so narrow they would lie on what they come from
            self.stage.play(LaggedStart(*map(FadeIn, self.columns[name]), lag_ratio=0.3), run_time=1.2)
            return
        for one, source in zip(self.columns[name], self.columns[out_of], strict=True):
            self.stage.play(FadeIn(one, target_position=source), run_time=0.7)

    def draw_exponentials(self) -> None:
        """Let bars grow that are as long as the exponentials, where there is room for them."""
        if self.table.is_narrow:
            return
        bars = [self.table.exponential_bar(k) for k in self.classes]
        if self.bars:
            line, name = self.axis
            self.stage.play(FadeOut(name), run_time=0.3)
            self.stage.play(ReplacementTransform(line, self.table.chart.axis), run_time=0.4)
            return self.reshape_bars(bars)
        self.stage.play(FadeIn(self.table.chart.axis), run_time=0.3)
        self.stage.play(*(GrowFromEdge(bar, LEFT) for bar in bars), run_time=0.9)
        self.bars = bars

    def write(self, formula: VGroup) -> None:
        if len(self.formula):
            self.stage.play(FadeOut(self.formula), run_time=0.4)
        self.formula = formula
        self.stage.play(FadeIn(formula), run_time=0.6)


def summed(equation: Equation) -> Equation:
    """Return a sum whose terms that would look like 0 are only counted.

    >>> from cnn_core.expression import Value
    >>> exponentials = [Value(number, f"exponentials[{k}]", decimals=3) for k, number in enumerate((1.0, 0.5, 1e-9))]
    >>> [type(part).__name__ for part in summed(Equation.of(Sum(tuple(exponentials)), Value(1.5))).left.parts]
    ['Value', 'Value', 'OfMany']
    """
    terms = [term for term in equation.left.leaves() if term.decimals is not None]
    seen = [term for term in terms if term.number == 0 or float(as_text(term.number, term.decimals or 0))]
    unseen = [term.number for term in terms if term not in seen]
    parts: list[Expression] = [*seen, *([OfMany("others", "exponentials", len(unseen), sum(unseen))] if unseen else [])]
    return Equation.of(Sum(tuple(parts)), equation.result)


def sharpened(equation: Equation) -> Equation:
    """Return a share with so many digits that it is not 1, as its bar says.

    >>> from cnn_core.expression import Value
    >>> share = Quotient((Value(1.0, decimals=3), Value(1.00002, decimals=3)))
    >>> close = sharpened(Equation.of(share, Value(1 / 1.00002, decimals=3)))
    >>> [value.text for value in (*close.left.leaves(), close.result)]
    ['1', '1.00002', '0.99998']
    """
    share = equation.result.number
    digits = next((k for k in range(4, _MOST_DIGITS) if float(as_text(share, k)) < 1), None)
    if not isinstance(equation.left, Quotient) or share_text(share)[0] != ">" or digits is None:
        return equation
    above, below = equation.left.leaves()
    shown = [replace(one, decimals=digits, text=as_text(one.number, digits)) for one in (below, equation.result)]
    return Equation.of(Quotient((above, shown[0])), shown[1])
