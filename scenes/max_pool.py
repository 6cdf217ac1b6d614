"""Max pooling: a window visits a grid; the largest value of each stop moves to the output."""

from __future__ import annotations

from functools import partial
from typing import ClassVar

import numpy as np
from manim import Circle, Create, FadeIn, Mobject, VGroup

from cnn_core.max_pool2d import MaxPool2dStep
from cnn_core.numerals import as_text, typeset
from scenes.layout import fitted
from scenes.mobjects.equation import call
from scenes.mobjects.text import Number
from scenes.pooling import PoolingScene
from scenes.specs.pooling import MaxPoolSpec

__all__ = ["MaxPoolScene"]

WRITTEN_OUT = 9
"""Values of a window up to which all of them are named."""


class MaxPoolScene(PoolingScene[MaxPoolSpec, MaxPool2dStep]):
    """A window visits a grid; the largest value of each stop moves to the output."""

    spec_class: ClassVar[type[MaxPoolSpec]] = MaxPoolSpec
    operation = "MaxPool2D"

    def rule(self) -> str:
        """Say what becomes of a window."""
        return "The largest value of each stop goes to the output."

    def padding_in_words(self) -> str:
        """Say what padding counts as."""
        what = "are padding" if any(self.trace.padding) else "lie outside of the input"
        return f"The dashed cells {what}. They count as minus infinity, so they never win."

    def question_about(self, step: MaxPool2dStep) -> str:
        """Ask for the largest value of a window."""
        return f"What is {self.in_words(step)}?"

    def answer_to(self, step: MaxPool2dStep) -> str:
        """Return the largest value."""
        return as_text(step.value, self.inputs[0].decimals)

    def in_words(self, step: MaxPool2dStep) -> str:
        """Return `Max(4, 1, 1, 1)`, or how many values there are where they are too many to be named."""
        values = [typeset(as_text(value, self.inputs[0].decimals)) for value in step.window[step.inside]]
        if len(values) > WRITTEN_OUT:
            return f"the largest of these {len(values)} values"
        return f"Max({', '.join(values)})"

    def said(self, step: MaxPool2dStep) -> str:
        """Name the winner, and say so when it is tied."""
        value = typeset(self.answer_to(step))
        if step.ties == 1:
            return f"{value} is the largest value in the window."
        times = "twice" if step.ties == 2 else f"{step.ties} times"
        return f"{value} stands there {times}: the first one wins, as in PyTorch."

    def work_out(self, step: MaxPool2dStep, run_time: float) -> list[Mobject]:
        """Ring the winner and let it fall into its output cell."""
        grid = self.inputs[step.position[1]]
        top, _, left, _ = self.ring()
        place = grid.cell_center(step.winner[0] + top, step.winner[1] + left)
        ring = Circle(0.42 * grid.cell, color=self.theme.output, stroke_width=np.clip(8 * grid.cell, 1.5, 5))
        ring.set_fill(self.theme.output, opacity=0.3).move_to(place)
        line = self.line(step)
        self.play(Create(ring), FadeIn(line), run_time=run_time / 2)
        self.play(*self.drop(step, ring), run_time=run_time)
        return [ring, line]

    def line(self, step: MaxPool2dStep) -> VGroup:
        """Return `Max(4, 1, 1, 1) = 4` in the formula band, or only the 4 where the values are too many."""
        operation = "Max" if len(self.cells(step)) <= WRITTEN_OUT else None
        line = fitted(partial(self.line_of_size, operation, step), self.bands.formula, 0.5)
        return line or self.line_of_size(None, step, 0.5)

    def line_of_size(self, operation: str | None, step: MaxPool2dStep, size: float) -> VGroup:
        """Return the line at a size; without an operation, only the result."""
        _, c, i, j = step.position
        grid = self.inputs[c]
        operands = [
            Number(as_text(grid.values[cell], grid.decimals), grid.address(*cell), size, grid.role)
            for cell in self.cells(step)
        ]
        result = Number(self.answer_to(step), f"output[0,{c},{i},{j}]", size, self.theme.output, "semibold")
        return call(operation, operands, result, size, self.theme, self.bands.formula)

    def moral(self) -> str:
        """Say what the whole was good for."""
        return "The strongest responses are kept, and where exactly they were no longer matters."
