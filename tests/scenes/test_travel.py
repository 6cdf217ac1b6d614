"""Numbers go straight where their way is free, and otherwise are not seen on it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from manim import AnimationGroup, Restore

from benchmarks.composition import measured
from scenes.catalog import find
from scenes.mobjects.text import Label, Number
from scenes.mobjects.travel import Along, is_free, starting, travel
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


@pytest.mark.parametrize("goal", [(3.0, -2.0, 0.0), (3.0, 0.2, 0.0), (-3.0, -0.4, 0.0)])
def test_figures_do_not_cross_those_that_they_are_a_copy_of(goal: tuple[float, float, float]) -> None:
    standing, leaving = (Number("-12.50", "x[0]", 0.5, "#fff") for _ in range(2))
    going = travel(leaving.move_to(goal), standing, past=[standing])
    assert isinstance(going, Restore)
    going.begin()
    for share in np.linspace(0, 1, 30):
        going.interpolate(share)
        crossed = [
            (one, other)
            for one, mine in enumerate(leaving.glyphs)
            for other, its in enumerate(standing.glyphs)
            if one != other and (np.abs(mine.get_center() - its.get_center())[:2] < _half(mine) + _half(its)).all()
        ]
        assert not crossed, share
    np.testing.assert_allclose(leaving.get_center(), goal, atol=1e-6)


def test_a_copy_starts_on_the_figures_that_it_repeats() -> None:
    standing, copied = Number("-1.0", "x[0]", 0.4, "#fff"), Number("-1", "x[0]", 0.5, "#fff", parentheses=True)
    starting(copied, standing)
    for k in range(2):
        np.testing.assert_allclose(copied.glyphs[k + 1].points, standing.glyphs[k].points, atol=1e-6)


def _half(glyph: Any) -> Any:
    return np.array([glyph.width, glyph.height]) / 2


def test_a_number_goes_along_the_corners_of_its_way_and_ends_where_it_stands() -> None:
    number = number_at(GOAL)
    corners = np.array([START, (-3.0, -2.0, 0.0), (3.0, -2.0, 0.0)])
    way = Along(number, corners, 1.0, rate_func=lambda share: share)
    way.begin()
    for share, place, size in ((0.0, START, 2.0), (0.2, corners[1], 1.8), (0.8, corners[2], 1.2), (1.0, GOAL, 1.0)):
        way.interpolate(share)
        assert number.get_center() == pytest.approx(place)
        assert number.height == pytest.approx(size * number_at(GOAL).height)


MOST = {"avg-pool": 0, "residual-add": 0, "linear": 0}
"""So many instants of a film may have a number cross words."""


@pytest.mark.parametrize("name", only_often(MOST, "avg-pool"))
def test_films_let_hardly_anything_cross_what_is_written(name: str) -> None:
    found: Any = measured(find(name).build({"pace": "fast"}))
    assert found.crossings <= MOST[name]
