"""What scenes of gradients have in common: the way back, and a line of arithmetic below."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, TypeVar, cast

import numpy as np
from manim import Animation, ApplyMethod, FadeIn, FadeOut, Mobject, there_and_back

from cnn_core.equation import Equation
from cnn_core.expression import Cell, Value
from scenes.language import about, number, say
from scenes.layout import Box, smallest_text, with_one_line
from scenes.mobjects.arrangement import Part
from scenes.mobjects.expression import ways_of
from scenes.mobjects.grid import CellMarks, NumberGrid
from scenes.mobjects.sheets import Sheet, Sheets
from scenes.mobjects.text import Number
from scenes.mobjects.travel import EARLY, hop, starting, travel
from scenes.specs import SceneSpec
from scenes.stage import ExplainerScene
from scenes.working import Working

__all__ = ["BackwardScene"]

_LINE, _TALL_LINE = 0.85, 1.15
"""Height of the band of formulas in a wide frame and in others, in scene units."""

_READ = 1.25
"""Size from which on a line of many terms is easily read, in those of the smallest text."""

_SpecT = TypeVar("_SpecT", bound=SceneSpec)


class BackwardScene(ExplainerScene[_SpecT]):
    """A scene in which gradients travel from right to left.

    Attributes
    ----------
    sheets
        The grids on stage.
    """

    sheets: Sheets
    keeps_subtitle = True

    def open(self, title: str, sheets: dict[str, Sheet], arrangements: Sequence[Part], **colors: Any) -> None:
        """Show the title, and lay out the grids and the place for arithmetic."""
        self.trace: Any = self.spec.trace()
        self.widen()
        self.show_title(say(title))
        self.sheets = Sheets(sheets, arrangements, self.theme, self.room())
        self.working = Working(self, self.sheets.grids, **colors)

    def widen(self) -> None:
        """Leave all to the stage but one line."""
        self.bands = with_one_line(self.bands, tall=self.tall)
        line = replace(self.bands.formula, top=self.bands.formula.bottom + (_LINE if self.wide else _TALL_LINE))
        self.bands = replace(self.bands, formula=line, stage=replace(self.bands.whole, bottom=line.top + 0.1))

    def room(self) -> Box:
        """Return where the grids stand."""
        return self.bands.stage

    def change(self, sheets: dict[str, Sheet], arrangements: Sequence[Part], *gone: Mobject) -> Sheets:
        """Take away the grids and what else is named, and lay out others in their place."""
        self.take_away(*self.sheets.values(), *gone)
        self.sheets = Sheets(sheets, arrangements, self.theme, self.bands.stage)
        self.working.grids = self.sheets.grids
        return self.sheets

    @contextmanager
    def asked_to_change(self, said: str) -> Iterator[None]:
        """Say that the loss asks outputs to change: from here on, an arrow at the top points back."""
        self.set_subtitle(say("← back"))
        with self.beat("explain", said, reason=say("Each output is told which way it should go.")):
            yield

    def equation(self, address: str) -> Equation:
        return cast("Equation", self.spec.explain(address))

    def told(self, address: str) -> str:
        """Return a result for a sentence."""
        found = self.equation(address)
        return about(found.result.text, is_rounded=found.result.is_rounded)

    def given(self, name: str, *position: int) -> str:
        """Return a number of the trace for a sentence."""
        return number(self.trace.value(name, *position).text)

    def work_out(self, address: str) -> None:
        """Show how a number came about; one that was only carried needs no line."""
        equation = self.equation(address)
        if not isinstance(equation.left, Cell | Value):
            self.working.show(equation, run_time=0.9)

    def show_sum(self, address: str, run_time: float) -> None:
        """Show how a sum came about, without its middle where all of it could hardly be read."""
        writer, ways = self.working.writer, ways_of(equation := self.equation(address))
        if isinstance(equation.left, Cell | Value):
            return
        large = [line for line in ways[:2] if writer.size_of(line) >= _READ * smallest_text()]
        self.working.show(writer.best(large or ways), run_time=run_time)

    def fill(self, grid: NumberGrid, cells: Sequence[tuple[int, int]], start: Any = None) -> list[Animation]:
        """Return the animations that write cells: from one place all of them, or where they stand.

        Several do not go side by side, where they would lie on each other at first.
        """
        coming: list[Animation] = []
        standing, several = self.mobjects[:], len(cells) > 1
        for cell in cells:
            if self.is_written(grid, cell):
                continue
            made = grid.make_number(*cell)
            grid.write(*cell, number=made)
            if cell in grid.numbers:
                coming.append(FadeIn(made) if start is None else self.going(made, start, standing, hops=several))
            if cell in grid.fills:
                coming.append(FadeIn(grid.fills[cell]))
        return coming

    def going(self, number: Number, start: Any, standing: Sequence[Mobject], *, hops: bool) -> Animation:
        return hop(number, starting(number.copy(), start)) if hops else travel(number, start, 0.0, standing)

    def is_written(self, grid: NumberGrid, cell: tuple[int, int]) -> bool:
        """Tell whether a cell shows what it holds: without digits, 0 is an empty cell."""
        return cell in grid.numbers or cell in grid.fills or not (grid.text_size or grid.values[cell])

    def arrive(self, coming: Sequence[Animation], run_time: float) -> None:
        """Play what there is to be played."""
        if coming:
            self.play(*coming, run_time=run_time)

    def leave(self, *mobjects: Mobject) -> list[Animation]:
        """Return the animations that take away what is on stage of these, and the line."""
        on_stage = {id(one) for one in self.get_mobject_family_members()}
        gone = [FadeOut(one, rate_func=EARLY) for one in mobjects if id(one) in on_stage]
        return [*gone, *self.working.leave()]

    def take_away(self, *mobjects: Mobject, also: Sequence[Animation] = ()) -> None:
        """Take away what is on stage of these, and the line, while other things move."""
        if leaving := [*self.leave(*mobjects), *also]:
            self.play(*leaving, run_time=0.4)

    def point_out(self, mobject: Mobject) -> None:
        """Let something swell for a moment."""
        self.play(ApplyMethod(mobject.scale, 1.08, rate_func=there_and_back), run_time=0.8)

    def signs_of(self, grid: NumberGrid) -> None:
        """Mark the gradients of a grid that ask for less, then those that ask for more, each for a moment."""
        for sign in (1, -1):
            cells = [(row, column) for row, column in np.argwhere(sign * grid.values > 0).tolist()]
            if cells:
                marks = CellMarks(grid, cells, self.theme.window, 4)
                self.play(FadeIn(marks), run_time=0.7)
                self.play(FadeOut(marks), run_time=0.4)
