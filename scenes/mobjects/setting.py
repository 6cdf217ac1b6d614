"""How an expression is set: where its numbers, signs, bars and roots stand, in em, before anything is drawn.

Which digits a number has, and whether `=` or `≈` stands between two sides, is the expression's, and not decided here.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from manim import VMobject

from cnn_core.equation import sign_between
from cnn_core.expression import (
    Call,
    Cell,
    Difference,
    Exp,
    Expression,
    Log,
    Maximum,
    Negative,
    OfMany,
    Power,
    Product,
    Quotient,
    Root,
    Sum,
    Value,
)
from cnn_core.notation import terms_of
from cnn_core.numerals import MINUS, parenthesised, true_minus
from scenes.language import say_many
from scenes.layout import Box, smallest_text
from scenes.mobjects.flow import broken
from scenes.mobjects.text import Label, Number, width_of
from scenes.theme import Theme

__all__ = ["Layout", "Line", "Piece"]

GAP, TIGHT, CLOSE, LEADING = 0.24, 0.06, 0.02, 0.35
"""Between what stands beside each other, between factors, within, and from one line to the next, in em."""
BAR = 0.06
"""From a fraction's bar to what stands above and below it, in em."""
MOST_TERMS, FIRST = 36, 3
"""Terms of a sum of which all are written; of more, so many of the first ones and the last one."""
SMALL, RAISED = 0.65, 0.4
"""Size of a power, and how far it is raised, in em."""
_PAIR = 2
"""Numbers up to which a maximum is not broken into lines."""
LOWEST = 2.0
"""Height of a box, in em, up to which fractions are written on one line."""
THICKNESS = 2.5
"""Stroke of bars and roots."""


@dataclass(frozen=True)
class Line:
    """What is written: expressions that come to the same, one after the other.

    Attributes
    ----------
    heading
        What stands before the first one, such as `μ`, or `ReLU(−1)` with its number.
    whole
        What the heading stands for, as far as it is not the first part.
    stacked
        Whether each part begins a line, but for the last one.
    most
        Terms of a sum of which all are written; of more, the first ones and the last one.
    ending
        What stands behind the last part.
    words
        What stands before a number, by its address.
    """

    parts: tuple[Expression, ...]
    heading: tuple[str | Value, ...] = ()
    whole: Expression | None = None
    stacked: bool = False
    most: int = MOST_TERMS
    ending: str = ""
    words: Mapping[str, str] = field(default_factory=dict)

    @property
    def signs(self) -> list[str]:
        """What stands before each part: `=` or `≈`, and nothing before the first one without a heading."""
        whole = self.parts[0] if self.whole is None else self.whole
        first = "=" if whole is self.parts[0] else sign_between(whole, self.parts[0])
        between = zip(self.parts, self.parts[1:], strict=False)
        return [first if self.heading else "", *(sign_between(one, other) for one, other in between)]


@dataclass(frozen=True)
class _Ink:
    """What is drawn at one place: a number, a sign, or, where there is no text, a line through `corners`."""

    color: str
    text: str = ""
    weight: str = "regular"
    value: Value | None = None
    corners: tuple[tuple[float, float], ...] = ()

    def draw(self, size: float) -> VMobject:
        """Draw it, `size` scene units an em."""
        if self.value is not None and self.value.address:
            parentheses = self.text.startswith("(")
            return Number(self.value.text, self.value.address, size, self.color, self.weight, parentheses=parentheses)
        if self.text:
            return Label(self.text, size, self.color, self.weight)
        line = VMobject(stroke_color=self.color, stroke_width=THICKNESS)
        return line.set_points_as_corners([size * np.array([x, y, 0.0]) for x, y in self.corners])


@dataclass(frozen=True)
class Mark:
    """Where something is drawn, in em from the middle of its block, and of which expressions it is a part."""

    ink: _Ink
    x: float = 0.0
    y: float = 0.0
    scale: float = 1.0
    nodes: tuple[Expression, ...] = ()


@dataclass(frozen=True)
class Chunk:
    """Marks that stand together: how wide they are, and how far they reach up and down from the middle of a figure."""

    width: float
    marks: tuple[Mark, ...]
    up: float = 0.5
    down: float = 0.5

    def moved(self, x: float, y: float = 0.0, scale: float = 1.0) -> Iterator[Mark]:
        for mark in self.marks:
            yield replace(mark, x=scale * mark.x + x, y=scale * mark.y + y, scale=scale * mark.scale)


def in_line(blocks: Sequence[Chunk], gap: float) -> Chunk:
    width = sum(block.width for block in blocks) + gap * (len(blocks) - 1)
    marks: list[Mark] = []
    left = -width / 2
    for block in blocks:
        marks += block.moved(left + block.width / 2)
        left += block.width + gap
    return Chunk(width, tuple(marks), max(block.up for block in blocks), max(block.down for block in blocks))


def below(rows: Sequence[Chunk], gap: float) -> Chunk:
    """Put blocks below each other, with their middle in the middle."""
    height = sum(row.up + row.down for row in rows) + gap * (len(rows) - 1)
    marks: list[Mark] = []
    top = height / 2
    for row in rows:
        marks += row.moved(0, top - row.up)
        top -= row.up + row.down + gap
    return Chunk(max(row.width for row in rows), tuple(marks), height / 2, height / 2)


@dataclass(frozen=True)
class Piece:
    """A part of a line that is not broken: a term, with the sign before it."""

    block: Chunk
    stage: int
    node: Expression


class Layout:
    """Lays a line out for text of a size and a room, both of which it may have to bend to."""

    def __init__(self, line: Line, theme: Theme, colors: Mapping[str, str], size: float, box: Box) -> None:
        self.line, self.theme, self.colors = line, theme, colors
        self.size, self.room = size, box.width / size
        self.has_bars = box.height / size > LOWEST
        self.pieces = [piece for stage in range(len(line.parts)) for piece in self._stage(stage)]
        self.rows = [[self.pieces[k] for k in row] for row in self._rows()]
        self.block = below([in_line([piece.block for piece in row], GAP) for row in self.rows], LEADING)

    def _rows(self) -> Iterator[list[int]]:
        """Break the line; where it is stacked, each part for itself."""
        last = len(self.line.parts) - 1
        runs = [[k] for k in range(last - 1)] if self.line.stacked else []
        runs.append(list(range(len(runs), last + 1)))
        for run in runs:
            chosen = [k for k, piece in enumerate(self.pieces) if piece.stage in run]
            for row in broken([self.pieces[k].block.width for k in chosen], self.room, GAP):
                yield [chosen[k] for k in row]

    def _stage(self, stage: int) -> Iterator[Piece]:
        """Yield the pieces of one part; its sign, and the heading, stay with the first one."""
        sign, expression = self.line.signs[stage], self.line.parts[stage]
        lead = self._heading() if stage == 0 and self.line.heading else []
        lead += [self.sign(sign)] if sign else []
        terms = list(self._terms(expression, sum(one.width + GAP for one in lead)))
        if isinstance(expression, Maximum) and len(terms) <= _PAIR:
            terms = [(expression, self.write(expression))]
        is_last = stage == len(self.line.parts) - 1
        for index, (node, block) in enumerate(terms):
            ending = [self.sign(self.line.ending)] if self.line.ending and is_last and index == len(terms) - 1 else []
            yield Piece(in_line([*lead, block, *ending], GAP), stage, node)
            lead = []

    def _heading(self) -> list[Chunk]:
        parts = [self.sign(part) if isinstance(part, str) else self.write(part) for part in self.line.heading]
        return [in_line(parts, CLOSE)]

    def _terms(self, expression: Expression, used: float) -> Iterator[tuple[Expression, Chunk]]:
        """Yield what may stand on lines of its own: the terms of a sum, the numbers of a maximum."""
        match expression:
            case Sum(parts=parts):
                terms = terms_of(parts)
                left_out = range(FIRST, len(terms) - 1) if len(terms) > self.line.most else range(0)
                for index, term in enumerate(terms):
                    if index in left_out[1:]:
                        continue
                    block = self._part(term, 2 if index else 1, leading=index == 0)
                    block = self.sign("…") if index in left_out else block
                    yield term, in_line([self.sign("+"), block], GAP) if index else block
            case Maximum(parts=parts, name=name):
                for index, one in enumerate(parts):
                    head = [self.sign(f"{name}(")] if index == 0 else []
                    end = self.sign(")" if index == len(parts) - 1 else ",")
                    yield one, in_line([*head, self.write(one), end], CLOSE)
            case Quotient(parts=(Sum() as above, below_bar)) if self.has_bars:
                yield expression, self.tagged(expression, self._over(above, below_bar, self.room - used))
            case _:
                yield expression, self.write(expression)

    def write(self, expression: Expression, *, leading: bool = True) -> Chunk:
        """Return the block of an expression; a negative number that does not lead stands in parentheses."""
        return self.tagged(expression, self._write(expression, leading=leading))

    @staticmethod
    def tagged(node: Expression, block: Chunk) -> Chunk:
        return replace(block, marks=tuple(replace(mark, nodes=(*mark.nodes, node)) for mark in block.marks))

    def _write(self, expression: Expression, *, leading: bool) -> Chunk:
        match expression:
            case Value():
                return self._number(expression, leading=leading)
            case Sum() | Maximum():
                return in_line([block for _, block in self._terms(expression, 0)], GAP)
            case Difference(parts=(first, second)):
                return in_line([self._part(first, 1, leading=leading), self.sign(MINUS), self._part(second, 2)], GAP)
            case Negative(parts=(one,)):
                return in_line([self.sign(MINUS), self._part(one, 2)], CLOSE)
            case Product(parts=(first, *others)):
                blocks = [self._part(first, 2, leading=leading)]
                for one in others:
                    blocks += [self.sign("·"), self._part(one, 2)]
                return in_line(blocks, TIGHT)
            case Quotient(parts=(above, below_bar)):
                if self.has_bars:
                    return self._over(above, below_bar, self.room)
                return in_line([self._part(above, 2, leading=leading), self.sign("÷"), self._part(below_bar, 3)], GAP)
            case _:
                return self._function(expression)

    def _function(self, expression: Expression) -> Chunk:
        match expression:
            case Power(parts=(one,), exponent=exponent):
                return self._raised(self._part(one, 4), self.sign(f"{exponent:g}"))
            case Exp(parts=(one,)):
                return self._raised(self.sign("e"), self.write(one))
            case Root(parts=(one,)):
                return self._root(self.write(one))
            case Log(parts=(one,)):
                return in_line([self.sign("ln"), self._part(one, 4)], GAP)
            case Call(parts=(one,), name=name):
                return in_line([self.sign(name), self._bracketed(one)], CLOSE)
            case Call(parts=(one, *others), name=name):
                commas = [block for other in others for block in (self.sign(","), self.write(other))]
                return in_line([self.sign(f"{name}("), self.write(one), *commas, self.sign(")")], CLOSE)
            case Cell(parts=(one,)):
                return self.write(one)
            case OfMany(what="others", count=count):
                return self.sign(say_many("({count} other)", "({count} others)", count))
        raise TypeError(f"{type(expression).__name__} cannot be drawn: say here how.")

    def sign(self, text: str, color: str = "", scale: float = 1.0) -> Chunk:
        mark = Mark(_Ink(color or self.theme.muted, text), scale=scale)
        return Chunk(scale * width_of(text), (mark,), 0.5 * scale, 0.5 * scale)

    def _number(self, value: Value, *, leading: bool) -> Chunk:
        text = value.text if leading else parenthesised(value.text)
        weight = "semibold" if value is self.line.parts[-1] else "regular"
        color = self.colors.get(value.name, self.theme.text if value.address else self.theme.muted)
        block = Chunk(width_of(true_minus(text), weight), (Mark(_Ink(color, true_minus(text), weight, value)),))
        word = self.line.words.get(value.address)
        return in_line([self.sign(word), block], GAP) if word else block

    def _part(self, part: Expression, binding: int, *, leading: bool = False) -> Chunk:
        """Return a part, in parentheses where it holds together less strongly than what is around it."""
        return self._bracketed(part) if part.binding < binding else self.write(part, leading=leading)

    def _bracketed(self, part: Expression) -> Chunk:
        block = self.write(part)
        scale = max(1.0, 0.9 * (block.up + block.down))
        return in_line([self.sign("(", scale=scale), block, self.sign(")", scale=scale)], CLOSE)

    def _over(self, above: Expression, below_bar: Expression, room: float) -> Chunk:
        """Return a fraction; a long sum above its bar is broken into lines."""
        over, under = self.write(above), self.write(below_bar)
        if isinstance(above, Sum) and over.width > room:
            terms = [block for _, block in self._terms(above, 0)]
            rows = broken([block.width for block in terms], room - 0.3, GAP)
            over = below([in_line([terms[k] for k in row], GAP) for row in rows], 0.1)
        length = max(over.width, under.width) + 0.3
        bar = Mark(_Ink(self.theme.muted, corners=((-length / 2, 0), (length / 2, 0))))
        marks = (*over.moved(0, BAR + over.down), bar, *under.moved(0, -BAR - under.up))
        return Chunk(length, marks, BAR + over.up + over.down, BAR + under.up + under.down)

    def _raised(self, base: Chunk, exponent: Chunk) -> Chunk:
        """Return a power, whose exponent is as small as it may be."""
        scale = min(1.0, max(SMALL, smallest_text() / self.size))
        width = base.width + 0.03 + scale * exponent.width
        marks = (
            *base.moved((base.width - width) / 2),
            *exponent.moved((width - scale * exponent.width) / 2, RAISED, scale),
        )
        return Chunk(width, marks, max(base.up, RAISED + scale * exponent.up), base.down)

    def _root(self, inside: Chunk) -> Chunk:
        left, low, high = -inside.width / 2, 0.08 - inside.down, inside.up - 0.02
        corners = [(left - 0.52, 0.0), (left - 0.4, 0.06), (left - 0.24, low), (left - 0.06, high)]
        sign = Mark(_Ink(self.theme.muted, corners=(*corners, (0.06 - left, high))))
        return Chunk(inside.width + 0.58, tuple(Chunk(0, (sign, *inside.marks)).moved(0.23)), inside.up, inside.down)
