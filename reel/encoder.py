"""Frames into a video file: H.264 in MP4, and VP9 in WebM."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from types import MappingProxyType
from typing import Protocol, Self, TypeAlias, cast

import av
import numpy as np
import numpy.typing as npt
from av.video.reformatter import ColorPrimaries, ColorRange, Colorspace, ColorTrc, Interpolation, VideoReformatter
from av.video.stream import VideoStream

from cnn_core.arrays import Pair

__all__ = ["CODECS", "Chapter", "Codec", "Frame", "Sink", "VideoEncoder", "set_chapters"]

Frame: TypeAlias = npt.NDArray[np.uint8]
"""A picture of (height, width, 4): red, green, blue, alpha; the first row is the top."""

BITEXACT = 0x400
"""Flag of a container: no random identifiers and no version strings, so that equal films are equal bytes."""

BT709 = MappingProxyType(
    {
        "color_primaries": ColorPrimaries.BT709,
        "color_trc": ColorTrc.BT709,
        "colorspace": Colorspace.ITU709,
        "color_range": ColorRange.MPEG,
    }
)


SCALING = Interpolation.AREA | Interpolation.ACCURATE_RND | Interpolation.BITEXACT
"""Colour at half the resolution is the mean of four pixels; computed alike on every processor."""


class Sink(Protocol):
    """Where frames go, one after the other."""

    def add(self, frame: Frame, repeat: int) -> None:
        """Take a frame that stands for `repeat` frames; it will not change afterwards."""


@dataclass(frozen=True)
class Chapter:
    """A named part of a film, in seconds."""

    title: str
    start: float
    end: float


@dataclass(frozen=True)
class Codec:
    """An encoder and its settings; equal settings make clips that can be joined as they are."""

    container: str
    name: str
    options: Mapping[str, str]
    container_options: Mapping[str, str]


CODECS = MappingProxyType(
    {
        "mp4": Codec(
            "mp4",
            "libx264",
            MappingProxyType({"preset": "superfast", "crf": "21"}),
            MappingProxyType({"movflags": "+faststart"}),
        ),
        "webm": Codec(
            "webm",
            "libvpx-vp9",
            MappingProxyType({"crf": "28", "b": "0", "deadline": "good", "cpu-used": "5"}),
            MappingProxyType({}),
        ),
    }
)


class VideoEncoder:
    """Encodes frames into one file; a context manager, the file is whole when it has been left.

    One thread, whatever the machine has: x264 makes other bytes with other numbers of threads.
    """

    def __init__(self, path: Path, codec: Codec, size: Pair, fps: int) -> None:
        self._container = av.open(str(path), "w", format=codec.container, options=dict(codec.container_options))
        self._container.flags |= BITEXACT
        self._stream = cast(VideoStream, self._container.add_stream(codec.name, rate=fps, options=dict(codec.options)))
        self._stream.width, self._stream.height = size
        self._stream.pix_fmt = "yuv420p"
        self._stream.thread_count = 1
        for tag, value in BT709.items():
            setattr(self._stream.codec_context, tag, value)
        self._reformatter = VideoReformatter()
        self._frames = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, failure: type[BaseException] | None, *_: object) -> None:
        if failure is None:
            self._container.mux(self._stream.encode(None))
            self._container.close()
            return
        with suppress(OSError):  # the disk may be full: what went wrong first is what counts
            self._container.close()

    def add(self, frame: Frame, repeat: int = 1) -> None:
        """Encode a frame `repeat` times; its colours are converted once."""
        picture = self._converted(frame)
        for _ in range(repeat):
            picture.pts = self._frames
            self._frames += 1
            self._container.mux(self._stream.encode(picture))

    def set_chapters(self, chapters: Iterable[Chapter]) -> None:
        """Name the parts of the film."""
        set_chapters(self._container, chapters)

    def _converted(self, frame: Frame) -> av.VideoFrame:
        return self._reformatter.reformat(
            av.VideoFrame.from_numpy_buffer(frame, "rgba"),
            format="yuv420p",
            interpolation=int(SCALING),
            src_color_range=ColorRange.JPEG,
            dst_color_range=BT709["color_range"],
            dst_colorspace=BT709["colorspace"],
            dst_color_trc=BT709["color_trc"],
            dst_color_primaries=BT709["color_primaries"],
        )


def set_chapters(container: av.container.OutputContainer, chapters: Iterable[Chapter]) -> None:
    """Name the parts of a film that is being written."""
    container.set_chapters(
        [
            {
                "id": number,
                "start": round(chapter.start * 1000),
                "end": round(chapter.end * 1000),
                "time_base": Fraction(1, 1000),
                "metadata": {"title": chapter.title},
            }
            for number, chapter in enumerate(chapters)
        ]
    )
