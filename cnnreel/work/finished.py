"""Clips that are finished: from a hidden folder, or from the cache, into their own. Nothing here needs Manim."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from cnn_core.grids import Grid
from cnnreel.film.record import inspected, made_with
from cnnreel.work.cache import Cache, key_of
from cnnreel.work.files import check_free, publish, staging
from scenes.specs import SceneSpec

__all__ = ["clip_key", "from_cache", "main_file", "publish_clip"]


def clip_key(
    spec: SceneSpec,
    name: str,
    *,
    quality: str,
    format: str = "mp4",
    constant_frame_rate: bool = False,
    single_file: bool = False,
    transparent: bool = False,
) -> str:
    """Return the key under which a clip is kept: a hash of what is asked, of what is computed, and of what films it.

    A film also says where its numbers are from, which their JSON does not.
    """
    how = (quality, format, constant_frame_rate, single_file, transparent)
    origins = {field: given.origin for field, given in spec if isinstance(given, Grid)}
    return key_of(asked=inspected(spec), origins=origins, made_with=made_with(spec), name=name, how=how)


def from_cache(cache: Cache, key: str, out_dir: Path, name: str) -> dict[str, Any] | None:
    """Put a clip that is kept into `out_dir/name/` and return its record; return nothing if it is not kept."""
    check_free(out_dir / name)
    with staging(out_dir) as staged:
        return publish_clip(staged, out_dir / name, name) if cache.fetch(key, staged) else None


def publish_clip(staged: Path, folder: Path, name: str) -> dict[str, Any]:
    """Move all files of a clip into its folder, its record last, and return the record."""
    record: dict[str, Any] = json.loads((staged / f"{name}.json").read_bytes())
    files = {str(path.relative_to(staged)) for path in staged.rglob("*") if path.is_file()}
    publish(staged, folder, [*sorted(files - {f"{name}.json"}), f"{name}.json"])
    return record


def main_file(name: str, format: str) -> str:
    """Return the name of the file that was asked for."""
    return f"{name}-contact.png" if format == "stills" else f"{name}.{format}"
