"""A kernel row or a channel at a time, where there are too many products for a line."""

from __future__ import annotations

from functools import cached_property
from itertools import groupby

import numpy as np
from manim import Animation, FadeIn, FadeOut, Transform, VGroup

from cnn_core.conv2d import Conv2dStep
from cnn_core.numerals import relation
from scenes.conv2d import words
from scenes.conv2d.sums import Cell
from scenes.conv2d.working import Working, travel
from scenes.mobjects.arithmetic import Lines, Piece, Term
from scenes.mobjects.grid import CellMarks

__all__ = ["ByParts"]

TERMS = 9
"""Products up to which a whole channel is one part; of larger kernels each row is one."""


class ByParts(Working):
    """First the products of each part, added to what there was; at later positions only the sums of the parts."""

    @cached_property
    def parts(self) -> list[list[Cell]]:
        """The kernel's cells, cut into channels; into rows if a channel is too large for a line or the only one."""
        C, kH, kW = self.board.trace.weight.shape[1:]
        axes = 1 if C > 1 and kH * kW <= TERMS else 2
        return [list(cells) for _, cells in groupby(self.sums.cells, key=lambda cell: cell[:axes])]

    def pictures(self, step: Conv2dStep) -> list[list[list[Term]]]:
        """Return the lines of each part, at the first position, and the line of all sums."""
        pictures: list[list[list[Term]]] = [[[], self.sum_terms(step)]]
        if not any(step.position):
            parts = range(len(self.parts))
            pictures += [[self.product_terms(step, p), self.running_terms(step, p)] for p in parts]
        return pictures

    def product_terms(self, step: Conv2dStep, p: int) -> list[Term]:
        """Return `0·(−1) + 1·2 = 2`."""
        cells = self.parts[p]
        products = self.sums.products(step, cells)
        part = self.part(step, cells)
        factors = [(term[-3].text, term[-1].text) for term in products]
        sign = Piece(relation(factors, part.text), self.theme.muted)
        return [*products, (sign, Piece(part.text, part.color, part.address))]

    def part(self, step: Conv2dStep, cells: list[Cell]) -> Piece:
        """Return the sum of a part's products."""
        c, i, _ = cells[0]
        if len({row for _, row, _ in cells}) == 1:
            return self.sums.number(step, f"row_sums[{c},{i}]", float(step.products[c, i].sum()))
        return self.sums.number(step, f"channel_sums[{c}]", float(step.products[c].sum()))

    def running_terms(self, step: Conv2dStep, p: int) -> list[Term]:
        """Return `12 + 5 = 17`: the sum of the parts before, this part, and both together."""
        before, new = (self.sums.running(step, sum(map(len, self.parts[:n])) - 1) for n in (p, p + 1))
        if p == 0:
            return [(Piece(new.text, self.theme.output, new.address, "semibold"),)]
        numbers = [Piece(before.text, self.theme.output, before.address, "semibold"), self.part(step, self.parts[p])]
        return [*self.sums.added(numbers), self.sums.equals(numbers, new)]

    def sum_terms(self, step: Conv2dStep) -> list[Term]:
        """Return `12 + 5 + 0.5 = 17.5`: the sums of rows or channels, and the bias."""
        numbers = [*self.sums.part_values(step), *self.sums.bias(step)]
        return [*self.sums.added(numbers), self.sums.equals(numbers, self.sums.result(step))]

    def slowly(self, step: Conv2dStep, *, asked: bool) -> None:
        """Take one part after the other, then the sum."""
        if asked:
            with self.stage.beat("answer", self.said(step)):
                self.stage.play(self.stage.end_question(), run_time=0.4)
                self.at_once(step)
            return
        looked_at: list[CellMarks] = []
        for p, cells in enumerate(self.parts):
            with self.stage.beat("step", words.part(step, cells), brisk=p > 0):
                there = self.marks(step, cells)
                looking: list[Animation] = [*map(Transform, looked_at, there)] or [FadeIn(*there)]
                self.stage.play(*looking, run_time=0.3 if p else 0.6)
                looked_at = looked_at or there
                self.add_part(step, p)
        with self.stage.beat("step", self.said(step)):
            self.stage.play(FadeOut(*looked_at), *self.leaving(), run_time=0.4)
            self.at_once(step)

    def add_part(self, step: Conv2dStep, p: int) -> None:
        """Let the products come out of their cells, and their sum be added to what there was."""
        before = self.lines
        if len(before):
            self.stage.play(FadeOut(before[0]), run_time=0.2)
        products = self.paragraphs.lines(0, self.product_terms(step, p))
        self.stage.play(*self.all_out_of_cells(step, self.parts[p], products), run_time=0.6 if p else 1.2)
        self.stage.play(FadeIn(*products.terms[-1]), run_time=0.2)
        running = self.paragraphs.lines(1, self.running_terms(step, p))
        self.stage.remove(*before.get_family())
        self.stage.add(products)
        self.stage.play(*self.arrivals(before, products, running), run_time=0.5)
        if p:
            self.stage.play(FadeIn(*running.terms[-1]), run_time=0.2)
        self.total = running.terms[-1][-1].get_center()
        self.lines = VGroup(products, running)
        self.stage.add(self.lines)

    def arrivals(self, before: VGroup, products: Lines, running: Lines) -> list[Animation]:
        """Return the animations in which the sum so far and the new part travel into their line."""
        part = products.terms[-1][-1]
        if not len(before):
            return [travel(running.terms[0][0], part.get_center(), part.size)]
        old, (plus, new) = running.terms[0][0], running.terms[1]
        return [travel(old, self.total, old.size), FadeIn(plus), travel(new, part.get_center(), part.size)]

    def at_once(self, step: Conv2dStep) -> None:
        """Let the sums of all parts come out of the window."""
        lines = self.paragraphs.lines(1, self.sum_terms(step))
        signs = [sign for term in lines.terms[:-1] for sign in term[:-1]]
        moves = [travel(term[-1], self.origin(step, n), lines.size) for n, term in enumerate(lines.terms[:-1])]
        self.stage.play(*moves, *(FadeIn(sign) for sign in signs), run_time=1.0)
        self.stage.play(FadeIn(*lines.terms[-1]), run_time=0.3)
        self.finish(step, lines)

    def briefly(self, step: Conv2dStep) -> None:
        """Show the line of all sums."""
        lines = self.paragraphs.lines(1, self.sum_terms(step))
        self.stage.play(FadeIn(lines), run_time=0.4)
        self.finish(step, lines)

    def origin(self, step: Conv2dStep, n: int) -> np.ndarray:
        """Return where the sum of a channel or of a row comes from, or the bias."""
        C, kH, _ = self.board.trace.weight.shape[1:]
        if n == (C if C > 1 else kH):
            return self.board.biases[step.position[1]].cell_center(0, 0)
        cells = [cell for cell in self.sums.cells if (cell[0] if C > 1 else cell[1]) == n]
        image, _ = self.sums.grids(step, cells[0])
        return np.asarray(np.mean([image.cell_center(*self.sums.place(step, cell)) for cell in cells], axis=0))
