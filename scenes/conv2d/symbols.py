"""A convolution in symbols: each pixel times its weight, and the long sum folded into a short one."""

from __future__ import annotations

from typing import Any

import numpy as np
from manim import DOWN, RIGHT, Animation, FadeIn, FadeOut, ReplacementTransform, Restore, Transform, VGroup

from scenes.conv2d import words
from scenes.conv2d.board import ConvBoard
from scenes.language import say
from scenes.layout import smallest_text
from scenes.mobjects.grid import CellMarks
from scenes.mobjects.text import Formula
from scenes.stage import ExplainerScene

__all__ = ["SymbolsChapter"]

SIZE = 0.5
"""Size of the formulas, where there is room."""

CELL = 1.25
"""Side of a cell in which a symbol of one em can be read, in em."""

GAP = 0.4
"""Between long form and sum, in em."""

WRITTEN_OUT = 4
"""Products up to which all of them are written; of more, the first two and the last."""


class SymbolsChapter:
    """Pixels are called i, weights w.

    Parameters
    ----------
    stage
        Where it is played.
    board
        The grids, on stage and empty.
    """

    def __init__(self, stage: ExplainerScene[Any], board: ConvBoard) -> None:
        self.stage, self.board, self.theme = stage, board, stage.theme
        self.image, self.kernel = board.images[0], board.kernels[0][0]
        self.cells = list(np.ndindex(*board.trace.kernel_size))
        self.count = len(self.cells) * board.trace.weight.shape[1]
        self.shown: list[Any] = []
        self.size, self.in_row = self.choose_size()

    def play(self) -> None:
        self.stage.set_subtitle(say("in symbols"))
        readable = self.image.cell >= CELL * smallest_text()
        if 1 < self.count <= 9 and len(self.board.kernels[0]) == 1 and readable:
            self.name_cells()
            self.multiply()
            self.fold()
        else:
            self.say_it()

    def choose_size(self) -> tuple[float, bool]:
        """Return the size of the formulas, and whether long form and sum stand beside each other."""
        box, long, total = self.stage.bands.formula, self.long_form(1), self.total("=", 1)
        row = min(SIZE, box.width / (long.width + GAP + total.width), box.height / total.height)
        column = min(SIZE, box.width / max(long.width, total.width), box.height / (long.height + GAP + total.height))
        return max(row, column), row >= column

    def leaving(self) -> list[Animation]:
        return [FadeOut(*self.shown)] if self.shown else []

    def say_it(self) -> None:
        total = self.total("", self.size).move_to(self.stage.bands.formula.center)
        with self.stage.beat("explain", words.every_position(self.stage.spec, self.count)):
            self.stage.play(FadeIn(total), run_time=1.0)
        self.shown = [total]

    def name_cells(self) -> None:
        """Put i_1, i_2, … into the first window, w_1, w_2, … into the kernel, and b into the bias."""
        size = max(0.5 * self.image.cell, smallest_text())
        dH, dW = self.board.trace.dilation
        self.pixels, self.weights = [], []
        for number, (i, j) in enumerate(self.cells, start=1):
            pixel, weight = (Formula(f"{letter}_{number}", size, self.theme.text) for letter in "iw")
            self.pixels.append(pixel.move_to(self.image.cell_center(i * dH, j * dW)))
            self.weights.append(weight.move_to(self.kernel.cell_center(i, j)))
        self.bias = [
            Formula("b", size, self.theme.text).move_to(cell.cell_center(0, 0)) for cell in self.board.biases[:1]
        ]
        window = self.board.windows[0].place(0, 0)
        with self.stage.beat("explain", words.names(self.stage.spec, self.count)):
            self.stage.play(FadeIn(window), run_time=0.6)
            self.stage.play(FadeIn(*self.pixels), run_time=0.8)
            self.stage.play(FadeIn(*self.weights, *self.bias), run_time=0.8)
        self.shown = [window, *self.pixels, *self.weights, *self.bias]

    def written(self) -> list[int]:
        return list(range(1, self.count + 1)) if self.count <= WRITTEN_OUT else [1, 2, self.count]

    def multiply(self) -> None:
        """Let each product come out of its two cells; in a long sum only some are written."""
        self.long = self.long_form(self.size).move_to(self.stage.bands.formula.center)
        signs = list(self.long.parts[0])
        with self.stage.beat("explain", words.product_and_sum()):
            self.marks = self.look_at(1)
            self.stage.play(FadeIn(*self.marks), run_time=0.4)
            for number in range(1, self.count + 1):
                if number > 1:
                    hurried = number not in self.written()
                    self.stage.play(*map(Transform, self.marks, self.look_at(number)), run_time=0.2 if hurried else 0.3)
                if number in self.written():
                    last = number == self.count
                    new = signs if last else signs[: number - 1]
                    self.bring(number, new, run_time=1.0 if number < 3 else 0.7)
                    signs = signs[len(new) :]
            self.stage.play(FadeOut(*self.marks), run_time=0.2)
            self.stage.add(self.long)
        self.shown.append(self.long)

    def look_at(self, number: int) -> list[CellMarks]:
        (i, j), (dH, dW) = self.cells[number - 1], self.board.trace.dilation
        pixel = CellMarks(self.image, [(i * dH, j * dW)], self.theme.window)
        return [pixel, CellMarks(self.kernel, [(i, j)], self.theme.window)]

    def bring(self, number: int, signs: list[Any], run_time: float) -> None:
        """Let a pixel and its weight, at last the bias too, travel into the formula."""
        pairs = [(self.pixels[number - 1], f"i{number}"), (self.weights[number - 1], f"w{number}")]
        if number == self.count:
            pairs += [(symbol, "b") for symbol in self.bias]
        moves = [ReplacementTransform(symbol.parts[0].copy(), self.long.part(name)) for symbol, name in pairs]
        self.stage.play(*moves, *([FadeIn(*signs)] if signs else []), run_time=run_time)

    def long_form(self, size: float) -> Formula:
        """Return `i_1 w_1 + i_2 w_2 + … + i_9 w_9`."""
        terms = [f"{{{{i_{n} : i{n}}}}} {{{{w_{n} : w{n}}}}}" for n in self.written()]
        if self.count > WRITTEN_OUT:
            terms.insert(2, "dots.c")
        return self.coloured(Formula(" + ".join(terms) + self.with_bias(), size, self.theme.text))

    def total(self, before: str, size: float) -> Formula:
        code = f"{before} sum_(j=1)^{self.count} {{{{w_j : w}}}} {{{{i_j : i}}}}{self.with_bias()}"
        return self.coloured(Formula(code, size, self.theme.text))

    def with_bias(self) -> str:
        return " + {{b : b}}" if self.board.biases else ""

    def coloured(self, formula: Formula) -> Formula:
        """Give pixels, weights and bias the colours of their grids."""
        for name in formula.names:
            formula.part(name).set_color(self.theme.input if name.startswith("i") else self.theme.kernel)
        return formula

    def fold(self) -> None:
        """Fold the long form into a sum, and let it drop into the first output cell."""
        total = self.total("=", self.size)
        self.settle(total)
        long, place = self.long, self.place
        with self.stage.beat("explain", words.fold(self.stage.spec, self.count)):
            self.stage.play(long.animate.move_to(place), run_time=0.6)
            copies = VGroup(*(long.part(name).copy() for name in long.names))
            goals = [total.part(name[0]).copy() for name in long.names]
            self.stage.play(*map(Transform, copies, goals), FadeIn(total.parts[0]), run_time=1.2)
            self.stage.remove(*copies)
            self.stage.add(total)
            self.drop(total)
        self.shown.append(total)

    def settle(self, total: Formula) -> None:
        """Find the places of long form and sum: on one line, or below each other."""
        long, gap = self.long.copy(), GAP * self.size
        if self.in_row:
            VGroup(long, total).arrange(RIGHT, buff=gap).move_to(self.stage.bands.formula.center)
            long.shift(np.array([0, total.parts[0][0].get_y() - long.parts[0][0].get_y(), 0]))
        else:
            VGroup(long, total).arrange(DOWN, buff=gap).move_to(self.stage.bands.formula.center)
        self.place = long.get_center()

    def drop(self, total: Formula) -> None:
        """Let a sign for the sum travel into the first output cell."""
        grid = self.board.outputs[0]
        frame = CellMarks(grid, [(0, 0)], self.theme.window, 7)
        sigma = Formula("Sigma", max(0.5 * grid.cell, smallest_text()), self.theme.text)
        sigma.move_to(grid.cell_center(0, 0)).save_state()
        sigma.move_to(total)
        self.stage.play(FadeIn(frame), Restore(sigma), run_time=1.0)
        self.shown += [frame, sigma]
