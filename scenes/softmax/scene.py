"""Softmax: logits become probabilities."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from manim import Create, FadeOut, Indicate, TransformFromCopy, VGroup

from cnn_core.equation import Equation
from cnn_core.expression import Difference, Exp, Value
from cnn_core.numerals import EXACTLY, as_text, decimals_for
from scenes.language import about, say
from scenes.layout import with_one_line
from scenes.mobjects.expression import Writer
from scenes.softmax import SoftmaxSpec
from scenes.softmax.chapter import SoftmaxChapter
from scenes.softmax.table import SoftmaxTable
from scenes.stage import ExplainerScene

__all__ = ["SoftmaxScene"]

_FEW, _MOST_LAID = 4.0, 10.0
"""How often a bar is laid along another one slowly, and at most."""
_MOST_TIMES = 1000.0
"""A ratio of two probabilities up to which it is told."""


class SoftmaxScene(ExplainerScene[SoftmaxSpec]):
    """Each logit's exponential is divided by the sum of all exponentials."""

    spec_class: ClassVar[type[SoftmaxSpec]] = SoftmaxSpec
    operation = "Softmax"

    def construct(self) -> None:
        self.trace = self.spec.trace()
        self.bands = with_one_line(self.bands, tall=self.tall)
        self.show_title(self.operation, say("{count} logits", count=self.trace.x.size))
        table = SoftmaxTable(self.trace, _address_of, self.spec.names, self.theme, self.bands.stage)
        chapter = SoftmaxChapter(self, self.trace, table, self.called, self.spec.explain)
        said = say(
            "{count} logits: the larger one is, the more its class is favoured. They are not probabilities yet.",
            count=self.trace.x.size,
        )
        chapter.show_logits(self.origin() + said)
        chapter.play(question=self.spec.question)
        self.close(chapter)

    def close(self, chapter: SoftmaxChapter) -> None:
        """Say what a probability depends on: how far its logit is ahead, shown with the two largest."""
        lead = self.lead()
        with self.beat("explain", self.moral(chapter), reason=say("Shares of a whole are probabilities.")):
            self.play(FadeOut(chapter.formula), run_time=0.6)
            chapter.formula = VGroup()
            chapter.join()
        if lead:
            with self.beat("explain", self.insight(lead), reason=self.factor(lead)):
                chapter.write(Writer(self.theme, self.bands.formula, times=self.theme.output).write(lead))
                self.lay_along(chapter, lead)

    def lay_along(self, chapter: SoftmaxChapter, lead: Equation) -> None:
        """Lay the second bar along the first one, as often as it goes into it; mark both if that is too often."""
        first, second = self.leaders()
        if lead.result.number > _MOST_LAID:
            for k in (first, second):
                self.play(Indicate(chapter.table.chart.names[k], color=self.theme.window), run_time=0.8)
            return
        (outline,) = chapter.table.laid_along(second, second)
        self.play(Create(outline), run_time=0.6)
        for one in chapter.table.laid_along(second, first):
            self.play(TransformFromCopy(outline, one), run_time=0.6 if lead.result.number <= _FEW else 0.3)

    def leaders(self) -> list[int]:
        """Return the class with the largest probability, and the next one."""
        leaders: list[int] = np.argsort(-self.trace.x.ravel(), kind="stable")[:2].tolist()
        return leaders

    def lead(self) -> Equation | None:
        """Return `e^(2 - 1) = 2.72`: how many times as probable the first class is; None where no film can show it."""
        first, second = (self.trace.value("x", k) for k in self.leaders())
        times = float(np.exp(first.number - second.number))
        if not 1 < times < _MOST_TIMES:
            return None
        return Equation.of(Exp((Difference((first, second)),)), Value(times, name="times", decimals=2))

    def ahead(self, lead: Equation) -> dict[str, str]:
        """Return how far the first logit is ahead, and how many times as probable that makes its class."""
        larger, smaller = (leaf.number for leaf in lead.left.leaves())
        text = as_text(larger - smaller, decimals_for([larger - smaller]))
        is_rounded = abs(float(text) - (larger - smaller)) > EXACTLY
        times = about(lead.result.text, is_rounded=lead.is_rounded)
        return {"ahead": about(text, is_rounded=is_rounded), "times": times}

    def insight(self, lead: Equation) -> str:
        first, second = map(self.called, self.leaders())
        return say(
            "Only differences count: {ahead} ahead makes {first} {times} times as probable as {second}.",
            first=first,
            second=second,
            **self.ahead(lead),
        )

    def factor(self, lead: Equation) -> str:
        return say("Whatever the logits are, {ahead} ahead is a factor of {times}.", **self.ahead(lead))

    def moral(self, chapter: SoftmaxChapter) -> str:
        winners = (self.trace.output == self.trace.output.max()).sum()
        if winners == 1:
            return say("Together they make 1, and the largest belongs to {name}.", name=self.called(chapter.winner))
        return say("Together they make 1. {count} classes share the largest.", count=winners)

    def called(self, k: int) -> str:
        return self.spec.labels[k] if self.spec.labels else say("class {number}", number=k)


def _address_of(name: str, k: int) -> str:
    """Return the address of a class's value in one of the arrays."""
    return f"{name}[{k}]"
