"""Records of clips, as filming would write them, from a rehearsal."""

from __future__ import annotations

from copy import deepcopy
from functools import cache
from typing import Any

from cnnreel.film.record import explained, inspected
from scenes.catalog import find
from scenes.rehearsal import rehearse
from scenes.specs import SceneSpec

__all__ = ["record_of", "rehearsed"]


def record_of(scene: str, **given: Any) -> dict[str, Any]:
    """Return a record of its own for each test."""
    return rehearsed(find(scene).build(given)) if given else deepcopy(rehearsed_default(scene))


@cache
def rehearsed_default(scene: str) -> dict[str, Any]:
    """Play a scene as it is by default, once for all tests."""
    return rehearsed(find(scene).build({}))


def rehearsed(spec: SceneSpec) -> dict[str, Any]:
    """Play a scene without drawing it."""
    played = rehearse(spec)
    film = {"file": f"{spec.name}.mp4", "width": 1280, "height": 720, "fps": 30, "duration": played.timeline.duration}
    beats = played.timeline.as_json()
    return {**inspected(spec), "video": film, "beats": beats, **explained(spec, beats)}
