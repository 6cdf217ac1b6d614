"""How one output value is worked out below the grids."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any

import numpy as np
from manim import Animation, FadeIn, FadeOut, Restore, VGroup, Wait

from cnn_core.conv2d import Conv2dStep
from scenes.conv2d import words
from scenes.conv2d.sums import Cell, ConvSums
from scenes.mobjects.arithmetic import Lines, Paragraphs, Term
from scenes.mobjects.grid import CellMarks
from scenes.mobjects.text import Label
from scenes.stage import ExplainerScene

__all__ = ["ResultOnly", "Working", "travel"]


class Working(ABC):
    """What stands in the formula band while positions are told.

    Parameters
    ----------
    told
        The positions that will be worked out; the text has one size for all of them.

    Attributes
    ----------
    lines
        What stands there now.
    """

    def __init__(self, stage: ExplainerScene[Any], sums: ConvSums, told: Sequence[Conv2dStep]) -> None:
        self.stage, self.sums, self.board, self.theme = stage, sums, sums.board, stage.theme
        pictures = [picture for step in told for picture in self.pictures(step)]
        self.paragraphs = Paragraphs.fitting(pictures, stage.bands.formula)
        self.lines = VGroup()

    @abstractmethod
    def pictures(self, step: Conv2dStep) -> list[list[list[Term]]]:
        """Return everything that may stand in the band at once: some pictures, of two runs of terms each."""

    @abstractmethod
    def slowly(self, step: Conv2dStep, *, asked: bool) -> None:
        """Work a value out in beats of their own, and write it; if it was asked for, the first beat is the answer."""

    @abstractmethod
    def at_once(self, step: Conv2dStep) -> None:
        """Work a value out inside a beat, and write it."""

    @abstractmethod
    def briefly(self, step: Conv2dStep) -> None:
        """Do the same once more, faster."""

    @property
    def fits(self) -> bool:
        """Whether there is room for all lines."""
        return self.paragraphs.size > 0

    def leaving(self) -> list[Animation]:
        """Return the animations that clear the band."""
        gone: list[Animation] = [FadeOut(self.lines)] if len(self.lines) else []
        self.lines = VGroup()
        return gone

    def said(self, step: Conv2dStep) -> str:
        """Say what the value is."""
        return words.total(step, self.sums.result(step).text)

    def marks(self, step: Conv2dStep, cells: Sequence[Cell]) -> list[CellMarks]:
        """Return outlines of some pixels, and of the weights on them."""
        image, kernel = self.sums.grids(step, cells[0])
        near = self.board.trace.dilation == (1, 1)
        places = [self.sums.place(step, cell) for cell in cells]
        pixels = CellMarks(image, places, self.theme.window, together=near)
        return [pixels, CellMarks(kernel, [cell[1:] for cell in cells], self.theme.window, together=True)]

    def out_of_cells(self, step: Conv2dStep, cell: Cell, term: Sequence[Label]) -> list[Animation]:
        """Return the animations in which a pixel and its weight travel into their term."""
        *signs, pixel, dot, weight = term
        image, kernel = self.sums.grids(step, cell)
        return [
            FadeIn(*signs, dot),
            travel(pixel, image.cell_center(*self.sums.place(step, cell)), image.text_size),
            travel(weight, kernel.cell_center(*cell[1:]), kernel.text_size),
        ]

    def all_out_of_cells(self, step: Conv2dStep, cells: Sequence[Cell], lines: Lines) -> list[Animation]:
        """Return the same for several pixels, whose terms are the first ones of a line."""
        pairs = zip(cells, lines.terms, strict=False)
        return [move for cell, term in pairs for move in self.out_of_cells(step, cell, term)]

    def finish(self, step: Conv2dStep, *lines: Lines) -> None:
        """Let the lines stand and the result travel into its cell."""
        self.lines = VGroup(*lines)
        self.stage.add(self.lines)
        self.drop(step, lines[-1].terms[-1][-1])

    def drop(self, step: Conv2dStep, result: Label | None, run_time: float = 0.6) -> None:
        """Let the result travel into its output cell."""
        _, k, i, j = step.position
        grid = self.board.outputs[k]
        number = grid.make_number(i, j)
        grid.write(i, j, number=number)
        moves: list[Animation] = [FadeIn(grid.fills[i, j])] if (i, j) in grid.fills else []
        if grid.text_size:
            window = self.board.windows[step.channels[0]].outline
            moves.append(travel(number, (result or window).get_center(), result.size if result else 0))
        self.stage.play(*(moves or [Wait()]), run_time=run_time)


class ResultOnly(Working):
    """Writes nothing below the grids, for numbers that are too long."""

    def pictures(self, step: Conv2dStep) -> list[list[list[Term]]]:
        """Return the result."""
        return [[[], [(self.sums.result(step),)]]]

    def slowly(self, step: Conv2dStep, *, asked: bool) -> None:
        """Write the result."""
        with self.stage.beat("answer" if asked else "step", self.said(step)):
            if asked:
                self.stage.play(self.stage.end_question(), run_time=0.4)
            self.at_once(step)

    def at_once(self, step: Conv2dStep) -> None:
        """Write the result."""
        self.drop(step, None, run_time=1.0)

    def briefly(self, step: Conv2dStep) -> None:
        """Write the result."""
        self.drop(step, None)


def travel(label: Label, start: np.ndarray, size: float) -> Restore:
    """Return the animation that brings a label to where it is now from `start`, where it has another size."""
    label.save_state()
    label.scale((size or label.size) / label.size).move_to(start)
    return Restore(label)
