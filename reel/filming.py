"""One clip: a film or pictures, a poster, the record of what is seen when, and all that goes beside them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from reel.cache import Cache
from reel.encoder import CODECS
from reel.engine import OnFrames
from reel.files import check_free, check_name, staging
from reel.finished import clip_key, from_cache, publish_clip
from reel.page.writing import write_clip_page
from reel.record import as_text, clip_record
from reel.sidecars import write_sidecars
from reel.takes import TAKES, Order
from scenes.rehearsal import rehearse
from scenes.specs import SceneSpec

__all__ = ["Clip", "OnProgress", "film"]

OnProgress = Callable[[float], None]
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
    cache
        Where to look for the clip before it is filmed, and to keep it afterwards.

    Raises
    ------
    InputError
        If the name or the folder cannot be used.
    CnnreelError
        If the disk is full or the folder cannot be written to.
    """
    name = check_name("name", spec.name if name is None else name)
    folder = out_dir / name
    check_free(folder)
    how: Any = {"quality": quality, "format": format, "constant_frame_rate": constant_frame_rate}
    key = clip_key(spec, name, **how, single_file=single_file) if cache else ""
    record = from_cache(cache, key, out_dir, name) if cache else None
    if record is None:
        with staging(out_dir) as staged:
            order = Order(spec, name, folder=staged, **how)
            shoot(replace(order, on_frames=frame_counter(order, on_progress)), single_file=single_file)
            if cache:
                cache.store(key, staged)
            record = publish_clip(staged, folder, name)
    elif on_progress is not None:
        on_progress(1.0)
    return Clip(folder, folder / main_file(name, format), record)


def shoot(order: Order, *, single_file: bool) -> None:
    """Make all files of a clip in the order's folder."""
    take = TAKES[order.format](order)
    record = clip_record(order.spec, take.timeline, take.record)
    write_sidecars(order.folder, order.name, record)
    if order.format in CODECS:
        write_clip_page(order.folder, order.name, record, single_file=single_file)
    (order.folder / f"{order.name}.json").write_text(as_text(record), encoding="utf-8")


def main_file(name: str, format: str) -> str:
    """Return the name of the file that was asked for."""
    return f"{name}-contact.png" if format == "stills" else f"{name}.{format}"


def frame_counter(order: Order, on_progress: OnProgress | None) -> OnFrames | None:
    """Turn numbers of frames into fractions, of a total that is known from a rehearsal."""
    if on_progress is None:
        return None
    total = rehearse(order.spec, order.size).timeline.duration * order.fps
    return lambda frames: on_progress(min(1.0, frames / total))
