from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from cnn_core.numerals import as_text
from scenes.addresses import value_at
from scenes.specs import as_json
from tests.performing import Played
from tests.performing import perform as performed
from tests.scenes.looking import outside, overlapping, too_small

Perform = Callable[..., Played]


@pytest.fixture
def perform() -> Perform:
    """Play a scene without drawing: `perform("max-pool", x=[[7, 3], [3, 8]])`."""

    def play(name: str, **given: Any) -> Played:
        return performed(name, **given).scene

    return play


@pytest.fixture
def perform_well() -> Perform:
    """Play a scene as `perform` does, and look at every beat: texts large enough and side by side, numbers true."""

    def play(name: str, **given: Any) -> Played:
        scene, seen = performed(name, **given)
        values = as_json(scene.spec.values())
        for beat, labels in zip(scene.timeline.beats, seen, strict=True):
            for search in (lambda found: outside(found, scene.spec.ratio), overlapping, too_small):
                assert not list(search(labels)), beat.caption
            for shown in beat.shown:
                decimals = len(shown.text.partition(".")[2])
                assert shown.text == as_text(value_at(values, shown.of), decimals), (beat.caption, shown)
        return scene

    return play
