"""The board of a batch normalisation: a channel's grids, what is known about its values, and all channels together."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from manim import DOWN, LEFT, RIGHT, UP, VGroup

from cnn_core.arrays import Array
from scenes.batch_norm.channel import Channel
from scenes.layout import Box, smallest_text
from scenes.mobjects.expression import Known
from scenes.mobjects.flow import in_a_row
from scenes.mobjects.grid import NumberGrid
from scenes.mobjects.panels import NAME_HEIGHT, Panel
from scenes.mobjects.text import Label, Paragraph

__all__ = ["AllChannels", "BatchNormBoard"]

X_HAT = "x\u0302"

MIDDLE, GAP = 4.0, 0.8
"""Room between the grids in scene units: where the frame is wide the statistics stand there, otherwise below."""

APART, LARGEST_CELL = 0.3, 1.2


class BatchNormBoard:
    """Input and result of one channel side by side, with what is known between or below them.

    Parameters
    ----------
    channel
        Knows the numbers.
    result
        Name of the values that come to the right: `x_hat` or `output`.
    names : (input, output)
        Names below the grids; normalised values that are not the output yet are called x̂.

    Attributes
    ----------
    cells
        Row and column of each cell, in reading order.
    out_panel, final_panel
        What is on the right, and what will be there in the end.
    known
        Mean, variance and standard deviation, by name.
    beside
        What stands between or below the grids: the statistics, or gamma and beta.
    """

    def __init__(self, channel: Channel, result: str, names: tuple[str, str], room: Box, *, wide: bool) -> None:
        self.channel, self.result, self.room, self.wide = channel, result, room, wide
        self.rows, self.columns, self.cells = channel.rows, channel.columns, channel.cells
        self.cell = self._cell_size()
        self.x_panel, self.final_panel = self._panel("x", names[0], LEFT), self._panel("output", names[1], RIGHT)
        self._place_names(self.x_panel.caption, self.final_panel.caption)
        self.out_panel = self.final_panel if result == "output" else self._panel(result, X_HAT, RIGHT)
        self.out_panel.caption.set_y(self.final_panel.caption.get_y())
        self.known = {name: channel.known(name) for name in ("mean", "variance", "std")}
        self.place_beside(list(self.known.values()))

    @property
    def x(self) -> NumberGrid:
        return self.x_panel.grid

    @property
    def out(self) -> NumberGrid:
        return self.out_panel.grid

    @property
    def everything(self) -> VGroup:
        return VGroup(self.x_panel, self.out_panel, self.beside)

    @property
    def _gap(self) -> float:
        return MIDDLE if self.wide else GAP

    @property
    def _below(self) -> float:
        return NAME_HEIGHT if self.wide else NAME_HEIGHT + 0.35 + self.channel.size

    def _cell_size(self) -> float:
        """Choose the largest cell that fits, larger ones for longer numbers."""
        longest = max(len(self.channel.value(name, cell).text) for name in ("x", "output") for cell in self.cells)
        largest = LARGEST_CELL * np.clip(longest / 4, 1, 1.5)
        across = (self.room.width - self._gap) / (2 * self.columns)
        return float(min(largest, across, (self.room.height - self._below) / self.rows))

    def _panel(self, values: str, name: str, side: Array) -> Panel:
        """Build a grid and its name in their place; only the input is filled from the beginning."""
        grid = self.channel.grid(values, self.cell, filled=values == "x")
        panel = Panel(grid, f"{name} {self.channel.size_in_words}")
        half = (self.columns * self.cell + self._gap) / 2
        panel.shift(self.room.center + self._below / 2 * UP + half * side - grid.get_center())
        return panel

    def _place_names(self, left: Label | Paragraph, right: Label | Paragraph) -> None:
        """Keep long names in the room and apart from each other: smaller, nearer to the sides, or one lower."""
        room, least = self.room, smallest_text() / left.size
        fitting = max(least, (room.width - APART) / (left.width + right.width))
        for name in (left, right):
            name.scale(min(1.0, fitting, room.width / name.width))
        left.shift(max(0, room.left - left.get_left()[0]) * RIGHT)
        right.shift(max(0, right.get_right()[0] - room.right) * LEFT)
        left.shift(float(np.clip(self._overlap(left, right), 0, left.get_left()[0] - room.left)) * LEFT)
        right.shift(float(np.clip(self._overlap(left, right), 0, room.right - right.get_right()[0])) * RIGHT)
        if self._overlap(left, right) > 1e-6:
            right.shift(1.1 * right.height * DOWN)

    def _overlap(self, left: VGroup, right: VGroup) -> float:
        """Return how much room is missing between two names."""
        return float(left.get_right()[0] + APART - right.get_left()[0])

    def place_beside(self, known: Sequence[Known]) -> None:
        """Put something between the grids, or below them."""
        if self.wide:
            self.beside = VGroup(*known).arrange(DOWN, buff=0.35, aligned_edge=LEFT)
            self.beside.set_x(self.room.center[0]).set_y(self.x.get_y())
        else:
            self.beside = in_a_row(known, self.channel.size, 1.0, self.room.width)
            self.beside.next_to(VGroup(self.x_panel, self.final_panel), DOWN, buff=0.35).set_x(self.room.center[0])

    def centres(self, grid: NumberGrid) -> Array:
        """Return the middles of all cells of a grid, (H * W, 2)."""
        return np.array([grid.cell_center(*cell)[:2] for cell in self.cells])


ROW_GAP = 0.6


class AllChannels(VGroup):
    """The grids of all channels, beside each other or, in a tall frame, below each other.

    Parameters
    ----------
    channels
        Know the numbers.
    values
        What the grids hold: `x` or `output`.
    name
        What a channel is called, with its number; left out where it would be too long.
    """

    def __init__(self, channels: Sequence[Channel], values: str, name: str, room: Box, *, tall: bool) -> None:
        rows, columns = channels[0].rows, channels[0].columns
        across, down = (1, len(channels)) if tall else (len(channels), 1)
        width = (room.width - ROW_GAP * (across - 1)) / across
        cell = min(LARGEST_CELL, width / columns, (room.height - down * (NAME_HEIGHT + 0.1)) / down / rows)
        super().__init__()
        for channel in channels:
            grid = channel.grid(values, cell, filled=True)
            panel = Panel(grid, f"{name} {channel.index} {channel.size_in_words}")
            if panel.caption.width * smallest_text() > panel.caption.size * width:
                panel = Panel(grid, str(channel.index))
            panel.caption.scale(min(1.0, width / panel.caption.width))
            self.add(panel)
        self.arrange(DOWN if tall else RIGHT, buff=0.1 if tall else ROW_GAP).move_to(room.center)
