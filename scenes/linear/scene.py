"""The linear layer: each output weighs and sums all inputs."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, ClassVar, cast

import numpy as np
from manim import Create, FadeIn, FadeOut

from cnn_core.equation import Equation
from cnn_core.expression import Product, Value
from scenes.language import about, marked, number, say, say_many
from scenes.linear import LinearSpec
from scenes.linear.board import LinearBoard
from scenes.linear.parts import Parts
from scenes.mobjects.expression import products_of
from scenes.mobjects.grid import Window
from scenes.mobjects.panels import drop_into, question_marks, ring_around
from scenes.mobjects.travel import LATE
from scenes.stage import ExplainerScene
from scenes.working import Working

__all__ = ["LinearScene"]

_LINES = 4.4
"""Width that lines need beside the board, in scene units."""

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
        board = self.board = self.lay_out(names)
        self.window = Window(board.weight, (1, self.inputs), self.theme)
        grids = [board.x, board.weight, *([board.bias] if board.with_bias else [])]
        self.working = Working(self, grids, self.lines, product=self.theme.text)
        why = say("Each row of weights asks the input one question.")
        with self.beat("explain", f"{self.origin()}{self.said_of_counts()}", reason=why):
            for part in board:
                self.play(FadeIn(part), run_time=0.5)

    def lay_out(self, names: tuple[str, str, str, str]) -> LinearBoard:
        """Build the board with the lines below it, or, where that lets it be larger, at its right."""
        below, self.lines = LinearBoard(self.trace, names, self.theme, self.bands.stage), self.bands.formula
        if not self.wide:
            return below
        whole = self.bands.whole
        beside = LinearBoard(self.trace, names, self.theme, replace(whole, right=whole.right - _LINES))
        if beside.cell <= below.cell:
            return below
        board = beside.to_left(whole)
        left = board.get_right()[0] + 0.4
        self.lines = replace(whole, left=left, top=board.x.get_bottom()[1], bottom=board.weight.get_bottom()[1])
        return board

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
            self.ask(question, equation.result.text, *marks, first=self.looking_at(o), room=self.lines)
        why = say("A weight says how much its input counts, and for or against.")
        with self.beat("answer" if asked else "step", self.said(o), brisk=o > 1, reason=why):
            ready = [self.end_question()] if asked else self.looking_at(o)
            self.play(*ready, run_time=0.5 if asked or o > 1 else 0.8)
            line = self.working.writer.best(products_of(equation))
            self.working.show(line, run_time=0.6 if o > 1 else 0.9, slowly=o == 0)
            self.play(*drop_into(self.board.output, o, 0, line.result, self.mobjects), run_time=0.8)

    def looking_at(self, o: int) -> list[Any]:
        """Return the animations that bring the window to a row of weights and clear the lines of the one before."""
        return [*self.working.leave(), self.window.slide_to(o, 0, rate_func=LATE)] if o else [FadeIn(self.window)]

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
        with self.beat("explain", said, reason=say("Every output sees every input.")):
            for o in range(self.outputs):
                self.play(*self.working.leave(), self.window.slide_to(o, 0, rate_func=LATE), run_time=0.6)
            self.play(FadeOut(self.window), run_time=0.4)
        self.show_strongest()

    def show_strongest(self) -> None:
        """End on the largest output, and the product that made most of it."""
        output, products = self.trace.output[0], self.trace.weight * self.trace.x[0]
        o = int(output.argmax())
        k = int(products[o].argmax())
        largest = np.flatnonzero(output == output[o])
        if products[o, k] <= 0 or len(largest) > 1 or self.outputs == 1:
            return
        weight, x = self.trace.value("weight", o, k), self.trace.value("x", 0, k)
        product = Equation.of(Product((x, weight)), Value(float(products[o, k]), name="product"))
        named = {"output": number(self.trace.result("output", 0, o).text), "weight": number(weight.text)}
        named |= {"x": number(x.text), "product": about(product.result.text, is_rounded=product.is_rounded)}
        said = say("{output} is the largest output: its weight {weight} meets {x} and brings {product}.", **named)
        if self.trace.weight[o, k] == self.trace.weight[o].max():
            said = say(
                "{output} is the largest output: its largest weight, {weight}, meets {x} and brings {product}.", **named
            )
        below = replace(self.bands.formula, top=float(self.board.get_bottom()[1]) - 0.3)
        parts = Parts(self.trace, o, k, self.theme, below if self.lines is self.bands.formula else self.lines)
        with self.beat("explain", said, reason=say("An output is large where its weights meet what they ask for.")):
            if parts.is_legible:
                self.show_parts(parts)
            cells = [(self.board.weight, o, k), (self.board.x, 0, k), (self.board.output, o, 0)]
            for grid, row, column in cells:
                self.play(FadeIn(ring_around(grid, row, column), scale=1.3), run_time=0.4)
            if parts not in self.mobjects:
                self.play(FadeIn(self.working.writer.write(product)), run_time=0.6)

    def show_parts(self, parts: Parts) -> None:
        """Let the products of an output come one below the other, each with its bar, then the bias, and their sum."""
        self.play(FadeIn(parts.axis), run_time=0.3)
        last = len(parts.values) - 1
        for k in range(last + 1):
            if k == last:
                self.play(Create(parts.rule), run_time=0.3)
            self.play(*parts.come(k), run_time=max(0.4, 3.6 / len(parts.values)))
        self.remove(*parts.get_family())
        self.add(parts)
