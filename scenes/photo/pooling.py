"""Pooling of a photo: each window becomes one pixel."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from manim import Animation, Create, FadeIn, FadeOut, Group

from cnn_core.arrays import Array, Pair
from cnn_core.expression import Maximum
from cnn_core.trace import address_of
from scenes.conv2d.board import decimals_in
from scenes.language import about, say
from scenes.layout import Box, smallest_text
from scenes.mobjects.expression import Writer
from scenes.mobjects.panels import ring_around
from scenes.mobjects.picture import Picture
from scenes.photo.lens import PixelGrid
from scenes.photo.pictures import Tones
from scenes.photo.walk import PhotoWalk, sides
from scenes.photo.words import opening
from scenes.specs.walk import Stop

if TYPE_CHECKING:
    from scenes.player import Player

__all__ = ["PhotoPooling"]

_LARGEST = 1.3
_AROUND = 64
"""Rows and columns around the photo at which windows look at most."""


class PhotoPooling(PhotoWalk):
    """Windows become pixels."""

    def __init__(self, stage: Player) -> None:
        spec: Any = stage.spec
        super().__init__(stage, spec.trace(), [(position[2], position[3]) for position in spec.worked_out().values()])
        self.player = stage
        self.window, self.line_box = divided(self.places.lens, self.places.lens_as, self.trace.kernel_size)
        self.working: list[Any] = []

    def outputs(self) -> Sequence[Array]:
        return [self.seen(self.trace.output[0])]

    def result_tones(self, number: int, values: Array) -> Tones:
        return self.tones

    def result_name(self, number: int) -> str:
        return f"{self.spec.output_label} {sides(self.trace.output.shape[2:])}"

    def window_of(self, row: int, column: int) -> tuple[Pair, Pair]:
        rows, columns = self.trace.window(0, 0, row, column)
        return (rows[0], columns[0]), (rows[-1] - rows[0] + 1, columns[-1] - columns[0] + 1)

    def introduce(self) -> None:
        with self.stage.beat("explain", opening(self), reason=self.spec.rule(self.trace)):
            self.stage.play(FadeIn(self.photo), run_time=1.2)
            self.stage.play(FadeIn(*self.results), run_time=0.8)

    def flow_words(self) -> tuple[str, str]:
        said = say("Row by row, each of the {count:,} windows becomes one pixel.", count=self.count)
        return said, self.spec.rule(self.trace)

    def look(self, cell: Pair, *, first: bool) -> None:
        """Show a window large, ask if it is the first, and work it out."""
        stop = self.player.stop((0, 0, *cell))
        asked = first and self.spec.question
        if asked:
            self.ask(stop, cell)
        reason, said = self.spec.reason(stop), f"{self.place(cell)} {self.spec.say(stop)}"
        with self.stage.beat("answer" if asked else "step", said, reason=reason):
            if asked:
                self.stage.play(self.stage.end_question(), run_time=0.4)
            else:
                self.arrive(stop, cell)
            self.work_out(stop, cell)

    def place(self, cell: Pair) -> str:
        """Say which window it is, and why it was chosen, if that is so."""
        spread = self.spec.spread()[0]
        named = {"row": cell[0] + 1, "column": cell[1] + 1}
        if self.trace.x.shape[1] > 1:
            return say("Row {row}, column {column}, its red channel.", **named)
        if spread[cell] == spread.max():
            return say("Row {row}, column {column}: no window has values farther apart.", **named)
        return say("Row {row}, column {column}.", **named)

    def ask(self, stop: Stop, cell: Pair) -> None:
        with self.stage.beat("step", self.place(cell), reason=self.spec.rule(self.trace)):
            self.arrive(stop, cell)
        mark = self.results[0].question(cell, address_of("output", stop.position))
        self.stage.ask(self.spec.ask(stop), stop.equation.result.text, mark, room=self.line_box)

    def arrive(self, stop: Stop, where: Pair) -> None:
        """Let the window grow out of its place in the photo."""
        self.stage.play(*self.sight_to(self.look_at(where)), run_time=0.6)
        rows, columns = self.trace.window(*stop.position)
        values, cell = self.values_of(rows, columns), self.window.height / len(rows)

        def address(row: int, column: int) -> str:
            return address_of("x", (0, 0, rows[row], columns[column]))

        decimals = decimals_in(np.nan_to_num(values)[None], cell)
        self.grid = PixelGrid(values, address, self.theme.input, self.theme, cell, is_lifted=False, decimals=decimals)
        self.grid.frame.set_stroke(self.theme.window, width=6)
        self.grid.shift(self.window.center - self.grid.frame.get_center())
        seen = np.nan_to_num(values, nan=self.tones.black)
        if self.trace.x.shape[1] > 1:
            seen = np.stack([seen, 0 * seen, 0 * seen])
        picture = Picture(self.tones.colours(seen), float(self.grid.frame.width)).move_to(self.window.center)
        scale = float(self.sight_now().width) / float(picture.width)
        self.beam = self.rays(self.window)
        self.stage.play(FadeIn(self.beam), run_time=0.3)
        self.stage.play(FadeIn(Group(picture, self.grid), target_position=self.sight_now(), scale=scale), run_time=0.8)
        self.working = [picture, self.grid, self.beam]

    def values_of(self, rows: Sequence[int], columns: Sequence[int]) -> Array:
        """Return the values of a window in the first channel; what lies outside of the photo is NaN."""
        H, W = self.size
        padded = np.pad(self.trace.x[0, 0], _AROUND, constant_values=np.nan)
        at = np.ix_(np.clip(rows, -_AROUND, H + _AROUND - 1), np.clip(columns, -_AROUND, W + _AROUND - 1))
        return np.asarray(padded[at[0] + _AROUND, at[1] + _AROUND])

    def work_out(self, stop: Stop, cell: Pair) -> None:
        """Ring the winners, or write the mean; let the result go into its pixel."""
        rings: list[Any] = []
        if isinstance(stop.equation.left, Maximum):
            same = [one for one in stop.equation.left.leaves() if one.number == stop.equation.result.number]
            found = [self.grid.find(one.address) for one in same]
            won, *tied = [one for one in found if one is not None]
            rings = [ring_around(self.grid, *won), *(ring_around(self.grid, *one, thin=True) for one in tied)]
            self.stage.play(*map(Create, rings), run_time=0.6)
        line = Writer(self.theme, self.line_box).write(stop.equation)
        self.stage.play(FadeIn(line), run_time=0.8)
        self.working += [*rings, line, *self.drop(0, cell, line.result, run_time=0.7)]

    def leave(self) -> None:
        gone, self.working = self.working, []
        if gone:
            moves: list[Animation] = [FadeOut(one) for one in gone]
            self.stage.play(*moves, run_time=0.5)

    def close(self) -> None:
        """Compare how bright the photo was and the result is."""
        said, reason = self.insight()
        with self.stage.beat("explain", said, reason=reason):
            self.leave()
            self.stage.hold(0.3)

    def insight(self) -> tuple[str, str]:
        """Say how many values are left, and what has become of the mean."""
        before, after = self.size, self.trace.output.shape[2:]
        said = say("{before} pixels have become {after}.", before=sides(before), after=sides(after))
        means = float(self.trace.x.mean()), float(self.trace.output.mean())
        named = {"before": in_tenths(means[0]), "after": in_tenths(means[1])}
        if abs(means[0] - means[1]) < 0.05:
            return f"{said} {self.spec.moral(self.trace)}", say(
                "On average it is as bright as before: {after}.", **named
            )
        if means[1] > means[0]:
            reason = say("On average it is brighter than before: {after}, not {before}.", **named)
        else:
            reason = say("On average it is darker than before: {after}, not {before}.", **named)
        return f"{said} {self.spec.moral(self.trace)}", reason


def in_tenths(value: float) -> str:
    text = f"{value:.1f}"
    return about(text, is_rounded=abs(float(text) - value) > 1e-9)


def divided(box: Box, lens_as: str, kernel_size: Pair) -> tuple[Box, Box]:
    """Return the room of a window and that of the line that works it out."""
    kH, kW = kernel_size
    most = max(_LARGEST, 3 * smallest_text())
    if lens_as == "column":
        cell = min(box.width / kW, 0.55 * box.height / kH, most)
        x, top = box.center[0], box.top
        window = Box(x - kW * cell / 2, x + kW * cell / 2, top - kH * cell, top)
        return window, Box(box.left, box.right, box.bottom, window.bottom - 0.2)
    cell = min(0.42 * box.width / kW, box.height / kH, most)
    window = Box(box.left, box.left + kW * cell, box.top - kH * cell, box.top)
    return window, Box(window.right + 0.4, box.right, window.bottom, window.top)
