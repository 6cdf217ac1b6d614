"""What every scene in the catalog must keep, in every ratio: true numbers, in the frame, side by side."""

from __future__ import annotations

from itertools import pairwise, product
from typing import Any

import numpy as np
import pytest

from cnn_core.numerals import as_text
from scenes.addresses import value_at
from scenes.catalog import SCENES, find
from scenes.rehearsal import FRAME_SIZES, rehearse
from scenes.specs import as_json
from scenes.theme import reading_time
from tests.often import only_often
from tests.performing import perform
from tests.scenes.looking import outside, overlapping, too_small

EVERY = [
    pytest.param(name, ratio, marks=() if ratio == "16:9" else pytest.mark.soak)
    for name, ratio in product(SCENES, FRAME_SIZES)
]
"""Narrow frames are played by the tests of longer words, too, which must fit there."""


@pytest.mark.parametrize(("name", "ratio"), EVERY)
def test_every_number_on_screen_is_the_computed_one(name: str, ratio: str) -> None:
    played = perform(name, ratio=ratio)
    values = as_json(played.scene.spec.values())
    for beat in played.timeline.beats:
        for shown in beat.shown:
            _, _, decimals = shown.text.partition(".")
            assert shown.text == as_text(value_at(values, shown.of), len(decimals)), (beat.caption, shown)


@pytest.mark.parametrize(("name", "ratio"), EVERY)
def test_nothing_leaves_the_frame_or_stands_where_captions_go(name: str, ratio: str) -> None:
    played = perform(name, ratio=ratio)
    for beat, labels in zip(played.timeline.beats, played.labels, strict=True):
        assert not list(outside(labels, ratio)), beat.caption


@pytest.mark.parametrize(("name", "ratio"), EVERY)
def test_no_two_texts_stand_on_each_other(name: str, ratio: str) -> None:
    played = perform(name, ratio=ratio)
    for beat, labels in zip(played.timeline.beats, played.labels, strict=True):
        assert not list(overlapping(labels)), beat.caption


@pytest.mark.parametrize(("name", "ratio"), EVERY)
def test_no_text_is_too_small_to_read(name: str, ratio: str) -> None:
    played = perform(name, ratio=ratio)
    for beat, labels in zip(played.timeline.beats, played.labels, strict=True):
        assert not list(too_small(labels)), beat.caption


@pytest.mark.parametrize("name", SCENES)
def test_beats_follow_each_other_without_a_gap_and_can_be_read(name: str) -> None:
    beats = perform(name).timeline.beats
    assert beats[0].start == 0
    for before, after in pairwise(beats):
        assert after.start == before.end
    for beat in beats:
        assert beat.end - beat.start >= (reading_time(beat.caption) - 0.1 if beat.kind == "question" else 0.95)
        assert beat.caption.strip() == beat.caption != ""


@pytest.mark.parametrize("name", SCENES)
def test_a_question_is_answered_by_the_next_beat(name: str) -> None:
    beats = perform(name).timeline.beats
    for question, answer in pairwise(beats):
        if question.kind == "question":
            assert question.prompt
            assert question.answer
            assert answer.kind == "answer"


IN_LIGHT = "title", "avg-pool", "relu", "softmax", "linear", "batch-norm", "max-pool-backward", "global-avg-pool"


@pytest.mark.parametrize("name", only_often(SCENES, *IN_LIGHT))
def test_a_scene_says_and_shows_the_same_every_time_and_in_either_theme(name: str) -> None:
    light = rehearse(find(name).build({"theme": "light"}))
    assert light.timeline.as_json() == perform(name).timeline.as_json()


@pytest.mark.parametrize("name", SCENES)
def test_values_are_finite(name: str) -> None:
    def leaves(value: Any) -> list[float]:
        if isinstance(value, dict):
            return [leaf for one in value.values() for leaf in leaves(one)]
        if isinstance(value, list):
            return [leaf for one in value for leaf in leaves(one)]
        return [float(value)] if isinstance(value, int | float) else []

    assert np.isfinite(leaves(as_json(find(name).build({}).values()))).all()
