"""Stamps: each is put down in turn, overlaps add up, and a convolution comes to the same."""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar, cast

import numpy as np
from manim import LEFT, Create, FadeIn, FadeOut, VGroup, VMobject

from cnn_core.arrays import Array
from cnn_core.equation import Equation
from cnn_core.numerals import as_text
from cnn_core.trace import Position, address_of
from scenes.conv_transpose2d import ConvTranspose2dSpec
from scenes.language import about, number, say, say_many
from scenes.mobjects.grid import CellMarks, NumberGrid, Window
from scenes.mobjects.panels import drop_into, question_marks
from scenes.mobjects.row import SIGN, GridRow, RowMap
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
        self.board, lines = GridRow.with_lines(maps, theme, self.bands, LEFT)
        self.bands = replace(self.bands, formula=lines)
        self.x, self.kernel, self.slot, self.output = self.board.grids
        self.working = Working(self, [self.x, self.kernel])
        self.window = Window(self.x, (1, 1), self.theme)
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
        """Let a value make its stamp, put that down, and write what no other stamp reaches."""
        step, (_, _, i, j), (kH, kW) = self.trace.step(*position), position, self.trace.kernel_size
        before = self.stamped
        stamp = NumberGrid(
            step.contribution[0],
            lambda a, b: f"steps[{index}].contribution[0,{a},{b}]",
            self.theme.kernel,
            self.theme,
            self.slot.cell,
        ).move_to(self.slot)
        corners = (step.top, step.left), (step.top + kH - 1, step.left + kW - 1)
        place = CellMarks(self.output, corners, self.theme.window, 6, together=True)
        alone = [at for at in np.ndindex(kH, kW) if (step.top + at[0], step.left + at[1]) not in self.open]
        with self.beat("step", self.said_of(step.x, index), brisk=index > 1, reason=say("One value becomes a patch.")):
            arrival = self.window.slide_to(i, j) if index else FadeIn(self.window)
            self.play(arrival, *map(FadeOut, before), run_time=0.5)
            self.play(FadeIn(stamp), run_time=0.6)
            drops = [
                one
                for a, b in alone
                for one in drop_into(self.output, step.top + a, step.left + b, stamp.cell_center(a, b), self.mobjects)
            ]
            self.play(Create(place), *drops, run_time=0.9)
        self.stamped = [stamp, place]

    def said_of(self, value: float, index: int) -> str:
        shown = number(as_text(value, self.trace.decimals("x")))
        if value == 0:
            return say("{value} times the kernel: only zeros are stamped.", value=shown)
        if index == 0:
            return say(
                "{value} times the kernel is stamped. Cells that other stamps will reach stay open.", value=shown
            )
        return say("{value} times the kernel is stamped.", value=shown)

    def equation(self, position: Position) -> Equation:
        return cast("Equation", self.trace.explain(address_of("output", position)))

    def add_up(self) -> None:
        """Work out the cell on which most stamps overlap, and write the others."""
        leaving = [FadeOut(one) for one in (self.window, *self.stamped)]
        (_, _, i, j) = busiest = self.spec.busiest()
        most, equation = int(self.spec.stamps()[i, j]), self.equation(busiest)
        if most == 1:
            with self.beat("explain", say("No two stamps overlap.")):
                self.play(*leaving, run_time=0.5)
            return
        if self.spec.question:
            asked = say("{count} stamps overlap on this cell. What do they add up to?", count=most)
            marks = question_marks(self.output, i, j, self.theme)
            self.ask(asked, equation.result.text, *marks, first=leaving)
        total = about(equation.result.text, is_rounded=equation.is_rounded)
        said = say("Where stamps overlap, they add up: {total}.", total=total)
        with self.beat("answer" if self.spec.question else "step", said):
            self.play(*([self.end_question()] if self.spec.question else leaving), run_time=0.4)
            line = self.working.show(equation)
            self.play(*drop_into(self.output, i, j, line.result, self.mobjects), run_time=0.8)
        with self.beat("step", say("The other open cells come about in the same way."), brisk=True):
            others = sorted(self.open - {(i, j)})
            drops = [one for cell in others for one in drop_into(self.output, *cell, self.output.cell_center(*cell))]
            self.play(*self.working.leave(), *drops, run_time=0.8)

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
        """Show how many stamps each cell has got."""
        overlaps, (H, W) = self.spec.overlaps(), self.spec.overlapping_size()
        name = say("stamps on each cell, of a {size} input", size=f"{H}×{W}")
        shown = RowMap(overlaps, lambda row, column: f"overlaps[{row},{column}]", self.theme.output, name, 0)
        board = GridRow([shown], self.theme, self.bands.whole)
        is_even = overlaps.min() == overlaps.max()
        why = say("All cells are treated alike.") if is_even else say("Overlaps make a pattern.")
        with self.beat("explain", self.said_of_overlaps(), reason=why):
            self.play(FadeOut(self.standing), run_time=0.5)
            self.play(FadeIn(board), run_time=0.6)
            self.stamp_again(board.grids[0], H, W)
            most = [] if is_even else np.argwhere(overlaps == overlaps.max()).tolist()
            point_out(self, board.grids, [[board.grids[0].address(*cell)] for cell in most[:4]])

    def stamp_again(self, grid: NumberGrid, H: int, W: int) -> None:
        """Let the kernel's outline stand where each stamp stands, row after row."""
        window, stride = Window(grid, self.trace.kernel_size, self.theme).place(0, 0), self.spec.stride
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
                "A kernel of {kernel} cannot be divided by a stride of {stride}: some cells get more stamps than their "
                "neighbours, from {least} to {most}. That is the checkerboard in pictures that are made this way.",
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
