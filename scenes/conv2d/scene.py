"""2-D convolution: a kernel visits an image; products are added up, and each sum is one output cell."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar

import numpy as np
from manim import (
    PI,
    Animation,
    ApplyMethod,
    Circle,
    Create,
    FadeIn,
    FadeOut,
    ReplacementTransform,
    Rotate,
    VGroup,
    Wait,
)

from cnn_core.trace import Position
from scenes.conv2d import Conv2dSpec, reasons, words
from scenes.conv2d.board import ConvBoard, size_in_words
from scenes.conv2d.photo import PhotoConvolution
from scenes.conv2d.size import SizeChapter
from scenes.conv2d.symbols import SymbolsChapter
from scenes.conv2d.walk import WalkChapter
from scenes.language import say
from scenes.layout import smallest_text
from scenes.mobjects.grid import CellMarks, NumberGrid, Window
from scenes.mobjects.text import width_of
from scenes.stage import ExplainerScene

__all__ = ["Conv2dScene"]

_LARGER = 1.3
"""By how much a kernel must be larger if it is to be seen large first."""
_LARGEST = 3
"""Windows with the largest response that are looked at once more at the end."""

_TOLD_ONE_BY_ONE = 16
"""Positions that are each a beat of their own; of a larger output most go row by row."""


class Conv2dScene(ExplainerScene[Conv2dSpec]):
    """A kernel visits an image; products are added up, and each sum is one output cell."""

    spec_class: ClassVar[type[Conv2dSpec]] = Conv2dSpec
    operation = "Conv2D"

    def construct(self) -> None:
        self.trace = self.spec.trace()
        if self.spec.is_photo:
            self.show_title(self.operation)
            self.show_options()
            PhotoConvolution(self).play()
            return
        several, columns = self.trace.x.shape[1] > 1, self.trace.output.shape[3]
        told = told_of(list(self.trace.positions()), columns, several=several)
        self.board = ConvBoard(self.spec, self.trace, [self.trace.step(*one) for one in told], self)
        self.show_title(self.operation)
        self.show_options()
        self.show_shapes()
        symbols = SymbolsChapter(self, self.board)
        if self.spec.symbols:
            symbols.play()
        if self.spec.numbers:
            self.fill_in_numbers(symbols.leaving())
            walk = WalkChapter(self, self.board, told)
            walk.play(question=self.spec.question)
            self.show_options()
            self.close(SizeChapter(self, self.board).play(walk.leaving(), walk.window()), walk.window())

    def show_options(self) -> None:
        self.set_subtitle(words.options(self.spec, self.trace, most=self.bands.title.width / 2 / 0.4))

    def names(self, *keys: str) -> VGroup:
        """Return what stands at grids, and the empty frame of the products with theirs."""
        board, trace, theme, room = self.board, self.trace, self.theme, self.bands.whole
        (_, C, H, W), (K, seen, kH, kW) = trace.x.shape, trace.weight.shape
        image, kernel = size_in_words(C, H, W), size_in_words(seen, kH, kW)
        output = size_in_words(1 if K > 1 else K, *trace.output.shape[2:])
        texts = {
            "image": ([f"{self.spec.x_label} {image}", image], theme.input),
            "kernel": ([f"{self.spec.weight_label} {kernel}", kernel], theme.kernel),
            "products": ([say("pixel × weight"), "×"], theme.muted),
            "output0": ([f"{self.spec.output_label} {output}", output], theme.output),
            **{f"output{k}": ([self.output_name(k)], theme.output) for k in range(K) if K > 1},
        }
        return VGroup(*(board.name(key, *texts[key], room) for key in keys))

    def output_name(self, k: int) -> str:
        """Return the name of one of several outputs; its number where there is no room for more."""
        name, room = f"{self.spec.output_label} {k + 1}", self.board.places.outputs[k].box.width + 0.2
        return name if width_of(name) * max(0.3, smallest_text()) <= room else str(k + 1)

    def show_shapes(self) -> None:
        """Let image, kernel and output appear one after the other, empty; then padding and dilation."""
        board, several = self.board, bool(self.board.thumbnails)
        with self.beat("explain", words.shapes(self.trace), reason=reasons.fits(self.trace)):
            self.play(FadeIn(*(board.thumbnails or [board.image]), *self.names("image")), run_time=0.8)
            if several:
                self.play(FadeIn(board.image), run_time=0.5)
            self.play(FadeIn(*board.kernels[0], *self.names("kernel")), run_time=0.8)
            names = self.names(*(f"output{k}" for k in range(len(board.outputs))))
            self.play(FadeIn(*board.outputs, *names), run_time=0.8)
        if np.any(self.trace.padding):
            with self.beat("explain", words.padding(), reason=reasons.why_padding(self.trace)):
                self.hold(0.4)
        if self.trace.dilation != (1, 1):
            self.show_taps()

    def show_taps(self) -> None:
        """Mark the pixels that the window looks at, one by one."""
        (dH, dW), window = self.trace.dilation, self.board.windows[0].place(0, 0)
        with self.beat("explain", words.dilation(self.trace)):
            self.play(FadeIn(window), run_time=0.6)
            cells = [(row * dH, column * dW) for row, column in np.ndindex(self.trace.kernel_size)]
            marks = [CellMarks(self.board.image, [cell], self.theme.kernel, 4) for cell in cells]
            for mark in marks:
                self.play(FadeIn(mark), run_time=0.2)
            self.hold(0.6)
            self.play(FadeOut(window, *marks), run_time=0.4)

    def fill_in_numbers(self, first: Sequence[Animation]) -> None:
        self.show_options()
        kernels = self.given_kernels()
        products = self.board.empty = VGroup(self.board.frame, *self.names("products"))
        with self.beat("explain", words.image(self.spec, self.origin()), reason=reasons.pixels()):
            if first:
                self.play(*first, run_time=0.4)
            grids = [*self.board.images[:1], *self.board.thumbnails]
            _written(self.board.images[1:])
            self.play(*map(FadeIn, _written(grids)), run_time=1.0)
        with self.beat("explain", words.kernel_meaning(self.spec), reason=reasons.weights()):
            self.show_kernel(kernels)
            self.play(FadeIn(products), run_time=0.5)
        if self.spec.flip:
            self.turn(kernels)

    def show_kernel(self, kernels: list[NumberGrid]) -> None:
        """Write the kernels; a single one is seen large first, where its products will stand."""
        first, board = kernels[0], self.board
        large = board.grid(first.values, self.trace.weight, first.address, self.theme.kernel, board.places.products)
        if len(kernels) > 1 or large.cell < _LARGER * first.cell or not large.text_size:
            self.play(*map(FadeIn, _written(kernels)), run_time=1.0)
            return
        _written([large])
        self.play(FadeIn(large), run_time=0.8)
        self.hold(0.8)
        small = first.copy()
        _written([small])
        self.play(ReplacementTransform(large, small), run_time=0.8)
        self.remove(*small.get_family())
        _written(kernels)

    def given_kernels(self) -> list[NumberGrid]:
        """Return the grids on stage for the first kernel, as it was given."""
        if not self.spec.flip:
            return self.board.kernels[0]
        given = self.board.kernel_grids(self.spec.kernels[0], "weight", 0)
        self.remove(*self.board.kernels[0])
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
        _written(self.board.kernels[0])
        self.remove(*kernels)
        self.add(*self.board.kernels[0])

    def close(self, first: Sequence[Animation], window: Window) -> None:
        """Ring the largest responses and let the result stand."""
        output, grids = self.trace.output, self.board.outputs
        # Sums that are equal on paper may differ in their last bits.
        equal = np.isclose(output, output.max(), rtol=0, atol=1e-9)
        where: list[Position] = [(n, k, i, j) for n, k, i, j in np.argwhere(equal).tolist()]
        rings = [self.ring(grids[k], i, j) for _, k, i, j in where] if len(where) < output.size else []
        with self.beat("explain", words.moral(self.spec, self.trace, where), reason=reasons.insight(self.trace)):
            self.play(*first, run_time=0.4)
            self.play(*(map(Create, rings) if rings else [Wait()]), run_time=1.0)
            leaving: list[Animation] = []
            for at, (_, k, i, j) in enumerate(where[:_LARGEST] if rings else []):
                top, left = (index * step for index, step in zip((i, j), self.trace.stride, strict=True))
                moving = window.slide_to(top, left) if at else FadeIn(window.place(top, left))
                if leaving:
                    self.play(*leaving, run_time=0.3)
                self.play(moving, run_time=0.6)
                leaving = self.lay_on(k, top, left)
                self.hold(0.8)

    def lay_on(self, k: int, top: int, left: int) -> list[Animation]:
        """Lay the kernel on the only channel once more, if it can be read there; return what takes it away."""
        stamp = None if self.board.thumbnails else self.board.stamp(k, 0)
        if stamp is None:
            return []
        self.play(*stamp.put(top, left).arrive(), run_time=0.6)
        return [FadeOut(stamp), *stamp.settle()]

    def ring(self, grid: NumberGrid, row: int, column: int) -> Circle:
        ring = Circle(0.42 * grid.cell, color=self.theme.output, stroke_width=5)
        return ring.move_to(grid.cell_center(row, column))


def _written(grids: Iterable[NumberGrid]) -> list[VGroup]:
    """Write all values into their grids; return their tints and digits, still to be faded in."""
    parts: list[VGroup] = []
    for grid in grids:
        for row, column in np.ndindex(grid.values.shape):
            grid.write(row, column)
        parts += [part for part in (grid.background, grid.digits) if len(part)]
    return parts


def told_of(positions: Sequence[Position], columns: int, *, several: bool) -> list[Position]:
    """Return the positions that are each a beat of their own: of few all, of many the first ones."""
    if len(positions) <= (4 if several else _TOLD_ONE_BY_ONE):
        return list(positions)
    return [one for one in positions if one[2] * columns + one[3] < (2 if one[1] == 0 else 1)]
