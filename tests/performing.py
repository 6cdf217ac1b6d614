"""Scenes are performed once for all tests that look at the same spec: whoever comes first plays it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any, NamedTuple

from scenes.catalog import find
from scenes.specs import SceneSpec
from scenes.stage import ExplainerScene
from scenes.timeline import Timeline
from tests.scenes.looking import Seen, watch

__all__ = ["Performance", "perform", "performance_of"]


class Performance(NamedTuple):
    """A scene that was played and not drawn, with the texts that were visible at the end of each beat."""

    scene: ExplainerScene[Any]
    labels: list[list[Seen]]

    @property
    def timeline(self) -> Timeline:
        return self.scene.timeline


_PLAYED: dict[str, Performance] = {}


def performance_of(spec: SceneSpec) -> Performance:
    """Play a scene, unless it was played; nobody changes what is returned."""
    given = [getattr(spec, field) for field in type(spec).model_fields]
    sources = [one if isinstance(one, Path) else getattr(one, "source", None) for one in given]
    key = f"{spec.name} {json.dumps(spec.as_json(), default=str)} {sources}"
    if key not in _PLAYED:
        _PLAYED[key] = Performance(*watch(spec))
    return _PLAYED[key]


def perform(name: str, **given: Any) -> Performance:
    """Play a scene from what a user would give: `perform("max-pool", x=[[7, 3], [3, 8]])`."""
    return performance_of(find(name).build(given))
