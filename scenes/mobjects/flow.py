"""The one layout: how things in a row are broken into lines, and how large they can be."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar

from manim import DOWN, RIGHT, VGroup, VMobject

from scenes.layout import Box, smallest_text

__all__ = ["ALMOST", "broken", "fitted", "in_a_row", "sizes"]

_Picture = TypeVar("_Picture", bound=VMobject)

SMALLER = 0.92
"""From one size of text to the next that is tried."""
ALMOST = 1e-6
SMALL = 0.36
"""Size below which a row is rather broken."""


def sizes(most: float) -> Iterator[float]:
    """Yield sizes of text from the largest that is wanted to the smallest that can be read."""
    size, least = most, smallest_text()
    while size > least:
        yield size
        size *= SMALLER
    yield least


def fitted(make: Callable[[float], _Picture | None], box: Box, most: float) -> _Picture | None:
    """Return what `make` makes of the largest size of text, `most` or smaller, that fits the box; None if none does.

    Where `make` knows beforehand that a size does not fit, it returns None.
    """
    for size in sizes(most):
        made = make(size)
        if made is not None and made.width <= box.width + ALMOST and made.height <= box.height + ALMOST:
            return made
    return None


def broken(widths: Sequence[float], most: float, gap: float = 0.0) -> list[list[int]]:
    """Break things in a row, given by their widths, into as few lines as possible, and these about equally long.

    What alone is wider than `most` has a line of its own.

    >>> broken([1, 1, 1, 1], 3), broken([2, 2], 4.5, gap=1)
    ([[0, 1], [2, 3]], [[0], [1]])
    """
    if not widths:
        return []
    lines = filled(widths, most, gap)
    low, high = max(widths), max(most, *widths)
    for _ in range(12 if len(lines) > 1 else 0):
        middle = (low + high) / 2
        found = filled(widths, middle, gap)
        low, high, lines = (low, middle, found) if len(found) <= len(lines) else (middle, high, lines)
    return lines


def in_a_row(parts: Sequence[VMobject], size: float, gap: float, width: float) -> VGroup:
    """Put parts of a size of text beside each other: smaller if they are too wide, on several lines if that is no help.

    Parameters
    ----------
    gap
        Between two parts, in em.
    """
    row = VGroup(*parts).arrange(RIGHT, buff=gap * size)
    if row.width * max(smallest_text(), SMALL) > size * width:
        lines = broken([part.width for part in parts], width, gap * size)
        row = VGroup(*(VGroup(*(parts[k] for k in line)).arrange(RIGHT, buff=gap * size) for line in lines))
        row.arrange(DOWN, buff=0.2 * size)
    return row.scale(min(1.0, width / row.width))


def filled(widths: Sequence[float], most: float, gap: float) -> list[list[int]]:
    """Fill each line before the next one is begun."""
    lines: list[list[int]] = [[]]
    used = 0.0
    for index, width in enumerate(widths):
        if lines[-1] and used + gap + width > most + ALMOST:
            lines.append([])
        used = used + gap + width if lines[-1] else width
        lines[-1].append(index)
    return lines
