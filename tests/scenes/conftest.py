from __future__ import annotations

from collections.abc import Callable
from itertools import combinations
from typing import Any

import pytest
from manim import config

from scenes.addresses import value_at
from scenes.catalog import find
from scenes.layout import smallest_text
from scenes.mobjects.text import Label
from scenes.numerals import as_text
from scenes.rehearsal import rehearse
from scenes.specs import as_json
from scenes.stage import ExplainerScene, family, pixel_box
from scenes.theme import CAPTION_BAND
from scenes.timeline import Beat

Perform = Callable[..., ExplainerScene[Any]]


@pytest.fixture
def perform() -> Perform:
    """Play a scene without drawing: `perform("max-pool", x=[[7, 3], [3, 8]])`."""

    def play(name: str, **given: Any) -> ExplainerScene[Any]:
        return rehearse(find(name).build(given))

    return play


@pytest.fixture
def perform_well() -> Perform:
    """Play a scene as `perform` does, and look at every beat: texts large enough and side by side, numbers true."""

    def play(name: str, **given: Any) -> ExplainerScene[Any]:
        scene = rehearse(find(name).build(given), on_beat=check_texts)
        values = as_json(scene.spec.values())
        for beat in scene.timeline.beats:
            for shown in beat.shown:
                decimals = len(shown.text.partition(".")[2])
                assert shown.text == as_text(value_at(values, shown.of), decimals), (beat.caption, shown)
        return scene

    return play


def check_texts(scene: ExplainerScene[Any], beat: Beat) -> None:
    labels = [one for one in family(scene.mobjects) if isinstance(one, Label) and one.glyphs]
    labels = [one for one in labels if all(glyph.get_fill_opacity() > 0.05 for glyph in one.glyphs)]
    boxes = [(one.text, pixel_box(one)) for one in labels]
    for label, (text, (left, top, right, bottom)) in zip(labels, boxes, strict=True):
        assert label.strut.height >= smallest_text() - 1e-6, (beat.caption, text)
        assert min(left, top) >= 0, (beat.caption, text, "beyond the left or the top")
        assert right <= config.pixel_width, (beat.caption, text, "beyond the right")
        assert bottom <= config.pixel_height * (1 - CAPTION_BAND) + 1, (beat.caption, text, "where captions stand")
    for (text, a), (other, b) in combinations(boxes, 2):
        apart = a[0] + 2 >= b[2] or b[0] + 2 >= a[2] or a[1] + 2 >= b[3] or b[1] + 2 >= a[3]
        assert apart, (beat.caption, text, other)
