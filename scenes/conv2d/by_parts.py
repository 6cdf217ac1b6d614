"""A kernel row or a channel at a time, where there are too many products for a line."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cached_property
from itertools import groupby
from typing import Any

import numpy as np
from manim import Animation, FadeIn, FadeOut, Transform

from cnn_core.conv2d import Conv2dStep
from cnn_core.equation import Equation
from cnn_core.expression import Sum
from scenes.conv2d import words
from scenes.conv2d.board import Cell, ConvBoard
from scenes.conv2d.working import LARGEST, ConvWorking
from scenes.layout import Box
from scenes.mobjects.expression import Drawn, Line, Term
from scenes.mobjects.grid import CellMarks
from scenes.mobjects.text import Number
from scenes.stage import ExplainerScene
from scenes.working import Working

__all__ = ["ByParts"]

TERMS = 9
"""Products up to which a whole channel is one part; of larger kernels each row is one."""


class ByParts(ConvWorking):
    """First the products of each part, added to what there was; at later positions only the sums of the parts."""

    def __init__(self, stage: ExplainerScene[Any], board: ConvBoard, told: Sequence[Conv2dStep]) -> None:
        super().__init__(stage, board, told)
        box = stage.bands.formula
        middle = box.bottom + 0.42 * box.height
        upper, lower = Box(box.left, box.right, middle, box.top), Box(box.left, box.right, box.bottom, middle)
        self.above, self.below = (Working(stage, self.grids, half, LARGEST) for half in (upper, lower))
        first = [step for step in told if not any(step.position)]
        parts = [(step, p) for step in first for p in range(len(self.parts))]
        products = [self.above.writer.size_of(self.line_of(self.products(step, p))) for step, p in parts]
        running = [self.below.writer.size_of(self.line_of(self.running(step, p))) for step, p in parts if p]
        self.small = min([*products, *running, self.size])
        self.size = min(self.size, self.small)

    @cached_property
    def parts(self) -> list[list[Cell]]:
        """The kernel's cells, cut into channels; into rows if a channel is too large for a line or the only one."""
        C, kH, kW = self.board.trace.weight.shape[1:]
        axes = 1 if C > 1 and kH * kW <= TERMS else 2
        return [list(cells) for _, cells in groupby(self.board.kernel_cells, key=lambda cell: cell[:axes])]

    @staticmethod
    def line_of(equation: Equation) -> Line:
        return Line((equation.left, equation.result))

    def lines(self, step: Conv2dStep) -> Iterable[Line]:
        yield self.sums(step)

    def sums(self, step: Conv2dStep) -> Line:
        """Return `12 + 5 + 0.5 = 17.5`: the sums of rows or channels, and the bias."""
        equation, wanted = self.equation(step), "channel_sums" if len(step.products) > 1 else "row_sums"
        stages = equation.stages()
        found = [stage for stage in stages[:-1] if wanted in {leaf.name for leaf in stage.leaves()}]
        return Line((found[-1] if found else stages[-2], equation.result))

    def products(self, step: Conv2dStep, p: int) -> Equation:
        """Return `0·(−1) + 1·2 = 2`: the products of a part."""
        c, i, _ = self.parts[p][0]
        is_row = len({row for _, row, _ in self.parts[p]}) == 1
        return self.inside(step, f"row_sums[{c},{i}]" if is_row else f"channel_sums[{c}]")

    def running(self, step: Conv2dStep, p: int) -> Equation:
        """Return `12 + 5 = 17`: the sum of the parts before, this part, and both together."""
        ends = np.cumsum([len(part) for part in self.parts]) - 1
        before, after = (self.inside(step, f"running_sum[{ends[n]}]").result for n in (p - 1, p))
        return Equation.of(Sum((before, self.products(step, p).result)), after)

    def slowly(self, step: Conv2dStep, *, asked: bool) -> None:
        if asked:
            return super().slowly(step, asked=asked)
        looked_at: list[CellMarks] = []
        for p, cells in enumerate(self.parts):
            so_far = self.running(step, p).result if p else None
            with self.stage.beat("step", words.part(step, cells, self.products(step, p).result, so_far), brisk=p > 0):
                looked_at = self.add_part(step, p, looked_at)
        with self.stage.beat("step", self.said(step)):
            gone = [FadeOut(*looked_at), *self.above.leave(), *self.below.leave()]
            self.stage.play(*gone, run_time=0.4)
            self.at_once(step)
        return None

    def add_part(self, step: Conv2dStep, p: int, looked_at: list[CellMarks]) -> list[CellMarks]:
        """Let the products come out of their cells, and their sum be added to what there was."""
        products = self.above.writer.draw(self.line_of(self.products(step, p)), self.small)
        there = self.marks(products.stage(0))
        looking: list[Animation] = [*map(Transform, looked_at, there)] if looked_at else [FadeIn(*there)]
        self.stage.play(*self.above.leave(), *looking, run_time=0.3 if p else 0.6)
        self.above.show(products, run_time=0.6 if p else 1.2)
        if p:
            running = self.below.writer.draw(self.line_of(self.running(step, p)), self.small)
            self.below.known = [products.result]
            self.below.show(running, run_time=0.5)
        return looked_at or there

    def source(self, line: Drawn, term: Term, number: Number) -> tuple[Any, float] | None:
        """Let sums of rows and channels come out of the windows in which their products were."""
        found = super().source(line, term, number)
        place = re.search(r"(?:row|channel)_sums\[(\d+)", number.address)
        if found is not None or place is None:
            return found
        return self.board.windows[self.channels[int(place[1])]].outline, 0.0

    def at_once(self, step: Conv2dStep) -> None:
        """Let the sums of all parts come out of the window."""
        self.channels = step.channels
        self.show_at_once(step, self.writer.draw(self.sums(step), self.size))

    def briefly(self, step: Conv2dStep) -> None:
        self.fade_in(step, self.writer.draw(self.sums(step), self.size))
