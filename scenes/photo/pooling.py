"""Pooling of a photo: each window becomes one pixel."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from manim import Create, FadeIn

from cnn_core.arrays import Pair
from cnn_core.equation import Equation
from cnn_core.expression import Maximum
from cnn_core.numerals import EXACTLY
from scenes.language import about, say
from scenes.mobjects.expression import Drawn
from scenes.mobjects.panels import ring_around
from scenes.photo.pixels import PixelWalk
from scenes.photo.walk import sides
from scenes.specs.walk import Stop

if TYPE_CHECKING:
    from scenes.player import Player

__all__ = ["PhotoPooling"]

_ALIKE = 0.05
"""Means that differ by less are the same when they are shown."""


class PhotoPooling(PixelWalk):
    """Windows become pixels."""

    def __init__(self, stage: Player) -> None:
        spec: Any = stage.spec
        at = [(position[2], position[3]) for position in spec.worked_out().values()]
        super().__init__(stage, at, spec.trace().kernel_size)
        self.player = stage

    def stop(self, cell: Pair) -> Stop:
        return self.player.stop((0, 0, *cell))

    def introduce(self) -> None:
        with self.stage.beat("explain", self.opening(), reason=self.spec.rule(self.trace)):
            self.stage.play(FadeIn(self.photo), run_time=1.2)
            self.stage.play(FadeIn(*self.results), run_time=0.8)

    def flow_words(self) -> tuple[str, str]:
        said = say("Row by row, each of the {count:,} windows becomes one pixel.", count=self.count)
        return said, self.spec.rule(self.trace)

    def equation(self, cell: Pair) -> Equation:
        return self.stop(cell).equation

    def asked(self, cell: Pair) -> str:
        return str(self.spec.ask(self.stop(cell)))

    def said(self, cell: Pair) -> tuple[str, str]:
        stop = self.stop(cell)
        return self.spec.say(stop), self.spec.reason(stop)

    def place(self, cell: Pair) -> str:
        spread = self.spec.spread()[0]
        if self.trace.x.shape[1] == 1 and spread[cell] == spread.max() > 0:
            where = {"row": cell[0] + 1, "column": cell[1] + 1}
            return say("Row {row}, column {column}: no window has values farther apart.", **where)
        return self.named(cell)

    def show_line(self, cell: Pair) -> Drawn:
        """Ring the winners of a max pooling; write the line."""
        equation = self.equation(cell)
        if isinstance(equation.left, Maximum):
            same = [one for one in equation.left.leaves() if one.number == equation.result.number]
            won, *tied = [one for one in (self.grid.find(leaf.address) for leaf in same) if one is not None]
            rings = [ring_around(self.grid, *won).set_fill(opacity=0)]
            rings += [ring_around(self.grid, *one, thin=True) for one in tied]
            self.stage.play(*map(Create, rings), run_time=0.6)
            self.working += rings
        return self.write(equation)

    def close(self) -> None:
        said, reason = self.insight()
        with self.stage.beat("explain", said, reason=reason):
            self.leave()
            self.stage.hold(0.3)

    def insight(self) -> tuple[str, str]:
        """Say how many pixels are left, and what has become of the mean."""
        sizes = {"before": sides(self.size), "after": sides(self.trace.output.shape[2:])}
        said = say("{before} pixels have become {after}.", **sizes)
        rows, columns = (
            size - len({at for window in windows for at in window} & set(range(size)))
            for size, windows in zip(self.size, (self.trace.geometry.rows, self.trace.geometry.columns), strict=True)
        )
        if rows or columns:
            left = say("No window reaches {rows} of its rows and {columns} of its columns.", rows=rows, columns=columns)
            said = f"{said} {left}"
        before, after = float(self.trace.x.mean()), float(self.trace.output.mean())
        named = {"before": in_tenths(before), "after": in_tenths(after)}
        if abs(before - after) < _ALIKE:
            reason = say("On average it is as bright as before: {after}.", **named)
        elif after > before:
            reason = say("On average it is brighter: {before} before, {after} now.", **named)
        else:
            reason = say("On average it is darker: {before} before, {after} now.", **named)
        return f"{said} {self.spec.moral(self.trace)}", reason


def in_tenths(value: float) -> str:
    text = f"{value:.1f}"
    return about(text, is_rounded=abs(float(text) - value) > EXACTLY)
