"""What is looked at closely in a network: a window or its channels, worked out as in the films of single operations."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import cast

from manim import FadeOut, Mobject

from cnn_core.equation import Equation
from scenes.language import about, listed, say
from scenes.layout import Box
from scenes.mobjects.expression import Drawn, Line
from scenes.mobjects.grid import NumberGrid
from scenes.network.board import FORMULA, NetBoard
from scenes.network.reading import Reading, Zoom
from scenes.working import Working

__all__ = ["MOST_PRODUCTS", "Closely", "place_in_words"]

MOST_PRODUCTS = 12
"""Products that are written one by one; of larger kernels the sums of their rows are."""


def place_in_words(reading: Reading, zoom: Zoom, *, chosen: bool) -> str:
    """Say where a pixel is, and why it is this one: it is the strongest of its layer, or will be of its block."""
    _, c, i, j = zoom.step.position
    named = {"channel": c, "row": i, "column": j}
    if chosen:
        return say("Look at channel {channel}, row {row}, column {column}.", **named)
    later = [reading.network.layers[k].name for k in reading.block_of(zoom.layer).layers if k > zoom.layer]
    if later and zoom.step.value < reading.traces[zoom.layer].output.max():
        said = say(
            "Channel {channel}, row {row}, column {column}: after {layers} nothing is stronger.",
            layers=listed(later),
            **named,
        )
        return said
    return say("The strongest response is in channel {channel}, row {row}, column {column}.", **named)


class Closely:
    """Works one number of a layer out, and lets it drop into the layer's output.

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
        zoom: Zoom,
        grids: Sequence[NumberGrid] = (),
        places: Mapping[str, Mobject] | None = None,
    ) -> None:
        self.board, self.zoom, self.grids, self.places = board, zoom, grids, dict(places or {})
        self.equation = self.explain("value")

    def explain(self, name: str) -> Equation:
        return cast("Equation", self.board.reading.explain(f"{self.zoom.address}.{name}"))

    def said(self, name: str = "value") -> str:
        equation = self.explain(name)
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

    def drop(self, line: Drawn) -> None:
        """Let the result travel into its place in the output, where there are maps."""
        if self.board.right is None:
            return
        flying = line.result.copy()
        flying.address = ""
        place = self.board.right.middle(*self.zoom.step.position[1:])
        self.board.stage.play(FadeOut(flying, target_position=place, scale=0.3), run_time=0.8)
