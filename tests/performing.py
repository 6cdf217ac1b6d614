"""Scenes are performed once for all tests that look at the same spec: whoever comes first plays it."""

from __future__ import annotations

import json
import pickle
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from scenes.catalog import find
from scenes.specs import SceneSpec
from scenes.timeline import Timeline
from tests.keeping import kept
from tests.scenes.looking import Seen, watch

__all__ = ["Performance", "Played", "key_of", "perform", "performance_of"]


@dataclass(frozen=True)
class Played:
    """A scene that was played and not drawn."""

    spec: Any
    timeline: Timeline

    @property
    def trace(self) -> Any:
        return self.spec.trace()


class Performance(NamedTuple):
    """A scene that was played, with the texts that were visible at the end of each beat."""

    scene: Played
    labels: list[list[Seen]]

    @property
    def timeline(self) -> Timeline:
        return self.scene.timeline


_PLAYED: dict[str, Performance] = {}


def performance_of(spec: SceneSpec) -> Performance:
    """Play a scene, unless it was played; nobody changes what is returned."""
    key = key_of(spec)
    if key not in _PLAYED:
        timeline, labels = pickle.loads(kept(f"performance {key}", lambda: _performed(spec)))
        _PLAYED[key] = Performance(Played(spec, timeline), labels)
    return _PLAYED[key]


def key_of(spec: SceneSpec) -> str:
    """Return what tells a spec from all others, files that it was read from included."""
    given = [getattr(spec, field) for field in type(spec).model_fields]
    sources = [one if isinstance(one, Path) else getattr(one, "source", None) for one in given]
    return f"{spec.name} {json.dumps(spec.as_json(), default=str)} {sources}"


def _performed(spec: SceneSpec) -> tuple[Timeline, list[list[Seen]]]:
    scene, labels = watch(spec)
    return scene.timeline, labels


def perform(name: str, **given: Any) -> Performance:
    """Play a scene from what a user would give: `perform("max-pool", x=[[7, 3], [3, 8]])`."""
    return performance_of(find(name).build(given))
