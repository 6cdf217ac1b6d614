from __future__ import annotations

import pytest
from cnnreel.film.plan import Plan, plan, traits
from manim import ImageMobject, Mobject, Square

from scenes.catalog import SCENES, find
from scenes.rehearsal import rehearse
from scenes.specs import SceneSpec

SIZE = (320, 180)


def planned(scene: str = "max-pool", **given: object) -> Plan:
    return plan(find(scene).build(given), SIZE)


def alike(one: Plan, other: Plan) -> list[str]:
    """Return the captions of the beats of one film that look the same as one of another."""
    return [beat.caption for beat, sight in zip(one.timeline.beats, one.sights, strict=True) if sight in other.sights]


@pytest.mark.parametrize("name", SCENES)
def test_a_plan_has_the_timeline_of_the_film_and_a_sight_for_each_beat(name) -> None:
    spec = SCENES[name].build({"pace": "fast"})
    found = plan(spec, SIZE)
    assert found.timeline == rehearse(spec, SIZE).timeline
    assert len(found.sights) == len(found.timeline.beats)


def test_the_same_film_is_seen_twice_the_same(short_spec: SceneSpec) -> None:
    assert plan(short_spec, SIZE) == plan(short_spec, SIZE)


def test_a_number_that_is_always_on_screen_changes_every_beat() -> None:
    assert alike(planned(x="7 3; 3 8"), planned(x="7 3; 3 9")) == []


def test_a_question_changes_only_the_beats_around_it() -> None:
    plain, asked = planned("conv2d", symbols=False), planned("conv2d", symbols=False, question=True)
    assert len(alike(asked, plain)) >= len(asked.sights) - 3  # the question, its answer, and what follows it


@pytest.mark.parametrize("changed", [{"theme": "light"}, {"pace": "slow"}, {"x_label": "image"}])
def test_what_is_seen_all_the_time_changes_every_beat(changed) -> None:
    assert alike(planned(), planned(**changed)) == []


def bytes_of(mobject: Mobject) -> bytes:
    return b"".join(bytes(trait) for trait in traits(mobject))


def test_looks_are_told_apart_by_place_colour_line_and_depth() -> None:
    looks = [
        Square(),
        Square().shift([0, 1e-9, 0]),
        Square(color="#ff0000"),
        Square(stroke_width=3),
        Square(fill_opacity=0.5),
        Square(z_index=1),
    ]
    assert len({bytes_of(look) for look in looks}) == len(looks)
    assert bytes_of(Square(stroke_width=4)) == bytes_of(Square(stroke_width=4.0))


def test_what_cannot_be_seen_does_not_count() -> None:
    assert bytes_of(Square(stroke_opacity=0)) == b""


def test_images_are_told_apart_by_their_pixels() -> None:
    assert bytes_of(ImageMobject([[0, 1]])) != bytes_of(ImageMobject([[0, 2]]))


def test_what_is_neither_curves_nor_image_is_refused() -> None:
    with pytest.raises(TypeError, match="Mobject is neither made of curves nor an image"):
        list(traits(Mobject()))


def test_what_is_coloured_by_a_picture_is_refused() -> None:
    with pytest.raises(TypeError, match="Square is coloured by a picture"):
        list(traits(Square().color_using_background_image("picture.png")))


def test_symbols_that_are_left_out_change_only_the_beats_around_them() -> None:
    without, with_them = planned("conv2d", symbols=False), planned("conv2d")
    assert len(alike(without, with_them)) >= len(without.sights) - 2
