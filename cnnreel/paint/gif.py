"""Frames into an animated GIF with one palette made for all of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress
from fractions import Fraction
from pathlib import Path
from typing import Self, cast

import av
import numpy as np
from av.filter import Graph

from cnn_core.arrays import Pair
from cnnreel.paint.patches import Patch

__all__ = ["GIF_FPS", "GifEncoder"]

GIF_FPS = 15
"""Frames a second. GIF counts in hundredths of a second, and browsers slow down what is faster than 50."""

PALETTE = "stats_mode=full:reserve_transparent=0"
DRAWING = "dither=none:diff_mode=rectangle"  # flat colours and text: dithering would only add noise


class GifEncoder:
    """Encodes frames into a GIF; a context manager, the file is whole when it has been left.

    The palette is known only when all frames are, so they are kept without loss in a file beside. 256 colours chosen
    once for the whole film, rather than for each frame, keep still parts still.
    """

    def __init__(self, path: Path, size: Pair, fps: int = GIF_FPS) -> None:
        self._path = path
        self._kept = path.with_suffix(".frames.mov")
        self._size, self._fps = size, fps
        self._container = av.open(str(self._kept), "w", format="mov")
        self._stream = self._container.add_stream("qtrle", rate=fps)
        self._stream.width, self._stream.height = size
        self._stream.pix_fmt = "rgb24"
        self._picture = np.zeros((size[1], size[0], 4), dtype=np.uint8)
        self._frames = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, failure: type[BaseException] | None, *_: object) -> None:
        try:
            if failure is None:
                self._container.mux(self._stream.encode(None))
            self._container.close()
            if failure is None:
                self._write()
        finally:
            self._kept.unlink(missing_ok=True)

    def add(self, patches: Sequence[Patch], repeat: int = 1) -> None:
        """Keep a picture that is shown for `repeat` frames: its first and its last one, which say how long."""
        for patch in patches:
            patch.paint(self._picture)
        picture = av.VideoFrame.from_numpy_buffer(self._picture, "rgba").reformat(format="rgb24")
        for number in (0, repeat - 1) if repeat > 1 else (0,):
            picture.pts = self._frames + number
            self._container.mux(self._stream.encode(picture))
        self._frames += repeat

    def _write(self) -> None:
        with av.open(str(self._path), "w", format="gif") as container:
            stream = container.add_stream("gif", rate=self._fps)
            stream.width, stream.height = self._size
            stream.pix_fmt = "pal8"
            for picture in self._drawn_with(self._palette()):
                container.mux(stream.encode(picture))
            container.mux(stream.encode(None))

    def _palette(self) -> av.VideoFrame:
        """Choose 256 colours for all frames."""
        with av.open(str(self._kept)) as kept:
            graph = Graph()
            source = graph.add_buffer(template=kept.streams.video[0])
            sink = graph.add("buffersink")
            graph.link_nodes(source, graph.add("palettegen", PALETTE), sink).configure()
            for picture in kept.decode(video=0):
                source.push(picture)
                with suppress(BlockingIOError):  # it comes at the end; frames are taken in when it is asked for
                    sink.pull()
            source.push(None)
            return cast(av.VideoFrame, sink.pull())

    def _drawn_with(self, palette: av.VideoFrame) -> Iterator[av.VideoFrame]:
        """Give all frames in these colours."""
        with av.open(str(self._kept)) as kept:
            graph = Graph()
            source = graph.add_buffer(template=kept.streams.video[0])
            colours = graph.add_buffer(
                width=palette.width, height=palette.height, format=palette.format, time_base=Fraction(1, self._fps)
            )
            drawing, sink = graph.add("paletteuse", DRAWING), graph.add("buffersink")
            source.link_to(drawing, 0, 0)
            colours.link_to(drawing, 0, 1)
            drawing.link_to(sink)
            graph.configure()
            colours.push(palette)
            colours.push(None)
            for picture in kept.decode(video=0):
                source.push(picture)
                yield cast(av.VideoFrame, sink.pull())
