"""What is drawn is tested in test_engine.py, against Manim's own camera; here, how much."""

from __future__ import annotations

import numpy as np
import pytest
from manim import RIGHT, UP, Circle, Dot, ImageMobject, Rectangle, Square, Star, VGroup, VMobject

from reel.camera import FilmCamera
from reel.engine import manim_set_up
from reel.patches import Box, Patch, difference
from reel.paths import add_path

FRAME = Box(0, 0, 320, 180)


@pytest.fixture
def camera():
    with manim_set_up((320, 180), 15):
        yield FilmCamera()


def test_only_the_box_around_what_has_changed_is_redrawn(camera: FilmCamera) -> None:
    still, dot = Square(), Dot().shift(2 * RIGHT)
    camera.set_scenery([])
    assert camera.redraw([still, dot]) == FRAME
    assert camera.redraw([still, dot]) is None
    dot.shift(0.5 * RIGHT)
    box = camera.redraw([still, dot])
    assert box is not None
    assert box.meets(Box(204, 89, 206, 91))
    assert box.size < 30 * 15


def test_what_moves_out_of_the_frame_is_redrawn_inside_only(camera: FilmCamera) -> None:
    dot = Dot().shift(7 * RIGHT)
    camera.set_scenery([])
    camera.redraw([dot])
    dot.shift(0.2 * RIGHT)
    box = camera.redraw([dot])
    assert box is not None
    assert box == box.clip(FRAME)
    dot.shift(5 * RIGHT)
    camera.redraw([dot])
    dot.shift(5 * RIGHT)
    assert camera.redraw([dot]) is None


def test_a_change_of_colour_or_order_is_seen(camera: FilmCamera) -> None:
    one, other = Square(fill_opacity=1), Circle(fill_opacity=1)
    camera.set_scenery([])
    camera.redraw([one, other])
    one.set_fill("#FF0000")
    assert camera.redraw([one, other]) is not None
    assert camera.redraw([other, one]) == FRAME


def test_a_gradient_is_drawn_as_manim_draws_it(camera: FilmCamera) -> None:
    square = Square(fill_opacity=1).set_fill(["#FF0000", "#0000FF"])
    camera.set_scenery([])
    assert camera.redraw([square]) == camera.redraw([square]) == FRAME


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
    camera.set_cairo_context_path(context, shape)
    assert list(context.copy_path()) == ours


def test_parts_that_come_and_go_are_seen(camera: FilmCamera) -> None:
    group = VGroup(Square())
    camera.set_scenery([])
    camera.redraw([group])
    group.add(Circle())
    assert camera.redraw([group]) == FRAME
    group.remove(*group.submobjects)
    assert camera.redraw([group]) == FRAME


def test_only_the_box_around_a_moving_image_is_drawn(camera: FilmCamera) -> None:
    image, square = ImageMobject(np.full((4, 4), 200, np.uint8)).scale(0.2), Square()
    camera.set_scenery([])
    camera.redraw([image, square])
    image.shift(0.1 * RIGHT)
    box = camera.redraw([image, square])
    drawn = camera.pixel_array.copy()
    assert box is not None
    assert box.size < FRAME.size / 4
    camera.set_scenery([])
    camera.redraw([image, square])
    assert np.array_equal(drawn, camera.pixel_array)


def test_an_image_with_other_pixels_is_drawn_again(camera: FilmCamera) -> None:
    image = ImageMobject(np.full((4, 4), 200, np.uint8)).scale(0.2)
    camera.set_scenery([])
    camera.redraw([image])
    assert camera.redraw([image]) is None
    image.pixel_array[0, 0] = 0
    assert camera.redraw([image]) is not None


def test_a_change_one_row_high_takes_no_row_along_that_is_not_right(camera: FilmCamera) -> None:
    row = 8 / 180
    bar, glass = Rectangle(width=3, height=0.9 * row, stroke_width=0, fill_opacity=1), Circle(fill_opacity=0.4)
    bar.shift(2.5 * row * UP)
    camera.set_scenery([])
    camera.redraw([bar, glass])
    picture = camera.pixel_array.copy()
    bar.set_fill("#00FF00")
    box = camera.redraw([bar, glass])
    assert box is not None
    differs = difference(camera.pixel_array, picture, box)
    assert differs is not None
    assert (differs.top, differs.bottom) == (87, 88)
    Patch.cut(camera.pixel_array, differs).paint(picture)
    camera.set_scenery([])
    camera.redraw([bar, glass])
    assert np.array_equal(picture, camera.pixel_array)
