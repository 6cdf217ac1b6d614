"""The values of a channel as dots on a number line: they slide, shrink, and are scaled and shifted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from manim import Animation, FadeIn, FadeOut, VGroup

from cnn_core.arrays import Array
from scenes.batch_norm import BatchNormSpec
from scenes.batch_norm.board import BatchNormBoard
from scenes.batch_norm.words import about_dots, about_stages
from scenes.language import say
from scenes.layout import Box, smallest_text
from scenes.mobjects.expression import Known
from scenes.mobjects.flow import in_a_row
from scenes.mobjects.plot import Dots, Glide, MeanMark, NumberLine, dot_size
from scenes.stage import ExplainerScene
from scenes.theme import Theme
from scenes.working import Working

__all__ = ["DotPlot", "DotsChapter", "sharing"]

_Stage = Mapping[str, Any]
"""`values`, (n,), with their `mean` and their spread `std`."""

LARGEST_DOT, CLOSE_DOT = 0.5, 0.2
"""Diameter in scene units at most, and at least where values are close to each other."""

DIVIDED = 2
"""The stage at which the dots are divided by the standard deviation."""

LEAST_CHANGE = 0.05
"""Share by which a spread has to change for it to be asked about."""

LEAST_SPREAD = 0.04
"""Share of a line's length below which a spread could not be seen, so that another line is drawn."""


def _reach(stages: Sequence[_Stage]) -> tuple[float, float]:
    low = min(min(stage["values"].min(), stage["mean"] - stage["std"]) for stage in stages)
    high = max(max(stage["values"].max(), stage["mean"] + stage["std"]) for stage in stages)
    margin = 0.04 * (high - low) or 1.0
    return float(low - margin), float(high + margin)


def sharing(stages: Sequence[_Stage]) -> list[list[_Stage]]:
    """Divide the stages into runs that one line can show, each with a spread that can be seen."""
    runs: list[list[_Stage]] = []
    for stage in stages:
        joined = [*runs[-1], stage] if runs else []
        low, high = _reach(joined) if joined else (0.0, 0.0)
        if joined and all(one["std"] >= LEAST_SPREAD * (high - low) or one["std"] == 0 for one in joined):
            runs[-1] = joined
        else:
            runs.append([stage])
    return runs


class DotPlot:
    """Dots, the mark of their mean and spread, and the lines they stand on.

    Parameters
    ----------
    stages
        Where the dots are, one stage after the other.
    colors
        The dots' colour at each stage.
    size
        Height of the labels.
    """

    def __init__(self, stages: Sequence[_Stage], colors: Sequence[str], box: Box, size: float, theme: Theme) -> None:
        self.stages, self.colors, self.box, self.theme = stages, colors, box, theme
        below = 0.28 + 1.6 * size
        self.room = box.height - below
        self.lines: list[NumberLine] = []
        for run in sharing(stages):
            self.lines += [NumberLine(*_reach(run), box.left, box.right, 0.0, size, theme)] * len(run)
        self.diameter = self._diameter()
        self.dots = Dots(np.zeros((stages[0]["values"].size, 2)), self.diameter, colors[0])
        top = max(self.centres(index)[:, 1].max() for index in range(len(stages))) + self.diameter / 2
        y = box.center[1] - (top - below) / 2
        for line in dict.fromkeys(self.lines):
            line.raise_to(y)
        self.mark = MeanMark(self.mark_at(0), theme)

    @property
    def redrawn(self) -> list[bool]:
        """Whether each stage but the first stands on another line than the one before."""
        return [line is not before for before, line in pairwise(self.lines)]

    def _diameter(self) -> float:
        """Choose dots that do not touch their neighbours, if that does not make them too small."""
        places = [np.asarray(line.x_of(stage["values"])) for line, stage in zip(self.lines, self.stages, strict=True)]
        gaps = [np.diff(np.unique(np.round(place, 6))).min(initial=LARGEST_DOT) for place in places]
        return dot_size(places, self.room, float(np.clip(min(gaps), CLOSE_DOT, LARGEST_DOT)))

    def centres(self, index: int) -> Array:
        """Return where the dots are at a stage, (n, 2)."""
        return self.dots.on(self.lines[index], self.stages[index]["values"], self.room)

    def mark_at(self, index: int) -> Array:
        line, stage = self.lines[index], self.stages[index]
        return np.array([line.x_of(stage["mean"]), line.unit * stage["std"], line.y - 0.28])

    def start(self) -> list[Animation]:
        """Return the animations that bring the dots to the first stage's line."""
        return [Glide(self.dots, self.centres(0)), FadeIn(self.lines[0])]

    def move_to(self, index: int) -> list[Animation]:
        moves: list[Animation] = [
            Glide(self.dots, self.centres(index), self.colors[index]),
            Glide(self.mark, self.mark_at(index)),
        ]
        if self.lines[index] is not self.lines[index - 1]:
            moves += [FadeOut(self.lines[index - 1]), FadeIn(self.lines[index])]
        return moves


class DotsChapter:
    """Dots leave the cells of the input, move on a number line, and end in the cells of the output.

    Parameters
    ----------
    stage
        Where it is played.
    working
        Where mean and standard deviation are told.
    board
        The channel it is about.
    """

    def __init__(self, stage: ExplainerScene[BatchNormSpec], working: Working, board: BatchNormBoard) -> None:
        self.stage, self.working, self.board = stage, working, board
        stages = stage.spec.line()
        colors = [stage.theme.input] * 2 + [stage.theme.output] * (len(stages) - 2)
        self.plot = DotPlot(stages, colors, stage.bands.stage, max(0.38, smallest_text()), stage.theme)

    def play(self) -> None:
        """Walk through all stages; `come_back` is to follow in the same or another beat."""
        stage, plot, channel = self.stage, self.plot, self.board.channel
        plot.dots.place(self.board.centres(self.board.x))
        with stage.beat("explain", about_dots(stage.spec), reason=say("A dot for each value; equal ones are stacked.")):
            stage.play(FadeOut(self.board.everything), *self.working.leave(), FadeIn(plot.dots), run_time=0.8)
            stage.play(*plot.start(), run_time=1.6)
            stage.play(FadeIn(plot.mark), run_time=0.4)
            stage.play(*self.working.exchange(self.told(0)), run_time=0.6)
        for index, caption in enumerate(about_stages(stage.spec, channel, plot.redrawn), start=1):
            asked = index == DIVIDED and self.ask_what_dividing_does()
            with stage.beat("answer" if asked else "explain", caption, reason=self.why(index)):
                if asked:
                    stage.play(stage.end_question(), run_time=0.4)
                elif gone := self.working.leave():
                    stage.play(*gone, run_time=0.3)
                stage.play(*plot.move_to(index), run_time=1.5)
                stage.play(*self.working.exchange(self.told(index)), run_time=0.4)

    def ask_what_dividing_does(self) -> bool:
        """Ask what becomes of the dots, where they do something; tell whether it was asked."""
        spec, std = self.stage.spec, self.board.channel.said("std")
        before, after = (stage["std"] for stage in spec.line()[DIVIDED - 1 : DIVIDED + 1])
        if not spec.question or before == 0 or abs(after / before - 1) < LEAST_CHANGE:
            return False
        choices = say("come closer"), say("move apart"), say("slide aside")
        prompt = say("Divided by {std}: do the dots come closer, move apart, or slide aside?", std=std)
        answer = choices[0] if after < before else choices[1]
        self.stage.ask(prompt, answer, first=self.working.leave(), choices=choices)
        return True

    def why(self, index: int) -> str:
        """Say what a move keeps, or what it is for."""
        if index == 1:
            return say("All dots move alike, so the distances between them stay.")
        return say("All distances are divided alike, so the pattern stays.") if index == DIVIDED else ""

    def told(self, index: int) -> VGroup:
        """Return `mean 0   standard deviation 2.5` of a stage."""
        box, channel = self.stage.bands.formula, self.board.channel
        mean, spread = channel.stage(index)
        name = say("mean") if self.stage.spec.training else say("running mean")
        size = max(0.5, smallest_text())
        parts = [Known(name, mean, channel.theme, size), Known(say("standard deviation"), spread, channel.theme, size)]
        return in_a_row(parts, size, 1.2, box.width).move_to(box.center)

    def come_back(self) -> None:
        stage, plot = self.stage, self.plot
        home = Glide(plot.dots, self.board.centres(self.board.out))
        stage.play(FadeOut(plot.lines[-1]), FadeOut(plot.mark), *self.working.leave(), home, run_time=1.2)
        stage.play(FadeIn(self.board.everything), FadeOut(plot.dots), run_time=0.8)
