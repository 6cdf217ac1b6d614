"""What poolings and activations of a photo share: a lens on some pixels, and the line that works them out."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
from manim import Animation, FadeIn, FadeOut, Group

from cnn_core.arrays import Array, Pair
from cnn_core.equation import Equation
from cnn_core.numerals import decimals_for
from cnn_core.trace import address_of
from scenes.conv2d.board import decimals_in, legible_cell
from scenes.language import say
from scenes.layout import Box, smallest_text
from scenes.mobjects.expression import Drawn, Writer
from scenes.mobjects.picture import Picture
from scenes.photo.pictures import PixelGrid, Tones
from scenes.photo.walk import PhotoWalk, sides
from scenes.stage import ExplainerScene

__all__ = ["PixelWalk"]

_LARGEST = 1.3
_LINE = 2.6
"""Height of the room of the line that works a pixel out, at most."""
_AROUND = 64
"""Rows and columns around the photo at which windows look at most."""
_MUCH_LARGER = 1.15


class PixelWalk(PhotoWalk):
    """Pixels, or windows of them, become pixels.

    Parameters
    ----------
    looked_at
        Rows and columns that the lens shows.
    """

    def __init__(self, stage: ExplainerScene[Any], at: Sequence[Pair], looked_at: Pair) -> None:
        self.looked_at = looked_at
        super().__init__(stage, stage.spec.trace(), at)
        self.window, self.line_box = divided(self.places.lens, self.places.lens_as, looked_at)
        self.working: list[Any] = []

    @abstractmethod
    def equation(self, cell: Pair) -> Equation:
        """Return how an output came about."""

    @abstractmethod
    def asked(self, cell: Pair) -> str:
        """Return the question."""

    @abstractmethod
    def said(self, cell: Pair) -> tuple[str, str]:
        """Return what is said of an output, and the reason beside the title."""

    @abstractmethod
    def place(self, cell: Pair) -> str:
        """Say which output it is, and why it was chosen, if that is so."""

    @abstractmethod
    def show_line(self, cell: Pair) -> Drawn:
        """Mark what matters in the lens, and show the line that works it out."""

    def lens_width(self) -> float:
        patches = np.stack([np.nan_to_num(self.values_of(*self.patch(cell))) for cell in self.at])
        return self.looked_at[1] * legible_cell(patches, decimals_for(patches, most=2))

    def outputs(self) -> Sequence[Array]:
        return [self.seen(self.trace.output[0])]

    def result_tones(self, number: int, values: Array) -> Tones:
        return self.tones

    def result_name(self, number: int) -> str:
        return f"{self.spec.output_label} {sides(self.trace.output.shape[2:])}"

    def named(self, cell: Pair) -> str:
        """Name an output, and say that only the first of three channels is looked at."""
        where = {"row": cell[0] + 1, "column": cell[1] + 1}
        if self.trace.x.shape[1] > 1:
            return say("Row {row}, column {column}, in red; green and blue go in the same way.", **where)
        return say("Row {row}, column {column}.", **where)

    def look(self, cell: Pair, *, first: bool) -> None:
        """Show pixels large, ask if they are the first, and work the output out."""
        is_asked = first and self.spec.question
        (said, reason), equation = self.said(cell), self.equation(cell)
        if is_asked:
            with self.stage.beat("step", self.place(cell)):
                self.arrive(cell)
            mark = self.results[0].question(cell, equation.address)
            self.stage.ask(
                self.asked(cell), equation.result.text, mark, room=self.question_box(self.window, self.line_box)
            )
        said = said if is_asked else f"{self.place(cell)} {said}"
        with self.stage.beat("answer" if is_asked else "step", said, reason=reason):
            if is_asked:
                self.stage.play(self.stage.end_question(), run_time=0.4)
            else:
                self.arrive(cell)
            line = self.show_line(cell)
            self.working.append(line)
            is_free = self.places.lens_as == "column"
            self.working += self.drop(0, cell, line.result, line, run_time=0.7, flies=is_free)

    def arrive(self, cell: Pair) -> None:
        """Let the pixels grow out of their place in the photo."""
        self.stage.play(*self.sight_to(self.look_at(cell)), run_time=0.6)
        rows, columns = self.patch(cell)
        values, side = self.values_of(rows, columns), self.window.height / self.rows_shown

        def address(row: int, column: int) -> str:
            return address_of("x", (0, 0, rows[row], columns[column]))

        decimals = decimals_in(np.nan_to_num(values)[None], side)
        self.grid = PixelGrid(values, address, self.theme.input, self.theme, side, is_lifted=False, decimals=decimals)
        self.grid.frame.set_stroke(self.theme.window, width=6)
        self.grid.shift(self.window.center - self.grid.frame.get_center())
        seen = np.nan_to_num(values, nan=self.tones.black)
        if self.trace.x.shape[1] > 1:
            seen = np.stack([seen, 0 * seen + self.tones.black, 0 * seen + self.tones.black])
        picture = Picture(self.tones.colours(seen), float(self.grid.frame.width)).move_to(self.window.center)
        beam, scale = self.rays(self.window), float(self.sight_now().width) / float(picture.width)
        self.stage.play(FadeIn(beam), run_time=0.3)
        self.stage.play(FadeIn(Group(picture, self.grid), target_position=self.sight_now(), scale=scale), run_time=0.8)
        self.working = [picture, self.grid, beam]

    @property
    def rows_shown(self) -> int:
        return max(len(self.patch(cell)[0]) for cell in self.at)

    def values_of(self, rows: Sequence[int], columns: Sequence[int]) -> Array:
        """Return pixels of the first channel; what lies outside of the photo is NaN."""
        H, W = self.size
        padded = np.pad(self.trace.x[0, 0], _AROUND, constant_values=np.nan)
        at = np.ix_(np.clip(rows, -_AROUND, H + _AROUND - 1), np.clip(columns, -_AROUND, W + _AROUND - 1))
        return np.asarray(padded[at[0] + _AROUND, at[1] + _AROUND])

    def write(self, equation: Equation, *heading: Any) -> Drawn:
        """Show the line of an equation, below the window, or below all where it is much larger there."""
        boxes = [self.line_box, self.question_box(self.window, self.line_box)]
        near, below = (Writer(self.theme, box).write(equation, heading) for box in boxes)
        line = below if below.size > _MUCH_LARGER * near.size else near
        self.stage.play(FadeIn(line), run_time=0.8)
        return line

    def leave(self) -> None:
        gone, self.working = self.working, []
        if gone:
            moves: list[Animation] = [FadeOut(one) for one in gone]
            self.stage.play(*moves, run_time=0.5)


def divided(box: Box, lens_as: str, looked_at: Pair) -> tuple[Box, Box]:
    """Return the room of pixels and that of the line that works them out."""
    rows, columns = looked_at
    most = max(_LARGEST, 4 * smallest_text())
    if lens_as == "row":
        cell = min(0.42 * box.width / columns, box.height / rows, most)
        window = Box(box.left, box.left + columns * cell, box.top - rows * cell, box.top)
        return window, Box(window.right + 0.4, box.right, window.bottom, window.top)
    width = (1.0 if lens_as == "column" else 0.7) * box.width
    cell = min(width / columns, 0.55 * box.height / rows, most)
    x, half = box.center[0], columns * cell / 2
    window = Box(x - half, x + half, box.top - rows * cell, box.top)
    top = window.bottom - 0.2
    return window, replace(box, top=top, bottom=max(box.bottom, top - _LINE))
