"""The linear layer: each output weighs and sums all inputs."""

from __future__ import annotations

from typing import Any, ClassVar, cast

from manim import FadeIn, FadeOut

from cnn_core.equation import Equation
from scenes.language import marked, say, say_many
from scenes.linear import LinearSpec
from scenes.linear.board import LinearBoard
from scenes.mobjects.expression import products_of
from scenes.mobjects.grid import Window
from scenes.mobjects.panels import drop_into, question_marks
from scenes.stage import ExplainerScene
from scenes.working import Working

__all__ = ["LinearScene"]

QUESTIONS = (
    marked("What is the first output?"),
    marked("What is the second output?"),
    marked("What is the third output?"),
    marked("What is the fourth output?"),
    marked("What is the fifth output?"),
    marked("What is the sixth output?"),
)
SAME_NUMBERS = (
    marked("The first row meets the same numbers."),
    marked("The second row meets the same numbers."),
    marked("The third row meets the same numbers."),
    marked("The fourth row meets the same numbers."),
    marked("The fifth row meets the same numbers."),
    marked("The sixth row meets the same numbers."),
)


class LinearScene(ExplainerScene[LinearSpec]):
    """Row after row of weights meets the input; each gives one output."""

    spec_class: ClassVar[type[LinearSpec]] = LinearSpec
    operation = "Linear"

    def construct(self) -> None:
        self.trace = self.spec.trace()
        self.outputs, self.inputs = self.trace.weight.shape
        self.show_title(self.operation, say("{inputs} in, {outputs} out", inputs=self.inputs, outputs=self.outputs))
        self.introduce()
        asked = min(1, self.outputs - 1) if self.spec.question else None
        for o in range(self.outputs):
            self.tell(o, asked=o == asked)
        self.close()

    def introduce(self) -> None:
        names = (self.spec.x_label, self.spec.weight_label, self.spec.bias_label, self.spec.output_label)
        board = self.board = LinearBoard(self.trace, names, self.theme, self.bands.stage)
        self.window = Window(board.weight, (1, self.inputs), self.theme)
        self.working = Working(self, [board.x, board.weight, *([board.bias] if board.with_bias else [])])
        with self.beat("explain", f"{self.origin()}{self.said_of_counts()}"):
            self.play(FadeIn(board), run_time=1.0)

    def said_of_counts(self) -> str:
        """Say how many numbers come in and go out."""
        named = {
            "inputs": say_many("{count} number comes in", "{count} numbers come in", self.inputs),
            "outputs": say_many("{count} goes out", "{count} go out", self.outputs),
        }
        if self.board.with_bias:
            return say("{inputs}, {outputs}. Each output has weights of its own and a bias.", **named)
        return say("{inputs}, {outputs}. Each output has weights of its own.", **named)

    def tell(self, o: int, *, asked: bool) -> None:
        equation = cast("Equation", self.trace.explain(f"output[0,{o}]"))
        if asked:
            marks = question_marks(self.board.output, o, 0, self.theme)
            question = say(QUESTIONS[o]) if self.outputs > 1 else say("What is the output?")
            self.ask(question, equation.result.text, *marks, first=self.looking_at(o))
        with self.beat("answer" if asked else "step", self.said(o), brisk=o > 1):
            ready = [self.end_question()] if asked else self.looking_at(o)
            self.play(*ready, run_time=0.5 if asked or o > 1 else 0.8)
            line = self.working.writer.best(products_of(equation))
            self.working.show(line, run_time=0.6 if o > 1 else 0.9, slowly=o == 0)
            self.play(*drop_into(self.board.output, o, 0, line.result), run_time=0.8)

    def looking_at(self, o: int) -> list[Any]:
        """Return the animations that bring the window to a row of weights and clear the lines of the one before."""
        return [*self.working.leave(), self.window.slide_to(o, 0)] if o else [FadeIn(self.window)]

    def said(self, o: int) -> str:
        if o:
            return say(SAME_NUMBERS[o])
        each = say("Each weight of the first row multiplies the number above it.")
        if self.board.with_bias:
            return f"{each} {say('The products are summed; then the bias is added.')}"
        return f"{each} {say('The products are summed; that sum is the output.')}"

    def close(self) -> None:
        weights = say_many("{count} weight", "{count} weights", self.outputs * self.inputs)
        said = say("Every output sees every input. The layer has to learn {weights}.", weights=weights)
        if self.board.with_bias:
            biases = say_many("{count} bias", "{count} biases", self.outputs)
            said = say(
                "Every output sees every input. The layer has to learn {weights} and {biases}.",
                weights=weights,
                biases=biases,
            )
        with self.beat("explain", said):
            self.play(FadeOut(self.window), *self.working.leave(), run_time=0.6)
