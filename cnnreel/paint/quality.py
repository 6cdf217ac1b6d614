"""How many pixels and how many frames a second each quality has."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from cnn_core.arrays import Pair

__all__ = ["QUALITIES", "Quality"]

WIDESCREEN = MappingProxyType({480: 854, 720: 1280, 1080: 1920, 2160: 3840})
"""Width in pixels of a 16:9 picture by its height; even, as H.264 wants it."""


@dataclass(frozen=True)
class Quality:
    """A quality: pixels along the short side of the picture, and frames a second.

    The frame rate is a multiple of 15 or 15 itself: scenes keep to ticks of 1/15 s, so that every quality shows
    the same film.
    """

    name: str
    short_side: int
    fps: int

    def size(self, ratio: str) -> Pair:
        """Return width and height in pixels.

        >>> QUALITIES["low"].size("16:9"), QUALITIES["low"].size("9:16"), QUALITIES["low"].size("1:1")
        ((854, 480), (480, 854), (480, 480))
        """
        long_side = WIDESCREEN[self.short_side]
        sizes = {
            "16:9": (long_side, self.short_side),
            "9:16": (self.short_side, long_side),
            "1:1": (self.short_side, self.short_side),
        }
        return sizes[ratio]


QUALITIES: Mapping[str, Quality] = MappingProxyType(
    {
        quality.name: quality
        for quality in (
            Quality("low", 480, 15),
            Quality("medium", 720, 30),
            Quality("high", 1080, 60),
            Quality("4k", 2160, 60),
        )
    }
)
