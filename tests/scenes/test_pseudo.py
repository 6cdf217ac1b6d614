"""A language that marks every sentence and makes it longer shows what was left out, and that every layout holds."""

from __future__ import annotations

import re

import pytest

from scenes.catalog import SCENES
from tests.often import in_turn
from tests.performing import perform
from tests.scenes.looking import outside, overlapping, too_small

NAMES = """
    AvgPool Conv ConvTranspose DepthwiseConv Flatten GlobalAvgPool LayerNorm LeakyReLU Linear MaxPool ReLU Residual
    Sigmoid Softmax Tanh Upsample Max max exp sigmoid softmax tanh
    and backward bird cat cross dog entropy fish
    bias channel class conv digits flatten image index input kernel label linear logit mnist output pool probability
    safetensors weight
"""
"""What is called so in every language: names of operations and arrays, and labels that a spec gives."""


SPEAKING = [name for name in SCENES if name != "title"]
IN_EACH_RATIO = [
    *in_turn(SPEAKING, ["9:16", "1:1"]),
    *(pytest.param(name, "16:9", marks=pytest.mark.soak) for name in SPEAKING),
]
"""`make test` plays narrow frames, where longer words have least room."""


def words(text: str) -> set[str]:
    return set(re.findall(r"[^\W\d_]{3,}", text)) - set(NAMES.split())


@pytest.mark.parametrize(("name", "ratio"), IN_EACH_RATIO)
def test_every_sentence_is_said_in_the_language_of_the_film(name: str, ratio: str) -> None:
    played = perform(name, language="en-XA", ratio=ratio)
    for beat in played.timeline.beats:
        for said in filter(words, filter(None, (beat.caption, beat.prompt, beat.answer))):
            assert re.fullmatch(r"\[.*\]", said, re.DOTALL), said


def unsaid(seen: str) -> str:
    """Leave out all that stands in the marks of a sentence, which may hold others."""
    while (left := re.sub(r"\[[^\[\]]*~[^\[\]]*\]", "", seen)) != seen:
        seen = left
    return seen


@pytest.mark.parametrize(("name", "ratio"), IN_EACH_RATIO)
def test_all_words_on_screen_are_said_and_fit_though_they_are_longer(name: str, ratio: str) -> None:
    played = perform(name, language="en-XA", ratio=ratio)
    for beat, labels in zip(played.timeline.beats, played.labels, strict=True):
        seen = " ".join(label.text for label in labels)
        assert not words(unsaid(seen)), seen
        for search in (lambda found: outside(found, ratio), overlapping, too_small):
            assert not list(search(labels)), beat.caption
