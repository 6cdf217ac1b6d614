"""2-D convolution: a kernel visits an image; products are added up, and each sum is one output cell."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import numpy as np
from manim import PI, Animation, ApplyMethod, Circle, Create, FadeIn, FadeOut, Rotate, Wait

from cnn_core.trace import Position
from scenes.conv2d import Conv2dSpec, words
from scenes.conv2d.board import ConvBoard, written
from scenes.conv2d.size import SizeChapter
from scenes.conv2d.symbols import SymbolsChapter
from scenes.conv2d.walk import WalkChapter
from scenes.mobjects.grid import NumberGrid
from scenes.stage import ExplainerScene
from scenes.theme import reading_time

__all__ = ["Conv2dScene"]

SUBTITLE = 0.4
"""Size of the words beside the title, as the stage writes them."""


class Conv2dScene(ExplainerScene[Conv2dSpec]):
    """A kernel visits an image; products are added up, and each sum is one output cell."""

    spec_class: ClassVar[type[Conv2dSpec]] = Conv2dSpec
    operation = "Conv2D"

    def construct(self) -> None:
        self.trace = self.spec.trace()
        self.board = ConvBoard(self.spec, self.trace, self.theme, self.bands.stage, tall=self.tall)
        self.show_title(self.operation)
        self.show_options()
        self.show_shapes()
        symbols = SymbolsChapter(self, self.board)
        if self.spec.symbols:
            symbols.play()
        if self.spec.numbers:
            self.fill_in_numbers(symbols.leaving())
            walk = WalkChapter(self, self.board)
            walk.play(question=self.spec.question)
            self.show_options()
            self.close(SizeChapter(self, self.trace).play(first=walk.leaving()))

    def show_options(self) -> None:
        """Write stride, padding and so on beside the title."""
        self.set_subtitle(words.options(self.spec, self.trace, most=self.bands.title.width / 2 / SUBTITLE))

    def show_shapes(self) -> None:
        """Let image, kernel and output appear one after the other, empty; then padding and dilation."""
        board = self.board
        with self.beat("explain", words.shapes(self.trace)):
            self.play(FadeIn(*board.images, board.name("x")), run_time=0.8)
            self.play(FadeIn(board.sign("*"), *board.kernel_picture(0)), run_time=0.8)
            if board.biases:
                self.play(FadeIn(board.sign("+"), board.biases[0], board.name("bias")), run_time=0.8)
            self.play(FadeIn(board.sign("="), *board.outputs, board.name("y")), run_time=0.8)
        if np.any(self.trace.padding):
            with self.beat("explain", words.padding()):
                self.hold(0.4)
        if self.trace.dilation != (1, 1):
            said, window = words.dilation(self.trace), board.windows[0]
            with self.beat("explain", said):
                self.play(FadeIn(window), run_time=0.6)
                self.hold(reading_time(said) - 1.4)
                self.play(FadeOut(window), run_time=0.4)

    def fill_in_numbers(self, first: Sequence[Animation]) -> None:
        self.show_options()
        kernels = self.given_kernels()
        with self.beat("explain", words.image(self.spec, self.origin())):
            if first:
                self.play(*first, run_time=0.4)
            self.play(*map(FadeIn, written(self.board.images)), run_time=1.0)
        with self.beat("explain", words.kernel(self.spec)):
            self.play(*map(FadeIn, written([*kernels, *self.board.biases[:1]])), run_time=1.0)
        if self.spec.flip:
            self.turn(kernels)

    def given_kernels(self) -> list[NumberGrid]:
        """Return the grids on stage for the first kernels, or for all if each has a place of its own."""
        board = self.board
        grids = board.on_stage(board.kernels, 0)
        if not self.spec.flip:
            return grids
        given = board.on_stage(board.kernel_grids(self.spec.kernels, "weight"), 0)
        self.remove(*grids)
        self.add(*given)
        return given

    def turn(self, kernels: list[NumberGrid]) -> None:
        """Turn kernels by 180 degrees; their digits stay upright."""
        moves: list[Animation] = []
        for grid in kernels:
            moves.append(Rotate(grid.background, PI, about_point=grid.get_center()))
            for (i, j), number in grid.numbers.items():
                there = grid.cell_center(grid.rows - 1 - i, grid.columns - 1 - j)
                moves.append(ApplyMethod(number.move_to, there, path_arc=PI))
        with self.beat("explain", words.turn()):
            self.play(*moves, run_time=2.0)
        turned = self.board.on_stage(self.board.kernels, 0)
        written(turned)
        self.remove(*kernels)
        self.add(*turned)

    def close(self, first: Sequence[Animation]) -> None:
        """Ring the largest responses and let the result stand."""
        output, grids = self.trace.output, self.board.outputs
        # Sums that are equal on paper may differ in their last bits.
        equal = np.isclose(output, output.max(), rtol=0, atol=1e-9)
        where: list[Position] = [(n, k, i, j) for n, k, i, j in np.argwhere(equal).tolist()]
        rings = [self.ring(grids[k], i, j) for _, k, i, j in where] if len(where) < output.size else []
        with self.beat("explain", words.moral(self.spec, self.trace, where)):
            self.play(*first, run_time=0.4)
            self.play(*(map(Create, rings) if rings else [Wait()]), run_time=1.0)

    def ring(self, grid: NumberGrid, row: int, column: int) -> Circle:
        ring = Circle(0.42 * grid.cell, color=self.theme.output, stroke_width=5)
        return ring.move_to(grid.cell_center(row, column))
