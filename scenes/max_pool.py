"""Max pooling: a window visits a grid; the largest value of each stop moves to the output."""

from __future__ import annotations

from typing import ClassVar

from manim import Create, FadeIn, Mobject

from cnn_core.max_pool2d import MaxPool2dStep
from cnn_core.notation import PLAIN
from scenes.language import number, say, say_many
from scenes.mobjects.panels import ring_around
from scenes.pooling import PoolingScene
from scenes.specs.pooling import MaxPoolSpec

__all__ = ["MaxPoolScene"]


class MaxPoolScene(PoolingScene[MaxPoolSpec, MaxPool2dStep]):
    """A window visits a grid; the largest value of each stop moves to the output."""

    spec_class: ClassVar[type[MaxPoolSpec]] = MaxPoolSpec
    operation = "MaxPool2D"

    def rule(self) -> str:
        """Say what becomes of a window."""
        return say("The largest value of each stop goes to the output.")

    def padding_in_words(self) -> str:
        """Say what padding counts as."""
        if any(self.trace.padding):
            return say("The dashed cells are padding. They count as minus infinity, so they never win.")
        return say("The dashed cells lie outside of the input. They count as minus infinity, so they never win.")

    def question_about(self, step: MaxPool2dStep) -> str:
        """Ask for the largest value of a window."""
        equation = self.equation(step)
        if len(equation.left.parts) > self.named:
            return say("What is the largest of these {count} values?", count=len(equation.left.parts))
        return say("What is {expression}?", expression=PLAIN.write(equation.left))

    def said(self, step: MaxPool2dStep) -> str:
        """Name the winner, and say so when it is tied."""
        value = number(self.equation(step).result.text)
        if step.ties == 1:
            return say("{value} is the largest value in the window.", value=value)
        if step.ties == 2:
            return say("{value} stands there twice: the first one wins, as in PyTorch.", value=value)
        tied = "{value} stands there {count} times: the first one wins, as in PyTorch."
        return say_many(tied, tied, step.ties, value=value)

    def work_out(self, step: MaxPool2dStep, run_time: float) -> list[Mobject]:
        """Ring the winner and let it fall into its output cell."""
        top, _, left, _ = self.ring()
        grid = self.inputs[step.position[1]]
        ring = ring_around(grid, step.winner[0] + top, step.winner[1] + left)
        line = self.working.writer.write(self.equation(step))
        self.play(Create(ring), FadeIn(line), run_time=run_time / 2)
        self.play(*self.drop(step, ring), run_time=run_time)
        return [ring, line]

    def moral(self) -> str:
        """Say what the whole was good for."""
        return say("The strongest responses are kept, and where exactly they were no longer matters.")
