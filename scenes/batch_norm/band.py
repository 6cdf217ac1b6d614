"""The band below the grids, where things are worked out one line at a time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

import numpy as np
from manim import (
    RIGHT,
    Animation,
    AnimationGroup,
    FadeIn,
    FadeOut,
    Mobject,
    ReplacementTransform,
    smooth,
    squish_rate_func,
)

from scenes.mobjects.worked import Known, Worked
from scenes.stage import ExplainerScene

__all__ = ["EARLY", "LATE", "FormulaBand", "Source"]

Source: TypeAlias = Mobject | np.ndarray | str
"""Where a number comes from: a picture, a place, or a number of the line before, by name."""

EARLY, LATE = squish_rate_func(smooth, 0, 0.4), squish_rate_func(smooth, 0.5, 1)


class FormulaBand:
    """Shows one line of arithmetic after the other; numbers travel into it, and its result may stay on the stage."""

    def __init__(self, stage: ExplainerScene[Any]) -> None:
        self.stage = stage
        self.line: Worked | None = None

    def show(
        self, line: Worked, sources: Mapping[str, Source], run_time: float = 1.2, *, changed: bool = False
    ) -> None:
        """Exchange the line: its numbers come from their sources, its result comes last.

        Numbers that are `changed` on the way, and do not stand at their source as they are, fade in.
        """
        travelling = [name for name in sources if name in line.numbers]
        moves = [self._travel(line, name, sources[name], changed=changed) for name in travelling]
        group = [AnimationGroup(*moves, lag_ratio=0.05)] if moves else []
        result = ["result"] if "result" in line.numbers else []
        arriving = FadeIn(line.rest(*travelling, *result), rate_func=LATE)
        self.stage.play(*self.leave(rate_func=EARLY), *group, arriving, run_time=run_time)
        if result:
            self.stage.play(FadeIn(line.numbers["result"], shift=0.2 * RIGHT), run_time=0.5)
        self.stage.add(line)
        self.line = line

    def _travel(self, line: Worked, name: str, source: Source, *, changed: bool) -> Animation:
        if isinstance(source, str):
            assert self.line is not None, "there is no line before the first one"
            source = self.line.numbers[source]
        number = line.numbers[name]
        start = number.copy().move_to(source)
        return ReplacementTransform(start.fade(1) if changed else start, number)

    def exchange(self, line: Worked) -> list[Animation]:
        """Return the animations that put another line in place of this one, while something else is looked at."""
        changes = [*self.leave(rate_func=EARLY), FadeIn(line, rate_func=LATE)]
        self.line = line
        return changes

    def leave(self, **options: Any) -> list[Animation]:
        """Return the animations that take the line away, if there is one."""
        leaving: list[Animation] = [] if self.line is None else [FadeOut(self.line, **options)]
        self.line = None
        return leaving

    def keep(self, known: Known) -> None:
        """Let a copy of the result stay on the stage."""
        assert self.line is not None, "only a result that is shown can be kept"
        result = self.line.numbers["result"].copy()
        self.stage.play(ReplacementTransform(result, known.number), FadeIn(known.head), run_time=0.8)
        self.stage.add(known)
