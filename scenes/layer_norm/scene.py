"""A window on each row, then one on each column."""

from __future__ import annotations

from itertools import combinations
from typing import ClassVar, cast

import numpy as np
from manim import RIGHT, FadeIn, FadeOut

from cnn_core.equation import Equation
from cnn_core.numerals import decimals_of
from cnn_core.trace import address_of
from scenes.language import about, say
from scenes.layer_norm import BATCH, LayerNormSpec
from scenes.mobjects.grid import NumberGrid, Window
from scenes.mobjects.panels import drop_into, question_marks
from scenes.mobjects.row import GridRow, RowMap
from scenes.pointing import point_out
from scenes.stage import ExplainerScene
from scenes.working import Working

__all__ = ["LayerNormScene"]

ALIKE = 0.005
"""By how much values may differ that look the same."""


class LayerNormScene(ExplainerScene[LayerNormSpec]):
    """The same numbers, normalised along rows and along columns."""

    spec_class: ClassVar[type[LayerNormSpec]] = LayerNormSpec

    def construct(self) -> None:
        self.trace = self.spec.trace()
        self.pictures, self.channels = self.trace.x.shape
        self.show_title("LayerNorm", say("beside batch norm"))
        self.introduce()
        self.along_rows()
        self.along_columns()
        self.compare()

    def introduce(self) -> None:
        theme, batch = self.theme, self.spec.batch().output[:, :, 0, 0]
        maps = [
            self.shown_as("x", self.trace.x, theme.input, self.spec.x_label, ""),
            self.shown_as("output", self.trace.output, theme.output, say("layer norm"), "→"),
            self.shown_as(f"{BATCH}output", batch, theme.output, say("batch norm"), ""),
        ]
        board, self.lines = GridRow.with_lines(maps, theme, self.bands, RIGHT)
        self.x, self.layer, self.batch = board.grids
        self.working = Working(self, [self.x], self.lines)
        said = say("Each row is a picture, each column a channel. Both norms make the mean 0 and the spread 1.")
        why = say("Which values belong together is all the difference.")
        with self.beat("explain", self.origin() + said, reason=why):
            self.play(FadeIn(board), run_time=0.8)
            lines = [self.line("x", row) for row in range(self.pictures)]
            marks = [*point_out(self, [self.x], lines), *point_out(self, [self.x], [*zip(*lines, strict=True)])]
            self.play(*map(FadeOut, marks), run_time=0.3)

    def shown_as(self, name: str, values: np.ndarray, role: str, label: str, before: str) -> RowMap:
        def address(row: int, column: int) -> str:
            return address_of(name, (row, column))

        return RowMap(values, address, role, label, decimals_of(values), before, filled=name == "x")

    def along_rows(self) -> None:
        """Work out the first row, and let the window go down."""
        why, mean, std = say("Layer norm: a row by itself."), self.equation("mean[0]"), self.equation("std[0]")
        window = Window(self.x, (1, self.channels), self.theme).place(0, 0)
        said = say("Layer norm takes one picture at a time. The mean of its values is {mean}.", mean=self.told(mean))
        with self.beat("step", said, reason=why):
            self.play(FadeIn(window), run_time=0.6)
            self.working.show(mean)
        with self.beat("step", say("Their standard deviation is {std}.", std=self.told(std)), reason=why):
            self.working.show(std)
        first = self.equation("output[0,0]")
        if self.spec.question:
            marks = question_marks(self.layer, 0, 0, self.theme)
            named = {"mean": self.told(mean), "std": self.told(std)}
            prompt = say("The mean is {mean}, the spread {std}. What becomes of the first value?", **named)
            self.ask(prompt, first.result.text, *marks, first=self.working.leave(), room=self.lines)
        said = say("Minus the mean, divided by the standard deviation: {value}.", value=self.told(first))
        with self.beat("answer" if self.spec.question else "step", said, reason=why):
            self.play(*([self.end_question()] if self.spec.question else self.working.leave()), run_time=0.4)
            line = self.working.show(first)
            self.play(*drop_into(self.layer, 0, 0, line.result, self.mobjects), run_time=0.7)
        with self.beat("step", say("Every other picture gets its own mean and spread."), brisk=True, reason=why):
            for row in range(self.pictures):
                moves = [window.slide_to(row, 0)] if row else self.working.leave()
                self.play(*moves, run_time=0.3)
                self.play(*self.fill(self.layer, row=row), run_time=0.4)
            self.play(FadeOut(window), run_time=0.3)

    def along_columns(self) -> None:
        """Work out the first column, and let the window go on."""
        why, first = say("Batch norm: a column, over all pictures."), self.equation(f"{BATCH}output[0,0]")
        window = Window(self.x, (self.pictures, 1), self.theme).place(0, 0)
        said = say(
            "Batch norm takes one channel at a time, over all {count} pictures: the same first value becomes {value}.",
            count=self.pictures,
            value=self.told(first),
        )
        with self.beat("step", said, reason=why):
            self.play(FadeIn(window), run_time=0.6)
            line = self.working.show(first)
            self.play(*drop_into(self.batch, 0, 0, line.result, self.mobjects), run_time=0.7)
        with self.beat("step", say("Every other channel gets its own mean and spread."), brisk=True, reason=why):
            for column in range(self.channels):
                moves = [window.slide_to(0, column)] if column else self.working.leave()
                self.play(*moves, run_time=0.3)
                self.play(*self.fill(self.batch, column=column), run_time=0.4)
            self.play(FadeOut(window), run_time=0.3)

    def fill(self, grid: NumberGrid, row: int | None = None, column: int | None = None) -> list[object]:
        """Return the animations that write what is still open in a row or a column."""
        cells = [at for at in np.ndindex(grid.values.shape) if row in (None, at[0]) and column in (None, at[1])]
        rest = [at for at in cells if at not in grid.numbers]
        return [one for i, j in rest for one in drop_into(grid, i, j, grid.cell_center(i, j))]

    def equation(self, address: str) -> Equation:
        return cast("Equation", self.spec.explain(address))

    @staticmethod
    def told(equation: Equation) -> str:
        return about(equation.result.text, is_rounded=equation.is_rounded)

    def compare(self) -> None:
        """Say which pictures have become the same, if any have, and point them out."""
        alike = self.alike()
        rows = alike or (0,)
        names = ("x", "output", f"{BATCH}output")
        lines = [[self.line(name, row) for row in rows] for name in names]
        insight = say("Layer norm does not look at other pictures.")
        with self.beat("explain", self.moral(alike), reason=insight):
            for line in lines:
                point_out(self, [self.x, self.layer, self.batch], line)

    def line(self, name: str, row: int) -> list[str]:
        """Return the addresses of a row of an array."""
        return [address_of(name, (row, column)) for column in range(self.channels)]

    def alike(self) -> tuple[int, int] | None:
        """Return two pictures that differed, and that layer norm has made the same."""
        x, output = self.trace.x, self.trace.output
        for one, other in combinations(range(self.pictures), 2):
            if np.allclose(output[one], output[other], atol=ALIKE) and not np.allclose(x[one], x[other], atol=ALIKE):
                return one, other
        return None

    def moral(self, alike: tuple[int, int] | None) -> str:
        if alike is None:
            return say(
                "A picture comes out of layer norm the same whatever others are with it; out of batch norm it does not."
            )
        batch = self.spec.batch().output[:, :, 0, 0]
        one, other = (row + 1 for row in alike)
        if np.allclose(batch[alike[0]], batch[alike[1]], atol=ALIKE):
            return say("Rows {one} and {other} were different, and have become the same.", one=one, other=other)
        return say(
            "Rows {one} and {other} differ only in brightness and contrast: layer norm makes them the same, "
            "batch norm keeps them apart.",
            one=one,
            other=other,
        )
