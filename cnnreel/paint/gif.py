"""Frames into an animated GIF with one palette made for all of them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import nullcontext, suppress
from fractions import Fraction
from itertools import chain
from pathlib import Path
from typing import Self, cast

import av
import numpy as np
from av.filter import Graph
from av.filter.context import FilterContext

from cnn_core.arrays import Pair
from cnnreel.paint.joining import FilmPart
from cnnreel.paint.patches import Patch

__all__ = ["GIF_FPS", "LosslessEncoder", "write_gif"]

GIF_FPS = 15
"""Frames a second. GIF counts in hundredths of a second, and browsers slow down what is faster than 50."""

PALETTE = "stats_mode=full:reserve_transparent=0"
DRAWING = "dither=none:diff_mode=rectangle"  # flat colours and text: dithering would only add noise


class LosslessEncoder:
    """Keeps frames without loss in one file, for a GIF's palette is known only when all of them are.

    A context manager; the file is whole when it has been left.
    """

    def __init__(self, path: Path, size: Pair, fps: int = GIF_FPS) -> None:
        self._container = av.open(str(path), "w", format="mov")
        self._stream = self._container.add_stream("qtrle", rate=fps)
        self._stream.width, self._stream.height = size
        self._stream.pix_fmt = "rgb24"
        self._picture = np.zeros((size[1], size[0], 4), dtype=np.uint8)
        self._frames = 0

    def __enter__(self) -> Self:
        return self

    def __exit__(self, failure: type[BaseException] | None, *_: object) -> None:
        if failure is None:
            self._container.mux(self._stream.encode(None))
        with suppress(OSError) if failure else nullcontext():
            self._container.close()

    def add(self, patches: Sequence[Patch], repeat: int = 1) -> None:
        """Keep a picture that is shown for `repeat` frames: its first and its last one, which say how long."""
        for patch in patches:
            patch.paint(self._picture)
        picture = av.VideoFrame.from_numpy_buffer(self._picture, "rgba").reformat(format="rgb24")
        for number in (0, repeat - 1) if repeat > 1 else (0,):
            picture.pts = self._frames + number
            self._container.mux(self._stream.encode(picture))
        self._frames += repeat


def write_gif(parts: Sequence[FilmPart], path: Path, size: Pair, fps: int = GIF_FPS) -> None:
    """Write one GIF of films that were kept without loss, in their order.

    256 colours chosen once for the whole film, rather than for each frame, keep still parts still.
    """
    with av.open(str(path), "w", format="gif") as container:
        stream = container.add_stream("gif", rate=fps)
        stream.width, stream.height = size
        stream.pix_fmt = "pal8"
        for picture in drawn_with(palette_of(frames_of(parts, fps)), frames_of(parts, fps), fps):
            container.mux(stream.encode(picture))
        container.mux(stream.encode(None))


def frames_of(parts: Iterable[FilmPart], fps: int) -> Iterator[av.VideoFrame]:
    for part in parts:
        with av.open(str(part.path)) as kept:
            for picture in kept.decode(video=0):
                picture.pts = round((part.start + picture.time) * fps)
                picture.time_base = Fraction(1, fps)
                yield picture


def palette_of(frames: Iterator[av.VideoFrame]) -> av.VideoFrame:
    """Choose 256 colours for all frames."""
    first = next(frames)
    graph = Graph()
    source, sink = buffer_for(graph, first), graph.add("buffersink")
    graph.link_nodes(source, graph.add("palettegen", PALETTE), sink).configure()
    for picture in chain([first], frames):
        source.push(picture)
        with suppress(BlockingIOError):  # it comes at the end; frames are taken in when it is asked for
            sink.pull()
    source.push(None)
    return cast(av.VideoFrame, sink.pull())


def drawn_with(palette: av.VideoFrame, frames: Iterator[av.VideoFrame], fps: int) -> Iterator[av.VideoFrame]:
    first = next(frames)
    graph = Graph()
    source, colors = buffer_for(graph, first), buffer_for(graph, palette, fps)
    drawing, sink = graph.add("paletteuse", DRAWING), graph.add("buffersink")
    source.link_to(drawing, 0, 0)
    colors.link_to(drawing, 0, 1)
    drawing.link_to(sink)
    graph.configure()
    colors.push(palette)
    colors.push(None)
    for picture in chain([first], frames):
        source.push(picture)
        yield cast(av.VideoFrame, sink.pull())


def buffer_for(graph: Graph, picture: av.VideoFrame, fps: int = GIF_FPS) -> FilterContext:
    return graph.add_buffer(
        width=picture.width, height=picture.height, format=picture.format, time_base=Fraction(1, fps)
    )
