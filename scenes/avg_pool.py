"""Average pooling: a window visits a grid; the mean of each stop goes to the output."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import ClassVar

import numpy as np
from manim import Mobject

from cnn_core.arrays import Array, Pair
from cnn_core.avg_pool2d import AvgPool2dStep
from scenes.language import about, listed, number, say, say_many
from scenes.pooling import PoolingScene
from scenes.specs.pooling import AvgPoolSpec

__all__ = ["AvgPoolScene"]


class AvgPoolScene(PoolingScene[AvgPoolSpec, AvgPool2dStep]):
    """A window visits a grid; the mean of each stop goes to the output."""

    spec_class: ClassVar[type[AvgPoolSpec]] = AvgPoolSpec
    operation = "AvgPool2D"

    @property
    def zeros_count(self) -> bool:
        """Whether there is padding, and its zeros count."""
        return self.spec.count_include_pad and any(self.trace.padding)

    def maps(self) -> Array:
        """Return the input with the ring around it; the zeros that count are written, nothing else outside."""
        maps = super().maps()
        if self.zeros_count:
            (pH, pW), (H, W) = self.trace.padding, self.trace.geometry.size
            padded = maps[:, : H + 2 * pH, : W + 2 * pW]
            padded[np.isnan(padded)] = 0
        return maps

    def address(self, channel: int) -> Callable[[int, int], str]:
        """Return what gives the addresses of the drawn input's cells; those of zeros are in the padded input."""
        return partial(address_in_padded, channel, self.trace.padding, self.trace.geometry.size)

    def rule(self) -> str:
        """Say what becomes of a window."""
        divisor = self.spec.divisor_override
        if divisor is not None:
            return say("The sum of each stop, divided by {divisor}, goes to the output.", divisor=divisor)
        return say("The mean of each stop goes to the output.")

    def padding_in_words(self) -> str:
        """Say what padding counts as, and that what lies beyond it does not count."""
        if not any(self.trace.padding):
            return say("The last windows reach over the edge. What lies outside does not count.")
        if not self.zeros_count:
            return say("The dashed cells are padding. They do not count: only the cells of the input are averaged.")
        if np.isnan(self.inputs[0].values).any():
            return say("The dashed cells are padding. Their zeros count in the mean. Empty cells beyond them do not.")
        return say("The dashed cells are padding. Their zeros count in the mean.")

    def question_about(self, step: AvgPool2dStep) -> str:
        """Ask for the mean of a window."""
        terms, divisor = [*self.equation(step).left.parts[0].leaves()], self.spec.divisor_override
        values = listed([number(term.text) for term in terms])
        if len(terms) > self.named:
            values = say("these {count} values", count=len(terms))
        if divisor is None:
            return say("What is the mean of {values}?", values=values)
        return say("What is the sum of {values}, divided by {divisor}?", values=values, divisor=divisor)

    def said(self, step: AvgPool2dStep) -> str:
        """Name sum, divisor and mean, and the zeros of the padding among them."""
        equation = self.equation(step)
        summed = equation.left.parts[0]
        assert summed.known is not None
        named = {
            "total": about(summed.known.text, is_rounded=summed.known.is_rounded),
            "divisor": step.divisor,
            "mean": about(equation.result.text, is_rounded=equation.is_rounded),
        }
        zeros = len(summed.parts) - int(step.inside.sum())
        if not zeros:
            return say("The sum is {total}. Divided by {divisor}, that is {mean}.", **named)
        return say_many(
            "The sum is {total}, {count} zero of the padding included. Divided by {divisor}, that is {mean}.",
            "The sum is {total}, {count} zeros of the padding included. Divided by {divisor}, that is {mean}.",
            zeros,
            **named,
        )

    def work_out(self, step: AvgPool2dStep, run_time: float) -> list[Mobject]:
        """Let the values travel into the sum, the sum into the mean, the mean into its output cell."""
        line = self.working.show(self.equation(step), run_time=1.2 * run_time)
        self.play(*self.drop(step, line.result), run_time=run_time)
        return []

    def moral(self) -> str:
        """Say what the whole was good for."""
        return say("Every value of a window has its share in the result.")


def address_in_padded(channel: int, padding: Pair, size: Pair, row: int, column: int) -> str:
    """Return the address of a cell of the drawn input: in x, or, of a zero around it, in the padded input."""
    (pH, pW), (H, W) = padding, size
    if pH <= row < pH + H and pW <= column < pW + W:
        return f"x[0,{channel},{row - pH},{column - pW}]"
    return f"x_padded[0,{channel},{row},{column}]"
