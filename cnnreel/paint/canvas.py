"""The picture of a film, in the colours in which films are stored."""

from __future__ import annotations

from functools import lru_cache
from types import MappingProxyType

import av
import numpy as np
import numpy.typing as npt
from av.video.plane import VideoPlane
from av.video.reformatter import ColorPrimaries, ColorRange, Colorspace, ColorTrc, Interpolation, VideoReformatter

from cnn_core.arrays import Pair
from cnnreel.paint.patches import Frame, Patch, straight

__all__ = ["BT709", "Canvas"]

BT709 = MappingProxyType(
    {
        "color_primaries": ColorPrimaries.BT709,
        "color_trc": ColorTrc.BT709,
        "colorspace": Colorspace.ITU709,
        "color_range": ColorRange.MPEG,
    }
)


MOST_SIZES = 8
"""Sizes of patches for which all that FFmpeg has worked out is kept."""

SCALING = Interpolation.AREA | Interpolation.BITEXACT
"""Colour at half the resolution is the mean of four pixels; computed alike on every processor."""


class Canvas:
    """A picture that patches are painted into, stored as brightness, colour at half the resolution, and perhaps alpha.

    Converting colours takes longer than drawing: only patches are converted.
    """

    def __init__(self, size: Pair, pixels: str = "yuv420p") -> None:
        self._frame = av.VideoFrame(*size, pixels)
        self._planes = [samples(plane) for plane in self._frame.planes]
        for name, tag in BT709.items():
            setattr(self._frame, name, tag)

    def frame(self, number: int) -> av.VideoFrame:
        """Return the picture as it is now, until the next patch, to be encoded as the frame of this number."""
        self._frame.pts = number
        return self._frame

    def paint(self, patch: Patch) -> None:
        left, top, right, bottom = patch.box
        if not patch.box.size:
            return
        for into, plane, step in zip(self._planes, self._converted(patch.pixels).planes, (1, 2, 2, 1), strict=False):
            into[top // step : bottom // step, left // step : right // step] = samples(plane)

    def _converted(self, pixels: Frame) -> av.VideoFrame:
        has_alpha = len(self._planes) == 4
        return reformatter(pixels.shape, self._frame.format.name).reformat(
            av.VideoFrame.from_numpy_buffer(straight(pixels) if has_alpha else pixels, "rgba"),
            format=self._frame.format.name,
            interpolation=int(SCALING),
            src_color_range=ColorRange.JPEG,
            dst_color_range=BT709["color_range"],
            dst_colorspace=BT709["colorspace"],
            dst_color_trc=BT709["color_trc"],
            dst_color_primaries=BT709["color_primaries"],
        )


@lru_cache(MOST_SIZES)
def reformatter(shape: tuple[int, ...], pixels: str) -> VideoReformatter:
    """Return what converts patches of one size: FFmpeg would work it out anew whenever another size comes in between.

    >>> reformatter((32, 64, 4), "yuv420p") is reformatter((32, 64, 4), "yuv420p")
    True
    """
    return VideoReformatter()


def samples(plane: VideoPlane) -> npt.NDArray[np.uint8]:
    """Return a plane's samples, to read and to write, as (height, width)."""
    return np.asarray(memoryview(plane)).reshape(plane.height, plane.line_size)[:, : plane.width]
