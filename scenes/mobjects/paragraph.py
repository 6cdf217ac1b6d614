"""Words on several lines."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from manim import DOWN, LEFT, ManimColor, VGroup

from scenes.mobjects.text import Label, width_of

__all__ = ["Paragraph"]

LINE_HEIGHT = 1.2
"""From one line to the next, in em."""


class Paragraph(VGroup):
    """Text on as few lines as a width asks for, broken so that they are about equally long.

    Parameters
    ----------
    size
        Height of a line (one em) in scene units.
    width
        What no line may be wider than; a word that alone is wider is broken between two letters.
    aligned_edge
        `LEFT`, or `ORIGIN` for centred lines.
    """

    def __init__(
        self,
        text: str,
        size: float,
        color: str | ManimColor,
        width: float,
        weight: str = "regular",
        *,
        aligned_edge: np.ndarray = LEFT,
    ) -> None:
        words = [part for word in text.split() for part in broken(word, width / size, weight)]
        labels = [Label(line, size, color, weight) for line in balanced(words, width / size, weight)]
        super().__init__(*labels)
        self.arrange(DOWN, buff=(LINE_HEIGHT - 1) * size, aligned_edge=aligned_edge)


def broken(word: str, most: float, weight: str) -> Iterator[str]:
    """Break a word into parts that are not wider than `most`."""
    part = ""
    for letter in word:
        if part and width_of(part + letter, weight) > most:
            yield part
            part = ""
        part += letter
    yield part


def balanced(words: list[str], most: float, weight: str) -> list[str]:
    """Return the words on as few lines as possible, the longest of them as short as possible."""
    lines = wrapped(words, most, weight)
    limit = most
    while limit > 0.5:
        limit *= 0.95
        narrower = wrapped(words, limit, weight)
        if len(narrower) > len(lines):
            break
        lines = narrower
    return lines


def wrapped(words: list[str], most: float, weight: str) -> list[str]:
    """Fill lines with words as long as they fit; a word that is wider than `most` has a line of its own."""
    lines: list[str] = []
    for word in words:
        if lines and width_of(f"{lines[-1]} {word}", weight) <= most:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines
