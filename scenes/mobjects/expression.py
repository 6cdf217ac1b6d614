"""The one drawer of expressions: numbers that can be traced, and the signs between them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from manim import RIGHT, VGroup, VMobject

from cnn_core.equation import Equation
from cnn_core.expression import Expression, Sum, Value
from cnn_core.notation import PLAIN
from scenes.layout import Box, smallest_text
from scenes.marks import Written
from scenes.mobjects.flow import sizes
from scenes.mobjects.setting import Layout, Line, Mark, Piece
from scenes.mobjects.text import Label, Number
from scenes.theme import Theme

__all__ = ["Drawn", "Known", "Line", "Term", "Writer", "products_of", "symbol", "ways_of"]

_LARGEST = 0.5
ROLES = {
    "x": "input",
    "x_padded": "input",
    "weight": "kernel",
    "bias": "kernel",
    "negative_slope": "kernel",
    "y": "output",
    "x_hat": "output",
    "index": "output",
    "prediction": "output",
    "label": "input",
    "output": "output",
    "grad_output": "output",
    "grad_weight": "kernel",
    "grad_bias": "kernel",
    "grad_input": "input",
}
"""Whose colour a number has, by its name; all others have that of text."""


def symbol(text: str, name: str) -> Value:
    """Return what stands for any number of a name, such as `x` or `μ`."""
    return Value(0.0, name=name, text=text)


def ways_of(equation: Equation, heading: tuple[str | Value, ...] = (), *, stacked: bool = False) -> list[Line]:
    """Return the ways to write an equation, from all its stages to its result alone."""
    stages = equation.stages()
    ways = [Line(stages[k:], heading, stages[0], stacked) for k in range(len(stages))]
    shortened = [replace(ways[0], most=0)] if any(isinstance(node, Sum) for node in equation.left.nodes()) else []
    return [ways[0], *shortened, *ways[1:]]


def products_of(equation: Equation) -> list[Line]:
    """Return the ways to write a sum of products: all of them and below it their values; or sums of them, ..."""
    *stages, result = equation.stages()
    whole = stages[0]
    both = [Line((*stages[:2], result), (), whole, stacked=True)] if len(stages) > 1 else []
    return [*both, *(Line((stage, result), (), whole) for stage in stages), Line((result,), (), whole)]


class Term(VGroup):
    """A piece of a line that was drawn: a term of a sum with the sign before it, a fraction, or the result.

    Attributes
    ----------
    stage
        To which of the line's parts it belongs.
    node
        The expression.
    """

    def __init__(self, piece: Piece, drawn: Sequence[VMobject]) -> None:
        super().__init__(*drawn)
        self.stage, self.node = piece.stage, piece.node

    @property
    def numbers(self) -> list[Number]:
        return [part for part in self.submobjects if isinstance(part, Number)]

    @property
    def signs(self) -> VGroup:
        return VGroup(*(part for part in self.submobjects if not isinstance(part, Number)))


class Drawn(Written):
    """A line that was drawn.

    Attributes
    ----------
    line
        What it says.
    size
        Of the text, in scene units.
    terms
        Its pieces, in reading order.
    """

    def __init__(self, layout: Layout, box: Box) -> None:
        super().__init__()
        self.line, self.size = layout.line, layout.size
        self.written = _written(layout.line)
        self.terms: list[Term] = []
        self._nodes: list[tuple[tuple[Expression, ...], VMobject]] = []
        marks = iter(layout.block.marks)
        for piece in (piece for row in layout.rows for piece in row):
            drawn = [self._draw(next(marks), box) for _ in piece.block.marks]
            self.terms.append(Term(piece, drawn))
            self.add(*drawn)
        self.explains = self.numbers[-1].address if self.numbers else ""

    def _draw(self, mark: Mark, box: Box) -> VMobject:
        made = mark.ink.draw(self.size * mark.scale)
        made.shift(box.center + self.size * np.array([mark.x, mark.y, 0]))
        self._nodes.append((mark.nodes, made))
        return made

    @property
    def numbers(self) -> list[Number]:
        return [part for part in self.submobjects if isinstance(part, Number)]

    @property
    def result(self) -> Number:
        return self.numbers[-1]

    @property
    def signs(self) -> VGroup:
        return self.without(*self.numbers)

    def number(self, address: str) -> Number:
        return next(number for number in self.numbers if number.address == address)

    def stage(self, stage: int) -> list[Term]:
        """Return the terms of one of the line's parts; the last one is -1."""
        return [term for term in self.terms if term.stage == stage % len(self.line.parts)]

    def parts_of(self, node: Expression) -> VGroup:
        return VGroup(*(made for nodes, made in self._nodes if any(node is one for one in nodes)))

    def without(self, *parts: VMobject) -> VGroup:
        left_out = {id(one) for part in parts for one in part.get_family()}
        return VGroup(*(one for one in self.submobjects if id(one) not in left_out))


def _written(line: Line) -> str:
    """Return what a line says, as plain text."""
    heading = "".join(part if isinstance(part, str) else part.text for part in line.heading)
    parts = zip(line.signs, line.parts, strict=True)
    return " ".join([heading, *(f"{sign} {PLAIN.write(part)}".strip() for sign, part in parts)]).strip()


class Writer:
    """Writes lines into a box, in the colours of their roles.

    Parameters
    ----------
    most
        The largest size of the text.
    colors
        Of numbers by their names, where they are not those of their roles.
    """

    def __init__(self, theme: Theme, box: Box, most: float = _LARGEST, **colors: str) -> None:
        self.theme, self.box = theme, box
        self.most = max(most, smallest_text())
        self.colors = {**{name: getattr(theme, role) for name, role in ROLES.items()}, **colors}

    def size_of(self, line: Line) -> float:
        """Return the largest size with which a line fits; 0 if it fits with none that can be read."""
        found = list(sizes(self.most))
        low, high = 0, len(found)
        while low < high:
            middle = (low + high) // 2
            low, high = (low, middle) if self._fits(line, found[middle]) else (middle + 1, high)
        return found[low] if low < len(found) else 0.0

    def _fits(self, line: Line, size: float) -> bool:
        block = self._layout(line, size).block
        return block.width <= self.box.width / size and block.up + block.down <= self.box.height / size

    def _layout(self, line: Line, size: float) -> Layout:
        return Layout(line, self.theme, self.colors, size, self.box)

    def draw(self, line: Line, size: float) -> Drawn:
        return Drawn(self._layout(line, size), self.box)

    def best(self, lines: Sequence[Line]) -> Drawn:
        """Draw the first line that fits, as large as it fits; the last one if none does."""
        for line in lines:
            if size := self.size_of(line):
                return self.draw(line, size)
        return self.draw(lines[-1], smallest_text())

    def write(self, equation: Equation, heading: tuple[str | Value, ...] = (), *, stacked: bool = False) -> Drawn:
        return self.best(ways_of(equation, heading, stacked=stacked))


class Known(VGroup):
    """A quantity that is known: `μ = 3`, or `μ ≈ 0.33`; `number` may arrive later than `head`."""

    def __init__(self, name: str, value: Value, theme: Theme, size: float, color: str = "") -> None:
        sign = "≈" if value.is_rounded else "="
        self.head = Label(f"{name} {sign}", size, color or theme.muted)
        self.number = Number(value.text, value.address, size, color or theme.text)
        super().__init__(self.head, self.number)
        self.arrange(RIGHT, buff=0.24 * size)
