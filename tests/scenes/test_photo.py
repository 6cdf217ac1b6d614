"""Photos are shown as photos: the result grows as a picture, and chosen windows are worked out in a lens."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from manim import DR, UL
from PIL import Image

from cnn_core.errors import InputError
from cnn_core.numerals import as_text as number_as_text
from cnn_core.reading.photos import as_base64
from cnn_core.trace import parse
from cnnreel.film.record import inspected, record_text
from cnnreel.film.recorder import record_film
from scenes.catalog import find
from scenes.mobjects.expression import Drawn
from scenes.photo.pictures import Framed, PixelGrid, Sight, Tones, tones_of
from scenes.rehearsal import rehearse
from scenes.specs import as_json
from scenes.specs.photo import strongest_and_typical
from scenes.swift import family_of
from scenes.theme import THEMES
from tests.performing import perform as performed
from tests.scenes.conftest import Perform


def a_photo(height: int = 20, width: int = 24) -> Any:
    """Return a dark disc on a sky that gets darker, grey from 0 to 255."""
    rows, columns = np.mgrid[:height, :width]
    sky = 200.0 - 3 * rows
    disc = (rows - height / 2) ** 2 + (columns - width / 3) ** 2 < (height / 4) ** 2
    return np.where(disc, 40.0 + columns, sky).round()


def in_colour(height: int = 20, width: int = 24) -> Any:
    grey = a_photo(height, width)
    return np.stack([grey, 255 - grey, grey // 2])


def saved(pixels: np.ndarray[Any, Any], path: Path) -> str:
    Image.fromarray(pixels.astype(np.uint8) if pixels.ndim == 2 else np.moveaxis(pixels, 0, -1).astype(np.uint8)).save(
        path
    )
    return str(path)


def shown(scene: Any, beat: int) -> dict[str, str]:
    return {one.of: one.text for one in scene.timeline.beats[beat].shown}


# What is read


def test_a_picture_keeps_its_pixels(tmp_path: Path) -> None:
    spec = find("conv2d").build({"x": saved(a_photo(), tmp_path / "disc.png"), "weight": "sobel-x"})
    assert np.array_equal(spec.values()["x"][0, 0], a_photo())
    assert spec.values()["output"][0, 0, 0, 0] == 0  # the sky only changes from top to bottom
    assert spec.x.origin == "disc.png, 24×20"


def test_a_large_picture_is_scaled_with_its_ratio(tmp_path: Path) -> None:
    spec = find("conv2d").build({"x": saved(a_photo(300, 600), tmp_path / "wide.png"), "weight": "sobel-x"})
    assert spec.values()["x"].shape == (1, 1, 64, 128)
    assert spec.x.remark == "600×300 scaled to 128×64"


def test_a_photo_is_grey_for_a_kernel_of_one_channel_and_in_colour_for_one_of_three(tmp_path: Path) -> None:
    path = saved(in_colour(), tmp_path / "disc.png")
    assert find("conv2d").build({"x": path, "weight": "sobel-x"}).trace().x.shape == (1, 1, 20, 24)
    weight = [[[1, 0], [0, -1]], [[0, 0], [0, 0]], [[-1, 0], [0, 1]]]
    trace = find("conv2d").build({"x": path, "weight": weight}).trace()
    assert trace.x.shape == (1, 3, 20, 24)
    colours = in_colour()
    by_hand = colours[0, 3, 4] - colours[0, 4, 5] - colours[2, 3, 4] + colours[2, 4, 5]
    assert trace.output[0, 0, 3, 4] == by_hand


def test_a_photo_survives_its_own_json() -> None:
    spec = find("conv2d").build({"x": in_colour().tolist(), "weight": "sobel-x", "at": "3,4"})
    plain = spec.as_json()
    assert plain["x"] == as_base64(spec.x.array)
    again = find("conv2d").build({**plain, "at": plain["at"]})
    assert np.array_equal(again.x.array, spec.x.array)
    assert again.as_json() == plain


@settings(max_examples=30, deadline=None)
@given(st.lists(st.one_of(st.floats(-1, 1), st.integers(-999_999, 999_999).map(lambda tick: tick / 1e6)), min_size=1))
def test_a_record_of_many_values_is_short_and_rounds_to_what_is_on_screen(some: list[float]) -> None:
    values = np.resize([*some, 0.123450004, -0.1234499996, 0.5], 10_001)
    written = as_json(values)
    assert np.abs(np.array(written) - values).max() < 1e-5
    assert all(len(repr(value)) <= len("-0.12345") for value in written if abs(value) >= 1e-4)
    for decimals in range(5):
        assert [number_as_text(one, decimals) for one in written[:99]] == [
            number_as_text(one, decimals) for one in values[:99]
        ]


@pytest.mark.parametrize("name", ["sigmoid", "tanh"])
def test_the_record_of_a_photo_fits_into_a_megabyte(name: str, tmp_path: Path) -> None:
    grain = np.random.default_rng(0).integers(0, 256, (256, 256))
    spec = find(name).build({"x": saved(grain, tmp_path / "grain.png")})
    assert len(record_text(inspected(spec))) < 1_000_000


def test_what_is_no_photo_stays_as_it_was(tmp_path: Path) -> None:
    spec = find("conv2d").build({"x": saved(a_photo(5, 5), tmp_path / "small.png"), "weight": "sobel-x"})
    assert not spec.is_photo
    assert len(spec.values()["steps"]) == 9


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"at": "40,3"}, r"at must be a row and a column of the output, .* which is 18×22, but it is 40,3\."),
        ({"at": "3"}, r"at must be the row and the column of an output cell, .* but it is 3\."),
        ({"at": [[1, 2, 3]]}, r"at must be the row and the column .* but it is \[\[1, 2, 3\]\]\."),
        ({"at": "1,2;3,4;5,6;7,8;9,9"}, "or up to 4 of them"),
        ({"x": np.zeros((9, 300)).tolist()}, r"x must be at most 256×256, but it is 9×300\."),
        ({"x": np.zeros((2, 30)).tolist()}, r"x must be at most 12×12 to be legible in a film, but it is 2×30\."),
        ({"x": np.zeros((2, 20, 20)).tolist()}, "x must have 1 channel or 3 if it is larger than 12, but it has 2"),
        ({"x": "data:image/png;base64,no"}, "x must be a picture"),
        ({"x": [[1, 2, 3], [4, 5, 6], [7, 8, 9]], "at": "0,0"}, "at must be left out unless x is larger than 12×12"),
    ],
)
def test_what_cannot_be_shown_is_said_in_a_sentence(given: dict[str, Any], message: str) -> None:
    with pytest.raises(InputError, match=message):
        find("conv2d").build({"x": a_photo().tolist(), "weight": "sobel-x", **given})


@pytest.mark.parametrize(
    "at", ["3,4; 5,6", ["3,4", "5,6"], [[3, 4], [5, 6]], ["3 4", "(5, 6)"], [[5, 6], [3, 4], [5, 6]]]
)
def test_cells_can_be_written_in_many_ways(at: Any) -> None:
    spec = find("conv2d").build({"x": a_photo().tolist(), "weight": "sobel-x", "at": at})
    assert sorted(spec.at) == [(3, 4), (5, 6)]


def test_the_strongest_window_and_a_typical_one_are_chosen() -> None:
    assert strongest_and_typical(np.array([[[1.0, -9, 2], [0, 3, 4]]])) == [(0, 1), (0, 2)]
    two = np.array([[[1.0, -9]], [[7, 2]]])
    assert strongest_and_typical(two) == [(0, 1), (0, 0)]


# What is seen

WAYS: list[dict[str, Any]] = [
    {"weight": "sobel-x"},
    {"weight": ["sobel-x", "sobel-y"], "ratio": "1:1"},
    {"weight": "gaussian", "ratio": "9:16", "theme": "light", "padding": 1, "question": True},
    {"x": in_colour().tolist(), "weight": [[[1, 0], [0, -1]]] * 3, "bias": 2},
    {"x": (a_photo() / 64 - 2).tolist(), "weight": [[1, -2, 3, -4, 5]] * 5, "stride": 2, "flip": True},
]


@pytest.mark.parametrize("given", WAYS)
def test_whatever_is_shown_fits_and_is_true(perform_well: Perform, given: dict[str, Any]) -> None:
    scene = perform_well("conv2d", **{"x": a_photo().tolist(), "at": "0,0; 4,5", **given})
    assert scene.timeline.duration < 100


def test_each_window_is_worked_out_down_to_its_pixels(perform: Perform) -> None:
    scene = perform("conv2d", x=a_photo().tolist(), weight="sobel-x", at="0,0; 4,5")
    output = scene.trace.output[0, 0, 4, 5]
    beat = next(k for k, one in enumerate(scene.timeline.beats) if one.caption.startswith("Row 5, column 6"))
    seen = shown(scene, beat)
    step = 4 * 22 + 5
    pixels = [float(seen[f"steps[{step}].window[0,{i},{j}]"]) for i in range(3) for j in range(3)]
    weights = [float(seen[f"weight[0,0,{i},{j}]"]) for i in range(3) for j in range(3)]
    products = [float(seen[f"steps[{step}].products[0,{i},{j}]"]) for i in range(3) for j in range(3)]
    assert products == [pixel * weight for pixel, weight in zip(pixels, weights, strict=True)]
    assert float(seen["output[0,0,4,5]"]) == sum(products) == output


def test_the_window_and_the_pixel_that_are_marked_belong_together(perform: Perform) -> None:
    scene = perform("conv2d", x=a_photo().tolist(), weight="sobel-x", at="0,0; 4,5")
    beat = next(one for one in scene.timeline.beats if one.caption.startswith("Row 5, column 6"))
    about = [set(mark.of) for mark in beat.marks if mark.kind == "window"]
    assert {f"x[0,0,{row},{column}]" for row in (4, 5, 6) for column in (5, 6, 7)} in about
    assert {"output[0,0,4,5]"} in about


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("conv2d", {"weight": "sobel-x"}),
        ("conv2d", {"weight": "sobel-x", "padding": 1, "stride": 2}),
        ("max-pool", {"kernel_size": 3}),
    ],
)
def test_the_outline_lies_around_the_pixels_that_it_is_about(name: str, given: dict[str, Any]) -> None:
    seen = []

    def look(scene: Any, _: Any) -> None:
        members = list(family_of(scene.mobjects))
        framed = [one for one in members if isinstance(one, Framed)]
        for sight in (one for one in members if isinstance(one, Sight)):
            cells = [parse(address)[1][2:] for address in sight.about if address.startswith("x[")]
            if len(cells) == 9:  # all of its window is inside of the photo
                first, last = min(cells), max(cells)
                seen.append((sight.get_corner(UL), framed[0].corner(*first)))
                seen.append((sight.get_corner(DR), framed[0].corner(last[0] + 1, last[1] + 1)))

    rehearse(find(name).build({"x": a_photo().tolist(), "at": "2,3; 4,5", **given}), on_beat=look)
    assert len(seen) >= 4
    for corner, pixel in seen:
        assert np.abs(corner - pixel).max() < 0.05


def test_the_result_has_grown_pixel_by_pixel_when_the_lens_opens() -> None:
    film = record_film(
        find("conv2d").build({"x": a_photo().tolist(), "weight": "sobel-x", "at": "4,5"}), (320, 180)
    ).film
    grown = [picture for picture in film["pictures"] if "when" in picture]
    assert [(picture["width"], picture["height"]) for picture in grown] == [(22, 18)] * len(grown)
    assert len(grown) >= 2  # up to the window, and on from there


def test_what_is_claimed_of_flat_windows_is_so(perform: Perform) -> None:
    photo = np.zeros((20, 24))
    photo[:, 12:] = 200
    photo[3, 3] = 5
    scene = perform("conv2d", x=photo.tolist(), weight="sobel-x", at="4,5")
    assert scene.timeline.beats[-1].caption == (
        "The sum that is farthest from 0 is 800. Of the windows, 91 % are nearly flat, and none of those gives more "
        "than 10, up or down."
    )  # of the 22 columns of the result, 2 look at the edge


def test_the_record_of_the_largest_photo_is_small() -> None:
    chance = np.random.default_rng(1)
    spec = find("conv2d").build({"x": chance.integers(0, 256, (256, 256)).tolist(), "weight": "sobel-x"})
    text = record_text(inspected(spec))
    assert len(text) < 1_000_000
    values = json.loads(text)["values"]
    assert np.array_equal(values["output"], spec.values()["output"])
    assert set(values["steps"]) == {str(number) for number in spec.worked_out()}


def test_colours_tell_grey_from_signed() -> None:
    theme = THEMES["dark"]
    assert tones_of(np.array([[0.0, 200]]), theme).white == 255
    assert tones_of(np.array([[0.0, 1]]), theme).white == 1
    assert tones_of(np.array([[-1.0, 1]]), theme).white is None
    assert Tones(theme, 255).colours(np.array([[0.0, 51, 300]]))[0, :, 0].tolist() == [0, 51, 255]


# Poolings and activations


@pytest.mark.parametrize(
    ("name", "given"),
    [
        ("max-pool", {"ratio": "9:16"}),
        ("avg-pool", {"x": in_colour().tolist(), "kernel_size": 3, "padding": 1, "ratio": "1:1", "theme": "light"}),
        ("relu", {}),
        ("leaky-relu", {"x": (a_photo() / 64 - 2).tolist(), "ratio": "1:1"}),
    ],
)
def test_other_operations_show_photos_that_fit_and_are_true(
    perform_well: Perform, name: str, given: dict[str, Any]
) -> None:
    scene = perform_well(name, **{"x": a_photo().tolist(), "at": "0,0; 4,5", **given})
    assert scene.timeline.duration < 90


def test_the_winner_of_a_window_is_ringed_and_written(perform: Perform) -> None:
    scene = perform("max-pool", x=a_photo().tolist(), at="0,0; 4,5", ratio="9:16")
    beat = next(beat for beat in scene.timeline.beats if beat.kind == "answer")
    rings = [set(mark.of) for mark in beat.marks if mark.kind == "ring"]
    assert rings[0] == {"x[0,0,0,0]"}  # the sky is equally bright in a row: the first one wins
    assert "Max(200, 200, 197, 197) = 200" in [line.text for line in beat.formulas]


def test_a_pooling_of_a_photo_looks_where_values_are_farthest_apart() -> None:
    photo = np.zeros((20, 20))
    photo[6, 9] = 200
    spec = find("max-pool").build({"x": photo.tolist()})
    assert (0, 0, 3, 4) in spec.worked_out().values()
    assert spec.values()["steps"]["34"]["value"] == 200
    assert [address for address in spec.results() if spec.explain(address)][-1].startswith("output[0,0,")


def test_a_photo_enters_an_activation_around_0() -> None:
    spec = find("relu").build({"x": a_photo().tolist()})
    assert spec.values()["x"][0, 0, 0, 0] == round(200 / 127.5 - 1, 2)
    assert spec.values()["output"].min() == 0
    signed = (a_photo() - 100.5).tolist()
    assert find("relu").build({"x": signed}).values()["x"][0, 0, 0, 0] == 99.5


def test_the_mean_that_is_compared_is_that_of_the_pictures() -> None:
    scene, labels = performed("max-pool", x=a_photo().tolist(), at="0,0; 4,5", ratio="9:16")
    before, after = scene.trace.x.mean(), scene.trace.output.mean()
    said = [seen.text for seen in labels[-1]]
    assert any(f"{after:.1f}" in one for one in said)
    assert any(f"{before:.1f}" in one for one in said)


def test_a_long_line_of_arithmetic_stands_where_it_is_large() -> None:
    sizes: list[float] = []

    def look(scene: Any, _: Any) -> None:
        sizes.extend(one.size for one in family_of(scene.mobjects) if isinstance(one, Drawn))

    rehearse(find("tanh").build({"x": a_photo(), "pace": "fast"}), on_beat=look)
    assert sizes
    assert min(sizes) > 8 / 20


def test_numbers_above_weights_leave_room_in_their_half_of_the_cell() -> None:
    grid = PixelGrid(np.full((2, 2), 213.0), "x[{},{}]".format, "#fff", THEMES["dark"], 0.6, is_lifted=True)
    assert grid.text_size <= 0.45 * 0.6
