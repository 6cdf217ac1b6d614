"""How mean, variance and standard deviation of a channel come about."""

from __future__ import annotations

from typing import cast

from manim import Create, FadeIn, Indicate, Underline

from cnn_core.equation import Equation
from scenes.batch_norm import BatchNormSpec
from scenes.batch_norm.board import BatchNormBoard
from scenes.batch_norm.words import about_eps, about_root
from scenes.language import say
from scenes.mobjects.expression import Drawn
from scenes.stage import ExplainerScene
from scenes.working import Working

__all__ = ["StatisticsChapter"]


class StatisticsChapter:
    """The statistics are worked out, or taken from training; each stays on the board.

    Parameters
    ----------
    stage
        Where it is played.
    working
        Where it is worked out.
    board
        The channel it is about; its grids are there already.
    """

    def __init__(self, stage: ExplainerScene[BatchNormSpec], working: Working, board: BatchNormBoard) -> None:
        self.stage, self.working, self.board, self.channel = stage, working, board, board.channel
        self.count = self.channel.trace.count

    def play(self) -> None:
        if self.stage.spec.training:
            self.find_mean()
            self.find_variance()
        else:
            self.take_running_ones()
        self.find_root()

    def show(self, equation: Equation, *heading: str, run_time: float = 1.2) -> None:
        self.working.show(self.working.writer.write(equation, heading), run_time=run_time)

    def find_mean(self) -> None:
        """Add the values up and divide by how many there are."""
        stage, total = self.stage, self.channel.said("total")
        said = say("Added up, the {count} values give {total}.", count=self.count, total=total)
        why = say("The mean is the point at which the values balance.")
        with stage.beat("step", said, reason=why):
            self.show(self.channel.equation("total"), run_time=1.6)
        asked, mean = stage.spec.question, self.channel.equation("mean")
        if asked:
            prompt = say("{count} values, sum {total}: what is the mean?", count=self.count, total=total)
            stage.ask(prompt, mean.result.text, first=self.working.leave())
        named = {"total": total, "count": self.count, "mean": self.channel.said("mean")}
        said = say("{total} divided by {count}: the mean is {mean}.", **named)
        with stage.beat("answer" if asked else "step", said, reason=why):
            if asked:
                stage.play(stage.end_question(), run_time=0.4)
            self.show(mean, "μ")
            self.working.keep(self.board.known["mean"])

    def find_variance(self) -> None:
        """Square each value's distance from the mean; the mean of the squares is the variance."""
        stage, channel, cell = self.stage, self.channel, (0, 0)
        why = say("Squared, so that differences do not cancel each other.")
        said = say(
            "How far is {x} from the mean? The difference, squared, is {squared}.",
            x=channel.said("x", cell),
            squared=channel.said("squared_deviations", cell),
        )
        with stage.beat("step", said, reason=why):
            self.show(channel.equation("squared_deviations", cell))
        total = channel.said("squared_deviations_total")
        said = say("The squares of all {count} differences add up to {total}.", count=self.count, total=total)
        with stage.beat("step", said, reason=why):
            self.show(channel.equation("squared_deviations_total"), run_time=1.6)
        said = say(
            "Their mean is the variance, {variance}: divided by {count}, not by {less}.",
            variance=channel.said("variance"),
            count=self.count,
            less=self.count - 1,
        )
        with stage.beat("step", said, reason=say("The variance says how widely the values are spread.")):
            self.show(channel.equation("variance"), "σ²")
            self.working.keep(self.board.known["variance"])

    def take_running_ones(self) -> None:
        said = say("In evaluation, mean and variance are the running ones, kept from training.")
        why = say("One image alone should not decide its own scale.")
        with self.stage.beat("explain", said, reason=why):
            for known in (self.board.known["mean"], self.board.known["variance"]):
                self.stage.play(FadeIn(known), run_time=0.8)
                self.working.known.append(known.number)

    def find_root(self) -> None:
        why = say("The root brings the squares back to the scale of the values.")
        with self.stage.beat("step", about_root(self.stage.spec, self.channel), reason=why):
            self.show(self.channel.equation("std"), "σ")
            self.working.keep(self.board.known["std"])
        spec = self.stage.spec
        if spec.eps == 0:
            why = say("Equal values have a variance of 0; eps keeps the divisor above it.")
            with self.stage.beat("explain", about_eps(float(spec.torch_eps()["change"])), reason=why):
                self.show(cast("Equation", spec.explain(self.channel.address("torch_eps.std"))), "σ")
                self.point_at_change()

    def point_at_change(self) -> None:
        """Look at the standard deviation that is known, and then at the last digit of the one with eps."""
        stage, line = self.stage, self.working.line
        assert isinstance(line, Drawn)
        known = self.board.known["std"].number
        stage.play(Indicate(known, scale_factor=1.0, color=stage.theme.window), run_time=1.0)
        last = line.result.glyphs[-1]
        under = Underline(last, buff=0.12, color=stage.theme.window, stroke_width=5)
        stage.play(Create(under), run_time=0.6)
        stage.remove(under)
        line.add(under)  # goes when the line goes

    def update(self) -> None:
        """Show how the running mean and variance move towards those of this batch."""
        mean, variance = (self.channel.equation(name) for name in ("running_mean", "running_var"))
        kept, momentum = (leaf.text for leaf in mean.left.leaves() if leaf.name in ("kept", "momentum"))
        said = say(
            "For evaluation, the running mean keeps {kept} of itself and takes {momentum} of this mean.",
            kept=kept,
            momentum=momentum,
        )
        with self.stage.beat("step", said):
            self.show(mean, say("running mean"))
        said = say(
            "So does the running variance, but with the squares divided by {divisor}: that is unbiased.",
            divisor=self.count - 1,
        )
        with self.stage.beat("step", said):
            self.show(variance, say("running variance"))
