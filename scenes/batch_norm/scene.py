"""Batch normalisation: a channel's values are centred on 0, brought to unit spread, then scaled and shifted."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, cast

import numpy as np
from manim import FadeIn, FadeOut

from scenes.batch_norm import BatchNormSpec
from scenes.batch_norm.board import AllChannels, BatchNormBoard
from scenes.batch_norm.cells import CellsChapter
from scenes.batch_norm.channel import Channel
from scenes.batch_norm.dots import DotsChapter
from scenes.batch_norm.statistics import StatisticsChapter
from scenes.batch_norm.words import closing, goal, takeaway
from scenes.language import say
from scenes.layout import smallest_text, with_one_line
from scenes.mobjects.expression import Line, symbol
from scenes.mobjects.grid import NumberGrid
from scenes.mobjects.panels import Panel
from scenes.pointing import point_out
from scenes.stage import ExplainerScene
from scenes.working import Working

__all__ = ["BatchNormScene"]


class BatchNormScene(ExplainerScene[BatchNormSpec]):
    """Mean and spread of a channel are worked out, then each of its values is told in terms of them."""

    spec_class: ClassVar[type[BatchNormSpec]] = BatchNormSpec

    def construct(self) -> None:
        """Play the whole normalisation: channel 0 in full, the others briskly."""
        self.channels = self.spec.trace().x.shape[1]
        if self.wide:
            self.bands = with_one_line(self.bands, tall=False)
        self.show_title(say("Batch normalisation"), say("centre, then scale") if self.wide or self.tall else "")
        board = self.board_of(0, "x_hat" if self.spec.affine else "output")
        self.introduce(board)
        self.tell(board)
        for channel in range(1, self.channels):
            board = self.repeat(board, channel)
        self.close(board)

    def board_of(self, channel: int, result: str) -> BatchNormBoard:
        number = f" {channel}" if self.channels > 1 else ""
        names = (self.spec.x_label + number, self.spec.output_label + number)
        board = BatchNormBoard(self.channel(channel), result, names, self.bands.stage, wide=self.wide)
        self.working = Working(self, [board.x])
        return board

    def channel(self, index: int) -> Channel:
        return Channel(self.spec, index, self.theme, max(0.5, smallest_text()))

    def introduce(self, board: BatchNormBoard) -> None:
        count = board.channel.trace.count
        said = self.origin() + goal(self.spec, self.channels, count)
        why = say("Values on one scale are easier to learn from.")
        if self.channels == 1:
            with self.beat("explain", said, reason=why):
                self.play(FadeIn(board.x_panel), run_time=1.0)
                self.play(FadeIn(board.out_panel), run_time=0.8)
            return
        row = self.row_of("x")
        with self.beat("explain", said, reason=why):
            self.play(FadeIn(row), run_time=1.0)
        with self.beat("explain", say("Channel 0 first, with its {count} values.", count=count)):
            self.play(FadeOut(row), run_time=0.5)
            self.play(FadeIn(board.x_panel), FadeIn(board.out_panel), run_time=0.8)

    def row_of(self, values: str) -> AllChannels:
        channels = [self.channel(index) for index in range(self.channels)]
        name = self.spec.x_label if values == "x" else self.spec.output_label
        return AllChannels(channels, values, name, self.bands.stage, tall=self.tall)

    def tell(self, board: BatchNormBoard) -> None:
        statistics, cells = StatisticsChapter(self, self.working, board), CellsChapter(self, self.working, board)
        statistics.play()
        cells.play()
        if self.spec.updates:
            statistics.update()
        if self.spec.affine:
            cells.scale_and_shift()
        dots = DotsChapter(self, self.working, board)
        dots.play()
        many = self.channels > 1
        said = say("So the values reach the output.") if many else closing(self.spec)
        with self.beat("explain", said, reason="" if many else takeaway(self.spec)):
            dots.come_back()
            if self.channels == 1:
                self.show_in_symbols(board)
                self.point_at_ends([board.x, board.out])

    def repeat(self, before: BatchNormBoard, channel: int) -> BatchNormBoard:
        """Do the same for another channel, with its own statistics."""
        leaving = [FadeOut(before.everything), *self.working.leave()]
        board = self.board_of(channel, "output")
        with self.beat(
            "explain", say("Channel {channel} has a mean and a standard deviation of its own.", channel=channel)
        ):
            self.play(*leaving, run_time=0.5)
            self.play(FadeIn(board.x_panel), FadeIn(board.out_panel), run_time=0.6)
            self.play(FadeIn(board.beside), run_time=0.6)
        with self.beat("step", say("Its values are normalised in the same way.")):
            self.working.known += [board.known[name].number for name in ("mean", "std")]
            recipe = self.working.writer.best([Line((board.channel.recipe(),))])
            self.working.bring(recipe, 0, run_time=1.2)
            self.working.put(recipe)
            CellsChapter(self, self.working, board).flow(run_time=0.4)
        return board

    def show_in_symbols(self, board: BatchNormBoard) -> None:
        """Write `output = (x - μ) / σ · γ + β`."""
        line = self.working.writer.best(
            [Line((board.channel.in_symbols(),), (symbol(self.spec.output_label, "output"),))]
        )
        self.play(*self.working.exchange(line), run_time=1.2)

    def point_at_ends(self, grids: Sequence[NumberGrid]) -> None:
        """Mark on each grid of channel 0 where the first one has its smallest value, and then its largest."""
        values = grids[0].values
        ends = dict.fromkeys((int(values.argmin()), int(values.argmax())))
        cells = [tuple(map(int, np.unravel_index(end, values.shape))) for end in ends]
        point_out(self, grids, [[grid.address(*cell) for grid in grids] for cell in cells])

    def close(self, board: BatchNormBoard) -> None:
        if self.channels > 1:
            with self.beat("explain", closing(self.spec), reason=takeaway(self.spec)):
                self.play(FadeOut(board.everything), *self.working.leave(), run_time=0.5)
                self.play(FadeIn(row := self.row_of("output")), run_time=0.8)
                self.show_in_symbols(board)
                self.point_at_ends([cast("Panel", row[0]).grid])
