"""The board of a batch normalisation: a channel's grids, and what is known about its values."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from manim import DOWN, LEFT, RIGHT, UP, VGroup

from cnn_core.arrays import Array
from scenes.layout import Box
from scenes.mobjects.batch_norm_lines import BatchNormLines, equals
from scenes.mobjects.number_grid import NumberGrid
from scenes.mobjects.panel import NAME_HEIGHT, Panel
from scenes.mobjects.worked import Known

__all__ = ["BatchNormBoard"]

X_HAT = "x\u0302"

MIDDLE, GAP = 4.0, 0.8
"""Room between the grids in scene units: where the frame is wide the statistics stand there, otherwise below."""

LARGEST_CELL = 0.85


class BatchNormBoard:
    """Input and result of one channel side by side, with what is known between or below them.

    Parameters
    ----------
    lines
        Writes the numbers of the channel.
    result
        Name of the values on the right: `x_hat` or `output`.
    names : (input, output)
        Names below the grids; normalised values that are not the output yet are called x̂.

    Attributes
    ----------
    known
        Mean, variance and standard deviation, by name.
    beside
        What stands between or below the grids: the statistics, or gamma and beta.
    """

    def __init__(self, lines: BatchNormLines, result: str, names: tuple[str, str], room: Box, *, wide: bool) -> None:
        self.lines, self.room, self.wide, self.result, self.output_name = lines, room, wide, result, names[1]
        _, _, self.rows, self.columns = lines.array("x").shape
        self.cell = self._cell_size()
        self.x_panel, self.out_panel = (
            self.panel("x", names[0]),
            self.panel(result, names[1] if result == "output" else X_HAT),
        )
        self.known = {name: self._known(name) for name in ("mean", "variance", "std")}
        self._place_grids()
        self.place_beside(list(self.known.values()))

    @property
    def x(self) -> NumberGrid:
        """The grid of the input."""
        return self.x_panel.grid

    @property
    def out(self) -> NumberGrid:
        """The grid of the result."""
        return self.out_panel.grid

    @property
    def everything(self) -> VGroup:
        """All that stands on the board."""
        return VGroup(self.x_panel, self.out_panel, self.beside)

    def filled(self) -> BatchNormBoard:
        """Write all results at once."""
        for cell in np.ndindex(self.rows, self.columns):
            self.out.write(*cell)
        return self

    def _cell_size(self) -> float:
        below = NAME_HEIGHT if self.wide else NAME_HEIGHT + 0.35 + self.lines.size
        across = (self.room.width - (MIDDLE if self.wide else GAP)) / (2 * self.columns)
        return float(min(LARGEST_CELL, across, (self.room.height - below) / self.rows))

    def panel(self, values: str, name: str) -> Panel:
        """Build a grid of this channel and its name; only the input is filled from the beginning."""
        lines = self.lines
        grid = NumberGrid(
            lines.array(values)[0, lines.channel],
            lambda row, column: lines.address(values, (row, column)),
            lines.theme.input if values == "x" else lines.theme.output,
            lines.theme,
            self.cell,
            filled=values == "x",
            decimals=lines.decimals(values),
        )
        panel = Panel(grid, f"{name} {self.rows}×{self.columns}")
        room = self.columns * self.cell + (MIDDLE if self.wide else GAP) - 0.2
        panel.caption.scale(min(1.0, room / panel.caption.width))
        return panel

    def _known(self, name: str) -> Known:
        symbol = {"mean": "μ", "variance": "σ²", "std": "σ"}[name]
        sign = equals(self.lines.is_exact(name))
        return Known(f"{symbol} {sign}", self.lines.number(name), self.lines.theme.muted)

    def parameter(self, name: str) -> Known:
        """Return gamma or beta, to be placed beside the grids."""
        color = self.lines.theme.kernel
        sign = equals(self.lines.is_written_out(name))
        return Known(f"{'γ' if name == 'weight' else 'β'} {sign}", self.lines.number(name, color=color), color)

    def _place_grids(self) -> None:
        """Put the grids beside each other, whatever the widths of their names."""
        half = (self.columns * self.cell + (MIDDLE if self.wide else GAP)) / 2
        below = NAME_HEIGHT if self.wide else NAME_HEIGHT + 0.35 + self.lines.size
        middle = self.room.center + below / 2 * UP
        for panel, side in ((self.x_panel, LEFT), (self.out_panel, RIGHT)):
            panel.shift(middle + half * side - panel.grid.get_center())

    def place_beside(self, known: Sequence[Known]) -> None:
        """Put something between the grids, or below them."""
        self.beside = VGroup(*known)
        if self.wide:
            self.beside.arrange(DOWN, buff=0.35, aligned_edge=LEFT)
            self.beside.set_x(self.room.center[0]).set_y(self.x.get_y())
        else:
            self.beside.arrange(RIGHT, buff=0.5).next_to(self.x_panel, DOWN, buff=0.35).set_x(self.room.center[0])
            self.beside.scale(min(1.0, self.room.width / self.beside.width))

    def centres(self, grid: NumberGrid) -> Array:
        """Return the middles of all cells of a grid, (H * W, 2)."""
        return np.array([grid.cell_center(*cell)[:2] for cell in np.ndindex(self.rows, self.columns)])
