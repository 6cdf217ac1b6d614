"""Maps can be seen: by contrast on the page, each on its own scale, in both themes; the strip names every step."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from manim import tempconfig

from cnn_core.conv2d import Conv2dTrace
from scenes.digit import DigitSpec
from scenes.layout import Bands, Box, smallest_text
from scenes.mobjects.maps import Arrangement, FeatureMaps
from scenes.mobjects.text import Label
from scenes.mobjects.tones import tones_of_map
from scenes.net.kernels import sees_one_map
from scenes.net.strip import NetStrip, StepShape
from scenes.rehearsal import FRAME_SIZES
from scenes.stage import pixel_box, set_frame
from scenes.swift import family_of
from scenes.theme import THEMES, as_shares
from tests.scenes.looking import Seen, outside, overlapping

STEPS = ["digit", *["conv", "norm", "ReLU", "pool"] * 3, "flatten", "linear", "softmax"]


def luminance(rgb: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    linear = np.where(rgb <= 0.03928, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    result: npt.NDArray[np.float64] = linear @ np.array([0.2126, 0.7152, 0.0722])
    return result


def contrast(one: npt.NDArray[np.float64], other: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    first, second = luminance(one), luminance(other)
    return (np.maximum(first, second) + 0.05) / (np.minimum(first, second) + 0.05)


def colours_of(maps: npt.NDArray[np.float64], theme: str) -> list[npt.NDArray[np.float64]]:
    """Return the colours of each map, (H * W, 3) in 0..1."""
    look = THEMES[theme]
    box = Box(0, 10, 0, 5)
    drawn = FeatureMaps(
        maps, Arrangement.of(maps.shape, 2.0), look.strong, look, box, "maps", lambda end, c: f"{end}{c}"
    )
    a, pixels = drawn.arrangement, drawn.image.pixel_array[..., :3] / 255
    corners = [a.corner(c) for c in range(len(maps))]
    cut = [pixels[i : i + a.height * a.zoom : a.zoom, j : j + a.width * a.zoom : a.zoom] for i, j in corners]
    return [one.reshape(-1, 3) for one in cut]


@pytest.mark.parametrize("theme", THEMES)
def test_what_differs_from_a_map_s_ground_can_be_seen(theme: str) -> None:
    page = np.array(as_shares(THEMES[theme].background))
    seen = []
    for trace in DigitSpec.build({}).reading.traces.values():
        if trace.output.ndim != 4:
            continue
        for colours in colours_of(trace.output[0], theme):
            shades, count = np.unique(colours, axis=0, return_counts=True)
            ground = shades[count.argmax()]
            differing = colours[(colours != ground).any(axis=1)]
            assert contrast(colours, page).max() >= 3
            seen.append(float((contrast(differing, ground) >= 1.5).mean()) if len(differing) else 1.0)
    assert min(seen) >= 0.4


@given(
    arrays(np.float64, (5, 5), elements=st.floats(-9, 9).map(lambda value: round(value, 2))),
    st.sampled_from(list(THEMES)),
)
@settings(max_examples=30)
def test_a_larger_value_is_never_fainter_and_nothing_is_drawn_for_0(values: npt.NDArray[Any], name: str) -> None:
    theme = THEMES[name]
    strengths = tones_of_map(values, theme.strong, theme)
    order = np.abs(values).argsort(axis=None)
    assert (np.diff(np.abs(strengths).ravel()[order]) >= 0).all()
    np.testing.assert_array_equal(np.sign(strengths), np.sign(values))
    assert np.abs(strengths).max() == (1 if values.any() else 0)


def test_the_colour_scale_has_the_colours_of_the_map() -> None:
    theme, values = THEMES["light"], np.array([[[0.0, 1.0], [4.0, 9.0]]])
    with tempconfig({"pixel_width": 1280, "pixel_height": 720, "dry_run": True}):
        maps = FeatureMaps(
            values, Arrangement.of(values.shape, 1.0), theme.output, theme, Box(0, 4, 0, 5), "map", "{}{}".format
        )
    parts = [one for one in maps.words[1][1] if one.fill_opacity == 1]
    fourth = np.array(parts[4].get_fill_color().to_int_rgb())
    row, column = maps.arrangement.corner(0)
    drawn = maps.image.pixel_array[row + maps.arrangement.zoom, column, :3]
    np.testing.assert_array_equal(fourth, drawn)


def test_each_map_reaches_its_full_colour_and_a_row_of_numbers_shares_one() -> None:
    theme = THEMES["dark"]
    faint = np.array([[[0.0, 0.01], [0.0, 0.0]], [[0.0, 5.0], [0.0, -2.0]]])
    strong = np.array(as_shares(theme.strong))
    assert [np.allclose(colours[1], strong, atol=1 / 255) for colours in colours_of(faint, "dark")] == [True, True]
    numbers = np.array([[[0.5]], [[1.0]]])
    row = FeatureMaps(numbers, Arrangement.of(numbers.shape, 2.0), theme.output, theme, Box(0, 4, 0, 2), "numbers")
    first, second = (row.image.pixel_array[row.arrangement.corner(c)][1] for c in (0, 1))
    assert first < second


def test_large_maps_stand_over_their_ranges_and_small_ones_do_not() -> None:
    with tempconfig({"pixel_width": 1280, "pixel_height": 720, "dry_run": True}):
        set_frame()
        large, small = Arrangement.within((8, 28, 28), 10, 5), Arrangement.within((24, 3, 3), 3, 3)
        assert (large.rows, large.columns) == (2, 4)
        assert large.below > 0
        assert small.below == 0


def test_kernels_are_shown_where_each_sees_one_map() -> None:
    traces = DigitSpec.build({}).reading.traces.values()
    assert [sees_one_map(trace) for trace in traces if isinstance(trace, Conv2dTrace)] == [True, False, False]


@pytest.mark.parametrize("ratio", FRAME_SIZES)
def test_the_strip_names_every_step_at_every_ratio(ratio: str) -> None:
    width, height = FRAME_SIZES[ratio]
    with tempconfig({"pixel_width": width, "pixel_height": height, "dry_run": True}):
        set_frame()
        shape = StepShape(tuple(STEPS))
        strip = NetStrip(shape, THEMES["dark"], Bands.of_frame().whole)
        labels = [one for one in family_of([strip]) if isinstance(one, Label)]
        seen = [Seen(one.text, pixel_box(one), one.strut.height / smallest_text()) for one in labels]
        assert [one.text for one in seen] == STEPS
        assert not list(overlapping(seen))
        assert not list(outside(seen, ratio))
        assert strip.height <= shape.height(Bands.of_frame().whole.width)
        going = strip.go_to(len(STEPS) - 1)
        going.begin()
        going.finish()
        assert strip.mark.get_x() == pytest.approx(strip.places[-1].get_x(), abs=1e-6)


def test_maps_that_go_aside_stay_between_where_they_were_and_where_they_go() -> None:
    with tempconfig({"pixel_width": 1280, "pixel_height": 720, "dry_run": True}):
        set_frame()
        maps, theme = np.ones((8, 28, 28)), THEMES["dark"]
        boxes = Box(-4, 6, -3, 3), Box(5, 6.5, -1, 3)
        large, small = (
            FeatureMaps(maps, Arrangement.of(maps.shape, box.width / box.height), theme.output, theme, box, "maps")
            for box in boxes
        )
        assert large.arrangement != small.arrangement
        start, goal = Box.around(large), Box.around(small)
        going, _ = large.moves_to(small)
        going.begin()
        for share in (0.2, 0.4, 0.6, 0.8):
            going.interpolate(share)
            now = Box.around(going.mobject)
            assert now.top <= max(start.top, goal.top) + 0.01
            assert now.right <= max(start.right, goal.right) + 0.01
