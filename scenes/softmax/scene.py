"""Softmax: logits become probabilities."""

from __future__ import annotations

from typing import ClassVar

from manim import FadeOut

from scenes.language import say
from scenes.softmax import SoftmaxSpec
from scenes.softmax.chapter import SoftmaxChapter
from scenes.softmax.table import SoftmaxTable
from scenes.stage import ExplainerScene

__all__ = ["SoftmaxScene"]


class SoftmaxScene(ExplainerScene[SoftmaxSpec]):
    """Each logit's exponential is divided by the sum of all exponentials."""

    spec_class: ClassVar[type[SoftmaxSpec]] = SoftmaxSpec
    operation = "Softmax"

    def construct(self) -> None:
        self.trace = self.spec.trace()
        self.show_title(self.operation, say("{count} logits", count=self.trace.x.size))
        table = SoftmaxTable(self.trace, address_of, self.spec.names, self.theme, self.bands.stage)
        chapter = SoftmaxChapter(self, self.trace, table, self.called, self.spec.explain)
        said = say(
            "{count} logits: the larger one is, the more its class is favoured. But they are no probabilities.",
            count=self.trace.x.size,
        )
        chapter.show_logits(self.origin() + said)
        chapter.play(question=self.spec.question)
        self.close(chapter)

    def close(self, chapter: SoftmaxChapter) -> None:
        winners = (self.trace.output == self.trace.output.max()).sum()
        always = say("No probability is negative, and together they make 1.")
        which = say("{count} classes share the largest.", count=winners)
        if winners == 1:
            which = say("The largest belongs to {name}.", name=self.called(chapter.winner))
        with self.beat("explain", f"{always} {which}"):
            self.play(FadeOut(chapter.formula), run_time=0.6)

    def called(self, k: int) -> str:
        return self.spec.labels[k] if self.spec.labels else say("class {number}", number=k)


def address_of(name: str, k: int) -> str:
    """Return the address of a class's value in one of the arrays."""
    return f"{name}[{k}]"
