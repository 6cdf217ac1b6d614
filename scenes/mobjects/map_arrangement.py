"""How all maps of a layer stand in one picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

import numpy as np

from cnn_core.arrays import Array

__all__ = ["Arrangement"]

SMALLEST_MAP = 7
"""Pixels of a map in its picture; values of smaller maps are drawn as blocks of pixels, to have room between maps."""

FULL = 0.88
"""Share of the best size that an arrangement without empty places is worth."""


@dataclass(frozen=True)
class Arrangement:
    """How the maps of a layer stand in their picture.

    Attributes
    ----------
    rows, columns
        Of maps.
    zoom
        Pixels of the picture that a value takes, across and down.
    gap
        Pixels between two maps.
    """

    count: int
    height: int
    width: int
    rows: int
    columns: int
    zoom: int
    gap: int

    @classmethod
    def of(cls, shape: Sequence[int], box_ratio: float) -> Arrangement:
        """Arrange maps of (C, H, W) so that they are large in a box of this ratio of width to height."""
        count, height, width = shape
        zoom = max(1, ceil(SMALLEST_MAP / min(height, width)))
        gap = max(1, round(width * zoom / 9))
        choices = [cls(count, height, width, ceil(count / n), n, zoom, gap) for n in range(1, count + 1)]
        return max(choices, key=lambda one: one.worth(box_ratio))

    def worth(self, box_ratio: float) -> float:
        """Tell how large a map would be; more if no place stays empty."""
        size = min(box_ratio / self.pixels_across, 1 / self.pixels_down)
        return size if self.rows * self.columns == self.count else FULL * size

    @property
    def pixels_across(self) -> int:
        """Width of the picture."""
        return self.columns * (self.width * self.zoom + self.gap) - self.gap

    @property
    def pixels_down(self) -> int:
        """Height of the picture."""
        return self.rows * (self.height * self.zoom + self.gap) - self.gap

    def corner(self, channel: int) -> tuple[int, int]:
        """Return row and column of a map's first pixel."""
        row, column = divmod(channel, self.columns)
        return row * (self.height * self.zoom + self.gap), column * (self.width * self.zoom + self.gap)

    def picture(self, maps: Array) -> Array:
        """Return maps (C, H, W) as one array, NaN between them."""
        whole = np.full((self.pixels_down, self.pixels_across), np.nan)
        block = np.ones((self.zoom, self.zoom))
        for channel, one in enumerate(maps):
            top, left = self.corner(channel)
            whole[top : top + self.height * self.zoom, left : left + self.width * self.zoom] = np.kron(one, block)
        return whole

    def when(self) -> Array:
        """Return when each row of the picture is reached if all maps are written from top to bottom, 0 to 1."""
        high = self.height * self.zoom
        row = np.arange(self.pixels_down) % (high + self.gap)
        return np.minimum((row + 1) / high, 1.0)
