"""A kernel for each map, then a mixture of the maps, then what that saves."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar, cast

import numpy as np
from manim import FadeIn, FadeOut, ReplacementTransform, VGroup

from cnn_core.arrays import Array
from cnn_core.equation import Equation
from cnn_core.numerals import decimals_of
from cnn_core.trace import Position, address_of
from scenes.depthwise_conv2d import DepthwiseConv2dSpec
from scenes.depthwise_conv2d.bars import CostBars
from scenes.depthwise_conv2d.lanes import Lanes
from scenes.language import about, say, say_many
from scenes.mobjects.expression import Drawn, ways_of
from scenes.mobjects.grid import NumberGrid, Window
from scenes.mobjects.panels import drop_into, question_marks, write_in
from scenes.mobjects.row import GridRow, RowMap
from scenes.mobjects.travel import LATE
from scenes.pointing import point_out
from scenes.stage import ExplainerScene
from scenes.working import Working

__all__ = ["DepthwiseConv2dScene"]

_MANY = 64
"""Channels of a layer of a real net, for which it is said what is saved."""


class DepthwiseConv2dScene(ExplainerScene[DepthwiseConv2dSpec]):
    """Two small steps instead of a large one."""

    spec_class: ClassVar[type[DepthwiseConv2dSpec]] = DepthwiseConv2dSpec

    def construct(self) -> None:
        self.trace, self.pointwise = self.spec.trace(), self.spec.pointwise()
        self.show_title("DepthwiseConv2D", say("depthwise, then pointwise"))
        self.each_alone()
        self.together()
        self.count()

    def shown_as(
        self, name: str, array: Array, at: tuple[int, int], look: tuple[str, str, str], *, filled: bool = True
    ) -> RowMap:
        """Return a map of an array; `look` is its role, its name and the sign before it."""
        role, label, before = look

        def address(row: int, column: int) -> str:
            return address_of(name, (*at, row, column))

        return RowMap(array[at], address, role, label, decimals_of(array), before, filled)

    def each_alone(self) -> None:
        """Let each map meet its own kernel."""
        theme, maps = self.theme, []
        for c in range(self.trace.x.shape[1]):
            numbered = say("{label} {channel}", label=self.spec.x_label, channel=c)
            maps += [
                self.shown_as("x", self.trace.x, (0, c), (theme.input, numbered, "")),
                self.shown_as("weight", self.trace.weight, (c, 0), (theme.kernel, say("its kernel"), "*")),
                self.shown_as(
                    "output", self.trace.output, (0, c), (theme.output, say("map {c}", c=c), "="), filled=False
                ),
            ]
        self.lanes = Lanes(self, maps)
        self.board = self.lanes.row
        with self.beat(
            "explain",
            self.origin() + say("In a depthwise convolution each map has a kernel of its own. No map sees another."),
            reason=say("Each map on its own."),
        ):
            self.play(FadeIn(self.board), run_time=0.8)
            grids = self.board.grids
            whole = [grid.addresses(np.ndindex(grid.values.shape)) for grid in grids]
            triples = [[one for lines in whole[k : k + 3] for one in lines] for k in range(0, len(whole), 3)]
            self.play(*map(FadeOut, point_out(self, grids, triples)), run_time=0.4)
        for c in range(self.trace.x.shape[1]):
            self.slide(c)

    def slide(self, c: int) -> None:
        """Work out the first value of a map, and let the window run over the others."""
        image, kernel, output = self.lanes.grids(c)
        self.working = Working(self, [image, kernel], self.lanes.box)
        equation = self.equation((0, c, 0, 0))
        total = about(equation.result.text, is_rounded=equation.is_rounded)
        said = say_many(
            "Channel {c}: the product under its kernel is {total}.",
            "Channel {c}: the {count} products under its kernel add up to {total}.",
            self.trace.weight[c].size,
            c=c,
            total=total,
        )
        window = Window(image, self.trace.kernel_size, self.theme).place(0, 0)
        alone = say("Each map on its own.")
        with self.beat("step", said, reason=alone):
            self.lanes.open(c)
            self.play(FadeIn(window, rate_func=LATE), run_time=0.5)
            line = self.working.show(equation)
            self.play(*drop_into(output, 0, 0, line.result, self.mobjects), run_time=0.7)
            others = [at for at in np.ndindex(output.values.shape) if at != (0, 0)]
            if not others:
                self.play(FadeOut(window), run_time=0.4)
                self.hold(1.0)
                self.play(*self.working.leave(), run_time=0.4)
                self.lanes.close(c)
                return
        with self.beat("step", say("The window goes on over channel {c}.", c=c), brisk=True, reason=alone):
            for at in others:
                self.play(window.slide_to(*at, rate_func=LATE), *self.working.leave(), run_time=0.25)
                self.play(*drop_into(output, at[0], at[1], window.outline, self.mobjects), run_time=0.25)
            self.play(FadeOut(window), run_time=0.3)
            self.lanes.close(c)

    def equation(self, position: Position) -> Equation:
        return cast("Equation", self.trace.explain(address_of("output", position)))

    def together(self) -> None:
        """Mix the maps, cell by cell."""
        theme, channels, outputs = self.theme, self.trace.x.shape[1], len(self.pointwise.weight)
        maps = [
            self.shown_as("output", self.trace.output, (0, c), (theme.input, say("map {c}", c=c), ""))
            for c in range(channels)
        ]
        mix = self.pointwise.weight[:, :, 0, 0]
        maps.append(
            RowMap(
                mix,
                lambda row, column: f"mix[{row},{column},0,0]",
                theme.kernel,
                say("1×1 kernels"),
                decimals_of(mix),
                "*",
            )
        )
        for k in range(outputs):
            label = say("{label} {channel}", label=self.spec.output_label, channel=k)
            look = (theme.output, label, "" if k else "=")
            maps.append(self.shown_as("mixed", self.pointwise.output, (0, k), look, filled=False))
        board = GridRow(maps, theme, self.bands.stage)
        self.working = Working(self, board.grids[: channels + 1])
        said = say("Then a pointwise convolution mixes the maps: an output is a sum over them, with a weight for each.")
        with self.beat("explain", said, reason=say("Now the maps are mixed.")):
            self.bring_maps(board)
            rows = [[f"mix[{k},{c},0,0]" for c in range(channels)] for k in range(outputs)]
            places = [grid.addresses(np.ndindex(grid.values.shape)) for grid in board.grids[-outputs:]]
            pairs = [[*row, *place] for row, place in zip(rows, places, strict=True)]
            self.play(*map(FadeOut, point_out(self, board.grids[channels:], pairs)), run_time=0.4)
        self.board = board
        self.mix_first(board.grids[:channels], board.grids[channels], board.grids[channels + 1 :])

    def bring_maps(self, board: GridRow) -> None:
        """Let the outputs of the lanes become the maps that are mixed; the rest of the board comes after them."""
        outputs = [*self.lanes.outputs()]
        panels = [one for line in board for one in line]
        kept = {id(one) for one in outputs}
        leaving = [one for line in self.board for one in line if id(one) not in kept]
        self.remove(*self.board.get_family())
        self.add(*leaving, *outputs)
        self.play(FadeOut(VGroup(*leaving)), run_time=0.5)
        for old, new in zip(outputs, panels, strict=False):
            self.play(ReplacementTransform(old, new), run_time=0.6)
        self.play(FadeIn(VGroup(*panels[len(outputs) :])), run_time=0.6)
        self.remove(*board.get_family())
        self.add(board)

    def mix_first(self, maps: list[NumberGrid], mix: NumberGrid, outputs: list[NumberGrid]) -> None:
        """Work out the first mixed value, and write the others."""
        equation = self.spec.mixed(0, 0, 0, 0)
        windows = [Window(grid, (1, 1), self.theme).place(0, 0) for grid in maps]
        windows.append(Window(mix, (1, mix.columns), self.theme).place(0, 0))
        first = [FadeIn(window) for window in windows]
        if self.spec.question:
            marks = question_marks(outputs[0], 0, 0, self.theme)
            self.ask(say("What is the first value of the first output?"), equation.result.text, *marks, first=first)
        total = about(equation.result.text, is_rounded=equation.is_rounded)
        said = say("Each map's value times its weight: together {total}.", total=total)
        why = say("A 1×1 kernel sees all maps at one place.")
        with self.beat("answer" if self.spec.question else "step", said, reason=why):
            self.play(*([self.end_question()] if self.spec.question else first), run_time=0.4)
            line = self.working.show(equation)
            self.play(*drop_into(outputs[0], 0, 0, line.result, self.mobjects), run_time=0.7)
        said = say("All other cells, and all other outputs, in the same way.")
        with self.beat("step", said, brisk=True, reason=why):
            *looking, kernel = windows
            self.play(FadeOut(kernel), *self.working.leave(), run_time=0.4)
            places = [*np.ndindex(outputs[0].values.shape)]
            seconds = min(0.3, 2.0 / len(places))
            for at in places:
                if at != places[0]:
                    self.play(*[one.slide_to(*at) for one in looking], run_time=seconds)
                coming = [one for grid in outputs if at not in grid.numbers for one in write_in(grid, [at])]
                if coming:
                    self.play(*coming, run_time=seconds)
            self.play(*map(FadeOut, looking), run_time=0.3)

    def named(self, count: Equation) -> Drawn:
        """Return a count as it is worked out, with a word before each of its factors."""
        words = {
            "sizes.out": say("outputs"),
            "sizes.in": say("maps"),
            "sizes.kernel": say("weights"),
            "sizes.places": say("places"),
        }
        return self.working.writer.best([replace(way, words=words) for way in ways_of(count)])

    def count(self) -> None:
        """Say what it costs, beside what a full convolution would cost."""
        counts = self.spec.counts()
        full, apart = counts["full"], counts["apart"]
        said = say(
            "A full convolution, in which every output sees every map, takes {full} multiplications: "
            "outputs, maps, weights of a kernel and places, multiplied.",
            full=full.result.text,
        )
        bars = CostBars(full, apart, self.theme, self.bands.stage)
        with self.beat("explain", said, reason=say("What it saves.")):
            self.play(FadeOut(self.board), run_time=0.5)
            self.working = Working(self)
            self.working.show(self.named(full))
            for moves in bars.grow(0):
                self.play(*moves, run_time=0.8)
        size = self.trace.weight[0].size
        times = about(f"{_MANY * _MANY * size / (_MANY * size + _MANY * _MANY):.1f}", is_rounded=True)
        said = say(
            "Depthwise and pointwise together take {apart}. For {many} maps and as many outputs, a full convolution "
            "with such kernels takes {times} times as many as the two.",
            apart=apart.result.text,
            many=_MANY,
            times=times,
        )
        why = say("With {many} maps, a full convolution takes {times} times as many.", many=_MANY, times=times)
        with self.beat("explain", said, reason=why):
            self.working.show(self.named(apart))
            for moves in bars.grow(1):
                self.play(*moves, run_time=0.8)
