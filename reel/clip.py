"""One clip: a film or pictures, a poster, the record of what is seen when, and all that goes beside them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from reel.encoder import CODECS
from reel.engine import OnFrames
from reel.files import check_free, check_name, publish, staging
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
    single_file: bool = False,
    on_progress: OnProgress | None = None,
) -> Clip:
    """Film a scene into `out_dir/name/`, where every file appears complete or not at all.

    Parameters
    ----------
    single_file
        Put film, stills and fonts inside the page, so that it can be passed on alone.

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
    with staging(out_dir) as staged:
        order = Order(spec, name, quality, format, staged)
        take = TAKES[format](replace(order, on_frames=frame_counter(order, on_progress)))
        record = clip_record(spec, take.timeline, take.record)
        write_sidecars(staged, name, record)
        if format in CODECS:
            write_clip_page(staged, name, record, single_file=single_file)
        files = sorted(str(path.relative_to(staged)) for path in staged.rglob("*") if path.is_file())
        (staged / f"{name}.json").write_text(as_text(record), encoding="utf-8")
        publish(staged, folder, [*files, f"{name}.json"])
    return Clip(folder, folder / take.main, record)


def frame_counter(order: Order, on_progress: OnProgress | None) -> OnFrames | None:
    """Turn numbers of frames into fractions, of a total that is known from a rehearsal."""
    if on_progress is None:
        return None
    total = rehearse(order.spec, order.size).timeline.duration * order.fps
    return lambda frames: on_progress(min(1.0, frames / total))
