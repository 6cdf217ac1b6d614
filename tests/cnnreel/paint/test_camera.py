"""What is drawn is tested in test_engine.py, against Manim's own camera; here, how much."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from manim import (
    RIGHT,
    UP,
    Camera,
    Circle,
    Dot,
    FadeIn,
    FadeOut,
    ImageMobject,
    LaggedStart,
    Mobject,
    Rectangle,
    Scene,
    Square,
    Star,
    Succession,
    VGroup,
    VMobject,
)

from cnnreel.paint.camera import FilmCamera
from cnnreel.paint.engine import manim_set_up
from cnnreel.paint.looks import lively
from cnnreel.paint.patches import Frame, PixelArea, difference
from cnnreel.paint.paths import add_path

FRAME = PixelArea(0, 0, 320, 180)


@pytest.fixture
def camera():
    with manim_set_up((320, 180), 15):
        yield FilmCamera()


def redraw(camera: FilmCamera, *mobjects: Mobject, lively: list[Mobject] | None = None) -> list[PixelArea]:
    """Return the boxes that a camera gives."""
    return list(camera.redraw(list(mobjects), lively))


def drawn_anew(*mobjects: Mobject) -> Frame:
    """Return a picture by a camera that has drawn nothing before."""
    other = FilmCamera()
    other.set_scenery([])
    redraw(other, *mobjects)
    return other.pixel_array


class Picture:
    """Keeps the whole picture, as the renderer does."""

    def __init__(self, camera: FilmCamera) -> None:
        self.camera = camera
        self.pixels = camera.pixel_array.copy()

    def take(self, *mobjects: Mobject, lively: list[Mobject] | None = None) -> list[PixelArea]:
        boxes = []
        for box in self.camera.redraw(list(mobjects), lively):
            self.pixels[box.area] = self.camera.pixel_array[box.area]
            boxes.append(box)
        return boxes


def test_only_the_box_around_what_has_changed_is_redrawn(camera: FilmCamera) -> None:
    still, dot = Square(), Dot().shift(2 * RIGHT)
    camera.set_scenery([])
    assert redraw(camera, still, dot) == [FRAME]
    assert redraw(camera, still, dot) == []
    dot.shift(0.5 * RIGHT)
    (box,) = redraw(camera, still, dot)
    assert box.meets(PixelArea(204, 89, 206, 91))
    assert box.size < 30 * 15


def test_what_changes_far_apart_is_redrawn_in_boxes_of_its_own() -> None:
    with manim_set_up((1920, 1080), 15):
        camera = FilmCamera()
        dots = [Dot().shift(x * RIGHT) for x in (-6, -5.9, 6)]
        camera.set_scenery([])
        redraw(camera, *dots)
        for dot in dots:
            dot.shift(0.1 * UP)
        left, right = redraw(camera, *dots)
    assert left.right < 400
    assert right.left > 1500


def test_what_moves_out_of_the_frame_is_redrawn_inside_only(camera: FilmCamera) -> None:
    dot = Dot().shift(7 * RIGHT)
    camera.set_scenery([])
    redraw(camera, dot)
    dot.shift(0.2 * RIGHT)
    (box,) = redraw(camera, dot)
    assert box == box.clip(FRAME)
    dot.shift(5 * RIGHT)
    redraw(camera, dot)
    dot.shift(5 * RIGHT)
    assert redraw(camera, dot) == []


def test_a_change_of_colour_or_order_is_seen(camera: FilmCamera) -> None:
    one, other = Square(fill_opacity=1), Circle(fill_opacity=1)
    camera.set_scenery([])
    picture = Picture(camera)
    picture.take(one, other)
    one.set_fill("#FF0000")
    assert picture.take(one, other)
    assert np.array_equal(picture.pixels, drawn_anew(one, other))
    assert picture.take(other, one)
    assert np.array_equal(picture.pixels, drawn_anew(other, one))


def test_scenery_may_become_lively_and_what_was_lively_scenery(camera: FilmCamera) -> None:
    one, other, glass = Square(fill_opacity=1), Star(fill_opacity=1, color="#FF0000"), Circle(fill_opacity=0.5)
    picture = Picture(camera)
    for scenery, moving in (([], [one, other, glass]), ([one, other], [glass]), ([], [one, glass]), ([glass], [one])):
        camera.set_scenery(scenery)
        picture.take(*moving)
        assert np.array_equal(picture.pixels, drawn_anew(*scenery, *moving))
        camera.leave_scenery()
        assert picture.take(*scenery, *moving) == []


def test_a_hold_shows_what_the_animation_before_it_left(camera: FilmCamera) -> None:
    one, other = Square(fill_opacity=1), Star(fill_opacity=1, color="#FF0000")
    picture = Picture(camera)
    camera.set_scenery([one])
    picture.take(other)
    other.shift(RIGHT)
    camera.leave_scenery()
    (box,) = picture.take(one, other)
    assert box.size < FRAME.size
    assert np.array_equal(picture.pixels, drawn_anew(one, other))


def test_scenery_that_goes_is_seen_though_nothing_else_is_on_stage(camera: FilmCamera) -> None:
    picture = Picture(camera)
    camera.set_scenery([Square(fill_opacity=1)])
    picture.take(lively=[])
    camera.set_scenery([])
    assert picture.take(lively=[])
    assert np.array_equal(picture.pixels, drawn_anew())


def test_only_those_that_are_lively_are_looked_at(camera: FilmCamera, monkeypatch) -> None:
    still, group = Square(), VGroup(Dot(), Dot().shift(UP))
    camera.set_scenery([])
    picture = Picture(camera)
    picture.take(still, group, lively=[group])
    seen: list[Any] = []
    look = camera._look
    monkeypatch.setattr(camera, "_look", lambda mobject: seen.append(mobject) or look(mobject))
    group[1].shift(RIGHT)
    assert len(picture.take(still, group, lively=[group])) == 1
    assert seen == [*group]
    group.add(Circle())
    picture.take(still, group, lively=[group])
    assert np.array_equal(picture.pixels, drawn_anew(still, group))


def test_a_gradient_is_drawn_as_manim_draws_it(camera: FilmCamera) -> None:
    square = Square(fill_opacity=1).set_fill(["#FF0000", "#0000FF"])
    camera.set_scenery([])
    assert redraw(camera, square) == redraw(camera, square, lively=[square]) == [FRAME]


@pytest.mark.parametrize(
    "shape",
    [
        Circle(),
        Rectangle(),
        Star(),
        VMobject().set_points(Circle().points[:-4]),
        VMobject().set_points([[np.nan] * 3] * 4),
    ],
)
def test_paths_are_the_ones_that_manim_makes(camera: FilmCamera, shape: VMobject) -> None:
    context = camera.get_cairo_context(camera.pixel_array)
    context.new_path()
    add_path(context, shape)
    ours = list(context.copy_path())
    Camera.set_cairo_context_path(camera, context, shape)
    assert list(context.copy_path()) == ours


def test_parts_that_come_and_go_are_seen(camera: FilmCamera) -> None:
    group = VGroup(Square())
    camera.set_scenery([])
    picture = Picture(camera)
    picture.take(group)
    group.add(Circle())
    assert picture.take(group)
    assert np.array_equal(picture.pixels, drawn_anew(group))
    group.remove(*group.submobjects)
    assert picture.take(group)
    assert np.array_equal(picture.pixels, drawn_anew(group))


def test_only_the_box_around_a_moving_image_is_drawn(camera: FilmCamera) -> None:
    image, square = ImageMobject(np.full((4, 4), 200, np.uint8)).scale(0.2), Square()
    camera.set_scenery([])
    picture = Picture(camera)
    picture.take(image, square)
    image.shift(0.1 * RIGHT)
    (box,) = picture.take(image, square)
    assert box.size < FRAME.size / 4
    assert np.array_equal(picture.pixels, drawn_anew(image, square))


def test_an_image_with_other_pixels_is_drawn_again(camera: FilmCamera) -> None:
    image = ImageMobject(np.full((4, 4), 200, np.uint8)).scale(0.2)
    camera.set_scenery([])
    redraw(camera, image)
    assert redraw(camera, image) == []
    image.pixel_array[0, 0] = 0
    assert len(redraw(camera, image)) == 1


def test_a_change_one_row_high_is_seen(camera: FilmCamera) -> None:
    row = 8 / 180
    bar, glass = Rectangle(width=3, height=0.9 * row, stroke_width=0, fill_opacity=1), Circle(fill_opacity=0.4)
    bar.shift(2.5 * row * UP)
    camera.set_scenery([])
    picture = Picture(camera)
    picture.take(bar, glass)
    before = picture.pixels.copy()
    bar.set_fill("#00FF00")
    (box,) = picture.take(bar, glass)
    differs = difference(picture.pixels, before, box)
    assert differs is not None
    assert (differs.top, differs.bottom) == (87, 88)
    assert np.array_equal(picture.pixels, drawn_anew(bar, glass))


@pytest.mark.parametrize(
    ("play", "expected"),
    [
        (lambda a, b: [a.animate.shift(UP)], {"a"}),
        (lambda a, b: [LaggedStart(FadeIn(a), FadeOut(b))], {"a", "b"}),
        (lambda a, b: [Succession(FadeIn(b), a.animate.shift(UP))], {"a", "b"}),
    ],
)
def test_what_is_animated_is_lively(play, expected) -> None:
    a, b, c = Square(name="a"), Square(name="b"), Square(name="c")
    scene = Scene()
    scene.add(a, b, c)
    scene.compile_animation_data(*play(a, b))
    assert {mobject.name for mobject in lively(scene) or []} & {"a", "b", "c"} == expected
    c.add_updater(lambda mobject: None)
    assert {mobject.name for mobject in lively(scene) or []} >= expected | {"c"}
    scene.add_updater(lambda dt: None)
    assert lively(scene) is None
