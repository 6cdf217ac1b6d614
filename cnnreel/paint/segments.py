"""A film beat by beat: each is encoded into a file of its own, wherever and whenever; then they are put together."""

from __future__ import annotations

import shutil
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Self, TypeAlias

from cnnreel.paint.beat_pictures import picture_name
from cnnreel.paint.encoder import Chapter, VideoEncoder
from cnnreel.paint.engine import OnFrames, play
from cnnreel.paint.joining import Part, join
from cnnreel.paint.patches import Frame, Patch
from cnnreel.paint.stills import save_png
from cnnreel.work.orders import Order
from scenes.timeline import Beat, Timeline

__all__ = ["OnSegment", "film_segments", "put_together", "segment_folder"]

STILL = "still.png"

OnSegment: TypeAlias = Callable[[int], object]
"""Called with the number of a beat whose folder is complete."""


class SegmentFiles:
    """A sink that begins a new file with every beat; a context manager."""

    def __init__(self, order: Order, beats: Sequence[int], on_segment: OnSegment | None) -> None:
        self._order = order
        self._waiting = deque(beats)
        self._on_segment = on_segment
        self._open = ExitStack()
        self._encoder: VideoEncoder | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *failure: Any) -> None:
        self._open.__exit__(*failure)

    def add(self, patches: Sequence[Patch], repeat: int = 1) -> None:
        """Change the picture, if there are patches, and show it for `repeat` frames."""
        if self._encoder is None:
            folder = segment_folder(self._order, self._waiting[0])
            self._encoder = self._open.enter_context(self._encoder_in(folder))
        self._encoder.add(patches, repeat)

    def cut(self, _: Beat, last: Frame) -> None:
        """End the beat's file, and save its last frame."""
        self._open.close()
        self._encoder = None
        beat = self._waiting.popleft()
        save_png(last, segment_folder(self._order, beat) / STILL)
        if self._on_segment is not None:
            self._on_segment(beat)

    def _encoder_in(self, folder: Path) -> VideoEncoder:
        order = self._order
        return VideoEncoder(
            film_in(folder, order), order.codec, order.size, order.fps, constant=order.constant_frame_rate
        )


def film_segments(
    order: Order,
    beats: Sequence[int],
    on_frames: OnFrames | None = None,
    on_segment: OnSegment | None = None,
) -> None:
    """Film some beats, each into its folder.

    Parameters
    ----------
    beats
        Their numbers, from 0, in their order; the others are played without being drawn.
    """
    with SegmentFiles(order, beats, on_segment) as files:
        play(
            order.spec,
            order.size,
            order.fps,
            files,
            wanted=set(beats),
            transparent=order.transparent,
            on_beat=files.cut,
            on_frames=on_frames,
        )


def put_together(order: Order, timeline: Timeline) -> None:
    """Make the film of its segments, with the still of each beat and the last one as poster."""
    folders = [segment_folder(order, number) for number in range(len(timeline.beats))]
    parts = [Part(film_in(folder, order), beat.start) for folder, beat in zip(folders, timeline.beats, strict=True)]
    join(parts, timeline.duration, chapters_of(timeline), order.path)
    stills = order.folder / "stills"
    stills.mkdir()
    for number, (folder, beat) in enumerate(zip(folders, timeline.beats, strict=True), start=1):
        (folder / STILL).replace(stills / picture_name(number, beat.kind))
    shutil.copyfile(stills / picture_name(len(folders), timeline.last.kind), order.poster)
    shutil.rmtree(order.segments)


def chapters_of(timeline: Timeline) -> list[Chapter]:
    """Return a chapter for each beat."""
    return [Chapter(beat.caption, beat.start, beat.end) for beat in timeline.beats]


def segment_folder(order: Order, beat: int) -> Path:
    """Return where a beat's film and still are."""
    return order.segments / f"{beat:03d}"


def film_in(folder: Path, order: Order) -> Path:
    """Return the film in a segment's folder."""
    return folder / f"film.{order.format}"
