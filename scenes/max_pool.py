"""Max pooling: a window visits a grid; the largest value of each stop moves to the output."""

from __future__ import annotations

from typing import ClassVar

from manim import Circle, Create, FadeIn, Mobject, VGroup

from cnn_core.max_pool2d import MaxPool2dStep
from scenes.mobjects.equation import call
from scenes.mobjects.text import Number
from scenes.numerals import as_text, typeset
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
        return "The dashed cells are padding. They count as minus infinity, so they never win."

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
        ring = Circle(0.42 * grid.cell, color=self.theme.output, stroke_width=5)
        ring.set_fill(self.theme.output, opacity=0.3).move_to(place)
        line = self.line(step)
        self.play(Create(ring), FadeIn(line), run_time=run_time / 2)
        self.play(*self.drop(step, ring), run_time=run_time)
        return [ring, line]

    def line(self, step: MaxPool2dStep) -> VGroup:
        """Return `Max(4, 1, 1, 1) = 4` in the formula band."""
        _, c, i, j = step.position
        grid, decimals = self.inputs[c], self.inputs[c].decimals
        cells = [grid_cell for grid_cell, inside in zip(self.cells(step), step.inside.ravel(), strict=True) if inside]
        size = 0.5
        operands = [
            Number(as_text(self.trace.x[0, c, row, column], decimals), f"x[0,{c},{row},{column}]", size, grid.role)
            for row, column in cells
        ]
        result = Number(self.answer_to(step), f"output[0,{c},{i},{j}]", size, self.theme.output, "semibold")
        return call(
            "Max" if len(operands) <= WRITTEN_OUT else None, operands, result, size, self.theme, self.bands.formula
        )

    def cells(self, step: MaxPool2dStep) -> list[tuple[int, int]]:
        """Return row and column in x of each cell of the window, in reading order."""
        rows, columns = self.trace.geometry.cells(*step.position[2:])
        return [(row, column) for row in rows for column in columns]

    def moral(self) -> str:
        """Say what the whole was good for."""
        return "The strongest responses are kept, and where exactly they were no longer matters."
