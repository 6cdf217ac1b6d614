"""The grids of a linear layer: the input above the weights, column by column, then bias and output."""

from __future__ import annotations

import numpy as np
from manim import RIGHT, VGroup

from cnn_core.arrays import Array
from cnn_core.linear import LinearTrace
from scenes.layout import Box, smallest_text
from scenes.mobjects.grid import NumberGrid
from scenes.mobjects.text import Label
from scenes.theme import Theme

__all__ = ["LinearBoard"]

_LARGEST_CELL = 1.2
APART = 0.5
"""Between the input and the weights, in cells."""


class LinearBoard(VGroup):
    """Input, weights, bias and output of one image.

    Parameters
    ----------
    names
        Of input, weight, bias and output.
    """

    def __init__(self, trace: LinearTrace, names: tuple[str, str, str, str], theme: Theme, room: Box) -> None:
        super().__init__()
        self.theme, self.trace = theme, trace
        outputs, inputs = trace.weight.shape
        self.text = max(0.36, smallest_text())
        self.gap = max(0.5, 1.3 * self.text)
        self.with_bias = trace.bias is not None
        columns = inputs + 1 + self.with_bias
        across = (room.width - self.gap * (1 + self.with_bias)) / columns
        name_height = 1.5 * self.text
        down = (room.height - name_height) / (outputs + 1 + APART)
        self.cell = min(_LARGEST_CELL, across, down)
        self.x = self._grid(trace.x, "x[0,{1}]", theme.input)
        self.weight = self._grid(trace.weight, "weight[{0},{1}]", theme.kernel)
        self.output = self._grid(trace.output.T, "output[0,{0}]", theme.output, filled=False)
        row = [self.weight, self.output]
        if trace.bias is not None:
            self.bias = self._grid(trace.bias[:, None], "bias[{0}]", theme.kernel)
            row.insert(1, self.bias)
        VGroup(*row).arrange(RIGHT, buff=self.gap)
        self.x.next_to(self.weight, np.array([0.0, 1.0, 0.0]), buff=APART * self.cell)
        labels = [
            self._below(grid, name)
            for grid, name in zip(row, names[1:] if self.with_bias else names[1::2], strict=True)
        ]
        beside = Label(names[0], self.text, theme.input).next_to(self.x, RIGHT, buff=0.25)
        self.add(self.x, *row, beside, *labels)
        self.move_to(room.center)

    def to_left(self, room: Box) -> LinearBoard:
        """Stand at the left of a room."""
        return self.shift((room.left - self.get_left()[0]) * RIGHT)

    def _grid(self, values: Array, pattern: str, role: str, *, filled: bool = True) -> NumberGrid:
        return NumberGrid(values, pattern.format, role, self.theme, self.cell, filled=filled)

    def _below(self, grid: NumberGrid, name: str) -> Label:
        label = Label(name, self.text, grid.role)
        return label.move_to(grid.get_bottom() + np.array([0, -0.8 * self.text, 0]))
