"""What is made of a scene in one go: an animated GIF, the last frame, or a still a beat."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TypeAlias

from cnnreel.film.record import PicturesRecord, VideoRecord, sha256_of
from cnnreel.paint.beat_pictures import picture_name
from cnnreel.paint.engine import OnBeat, OnFrames, play
from cnnreel.paint.gif import GifEncoder
from cnnreel.paint.patches import Frame
from cnnreel.paint.stills import Still, contact_sheet, save_png
from cnnreel.work.orders import Order
from scenes.theme import THEMES
from scenes.timeline import Beat, Timeline

__all__ = ["TAKES", "Take", "video_record"]


@dataclass(frozen=True)
class Take:
    """What was made: what there is to say of it, and what was played."""

    record: VideoRecord | PicturesRecord
    timeline: Timeline


def take_gif(order: Order, on_frames: OnFrames | None = None) -> Take:
    """Encode a GIF, whose colours are known only at its end; its poster is its last frame."""
    last = LastFrame(order.folder / "stills")
    with GifEncoder(order.path, order.size, order.fps) as encoder:
        timeline = play(order.spec, order.size, order.fps, encoder, on_beat=last, on_frames=on_frames)
    save_png(last.frame, order.poster)
    return Take(video_record(order, timeline.duration), timeline)


def take_last_frame(order: Order, on_frames: OnFrames | None = None) -> Take:
    """Draw the last frame alone."""
    last = LastFrame()
    timeline = play_still(order, last, on_frames)
    save_png(last.frame, order.poster)
    return Take(pictures_record(order, [order.poster.name]), timeline)


def take_stills(order: Order, on_frames: OnFrames | None = None) -> Take:
    """Draw the last frame of each beat, and a contact sheet of all of them."""
    stills: list[Still] = []
    files: list[str] = []

    def keep(beat: Beat, frame: Frame) -> None:
        stills.append(Still.of(beat, frame))
        files.append(picture_name(len(stills), beat.kind))
        save_png(frame, order.folder / files[-1])

    timeline = play_still(order, keep, on_frames)
    sheet = f"{order.name}-contact.png"
    contact_sheet(stills, THEMES[order.spec.theme]).save(order.folder / sheet, optimize=True)
    return Take(pictures_record(order, files), timeline)


Taker: TypeAlias = Callable[[Order, OnFrames | None], Take]

TAKES = MappingProxyType[str, Taker]({"gif": take_gif, "png": take_last_frame, "stills": take_stills})
"""The formats, and how each is made."""


class LastFrame:
    """Keeps the last frame of the last beat; that of each beat is written into a folder, if one is to be made."""

    frame: Frame

    def __init__(self, folder: Path | None = None) -> None:
        if folder is not None:
            folder.mkdir()
        self._folder = folder
        self._beats = 0

    def __call__(self, beat: Beat, frame: Frame) -> None:
        """Take the last frame of the next beat."""
        self.frame = frame
        self._beats += 1
        if self._folder is not None:
            save_png(frame, self._folder / picture_name(self._beats, beat.kind))


def play_still(order: Order, on_beat: OnBeat, on_frames: OnFrames | None) -> Timeline:
    """Play without drawing what moves."""
    return play(
        order.spec,
        order.size,
        order.fps,
        None,
        transparent=order.transparent,
        on_beat=on_beat,
        on_frames=on_frames,
    )


def video_record(order: Order, duration: float) -> VideoRecord:
    """Say what there is to say of a finished film."""
    width, height = order.size
    return VideoRecord(
        file=order.path.name, width=width, height=height, fps=order.fps, duration=duration, sha256=sha256_of(order.path)
    )


def pictures_record(order: Order, files: list[str]) -> PicturesRecord:
    """Say what there is to say of pictures."""
    width, height = order.size
    return PicturesRecord(files=files, width=width, height=height)
