"""Where photo, results and lens stand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

from cnn_core.arrays import Pair
from cnn_core.frozen import Frozen
from scenes.layout import Box, smallest_text

__all__ = ["PhotoPlaces", "tag_height"]

_GAP = 0.38
_LENS = 0.21
"""Width of the lens between two pictures, as a share of the frame's."""
_SHARE = 0.37
"""Width of the photo beside several results, as a share of the frame's."""
_NARROWEST = 0.3
"""Width of the lens beside pictures that stand above each other, at least, as a share of the frame's."""
_LENS_BELOW = 0.36
"""Height of the lens below pictures, as a share of theirs and its own."""


def tag_height() -> float:
    """Return the height of a line above or below a picture, in scene units."""
    return 1.3 * max(0.3, smallest_text())


@dataclass(frozen=True)
class PhotoPlaces(Frozen):
    """The places.

    Attributes
    ----------
    photo, results
        The pictures' rooms, without the lines above and below them.
    lens
        Between them or below them.
    lens_as
        How its window, products and sums stand: in a column, in a row, or the first two as a pair and the sums below.
    """

    photo: Box
    results: Sequence[Box]
    lens: Box
    lens_as: Literal["column", "row", "pair"]

    @classmethod
    def of(cls, room: Box, size: Pair, results: Sequence[Pair], lens: float, *, wide: bool, tall: bool) -> PhotoPlaces:
        """Find the places for a photo of (H, W) and its results in a frame.

        Parameters
        ----------
        lens
            Width that the lens needs for its numbers to be read, in scene units.
        """
        if wide and len(results) == 1:
            return _between(room, size, results[0])
        if wide:
            photo = _fitted(replace(_lines_off(room), right=room.left + _SHARE * room.width), size, x=-1, y=1)
            rest = replace(room, left=photo.right + _GAP)
            others = _row(_lines_off(_above(rest)), results)
            return cls(photo, others, _below(rest, others), "row")
        above = replace(room, bottom=room.top - 0.5 * room.height) if tall else _above(room)
        photo, *others = _row(_lines_off(above), [size, *results])
        if tall:
            stacked = _stacked(room, [size, *results], max(lens, _NARROWEST * room.width))
            if stacked[0].width > photo.width:
                beside = replace(room, left=stacked[0].right + _GAP, top=stacked[0].top)
                return cls(stacked[0], stacked[1:], beside, "column")
        return cls(photo, others, _below(room, others), "pair" if tall else "row")


def _lines_off(room: Box) -> Box:
    """Leave a line free above and below."""
    return replace(room, top=room.top - tag_height(), bottom=room.bottom + tag_height())


def _above(room: Box) -> Box:
    """Leave the lower part to the lens."""
    return replace(room, bottom=room.bottom + _LENS_BELOW * room.height)


def _below(room: Box, pictures: Sequence[Box]) -> Box:
    """Return what is left below pictures and the lines below them."""
    return replace(room, top=min(one.bottom for one in pictures) - tag_height() - 0.1)


def _between(room: Box, size: Pair, result: Pair) -> PhotoPlaces:
    """Put the lens between the photo and its result."""
    free = _lines_off(room)
    each = (room.width - _LENS * room.width - 2 * _GAP) / 2
    photo = _fitted(replace(free, right=room.left + each), size, x=-1, y=1)
    after = _fitted(replace(free, left=room.right - each), result, x=1, y=1, most=_pixel(photo, size, result))
    lens = Box(photo.right + _GAP, after.left - _GAP, room.bottom, photo.top)
    return PhotoPlaces(photo, [after], lens, "column")


def _stacked(room: Box, sizes: Sequence[Pair], lens: float) -> list[Box]:
    """Put pictures of (H, W) below each other, equally wide, and leave some width at their right."""
    ratios = [rows / columns for rows, columns in sizes]
    free = room.height - 2 * tag_height() * len(sizes)
    width = min(room.width - lens - _GAP, free / sum(ratios))
    spare = (free - width * sum(ratios)) / len(sizes)
    boxes, top = [], room.top - tag_height()
    for ratio in ratios:
        boxes.append(Box(room.left, room.left + width, top - ratio * width, top))
        top -= ratio * width + 2 * tag_height() + min(spare, tag_height())
    return boxes


def _row(room: Box, sizes: Sequence[Pair]) -> list[Box]:
    """Put pictures of (H, W) beside each other, equally high."""
    ratios = [columns / rows for rows, columns in sizes]
    free = room.width - _GAP * (len(sizes) - 1)
    height = min(room.height, free / sum(ratios))
    gap = (room.width - height * sum(ratios)) / (len(sizes) - 1) if len(sizes) > 1 else 0.0
    gap = min(gap, 3 * _GAP)
    left = room.center[0] - (height * sum(ratios) + gap * (len(sizes) - 1)) / 2
    boxes = []
    for ratio in ratios:
        boxes.append(Box(left, left + ratio * height, room.top - height, room.top))
        left += ratio * height + gap
    return boxes


def _pixel(photo: Box, size: Pair, result: Pair) -> float:
    """Return the side of a pixel that two pictures share, if they are nearly equal in size; otherwise any."""
    is_near = min(result) >= 0.8 * min(size) and max(result) <= 1.2 * max(size)
    return photo.height / size[0] if is_near else float("inf")


def _fitted(room: Box, size: Pair, x: float = 0, y: float = 0, most: float = float("inf")) -> Box:
    """Return the largest box of a picture's ratio; x and y say where in the room, from -1 to 1."""
    pixel = min(most, room.width / size[1], room.height / size[0])
    width, height = pixel * size[1], pixel * size[0]
    left = room.left + (1 + x) / 2 * (room.width - width)
    bottom = room.bottom + (1 + y) / 2 * (room.height - height)
    return Box(left, left + width, bottom, bottom + height)
