"""All channels of an input or an output together."""

from __future__ import annotations

from collections.abc import Sequence

from manim import DOWN, RIGHT, VGroup

from scenes.layout import Box, smallest_text
from scenes.mobjects.batch_norm_board import grid_of
from scenes.mobjects.batch_norm_lines import BatchNormLines
from scenes.mobjects.panel import NAME_HEIGHT, Panel

__all__ = ["ChannelRow"]

GAP, LARGEST_CELL = 0.6, 0.85


class ChannelRow(VGroup):
    """The grids of all channels, beside each other or, in a tall frame, below each other.

    Parameters
    ----------
    lines
        Writes the numbers of a channel, one for each.
    values
        What the grids hold: `x` or `output`.
    name
        What a channel is called, with its number; left out where it would be too long.
    """

    def __init__(self, lines: Sequence[BatchNormLines], values: str, name: str, room: Box, *, tall: bool) -> None:
        _, channels, rows, columns = lines[0].array("x").shape
        across, down = (1, channels) if tall else (channels, 1)
        width = (room.width - GAP * (across - 1)) / across
        cell = min(LARGEST_CELL, width / columns, (room.height - down * (NAME_HEIGHT + 0.1)) / down / rows)
        super().__init__()
        for channel, one in enumerate(lines):
            grid = grid_of(one, values, cell, filled=True)
            panel = Panel(grid, f"{name} {channel} {rows}×{columns}")
            if panel.caption.width * smallest_text() > panel.caption.size * width:
                panel = Panel(grid, str(channel))
            panel.caption.scale(min(1.0, width / panel.caption.width))
            self.add(panel)
        self.arrange(DOWN if tall else RIGHT, buff=0.1 if tall else GAP).move_to(room.center)
