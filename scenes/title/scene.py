"""The title of a film: who teaches what, beside a first glimpse of a convolution."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from manim import DOWN, LEFT, RIGHT, FadeIn, FadeOut, LaggedStart, VGroup

from cnn_core.arrays import Array
from cnn_core.conv2d import Conv2dTrace
from scenes.language import say
from scenes.layout import Box, smallest_text
from scenes.mobjects.grid import NumberGrid, Window
from scenes.mobjects.text import Paragraph
from scenes.stage import ExplainerScene
from scenes.title import TitleSpec

__all__ = ["TitleScene"]

WORDS, MOTIF = 0.54, 0.4
"""Shares of the frame that the words and the motif take, beside each other."""


class TitleScene(ExplainerScene[TitleSpec]):
    """The words, and a kernel that visits a handwritten 1."""

    spec_class: ClassVar[type[TitleSpec]] = TitleSpec

    def construct(self) -> None:
        """Show the words, then the motif beside or below them."""
        self.room = Box(self.bands.stage.left, self.bands.stage.right, self.bands.formula.bottom, self.bands.title.top)
        words = self.words()
        motif = self.motif(self.spec.trace(), words)
        self.place(words, motif)
        self.show_all(words, motif)
        if motif:
            self.visit()

    def words(self) -> VGroup:
        """Set course and part, title and author below each other, as large as they fit."""
        beside = self.wide and self.spec.motif
        width = self.room.width * (WORDS if beside else 1.0)
        height = self.room.height * (1.0 if beside or not self.spec.motif else 0.65)
        scale = 1.0
        while (words := self.set_words(width, scale)).height > height and scale > 0.2:
            scale *= 0.92
        return words

    def set_words(self, width: float, scale: float) -> VGroup:
        """Set what is not empty, at a scale, but nothing smaller than can be read."""
        spec, theme = self.spec, self.theme
        course = " · ".join(text for text in (spec.course, spec.part) if text)
        styles = (
            (course, 0.42, theme.muted, "regular"),
            (spec.title, 0.86, theme.text, "semibold"),
            (spec.author, 0.42, theme.muted, "regular"),
        )
        paragraphs = [
            Paragraph(text, max(size * scale, smallest_text()), color, width, weight)
            for text, size, color, weight in styles
            if text
        ]
        return VGroup(*paragraphs).arrange(DOWN, buff=0.45 * scale, aligned_edge=LEFT)

    def motif(self, trace: Conv2dTrace | None, words: VGroup) -> VGroup:
        """Build the handwritten 1 and its feature map, still empty, as large as the words leave room for."""
        if trace is None:
            return VGroup()
        share = MOTIF if self.wide and words else 1.0
        height = self.room.height - (0 if self.wide else words.height + 0.7)
        image, output = trace.x[0, 0], trace.output[0, 0]
        cells = image.shape[1] + output.shape[1] + 1
        cell = min(0.8, share * self.room.width / cells, height / image.shape[0])
        self.image = self.tinted("x", image, self.theme.input, cell)
        self.feature_map = self.tinted("output", output, self.theme.output, cell, filled=False)
        self.kernel_size = trace.kernel_size
        return VGroup(self.image, self.feature_map).arrange(RIGHT, buff=cell)

    def tinted(self, name: str, values: Array, role: str, cell: float, *, filled: bool = True) -> NumberGrid:
        """Build a grid without digits."""
        return NumberGrid(values, f"{name}[0,0,{{}},{{}}]".format, role, self.theme, cell, filled=filled, digits=False)

    def place(self, words: VGroup, motif: VGroup) -> None:
        """Put words and motif into the middle of the frame, beside or above each other."""
        if not (words and motif):
            VGroup(words, motif).move_to(self.room.center)
        elif self.wide:
            words.move_to(self.room.part(0, WORDS).center).align_to(np.array([self.room.left, 0, 0]), LEFT)
            motif.move_to(self.room.part(1 - MOTIF, 1).center)
        else:
            VGroup(words, motif).arrange(DOWN, buff=0.7, aligned_edge=LEFT).move_to(self.room.center)

    def show_all(self, words: VGroup, motif: VGroup) -> None:
        """Let words and motif appear, one after the other."""
        with self.beat("explain", self.spoken()):
            if not motif:
                self.play(LaggedStart(*map(FadeIn, words), lag_ratio=1.0), run_time=0.6 * len(words))
                return
            ink = [self.image.fills[cell] for cell in zip(*np.nonzero(self.image.values), strict=True)]
            self.image.background.remove(*ink)
            parts = [*words, motif]
            self.play(LaggedStart(*map(FadeIn, parts), lag_ratio=1.0), run_time=0.6 * len(parts))
            for fill in ink:  # as a hand would write it, from top to bottom
                self.play(FadeIn(fill), run_time=0.2)
            self.remove(*ink)
            self.image.background.add(*ink)

    def spoken(self) -> str:
        spec = self.spec
        course = ", ".join(text for text in (spec.course, spec.part) if text)
        title = ": ".join(text for text in (course, spec.title) if text)
        line = title or spec.author or say("A handwritten 1")
        if title and spec.author:
            line = say("{title}, by {author}", title=title, author=spec.author)
        return line if line[-1] in ".?!" else f"{line}."

    def visit(self) -> None:
        """Let the window pass over the image once, and fill the feature map."""
        self.window = Window(self.image, self.kernel_size, self.theme)
        with self.beat(
            "explain", say("A window visits a handwritten 1. Where it meets a vertical stroke, the output lights up.")
        ):
            self.play(FadeIn(self.window), run_time=0.6)
            for row in range(self.feature_map.rows):
                for column in range(self.feature_map.columns):
                    self.stop_at(row, column)
            self.play(FadeOut(self.window), run_time=0.6)

    def stop_at(self, row: int, column: int) -> None:
        if (row, column) != (0, 0):
            self.play(self.window.slide_to(row, column), run_time=0.2)
        self.feature_map.write(row, column)
        self.play(FadeIn(self.feature_map.fills[row, column]), run_time=0.2)
