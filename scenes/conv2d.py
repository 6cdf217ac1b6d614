"""2-D convolution: a kernel visits an image; products are added up, and each sum is one output cell."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

import numpy as np
from manim import Animation, Circle, Create, FadeIn, VGroup

from scenes.chapters import conv2d_words as words
from scenes.chapters.conv2d_size import SizeChapter
from scenes.chapters.conv2d_symbols import SymbolsChapter
from scenes.chapters.conv2d_walk import WalkChapter
from scenes.mobjects.conv_board import ConvBoard, written
from scenes.numerals import as_text
from scenes.specs.conv2d import Conv2dSpec
from scenes.stage import ExplainerScene

__all__ = ["Conv2dScene"]


class Conv2dScene(ExplainerScene[Conv2dSpec]):
    """A kernel visits an image; products are added up, and each sum is one output cell."""

    spec_class: ClassVar[type[Conv2dSpec]] = Conv2dSpec
    operation = "Conv2D"

    def construct(self) -> None:
        """Play the whole convolution."""
        self.trace = self.spec.trace()
        self.board = ConvBoard(self.spec, self.trace, self.theme, self.bands.stage, tall=self.tall)
        self.show_title(self.operation, words.options(self.trace, self.spec))
        self.show_shapes()
        symbols = SymbolsChapter(self, self.board)
        if self.spec.symbols:
            symbols.play()
        if self.spec.numbers:
            self.fill_in_numbers(symbols.leaving())
            walk, size = WalkChapter(self, self.board), SizeChapter(self, self.trace)
            walk.play(question=self.spec.question)
            size.play(first=walk.leaving())
            self.close(size.leaving)

    def show_shapes(self) -> None:
        """Let image, kernel and output appear one after the other, empty."""
        board = self.board
        with self.beat("explain", words.shapes(self.trace)):
            self.play(FadeIn(*board.images, board.name("x")), run_time=0.8)
            self.play(FadeIn(board.sign("*"), *board.kernel_picture(0)), run_time=0.8)
            if board.biases:
                self.play(FadeIn(board.sign("+"), board.biases[0], board.name("bias")), run_time=0.8)
            self.play(FadeIn(board.sign("="), *board.outputs, board.name("y")), run_time=0.8)
        if np.any(self.trace.padding):
            with self.beat("explain", words.padding(self.trace)):
                self.hold(0.4)

    def fill_in_numbers(self, first: Sequence[Animation]) -> None:
        """Let the grids fill with their values."""
        board = self.board
        kernels = board.kernels if board.all_kernels_at_once else board.kernels[:1]
        with self.beat("explain", self.origin() + words.numbers(self.spec)):
            if first:
                self.play(*first, run_time=0.4)
            self.play(*map(FadeIn, written(board.images)), run_time=1.0)
            grids = [grid for kernel in kernels for grid in kernel]
            self.play(*map(FadeIn, written([*grids, *board.biases[:1]])), run_time=1.0)

    def close(self, first: Sequence[Animation]) -> None:
        """Ring the largest responses and let the result stand."""
        output = self.trace.output
        rings = VGroup()
        for _, k, i, j in np.argwhere(output == output.max()):
            grid = self.board.outputs[k]
            rings.add(Circle(0.42 * grid.cell, color=self.theme.output, stroke_width=5).move_to(grid.cell_center(i, j)))
        text = as_text(float(output.max()), self.board.outputs[0].decimals)
        with self.beat("explain", words.moral(self.spec, self.trace, text)):
            self.play(*first, run_time=0.4)
            self.play(Create(rings), run_time=1.0)
