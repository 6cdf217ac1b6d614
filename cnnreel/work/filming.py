"""One clip: a film or pictures, a poster, the record of what is seen when, and all that goes beside them.

It is made in three steps, which may be taken by several processes: it is prepared, filmed in parts, and finished.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from cnnreel.film.format import film_text
from cnnreel.film.record import clip_record, record_text
from cnnreel.paint.encoder import CODECS
from cnnreel.play.page.writing import write_clip_page
from cnnreel.tell.sidecars import write_sidecars
from cnnreel.tell.story import Story
from cnnreel.work.cache import Cache, key_of
from cnnreel.work.clip import Clip, Output
from cnnreel.work.files import check_name, staging
from cnnreel.work.limits import check_clip
from cnnreel.work.segments import Segments, put_together, segment_folder
from scenes.specs import SceneSpec
from scenes.timeline import Timeline

# Manim takes a second to load: it is imported by the steps that play a scene.
# ruff: noqa: PLC0415

__all__ = ["Clip", "OnProgress", "Prepared", "film", "film_clip", "film_part", "finish", "prepare_clip"]

OnProgress: TypeAlias = Callable[[float], None]
"""Called with the fraction that is done, from 0 to 1."""


@dataclass(frozen=True)
class Prepared:
    """A clip of which it is known what it will show.

    Attributes
    ----------
    keys
        Under which each beat is kept in the cache; empty if there is none.
    missing
        Numbers of the beats that are wanted and not in the cache.
    """

    timeline: Timeline
    keys: tuple[str, ...]
    missing: tuple[int, ...]

    def seconds(self, beats: Sequence[int]) -> float:
        return sum(beat.end - beat.start for beat in (self.timeline.beats[number] for number in beats))


def film(
    spec: SceneSpec,
    out_dir: Path,
    *,
    name: str | None = None,
    cache: Cache | None = None,
    on_progress: OnProgress | None = None,
    **output: Any,
) -> Clip:
    """Film a scene into `out_dir/name/`, where every file appears complete or not at all.

    Parameters
    ----------
    output
        What `cnnreel.work.clip.Output` takes: `quality="low", format="gif"`.

    Raises
    ------
    InputError
        If the name or the folder cannot be used, or there is no such quality or format.
    CnnreelError
        If the disk is full or the folder cannot be written to.
    """
    how = Output(**output)
    clip = Clip(spec, check_name("name", spec.name if name is None else name), out_dir, how, cache)
    return film_clip(clip, on_progress)


def film_clip(clip: Clip, on_progress: OnProgress | None = None) -> Clip:
    """Film a clip in this process, if it is not in the cache, and return it."""
    if not clip.fetch():
        with staging(clip.out_dir) as staged:
            prepared = prepare_clip(clip, staged)
            film_part(clip, staged, prepared, prepared.missing, on_progress)
            finish(clip, staged, prepared)
    if on_progress is not None:
        on_progress(1.0)
    return clip


def prepare_clip(clip: Clip, folder: Path) -> Prepared:
    """Find out what a clip will show, and fetch what the cache has of it.

    Parameters
    ----------
    folder
        An empty one, in which all steps of this clip are taken.

    Raises
    ------
    InputError
        If it would be longer or larger than `cnnreel.work.limits` allows.
    """
    timeline, keys = foreseen(clip, folder)
    wanted = range(len(keys))[-1 if clip.output.format == "png" else 0 :]
    missing = [number for number in wanted if not fetch_beat(clip, segment_folder(folder, number), keys[number])]
    return Prepared(timeline, keys, tuple(missing))


def foreseen(clip: Clip, folder: Path) -> tuple[Timeline, tuple[str, ...]]:
    """Write a clip's film as data, if it is one, and return its timeline and its beats' keys."""
    from cnnreel.film.recorder import record_film

    recorded, output = record_film(clip.spec, clip.size), clip.output
    check_clip(clip, recorded.timeline.duration)
    if output.format not in ("png", "stills"):
        (folder / f"{clip.name}.film.json").write_text(film_text(recorded.film), encoding="utf-8")
    how = (clip.spec.theme, clip.size, output.fps, output.format, output.constant_frame_rate, output.transparent)
    said = [beat.caption if output.captions == "burned" else None for beat in recorded.timeline.beats]
    sights = zip(recorded.sights, said, strict=True)
    return recorded.timeline, tuple(key_of(sight=sight, how=how, said=words) for sight, words in sights)


def fetch_beat(clip: Clip, folder: Path, key: str) -> bool:
    """Make a folder for a beat, take the beat from the cache, and tell whether it was there."""
    folder.mkdir(parents=True)
    return clip.cache is not None and clip.cache.fetch(key, folder)


def film_part(
    clip: Clip, folder: Path, prepared: Prepared, beats: Sequence[int], on_progress: OnProgress | None = None
) -> None:
    """Film some beats of a prepared clip, in their order; the others are played without being drawn."""
    from cnnreel.paint.engine import play

    if not beats:
        return
    total = prepared.seconds(beats) * clip.output.fps

    def keep(beat: int) -> None:
        if clip.cache is not None:
            clip.cache.store(prepared.keys[beat], segment_folder(folder, beat))

    filmed = {number: prepared.timeline.beats[number] for number in beats}
    with Segments(clip, folder, filmed, keep) as segments:
        play(
            clip.spec,
            clip.size,
            clip.output.fps,
            segments.sink,
            wanted=set(beats),
            transparent=clip.output.transparent,
            on_beat=segments.cut,
            on_frames=on_progress and (lambda frames: on_progress(min(1.0, frames / total))),
        )


def finish(clip: Clip, folder: Path, prepared: Prepared) -> None:
    """Make everything else, and publish all of it."""
    main = put_together(clip, folder, prepared.timeline)
    record = clip_record(clip.spec, prepared.timeline, main)
    story = Story(record)
    write_sidecars(folder, clip.name, story)
    if clip.output.format in CODECS:
        write_clip_page(folder, clip.name, story, single_file=clip.output.single_file)
    (folder / f"{clip.name}.json").write_text(record_text(record), encoding="utf-8")
    if clip.cache is not None:
        clip.cache.store(clip.key, folder)
        clip.cache.shrink()
    clip.publish(folder)
