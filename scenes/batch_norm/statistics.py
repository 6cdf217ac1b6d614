"""How mean, variance and standard deviation of a channel come about."""

from __future__ import annotations

import numpy as np
from manim import FadeIn

from cnn_core.numerals import typeset
from scenes.batch_norm.band import FormulaBand, Source
from scenes.batch_norm.board import BatchNormBoard
from scenes.batch_norm.words import about_eps
from scenes.specs.batch_norm import BatchNormSpec
from scenes.stage import ExplainerScene

__all__ = ["StatisticsChapter"]


class StatisticsChapter:
    """The statistics are worked out, or taken from training; each stays on the board.

    Parameters
    ----------
    stage
        Where it is played.
    band
        Where it is worked out.
    board
        The channel it is about; its grids are there already.
    """

    def __init__(self, stage: ExplainerScene[BatchNormSpec], band: FormulaBand, board: BatchNormBoard) -> None:
        self.stage, self.band, self.board, self.lines = stage, band, board, board.lines
        self.count = self.said("count")

    def play(self) -> None:
        """Find all three."""
        if self.stage.spec.training:
            self.find_mean()
            self.find_variance()
        else:
            self.take_running_ones()
        self.find_root()

    def said(self, name: str) -> str:
        """Return a number as a caption says it."""
        return typeset(self.lines.text(name))

    def cells(self) -> dict[str, np.ndarray]:
        """Return where the numbers of a sum over all cells come from."""
        return {str(cell): self.board.x.cell_center(*cell) for cell in self.board.cells}

    def find_mean(self) -> None:
        """Add the values up and divide by how many there are."""
        stage, total, mean = self.stage, self.said("total"), self.said("mean")
        with stage.beat("step", f"Added up, the {self.count} values give {total}."):
            self.band.show(self.lines.sum_of("x", "total", stage.theme.input), self.cells(), run_time=1.6)
        asked = stage.spec.question
        sources: dict[str, Source] = {} if asked else {"total": "result"}
        if asked:
            prompt = f"{self.count} values, sum {total}: what is the mean?"
            stage.ask(prompt, self.lines.text("mean"), first=self.band.leave())
        with stage.beat("answer" if asked else "step", f"{total} divided by {self.count}: the mean is {mean}."):
            if asked:
                stage.play(stage.end_question(), run_time=0.4)
            self.band.show(self.lines.mean_of("mean", "μ"), sources)
            self.band.keep(self.board.known["mean"])

    def find_variance(self) -> None:
        """Square each value's distance from the mean; the mean of the squares is the variance."""
        stage, known, cell = self.stage, self.board.known, (0, 0)
        x, squared = (typeset(self.lines.text(name, cell)) for name in ("x", "squared_deviations"))
        with stage.beat("step", f"How far is {x} from the mean? The difference, squared, is {squared}."):
            sources: dict[str, Source] = {"x": self.board.x.cell_center(*cell), "mean": known["mean"].number}
            self.band.show(self.lines.deviation(cell), sources)
        total = self.said("squared_deviations_total")
        with stage.beat("step", f"The squares of all {self.count} differences add up to {total}."):
            line = self.lines.sum_of("squared_deviations", "squared_deviations_total", stage.theme.text)
            self.band.show(line, self.cells(), run_time=1.6, changed=True)
        less = int(self.lines.value("count")) - 1
        said = f"Their mean is the variance, {self.said('variance')}: divided by {self.count}, not by {less}."
        with stage.beat("step", said):
            self.band.show(self.lines.mean_of("variance", "σ²"), {"total": "result"})
            self.band.keep(known["variance"])

    def take_running_ones(self) -> None:
        """Use what was remembered from training."""
        known = self.board.known
        with self.stage.beat("explain", "In evaluation, mean and variance are the running ones, kept from training."):
            self.stage.play(FadeIn(known["mean"]), run_time=0.8)
            self.stage.play(FadeIn(known["variance"]), run_time=0.8)

    def find_root(self) -> None:
        """Take the root of the variance."""
        known, values = self.board.known, self.lines.values
        source = {"variance": known["variance"].number}
        with self.stage.beat("step", f"The root of the variance is the standard deviation, {self.said('std')}."):
            self.band.show(self.lines.root(), source)
            self.band.keep(known["std"])
        if "torch_eps" in values:
            with self.stage.beat("explain", about_eps(values["torch_eps"]["change"])):
                self.band.show(self.lines.root("torch_eps."), source)

    def update(self) -> None:
        """Show how the running mean and variance move towards those of this batch."""
        kept, momentum = self.said("update.kept"), self.said("update.momentum")
        said = f"For evaluation, the running mean keeps {kept} of itself and takes {momentum} of this mean."
        with self.stage.beat("step", said):
            self.band.show(self.lines.running_mean(), {"mean": self.board.known["mean"].number})
        divisor = self.said("update.divisor")
        said = f"So does the running variance, but with the squares divided by {divisor}: that is unbiased."
        with self.stage.beat("step", said):
            self.band.show(self.lines.running_var(), {})
