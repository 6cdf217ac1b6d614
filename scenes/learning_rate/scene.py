"""One gradient, steps of several lengths."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from manim import LEFT, Create, Dot, FadeIn, FadeOut, MoveAlongPath, VGroup, VMobject

from scenes.backward import BackwardScene
from scenes.language import marked, number, say
from scenes.layout import smallest_text
from scenes.learning_rate import LearningRateSpec
from scenes.learning_rate.board import ErrorBoard, Places, StepBoard
from scenes.mobjects.expression import Known
from scenes.mobjects.grid import CellMarks
from scenes.working import Working

__all__ = ["LearningRateScene"]

_SHORT, _LONG = 0.5, 1.5
"""Shares of the best rate below which a step gains little, and above which it goes far beyond the lowest point."""


class LearningRateScene(BackwardScene[LearningRateSpec]):
    """The same gradient with a small, a good and a large learning rate."""

    spec_class: ClassVar[type[LearningRateSpec]] = LearningRateSpec
    operation = marked("Learning rate")

    def construct(self) -> None:
        self.trace = self.spec.trace()
        self.show_title(say(self.operation))
        self.lasting_reason = say("The gradient says which way to go; how far is up to us.")
        self.working = Working(self, grad_output=self.theme.output, grad_weight=self.theme.kernel)
        self.miss()
        self.blame()
        self.go_to_the_curve()
        last = len(self.trace.rates) - 1
        for k in range(last + 1):
            self.step(k, asked=self.spec.question and k == last)
        self.close()

    def miss(self) -> None:
        """Show what the kernel gives and by how much that is wrong."""
        board = self.board = ErrorBoard(self.trace, self.theme, self.bands.stage)
        said = say("Kernel w turns image x into y. The target is t, so w has to change.")
        with self.beat("explain", self.origin() + said):
            for panel in board:
                self.play(FadeIn(panel), run_time=0.8)
        self.working.grids = [board.x.grid, board.output.grid, board.wanted.grid, board.grad_output.grid]
        said = say(
            "Each output misses by y − t: that is dL/dy. The loss L, half of the sum of the squares, is {loss}.",
            loss=self.told("loss"),
        )
        with self.beat("step", said):
            for panel in (board.output, board.wanted):
                self.point_out(panel)
            self.play(FadeIn(board.grad_output, target_position=board.wanted), run_time=1.0)
            self.working.show(self.equation("loss"), run_time=1.6)

    def blame(self) -> None:
        """Show the kernel's gradient, and how the largest of its numbers came about."""
        board, gradient = self.board, self.trace.grad_weight[0, 0]
        row, column = map(int, np.unravel_index(np.abs(gradient).argmax(), gradient.shape))
        equation = self.equation(f"grad_weight[0,0,{row},{column}]")
        said = say(
            "A weight's gradient: how wrong each output is, times what the weight met there, added up. Here {value}.",
            value=self.told(equation.result.address),
        )
        with self.beat("step", said):
            self.play(FadeOut(board.wanted), run_time=0.3)
            self.play(FadeIn(board.grad_weight), run_time=0.6)
            ring = CellMarks(board.grad_weight.grid, [(row, column)], self.theme.window)
            self.play(Create(ring), run_time=0.4)
            self.working.show(equation, run_time=1.4)
        self.ring = ring

    def go_to_the_curve(self) -> None:
        """Leave kernel and gradient, and draw the loss along the step."""
        self.widen()
        self.working.writer.box = self.bands.formula
        self.places, before = Places.of(self.bands.stage), self.board
        board = self.steps = StepBoard(self.trace, self.theme, self.places)
        said = say(
            "A step subtracts η times the gradient; η is the rate. L begins at {loss} and falls by {slope} times η.",
            loss=self.told("loss"),
            slope=self.told("slope"),
        )
        with self.beat("explain", said):
            leaving = [before.x, before.output, before.grad_output, self.ring, before.weight, before.grad_weight]
            self.working.grids = [board.weight.grid, board.gradient.grid]
            self.take_away(*leaving)
            self.play(FadeIn(board), run_time=0.6)
            self.play(FadeIn(board.plane), run_time=0.6)
            self.show_sum("slope", run_time=1.0)
            self.play(FadeIn(self.dot(0.0, self.theme.text)), Create(board.slope()), run_time=0.8)
        with self.beat("explain", say("But the slope changes on the way. This is where L really is.")):
            self.play(Create(board.curve), run_time=1.6)
        self.kernel = board.weight
        self.rows: list[VGroup] = []
        self.dots: list[Dot] = []

    def dot(self, rate: float, color: str) -> Dot:
        return Dot(self.steps.on_curve(rate), radius=0.13, color=color)

    def step(self, k: int, *, asked: bool) -> None:
        """Take the step with a rate from where all of them begin."""
        rate = number(self.trace.value("rates", k).text)
        if asked:
            prompt = say(
                "The same way, with {rate}: does L end below {loss}, or above?",
                rate=rate,
                loss=self.told("loss"),
            )
            self.ask(prompt, self.answer(k), first=self.leave())
        with self.beat("answer" if asked else "step", self.verdict(k)):
            if asked:
                self.play(self.end_question(), run_time=0.4)
            kernel = self.steps.kernel(k)
            self.play(FadeOut(self.kernel), FadeIn(kernel), run_time=0.6)
            self.kernel = kernel
            self.working.show(self.equation(f"losses[{k}]"))
            self.walk(k)
            row = self.row(k)
            self.play(FadeIn(row), run_time=0.4)
            self.rows.append(row)

    def walk(self, k: int) -> None:
        """Let a dot go along the curve to where the step ends; of those before it, rings stay."""
        rate, plane = float(self.trace.rates[k]), self.steps.plane
        for dot in self.dots:
            dot.set_fill(opacity=0).set_stroke(self.theme.text, width=3)
        dot = self.dot(0.0, self.theme.window)
        rates = np.linspace(0, rate, 40)
        way = plane.line(rates, self.trace.loss_at(rates), self.theme.window)
        self.play(MoveAlongPath(dot, way), run_time=1.2)
        self.dots.append(dot)

    def row(self, k: int) -> VGroup:
        """Return a line of the list: the rate and where it led."""
        size = max(0.44 if self.wide else 0.36, smallest_text())
        rate = Known("η", self.trace.value("rates", k), self.theme, size)
        loss = Known("L", self.equation(f"losses[{k}]").result, self.theme, size)
        row = VGroup(rate, loss)
        box = self.places.rates
        pitch = min(1.35 * size, box.height / len(self.trace.rates))
        y = box.top - (k + 0.5) * pitch - (0.2 if self.wide else 0.0)
        rate.move_to(np.array([box.left, y, 0]), aligned_edge=LEFT)
        loss.move_to(np.array([box.left + 0.5 * box.width, y, 0]), aligned_edge=LEFT)
        return row

    def answer(self, k: int) -> str:
        result = self.told(f"losses[{k}]")
        if self.trace.losses[k] > self.trace.loss:
            return say("above: {loss}", loss=result)
        return say("below: {loss}", loss=result)

    def verdict(self, k: int) -> str:
        """Say where a step ends, and how that compares with what its line could give."""
        trace, named = (
            self.trace,
            {"rate": number(self.trace.value("rates", k).text), "loss": self.told(f"losses[{k}]")},
        )
        share = float(trace.rates[k]) / trace.lowest
        if trace.losses[k] > trace.loss:
            return say(
                "{rate} is too large: over the valley and up to {loss}. The slope was true only where it was measured.",
                **named,
            )
        if share > _LONG:
            return say("{rate} is large: it steps over the lowest point and up again. L is {loss}.", **named)
        if share < _SHORT:
            return say("{rate} is small: L falls, but only to {loss}. The valley lies further on.", **named)
        return say("{rate} fits: L falls to {loss}, most of what this step can gain.", **named)

    def close(self) -> None:
        """Mark the lowest point."""
        equation = self.equation("lowest")
        said = say(
            "The gradient tells the direction, not how far to go. Here the best rate would be {rate}.",
            rate=self.told(equation.result.address),
        )
        with self.beat("explain", said):
            self.working.show(equation)
            low = self.trace.lowest
            if low <= self.steps.reach:
                foot = self.steps.plane.point(low, 0)
                mark = VMobject(stroke_color=self.theme.window, stroke_width=3)
                mark.set_points_as_corners([foot, self.steps.on_curve(low)])
                self.play(Create(mark), run_time=0.6)
