"""A kernel visits every position of an image: the first one slowly, the second a little faster, the others flow."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from manim import Animation, FadeIn, FadeOut, Transform, VGroup, Wait

from cnn_core.conv2d import Conv2dStep
from cnn_core.trace import Position
from scenes.conv2d import words
from scenes.conv2d.board import ConvBoard, written
from scenes.conv2d.by_parts import ByParts
from scenes.conv2d.gaze import Gaze
from scenes.conv2d.working import ConvWorking, WrittenOut
from scenes.language import say
from scenes.mobjects.panels import question_marks
from scenes.stage import ExplainerScene

__all__ = ["WalkChapter"]

TOLD_ONE_BY_ONE = 16
"""Positions that are each a beat of their own; of a larger output most go row by row."""

TERMS = 9
"""Products up to which all of them are written out."""

FLOW = 50.0
"""Seconds that the rows of a large output take together, at most."""

UNHURRIED = 0.4
"""Seconds for a position of a row, at most."""


class WalkChapter:
    """All positions, in reading order.

    Parameters
    ----------
    stage
        Where it is played.
    board
        The grids, on stage and filled with the values of the image and of the first kernel.
    """

    def __init__(self, stage: ExplainerScene[Any], board: ConvBoard) -> None:
        self.stage, self.board, self.theme, self.trace = stage, board, stage.theme, board.trace
        self.positions = list(self.trace.positions())
        self.told = [position for position in self.positions if self.is_told(position)]
        self.working = self.choose_working()
        self.gaze = Gaze(stage, board)

    def is_told(self, position: Position) -> bool:
        _, k, i, j = position
        index = i * self.trace.output.shape[3] + j
        return len(self.positions) <= TOLD_ONE_BY_ONE or index < (2 if k == 0 else 1)

    def choose_working(self) -> ConvWorking:
        """Write all products out if there is room, otherwise part by part, otherwise only the result."""
        steps = [self.trace.step(*position) for position in self.told]
        kinds = [WrittenOut, ByParts] if self.trace.weight[0].size <= TERMS else [ByParts]
        for kind in kinds:
            working: ConvWorking = kind(self.stage, self.board, steps)
            if working.size:
                return working
        return ConvWorking(self.stage, self.board, steps)

    def play(self, *, question: bool) -> None:
        for k, positions in groupby(self.positions, key=lambda position: position[1]):
            if k > 0:
                self.change_kernels(k)
            for told, row in groupby(positions, key=lambda position: (self.is_told(position), position[2])):
                steps = [self.trace.step(*position) for position in row]
                if not told[0]:
                    self.flow(steps)
                    continue
                for step in steps:
                    self.tell(step, question=question)

    def number(self, step: Conv2dStep) -> int:
        """Return which position this is, counted from 1."""
        return self.positions.index(step.position) + 1

    def tell(self, step: Conv2dStep, *, question: bool) -> None:
        number, begins = self.number(step), step.position[2:] == (0, 0)
        if number == 1:
            self.tell_first(step, question=question)
        elif number == 2 or begins:
            moved = "" if begins else f"{words.moved(self.trace, step)} "
            with self.stage.beat("step", moved + self.working.said(step)):
                self.look_at(step, 0.8)
                self.working.at_once(step)
        else:
            said = words.position(number, self.working.equation(step))
            with self.stage.beat("step", said, brisk=True):
                self.look_at(step, 0.4)
                self.working.briefly(step)

    def tell_first(self, step: Conv2dStep, *, question: bool) -> None:
        """Lay the kernel on the window, and work the value out in small steps."""
        with self.stage.beat("step", words.laid(self.stage.spec)):
            self.look_at(step, 0.8)
            self.lay_kernel(step)
        if question:
            answer = self.working.equation(step).result.text
            _, k, i, j = step.position
            marks = question_marks(self.board.outputs[k], i, j, self.theme)
            self.stage.ask(words.question(step), answer, *marks)
        self.working.slowly(step, asked=question)

    def look_at(self, step: Conv2dStep, run_time: float) -> None:
        """Bring windows and output frame to a position, and clear the formula band."""
        said = say("position {number} of {count}", number=self.number(step), count=len(self.positions))
        self.stage.set_subtitle(said)
        self.stage.play(*self.working.leave(), *self.gaze.moves(step), run_time=run_time)

    def lay_kernel(self, step: Conv2dStep) -> None:
        """Let a translucent copy of the kernel lie on the window for a moment."""
        ghost, there = VGroup(), VGroup()
        for cell in self.board.kernel_cells:
            image, *at = self.board.pixel(step, cell)
            kernel = self.board.kernels[step.position[1]][cell[0]]
            tint = kernel.make_fill(*cell[1:]).set_fill(opacity=0.5 if step.kernel[cell] else 0)
            tint.set_stroke(self.theme.kernel, 2)
            ghost.add(tint)
            place = image.cell_center(*at)
            there.add(tint.copy().scale(image.cell / kernel.cell).move_to(place))
        self.stage.play(FadeIn(ghost), run_time=0.3)
        self.stage.play(Transform(ghost, there), run_time=1.2)
        self.stage.hold(0.6)
        self.stage.play(FadeOut(ghost), run_time=0.4)

    def change_kernels(self, k: int) -> None:
        board = self.board
        old, new = ([*board.kernel_picture(n), *board.biases[n : n + 1]] for n in (k - 1, k))
        staying = set(map(id, old)) & set(map(id, new))
        with self.stage.beat("explain", words.next_kernel(self.stage.spec, k)):
            leaving = [*self.working.leave(), *(FadeOut(part) for part in old if id(part) not in staying)]
            self.stage.play(*(leaving or [Wait()]), run_time=0.5)
            written([*([] if board.apart else board.kernels[k]), *board.biases[k : k + 1]])
            arriving: list[Animation] = [FadeIn(part) for part in new if id(part) not in staying]
            self.stage.play(*(arriving or [Wait()]), run_time=0.8)

    def flow(self, steps: list[Conv2dStep]) -> None:
        """Let the window run through the rest of a row, as one beat."""
        seconds = min(UNHURRIED, FLOW / (len(self.positions) - len(self.told)))
        with self.stage.beat("step", words.row(self.trace, steps[0]), brisk=True):
            for step in steps:
                if seconds == UNHURRIED:
                    self.look_at(step, UNHURRIED / 2)
                    self.working.drop(step, UNHURRIED / 2)
                else:
                    self.look_at(step, seconds)
                    self.board.outputs[step.position[1]].write(*step.position[2:])

    def leaving(self) -> list[Animation]:
        return [self.gaze.leaving(), *self.working.leave()]
