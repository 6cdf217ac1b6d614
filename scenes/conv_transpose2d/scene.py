"""Stamps: each is put down in turn, overlaps add up, and a convolution comes to the same."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar, cast

import numpy as np
from manim import Create, FadeIn, FadeOut, Mobject, Restore, VGroup, VMobject

from cnn_core.arrays import Array
from cnn_core.equation import Equation
from cnn_core.numerals import as_text, decimals_for
from cnn_core.trace import Position, address_of
from scenes.conv_transpose2d import ConvTranspose2dSpec
from scenes.conv_transpose2d.board import StampBoard
from scenes.language import about, number, say, say_many
from scenes.mobjects.grid import CellMarks, NumberGrid, Window
from scenes.mobjects.panels import drop_into, question_marks, write_in
from scenes.mobjects.row import SIGN, GridRow, RowMap
from scenes.mobjects.travel import EARLY, LATE
from scenes.pointing import few_of, point_out
from scenes.stage import ExplainerScene
from scenes.working import Working

__all__ = ["ConvTranspose2dScene"]


class ConvTranspose2dScene(ExplainerScene[ConvTranspose2dSpec]):
    """A small map becomes a larger one, stamp by stamp."""

    spec_class: ClassVar[type[ConvTranspose2dSpec]] = ConvTranspose2dSpec

    def construct(self) -> None:
        self.trace = self.spec.trace()
        kernel = "×".join(map(str, self.trace.kernel_size))
        subtitle = say("{kernel} kernel, stride {stride}", kernel=kernel, stride=self.spec.stride)
        self.show_title("ConvTranspose2D", subtitle)
        self.introduce()
        self.stamped: list[VMobject] = []
        for index, position in enumerate(self.trace.positions()):
            self.put_down(index, position)
        self.add_up()
        self.see_as_convolution()
        self.count()

    def introduce(self) -> None:
        trace, theme = self.trace, self.theme
        empty = np.zeros(trace.kernel_size)
        maps = [
            self.shown_as("x", trace.x[0, 0], theme.input, self.spec.x_label),
            self.shown_as("weight", trace.weight[0, 0], theme.kernel, say("kernel"), "·"),
            RowMap(empty, lambda row, column: f"stamp[{row},{column}]", theme.kernel, say("stamp"), 0, "=", False),
            self.shown_as("output", trace.output[0, 0], theme.output, self.spec.output_label, "→", filled=False),
        ]
        self.board = StampBoard(maps, theme, self.bands, wide=self.wide)
        self.bands = replace(self.bands, formula=self.board.lines)
        self.x, self.kernel, self.slot, self.output = self.board.grids
        self.working = Working(self, [self.x, self.kernel], most=0.6)
        self.window = Window(self.x, (1, 1), self.theme)
        self.decimals = max(decimals_for(trace.step(*one).contribution) for one in trace.positions())
        self.open = {(int(i), int(j)) for i, j in np.argwhere(self.spec.stamps() > 1)}
        said = say(
            "Each value of the input multiplies the whole kernel, and the product is stamped onto the output. "
            "Stamps of neighbours stand {stride} apart.",
            stride=self.spec.stride,
        )
        with self.beat("explain", self.origin() + said, reason=say("One value becomes a patch.")):
            self.play(FadeIn(self.board), run_time=0.8)
            self.tour()

    def tour(self) -> None:
        """Mark where the stamp of each value will stand."""
        kH, kW = self.trace.kernel_size
        groups = []
        for position in few_of([*self.trace.positions()]):
            step = self.trace.step(*position)
            places = [(0, 0, step.top + a, step.left + b) for a, b in np.ndindex(kH, kW)]
            groups.append([address_of("x", position), *(address_of("output", place) for place in places)])
        marks = point_out(self, [self.x, self.output], groups)
        self.play(*map(FadeOut, marks), run_time=0.3)

    def shown_as(
        self, name: str, values: Array, role: str, label: str, before: str = "", *, filled: bool = True
    ) -> RowMap:
        def address(row: int, column: int) -> str:
            return address_of(name, (0, 0, row, column))

        sized = f"{label} {'×'.join(map(str, values.shape))}"
        decimals = self.trace.decimals("x" if name == "spaced" else name)
        return RowMap(values, address, role, sized, decimals, before, filled)

    def put_down(self, index: int, position: Position) -> None:
        """Let a value make its stamp, carry that to its place, and write what no other stamp reaches."""
        step, (_, _, i, j), (kH, kW) = self.trace.step(*position), position, self.trace.kernel_size
        before = self.stamped
        stamp = NumberGrid(
            step.contribution[0],
            lambda a, b: f"steps[{index}].contribution[0,{a},{b}]",
            self.theme.kernel,
            self.theme,
            self.slot.cell,
            filled=False,
            decimals=self.decimals,
        ).move_to(self.slot)
        corners = (step.top, step.left), (step.top + kH - 1, step.left + kW - 1)
        place = CellMarks(self.output, corners, self.theme.window, 6, together=True)
        reached = [(step.top + a, step.left + b) for a, b in np.ndindex(kH, kW)]
        with self.beat("step", self.said_of(step.x, index), brisk=index > 1, reason=say("One value becomes a patch.")):
            arrival = self.window.slide_to(i, j) if index else FadeIn(self.window)
            gone = [FadeOut(one, rate_func=EARLY) for one in before]
            self.play(arrival, *gone, run_time=0.5)
            self.multiply(stamp, slowly=index == 0)
            place.save_state()
            place.scale(self.slot.cell / self.output.cell).move_to(self.slot)
            self.play(FadeIn(place), run_time=0.3)
            alone = [cell for cell in reached if cell not in self.open]
            self.play(Restore(place), *write_in(self.output, alone, rate_func=LATE), run_time=0.9)
        self.stamped = [stamp, place]

    def multiply(self, stamp: NumberGrid, *, slowly: bool) -> None:
        """Let a stamp come about row by row; slowly, each row of the kernel is marked that it comes from."""
        self.add(stamp)
        for row in range(stamp.rows):
            cells = [(row, column) for column in range(stamp.columns)]
            mark = CellMarks(self.kernel, cells, self.theme.window, 6, together=True)
            if slowly:
                self.play(Create(mark), run_time=0.3)
            self.play(*write_in(stamp, cells), run_time=0.35 if slowly else 0.2)
            if slowly:
                self.play(FadeOut(mark), run_time=0.2)

    def said_of(self, value: float, index: int) -> str:
        shown = number(as_text(value, self.trace.decimals("x")))
        if value == 0:
            return say("{value} times the kernel: only zeros are stamped.", value=shown)
        if index == 0 and self.open:
            return say(
                "The kernel times {value} is stamped. Cells that other stamps will reach stay open.", value=shown
            )
        return say("The kernel times {value} is stamped.", value=shown)

    def equation(self, position: Position) -> Equation:
        return cast("Equation", self.trace.explain(address_of("output", position)))

    def add_up(self) -> None:
        """Work out the cell on which most stamps overlap, and write the others."""
        leaving = [FadeOut(one) for one in (self.window, *self.stamped, *self.board.slot)]
        self.board.remove(self.board.slot)
        (_, _, i, j) = busiest = self.spec.busiest()
        most, equation = int(self.spec.stamps()[i, j]), self.equation(busiest)
        if most == 1:
            with self.beat("explain", say("No two stamps overlap.")):
                self.play(*leaving, run_time=0.5)
            return
        if self.spec.question:
            asked = say("{count} stamps overlap on this cell. What do they add up to?", count=most)
            marks = [*question_marks(self.output, i, j, self.theme), *self.meeting(busiest)]
            self.ask(asked, equation.result.text, *marks, first=leaving)
        total = about(equation.result.text, is_rounded=equation.is_rounded)
        said = say("Where stamps overlap, they add up: {total}.", total=total)
        why = say("Each stamp leaves a product here.")
        with self.beat("answer" if self.spec.question else "step", said, reason=why):
            self.play(*([self.end_question()] if self.spec.question else leaving), run_time=0.4)
            line = self.working.show(equation)
            self.play(*drop_into(self.output, i, j, line.result, self.mobjects), run_time=0.8)
        with self.beat("step", say("The other open cells are filled in the same way."), brisk=True, reason=why):
            others = sorted(self.open - {(i, j)})
            self.play(*self.working.leave(), run_time=0.3)
            for cell in others:
                self.play(*write_in(self.output, [cell]), run_time=min(0.3, 2.0 / len(others)))

    def meeting(self, cell: Position) -> list[CellMarks]:
        """Return marks of the values and weights whose products overlap on a cell."""
        met = self.trace.contributions(*cell)
        values = [(one.position[2], one.position[3]) for one in met]
        return [
            CellMarks(self.x, values, self.theme.window),
            CellMarks(self.kernel, [one.entry for one in met], self.theme.window),
        ]

    def see_as_convolution(self) -> None:
        """Show that the input with zeros in between, convolved, gives the same number."""
        assert self.spec.is_convolution(), "a transposed convolution is a convolution with zeros in between"
        (_, _, i, j), (kH, kW) = self.spec.busiest(), self.trace.kernel_size
        spaced = self.shown_as("spaced", self.spec.spaced()[0, 0], self.theme.input, say("zeros in between"))
        spaced = replace(spaced, added=self.between())
        turned = RowMap(
            self.trace.weight[0, 0, ::-1, ::-1],
            lambda row, column: address_of("weight", (0, 0, kH - 1 - row, kW - 1 - column)),
            self.theme.kernel,
            say("kernel, turned"),
            self.trace.decimals("weight"),
            "*",
        )
        output = self.shown_as("output", self.trace.output[0, 0], self.theme.output, self.spec.output_label, "=")
        board, grids = self.gathered([spaced, turned, output])
        said = self.said_of_window()
        with self.beat("explain", said, reason=say("The same numbers, gathered instead of stamped.")):
            self.play(FadeOut(self.board), run_time=0.5)
            self.play(FadeIn(board), run_time=0.7)
            self.window = Window(grids[0], (kH, kW), self.theme).place(i, j)
            ring = CellMarks(grids[2], [(i, j)], self.theme.window, 6)
            self.play(FadeIn(self.window), Create(ring), run_time=0.7)
            marks = point_out(self, grids[:2], self.meetings(), said)
        self.standing = VGroup(board, self.window, ring, *marks)

    def gathered(self, shown: list[RowMap]) -> tuple[VGroup, list[NumberGrid]]:
        """Return grids in lines, in a square frame the first beside the others if they are larger so."""
        room, row = self.bands.whole, GridRow(shown, self.theme, self.bands.whole)
        first, *others = (one.values.shape[1] for one in shown)
        middle = room.left + (room.width - SIGN) * first / (first + max(others))
        if self.wide or self.tall:
            return row, row.grids
        right = GridRow(shown[1:], self.theme, replace(room, left=middle), per_line=1)
        left = GridRow(shown[:1], self.theme, replace(room, right=middle))
        found = [*left.grids, *right.grids]
        is_larger = min(one.cell for one in found) > row.grids[0].cell
        return (VGroup(left, right), found) if is_larger else (row, row.grids)

    def between(self) -> Array:
        """Return where zeros were put between the values and around them, (H, W)."""
        between = np.ones(self.spec.spaced().shape[2:], bool)
        (kH, kW), stride, (H, W) = self.trace.kernel_size, self.spec.stride, self.trace.x.shape[2:]
        between[kH - 1 :: stride, kW - 1 :: stride][:H, :W] = False
        return between

    def meetings(self) -> list[list[str]]:
        """Return where each value that was stamped onto the busiest cell stands now, and the weight it meets there."""
        kernel_size, stride = self.trace.kernel_size, self.spec.stride
        found = []
        for one in self.trace.contributions(*self.spec.busiest()):
            place = (size - 1 + stride * index for size, index in zip(kernel_size, one.position[2:], strict=True))
            found.append([address_of("spaced", (0, 0, *place)), address_of("weight", (0, 0, *one.entry))])
        return found

    def said_of_window(self) -> str:
        equation = self.equation(self.spec.busiest())
        total = about(equation.result.text, is_rounded=equation.is_rounded)
        return say_many(
            "Put zeros between the values and around them, turn the kernel by half a turn, and it is a convolution: "
            "this window holds the {count} value that was stamped here, and the sum is {total} again.",
            "Put zeros between the values and around them, turn the kernel by half a turn, and it is a convolution: "
            "this window holds the {count} values that were stamped here, and the sum is {total} again.",
            int(self.spec.stamps().max()),
            total=total,
        )

    def count(self) -> None:
        """Show how many stamps each cell has got, and beside it those of a kernel that makes no pattern."""
        overlaps, (H, W) = self.spec.overlaps(), self.spec.overlapping_size()
        board = self.counted()
        is_even = overlaps.min() == overlaps.max()
        why = say("All cells are treated alike.") if is_even else say("Overlaps make a pattern.")
        with self.beat("explain", self.said_of_overlaps(), reason=why):
            self.play(FadeOut(self.standing), run_time=0.5)
            self.play(FadeIn(board[0][0]), run_time=0.6)
            self.stamp_again(board.grids[0], H, W)
            most = [] if is_even else np.argwhere(overlaps == overlaps.max()).tolist()
            point_out(self, board.grids[:1], [[board.grids[0].address(*cell)] for cell in most[:4]])
        if len(board.grids) > 1:
            self.compare(board[0][1], board.grids[1])

    def compare(self, panel: Mobject, grid: NumberGrid) -> None:
        """Show the counts of a kernel that the stride divides."""
        kernel, inside = "×".join(map(str, self.spec.even_kernel_size())), np.argwhere(grid.values == grid.values.max())
        said = say(
            "The stride divides a kernel of {kernel}: inside, every cell gets {most} stamps.",
            kernel=kernel,
            most=int(grid.values.max()),
        )
        with self.beat("explain", said, reason=say("A kernel that the stride divides makes no pattern.")):
            self.play(FadeIn(panel), run_time=0.8)
            self.stamp_again(grid, *self.spec.overlapping_size(), kernel_size=self.spec.even_kernel_size())
            corners = [(int(row), int(column)) for row, column in (inside[0], inside[-1])]
            self.play(Create(CellMarks(grid, corners, self.theme.window, together=True)), run_time=0.8)

    def counted(self) -> GridRow:
        """Return the counts, and those of the next larger kernel that the stride divides, if they can be read too."""
        theme, (kH, kW) = self.theme, self.trace.kernel_size
        H, W = self.spec.overlapping_size()
        arrays = {"overlaps": self.spec.overlaps(), "even_overlaps": self.spec.even_overlaps()}
        sizes = [(kH, kW), self.spec.even_kernel_size()]
        shown = [
            RowMap(
                array,
                lambda row, column, name=name: f"{name}[{row},{column}]",  # type: ignore[misc]
                theme.output,
                say("stamps on each cell: {kernel} kernel, {size} input", kernel=f"{a}×{b}", size=f"{H}×{W}"),
                0,
            )
            for (name, array), (a, b) in zip(arrays.items(), sizes, strict=True)
        ]
        both = GridRow(shown, theme, self.bands.whole)
        is_read = all(grid.text_size for grid in both.grids) and len(both) == 1
        has_inside = all(side > size // self.spec.stride for side, size in zip((H, W), sizes[1], strict=True))
        is_of_use = self.wide and is_read and has_inside and sizes[0] != sizes[1]
        return both if is_of_use else GridRow(shown[:1], theme, self.bands.whole)

    def stamp_again(self, grid: NumberGrid, H: int, W: int, kernel_size: tuple[int, int] = (0, 0)) -> None:
        """Let the kernel's outline stand where each stamp stands, row after row."""
        shape = kernel_size if all(kernel_size) else self.trace.kernel_size
        window, stride = Window(grid, shape, self.theme).place(0, 0), self.spec.stride
        self.play(FadeIn(window), run_time=0.3)
        for i, j in few_of([*np.ndindex(H, W)][1:]):
            self.play(window.slide_to(stride * i, stride * j), run_time=0.5)
        self.play(FadeOut(window), run_time=0.3)

    def said_of_overlaps(self) -> str:
        overlaps = self.spec.overlaps()
        least, most = int(overlaps.min()), int(overlaps.max())
        if least == most:
            return say("Every cell has got as many stamps as any other: {most}.", most=most)
        if any(size % self.spec.stride for size in self.trace.kernel_size):
            return say(
                "A stride of {stride} does not divide a kernel of {kernel}: cells get from {least} to {most} stamps. "
                "That is the checkerboard in pictures made this way.",
                kernel="×".join(map(str, self.trace.kernel_size)),
                stride=self.spec.stride,
                least=least,
                most=most,
            )
        return say(
            "Only the edges get fewer than {most} stamps: a kernel that is a multiple of the stride "
            "makes no checkerboard.",
            most=most,
        )
