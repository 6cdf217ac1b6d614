"""One clip: a film or pictures, a poster, the record of what is seen when, and all that goes beside them.

A film is made in three steps, which may be taken by several processes: it is prepared, filmed in parts, and finished.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from cnn_core.errors import InputError
from cnnreel.film.plan import plan
from cnnreel.film.record import as_text, clip_record
from cnnreel.paint.encoder import CODECS
from cnnreel.paint.quality import QUALITIES
from cnnreel.paint.segments import film_segments, put_together, segment_folder
from cnnreel.paint.takes import TAKES, Take, video_record
from cnnreel.play.page.writing import write_clip_page
from cnnreel.tell.sidecars import write_sidecars
from cnnreel.tell.story import Story
from cnnreel.work.cache import Cache, key_of
from cnnreel.work.files import check_free, check_name, staging
from cnnreel.work.finished import clip_key, from_cache, main_file, publish_clip
from cnnreel.work.limits import check_clip
from cnnreel.work.orders import Order, Prepared
from scenes.rehearsal import rehearse
from scenes.specs import SceneSpec
from scenes.timeline import Timeline

__all__ = ["Clip", "OnProgress", "film", "film_part", "finish", "prepare"]

OnProgress: TypeAlias = Callable[[float], None]
"""Called with the fraction that is done, from 0 to 1."""


@dataclass(frozen=True)
class Clip:
    """A clip that is on disk.

    Attributes
    ----------
    main
        The file that was asked for: the film, the picture, or the contact sheet.
    record
        What `NAME.json` says.
    """

    folder: Path
    main: Path
    record: dict[str, Any]


def film(
    spec: SceneSpec,
    out_dir: Path,
    *,
    name: str | None = None,
    quality: str = "medium",
    format: str = "mp4",
    constant_frame_rate: bool = False,
    single_file: bool = False,
    transparent: bool = False,
    cache: Cache | None = None,
    on_progress: OnProgress | None = None,
) -> Clip:
    """Film a scene into `out_dir/name/`, where every file appears complete or not at all.

    Parameters
    ----------
    constant_frame_rate
        Store every frame of the film, though it be like the one before: some editing programs want that.
    single_file
        Put film, stills and fonts inside the page, so that it can be passed on alone.
    transparent
        Leave the background out, of WebM or a PNG.
    cache
        Where to look for the clip and its beats before they are filmed, and to keep them afterwards.

    Raises
    ------
    InputError
        If the name or the folder cannot be used, or there is no such quality or format.
    CnnreelError
        If the disk is full or the folder cannot be written to.
    """
    check_choice("quality", quality, QUALITIES)
    check_choice("format", format, [*CODECS, *TAKES])
    if transparent:
        check_choice("format of a transparent film", format, ["webm", "png"])
    name = check_name("name", spec.name if name is None else name)
    folder = out_dir / name
    check_free(folder)
    how: Any = {"quality": quality, "format": format, "constant_frame_rate": constant_frame_rate}
    how |= {"single_file": single_file, "transparent": transparent}
    key = clip_key(spec, name, **how) if cache else ""
    record = from_cache(cache, key, out_dir, name) if cache else None
    if record is None:
        with staging(out_dir) as staged:
            order = Order(spec, name, folder=staged / name, **how)
            order.folder.mkdir()
            prepared = prepare(order, cache)
            if prepared is not None:
                film_part(order, prepared, prepared.missing, cache, on_progress)
            record = finish(order, prepared, key, cache, None if prepared else on_progress)
    if on_progress is not None:
        on_progress(1.0)
    return Clip(folder, folder / main_file(name, format), record)


def check_choice(argument: str, given: str, choices: Collection[str]) -> None:
    """Refuse what cannot be chosen."""
    if given not in choices:
        raise InputError(f"{argument} must be one of {', '.join(choices)}, but it is {given!r}.")


def prepare(order: Order, cache: Cache | None) -> Prepared | None:
    """Find out what a film will show, and fetch what the cache has of it; return nothing for what is made in one go.

    Raises
    ------
    InputError
        If it would be longer or larger than `cnnreel.work.limits` allows.
    """
    if order.format not in CODECS:
        return None
    timeline, keys = foreseen(order, cache)
    check_clip(order, timeline.duration)
    missing = [number for number, key in enumerate(keys) if not fetch(order, number, key, cache)]
    return Prepared(timeline, keys, tuple(missing))


def foreseen(order: Order, cache: Cache | None) -> tuple[Timeline, tuple[str, ...]]:
    """Return a film's timeline and its beats' keys; without a cache, where nobody asks for them, they are empty."""
    if cache is None:
        timeline = rehearse(order.spec, order.size).timeline
        return timeline, ("",) * len(timeline.beats)
    planned = plan(order.spec, order.size)
    how = (order.spec.theme, order.size, order.fps, order.format, order.constant_frame_rate, order.transparent)
    return planned.timeline, tuple(key_of(sight=sight, how=how) for sight in planned.sights)


def fetch(order: Order, beat: int, key: str, cache: Cache | None) -> bool:
    """Take a beat from the cache, or say that it is not there."""
    folder = segment_folder(order, beat)
    folder.mkdir(parents=True)
    return cache is not None and cache.fetch(key, folder)


def film_part(
    order: Order,
    prepared: Prepared,
    beats: Sequence[int],
    cache: Cache | None,
    on_progress: OnProgress | None = None,
) -> None:
    """Film some beats of a prepared film."""
    if not beats:
        return
    times = [prepared.timeline.beats[number] for number in beats]
    total = sum(beat.end - beat.start for beat in times) * order.fps
    tell = on_progress and (lambda frames: on_progress(min(1.0, frames / total)))

    def keep(beat: int) -> None:
        if cache is not None:
            cache.store(prepared.keys[beat], segment_folder(order, beat))

    film_segments(order, beats, tell, keep)


def finish(
    order: Order,
    prepared: Prepared | None,
    key: str,
    cache: Cache | None,
    on_progress: OnProgress | None = None,
) -> dict[str, Any]:
    """Make everything else, publish all of it, and return the record."""
    if prepared is None:
        take = take_at_once(order, on_progress)
    else:
        put_together(order, prepared.timeline)
        take = Take(video_record(order, prepared.timeline.duration), prepared.timeline)
    record = clip_record(order.spec, take.timeline, take.record)
    story = Story(record)
    write_sidecars(order.folder, order.name, story)
    if order.format in CODECS:
        write_clip_page(order.folder, order.name, story, single_file=order.single_file)
    (order.folder / f"{order.name}.json").write_text(as_text(record), encoding="utf-8")
    if cache is not None:
        cache.store(key, order.folder)
        cache.shrink()
    return publish_clip(order.folder, order.out_dir / order.name, order.name)


def take_at_once(order: Order, on_progress: OnProgress | None) -> Take:
    """Make what is made in one go, once a rehearsal has told how long it is."""
    seconds = rehearse(order.spec, order.size).timeline.duration
    check_clip(order, seconds)
    total = seconds * order.fps
    return TAKES[order.format](order, on_progress and (lambda frames: on_progress(min(1.0, frames / total))))
