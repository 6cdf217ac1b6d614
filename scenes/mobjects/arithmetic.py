"""Lines of arithmetic that are measured before they are drawn, so that a film can keep one size of text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from manim import VGroup

from cnn_core.numerals import as_text, decimals_for, parenthesised, typeset
from scenes.layout import Box, smallest_text
from scenes.mobjects.text import Label, Number, width_of

__all__ = ["PITCH", "SPACE", "Lines", "Paragraphs", "Piece", "Term", "brief"]

PITCH = 1.35
"""From one line to the next, in em."""

LARGEST = 0.46
SPACE = 0.22
MOST_DIGITS = 7


@dataclass(frozen=True)
class Piece:
    """A number, or a sign where it has no address.

    Attributes
    ----------
    parentheses
        Whether a negative number stands in parentheses.
    space
        Room before it, in em, unless it begins a line.
    """

    text: str
    color: str
    address: str = ""
    weight: str = "regular"
    parentheses: bool = False
    space: float = SPACE

    @property
    def width(self) -> float:
        """Width in em."""
        text = parenthesised(self.text) if self.parentheses else self.text
        return width_of(typeset(text) if self.address else text, self.weight)

    def draw(self, size: float) -> Label:
        """Return the number or sign, `size` scene units an em."""
        if not self.address:
            return Label(self.text, size, self.color, self.weight)
        return Number(self.text, self.address, size, self.color, self.weight, parentheses=self.parentheses)


Term: TypeAlias = tuple[Piece, ...]
"""Pieces that stay together on a line, such as `+ 2·(−1)`."""


class Lines(VGroup):
    """Terms on as few lines as possible, about equally long, below each other in the middle of a box.

    Parameters
    ----------
    top
        Where the first line begins.

    Attributes
    ----------
    terms : list of list of Label
        What was drawn, term by term.
    """

    def __init__(self, terms: Sequence[Term], size: float, box: Box, top: float) -> None:
        super().__init__()
        self.size = size
        self.terms = [[piece.draw(size) for piece in term] for term in terms]
        rows = broken([length(term) for term in terms], box.width / size)
        for index, row in enumerate(rows):
            pieces = [(piece, label) for t in row for piece, label in zip(terms[t], self.terms[t], strict=True)]
            put_in_line(pieces, size, np.array([box.center[0], top - PITCH * size * (index + 0.5), 0]))
        self.add(*(label for term in self.terms for label in term))


def put_in_line(pieces: Sequence[tuple[Piece, Label]], size: float, center: np.ndarray) -> None:
    """Put labels beside each other."""
    lead = pieces[0][0].space
    width = sum(piece.space + piece.width for piece, _ in pieces) - lead
    x = -width / 2 - lead
    for piece, label in pieces:
        label.move_to(center + np.array([size * (x + piece.space + piece.width / 2), 0, 0]))
        x += piece.space + piece.width


def length(term: Term) -> float:
    """Return the length of a term in em, with the room before it."""
    return sum(piece.space + piece.width for piece in term)


def broken(lengths: Sequence[float], most: float) -> list[list[int]]:
    """Break terms, given by their lengths, into as few lines as possible, and these so that the longest is short.

    >>> broken([1, 1, 1, 1], 3)
    [[0, 1], [2, 3]]
    """
    if not lengths:
        return []
    count = len(greedily(lengths, most))
    low, high = max(lengths), max(most, *lengths)
    for _ in range(12):
        middle = (low + high) / 2
        low, high = (low, middle) if len(greedily(lengths, middle)) <= count else (middle, high)
    return greedily(lengths, high)


def greedily(lengths: Sequence[float], most: float) -> list[list[int]]:
    """Fill each line before the next one is begun."""
    rows: list[list[int]] = [[]]
    used = 0.0
    for index, one in enumerate(lengths):
        if rows[-1] and used + one > most:
            rows.append([])
            used = 0.0
        rows[-1].append(index)
        used += one
    return rows


@dataclass(frozen=True)
class Paragraphs:
    """Where runs of terms, each on lines of its own, stand in a box, whichever picture of them is shown.

    Attributes
    ----------
    size
        Size of the text; 0 if they do not fit.
    tops
        Where each run begins.
    """

    box: Box
    size: float
    tops: tuple[float, ...]

    @classmethod
    def fitting(cls, pictures: Sequence[Sequence[Sequence[Term]]], box: Box) -> Paragraphs:
        """Find the largest text with which each picture fits, and leave as much room above as below."""
        measured = [[[length(term) for term in run] for run in picture] for picture in pictures]
        longest = max(one for picture in measured for run in picture for one in run)
        for size in np.linspace(max(LARGEST, smallest_text()), smallest_text(), 9):
            room = box.width / size
            rows = [max(len(broken(run, room)) for run in runs) for runs in zip(*measured, strict=True)]
            spare = box.height - PITCH * size * sum(rows)
            if longest <= room and spare >= 0:
                tops = box.top - spare / 2 - PITCH * size * np.cumsum([0, *rows[:-1]])
                return cls(box, float(size), tuple(tops.tolist()))
        return cls(box, 0.0, ())

    def lines(self, run: int, terms: Sequence[Term]) -> Lines:
        """Return a run's lines, drawn."""
        return Lines(terms, self.size, self.box, self.tops[run])


def brief(value: float) -> str:
    """Write a number exactly if up to four decimals do, otherwise with two; long ones with fewer.

    >>> brief(0.0625), brief(1 / 3), brief(123456.78)
    ('0.0625', '0.33', '123456.8')
    """
    exact = decimals_for([value], most=5)
    whole = len(str(int(abs(value))))
    return as_text(value, max(0, min(exact if exact < 5 else 2, MOST_DIGITS - whole)))
