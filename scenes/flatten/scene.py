"""Flattening: feature maps become one row of numbers."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from itertools import pairwise
from typing import Any, ClassVar, cast

import numpy as np
from manim import LEFT, RIGHT, UP, Animation, ArcBetweenPoints, Create, FadeIn, FadeOut, VGroup

from cnn_core.equation import Equation
from scenes.flatten import FlattenSpec
from scenes.flatten.row import FlatPlan, FlatRow
from scenes.language import number, say, say_many
from scenes.layout import Box, smallest_text, with_one_line
from scenes.mobjects.expression import Drawn, Line, Writer
from scenes.mobjects.grid import CellMarks, NumberGrid, Window
from scenes.mobjects.panels import NAME_HEIGHT, Panel, ring_around
from scenes.mobjects.text import Label, Number, size_within
from scenes.mobjects.travel import LATE, Along, travel
from scenes.stage import ExplainerScene
from scenes.working import Working

__all__ = ["FlattenScene"]

_LARGEST = 1.3
"""Side of a cell of a map, in scene units."""
_SYMBOLS = "index = c·H·W + i·W + j"
_BETWEEN, _APART = 0.6, 0.6
"""Between two maps, and between the maps and the row, in scene units."""
_LINES = 4.4
"""Width that lines need beside the maps, in scene units."""


class FlattenScene(ExplainerScene[FlattenSpec]):
    """Maps unroll row by row, channel by channel, and one index is worked out."""

    spec_class: ClassVar[type[FlattenSpec]] = FlattenSpec
    operation = "Flatten"

    def construct(self) -> None:
        if self.wide:
            self.bands = with_one_line(self.bands, tall=False)
        self.trace = self.spec.trace()
        self.x, self.row_values = self.trace.x[0], self.trace.output[0]
        self.C, self.H, self.W = self.x.shape
        self.count = self.row_values.size
        self.written: set[int] = set()
        self.done_with = VGroup()
        self.show_title(
            self.operation, say("{size} becomes {count}", size=f"{self.C}×{self.H}×{self.W}", count=self.count)
        )
        self.introduce()
        for channel in range(self.C - 1):
            self.unroll(channel)
        self.work_out_an_index()
        self.unroll(self.C - 1)
        self.close()

    def introduce(self) -> None:
        """Show the maps, then the empty row with its indices."""
        self.lay_out()
        said = say_many(
            "One feature map of {size} values: {total} numbers in all.",
            "{count} feature maps of {size} values: {total} numbers in all.",
            self.C,
            size=f"{self.H}×{self.W}",
            total=self.count,
        )
        why = say("A linear layer reads one row of numbers, not maps.")
        with self.beat("explain", self.origin() + said, reason=why):
            for panel in self.panels:
                self.play(FadeIn(panel), run_time=max(0.3, 2.0 / self.C))
        indices = [self.row.index(k) for k in range(self.count)] if self.row.legible else []
        said = say("Flattening writes them into one row. No value changes; each gets an index, counted from 0.")
        with self.beat("explain", said, reason=say("No value changes; only its place does.")):
            self.play(FadeIn(self.row, self.name), run_time=0.6)
            for index in indices:
                self.play(FadeIn(index), run_time=max(0.07, 1.5 / len(indices)))

    def lay_out(self) -> None:
        """Build the maps and the row below them; lines stand below both or, where maps are larger then, beside them."""
        self.lines = self.bands.formula
        plan, cell = self.sizes(self.bands.stage, 0.0)
        room = self.bands.stage
        if self.wide and (beside := self.sizes(self.bands.whole, _LINES))[1] > cell:
            (plan, cell), room = beside, self.bands.whole
        self.maps = [
            NumberGrid(self.x[c], partial(_address_of, c), self.theme.input, self.theme, cell) for c in range(self.C)
        ]
        names = [f"{self.spec.x_label} {c}" for c in range(self.C)] if self.C > 1 else [self.spec.x_label]
        panels = [Panel(grid, name) for grid, name in zip(self.maps, names, strict=True)]
        for panel in panels:  # above, so that nothing stands between a map and the row
            panel.caption.next_to(panel.grid, UP, buff=0.1)
        self.panels = VGroup(*panels).arrange(RIGHT, buff=_BETWEEN)
        whole = self.panels.height + _APART + plan.height + NAME_HEIGHT
        top = room.center[1] + min(whole, room.height) / 2
        self.panels.move_to(np.array([room.center[0], top - self.panels.height / 2, 0]))
        if room is self.bands.whole:
            self.panels.shift((room.left - self.panels.get_left()[0]) * RIGHT)
            left, bottom = float(self.panels.get_right()[0]) + 0.4, float(self.panels.get_bottom()[1])
            self.lines = Box(left, room.right, bottom, float(self.maps[0].get_top()[1]))
        left = room.center[0] - plan.per_line * plan.cell / 2
        corner = np.array([left, top - self.panels.height - _APART, 0])
        index = partial(index_address, self.x.shape)
        self.row = FlatRow(self.row_values, plan, "output[0,{}]".format, index, self.theme, corner)
        self.name = Label(f"{self.spec.output_label} {self.count}", max(0.36, smallest_text()), self.theme.output)
        self.name.move_to(np.array([room.center[0], corner[1] - plan.height - 0.2, 0]))

    @property
    def is_beside(self) -> bool:
        """Whether lines stand beside the maps."""
        return self.lines is not self.bands.formula

    def sizes(self, room: Box, lines: float) -> tuple[FlatPlan, float]:
        """Return how the row is broken, and the side of a map's cell, where lines take some of the width."""
        plan = FlatPlan.of(self.row_values, self.W, room)
        free = room.height - plan.height - 2 * NAME_HEIGHT - _APART
        across = (room.width - lines - _BETWEEN * (self.C - 1)) / (self.C * self.W)
        return plan, min(_LARGEST, across, free / self.H)

    def unroll(self, channel: int) -> None:
        """Move a map into the row: the very first row number by number, then row by row."""
        window = Window(self.maps[channel], (1, self.W), self.theme)
        for i in range(self.H):
            first, last = (channel * self.H + i) * self.W, (channel * self.H + i + 1) * self.W - 1
            first_row, apart = channel == i == 0, self.count <= ONE_BY_ONE
            why = say("Row after row, map after map: the order is always the same.")
            with self.beat("step", self.said(channel, i, first, last), brisk=channel + i > 1, reason=why):
                self.look_through(window, i)
                for some in [[k] for k in range(first, last + 1)] if apart else [list(range(first, last + 1))]:
                    self.travel(channel, some, run_time=0.7 if first_row else 0.4 if apart else 0.8)

    def look_through(self, window: Window, i: int) -> None:
        """Bring a window to a row, and take away what was looked at before."""
        if i:
            return self.play(window.slide_to(i, 0), run_time=0.5)
        if len(self.done_with):
            self.play(FadeOut(self.done_with), run_time=0.4)
        self.play(FadeIn(window), run_time=0.5)
        self.done_with = VGroup(window)

    def said(self, channel: int, i: int, first: int, last: int) -> str:
        where = say("index {first}", first=first)
        if first < last:
            where = say("indices {first} to {last}", first=first, last=last)
        if channel == i == 0:
            return say("Row 0 comes first. It goes to {where}.", where=where)
        if i == 0:
            return say(
                "Channel {channel} follows where channel {before} ended: its row 0 goes to {where}.",
                channel=channel,
                before=channel - 1,
                where=where,
            )
        return say("Row {row} goes to {where}.", row=i, where=where)

    def travel(self, channel: int, indices: list[int], run_time: float) -> None:
        """Let values of a map move into their cells of the row."""
        moves: list[Any] = []
        for k in indices:
            if k not in self.written:
                moves += self.moves_of(channel, k)
        if moves:
            self.play(*moves, run_time=run_time)

    def moves_of(self, channel: int, k: int) -> Iterator[Any]:
        _, i, j = np.unravel_index(k, self.x.shape)
        self.written.add(k)
        number = self.row.write(k)
        yield from (FadeIn(one, rate_func=LATE) for one in self.row.fill(k))
        if self.row.legible:
            yield self.way_of(number, self.maps[channel], int(i), int(j))

    def way_of(self, number: Number, grid: NumberGrid, i: int, j: int) -> Animation:
        """Return the animation that takes a value down between two columns, along the row, and into its place."""
        start, goal, size = grid.cell_center(i, j), number.get_center(), grid.text_size
        gap = start + np.sign(goal[0] - start[0] or 1) * grid.cell / 2 * RIGHT if i < self.H - 1 else start
        is_first_line = abs(goal[1] - self.row.grids[0].get_y()) < 1e-6
        if not size or not is_first_line or 2 * max(one.width for one in grid.digits) > grid.cell:
            return travel(number, start, size, self.mobjects)
        level = (grid.get_bottom()[1] + self.row.get_top()[1]) / 2
        over = [np.array([x, level, 0.0]) for x in (gap[0], goal[0])]
        return Along(number, [start, gap, *over], size)

    def work_out_an_index(self) -> None:
        c, i, j = self.spec.worked_out()
        k = int(self.spec.indices()[c, i, j])
        value = number(self.trace.value("x", 0, c, i, j).text)
        grid = self.maps[c]
        mark = grid.question_frame(i, j)
        if self.spec.question:
            leaving = [FadeOut(self.done_with)] if len(self.done_with) else []
            self.ask(say("Which index gets the {value}?", value=value), str(k), mark, first=leaving, room=self.lines)
            self.done_with = VGroup()
        said = say(
            "The {value} stands in channel {c}, row {i}, column {j}. Before it come {channels}, {rows} and {values}.",
            value=value,
            c=c,
            i=i,
            j=j,
            channels=say_many("{count} channel", "{count} channels", c),
            rows=say_many("{count} row", "{count} rows", i),
            values=say_many("{count} value", "{count} values", j),
        )
        why = say("Its index counts all values that come before it.")
        with self.beat("answer" if self.spec.question else "step", said, reason=why):
            if self.spec.question:
                self.play(self.end_question(), run_time=0.4)
            self.look_through(Window(grid, (1, 1), self.theme).place(i, j), 0)
            formula = self.count_before((c, i, j))
            self.travel(c, [k], run_time=1.2)
        self.done_with.add(formula)

    def count_before(self, cell: tuple[int, int, int]) -> Drawn:
        """Work an index out: mark the channels before it, the rows and the values, while the term of each comes."""
        formula, working, (c, i, j) = self.rule(), Working(self, box=self.lines), cell
        if self.is_beside:
            symbols = Label(_SYMBOLS, size_within(_SYMBOLS, self.lines.width, 0.5), self.theme.muted)
            self.play(FadeIn(symbols.next_to(formula, UP, buff=0.4)), run_time=0.6)
            self.done_with.add(symbols)
        whole, row = list(np.ndindex(self.H, self.W)), list(range(self.W))
        counted = [
            [(grid, whole) for grid in self.maps[:c]],
            [(self.maps[c], [(r, k) for r in range(i) for k in row])] if i else [],
            [(self.maps[c], [(i, k) for k in range(j)])] if j else [],
        ]
        terms = formula.stage(0)
        for blocks, term in zip(counted, terms, strict=False):
            marks = [CellMarks(grid, cells, self.theme.window, together=True) for grid, cells in blocks]
            if marks and len(terms) == len(counted):
                self.play(*map(Create, marks), run_time=0.7)
                self.done_with.add(*marks)
            self.play(*working.arrivals(formula, term), run_time=0.9)
        working.bring(formula, 1, run_time=0.9)
        return working.put(formula)

    def rule(self) -> Drawn:
        """Return `index = c·H·W + i·W + j = 1·2·3 + 1·3 + 1 = 10` in the formula band."""
        equation = cast("Equation", self.spec.explain("steps[0].index"))
        parts = equation.left, equation.result
        ways = [Line(parts, heading) for heading in ((("index",) if self.is_beside else (_SYMBOLS,)), ())]
        return Writer(self.theme, self.lines).best(ways)

    def close(self) -> None:
        said = say(
            "{count} numbers in one row. A linear layer can read them now, each with a weight of its own.",
            count=self.count,
        )
        with self.beat("explain", said, reason=say("No value has changed; the maps' shape is gone.")):
            self.play(FadeOut(self.done_with), run_time=0.6)
            self.read_along()
        if self.H > 1 and self.W > 1 and self.row.legible:
            self.show_neighbours()

    def read_along(self) -> None:
        """Let a window run along the row, as a layer reads it."""
        for grid in self.row.grids:
            window = Window(grid, (1, 1), self.theme).place(0, 0)
            self.play(FadeIn(window), run_time=0.3)
            self.play(window.slide_to(0, grid.columns - 1), run_time=3.0 / len(self.row.grids))
            self.play(FadeOut(window), run_time=0.3)

    def show_neighbours(self) -> None:
        """End on what is lost: two cells below each other, and how far apart they are in the row."""
        above, below = (number(self.trace.value("x", 0, 0, i, 0).text) for i in (0, 1))
        said = say(
            "{above} and {below} were neighbours, one below the other. In the row they are {apart} places apart.",
            above=above,
            below=below,
            apart=self.W,
        )
        with self.beat("explain", said, reason=say("The row does not know which values were neighbours.")):
            for i in (0, 1):
                grid, column = self.row.at(i * self.W)
                self.play(FadeIn(ring_around(self.maps[0], i, 0), scale=1.3), run_time=0.6)
                self.play(FadeIn(ring_around(grid, 0, column), scale=1.3), run_time=0.6)
            self.count_steps()

    def count_steps(self) -> None:
        """Go from the one neighbour to the other: in the map one step, in the row one after the other."""
        above, below = (self.maps[0].cell_center(i, 0) for i in (0, 1))
        aside = 0.42 * self.maps[0].cell * LEFT
        self.play(Create(self.step(above + aside, below + aside, 2.2)), run_time=0.6)
        if self.row.at(self.W)[0] is self.row.grids[0]:
            places = [self.row.cell_center(k) + 0.42 * self.row.plan.cell * UP for k in range(self.W + 1)]
            for start, stop in pairwise(places):
                self.play(Create(self.step(start, stop, -2.2)), run_time=0.4)

    def step(self, start: np.ndarray, stop: np.ndarray, angle: float) -> ArcBetweenPoints:
        return ArcBetweenPoints(start, stop, angle=angle, color=self.theme.window, stroke_width=5)


ONE_BY_ONE = 24
"""Values that there is time for to move one by one."""


def _address_of(channel: int, row: int, column: int) -> str:
    return f"x[0,{channel},{row},{column}]"


def index_address(shape: tuple[int, ...], k: int) -> str:
    c, i, j = np.unravel_index(k, shape)
    return f"index[{c},{i},{j}]"
