"""A short list of numbers, each behind its name."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from manim import RIGHT, VGroup

from cnn_core.arrays import Array
from cnn_core.numerals import as_text
from scenes.layout import Box, smallest_text
from scenes.mobjects.text import Label, Number, width_of
from scenes.theme import Theme

__all__ = ["NumberList"]

_LARGEST = 0.36
_NUMBER = 4.7
"""Room for a number, in em."""


class NumberList(VGroup):
    """Numbers below each other, in two columns where one is too high; behind short names if names find no room.

    Parameters
    ----------
    short
        Indices if not given.

    Attributes
    ----------
    numbers : list of Number
    names : list of Label
    """

    def __init__(
        self,
        values: Array,
        names: Sequence[str],
        address: Callable[[int], str],
        theme: Theme,
        box: Box,
        short: Sequence[str] | None = None,
    ) -> None:
        columns = 1 if box.height / len(values) >= 1.1 * smallest_text() else 2
        lines = -(-len(values) // columns)
        pitch = min(box.height / lines, 1.5 * _LARGEST)
        if columns * (_NUMBER + max(map(width_of, names))) * smallest_text() > box.width:
            names = short or list(map(str, range(len(values))))
        widest = max(map(width_of, names))
        width = _NUMBER + widest
        size = max(smallest_text(), min(_LARGEST, pitch / 1.15, box.width / columns / width))
        self.numbers: list[Number] = []
        self.names: list[Label] = []
        left = box.center[0] - columns * width * size / 2
        for index, value in enumerate(values):
            column, line = divmod(index, lines)
            start = left + column * width * size
            y = box.center[1] + ((lines - 1) / 2 - line) * pitch
            name = Label(names[index], size, theme.muted)
            self.names.append(name.move_to(np.array([start + (0.3 + widest) * size, y, 0]), aligned_edge=RIGHT))
            number = Number(as_text(float(value), 2), address(index), size, theme.output)
            self.numbers.append(number.move_to(np.array([start + (width - 0.6) * size, y, 0]), aligned_edge=RIGHT))
        super().__init__(*self.names, *self.numbers)
