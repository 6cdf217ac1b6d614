"""The common walk: a window visits a grid; at each stop a line is worked out, and its result goes into its cell."""

from __future__ import annotations

from functools import cache
from itertools import groupby
from typing import Any, ClassVar, cast

import numpy as np
from manim import Animation, Create, FadeIn, FadeOut, Mobject, VGroup, VMobject

from cnn_core.equation import Equation
from cnn_core.expression import Cell, Maximum
from cnn_core.trace import Position, address_of
from scenes.language import say
from scenes.mobjects.grid import CellMarks, NumberGrid, Window, readable_cell
from scenes.mobjects.panels import Maps, MapsPlan, OperationArrow, drop_into, named, question_marks, ring_around
from scenes.specs.walk import Stop, WalkSpec
from scenes.stage import ExplainerScene
from scenes.working import Working

__all__ = ["Player", "player_of"]

FEW = 4
"""Stops that there is time for; of more, only the first two are taken slowly."""

TOLD_ONE_BY_ONE = 16
"""Stops that are each a beat of their own; of a larger output only the first two are, the others go row by row."""

MANY = 200
"""Stops above which the film hurries, so that it lasts less than four minutes."""


class Player(ExplainerScene[WalkSpec]):
    """Plays the walk of a spec, as its trace explains it.

    Attributes
    ----------
    inputs, outputs
        The grids, one a channel.
    window
        Where it is looked at, from the first stop on.
    """

    window: Window

    def construct(self) -> None:
        self.trace: Any = self.spec.trace()
        self.ring = self.spec.ring(self.trace)
        self.show_title(self.spec.operation, self.spec.subtitle(self.trace))
        self.introduce()
        positions = list(self.trace.positions())
        self.leaving: list[Mobject] = []
        slow = 2 if len(positions) > TOLD_ONE_BY_ONE else len(positions)
        self.hurry = 1.0 if len(positions) <= MANY else 0.67
        for index, position in enumerate(positions[:slow]):
            self.tell(self.stop(position), brisk=index > 1 and len(positions) > FEW)
        for _, row in groupby(positions[slow:], key=lambda position: position[:3]):
            self.flow(list(row))
        self.close()

    def stop(self, position: Position) -> Stop:
        equation = self.trace.explain(address_of("output", position))
        return Stop(self.trace.step(*position), cast("Equation", equation))

    def introduce(self) -> None:
        pictures = self.lay_out()
        self.working = Working(self, self.inputs)
        with self.beat("explain", f"{self.origin()}{self.spec.opening(self.trace)} {self.spec.rule(self.trace)}"):
            self.play(FadeIn(pictures), run_time=1.0)
        if any(self.ring):
            with self.beat("explain", self.spec.around(self.trace)):
                self.hold(0.4)

    def lay_out(self) -> VGroup:
        """Build input and output, as large as they fit, with the arrow that names the operation."""
        maps, output, room = self.maps(), self.trace.output[0], self.bands.stage
        names = named(self.spec.x_label, self.trace.x), named(self.spec.output_label, self.trace.output)
        readable = max(readable_cell(values, self.trace.decimals("output")) for values in output)
        plan = MapsPlan.of(room, maps.shape, output.shape, names, readable)
        self.inputs = [self.input_grid(values, c, plan.cells[0]) for c, values in enumerate(maps)]
        self.outputs = [self.output_grid(values, c, plan.cells[1]) for c, values in enumerate(output)]
        name = self.spec.operation.removesuffix("2D")
        arrow = OperationArrow(name, self.theme, down=not plan.beside, length=plan.arrow)
        both = zip((self.inputs, self.outputs), names, plan.name_widths, strict=True)
        before, after = (Maps(grids, name, width) for grids, name, width in both)
        return plan.arrange(before, after, arrow, room)

    def maps(self) -> np.ndarray:
        """Return the input with the ring around it, (C, H, W); what is not a number is not written."""
        top, bottom, left, right = self.ring
        maps = np.pad(self.trace.x[0], ((0, 0), (top, bottom), (left, right)), constant_values=np.nan)
        padded = self.spec.padded(self.trace)
        if padded is not None:
            maps[:, : padded.shape[2], : padded.shape[3]] = padded[0]
        return maps

    def input_grid(self, values: np.ndarray, channel: int, cell: float) -> NumberGrid:
        top, _, left, _ = self.ring
        H, W = self.trace.x.shape[2:]

        def address(row: int, column: int) -> str:
            inside = 0 <= row - top < H and 0 <= column - left < W
            return address_of(*(("x", (0, channel, row - top, column - left)) if inside else padded(row, column)))

        def padded(row: int, column: int) -> tuple[str, Position]:
            return "x_padded", (0, channel, row, column)

        decimals = self.trace.decimals("x")
        return NumberGrid(values, address, self.theme.input, self.theme, cell, ring=self.ring, decimals=decimals)

    def output_grid(self, values: np.ndarray, channel: int, cell: float) -> NumberGrid:
        def address(row: int, column: int) -> str:
            return address_of("output", (0, channel, row, column))

        decimals = self.trace.decimals("output")
        return NumberGrid(values, address, self.theme.output, self.theme, cell, filled=False, decimals=decimals)

    def tell(self, stop: Stop, *, brisk: bool) -> None:
        """Take one stop: look, ask at the first one, work out, write."""
        asked = self.spec.question and stop.position == (0, 0, 0, 0)
        if asked:
            marks = question_marks(self.outputs[0], 0, 0, self.theme)
            self.ask(self.spec.ask(stop), stop.equation.result.text, *marks, first=self.look(stop.position))
        with self.beat("answer" if asked else "step", self.spec.say(stop), brisk=brisk):
            if asked:
                self.play(self.end_question(), run_time=0.4)
            else:
                self.play(*self.look(stop.position), *self.leave(), run_time=0.4 if brisk else 0.8)
            self.work_out(stop, run_time=0.6 if brisk else 1.0)

    def work_out(self, stop: Stop, run_time: float) -> None:
        """Show how the result comes about, and let it go into its cell; what is only chosen or carried is ringed."""
        if not isinstance(stop.equation.left, Maximum | Cell):
            line = self.working.show(stop.equation, run_time=1.2 * run_time)
            self.play(*self.drop(stop.position, line.result), run_time=run_time)
            return
        marks = self.chosen(stop)
        lines = [] if isinstance(stop.equation.left, Cell) else [self.working.writer.write(stop.equation)]
        self.play(*(Create(mark) for mark in marks), *map(FadeIn, lines), run_time=run_time / 2)
        self.play(*self.drop(stop.position, marks[0]), run_time=run_time)
        self.leaving = [*marks, *lines]

    def chosen(self, stop: Stop) -> list[VMobject]:
        """Return the ring around the operand that goes to the output, and an outline around those that are as large."""
        grid = self.inputs[stop.position[1]]
        result = stop.equation.result.number
        same = [grid.find(one.address) for one in stop.equation.left.leaves() if one.number == result]
        first, *tied = [cell for cell in same if cell is not None]
        return [ring_around(grid, *first), *([CellMarks(grid, tied, self.theme.output, 3)] if tied else [])]

    def leave(self) -> list[Animation]:
        gone = [*map(FadeOut, self.leaving), *self.working.leave()]
        self.leaving = []
        return gone

    def look(self, position: Position) -> list[Animation]:
        """Return the animations that bring the window to a stop; it begins anew on each channel, and in each shape."""
        rows, columns = self.trace.window(*position)
        top, left = rows[0] + self.ring[0], columns[0] + self.ring[2]
        grid, shape = self.inputs[position[1]], (len(rows), len(columns))
        before, dilation = getattr(self, "window", None), (distance(rows), distance(columns))
        if before and (before.grid, before.shape, before.dilation) == (grid, shape, dilation):
            return [before.slide_to(top, left)]
        self.window = Window(grid, shape, self.theme, dilation)
        leaving = [FadeOut(before)] if before else []
        return [FadeIn(self.window.place(top, left)), *leaving]

    def drop(self, position: Position, start: Any) -> list[Any]:
        """Return the animations in which the result travels from `start` into its output cell."""
        return drop_into(self.outputs[position[1]], *position[2:], start)

    def flow(self, row: list[Position]) -> None:
        """Let the window run through the rest of a row, as one beat."""
        _, c, i, _ = row[0]
        said = say("Output row {row}, in the same way.", row=i + 1)
        if len(self.inputs) > 1:
            said = say("Output row {row} of channel {channel}, in the same way.", row=i + 1, channel=c)
        with self.beat("step", said, brisk=True):
            for position in row:
                self.play(*self.look(position), *self.leave(), run_time=0.2 * self.hurry)
                self.play(*self.drop(position, self.window.outline), run_time=0.2 * self.hurry)

    def close(self) -> None:
        """Take the window away and let the result stand."""
        (H, W), (H_out, W_out) = self.trace.x.shape[2:], self.trace.output.shape[2:]
        became = say("{before} values have become {after}.", before=f"{H}×{W}", after=f"{H_out}×{W_out}")
        with self.beat("explain", f"{became} {self.spec.moral(self.trace)}"):
            self.play(FadeOut(self.window), *self.leave(), run_time=0.6)


def distance(indices: list[int]) -> int:
    """Return how far each of some rows or columns is from the next."""
    return indices[1] - indices[0] if len(indices) > 1 else 1


@cache
def player_of(spec: type[WalkSpec]) -> type[Player]:
    """Return the player that plays a spec's defaults if it is given no spec, as `manim render` does."""

    class OfSpec(Player):
        spec_class: ClassVar[type[WalkSpec]] = spec

    OfSpec.__name__ = spec.__name__.replace("Spec", "Scene")
    return OfSpec
