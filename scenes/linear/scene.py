"""The linear layer: each output weighs and sums all inputs."""

from __future__ import annotations

from typing import Any, ClassVar

from manim import FadeIn, FadeOut, Rectangle

from cnn_core.linear import LinearStep
from cnn_core.numerals import as_text
from scenes.layout import smallest_text
from scenes.linear import LinearSpec
from scenes.linear.board import LinearBoard
from scenes.linear.sum import LinearSum
from scenes.mobjects.grid import Window
from scenes.mobjects.text import Label
from scenes.stage import ExplainerScene

__all__ = ["LinearScene"]

ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth")


class LinearScene(ExplainerScene[LinearSpec]):
    """Row after row of weights meets the input; each gives one output."""

    spec_class: ClassVar[type[LinearSpec]] = LinearSpec
    operation = "Linear"

    def construct(self) -> None:
        """Play the whole layer."""
        self.trace = self.spec.trace()
        self.outputs, self.inputs = self.trace.weight.shape
        self.show_title(self.operation, f"{self.inputs} in, {self.outputs} out")
        self.introduce()
        asked = min(1, self.outputs - 1) if self.spec.question else None
        for o in range(self.outputs):
            self.tell(self.trace.step(0, o), asked=o == asked)
        self.close()

    def introduce(self) -> None:
        """Show the grids."""
        names = (self.spec.x_label, self.spec.weight_label, self.spec.bias_label, self.spec.output_label)
        self.board = LinearBoard(self.trace, names, self.theme, self.bands.stage)
        self.window = Window(self.board.weight, (1, self.inputs), self.theme)
        comes = f"{self.inputs} number{'s come' if self.inputs > 1 else ' comes'} in"
        goes = f"{self.outputs} go{'' if self.outputs > 1 else 'es'} out"
        own = "Each output has weights of its own" + (" and a bias." if self.board.with_bias else ".")
        with self.beat("explain", f"{self.origin()}{comes}, {goes}. {own}"):
            self.play(FadeIn(self.board), run_time=1.0)

    def tell(self, step: LinearStep, *, asked: bool) -> None:
        """Work one output out."""
        o = step.position[1]
        sums = LinearSum(step, self.board, self.bands.formula)
        if asked:
            self.put_question(o, step)
        with self.beat("answer" if asked else "step", self.said(o), brisk=o > 1):
            if asked:
                self.play(self.end_question(), run_time=0.4)
            else:
                self.play(*self.looking_at(o), run_time=0.5 if o > 1 else 0.8)
            self.work_out(sums, slowly=o == 0, run_time=0.5 if o > 1 else 0.8)
            self.play(*self.drop(o, sums), run_time=0.8)
        self.done_with = sums.lines

    def put_question(self, o: int, step: LinearStep) -> None:
        """Look at a row of weights and let the learner find its output."""
        output = self.board.output
        mark = Rectangle(width=output.cell, height=output.cell, color=self.theme.question, stroke_width=6)
        sign = Label("?", max(0.6 * output.cell, smallest_text()), self.theme.question, "semibold")
        marks = [part.move_to(output.cell_center(o, 0)) for part in (mark, sign)]
        which = f"the {ORDINALS[o]} output" if self.outputs > 1 else "the output"
        self.ask(f"What is {which}?", as_text(step.value, output.decimals), *marks, first=self.looking_at(o))

    def looking_at(self, o: int) -> list[Any]:
        """Return the animations that bring the window to a row of weights and clear the lines of the one before."""
        return [FadeOut(self.done_with), self.window.slide_to(o, 0)] if o else [FadeIn(self.window)]

    def said(self, o: int) -> str:
        """Say what a row does."""
        if o == 0:
            then = "then the bias is added." if self.board.with_bias else "that sum is the output."
            return f"Each weight of the first row multiplies the number above it. The products are summed; {then}"
        return f"The {ORDINALS[o]} row meets the same numbers."

    def work_out(self, sums: LinearSum, *, slowly: bool, run_time: float) -> None:
        """Let the products come out of their cells, then their sum out of them."""
        for arriving in sums.arrivals(slowly=slowly):
            self.play(*arriving, run_time=run_time)

    def drop(self, o: int, sums: LinearSum) -> list[Any]:
        """Return the animations in which the result travels into its cell."""
        grid = self.board.output
        number = grid.make_number(o, 0)
        place = number.get_center()
        number.move_to(sums.result)
        grid.write(o, 0, number)
        tint = [FadeIn(grid.fills[o, 0])] if (o, 0) in grid.fills else []
        return [*tint, number.animate.move_to(place)] if grid.text_size else tint

    def close(self) -> None:
        """Count what the layer has learned."""
        count = self.outputs * self.inputs
        weights = f"{count} weight{'s' if count > 1 else ''}"
        biases = f" and {self.outputs} bias{'es' if self.outputs > 1 else ''}" if self.board.with_bias else ""
        with self.beat("explain", f"Every output sees every input. The layer has to learn {weights}{biases}."):
            self.play(FadeOut(self.window, self.done_with), run_time=0.6)
