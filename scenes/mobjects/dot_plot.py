"""Values as dots on a number line that move from stage to stage."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

import numpy as np
from manim import Animation, FadeIn, FadeOut

from cnn_core.arrays import Array
from scenes.layout import Box
from scenes.mobjects.number_line import Dots, Glide, MeanMark, NumberLine, dot_size
from scenes.theme import Theme

__all__ = ["DotPlot", "sharing"]

Stage = Mapping[str, Any]
"""`values`, (n,), with their `mean` and their spread `std`."""

LARGEST_DOT, CLOSE_DOT = 0.36, 0.2
"""Diameter in scene units at most, and at least where values are close to each other."""

LEAST_SPREAD = 0.04
"""Share of a line's length below which a spread could not be seen, so that another line is drawn."""


def reach(stages: Sequence[Stage]) -> tuple[float, float]:
    """Return the least and the greatest that a line must show."""
    low = min(min(stage["values"].min(), stage["mean"] - stage["std"]) for stage in stages)
    high = max(max(stage["values"].max(), stage["mean"] + stage["std"]) for stage in stages)
    margin = 0.04 * (high - low) or 1.0
    return float(low - margin), float(high + margin)


def sharing(stages: Sequence[Stage]) -> list[list[Stage]]:
    """Divide the stages into runs that one line can show, each with a spread that can be seen."""
    runs: list[list[Stage]] = []
    for stage in stages:
        joined = [*runs[-1], stage] if runs else []
        low, high = reach(joined) if joined else (0.0, 0.0)
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

    def __init__(self, stages: Sequence[Stage], colors: Sequence[str], box: Box, size: float, theme: Theme) -> None:
        self.stages, self.colors, self.box, self.theme = stages, colors, box, theme
        below = 0.28 + 1.6 * size
        self.room = box.height - below
        self.lines: list[NumberLine] = []
        for run in sharing(stages):
            self.lines += [NumberLine(*reach(run), box.left, box.right, 0.0, size, theme)] * len(run)
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
        """Return where the mark is at a stage."""
        line, stage = self.lines[index], self.stages[index]
        return np.array([line.x_of(stage["mean"]), line.unit * stage["std"], line.y - 0.28])

    def start(self) -> list[Animation]:
        """Return the animations that bring the dots to the first stage's line."""
        return [Glide(self.dots, self.centres(0)), FadeIn(self.lines[0])]

    def move_to(self, index: int) -> list[Animation]:
        """Return the animations that bring everything from one stage to the next one."""
        moves: list[Animation] = [
            Glide(self.dots, self.centres(index), self.colors[index]),
            Glide(self.mark, self.mark_at(index)),
        ]
        if self.lines[index] is not self.lines[index - 1]:
            moves += [FadeOut(self.lines[index - 1]), FadeIn(self.lines[index])]
        return moves
