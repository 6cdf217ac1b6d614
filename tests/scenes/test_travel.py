"""Numbers go straight where their way is free, and otherwise are not seen on it."""

from __future__ import annotations

from typing import Any

import pytest
from manim import AnimationGroup, Restore

from benchmarks.composition import measured
from scenes.catalog import find
from scenes.mobjects.text import Label, Number
from scenes.mobjects.travel import is_free, travel
from tests.often import only_often

START, GOAL = (-3.0, 0.0, 0.0), (3.0, 0.0, 0.0)


def number_at(place: tuple[float, float, float]) -> Number:
    return Number("7", "x[0]", 0.5, "#fff").move_to(place)


@pytest.mark.parametrize(("height", "is_open"), [(0.0, False), (0.3, False), (0.9, True)])
def test_words_between_are_in_the_way_and_words_beside_are_not(height: float, is_open: bool) -> None:
    words = Label("words", 0.5, "#fff").move_to((0, height, 0))
    assert is_free(number_at(START), number_at(GOAL), [words]) == is_open


def test_what_it_leaves_and_what_cannot_be_seen_are_not_in_the_way() -> None:
    below, faint = number_at(START), Label("words", 0.5, "#fff").set_fill(opacity=0.1)
    assert is_free(number_at(START), number_at(GOAL), [below, faint])


def test_a_way_that_is_not_free_is_not_gone() -> None:
    words = Label("words", 0.5, "#fff")
    assert isinstance(travel(number_at(GOAL), START, past=[words]), AnimationGroup)
    assert isinstance(travel(number_at(GOAL), START, past=[]), Restore)


MOST = {"avg-pool": 0, "residual-add": 0, "linear": 4}
"""So many instants of a film may have a number cross words."""


@pytest.mark.parametrize("name", only_often(MOST, "avg-pool"))
def test_films_let_hardly_anything_cross_what_is_written(name: str) -> None:
    found: Any = measured(find(name).build({"pace": "fast"}))
    assert found.crossings <= MOST[name]
