"""The sums of a position, one below the other, and their total."""

from __future__ import annotations

from typing import cast

import numpy as np
from manim import LEFT, UP, Line, VGroup

from cnn_core.conv2d import Conv2dStep
from cnn_core.equation import Equation, sign_between
from cnn_core.expression import Expression, Sum, Value
from cnn_core.notation import PLAIN
from scenes.conv2d.board import ConvBoard, sum_decimals
from scenes.language import say
from scenes.layout import smallest_text
from scenes.marks import Written
from scenes.mobjects.text import Label, Number

__all__ = ["Ledger"]


class Ledger(Written):
    """What is added up, one below the other, and the total: sums of rows beside the products, or sums of channels.

    Attributes
    ----------
    entries
        Sign and number of each sum, and of the bias.
    total
        The result, with what stands before it.
    """

    def __init__(self, board: ConvBoard, step: Conv2dStep, equation: Equation) -> None:
        super().__init__()
        self.board, self.theme, self.step = board, board.theme, step
        several = len(step.products) > 1
        self.size = board.places.pitch / 1.3
        sums = step.products.sum(axis=(1, 2)) if several else step.products[0].sum(axis=1)
        decimals = sum_decimals(sums)
        stem = f"steps[{board.index(step)}].{'channel_sums[' if several else 'row_sums[0,'}"
        values = [Value(float(one), f"{stem}{n}]", "", decimals) for n, one in enumerate(sums)]
        self.entries = [self._entry(n, value, several=several) for n, value in enumerate(values)]
        if step.bias is not None:
            bias = equation.left.parts[-1]
            assert isinstance(bias, Value)
            values.append(bias)
            self.entries.append(self._bias(bias))
        whole = Sum(tuple(values))
        self.written = f"{PLAIN.write(whole)} {sign_between(whole, equation.result)} {equation.result.text}"
        self.explains = equation.address
        self.rule, self.total = self._total(whole, equation.result)
        self.add(*self.entries, self.rule, self.total)

    @property
    def result(self) -> Number:
        return cast("Number", self.total[1])

    def _entry(self, n: int, value: Value, *, several: bool) -> VGroup:
        if several:
            return self._named(n, say("channel {number}", number=self.step.channels[n] + 1), value, self.theme.text)
        terms = Sum(tuple(self._products(n)))
        sign = Label(sign_between(terms, value), self.size, self.theme.muted)
        number = Number(value.text, value.address, self.size, self.theme.text, "semibold")
        box, y = self.board.places.ledger, self._row(n)
        sign.move_to(np.array([box.left + 0.35 * self.size, y, 0]))
        number.move_to(np.array([box.right - number.width / 2, y, 0]))
        return VGroup(sign, number)

    def _row(self, n: int) -> float:
        """Return the middle of a row's sum: beside its row, or as far from the next as texts must be."""
        places = self.board.places
        return places.ledger.top - (n + 0.5) * max(places.products.cell, self.size)

    def _products(self, row: int) -> list[Expression]:
        decimals = self.board.frame.decimals
        return [Value(float(one), "", "", decimals) for one in self.step.products[0, row]]

    def _named(self, n: int, name: str, value: Value, color: str) -> VGroup:
        box, pitch = self.board.places.ledger, 1.3 * self.size
        y = box.top - (n + 0.5) * pitch
        label = Label(name, self.size, color)
        number = Number(value.text, value.address, self.size, color)
        label.move_to(np.array([box.left + label.width / 2, y, 0]))
        right = box.left + max(7 * self.size, label.width + 0.5 * self.size + number.width)
        return VGroup(label, number.move_to(np.array([right - number.width / 2, y, 0])))

    def _bias(self, value: Value) -> VGroup:
        places = self.board.places
        if len(self.step.products) > 1:
            return self._named(len(self.step.products), say("bias"), value, self.theme.kernel)
        y = min(places.products.box.bottom - 0.3, self._row(len(self.step.products[0]) - 1) - self.size)
        sign = Label("+", self.size, self.theme.muted).move_to(np.array([places.ledger.left + 0.35 * self.size, y, 0]))
        number = Number(value.text, value.address, self.size, self.theme.kernel)
        return VGroup(sign, number.move_to(np.array([places.ledger.right - number.width / 2, y, 0])))

    def _total(self, whole: Expression, result: Value) -> tuple[VGroup, VGroup]:
        """Return a line, and below or beside it the total with its sign."""
        places, (x, y) = self.board.places, self.board.places.total
        sign = Label(sign_between(whole, result), self.size, self.theme.muted)
        number = Number(result.text, result.address, max(0.7, smallest_text()), self.theme.output, "semibold")
        box = places.ledger
        if len(self.step.products) > 1:
            sign = Label(say("so far"), self.size, self.theme.output)
            right = max(box.left + 7 * self.size, box.left + sign.width + 0.2 + 6 * 0.55 * number.size)
            number.move_to(np.array([right - number.width / 2, y, 0]))
            sign.move_to(np.array([box.left + sign.width / 2, y, 0]))
            edge = np.array([[box.left, box.top, 0], [box.left + 7 * self.size, box.top, 0]])
            if x > box.right:
                number.move_to(np.array([x, y, 0]))
                sign.next_to(number, UP, buff=0.12)
                edge = (
                    edge if y > box.top else np.array([[box.right, box.top, 0], [box.right, y - number.height / 2, 0]])
                )
        elif y > box.top:
            room = box.right - places.products.box.left - sign.width - 0.15
            if number.width > room:
                number.scale(max(room / number.width, smallest_text() / number.size))
            number.move_to(np.array([box.right - number.width / 2, y, 0]))
            sign.next_to(number, LEFT, buff=0.15)
            edge = np.array([[box.left, box.top + 0.15, 0], [box.right, box.top + 0.15, 0]])
        elif x > box.right:
            number.move_to(np.array([x, y, 0]))
            sign.next_to(number, LEFT, buff=0.2)
            edge = np.array([[box.right + 0.15, box.top, 0], [box.right + 0.15, box.bottom, 0]])
        else:
            number.move_to(np.array([max(x, box.left + number.width / 2 + self.size), y, 0]))
            sign.next_to(number, LEFT, buff=0.15)
            edge = np.array([[box.left, y + 0.5, 0], [box.right, y + 0.5, 0]])
        rule = Line(edge[0], edge[1], color=self.theme.muted, stroke_width=2)
        return VGroup(rule), VGroup(sign, number)
