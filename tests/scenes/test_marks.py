"""Marks point at what they are about: window, ring and frame have addresses, and stand where those are."""

from __future__ import annotations

from typing import Any

import pytest
from manim import DOWN

from cnn_core.equation import Equation
from cnn_core.expression import OfMany, Sum, Value
from scenes.addresses import value_at
from scenes.catalog import SCENES, find
from scenes.mobjects.expression import _written
from scenes.mobjects.grid import Window
from scenes.mobjects.setting import Line
from scenes.rehearsal import FRAME_SIZES, rehearse
from scenes.specs import as_json
from scenes.timeline import Beat, Pointer, Shown
from tests.performing import perform, performance_of
from tests.scenes.pointing import astray


def wrong(name: str, **given: Any) -> list[str]:
    return [said for beat in rehearse(find(name).build(given)).timeline.beats for said in astray(beat)]


def of_kind(beat: Beat, kind: str) -> list[Pointer]:
    return [mark for mark in beat.marks if mark.kind == kind]


@pytest.mark.parametrize("name", [name for name in SCENES if name != "digit"])
def test_every_mark_goes_around_what_it_is_about_and_stays_inside_the_frame(name: str) -> None:
    beats = perform(name).timeline.beats
    width, height = FRAME_SIZES["16:9"]
    for beat in beats:
        assert list(astray(beat)) == [], beat.caption
        for seen in (*beat.marks, *beat.formulas):
            left, top, right, bottom = seen.box
            assert 0 <= left < right <= width, (beat.caption, seen)
            assert 0 <= top < bottom <= height, (beat.caption, seen)


@pytest.mark.parametrize("name", ["max-pool", "avg-pool"])
@pytest.mark.parametrize("given", [{}, {"padding": 1, "question": False}])
def test_a_window_is_about_the_values_that_its_result_comes_from(name: str, given: dict[str, Any]) -> None:
    spec = find(name).build(given)
    told = [beat for beat in performance_of(spec).timeline.beats if beat.formulas and beat.kind in ("step", "answer")]
    assert told
    for beat in told:
        (window,) = of_kind(beat, "window")
        equation = spec.explain(str(beat.formulas[0].of))
        assert isinstance(equation, Equation)
        values = {value.address for value in equation.left.leaves() if value.address}
        assert {address for address in values if address.startswith("x")} == set(window.of)


def test_the_ring_is_on_the_winner() -> None:
    spec = find("max-pool").build({})
    values = as_json(spec.values())
    rings = [
        (beat.formulas[0].of, of_kind(beat, "ring")) for beat in performance_of(spec).timeline.beats if beat.formulas
    ]
    assert len(rings) == 4
    for result, (ring,) in rings:
        (winner,) = ring.of
        assert value_at(values, winner) == value_at(values, str(result))


def test_a_question_frames_the_cell_that_it_asks_for() -> None:
    (asked,) = [beat for beat in perform("max-pool").timeline.beats if beat.kind == "question"]
    assert [mark.of for mark in of_kind(asked, "frame")] == [("output[0,0,0,0]",)]


def test_a_window_that_is_drawn_one_row_low_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    place = Window.place

    def low(window: Window, top: float, left: float) -> Window:
        place(window, top, left).outline.shift(window.grid.cell * DOWN)
        return window

    assert wrong("max-pool") == []
    monkeypatch.setattr(Window, "place", low)
    assert "window does not go around x[0,0,0,0]" in wrong("max-pool")


@pytest.mark.parametrize(
    ("box", "said"),
    [
        ((0, 0, 10, 10), []),
        ((0, 10, 10, 20), ["ring does not go around x[0,0]", "ring goes around x[1,0]"]),
        ((0, 0, 10, 20), ["ring goes around x[1,0]"]),
    ],
)
def test_marks_that_go_astray_are_told(box: tuple[int, int, int, int], said: list[str]) -> None:
    numbers = (
        Shown("1", "x[0,0]", (2, 2, 8, 8)),
        Shown("2", "x[1,0]", (2, 12, 8, 18)),
        Shown("3", "y[0]", (2, 2, 8, 8)),
    )
    beat = Beat("step", "Look.", 0, 1, shown=numbers, marks=(Pointer("ring", ("x[0,0]",), box),))
    assert list(astray(beat)) == said


def test_a_line_of_arithmetic_says_in_words_which_terms_are_only_counted() -> None:
    line = Line((Sum((Value(1, text="1"), OfMany("others", "exponentials", 2, 0.001))),), ("x",))
    assert _written(line) == "x = 1 + (2 others)"
