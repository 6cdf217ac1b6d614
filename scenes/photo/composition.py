"""Where photo, results and lens stand."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from cnn_core.arrays import Pair
from cnn_core.frozen import Frozen
from scenes.layout import Box, smallest_text

__all__ = ["PhotoPlaces", "tag_height"]

_GAP = 0.38
_LENS = 0.21
"""Width of the lens between two pictures, as a share of the frame's."""
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
        Between them or below them; its parts stand `upright`, one below the other, or side by side.
    """

    photo: Box
    results: Sequence[Box]
    lens: Box
    upright: bool

    @classmethod
    def of(cls, room: Box, size: Pair, results: Sequence[Pair], *, wide: bool, tall: bool) -> PhotoPlaces:
        """Find the places for a photo of (H, W) and its results in a frame."""
        if wide and len(results) == 1:
            return _between(room, size, results[0])
        if wide:
            photo = _fitted(replace(_lines_off(room), right=room.left + 0.42 * room.width), size, x=-1)
            rest = replace(room, left=photo.right + _GAP)
            above, lens = _split(rest, _LENS_BELOW)
            return cls(photo, _row(_lines_off(above), results), lens, upright=False)
        if tall:
            return _stacked(room, size, results)
        above, lens = _split(room, _LENS_BELOW)
        photo, *others = _row(_lines_off(above), [size, *results])
        return cls(photo, others, lens, upright=False)


def _lines_off(room: Box) -> Box:
    """Leave a line free above and below."""
    return replace(room, top=room.top - tag_height(), bottom=room.bottom + tag_height())


def _split(room: Box, share: float) -> tuple[Box, Box]:
    edge = room.bottom + share * room.height
    return replace(room, bottom=edge), replace(room, top=edge - 0.1)


def _between(room: Box, size: Pair, result: Pair) -> PhotoPlaces:
    """Put the lens between the photo and its result."""
    free = _lines_off(room)
    each = (room.width - _LENS * room.width - 2 * _GAP) / 2
    photo = _fitted(replace(free, right=room.left + each), size, x=-1, y=1)
    after = _fitted(replace(free, left=room.right - each), result, x=1, y=1, most=_pixel(photo, size, result))
    lens = Box(photo.right + _GAP, after.left - _GAP, room.bottom, photo.top)
    return PhotoPlaces(photo, [after], lens, upright=True)


def _stacked(room: Box, size: Pair, results: Sequence[Pair]) -> PhotoPlaces:
    """Put the photo above, the lens in the middle and the results below."""
    above = replace(room, bottom=room.top - 0.42 * room.height)
    photo = _fitted(replace(above, top=above.top - tag_height()), size, y=1)
    below = replace(room, top=room.bottom + 0.38 * room.height)
    after = _row(_lines_off(below), results)
    lens = replace(room, top=photo.bottom - 0.2, bottom=max(one.top for one in after) + tag_height() + 0.1)
    return PhotoPlaces(photo, after, lens, upright=False)


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
