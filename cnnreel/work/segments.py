"""A clip beat by beat: each is made in a folder of its own, wherever and whenever; then they are put together."""

from __future__ import annotations

import shutil
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Self, TypeAlias

import numpy as np
from PIL import Image

from cnnreel.film.record import PicturesRecord, VideoRecord, sha256_of
from cnnreel.paint.burning import BurnedCaptions
from cnnreel.paint.encoder import CODECS, VideoEncoder
from cnnreel.paint.gif import LosslessEncoder, write_gif
from cnnreel.paint.joining import FilmPart, join
from cnnreel.paint.patches import Frame, Patch
from cnnreel.paint.stills import Still, contact_sheet, picture_name, save_png
from cnnreel.tell.captions import captions, chapters
from cnnreel.work.clip import Clip
from scenes.theme import THEMES
from scenes.timeline import Beat, Timeline

__all__ = ["OnSegment", "Segments", "poster_beat", "put_together", "segment_folder"]

STILL = "still.png"

OnSegment: TypeAlias = Callable[[int], object]
"""Called with the number of a beat whose folder is complete."""

Encoder: TypeAlias = VideoEncoder | LosslessEncoder


class Segments:
    """A sink that makes a film and a still of every beat, or the still alone; a context manager.

    Parameters
    ----------
    beats
        Those that are filmed, by their numbers, in their order.
    """

    def __init__(self, clip: Clip, folder: Path, beats: Mapping[int, Beat], on_segment: OnSegment) -> None:
        self._clip = clip
        self._folder = folder
        self._waiting = deque(beats)
        self._captions = deque(map(self._burned, beats.values()))
        self._on_segment = on_segment
        self._open = ExitStack()
        self._encoder: Encoder | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *failure: Any) -> None:
        self._open.__exit__(*failure)

    @property
    def sink(self) -> Self | None:
        return None if self._clip.output.format in ("png", "stills") else self

    def add(self, patches: Sequence[Patch], repeat: int = 1) -> None:
        """Change the picture, if there are patches, and show it for `repeat` frames."""
        if self._encoder is None:
            path = film_in(segment_folder(self._folder, self._waiting[0]), self._clip)
            self._encoder = encoder_of(self._clip, path)
            self._open.enter_context(self._encoder)
        for changed, frames in self._captions[0].over(patches, repeat):
            self._encoder.add(changed, frames)

    def cut(self, _: Beat, last: Frame) -> None:
        """End the beat's file, and save its last frame."""
        self._open.close()
        self._encoder = None
        beat = self._waiting.popleft()
        self._captions.popleft().end(last)
        save_png(last, segment_folder(self._folder, beat) / STILL)
        self._on_segment(beat)

    def _burned(self, beat: Beat) -> BurnedCaptions:
        """Return the captions that are drawn into a beat: none of them, if they are not to be."""
        cues = captions([beat.as_json()]) if self._clip.output.captions == "burned" else []
        return BurnedCaptions(cues, self._clip.size, THEMES[self._clip.spec.theme], self._clip.output.fps)


def encoder_of(clip: Clip, path: Path) -> Encoder:
    """Return what writes a beat's film."""
    output = clip.output
    if output.format == "gif":
        return LosslessEncoder(path, clip.size, output.fps)
    return VideoEncoder(path, output.codec, clip.size, output.fps, constant=output.constant_frame_rate)


def put_together(clip: Clip, folder: Path, timeline: Timeline) -> VideoRecord | PicturesRecord:
    """Make the files of a clip of its segments, and say what there is to say of them."""
    width, height = clip.size
    files = stills_of(clip, folder, timeline)
    if clip.output.format in ("png", "stills"):
        shutil.rmtree(folder / "segments")
        return PicturesRecord(files=files, width=width, height=height)
    film = folder / clip.main.name
    folders = [segment_folder(folder, number) for number in range(len(timeline.beats))]
    parts = [FilmPart(film_in(one, clip), beat.start) for one, beat in zip(folders, timeline.beats, strict=True)]
    if clip.output.format in CODECS:
        beats = timeline.as_json()
        join(parts, timeline.duration, chapters(beats), film, clip.output.track(beats))
    else:
        write_gif(parts, film, clip.size, clip.output.fps)
    shutil.rmtree(folder / "segments")
    fps, duration = clip.output.fps, timeline.duration
    return VideoRecord(file=film.name, width=width, height=height, fps=fps, duration=duration, sha256=sha256_of(film))


def stills_of(clip: Clip, folder: Path, timeline: Timeline) -> list[str]:
    """Put the still of each beat where it belongs, and a sheet of them or the last one beside; name them."""
    beats = timeline.beats
    stills = [segment_folder(folder, number) / STILL for number in range(len(beats))]
    poster = folder / f"{clip.name}.png"
    if clip.output.format == "png":
        stills[-1].replace(poster)
        return [poster.name]
    into = folder if clip.output.format == "stills" else folder / "stills"
    into.mkdir(exist_ok=True)
    names = [picture_name(number, beat.kind) for number, beat in enumerate(beats, 1)]
    placed = [still.replace(into / name) for still, name in zip(stills, names, strict=True)]
    if into != folder:
        shutil.copyfile(placed[poster_beat(beats)], poster)
    else:
        small = [Still.of(beat, np.asarray(Image.open(still))) for beat, still in zip(beats, placed, strict=True)]
        contact_sheet(small, THEMES[clip.spec.theme]).save(folder / clip.main.name, optimize=True)
    return names


def poster_beat(beats: Sequence[Beat]) -> int:
    """Return the beat whose still gives no answer away: the last one before the first question, or the last of all."""
    asked = next((number for number, beat in enumerate(beats) if beat.kind == "question"), len(beats))
    return max(asked - 1, 0)


def segment_folder(folder: Path, beat: int) -> Path:
    """Return where a beat's film and still are, inside the folder in which the clip is made."""
    return folder / "segments" / f"{beat:03d}"


def film_in(folder: Path, clip: Clip) -> Path:
    return folder / ("film.mov" if clip.output.format == "gif" else f"film.{clip.output.format}")
