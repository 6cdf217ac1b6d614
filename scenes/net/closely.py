"""What is looked at closely in a network: a number is worked out, and drops into its map."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

from manim import FadeIn, FadeOut, Indicate, Mobject

from cnn_core.equation import Equation
from cnn_core.operations import OPERATIONS
from cnn_core.outline import title_of
from scenes.language import about, listed, say
from scenes.layout import Box
from scenes.mobjects.expression import Drawn, Line
from scenes.mobjects.grid import NumberGrid
from scenes.mobjects.text import Label
from scenes.mobjects.travel import is_free, way_between
from scenes.net.board import FORMULA, NetBoard
from scenes.net.words import capital
from scenes.net.worked import WorkedOut
from scenes.working import Working

__all__ = ["MOST_PRODUCTS", "Closely", "headed", "place_in_words"]

_CLEAR = 3.0
"""Own heights that a number goes up or down at least, for it to be clear of its line before it turns."""
_SMALLER, _LARGER = 0.3, 1.12
"""Sizes of a number, for its own: at which it is gone on its way, and at which it lights up."""
MOST_PRODUCTS = 12
"""Products that are written one by one; of larger kernels the sums of their rows are."""


def headed(board: NetBoard, one: WorkedOut, said: str) -> str:
    """Say before a sentence which step it is about, where this step is not on the board."""
    if one.node is board.layer:
        return said
    return f"{say('{name}.', name=capital(title_of(one.node)))} {said}"


def place_in_words(one: WorkedOut) -> str:
    """Say where a number is, and why it is this one: it is the strongest of its step, or will be of its place."""
    _, channel, *cell = one.position
    named = {"channel": channel, **dict(zip(("row", "column"), cell, strict=False))}
    if not any(side > 1 for side in one.trace.output.shape[2:]):
        return say("Look at channel {channel}.", **named)
    if one.is_chosen:
        return say("Look at channel {channel}, row {row}, column {column}.", **named)
    if one.later and one.number < one.trace.output.max():
        return say(
            "Channel {channel}, row {row}, column {column}: after {layers} nothing is stronger.",
            layers=listed([OPERATIONS[node.op].name for node in one.later]),
            **named,
        )
    return say("The strongest response is in channel {channel}, row {row}, column {column}.", **named)


class Closely:
    """Works one number of a step out, and lets it drop into the step's output.

    Parameters
    ----------
    grids
        Whose cells numbers come out of.
    places
        Out of what other numbers come, by their addresses.
    """

    def __init__(
        self,
        board: NetBoard,
        one: WorkedOut,
        grids: Sequence[NumberGrid] = (),
        places: Mapping[str, Mobject] | None = None,
    ) -> None:
        self.board, self.one, self.grids, self.places = board, one, grids, dict(places or {})
        self.equation = one.equation

    def explain(self, name: str) -> Equation:
        """Return how a number on the way came about, by its name in the record."""
        return cast("Equation", self.one.explain(name))

    def said(self, equation: Equation | None = None) -> str:
        equation = equation or self.equation
        return about(equation.result.text, is_rounded=equation.is_rounded)

    def working(self, box: Box | None = None) -> Working:
        """Return where lines are worked out; the formula band if no box is given."""
        made = Working(self.board.stage, self.grids, box or self.board.places.formula, FORMULA)
        made.places = self.places
        return made

    def show(self, lines: Sequence[Line], run_time: float, box: Box | None = None, *, slowly: bool = False) -> Drawn:
        """Work out the first line that fits; `board.clear` takes it away."""
        working = self.working(box)
        line = working.writer.best(lines)
        working.show(line, run_time=run_time / len(line.stage(0)) if slowly else run_time, slowly=slowly)
        self.board.extras.append(line)
        return line

    def sums(self) -> list[Line]:
        """Return the ways to write the value as a sum: of products if they are few, of rows, of channels, ..."""
        *stages, result = self.equation.stages()
        fitting = [stage for stage in stages[1:] if stage.terms <= MOST_PRODUCTS] or stages[-1:]
        return [*(Line((stage, result)) for stage in fitting), Line((result,))]

    def drop(self, number: Label) -> None:
        """Let a copy of a number travel up or down into its place in the output, if its way is free.

        Otherwise the place lights up, and so does the number.
        """
        if self.board.right is None:
            return
        flying: Any = number.copy()
        flying.address = ""
        _, channel, *cell = self.one.position
        row, column = map(float, cell or (0, 0))
        place = self.board.right.middle(self.board.index(1, channel), row, column)
        goal = flying.copy().scale(_SMALLER).move_to(place)
        is_far = abs(goal.get_y() - flying.get_y()) > _CLEAR * flying.height
        way = way_between(flying, goal)
        if is_far and is_free(flying, goal, self.board.stage.mobjects, way):
            path = way.path(flying, goal)
            self.board.stage.play(FadeOut(flying, target_position=place, scale=_SMALLER, path_func=path), run_time=0.8)
            return
        mark = self.board.mark(self.board.right, channel, row, column, (1, 1))
        self.board.extras.append(mark)
        shines = Indicate(number, _LARGER, number.glyphs[0].get_color())
        self.board.stage.play(shines, FadeIn(mark, scale=4), run_time=0.8)
