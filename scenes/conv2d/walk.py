"""A kernel visits every position of an image: the first one slowly, the second a little faster, the others flow."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Any, cast

import numpy as np
from manim import Animation, ApplyMethod, FadeIn, FadeOut, Mobject, Restore, Transform, Wait

from cnn_core.conv2d import Conv2dStep
from cnn_core.equation import Equation
from cnn_core.trace import Position, address_of
from scenes.conv2d import reasons, words
from scenes.conv2d.board import ConvBoard
from scenes.conv2d.ledger import Ledger
from scenes.conv2d.magnifier import Magnifier
from scenes.language import say
from scenes.mobjects.grid import CellMarks, NumberGrid, Window
from scenes.mobjects.panels import question_marks
from scenes.mobjects.stamp import Stamp
from scenes.mobjects.text import Number
from scenes.stage import ExplainerScene

__all__ = ["WalkChapter"]

_ONE_BY_ONE = 9
"""Products of a channel up to which each comes by itself, at the first position."""
_FLOW = 50.0
"""Seconds that the rows of a large output take together, at most."""
_UNHURRIED = 0.5
"""Seconds for a position of a row, at most."""


class WalkChapter:
    """All positions, in reading order.

    Parameters
    ----------
    stage
        Where it is played.
    board
        The grids, on stage and filled with the values of the image and of the first kernel.
    told
        The positions that are worked out.
    """

    def __init__(self, stage: ExplainerScene[Any], board: ConvBoard, told: Sequence[Position]) -> None:
        self.stage, self.board, self.trace, self.told = stage, board, board.trace, told
        self.positions = list(self.trace.positions())
        self.stamp: Stamp | None = None
        self.magnifier = Magnifier(stage, board)
        self.ledger: Ledger | None = None
        self.products: NumberGrid | None = None
        self.frame: CellMarks | None = None
        self.so_far: Number | None = None
        self.channel = 0
        self.veils: list[Mobject] = []

    def play(self, *, question: bool) -> None:
        for k, positions in groupby(self.positions, key=lambda position: position[1]):
            if k > 0:
                self.change_kernels(k)
            for told, row in groupby(positions, key=lambda position: (position in self.told, position[2])):
                steps = [self.trace.step(*position) for position in row]
                if not told[0]:
                    self.flow(steps)
                    continue
                for step in steps:
                    self.tell(step, question=question)

    def equation(self, step: Conv2dStep) -> Equation:
        return cast("Equation", self.stage.spec.explain(address_of("output", step.position)))

    def tell(self, step: Conv2dStep, *, question: bool) -> None:
        number, equation = self.positions.index(step.position) + 1, self.equation(step)
        if number == 1:
            self.tell_first(step, equation, question=question)
            return
        begins = step.position[2:] == (0, 0)
        brisk = number > 2 and not begins
        said = words.position(number, equation) if brisk else words.total(step, equation)
        if number == 2 and not begins:
            said = f"{words.moved(self.trace, step)} {said}"
        with self.stage.beat("step", said, brisk=brisk, reason=reasons.reason(self.trace, step)):
            self.look_at(step, 0.5 if brisk else 0.8)
            self.ledger = Ledger(self.board, step, equation)
            for c in range(len(step.products)):
                self.bring_channel(step, c)
                self.multiply(step, c, run_time=0.4 if brisk else 0.6)
                self.add_up(step, c, run_time=0.3 if brisk else 0.6)
            self.finish(step, run_time=0.3 if brisk else 0.5)

    def tell_first(self, step: Conv2dStep, equation: Equation, *, question: bool) -> None:
        """Lay the kernel on the window, and work the value out in small steps."""
        spec = self.stage.spec
        with self.stage.beat(
            "step", words.laid(spec), reason=reasons.stamped(self.board.stamp(step.position[1], 0) is not None)
        ):
            self.look_at(step, 1.2)
        self.ledger = Ledger(self.board, step, equation)
        if question:
            self.ask_and_answer(step, equation)
            return
        for c in range(len(step.products)):
            self.tell_channel(step, c)
        with self.stage.beat("step", words.total(step, equation), reason=reasons.reason(self.trace, step)):
            self.finish(step, run_time=0.8)

    def ask_and_answer(self, step: Conv2dStep, equation: Equation) -> None:
        """Ask where the products will stand, and work all of the value out in one beat."""
        (_, k, i, j), stage, empty = step.position, self.stage, self.board.empty
        marks = question_marks(self.board.outputs[k], i, j, stage.theme)
        room = self.board.places.working
        stage.ask(words.question(step), equation.result.text, *marks, first=[FadeOut(empty)], room=room)
        with stage.beat("answer", words.total(step, equation), reason=reasons.reason(self.trace, step)):
            stage.play(stage.end_question(), run_time=0.4)
            stage.play(FadeIn(empty), run_time=0.3)
            for c in range(len(step.products)):
                self.bring_channel(step, c)
                self.multiply(step, c, run_time=0.6)
                self.add_up(step, c, run_time=0.6)
            self.finish(step, run_time=0.8)

    def tell_channel(self, step: Conv2dStep, c: int) -> None:
        """Let each product appear in its place, then each sum of a row, or the sum of the channel."""
        several = len(step.products) > 1
        with self.stage.beat("step", words.multiplied(step, c), brisk=c > 0, reason=reasons.each_pair(step, c)):
            self.bring_channel(step, c)
            self.multiply(step, c, run_time=0.6, slowly=step.products[c].size <= _ONE_BY_ONE and c == 0)
            if several:
                self.add_up(step, c, run_time=0.6)
        if not several:
            with self.stage.beat("step", words.rows(step), reason=reasons.collapsed(step)):
                self.add_up(step, c, run_time=0.5, slowly=True)

    # What moves

    def look_at(self, step: Conv2dStep, run_time: float) -> None:
        """Bring window, kernel and output frame to a position, and clear what was worked out."""
        number = self.positions.index(step.position) + 1
        self.stage.set_subtitle(say("position {number} of {count}", number=number, count=len(self.positions)))
        gone, moves = self.clear(), [self.framing(step)]
        for channel, small in enumerate(self.board.small):
            moves += self.window_moves(small, step) if channel in step.channels else []
        if self.board.small and self.channel not in step.channels:
            self.bring_channel(step, 0)
        channel = self.channel if self.board.small else 0
        window = self.board.windows[channel]
        stays = self.stamp is not None and self.stamp.top == step.top
        near = (
            stays and abs(step.left - cast("Stamp", self.stamp).left) <= step.kernel.shape[2] * self.trace.dilation[1]
        )
        if gone:
            self.stage.play(*gone, run_time=0.25 * run_time)
        if near and self.stamp is not None:
            self.stage.play(*self.window_moves(window, step), *self.stamp.slide(step.left), run_time=0.5 * run_time)
            self.stage.play(*moves, run_time=0.25 * run_time)
            return
        if self.stamp is not None:
            self.stage.play(*self.lifted(), run_time=0.2 * run_time)
        self.stage.play(*self.window_moves(window, step), run_time=0.4 * run_time)
        self.stage.play(*moves, run_time=0.15 * run_time)
        self.lay(step, step.channels.index(channel), run_time)

    def lay(self, step: Conv2dStep, c: int, run_time: float) -> None:
        """Let the kernel settle on the window; one that could not be read there stays where it is."""
        self.stamp = self.board.stamp(step.position[1], c)
        if self.stamp is not None:
            self.stage.play(*self.stamp.put(step.top, step.left).arrive(), run_time=max(0.4, run_time))

    def lifted(self) -> list[Animation]:
        """Return the animations that take the kernel off the window."""
        stamp, self.stamp = self.stamp, None
        return [] if stamp is None else [FadeOut(stamp), *stamp.settle()]

    def window_moves(self, window: Any, step: Conv2dStep) -> list[Animation]:
        if window in self.stage.mobjects:
            return [window.slide_to(step.top, step.left)]
        return [FadeIn(window.place(step.top, step.left))]

    def framing(self, step: Conv2dStep) -> Animation:
        _, k, i, j = step.position
        there = CellMarks(self.board.outputs[k], [(i, j)], self.stage.theme.window, 7)
        if self.frame is None:
            self.frame = there
            return FadeIn(there)
        self.frame.pointing_at(*there.about)
        return Transform(self.frame, there)

    def bring_channel(self, step: Conv2dStep, c: int) -> None:
        """Let a channel grow out of its small picture, with its window and its kernel."""
        channel, board = step.channels[c], self.board
        self.magnifier.close()
        if not board.small or (channel == self.channel and self.stamp is not None):
            return
        if channel != self.channel:
            before, image = board.images[self.channel], board.images[channel]
            gone = [one for one in (board.windows[self.channel],) if one in self.stage.mobjects]
            self.stage.play(*self.lifted(), FadeOut(before, *gone, *self.standing()), run_time=0.3)
            self.channel, self.products = channel, None
            small = board.thumbnails[channel]
            self.stage.play(FadeIn(image, target_position=small, scale=small.cell / image.cell), run_time=0.5)
            self.stage.play(FadeIn(board.windows[channel].place(step.top, step.left)), run_time=0.2)
        self.lay(step, c, 0.4)

    def standing(self) -> list[Mobject]:
        """Return the products that stand on the stage."""
        return [] if self.products is None else [self.products.background, self.products.digits]

    def multiply(self, step: Conv2dStep, c: int, run_time: float, *, slowly: bool = False) -> None:
        """Let products appear in their grid: each while its pair is marked, or row by row."""
        if self.stamp is None:
            self.magnifier.open(step, c, run_time)
        grid = self.products = self.board.product_grid(step, c)
        cells = list(np.ndindex(grid.values.shape))
        for cell in cells:
            grid.write(*cell)
        size = 1 if slowly else grid.columns
        groups = [cells[start : start + size] for start in range(0, len(cells), size)]
        marks: list[CellMarks] = []
        for number, group in enumerate(groups):
            if slowly:
                seen = self.board.pair_marks(step, grid, c, group, self.magnifier.grid)
                for move in map(Transform, marks, seen) if marks else map(FadeIn, seen):
                    self.stage.play(move, run_time=0.13)
                marks = marks or seen
            parts = [grid.fills.get(cell) for cell in group] + [grid.numbers.get(cell) for cell in group]
            coming: list[Animation] = [FadeIn(part) for part in parts if part is not None] or [Wait()]
            self.stage.play(*coming, run_time=run_time * (0.6 if number > 1 else 1.0) / (1 if slowly else len(groups)))
        if marks:
            self.stage.play(FadeOut(*marks), run_time=0.2)
        self.stage.remove(*grid.fills.values(), *grid.numbers.values())
        self.stage.add(grid.background, grid.digits)

    def add_up(self, step: Conv2dStep, c: int, run_time: float, *, slowly: bool = False) -> None:
        """Let the rows collapse into their sums, or a channel into its sum, which joins the running total."""
        ledger, grid = cast("Ledger", self.ledger), cast("NumberGrid", self.products)
        if len(step.products) > 1:
            self.stage.play(FadeIn(ledger.entries[c]), run_time=run_time)
            self.stage.play(*self.running(step, c), run_time=0.3)
            return
        self.magnifier.close()
        entries = ledger.entries[: grid.rows]
        if not slowly:
            self.stage.play(*map(FadeIn, entries), run_time=run_time)
            return
        mark: CellMarks | None = None
        for row, entry in enumerate(entries):
            cells = [(row, column) for column in range(grid.columns)]
            there = CellMarks(grid, cells, self.stage.theme.window, together=True)
            self.stage.play(FadeIn(there) if mark is None else Transform(mark, there), run_time=0.3)
            mark = mark or there
            self.stage.play(FadeIn(entry, target_position=there.get_right()), run_time=run_time)
        self.stage.play(FadeOut(cast("CellMarks", mark)), run_time=0.2)

    def running(self, step: Conv2dStep, c: int) -> list[Animation]:
        """Return the animations that exchange the running total."""
        ledger = cast("Ledger", self.ledger)
        end = (c + 1) * step.products[0].size - 1
        value = cast("Equation", self.stage.spec.explain(f"steps[{self.board.index(step)}].running_sum[{end}]")).result
        result = ledger.result
        number = Number(value.text, value.address, result.size, self.stage.theme.output, "semibold")
        number.move_to(np.array([result.get_right()[0] - number.width / 2, result.get_y(), 0]))
        gone = [FadeOut(self.so_far)] if self.so_far is not None else [FadeIn(ledger.rule, ledger.total[0])]
        self.so_far = number
        return [*gone, FadeIn(number)]

    def finish(self, step: Conv2dStep, run_time: float) -> None:
        """Add the bias, let the total appear, and bring it under its cell and up into it."""
        ledger, bias = cast("Ledger", self.ledger), step.bias is not None
        self.magnifier.close()
        if bias:
            self.stage.play(FadeIn(ledger.entries[-1]), run_time=run_time)
        gone = [FadeOut(self.so_far)] if self.so_far is not None else [FadeIn(ledger.rule, ledger.total[0])]
        self.so_far = None
        self.stage.play(*gone, FadeIn(ledger.result), run_time=run_time)
        self.stage.remove(*ledger.get_family())
        self.stage.add(ledger)
        self.drop(step, ledger.result, run_time)

    def drop(self, step: Conv2dStep, total: Number, run_time: float) -> None:
        """Bring a copy of the total under its output cell, and up into it; its way is free."""
        _, k, i, j = step.position
        grid = self.board.outputs[k]
        if not grid.text_size:
            self.write(step, run_time)
            return
        number = grid.make_number(i, j)
        grid.write(i, j, number=number)
        number.save_state()
        number.scale(total.size / number.size).move_to(total)
        place = np.array([grid.cell_center(i, j)[0], total.get_y(), 0])
        if abs(place[0] - total.get_x()) > 0.05:
            self.stage.play(ApplyMethod(number.move_to, place), run_time=run_time)
        fill = [FadeIn(grid.fills[i, j])] if (i, j) in grid.fills else []
        self.stage.play(Restore(number), *fill, run_time=run_time)

    def write(self, step: Conv2dStep, run_time: float) -> None:
        """Let a value appear in its output cell."""
        _, k, i, j = step.position
        grid = self.board.outputs[k]
        grid.write(i, j)
        parts = [one for one in (grid.fills.get((i, j)), grid.numbers.get((i, j))) if one is not None]
        self.stage.play(*(map(FadeIn, parts) if parts else [Wait()]), run_time=run_time)

    def clear(self) -> list[Animation]:
        """Return the animations that take products, sums and total away."""
        gone = [*self.standing(), *([self.ledger] if self.ledger is not None else [])]
        self.ledger = self.products = None
        return [FadeOut(one) for one in gone if len(one)]

    def change_kernels(self, k: int) -> None:
        """Exchange the kernel by itself; channels that it does not see are dimmed."""
        board = self.board
        with self.stage.beat("explain", words.next_kernel(self.stage.spec, k)):
            self.stage.play(*self.clear(), *self.lifted(), FadeOut(*board.kernels[k - 1], *self.veils), run_time=0.5)
            for grid in board.kernels[k]:
                for cell in np.ndindex(grid.values.shape):
                    grid.write(*cell)
            seen = board.channels(k)
            self.veils = [board.veil(c) for c in range(len(board.thumbnails)) if c not in seen]
            hidden = [one for c, one in enumerate(board.small) if c not in seen and one in self.stage.mobjects]
            gone = [FadeOut(*hidden)] if hidden else []
            self.stage.play(FadeIn(*board.kernels[k], *self.veils), *gone, run_time=0.8)

    def flow(self, steps: list[Conv2dStep]) -> None:
        """Let the window run through the rest of a row, as one beat."""
        seconds = min(_UNHURRIED, _FLOW / max(1, len(self.positions) - len(self.told)))
        said = words.row(self.trace, steps[0])
        with self.stage.beat("step", said, brisk=True, reason=reasons.row_in_words(self.trace, steps)):
            for step in steps:
                self.look_at(step, 0.6 * seconds)
                self.write(step, 0.4 * seconds)

    def window(self) -> Window:
        """Return the window on the channel that was looked at last."""
        return self.board.windows[self.channel if self.board.small else 0]

    def leaving(self) -> list[Animation]:
        marks = [one for one in (*self.board.windows, *self.board.small, *self.veils) if one in self.stage.mobjects]
        frame = [] if self.frame is None else [self.frame]
        return [*self.lifted(), *self.clear(), FadeOut(*marks, *frame, self.board.empty)]
