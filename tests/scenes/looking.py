"""Looking at a scene while it plays: which texts are visible, where, and how large."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import Any, NamedTuple

from scenes.layout import smallest_text
from scenes.mobjects.text import Label
from scenes.rehearsal import FRAME_SIZES, rehearse
from scenes.specs import SceneSpec
from scenes.stage import ExplainerScene, pixel_box
from scenes.swift import family_of
from scenes.theme import CAPTION_BAND
from scenes.timeline import Beat

Box = tuple[int, int, int, int]

SPARE = 2
"""Pixels by which boxes are larger than what is drawn."""


class Seen(NamedTuple):
    """A text that is visible at the end of a beat; `size` is 1 for the smallest that can be read."""

    text: str
    box: Box
    size: float


def visible(scene: ExplainerScene[Any]) -> list[Seen]:
    """Return every text that can be seen now."""
    labels = [one for one in family_of(scene.mobjects) if isinstance(one, Label) and one.glyphs]
    seen = [one for one in labels if all(glyph.get_fill_opacity() > 0.05 for glyph in one.glyphs)]
    return [Seen(one.text, pixel_box(one), one.strut.height / smallest_text()) for one in seen]


def watch(spec: SceneSpec) -> tuple[ExplainerScene[Any], list[list[Seen]]]:
    """Play a scene and return it, with what was visible at the end of each beat."""
    seen: list[list[Seen]] = []

    def look(scene: ExplainerScene[Any], _: Beat) -> None:
        seen.append(visible(scene))

    return rehearse(spec, on_beat=look), seen


def outside(labels: list[Seen], ratio: str) -> Iterator[Seen]:
    """Find texts that leave the frame, or stand where captions go."""
    width, height = FRAME_SIZES[ratio]
    for label in labels:
        left, top, right, bottom = label.box
        if left < 0 or top < 0 or right > width or bottom > height * (1 - CAPTION_BAND) + SPARE:
            yield label


def overlapping(labels: list[Seen]) -> Iterator[tuple[Seen, Seen]]:
    """Find texts that stand on each other."""
    for one, other in combinations(labels, 2):
        if (one.text, one.box) == (other.text, other.box):  # a coloured copy that lies on it
            continue
        (left, top, right, bottom), (left_2, top_2, right_2, bottom_2) = one.box, other.box
        beside = left + SPARE >= right_2 or left_2 + SPARE >= right
        if not beside and top + SPARE < bottom_2 and top_2 + SPARE < bottom:
            yield one, other


def too_small(labels: list[Seen]) -> Iterator[Seen]:
    """Find texts that cannot be read."""
    yield from (label for label in labels if label.size < 1 - 1e-6)
