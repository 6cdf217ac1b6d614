"""Frames into a video file: H.264 in MP4, and VP9 in WebM."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any, Self, cast

import av
from av.video.stream import VideoStream

from cnn_core.arrays import Pair
from cnnreel.paint.canvas import BT709, Canvas
from cnnreel.paint.patches import Patch

__all__ = ["BITEXACT", "CODECS", "TRANSPARENT", "Codec", "VideoEncoder"]

BITEXACT = 0x400
"""Flag of a container: no random identifiers and no version strings, so that equal films are equal bytes."""

LONGEST = 1
"""Seconds for which a frame stands at most, though nothing changes: some players seek to frames only."""


@dataclass(frozen=True)
class Codec:
    """An encoder and its settings; equal settings make clips that can be joined as they are."""

    container: str
    name: str
    options: Mapping[str, str]
    container_options: Mapping[str, str]
    pixels: str = "yuv420p"


CODECS = MappingProxyType(
    {
        "mp4": Codec(
            "mp4",
            "libx264",
            MappingProxyType(
                {"preset": "ultrafast", "qp": "22", "x264-params": "cabac=1:8x8dct=1:partitions=i4x4,i8x8"}
            ),
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


TRANSPARENT = replace(
    CODECS["webm"],
    options=MappingProxyType({**CODECS["webm"].options, "auto-alt-ref": "0"}),  # or libvpx refuses alpha
    pixels="yuva420p",
)
"""WebM without a background."""


class VideoEncoder:
    """Encodes a film into one file; a context manager, the file is whole when it has been left.

    A picture that does not change is encoded once and shown longer; if `constant`, as often as it is shown.
    One thread, whatever the machine has: x264 makes other bytes with other numbers of threads.
    """

    def __init__(self, path: Path, codec: Codec, size: Pair, fps: int, *, constant: bool = False) -> None:
        self._container = av.open(str(path), "w", format=codec.container, options=dict(codec.container_options))
        self._container.flags |= BITEXACT
        self._stream = cast(VideoStream, self._container.add_stream(codec.name, rate=fps, options=dict(codec.options)))
        self._stream.width, self._stream.height = size
        self._stream.pix_fmt = codec.pixels
        self._stream.thread_count = 1
        for tag, value in BT709.items():
            setattr(self._stream.codec_context, tag, value)
        self._canvas = Canvas(size, codec.pixels)
        self._last = 0
        self._longest = 1 if constant else fps * LONGEST
        self._end = 0
        self._held: av.Packet[Any] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, failure: type[BaseException] | None, *_: object) -> None:
        if failure is None:
            self._finish()
            return
        with suppress(OSError):  # the disk may be full: what went wrong first is what counts
            self._container.close()

    def add(self, patches: Sequence[Patch], repeat: int = 1) -> None:
        """Change the picture, if there are patches, and show it for `repeat` frames."""
        for patch in patches:
            self._canvas.paint(patch)
        if patches:
            self._encode(self._end)
        self._end += repeat
        while self._last + self._longest < self._end:
            self._encode(self._last + self._longest)

    def _encode(self, at: int) -> None:
        self._last = at
        self._write(self._stream.encode(self._canvas.frame(at)))

    def _write(self, packets: Iterable[av.Packet[Any]]) -> None:
        """Write all packets but the last one, whose duration only the end of the film will tell."""
        for packet in packets:
            if self._held is not None:
                self._container.mux(self._held)
            self._held = packet

    def _finish(self) -> None:
        self._write(self._stream.encode(None))
        if self._held is not None and self._held.pts is not None:
            self._held.duration = self._end - self._held.pts
            self._container.mux(self._held)
        self._container.close()
