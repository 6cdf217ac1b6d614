from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, ClassVar
from unittest.mock import patch

import jsonschema
import pytest
from manim import (
    RIGHT,
    UP,
    Circle,
    FadeIn,
    FadeOut,
    Group,
    ImageMobject,
    Indicate,
    LaggedStart,
    Line,
    Mobject,
    MoveAlongPath,
    ReplacementTransform,
    Square,
    Transform,
    linear,
    there_and_back,
)

from cnnreel.film.format import film_schema
from cnnreel.film.recorder import Recorder, Recording, record_film
from scenes.catalog import SCENES, find
from scenes.mobjects.text import Label
from scenes.rehearsal import rehearse
from scenes.specs import SceneSpec
from scenes.stage import ExplainerScene
from scenes.theme import THEMES
from tests.cnnreel.film.performing import SIZE, astray, recorded
from tests.cnnreel.film.reading import between, drawn, look
from tests.often import only_often

PUBLISHED = Path(__file__).parents[3] / "docs" / "schema" / "cnnreel-film-1.schema.json"
SMALL = (320, 180)
INPUT = THEMES["dark"].input
Act = Callable[[Any], None]


class HandMadeSpec(SceneSpec):
    name: ClassVar[str] = "hand-made"
    act: ClassVar[Act]

    @classmethod
    def scene_class(cls) -> Any:
        return HandMadeScene


class HandMadeScene(ExplainerScene[HandMadeSpec]):
    spec_class: ClassVar[type[HandMadeSpec]] = HandMadeSpec

    def construct(self) -> None:
        with self.beat("explain", "Look."):
            HandMadeSpec.act(self)


def film_of(act: Act) -> dict[str, Any]:
    HandMadeSpec.act = act
    return record_film(HandMadeSpec(), SIZE).film


def track(film: dict[str, Any], name: str, sprite: int = 0) -> Any:
    return film["tracks"][film["sprites"][sprite][name]]


def square(**options: Any) -> Square:
    return Square(2, **{"stroke_width": 0, "fill_color": INPUT, "fill_opacity": 1, **options})


def test_a_square_that_moves_is_one_shape_and_a_track() -> None:
    def act(scene: Any) -> None:
        scene.play(square().animate(rate_func=linear).shift(2 * RIGHT), run_time=1.0)

    film = film_of(act)
    assert film["shapes"] == ["M270 0h-270v270h270z"]
    assert track(film, "pose") == [[0, 0, 825, 405], [60, -1, 1095, 405]]
    assert track(film, "fill") == [[0, -1, 1, 1]]
    assert film["paints"] == [["#0F1216", "#FCFAF5"], ["#56B4E9", "#0068A4"]]
    assert film["orders"] == [[0, [0, 0]]]
    assert (film["size"], film["easings"], film["beats"][0]["end"]) == ([1920, 1080], [[0, 1]], film["duration"])


def test_a_line_keeps_its_width_when_its_outline_grows() -> None:
    def act(scene: Any) -> None:
        small = Square(2, color=INPUT, stroke_width=4)
        scene.play(small.animate(rate_func=linear).scale(2, scale_stroke=False), run_time=1.0)

    film = film_of(act)
    assert track(film, "pose") == [[0, 0, 825, 405, 0.5], [60, -1, 690, 270, 1]]
    assert track(film, "stroke") == [[0, -1, 1, 1, 5.4]]
    assert "fill" not in film["sprites"][0]


def test_outlines_that_are_images_of_each_other_are_written_once_as_large_as_the_largest() -> None:
    def act(scene: Any) -> None:
        scene.add(square(), square().scale(0.5), square().stretch(3, 0))
        scene.hold(1)

    film = film_of(act)
    assert film["shapes"] == ["M810 0h-810v270h810z"]
    assert [len(track(film, "pose", k)[0]) - 2 for k in range(3)] == [4, 4, 2]


def test_what_fades_keeps_its_paint_and_starts_late_if_it_lags() -> None:
    def act(scene: Any) -> None:
        one, other = square(), square().shift(3 * UP)
        scene.play(LaggedStart(FadeIn(one), FadeIn(other), lag_ratio=1.0), run_time=2.0)

    film = film_of(act)
    first, second = track(film, "fill", 0), track(film, "fill", 1)
    assert (first[0][2:], first[-1][2:]) == ([1, 0], [1, 1])
    assert (first[0][0], first[-1][0]) == (0, pytest.approx(60, abs=2))
    assert second[-1][0] == pytest.approx(120, abs=2)
    assert second[-2][0] == pytest.approx(60, abs=2)


def test_a_number_that_turns_into_one_of_more_digits_has_its_paint_from_the_first_instant() -> None:
    def act(scene: Any) -> None:
        scene.play(ReplacementTransform(Label("1", 0.5, INPUT), Label("0.92", 0.5, INPUT)), run_time=1.0)

    assert {paint[0] for paint in film_of(act)["paints"]} == {THEMES["dark"].background, INPUT}


@pytest.mark.parametrize("fade", [FadeIn, FadeOut])
@pytest.mark.parametrize("options", [{}, {"shift": RIGHT}, {"target_position": 2 * UP, "scale": 0.25}], ids=str)
def test_a_fade_that_never_begins_is_recorded_as_one_that_does(fade: Any, options: dict[str, Any]) -> None:
    def act(scene: Any) -> None:
        label, picture = Label("7", 0.5, INPUT), ImageMobject([[0, 255], [255, 0]]).shift(2 * RIGHT)
        scene.play(fade(Group(square(), label, picture), **options), run_time=1.0)
        scene.play(FadeOut(label), FadeIn(picture), run_time=0.5)
        scene.play(FadeIn(square().rotate(1), rate_func=there_and_back), run_time=0.5)

    with patch.object(Recorder, "idle", lambda *_: []):
        begun = film_of(act)
    film = film_of(act)
    assert film["orders"] == begun["orders"]
    for sample in range(0, 121, 3):
        for one, other in zip(drawn(film, sample, "dark"), drawn(begun, sample, "dark"), strict=True):
            assert one.box == pytest.approx(other.box, abs=0.1)
            assert one.fill == (INPUT, pytest.approx(other.fill[1], abs=0.01))
        assert opacities(film, sample) == pytest.approx(opacities(begun, sample), abs=0.01)


def opacities(film: dict[str, Any], sample: int) -> list[float]:
    """Return how opaque the pictures of a film are at an instant."""
    tracks = [sprite["opacity"] for sprite in film["sprites"] if "picture" in sprite]
    return [between(found)[0] for track in tracks if (found := look(film, track, sample)) is not None]


def test_what_becomes_another_shape_is_two_outlines_with_the_same_commands() -> None:
    def act(scene: Any) -> None:
        scene.play(Transform(square(), Circle(1, stroke_width=0, fill_color=INPUT, fill_opacity=1)), run_time=1.0)

    film = film_of(act)
    (start, goal), commands = film["shapes"], [[letter for letter in one if letter.isalpha()] for one in film["shapes"]]
    assert start != goal
    assert commands[0] == commands[1]
    assert [key[2] for key in track(film, "outline")] == [0, 1]


def test_of_two_animations_of_one_mobject_the_later_one_counts_from_where_the_first_one_began() -> None:
    """So it is in Manim, which begins one after the other."""

    def act(scene: Any) -> None:
        one = square()
        moving = MoveAlongPath(one, Line(2 * UP, 2 * RIGHT))
        scene.play(moving, one.animate(rate_func=linear).set_fill(opacity=0.5), run_time=1.0)

    film = film_of(act)
    for time, opacity in ((15, 0.875), (45, 0.625)):
        (seen,) = drawn(film, time, "dark")
        assert seen.box[:2] == pytest.approx((825, 135 + 270 * time / 60), abs=0.1)
        assert seen.fill == (INPUT, pytest.approx(opacity, abs=0.01))


def test_what_goes_and_comes_back_is_recorded_at_its_turning_point() -> None:
    def act(scene: Any) -> None:
        scene.play(Indicate(square(), scale_factor=1.5, color=INPUT), run_time=1.0)

    film = film_of(act)
    found = {time: drawn(film, time, "dark")[0].box for time in (0, 30, 60)}
    assert found[0] == pytest.approx(found[60], abs=0.1)
    assert found[30][2] - found[30][0] == pytest.approx(405, abs=1.5)


def test_what_is_drawn_later_lies_on_top_and_what_is_gone_is_not_drawn() -> None:
    def act(scene: Any) -> None:
        below, above = square(), Line(UP, RIGHT, color=INPUT)
        scene.add(below, above)
        scene.hold(1)
        scene.remove(below)
        scene.hold(1)

    assert film_of(act)["orders"] == [[0, [0, 1]], [60, [1, 1]]]


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (Mobject, "neither made of curves nor an image"),
        (lambda: Square(fill_opacity=1).set_fill([INPUT, "#E69F00"]), "more than one colour"),
        (lambda: Square().color_using_background_image("picture.png"), "coloured by a picture"),
        (lambda: Square().set_stroke("#E69F00", 3, background=True), "a line behind it"),
    ],
)
def test_what_a_film_cannot_say_is_refused(wrong: Callable[[], Any], said: str) -> None:
    def act(scene: Any) -> None:
        made = wrong()
        made.points = square().points
        scene.add(made)
        scene.hold(1)

    with pytest.raises(TypeError, match=said):
        film_of(act)


def test_colours_that_are_not_the_themes_are_refused() -> None:
    def act(scene: Any) -> None:
        scene.add(square(fill_color="#FF0000"))
        scene.hold(1)

    with pytest.raises(ValueError, match="#FF0000 is not one of the theme's colours"):
        film_of(act)


def test_a_picture_that_is_transparent_in_places_is_refused() -> None:
    def act(scene: Any) -> None:
        picture = ImageMobject([[0, 1]])
        picture.pixel_array[0, 0, 3] = 7
        scene.add(picture)
        scene.hold(1)

    with pytest.raises(TypeError, match="transparent in places"):
        film_of(act)


def test_the_published_schema_of_films_is_that_of_the_code() -> None:
    assert json.loads(PUBLISHED.read_text()) == film_schema()


OFTEN = only_often(SCENES, "title", "max-pool")


@pytest.mark.parametrize("name", OFTEN)
def test_every_film_fits_the_published_schema(name: str) -> None:
    recording, _ = recorded(name)
    jsonschema.validate(json.loads(json.dumps(recording.film)), json.loads(PUBLISHED.read_text()))


@pytest.mark.parametrize("name", OFTEN)
def test_a_recording_has_the_timeline_of_the_film_and_a_sight_for_each_beat(name: str) -> None:
    recording, _ = recorded(name)
    assert recording.timeline == rehearse(find(name).build({}), SIZE).timeline
    assert len(recording.sights) == len(recording.timeline.beats)
    for beat, said in zip(recording.film["beats"], recording.timeline.as_json(), strict=True):
        assert {key: beat[key] for key in said} == said  # at this size, the clip's pixels are the film's


@pytest.mark.parametrize("name", OFTEN)
def test_everything_is_where_it_really_was_at_any_instant(name: str) -> None:
    recording, truth = recorded(name)
    for sample, boxes in truth.items():
        found = [
            (seen.box, max(seen.fill[1] if seen.fill else 0, seen.stroke[1] if seen.stroke else 0))
            for seen in drawn(recording.film, sample, "dark")
        ]
        assert astray(found, boxes) == [], sample
        assert astray(boxes, found) == [], sample


@pytest.mark.parametrize("name", only_often(["max-pool", "batch-norm"], "max-pool"))
def test_a_film_holds_the_other_theme_too(name: str) -> None:
    dark, light = recorded(name)[0].film, record_film(find(name).build({"theme": "light"}), SIZE).film
    assert (dark["theme"], light["theme"]) == ("dark", "light")
    for sample in (30, 400, 1000):
        for theme in THEMES:
            one, other = drawn(dark, sample, theme), drawn(light, sample, theme)
            assert [seen.fill for seen in one] == [seen.fill for seen in other]
            assert [seen.stroke for seen in one] == [seen.stroke for seen in other]


@cache
def recording_of(scene: str = "max-pool", x: str = "7 3; 3 8", **given: object) -> Recording:
    return record_film(find(scene).build({"x": x, **given}), SMALL)


def alike(one: Recording, other: Recording) -> list[str]:
    """Return the captions of the beats of one film that look the same as one of another."""
    return [beat.caption for beat, sight in zip(one.timeline.beats, one.sights, strict=True) if sight in other.sights]


def test_the_same_film_is_seen_twice_the_same(short_spec: SceneSpec) -> None:
    assert record_film(short_spec, SMALL) == record_film(short_spec, SMALL)


def test_a_number_that_is_always_on_screen_changes_every_beat() -> None:
    assert alike(recording_of(), recording_of(x="7 3; 3 9")) == []


def test_symbols_and_questions_change_only_the_beats_around_them() -> None:
    grid = {"x": "1 2 0", "weight": "1 -1", "pace": "fast"}
    plain, asked = (recording_of("conv2d", **grid, symbols=False, question=asked) for asked in (False, True))
    assert len(alike(asked, plain)) >= len(asked.sights) - 3  # the question, its answer, and what follows it
    assert len(alike(plain, recording_of("conv2d", **grid))) >= len(plain.sights) - 2


@pytest.mark.parametrize("changed", [{"theme": "light"}, {"pace": "slow"}, {"x_label": "image"}])
def test_what_is_seen_all_the_time_changes_every_beat(changed: dict[str, str]) -> None:
    assert alike(recording_of(), recording_of(**changed)) == []


@pytest.mark.parametrize(
    "change",
    [{"stroke_width": 3}, {"fill_opacity": 0.5}, {"side_length": 2.001}, {"fill_color": THEMES["dark"].output}],
)
def test_looks_are_told_apart_by_place_colour_and_line(change: dict[str, Any]) -> None:
    def act(scene: Any, **options: Any) -> None:
        scene.add(Square(**{"side_length": 2, "color": INPUT, "fill_opacity": 1, **options}))
        scene.hold(1)

    sights = []
    for options in ({}, change):
        HandMadeSpec.act = lambda scene, options=options: act(scene, **options)
        sights.append(record_film(HandMadeSpec(), SMALL).sights)
    assert sights[0] != sights[1]
