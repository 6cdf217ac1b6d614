"""The common walk: a window visits a grid; at each stop a line is worked out, and its result goes into its cell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from itertools import groupby
from typing import Any, ClassVar, cast

import numpy as np
from manim import DOWN, LEFT, RIGHT, UP, Animation, Create, FadeIn, FadeOut, Mobject, VGroup, VMobject, smooth

from cnn_core.equation import Equation
from cnn_core.expression import Cell, Maximum
from cnn_core.trace import Position, address_of
from scenes.language import say
from scenes.layout import smallest_text, with_one_line
from scenes.mobjects.grid import CellMarks, NumberGrid, Window, readable_cell
from scenes.mobjects.panels import (
    Maps,
    MapsPlan,
    OperationArrow,
    cell_for,
    drop_into,
    named,
    question_marks,
    ring_around,
)
from scenes.mobjects.text import Label, width_of
from scenes.mobjects.travel import EARLY, LATE
from scenes.photo.pooling import PhotoPooling
from scenes.pointing import few_of, is_block, point_out
from scenes.room_below import room_below
from scenes.shifted import show_shifted
from scenes.specs.photo import PhotoSpec
from scenes.specs.walk import Stop, WalkSpec, left_out
from scenes.stage import ExplainerScene
from scenes.working import Working

__all__ = ["Player", "player_of"]

_LARGEST = 1.5
"""Side of a cell of the input, in scene units."""
_LARGEST_OUTPUT = 1.35
"""The same of the output, so that lines below it are near its first row."""
_BELOW, _BELOW_LARGER, _BELOW_COPY = 0.4, 0.2, 0.15
"""Share of the height that is kept below an output: for lines, if it has more rows than the input, if it is a copy."""

_FOR_LARGER = 0.66
"""Share of the width that arrow and output take at most, if the output has more rows than the input."""

_FEW_TO_SEE = 3
"""Stops below which each is looked at for longer."""

FEW = 4
"""Stops that there is time for; of more, only the first two are taken slowly."""

_ROW = 1.0
"""Half of the seconds that a row takes at least."""

MANY = 200
"""Stops above which the film hurries, so that it lasts less than four minutes."""


class Player(ExplainerScene[WalkSpec]):
    """Plays the walk of a spec, as its trace explains it.

    Attributes
    ----------
    inputs, outputs
        The grids, one a channel.
    windows
        Where it is looked at: none between the tour and the first stop.
    words
        Names and arrow of a wide frame.
    """

    windows: list[Window]
    unseen: Sequence[CellMarks] = ()

    def construct(self) -> None:
        self.trace: Any = self.spec.trace()
        if isinstance(self.spec, PhotoSpec) and self.spec.is_photo:
            self.show_title(self.spec.operation, self.spec.subtitle(self.trace))
            PhotoPooling(self).play()
            return
        self.ring, self.windows = self.spec.ring(self.trace), []
        self.leaving: list[Mobject] = []
        self.show_title(self.spec.operation, self.spec.subtitle(self.trace))
        self.introduce()
        self.hurry = 1.0 if self.trace.output.size <= MANY else 0.67
        self.walk()
        self.close()

    def walk(self) -> None:
        """Take the first stops slowly, or all if they are few, and the others row by row."""
        positions = list(self.trace.positions())
        slow = 2 if len(positions) > self.spec.told_one_by_one else len(positions)
        for index, position in enumerate(positions[:slow]):
            self.tell(self.stop(position), brisk=index > 1 and len(positions) > FEW)
        for _, row in groupby(positions[slow:], key=lambda position: position[:3]):
            self.flow(list(row))

    def blocks(self) -> list[list[Position]]:
        """Return the positions, those of one window together."""
        found: dict[Any, list[Position]] = {}
        for position in self.trace.positions():
            found.setdefault((position[1], *map(tuple, self.trace.window(*position))), []).append(position)
        return [*found.values()]

    def stop(self, position: Position) -> Stop:
        equation = self.trace.explain(address_of("output", position))
        return Stop(self.trace.step(*position), cast("Equation", equation))

    def introduce(self) -> None:
        if self.only_copies():
            self.bands = with_one_line(self.bands, tall=self.tall)
        self.lines = self.bands.formula
        pictures = self.lay_out_wide() if self.wide else self.lay_out()
        self.working = Working(self, self.inputs, self.lines, most=0.6 if self.wide else 0.5)
        said, rule = self.spec.opening(self.trace), self.spec.rule(self.trace)
        with self.beat("explain", f"{self.origin()}{said} {rule}", reason=rule):
            self.bring(pictures)
            self.tour()
        if any(self.ring):
            with self.beat("explain", self.spec.around(self.trace)):
                self.hold(0.4)
        self.leave_out()

    def bring(self, pictures: VGroup) -> None:
        self.play(FadeIn(pictures), run_time=0.8)

    def only_copies(self) -> bool:
        """Tell whether values go into their cells as they are, without a line of arithmetic."""
        return isinstance(self.stop((0, 0, 0, 0)).equation.left, Cell)

    def tour(self) -> None:
        """Let the window run over the first stops and the last one, and mark what each is for in the output."""
        stops = few_of(self.blocks())
        slowly = 2.0 if len(stops) < _FEW_TO_SEE else 1.0
        cells = [[position[2:] for position in block] for block in stops]
        places = [
            CellMarks(self.outputs[block[0][1]], reached, self.theme.window, together=is_block(reached))
            for block, reached in zip(stops, cells, strict=True)
        ]
        for block, place in zip(stops, places, strict=True):
            self.play(*self.look(block[0]), run_time=0.4 * slowly)
            self.play(Create(place), run_time=0.3 * slowly)
        self.play(*map(FadeOut, [*self.windows, *places]), run_time=0.4)
        self.windows = []

    def leave_out(self) -> None:
        """Dim the rows and columns that no window reaches, and say so."""
        windows = [self.trace.window(*position) for position in self.trace.positions()]
        H, W = self.trace.x.shape[2:]
        rows, columns = (
            [one for one in range(size) if not any(one in window[axis] for window in windows)]
            for axis, size in enumerate((H, W))
        )
        if not rows and not columns:
            return
        top, _, left, _ = self.ring
        cells = [(r + top, c + left) for r in range(H) for c in range(W) if r in rows or c in columns]
        self.unseen = [CellMarks(grid, cells, self.theme.muted, 4) for grid in self.inputs]
        with self.beat("explain", left_out(rows, columns), reason=say("What stands there is left out.")):
            self.play(*map(FadeIn, self.unseen), run_time=0.8)

    def lay_out_wide(self) -> VGroup:
        """Build the input as large as the frame allows, and beside it the output, with room for a line below it."""
        maps, output, room = self.maps(), self.trace.output[0], self.bands.whole
        name = named(self.spec.x_label, self.trace.x)
        readable = max(readable_cell(values, self.trace.decimals("output")) for values in output)
        least = output.shape[0] * output.shape[2] * max(0.45, readable) + 2.6
        grows = output.shape[1] > maps.shape[1]
        most = _FOR_LARGER if grows else 0.5
        left = replace(room, right=room.right - max(0.38 * room.width, min(least, most * room.width)))
        cell, upright = cell_for(left, maps.shape, "", _LARGEST)
        self.inputs = [self.input_grid(values, c, cell) for c, values in enumerate(maps)]
        before = VGroup(*self.inputs).arrange(DOWN if upright else RIGHT, buff=0.3).move_to(left.center)
        before.align_to(np.array([left.left, 0, 0]), LEFT)
        right = replace(room, left=before.get_right()[0] + 0.4)
        share = _BELOW_COPY if self.only_copies() else _BELOW_LARGER if grows else _BELOW
        name_of_operation = self.spec.operation.removesuffix("2D")
        arrow = OperationArrow(name_of_operation, self.theme, length=max(1.5, 0.36 * width_of(name_of_operation)))
        upper = replace(
            right, left=right.left + arrow.width + 0.5, bottom=room.bottom + share * room.height, top=room.top - 0.5
        )
        cell, upright = cell_for(upper, output.shape, "", min(cell, _LARGEST_OUTPUT))
        self.outputs = [self.output_grid(values, c, cell) for c, values in enumerate(output)]
        after = VGroup(*self.outputs).arrange(DOWN if upright else RIGHT, buff=0.3)
        after.move_to(upper.center).align_to(np.array([0, upper.top, 0]), UP)
        above = Label(named(self.spec.output_label, self.trace.output), 0.34, self.theme.output)
        above.scale(min(1.0, upper.width / above.width)).next_to(after, UP, buff=0.08)
        arrow.shift(np.array([right.left + 0.2 - arrow.get_left()[0], after.get_y() - arrow.arrow.get_y(), 0]))
        label = Label(name, 0.3, self.theme.input)
        self.lines = room_below(room, before, label, after, right)
        self.words = [arrow, above, label]
        return VGroup(before, arrow, after, above, label)

    def lay_out(self) -> VGroup:
        """Build input and output, as large as they fit, with the arrow that names the operation."""
        maps, output, room = self.maps(), self.trace.output[0], self.bands.stage
        names = named(self.spec.x_label, self.trace.x), named(self.spec.output_label, self.trace.output)
        of_x, of_output = (
            max(readable_cell(one, self.trace.decimals(name)) for one in array)
            for name, array in (("x", self.trace.x[0]), ("output", output))
        )
        plan = MapsPlan.of(room, maps.shape, output.shape, names, (of_x, of_output))
        self.inputs = [self.input_grid(values, c, plan.cells[0]) for c, values in enumerate(maps)]
        self.outputs = [self.output_grid(values, c, plan.cells[1]) for c, values in enumerate(output)]
        name = self.spec.operation.removesuffix("2D")
        if plan.is_short or (plan.beside and width_of(name) * max(0.36, smallest_text()) > 1.2 * plan.arrow):
            name = ""  # it would be wider than its arrow, and push the grids out of the frame
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
            look = self.look(stop.position)
            self.ask(self.spec.ask(stop), stop.equation.result.text, *marks, first=look, room=self.lines)
        with self.beat("answer" if asked else "step", self.spec.say(stop), brisk=brisk, reason=self.reason(stop)):
            if asked:
                self.play(self.end_question(), run_time=0.4)
            else:
                self.play(*self.look(stop.position), *self.leave(), run_time=0.4 if brisk else 0.8)
            self.work_out(stop, run_time=0.6 if brisk else 1.0)

    def reason(self, stop: Stop) -> str:
        return self.spec.reason(stop) or self.spec.rule(self.trace)

    def work_out(self, stop: Stop, run_time: float) -> None:
        """Show how the result comes about, and let it go into its cell; what is only chosen or carried is ringed."""
        if not isinstance(stop.equation.left, Maximum | Cell):
            line = self.working.show(stop.equation, run_time=1.2 * run_time)
            self.play(*self.drop(stop.position, line.result), run_time=run_time)
            return
        marks = self.chosen(stop)
        lines = [] if isinstance(stop.equation.left, Cell) else [self.working.writer.write(stop.equation)]
        rings = (FadeIn(mark, scale=1.3, rate_func=EARLY if lines else smooth) for mark in marks)
        self.play(*rings, *(FadeIn(line, rate_func=LATE) for line in lines), run_time=run_time / 2)
        start = lines[0].result if lines and self.wide else marks[0]
        self.play(*self.drop(stop.position, start), run_time=run_time)
        self.leaving = [*marks, *lines]

    def chosen(self, stop: Stop) -> list[VMobject]:
        """Return the ring around the operand that goes to the output, and thin ones around those that are as large."""
        grid = self.inputs[stop.position[1]]
        result = stop.equation.result.number
        same = [grid.find(one.address) for one in stop.equation.left.leaves() if one.number == result]
        first, *tied = [cell for cell in same if cell is not None]
        return [ring_around(grid, *first), *(ring_around(grid, *cell, thin=True) for cell in tied)]

    def leave(self) -> list[Animation]:
        gone = [*(FadeOut(one, rate_func=EARLY) for one in self.leaving), *self.working.leave()]
        self.leaving = []
        return gone

    def look(self, position: Position) -> list[Animation]:
        """Return the animations that bring the window to a stop; it begins anew on each channel, and in each shape."""
        rows, columns = self.trace.window(*position)
        top, left = rows[0] + self.ring[0], columns[0] + self.ring[2]
        grid, shape = self.inputs[position[1]], (len(rows), len(columns))
        dilation = _distance(rows), _distance(columns)
        if any((one.grid, one.shape, one.dilation) == (grid, shape, dilation) for one in self.windows):
            is_alone = not self.leaving and self.working.line is None
            return [self.windows[0].slide_to(top, left, rate_func=smooth if is_alone else LATE)]
        leaving = [*map(FadeOut, self.windows)]
        self.windows = [Window(grid, shape, self.theme, dilation).place(top, left)]
        return [*map(FadeIn, self.windows), *leaving]

    def drop(self, position: Position, start: Any) -> list[Any]:
        """Return the animations in which the result travels from `start` into its output cell."""
        return drop_into(self.outputs[position[1]], *position[2:], start, self.mobjects)

    def flow(self, row: list[Position]) -> None:
        """Let the window run through the rest of a row, as one beat."""
        _, c, i, _ = row[0]
        said = say("Output row {row}, in the same way.", row=i + 1)
        if len(self.outputs) > 1:
            said = say("Output row {row} of channel {channel}, in the same way.", row=i + 1, channel=c)
        seconds = max(0.2 * self.hurry, _ROW / len(row))
        with self.beat("step", said, brisk=True, reason=self.spec.rule(self.trace)):
            for position in row:
                self.play(*self.look(position), *self.leave(), run_time=0.8 * seconds)
                self.play(*self.drop(position, self.windows[0].outline), run_time=1.2 * seconds)

    def close(self) -> None:
        """Take the window away and let the result stand."""
        (H, W), (H_out, W_out) = self.trace.x.shape[2:], self.trace.output.shape[2:]
        became = say("{before} values have become {after}.", before=f"{H}×{W}", after=f"{H_out}×{W_out}")
        said = self.spec.moral(self.trace) if (H_out, W_out) == (H, W) else f"{became} {self.spec.moral(self.trace)}"
        with self.beat("explain", said, reason=self.spec.insight(self.trace)):
            self.play(*map(FadeOut, [*self.windows, *self.unseen]), *self.leave(), run_time=0.6)
            evidence = point_out(self, (*self.inputs, *self.outputs), self.spec.evidence(self.trace), said)
        shifted = self.spec.shifted
        if shifted is not None and self.wide and len(self.inputs) == 1 and self.inputs[0].text_size:
            show_shifted(self, shifted, evidence)


def _distance(indices: list[int]) -> int:
    """Return how far each of some rows or columns is from the next."""
    return indices[1] - indices[0] if len(indices) > 1 else 1


@cache
def player_of(spec: type[WalkSpec]) -> type[Player]:
    """Return the player that plays a spec's defaults if it is given no spec, as `manim render` does."""

    class OfSpec(Player):
        spec_class: ClassVar[type[WalkSpec]] = spec

    OfSpec.__name__ = spec.__name__.replace("Spec", "Scene")
    return OfSpec
