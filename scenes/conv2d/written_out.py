"""All products on one line, and their sum below."""

from __future__ import annotations

import numpy as np
from manim import Animation, ApplyMethod, FadeIn, FadeOut, Transform, VGroup, rush_from

from cnn_core.conv2d import Conv2dStep
from scenes.conv2d import words
from scenes.conv2d.working import Working, travel
from scenes.mobjects.arithmetic import PITCH, SPACE, Lines, Piece, Term
from scenes.mobjects.text import Label

__all__ = ["WrittenOut"]


class WrittenOut(Working):
    """`0·(−1) + 1·2 + …`, and below it `0 + 2 + … = 5`."""

    def pictures(self, step: Conv2dStep) -> list[list[list[Term]]]:
        """Return both lines."""
        return [[self.sums.products(step, self.sums.cells), self.sum_terms(step)]]

    def numbers(self, step: Conv2dStep) -> list[Piece]:
        """Return what is added up."""
        return [*self.sums.values(step), *self.sums.bias(step)]

    def sum_terms(self, step: Conv2dStep) -> list[Term]:
        """Return `0 + 2 + (−1) + 0.5 = 1.5`."""
        numbers = self.numbers(step)
        return [*self.sums.added(numbers), self.sums.equals(numbers, self.sums.result(step))]

    def slowly(self, step: Conv2dStep, *, asked: bool) -> None:
        """Let each product come out of its two cells, and then the sum out of the products."""
        if asked:
            with self.stage.beat("answer", self.said(step)):
                self.stage.play(self.stage.end_question(), run_time=0.4)
                self.add_up(step, self.multiply(step))
            return
        with self.stage.beat("step", words.PRODUCT):
            products = self.multiply(step)
        with self.stage.beat("step", self.said(step)):
            self.add_up(step, products)

    def multiply(self, step: Conv2dStep) -> Lines:
        """Let each product come out of its two cells, one after the other."""
        products = self.paragraphs.lines(0, self.sums.products(step, self.sums.cells))
        looked_at = self.marks(step, self.sums.cells[:1])
        self.stage.play(FadeIn(*looked_at), run_time=0.4)
        for index, (cell, term) in enumerate(zip(self.sums.cells, products.terms, strict=True)):
            if index:
                self.stage.play(*map(Transform, looked_at, self.marks(step, [cell])), run_time=0.2)
            self.stage.play(*self.out_of_cells(step, cell, term), run_time=0.8 if index < 2 else 0.4)
        self.stage.play(FadeOut(*looked_at), run_time=0.2)
        self.stage.add(products)
        return products

    def add_up(self, step: Conv2dStep, products: Lines) -> None:
        """Let each product become a number, with the sum so far behind it, and write the sum."""
        numbers = self.numbers(step)
        lines = self.paragraphs.lines(1, self.sum_terms(step))
        tail = VGroup()
        for index, (*plus, number) in enumerate(lines.terms[:-1]):
            new = self.tail(step, numbers[: index + 1], lines)
            moves: list[Animation] = [FadeIn(*plus)] if plus else []
            if len(tail):
                # Out of the way early: the number arrives where the tail has been.
                moves.append(ApplyMethod(tail.shift, new.get_left() - tail.get_left(), rate_func=rush_from))
            self.stage.play(travel(number, self.origin(step, products, index), lines.size), *moves, run_time=0.4)
            self.stage.remove(tail)
            tail = new if index else tail
            self.stage.add(tail)
        self.stage.remove(tail)
        self.finish(step, products, lines)

    def origin(self, step: Conv2dStep, products: Lines, index: int) -> np.ndarray:
        """Return where a number of the sum comes from: its product, or the bias."""
        if index < len(products.terms):
            return VGroup(*products.terms[index][-3:]).get_center()
        return self.board.biases[step.position[1]].cell_center(0, 0)

    def tail(self, step: Conv2dStep, numbers: list[Piece], lines: Lines) -> VGroup:
        """Return `= 2`, the sum of the numbers so far, right behind them."""
        index, size = len(numbers) - 1, self.paragraphs.size
        if index == len(lines.terms) - 2:
            return VGroup(*(label.copy() for label in lines.terms[-1]))
        labels = [piece.draw(size) for piece in self.sums.equals(numbers, self.sums.running(step, index))]
        return follow(lines.terms[index][-1], labels, SPACE * size, self.stage.bands.formula.right)

    def at_once(self, step: Conv2dStep) -> None:
        """Let all products come out of their cells together, then their sum."""
        products = self.paragraphs.lines(0, self.sums.products(step, self.sums.cells))
        self.stage.play(*self.all_out_of_cells(step, self.sums.cells, products), run_time=1.0)
        self.stage.add(products)
        lines = self.paragraphs.lines(1, self.sum_terms(step))
        signs = [sign for term in lines.terms[:-1] for sign in term[:-1]]
        values = [
            travel(term[-1], self.origin(step, products, index), lines.size)
            for index, term in enumerate(lines.terms[:-1])
        ]
        self.stage.play(*values, *map(FadeIn, signs), run_time=0.8)
        self.stage.play(FadeIn(*lines.terms[-1]), run_time=0.3)
        self.finish(step, products, lines)

    def briefly(self, step: Conv2dStep) -> None:
        """Show only the sum."""
        lines = self.paragraphs.lines(1, self.sum_terms(step))
        self.stage.play(FadeIn(lines), run_time=0.4)
        self.finish(step, lines)


def follow(last: Label, labels: list[Label], space: float, right: float) -> VGroup:
    """Put labels behind the last one of a line; below it where they would leave the band."""
    x, y = last.get_right()[0], last.get_y()
    if x + sum(space + label.width for label in labels) > right:
        x, y = last.get_left()[0], y - PITCH * last.size
    for label in labels:
        label.move_to(np.array([x + space + label.width / 2, y, 0]))
        x = label.get_right()[0]
    return VGroup(*labels)
