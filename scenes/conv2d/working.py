"""How one output value is worked out below the grids, as its equation says."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, cast

import numpy as np
from manim import ApplyMethod, FadeIn, FadeOut, Transform, VGroup, rush_from

from cnn_core.conv2d import Conv2dStep
from cnn_core.equation import Equation
from cnn_core.trace import address_of
from scenes.conv2d import words
from scenes.conv2d.board import ConvBoard
from scenes.language import say
from scenes.mobjects.expression import Drawn, Line, Term
from scenes.mobjects.grid import CellMarks
from scenes.mobjects.panels import drop_into
from scenes.mobjects.setting import GAP, LEADING
from scenes.stage import ExplainerScene
from scenes.working import Working

__all__ = ["ConvWorking", "WrittenOut"]

LARGEST = 0.46


class ConvWorking(Working):
    """Writes nothing below the grids, for numbers that are too long; a subclass writes more.

    Parameters
    ----------
    told
        The positions that will be worked out; the text has one size for all of them.

    Attributes
    ----------
    size
        Of the text; 0 if the lines do not fit.
    """

    def __init__(self, stage: ExplainerScene[Any], board: ConvBoard, told: Sequence[Conv2dStep]) -> None:
        kernels = [grid for kernel in board.kernels for grid in kernel]
        super().__init__(stage, [*board.images, *kernels, *board.biases], most=LARGEST)
        self.board, self.theme = board, stage.theme
        self.size = min((self.writer.size_of(line) for step in told for line in self.lines(step)), default=1.0)

    def equation(self, step: Conv2dStep) -> Equation:
        return cast("Equation", self.stage.spec.explain(address_of("output", step.position)))

    def inside(self, step: Conv2dStep, name: str) -> Equation:
        """Return how a number inside a step comes about, such as `running_sum[2]`."""
        index = np.ravel_multi_index(step.position, self.board.trace.output.shape)
        return cast("Equation", self.stage.spec.explain(f"steps[{index}].{name}"))

    def lines(self, step: Conv2dStep) -> Iterable[Line]:
        return ()

    def slowly(self, step: Conv2dStep, *, asked: bool) -> None:
        """Work a value out in beats of their own, and write it; if it was asked for, the first beat is the answer."""
        with self.stage.beat("answer" if asked else "step", self.said(step)):
            if asked:
                self.stage.play(self.stage.end_question(), run_time=0.4)
            self.at_once(step)

    def at_once(self, step: Conv2dStep) -> None:
        """Work a value out inside a beat, and write it."""
        self.drop(step, run_time=1.0)

    def briefly(self, step: Conv2dStep) -> None:
        """Do the same once more, faster."""
        self.drop(step)

    def said(self, step: Conv2dStep) -> str:
        return words.total(step, self.equation(step))

    def drop(self, step: Conv2dStep, run_time: float = 0.6) -> None:
        """Let the result travel into its output cell, out of the line or else of the window."""
        _, k, i, j = step.position
        start = self.line.result if isinstance(self.line, Drawn) else self.board.windows[step.channels[0]].outline
        self.stage.play(*drop_into(self.board.outputs[k], i, j, start), run_time=run_time)

    def marks(self, terms: Sequence[Term]) -> list[CellMarks]:
        """Return outlines of some pixels, and of the weights on them."""
        seen: dict[Any, list[tuple[int, int]]] = {}
        for number in (number for term in terms for number in term.numbers):
            for grid in self.grids:
                if cell := grid.find(number.address):
                    seen.setdefault(grid, []).append(cell)
        near = self.board.trace.dilation == (1, 1)
        images = set(self.board.images)
        return [
            CellMarks(grid, cells, self.theme.window, together=near or grid not in images)
            for grid, cells in seen.items()
        ]

    def show_at_once(self, step: Conv2dStep, line: Drawn) -> None:
        """Let all stages of a line come, and drop the result."""
        for index in range(len(line.line.parts)):
            last = index == len(line.line.parts) - 1
            self.bring(line, index, run_time=0.3 if last else 0.9)
        self.put(line)
        self.drop(step)

    def fade_in(self, step: Conv2dStep, line: Drawn) -> None:
        self.stage.play(FadeIn(line), run_time=0.4)
        self.put(line)
        self.drop(step)


class WrittenOut(ConvWorking):
    """`0·(−1) + 1·2 + …`, and below it `= 0 + 2 + … = 5`."""

    def lines(self, step: Conv2dStep) -> Iterable[Line]:
        yield self.both(step)

    def both(self, step: Conv2dStep) -> Line:
        first, *others = self.equation(step).stages()
        return Line((first, *others[: len(others) > 1], others[-1]), stacked=True)

    def slowly(self, step: Conv2dStep, *, asked: bool) -> None:
        """Let each product come out of its two cells, and then the sum out of the products."""
        line = self.writer.draw(self.both(step), self.size)
        if asked:
            with self.stage.beat("answer", self.said(step)):
                self.stage.play(self.stage.end_question(), run_time=0.4)
                self.multiply(line)
                self.add_up(step, line)
            return
        with self.stage.beat("step", say("Each pixel is multiplied by the weight that lies on it.")):
            self.multiply(line)
        with self.stage.beat("step", self.said(step)):
            self.add_up(step, line)

    def multiply(self, line: Drawn) -> None:
        """Let each product come out of its two cells, one after the other."""
        looked_at: list[CellMarks] = []
        for index, term in enumerate(line.stage(0)):
            there = self.marks([term])
            if looked_at and len(there) == len(looked_at):
                self.stage.play(*map(Transform, looked_at, there), run_time=0.2)
            elif not looked_at:
                self.stage.play(FadeIn(*there), run_time=0.4)
                looked_at = there
            self.stage.play(*self.arrivals(line, term), run_time=0.8 if index < 2 else 0.4)
        self.stage.play(FadeOut(*looked_at), run_time=0.2)

    def add_up(self, step: Conv2dStep, line: Drawn) -> None:
        """Let each product become a number, with the sum so far behind it, and write the sum."""
        tail = VGroup()
        values = line.stage(1)
        for index, term in enumerate(values[:-1] if len(line.line.parts) < 3 else values):
            new = self.tail(step, line, index)
            moves = self.arrivals(line, term)
            if len(tail) and len(new):
                # Out of the way early: the number arrives where the tail has been.
                moves.append(ApplyMethod(tail.shift, new.get_left() - tail.get_left(), rate_func=rush_from))
            self.stage.play(*moves, run_time=0.4)
            self.stage.remove(tail)
            tail = new if index else tail
            self.stage.add(tail)
        self.stage.remove(tail)
        self.bring(line, -1, run_time=0.3)
        self.put(line)
        self.drop(step)

    def tail(self, step: Conv2dStep, line: Drawn, index: int) -> VGroup:
        """Return `= 2`, the sum of the numbers so far, right behind them."""
        values = [term.node for term in line.stage(1)]
        if not 0 < index < step.products.size or index == len(values) - 1:
            return VGroup()
        equation = self.inside(step, f"running_sum[{index}]")
        so_far = Equation.of(type(line.line.parts[1])(tuple(values[: index + 1])), equation.result)  # type: ignore[call-arg]
        drawn = self.writer.draw(Line((so_far.left, so_far.result)), self.size).stage(1)[0]
        last, right = line.stage(1)[index], self.stage.bands.formula.right
        x, y, space = last.get_right()[0], last.numbers[-1].get_y(), GAP * self.size
        if x + space + drawn.width > right:
            x, y = last.get_left()[0], y - (1 + LEADING) * self.size
        return drawn.shift(np.array([x + space + drawn.width / 2, y, 0]) - drawn.get_center())

    def at_once(self, step: Conv2dStep) -> None:
        """Let all products come out of their cells together, then their sum."""
        self.show_at_once(step, self.writer.draw(self.both(step), self.size))

    def briefly(self, step: Conv2dStep) -> None:
        self.fade_in(step, self.writer.draw(Line(self.both(step).parts[1:]), self.size))
