"""A short list of numbers, each behind its index."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from manim import RIGHT, VGroup

from cnn_core.arrays import Array
from cnn_core.numerals import as_text
from scenes.layout import Box, smallest_text
from scenes.mobjects.text import Label, Number
from scenes.theme import Theme

__all__ = ["NumberList"]

_LARGEST = 0.36
WIDTH = 5.2
"""Room for index and number, in em."""


class NumberList(VGroup):
    """Numbers below each other, in two columns where one is too high.

    Attributes
    ----------
    numbers : list of Number
    """

    def __init__(self, values: Array, address: Callable[[int], str], theme: Theme, box: Box) -> None:
        columns = 1 if box.height / len(values) >= 1.1 * smallest_text() else 2
        lines = -(-len(values) // columns)
        pitch = min(box.height / lines, 1.5 * _LARGEST)
        size = max(smallest_text(), min(_LARGEST, pitch / 1.15, box.width / columns / WIDTH))
        self.numbers: list[Number] = []
        self.names: list[Label] = []
        left = box.center[0] - columns * WIDTH * size / 2
        for index, value in enumerate(values):
            column, line = divmod(index, lines)
            start = left + column * WIDTH * size
            y = box.center[1] + ((lines - 1) / 2 - line) * pitch
            name = Label(str(index), size, theme.muted).move_to(np.array([start + 0.6 * size, y, 0]))
            number = Number(as_text(float(value), 2), address(index), size, theme.output)
            number.move_to(np.array([start + (WIDTH - 0.6) * size, y, 0]), aligned_edge=RIGHT)
            self.names.append(name)
            self.numbers.append(number)
        super().__init__(*self.names, *self.numbers)
