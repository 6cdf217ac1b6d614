"""Where an activation plays: the grid before, the curve, the grid after."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from manim import UP, VGroup

from cnn_core.activations import ActivationTrace
from cnn_core.arrays import Array
from scenes.layout import Box, smallest_text
from scenes.mobjects.grid import NumberGrid
from scenes.mobjects.panels import Maps, cell_for, named
from scenes.mobjects.plot import Curve, Ends
from scenes.theme import Theme

__all__ = ["ActivationBoard", "curve_in"]


class ActivationBoard(VGroup):
    """Grids and curve, as large as they fit.

    Parameters
    ----------
    names
        As input, output and function are called.
    least
        How far from 0 the curve reaches on both sides at least.
    """

    def __init__(
        self,
        trace: ActivationTrace,
        names: tuple[str, str, str],
        least: float,
        theme: Theme,
        room: Box,
    ) -> None:
        self.theme = theme
        before, plot, after = rooms(room)
        shape = trace.x.shape[1:]
        captions = named(names[0], trace.x), named(names[1], trace.output)
        cell, upright = min(cell_for(before, shape, caption, 1.4) for caption in captions)
        self.inputs = self._grids("x", trace.x, theme.input, cell, trace.decimals("x"))
        self.outputs = self._grids("output", trace.output, theme.output, cell, trace.decimals("output"))
        self.before = Maps(self.inputs, captions[0], before.width, upright=upright)
        self.after = Maps(self.outputs, captions[1], after.width, upright=upright)
        self.curve = curve_in(plot, trace, names[2], least, theme)
        super().__init__(self.before.move_to(before.center), self.curve, self.after.move_to(after.center))
        if before.top == after.top:  # names of different heights must not put one grid above the other
            self.after.shift((self.before.grids.get_y() - self.after.grids.get_y()) * UP)

    def _grids(self, name: str, array: Array, role: str, cell: float, decimals: int) -> list[NumberGrid]:
        """Build a grid for each channel; those of the output are filled later."""
        return [
            NumberGrid(
                values,
                f"{name}[0,{channel},{{}},{{}}]".format,
                role,
                self.theme,
                cell,
                filled=name == "x",
                decimals=decimals,
            )
            for channel, values in enumerate(array[0])
        ]


def curve_in(box: Box, trace: ActivationTrace, name: str, least: float, theme: Theme) -> Curve:
    """Return the curve of a function in a box, over all values that it is applied to."""
    return Curve(trace.function, _reach(trace.x, least), name, box, max(0.36, smallest_text()), theme)


def rooms(room: Box) -> tuple[Box, Box, Box]:
    """Divide a room among the grid before, the curve and the grid after.

    A wide room has the curve between the grids, a high one below them, and a nearly square one beside them.
    """
    if room.width > 2 * room.height:
        return room.part(0, 0.29), room.part(0.315, 0.69), room.part(0.71, 1)
    if room.width > room.height:
        lower, upper = halves(room, 0.5)
        return upper.part(0, 0.34), room.part(0.38, 1), lower.part(0, 0.34)
    lower, upper = halves(room, 0.56)
    return upper.part(0, 0.46), lower, upper.part(0.54, 1)


def halves(room: Box, share: float) -> tuple[Box, Box]:
    """Divide a room into a lower part, of this share, and an upper one."""
    middle = room.bottom + share * room.height
    return replace(room, top=middle - 0.1), replace(room, bottom=middle + 0.1)


def _reach(x: Array, least: float) -> Ends:
    """Return from where to where a curve is drawn: over all values, and over enough of both sides of 0.

    A curve that must reach to a least distance does so on both sides alike.
    """
    largest = max(float(np.abs(x).max()), 0.05)
    side = max(largest, least) if least else 0.25 * largest
    return min(float(x.min()), -side), max(float(x.max()), side)
