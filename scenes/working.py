"""How a value is worked out on stage: numbers come from where they stand, and each stage of a line out of the last."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain
from typing import Any

import numpy as np
from manim import Animation, FadeIn, FadeOut, Mobject, VGroup

from cnn_core.equation import Equation
from scenes.layout import Box
from scenes.mobjects.expression import Drawn, Known, Term, Writer
from scenes.mobjects.grid import NumberGrid
from scenes.mobjects.text import Label, Number
from scenes.mobjects.travel import EARLY, LATE, all_or_none, travel
from scenes.stage import ExplainerScene

__all__ = ["Working"]


class Working:
    """The place where one line of arithmetic after the other is worked out.

    Parameters
    ----------
    box
        Where lines stand; the formula band if not given.
    grids
        Whose cells numbers come out of.
    most
        The largest size of the text.
    colors
        Of numbers by their names, where they are not those of their roles.

    Attributes
    ----------
    known
        Numbers on stage that are no cells, such as a mean, out of which others come as well.
    places
        What other numbers come out of, by their addresses.
    line
        What stands there now.
    """

    def __init__(
        self,
        stage: ExplainerScene[Any],
        grids: Iterable[NumberGrid] = (),
        box: Box | None = None,
        most: float = 0.5,
        **colors: str,
    ) -> None:
        self.stage, self.grids = stage, list(grids)
        self.writer = Writer(stage.theme, box or stage.bands.formula, most, **colors)
        self.known: list[Number] = []
        self.places: dict[str, Mobject] = {}
        self.line: Drawn | VGroup | None = None

    def leave(self) -> list[Animation]:
        leaving: list[Animation] = [] if self.line is None else [FadeOut(self.line, rate_func=EARLY)]
        self.line = None
        return leaving

    def show(self, line: Drawn | Equation, *, run_time: float = 1.0, slowly: bool = False) -> Drawn:
        """Exchange the line, stage by stage; the terms of its first stage one by one if there is time."""
        line = self.writer.write(line) if isinstance(line, Equation) else line
        for index in range(len(line.line.parts)):
            self.bring(line, index, run_time=run_time * (0.6 if index else 1.0), slowly=slowly and not index)
        return self.put(line)

    def exchange(self, line: Drawn | VGroup) -> list[Animation]:
        """Return the animations that put another line in place of this one, while something else is looked at."""
        changes = [*self.leave(), FadeIn(line, rate_func=LATE)]
        self.line = line
        return changes

    def keep(self, known: Known) -> None:
        """Let a copy of the result stay on the stage, where other numbers come out of it."""
        assert isinstance(self.line, Drawn), "only a result that is shown can be kept"
        result = self.line.result
        going = travel(known.number, result, result.size, self.stage.mobjects)
        self.stage.play(going, FadeIn(known.head, rate_func=LATE), run_time=0.8)
        self.stage.add(known)
        self.known.append(known.number)

    def put(self, line: Drawn) -> Drawn:
        """Let a line stand that has come piece by piece."""
        self.stage.remove(*line.get_family())
        self.stage.add(line)
        self.line = line
        return line

    def bring(self, line: Drawn, index: int, *, run_time: float, slowly: bool = False) -> None:
        """Let a stage of a line come; what stood there goes when the first one does."""
        coming = [self.arrivals(line, term) for term in line.stage(index)]
        for moves in coming if slowly else [all_or_none(list(chain.from_iterable(coming)))]:
            self.stage.play(*self.leave(), *moves, run_time=run_time)

    def arrivals(self, line: Drawn, term: Term) -> list[Animation]:
        """Return the animations in which a term comes: each number from its source, or it fades in."""
        if term.stage == len(line.line.parts) - 1:
            return [FadeIn(term)]
        signs = [FadeIn(term.signs, rate_func=LATE)] if len(term.signs) else []
        past = [*self.stage.mobjects, line]
        moves = [self.arrival(number, self.source(line, term, number), past) for number in term.numbers]
        return [*signs, *moves]

    @staticmethod
    def arrival(
        number: Number, source: tuple[Mobject | np.ndarray, float] | None, past: Sequence[Mobject]
    ) -> Animation:
        if source is None:
            return FadeIn(number, rate_func=LATE)
        is_sum = isinstance(source[0], VGroup) and not isinstance(source[0], Label)
        return travel(number, *source, past, leaves=not is_sum)

    def source(self, line: Drawn, term: Term, number: Number) -> tuple[Mobject | np.ndarray, float] | None:
        """Return where a number comes from, and how large it is there: its cell, what is known, or the stage before."""
        for grid in self.grids:
            if cell := grid.find(number.address):
                return grid.numbers.get(cell) or grid.cell_center(*cell), grid.text_size
        if number.address in self.places:
            return self.places[number.address], 0.0
        standing = [*self.known, *(self.line.numbers if isinstance(self.line, Drawn) else [])]
        for one in standing:
            if one.address == number.address:
                return one, one.size
        if term.stage == 0:
            return None
        before, now = line.stage(term.stage - 1), line.stage(term.stage)
        start = before[now.index(term)] if len(before) == len(now) else VGroup(*before)
        is_along = abs(start.get_y() - term.get_y()) < number.size  # and would cross what stands there
        return None if is_along else (start, 0.0)
