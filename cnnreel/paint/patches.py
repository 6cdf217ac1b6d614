"""What changes from one picture to the next: a rectangle of pixels."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol, TypeAlias

import numpy as np
import numpy.typing as npt

__all__ = ["NOWHERE", "Frame", "Patch", "PixelArea", "Sink", "difference", "gathered", "straight"]

MOST_BOXES = 4
STEP = 32
"""A patch's sides are multiples of so many pixels."""

WORTH_A_BOX = 20_000
"""Pixels that take as long to draw, compare and convert as is lost by having one box more."""

Frame: TypeAlias = npt.NDArray[np.uint8]
"""A picture of (height, width, 4): red, green, blue, alpha; the first row is the top."""


class PixelArea(NamedTuple):
    """A rectangle of pixels; right and bottom are the first ones outside."""

    left: int
    top: int
    right: int
    bottom: int

    @classmethod
    def of(cls, frame: Frame) -> PixelArea:
        return cls(0, 0, frame.shape[1], frame.shape[0])

    @property
    def area(self) -> tuple[slice, slice]:
        return slice(self.top, self.bottom), slice(self.left, self.right)

    @property
    def size(self) -> int:
        """How many pixels it has."""
        return (self.right - self.left) * (self.bottom - self.top)

    def meets(self, other: PixelArea) -> bool:
        return (
            self.left < other.right and other.left < self.right and self.top < other.bottom and other.top < self.bottom
        )

    def covers(self, other: PixelArea) -> bool:
        return (
            self.left <= other.left
            and self.top <= other.top
            and other.right <= self.right
            and other.bottom <= self.bottom
        )

    def join(self, other: PixelArea) -> PixelArea:
        return PixelArea(
            min(self.left, other.left),
            min(self.top, other.top),
            max(self.right, other.right),
            max(self.bottom, other.bottom),
        )

    def clip(self, frame: PixelArea) -> PixelArea:
        return PixelArea(
            max(self.left, frame.left),
            max(self.top, frame.top),
            min(self.right, frame.right),
            min(self.bottom, frame.bottom),
        )


NOWHERE = PixelArea(0, 0, 0, 0)
"""It meets no other box."""


@dataclass(frozen=True, eq=False)
class Patch:
    """A rectangle of new pixels; the rest of the picture stays.

    Its corners are at even places, for a film halves colours. Its sides are multiples of 32, or those of the picture,
    so that there are few sizes: FFmpeg takes as long to make ready for a new one as to convert 100,000 pixels.

    Attributes
    ----------
    pixels : (height, width, 4)
    """

    box: PixelArea
    pixels: Frame

    @classmethod
    def cut(cls, frame: Frame, box: PixelArea) -> Patch:
        """Copy a box of a frame, whose sides are even, and some pixels around it."""
        left, right = _spread(box.left, box.right, frame.shape[1])
        top, bottom = _spread(box.top, box.bottom, frame.shape[0])
        box = PixelArea(left, top, right, bottom)
        return cls(box, frame[box.area].copy())

    def paint(self, frame: Frame) -> None:
        """Put the pixels where they belong."""
        frame[self.box.area] = self.pixels


def _spread(low: int, high: int, limit: int) -> tuple[int, int]:
    """Return places around two others, as far apart as a patch's sides are long.

    >>> _spread(33, 40, 100), _spread(33, 66, 100), _spread(70, 100, 100), _spread(0, 66, 70)
    ((32, 64), (32, 96), (68, 100), (0, 70))
    """
    length = min(limit, -(-(high - low + low % 2) // STEP) * STEP)
    start = min(low - low % 2, limit - length)
    return start, start + length


def straight(frame: Frame) -> Frame:
    """Return a picture, whose colours are multiplied by alpha, with colours that are not: so files keep them."""
    alpha = frame[..., 3:].astype(np.uint16)
    colours = (frame[..., :3] * np.uint16(255) + alpha // 2) // np.maximum(alpha, 1)
    return np.concatenate([np.minimum(colours, 255), alpha], axis=-1).astype(np.uint8)


class Sink(Protocol):
    """Where a film goes, one picture after the other."""

    def add(self, patches: Sequence[Patch], repeat: int = 1) -> None:
        """Take what changes in the picture, or nothing; it then stands for `repeat` frames."""


def gathered(boxes: Iterable[PixelArea], frame: PixelArea) -> list[PixelArea]:
    """Return a few boxes that cover all of these within a frame; those that are near each other become one.

    >>> two = PixelArea(0, 0, 50, 50), PixelArea(50, 0, 90, 50)
    >>> gathered([*two, PixelArea(800, 800, 850, 850)], PixelArea(0, 0, 1000, 1000))
    [PixelArea(left=0, top=0, right=90, bottom=50), PixelArea(left=800, top=800, right=850, bottom=850)]
    """
    found: list[PixelArea] = []
    for box in boxes:
        if box.meets(frame):
            found = taken_in(found, box.clip(frame))
    return found


def taken_in(found: list[PixelArea], box: PixelArea) -> list[PixelArea]:
    """Add a box to a few others: to the one with which it takes least room, if that is little more than without."""
    if any(one.covers(box) for one in found):
        return found
    if not found:
        return [box]
    room, nearest = min((one.join(box).size - one.size, at) for at, one in enumerate(found))
    if len(found) < MOST_BOXES and room > box.size + WORTH_A_BOX:
        return [*found, box]
    return taken_in([*found[:nearest], *found[nearest + 1 :]], found[nearest].join(box))


def difference(one: Frame, other: Frame, within: PixelArea) -> PixelArea | None:
    """Return the smallest box around all pixels that differ, or nothing if there are none."""
    differs = one[within.area].view(np.uint32)[..., 0] != other[within.area].view(np.uint32)[..., 0]
    rows = np.flatnonzero(differs.any(axis=1))
    if not len(rows):
        return None
    columns = np.flatnonzero(differs[rows[0] : rows[-1] + 1].any(axis=0))
    return PixelArea(
        within.left + int(columns[0]),
        within.top + int(rows[0]),
        within.left + int(columns[-1]) + 1,
        within.top + int(rows[-1]) + 1,
    )
