"""Records of clips, as filming would write them, from a rehearsal."""

from __future__ import annotations

import pickle
from typing import Any

from cnnreel.film.record import explained, inspected
from scenes.catalog import find
from scenes.specs import SceneSpec
from tests.keeping import kept
from tests.performing import key_of, performance_of

__all__ = ["record_of", "rehearsed"]


def record_of(scene: str, **given: Any) -> dict[str, Any]:
    """Return a record of its own for each test; the scene is played once."""
    return rehearsed(find(scene).build(given))


_RECORDS: dict[str, bytes] = {}


def rehearsed(spec: SceneSpec) -> dict[str, Any]:
    """Return the record of a spec, as filming would write it."""
    key = key_of(spec)
    if key not in _RECORDS:
        _RECORDS[key] = kept(f"record {key}", lambda: _record(spec))
    return pickle.loads(_RECORDS[key])  # type: ignore[no-any-return]


def _record(spec: SceneSpec) -> dict[str, Any]:
    played = performance_of(spec)
    film = {"file": f"{spec.name}.mp4", "width": 1280, "height": 720, "fps": 30, "duration": played.timeline.duration}
    beats = played.timeline.as_json()
    return {**inspected(spec), "video": film, "beats": beats, **explained(spec, beats)}
