"""What can be made of a scene: a film with its poster, the last frame, or a still a beat."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import TypeAlias

from cnn_core.arrays import Pair
from reel.background import in_background
from reel.beat_pictures import BeatPictures
from reel.encoder import CODECS, Chapter, VideoEncoder
from reel.engine import OnFrames, play
from reel.gif import GIF_FPS, GifEncoder
from reel.patches import Frame
from reel.quality import QUALITIES
from reel.record import PicturesRecord, VideoRecord, sha256_of
from reel.stills import Still, contact_sheet, save_png
from scenes.specs import SceneSpec
from scenes.theme import THEMES
from scenes.timeline import Beat, Timeline

__all__ = ["TAKES", "Order", "Take", "chapters_of"]


@dataclass(frozen=True)
class Order:
    """What is to be made, and in which folder."""

    spec: SceneSpec
    name: str
    quality: str
    format: str
    folder: Path
    constant_frame_rate: bool = False
    on_frames: OnFrames | None = None

    @property
    def size(self) -> Pair:
        """Width and height in pixels."""
        return QUALITIES[self.quality].size(self.spec.ratio)

    @property
    def fps(self) -> int:
        """Frames a second; all that GIF can, and all that stills need, are 15."""
        fps = QUALITIES[self.quality].fps
        return fps if self.format in CODECS else min(fps, GIF_FPS)

    @property
    def path(self) -> Path:
        """The film."""
        return self.folder / f"{self.name}.{self.format}"

    @property
    def poster(self) -> Path:
        """The picture of the same name."""
        return self.folder / f"{self.name}.png"


@dataclass(frozen=True)
class Take:
    """What was made: what there is to say of it, and what was played."""

    record: VideoRecord | PicturesRecord
    timeline: Timeline


def take_film(order: Order) -> Take:
    """Encode a film; its poster is its last frame, and the last frame of each beat is a still in a folder beside."""
    last = BeatPictures(order.folder / "stills")
    with encoder_for(order) as encoder:
        with in_background(encoder) as sink:
            timeline = play(order.spec, order.size, order.fps, sink, on_beat=last, on_frames=order.on_frames)
        if isinstance(encoder, VideoEncoder):
            encoder.set_chapters(chapters_of(timeline))
    save_png(last.frame, order.poster)
    return Take(video_record(order, timeline.duration), timeline)


def take_last_frame(order: Order) -> Take:
    """Draw the last frame alone."""
    last = LastFrame()
    timeline = play_still(order, last)
    save_png(last.frame, order.poster)
    return Take(pictures_record(order, [order.poster.name]), timeline)


def take_stills(order: Order) -> Take:
    """Draw the last frame of each beat, and a contact sheet of all of them."""
    stills: list[Still] = []
    files: list[str] = []

    def keep(beat: Beat, frame: Frame) -> None:
        stills.append(Still.of(beat, frame))
        files.append(f"{len(stills):02d}-{beat.kind}.png")
        save_png(frame, order.folder / files[-1])

    timeline = play_still(order, keep)
    sheet = f"{order.name}-contact.png"
    contact_sheet(stills, THEMES[order.spec.theme]).save(order.folder / sheet, optimize=True)
    return Take(pictures_record(order, files), timeline)


Taker: TypeAlias = Callable[[Order], Take]

TAKES = MappingProxyType[str, Taker](
    {"mp4": take_film, "webm": take_film, "gif": take_film, "png": take_last_frame, "stills": take_stills}
)
"""The formats, and how each is made."""


class LastFrame:
    """Keeps the last frame of the last beat."""

    frame: Frame

    def __call__(self, beat: Beat, frame: Frame) -> None:
        self.frame = frame


def play_still(order: Order, on_beat: Callable[[Beat, Frame], None]) -> Timeline:
    """Play without drawing what moves."""
    return play(order.spec, order.size, order.fps, None, on_beat=on_beat, on_frames=order.on_frames)


def encoder_for(order: Order) -> VideoEncoder | GifEncoder:
    """Return an encoder of the order's format."""
    if order.format in CODECS:
        constant = order.constant_frame_rate
        return VideoEncoder(order.path, CODECS[order.format], order.size, order.fps, constant=constant)
    return GifEncoder(order.path, order.size, order.fps)


def chapters_of(timeline: Timeline) -> list[Chapter]:
    """Return a chapter for each beat."""
    return [Chapter(beat.caption, beat.start, beat.end) for beat in timeline.beats]


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
