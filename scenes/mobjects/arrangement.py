"""Where grids, names and signs go: rows and columns of them, with cells as large as the room allows.

A picture is planned before it is drawn. Everything has an anchor; a row puts its parts' anchors on one line, a column
puts them below each other.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias

import numpy as np

from scenes.layout import Box

__all__ = ["Column", "GridPlan", "Part", "Plan", "Row", "TextPlan", "largest_cell", "placed"]

Plan: TypeAlias = dict[str, np.ndarray]
"""Where the middle of each grid, name or sign is, by its key."""

WORTH_IT = 1.08
"""How much larger the cells of a later arrangement must be for it to be preferred."""


@dataclass(frozen=True)
class Extent:
    """How far something reaches from its anchor, in scene units."""

    left: float
    right: float
    up: float
    down: float


class Part(Protocol):
    """Something that takes up room, depending on the side of a cell."""

    def extent(self, cell: float) -> Extent:
        """Return how much room it takes."""

    def places(self, cell: float, x: float, y: float) -> Iterator[tuple[str, np.ndarray]]:
        """Name the places of everything in it, with its anchor at (x, y)."""


@dataclass(frozen=True)
class GridPlan:
    """A grid, anchored in its middle.

    Attributes
    ----------
    slot
        Columns whose width it takes if that is more than it has.
    least
        Smallest side of its own cells, however small those of other grids are.
    share
        Side of its own cells otherwise, in those of other grids.
    """

    key: str
    rows: int
    columns: int
    slot: int = 0
    least: float = 0.0
    share: float = 1.0

    def extent(self, cell: float) -> Extent:
        """Return the room of the cells, and a little for a window's outline."""
        own = max(self.share * cell, self.least)
        half_width, half_height = max(self.columns * own, self.slot * cell) / 2 + 0.04, self.rows * own / 2 + 0.04
        return Extent(half_width, half_width, half_height, half_height)

    def places(self, cell: float, x: float, y: float) -> Iterator[tuple[str, np.ndarray]]:
        yield self.key, np.array([x, y, 0.0])


@dataclass(frozen=True)
class TextPlan:
    """A name or a sign, whose size does not depend on the cells."""

    key: str
    width: float
    height: float

    def extent(self, cell: float) -> Extent:
        return Extent(self.width / 2, self.width / 2, self.height / 2, self.height / 2)

    def places(self, cell: float, x: float, y: float) -> Iterator[tuple[str, np.ndarray]]:
        yield self.key, np.array([x, y, 0.0])


@dataclass(frozen=True)
class Row:
    """Parts beside each other, anchors on one line; its own anchor is that of part `anchor`, or else in the middle."""

    parts: Sequence[Part]
    gap: float
    anchor: int | None = None

    def extent(self, cell: float) -> Extent:
        extents = [part.extent(cell) for part in self.parts]
        spans = [(one.left, one.right) for one in extents]
        left, right = around_anchor(spans, self.gap, self.anchor)
        return Extent(left, right, max(one.up for one in extents), max(one.down for one in extents))

    def places(self, cell: float, x: float, y: float) -> Iterator[tuple[str, np.ndarray]]:
        x -= self.extent(cell).left
        for part in self.parts:
            extent = part.extent(cell)
            yield from part.places(cell, x + extent.left, y)
            x += extent.left + extent.right + self.gap


@dataclass(frozen=True)
class Column:
    """Parts below each other, anchors on one line; its own anchor is that of part `anchor`, or else in the middle."""

    parts: Sequence[Part]
    gap: float
    anchor: int | None = None

    def extent(self, cell: float) -> Extent:
        extents = [part.extent(cell) for part in self.parts]
        up, down = around_anchor([(one.up, one.down) for one in extents], self.gap, self.anchor)
        return Extent(max(one.left for one in extents), max(one.right for one in extents), up, down)

    def places(self, cell: float, x: float, y: float) -> Iterator[tuple[str, np.ndarray]]:
        y += self.extent(cell).up
        for part in self.parts:
            extent = part.extent(cell)
            yield from part.places(cell, x, y - extent.up)
            y -= extent.up + extent.down + self.gap


def around_anchor(spans: Sequence[tuple[float, float]], gap: float, anchor: int | None) -> tuple[float, float]:
    """Return how far parts in line reach before and behind the anchor of one of them, or of the middle.

    >>> around_anchor([(1, 1), (2, 2)], 0.5, anchor=1)
    (4.5, 2.0)
    """
    whole = sum(before + behind for before, behind in spans) + gap * (len(spans) - 1)
    if anchor is None:
        return whole / 2, whole / 2
    start = sum(before + behind + gap for before, behind in spans[:anchor]) + spans[anchor][0]
    return start, whole - start


def largest_cell(part: Part, room: Box, most: float) -> float:
    """Return the largest side of a cell with which a part fits into the room; 0 if it fits with none.

    >>> largest_cell(GridPlan("x", 2, 4), Box(0, 2.08, 0, 9), 0.8)
    0.5
    """
    low, high = 0.0, most
    if _fits(part, high, room):
        return high
    for _ in range(20):
        middle = (low + high) / 2
        low, high = (middle, high) if _fits(part, middle, room) else (low, middle)
    return float(np.floor(1e4 * low) / 1e4)


def _fits(part: Part, cell: float, room: Box) -> bool:
    extent = part.extent(cell)
    return extent.left + extent.right <= room.width and extent.up + extent.down <= room.height


def placed(arrangements: Sequence[Part], room: Box, most: float) -> tuple[Plan, float]:
    """Choose the arrangement with the largest cells, the first one where they are about the same.

    Returns
    -------
    The places, with the whole in the middle of the room, and the side of a cell.
    """
    best, cell = arrangements[0], largest_cell(arrangements[0], room, most)
    for other in arrangements[1:]:
        side = largest_cell(other, room, most)
        if side > WORTH_IT * cell:
            best, cell = other, side
    extent = best.extent(cell)
    x, y, _ = room.center
    return dict(best.places(cell, x + (extent.left - extent.right) / 2, y + (extent.down - extent.up) / 2)), cell
