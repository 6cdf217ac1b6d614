"""The values of a channel as dots on a number line: they slide, shrink, and are scaled and shifted."""

from __future__ import annotations

from manim import FadeIn, FadeOut

from scenes.chapters.batch_norm_words import about_dots, about_stages
from scenes.chapters.formula_band import FormulaBand
from scenes.layout import smallest_text
from scenes.mobjects.batch_norm_board import BatchNormBoard
from scenes.mobjects.dot_plot import DotPlot
from scenes.mobjects.number_line import Glide
from scenes.specs.batch_norm import BatchNormSpec
from scenes.stage import ExplainerScene

__all__ = ["DotsChapter"]


class DotsChapter:
    """Dots leave the cells of the input, move on a number line, and end in the cells of the output.

    Parameters
    ----------
    stage
        Where it is played.
    band
        Where mean and standard deviation are told.
    board
        The channel it is about.
    """

    def __init__(self, stage: ExplainerScene[BatchNormSpec], band: FormulaBand, board: BatchNormBoard) -> None:
        self.stage, self.band, self.board = stage, band, board
        stages = board.lines.values["line"]
        colors = [stage.theme.input] * 2 + [stage.theme.output] * (len(stages) - 2)
        self.plot = DotPlot(stages, colors, stage.bands.stage, max(0.3, smallest_text()), stage.theme)

    def play(self) -> None:
        """Walk through all stages; `come_back` is to follow in the same or another beat."""
        stage, plot, lines = self.stage, self.plot, self.board.lines
        plot.dots.place(self.board.centres(self.board.x))
        with stage.beat("explain", about_dots(stage.spec)):
            stage.play(FadeOut(self.board.everything), *self.band.leave(), FadeIn(plot.dots), run_time=0.8)
            stage.play(*plot.start(), run_time=1.6)
            stage.play(FadeIn(plot.mark), *self.band.exchange(lines.stage(0)), run_time=0.8)
        for index, caption in enumerate(about_stages(stage.spec, lines, plot.redrawn), start=1):
            with stage.beat("explain", caption):
                stage.play(*plot.move_to(index), *self.band.exchange(lines.stage(index)), run_time=2.0)

    def come_back(self) -> None:
        """Turn the dots into the values of the output."""
        stage, plot = self.stage, self.plot
        home = Glide(plot.dots, self.board.centres(self.board.out))
        stage.play(FadeOut(plot.lines[-1]), FadeOut(plot.mark), *self.band.leave(), home, run_time=1.2)
        stage.play(FadeIn(self.board.everything), FadeOut(plot.dots), run_time=0.8)
