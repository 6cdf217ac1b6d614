"""What of a convolution has to find room, and the rooms that are found."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from cnn_core.frozen import Frozen
from scenes.layout import Box

__all__ = ["Counts", "Spot"]


@dataclass(frozen=True)
class Spot(Frozen):
    """A grid's middle, and the side of its cells."""

    box: Box
    cell: float

    @classmethod
    def of(cls, room: Box, rows: int, columns: int, most: float = np.inf, x: float = 0, y: float = 0) -> Spot:
        """Return the largest spot in a room; x and y say where in it, from -1, left and bottom, to 1."""
        cell = max(0.01, min(most, room.width / columns, room.height / rows))
        free_x, free_y = room.width - columns * cell, room.height - rows * cell
        left, bottom = room.left + (1 + x) / 2 * free_x, room.bottom + (1 + y) / 2 * free_y
        return cls(Box(left, left + columns * cell, bottom, bottom + rows * cell), cell)


@dataclass(frozen=True)
class Counts:
    """What has to find room.

    Attributes
    ----------
    image, kernel, output
        Rows and columns; the image with its padding.
    channels, outputs
        How many there are.
    sums
        Width of the widest sum of a row, in em.
    bias
        Whether there is one.
    seen
        How many channels one output sees: all of them, or those of its group.
    legible
        Smallest cells in which `image`, `kernel`, `stamp`, `products` and `output` can be read, rounded to two
        decimals, and the output to one.
    """

    image: tuple[int, int]
    kernel: tuple[int, int]
    output: tuple[int, int]
    channels: int
    outputs: int
    sums: float
    bias: bool
    seen: int = 1
    legible: dict[str, float] = field(default_factory=dict)

    def are_read(self, **cells: float) -> bool:
        """Tell whether numbers can be read in cells of such sizes."""
        return all(cell >= self.legible.get(name, 0.0) for name, cell in cells.items())
