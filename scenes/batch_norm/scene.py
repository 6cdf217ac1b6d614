"""Batch normalisation: a channel's values are centred on 0, brought to unit spread, then scaled and shifted."""

from __future__ import annotations

from typing import ClassVar

from manim import FadeIn, FadeOut

from scenes.batch_norm.band import FormulaBand
from scenes.batch_norm.board import BatchNormBoard, ChannelRow
from scenes.batch_norm.cells import CellsChapter
from scenes.batch_norm.dots import DotsChapter
from scenes.batch_norm.lines import BatchNormLines
from scenes.batch_norm.statistics import StatisticsChapter
from scenes.batch_norm.words import goal, moral
from scenes.specs.batch_norm import BatchNormSpec
from scenes.stage import ExplainerScene

__all__ = ["BatchNormScene"]


class BatchNormScene(ExplainerScene[BatchNormSpec]):
    """Mean and spread of a channel are worked out, then each of its values is told in terms of them."""

    spec_class: ClassVar[type[BatchNormSpec]] = BatchNormSpec

    def construct(self) -> None:
        """Play the whole normalisation: channel 0 in full, the others briskly."""
        self.band = FormulaBand(self)
        self.channels = self.spec.trace().x.shape[1]
        self.show_title("Batch normalisation", "centre, then scale" if self.wide or self.tall else "")
        board = self.board_of(0, "x_hat" if self.spec.affine else "output")
        self.introduce(board)
        self.tell(board)
        for channel in range(1, self.channels):
            board = self.repeat(board, channel)
        self.close(board)

    def board_of(self, channel: int, result: str) -> BatchNormBoard:
        """Lay a channel out."""
        lines = BatchNormLines(self.spec, channel, self.theme, self.bands.formula)
        number = f" {channel}" if self.channels > 1 else ""
        names = (self.spec.x_label + number, self.spec.output_label + number)
        return BatchNormBoard(lines, result, names, self.bands.stage, wide=self.wide)

    def introduce(self, board: BatchNormBoard) -> None:
        """Show the values and say what will happen."""
        count, aim = board.lines.text("count"), goal(self.spec)
        if self.channels == 1:
            with self.beat("explain", f"{self.origin()}Batch normalisation brings these {count} values {aim}."):
                self.play(FadeIn(board.x_panel), FadeIn(board.out_panel), run_time=1.0)
            return
        said = f"{self.origin()}Batch normalisation brings each of {self.channels} channels {aim}, for itself."
        row = self.row_of("x")
        with self.beat("explain", said):
            self.play(FadeIn(row), run_time=1.0)
        with self.beat("explain", f"Channel 0 first, with its {count} values."):
            self.play(FadeOut(row), run_time=0.5)
            self.play(FadeIn(board.x_panel), FadeIn(board.out_panel), run_time=0.8)

    def row_of(self, values: str) -> ChannelRow:
        """Return the inputs or the outputs of all channels."""
        lines = [BatchNormLines(self.spec, channel, self.theme, self.bands.formula) for channel in range(self.channels)]
        name = self.spec.x_label if values == "x" else self.spec.output_label
        return ChannelRow(lines, values, name, self.bands.stage, tall=self.tall)

    def tell(self, board: BatchNormBoard) -> None:
        """Tell the whole story of a channel."""
        statistics, cells = StatisticsChapter(self, self.band, board), CellsChapter(self, self.band, board)
        statistics.play()
        cells.play()
        if self.spec.updates:
            statistics.update()
        if self.spec.affine:
            cells.scale_and_shift()
        dots = DotsChapter(self, self.band, board)
        dots.play()
        with self.beat("explain", "So the values reach the output." if self.channels > 1 else moral(self.spec)):
            dots.come_back()
            if self.channels == 1:
                self.band.show(board.lines.in_symbols(self.spec.output_label), {}, run_time=0.8)

    def repeat(self, before: BatchNormBoard, channel: int) -> BatchNormBoard:
        """Do the same for another channel, with its own statistics."""
        board = self.board_of(channel, "output")
        with self.beat("explain", f"Channel {channel} has a mean and a standard deviation of its own."):
            self.play(FadeOut(before.everything), *self.band.leave(), run_time=0.5)
            self.play(FadeIn(board.x_panel), FadeIn(board.out_panel), run_time=0.6)
            self.play(FadeIn(board.beside), run_time=0.6)
        with self.beat("step", "Its values take the same way."):
            self.band.show(board.lines.recipe(), {name: board.known[name].number for name in ("mean", "std")})
            CellsChapter(self, self.band, board).flow(run_time=0.4)
        return board

    def close(self, board: BatchNormBoard) -> None:
        """Show all channels together."""
        if self.channels > 1:
            with self.beat("explain", moral(self.spec)):
                self.play(FadeOut(board.everything), *self.band.leave(), run_time=0.5)
                self.play(FadeIn(self.row_of("output")), run_time=0.8)
                self.band.show(board.lines.in_symbols(self.spec.output_label), {}, run_time=0.8)
