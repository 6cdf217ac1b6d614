"""What an output is made of: a line and a bar for each product, for the bias, and for their sum."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from manim import LEFT, RIGHT, Animation, FadeIn, GrowFromEdge, Rectangle, VGroup
from manim import Line as Edge

from cnn_core.equation import Equation
from cnn_core.expression import Product, Value
from cnn_core.linear import LinearTrace
from scenes.layout import Box, smallest_text
from scenes.mobjects.expression import Drawn, Line, Writer
from scenes.mobjects.travel import EARLY, LATE
from scenes.theme import Theme

__all__ = ["Parts"]

_LINES = 0.5
"""Share of the width in which lines stand."""
_ROOMY = 1.3
"""Height of a row, in sizes of the smallest text."""
_TALLEST = 0.8
_FULL, _FAINT = 1.0, 0.45


class Parts(VGroup):
    """The parts of one output, one below the other: how each comes about, and its bar, to the left if it is negative.

    Parameters
    ----------
    winner
        The product whose bar is solid.
    """

    def __init__(self, trace: LinearTrace, o: int, winner: int, theme: Theme, box: Box) -> None:
        self.trace, self.o, self.theme = trace, o, theme
        bias = [] if trace.bias is None else [trace.bias[o]]
        self.values = np.array([*(trace.weight[o] * trace.x[0]), *bias, trace.output[0, o]])
        self.row = min(box.height / len(self.values), _TALLEST)
        middle, height = float(box.center[1]), self.row * len(self.values)
        self.box = replace(box, bottom=middle - height / 2, top=middle + height / 2)
        self.size = min(self._line(k, 0.5).size for k in range(len(self.values)))
        self.lines = [self._line(k, self.size) for k in range(len(self.values))]
        bars = self.box.part(_LINES + 0.04, 1)
        self.unit = bars.width / max(float(np.ptp([*self.values, 0.0])), 1e-9)
        self.zero = bars.left - self.unit * min(float(self.values.min()), 0.0)
        self.axis = Edge((self.zero, bars.bottom, 0), (self.zero, bars.top, 0), color=theme.muted, stroke_width=2)
        solid = winner, len(self.values) - 1
        self.bars = [self._bar(k, _FULL if k in solid else _FAINT) for k in range(len(self.values))]
        self.rule = Edge((box.left, self.box.bottom + self.row, 0), (box.right, self.box.bottom + self.row, 0))
        self.rule.set_stroke(theme.muted, 2)
        super().__init__(self.axis, *self.lines, *self.bars, self.rule)

    @property
    def is_legible(self) -> bool:
        """Whether every product is written with its factors, and there is room for all."""
        products = self.lines[: self.trace.x.shape[1]]
        return all(len(one.line.parts) > 1 for one in products) and self.row >= _ROOMY * smallest_text()

    def come(self, k: int) -> list[Animation]:
        """Return the animations in which a part comes, and then its bar, out of the axis."""
        return [
            FadeIn(self.lines[k], rate_func=EARLY),
            GrowFromEdge(self.bars[k], LEFT if self.values[k] > 0 else RIGHT, rate_func=LATE),
        ]

    def _line(self, k: int, most: float) -> Drawn:
        """Write `1·4 = 4`, or the bias, or the sum."""
        row = self.box.slice(k * self.row / self.box.height, (k + 1) * self.row / self.box.height).part(0, _LINES)
        writer = Writer(self.theme, row, most, product=self.theme.text)
        if k == len(self.values) - 1:
            return writer.best([Line((self.trace.result("output", 0, self.o),))])
        if k == self.trace.x.shape[1]:
            return writer.best([Line((self.trace.value("bias", self.o),))])
        pair = self.trace.value("x", 0, k), self.trace.value("weight", self.o, k)
        return writer.write(Equation.of(Product(pair), Value(float(self.values[k]), name="product")))

    def _bar(self, k: int, opacity: float) -> Rectangle:
        way = float(self.values[k]) * self.unit
        is_bias = k == self.trace.x.shape[1] < len(self.values) - 1
        color = self.theme.kernel if is_bias else self.theme.output
        bar = Rectangle(width=max(abs(way), 0.01), height=0.6 * self.row, color=color, stroke_width=1)
        y = self.box.top - (k + 0.5) * self.row
        return bar.set_fill(color, opacity=opacity).move_to((self.zero + way / 2, y, 0))
