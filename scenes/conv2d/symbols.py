"""A convolution in symbols: each pixel times its weight, and the long sum folded into a short one."""

from __future__ import annotations

from typing import Any

import numpy as np
from manim import DOWN, UP, Animation, FadeIn, FadeOut, Rectangle, Transform, VGroup

from scenes.conv2d import reasons, words
from scenes.conv2d.board import ConvBoard
from scenes.conv2d.size import free_boxes
from scenes.language import say
from scenes.layout import smallest_text
from scenes.mobjects.grid import CellMarks
from scenes.mobjects.text import Formula
from scenes.stage import ExplainerScene

__all__ = ["SymbolsChapter"]

_SIZE = 0.5
"""Size of the formulas, where there is room."""
_CELL = 2.7
"""Side of a cell in which a pixel's and a weight's symbol of one em can be read, in em."""
_WRITTEN_OUT = 4
"""Products up to which all of them are written; of more, the first two and the last."""


class SymbolsChapter:
    """Pixels are called i, weights w; the kernel lies on the window.

    Parameters
    ----------
    stage
        Where it is played.
    board
        The grids, on stage and empty.
    """

    def __init__(self, stage: ExplainerScene[Any], board: ConvBoard) -> None:
        self.stage, self.board, self.theme = stage, board, stage.theme
        self.cells = list(np.ndindex(*board.trace.kernel_size))
        self.count = len(self.cells) * board.trace.weight.shape[1]
        self.boxes = free_boxes(board)
        self.shown: list[Any] = []

    def play(self) -> None:
        self.stage.set_subtitle(say("in symbols"))
        long, total = self.formulas()
        readable = self.board.image.cell >= _CELL * smallest_text()
        if 1 < self.count <= 9 and len(self.cells) == self.count and readable:
            self.name_cells()
            self.multiply(long)
            self.fold(total)
            return
        box, window, total = self.board.places.working, self.board.windows[0].place(0, 0), self.total()
        total.scale(min(_SIZE, box.width / total.width, box.height / total.height)).move_to(box.center)
        with self.stage.beat("explain", words.every_position(self.stage.spec, self.count), reason=reasons.same_sum()):
            self.stage.play(FadeIn(window), run_time=0.6)
            self.stage.play(FadeIn(total), run_time=1.0)
        self.shown = [window, total]

    def leaving(self) -> list[Animation]:
        return [FadeOut(*self.shown)] if self.shown else []

    def formulas(self) -> tuple[Formula, Formula]:
        """Return the long form and the sum below it, as large as they fit."""
        long, total = self.long_form(1), self.total("= ")
        both = VGroup(long, total).arrange(DOWN, buff=0.6)
        fitting = [min(_SIZE, box.width / both.width, box.height / both.height) for box in self.boxes]
        best = int(np.argmax(fitting))
        both.scale(fitting[best]).move_to(self.boxes[best].center)
        return long, total

    def name_cells(self) -> None:
        """Put i_1, i_2, … into the first window, and w_1, w_2, … on plates below them."""
        image = self.board.image
        size, (dH, dW) = 0.37 * image.cell, self.board.trace.dilation
        pixels, plates = VGroup(), VGroup()
        for number, (i, j) in enumerate(self.cells, start=1):
            pixel, weight = (Formula(f"{letter}_{number}", size, self.theme.text) for letter in "iw")
            middle = image.cell_center(i * dH, j * dW)
            pixels.add(pixel.move_to(middle + 0.24 * image.cell * UP))
            plate = Rectangle(
                width=0.91 * image.cell, height=0.44 * image.cell, color=self.theme.kernel, stroke_width=2.5
            )
            plate.set_fill(self.theme.background, opacity=1)
            plates.add(VGroup(plate, weight.move_to(plate)).move_to(middle + 0.25 * image.cell * DOWN))
        window = self.board.windows[0].place(0, 0)
        with self.stage.beat("explain", words.names(self.stage.spec, self.count), reason=reasons.letters()):
            self.stage.play(FadeIn(window), run_time=0.6)
            self.stage.play(FadeIn(pixels), run_time=0.8)
            self.stage.play(FadeIn(plates), run_time=0.8)
        self.shown = [window, pixels, plates]

    def multiply(self, long: Formula) -> None:
        """Mark pair after pair while the long form is written."""
        written = self.written()
        with self.stage.beat("explain", words.product_and_sum(), reason=reasons.pairs(self.count)):
            mark: CellMarks | None = None
            for number in range(1, self.count + 1):
                (i, j), (dH, dW) = self.cells[number - 1], self.board.trace.dilation
                there = CellMarks(self.board.image, [(i * dH, j * dW)], self.theme.window)
                self.stage.play(FadeIn(there) if mark is None else Transform(mark, there), run_time=0.25)
                mark = mark or there
                if number in written:
                    parts = [long.part(f"{letter}{number}") for letter in "iw"]
                    last = [long.parts[0], *([long.part("b")] if "b" in long.names else [])]
                    self.stage.play(FadeIn(*parts, *(last if number == self.count else [])), run_time=0.6)
            self.stage.play(FadeOut(VGroup(*filter(None, [mark]))), run_time=0.2)
        self.stage.add(long)
        self.shown.append(long)

    def written(self) -> list[int]:
        return list(range(1, self.count + 1)) if self.count <= _WRITTEN_OUT else [1, 2, self.count]

    def long_form(self, size: float) -> Formula:
        """Return `i_1 w_1 + i_2 w_2 + … + i_9 w_9`."""
        terms = [f"{{{{i_{n} : i{n}}}}} {{{{w_{n} : w{n}}}}}" for n in self.written()]
        if self.count > _WRITTEN_OUT:
            terms.insert(2, "dots.c")
        return self.colored(Formula(" + ".join(terms) + self.with_bias(), size, self.theme.text))

    def total(self, sign: str = "") -> Formula:
        code = f"{sign}sum_(j=1)^{self.count} {{{{w_j : w}}}} {{{{i_j : i}}}}{self.with_bias()}"
        return self.colored(Formula(code, 1, self.theme.text))

    def with_bias(self) -> str:
        return " + {{b : b}}" if self.board.trace.bias is not None else ""

    def colored(self, formula: Formula) -> Formula:
        """Give pixels, weights and bias the colours of their grids."""
        for name in formula.names:
            formula.part(name).set_color(self.theme.input if name.startswith("i") else self.theme.kernel)
        return formula

    def fold(self, total: Formula) -> None:
        """Write the sum, and mark the output cell that it goes to."""
        grid = self.board.outputs[0]
        sigma = Formula("Sigma", max(0.5 * grid.cell, smallest_text()), self.theme.text)
        marks = [CellMarks(grid, [(0, 0)], self.theme.window, 7), sigma.move_to(grid.cell_center(0, 0))]
        with self.stage.beat("explain", words.folded(self.stage.spec, self.count), reason=reasons.same_sum()):
            self.stage.play(FadeIn(total), run_time=1.0)
            self.stage.play(FadeIn(*marks), run_time=0.6)
        self.shown += [total, *marks]
