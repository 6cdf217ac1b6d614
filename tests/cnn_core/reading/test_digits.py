"""A photo becomes what MNIST would hold, and the network reads it; what holds no digit is prepared all the same."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cnn_core import mnist, weights
from cnn_core.arrays import Array
from cnn_core.errors import InputError, ShapeError
from cnn_core.reading.digits import _Box, prepare, read_photo
from tests.cnn_core.reading.photographed import photos
from tests.often import only_often


def page(height: int = 120, width: int = 160, light: float = 0.9) -> Array:
    return np.full((height, width), light)


def bar() -> Array:
    """Return white paper with a black bar: rows 30 to 89, columns 70 to 81."""
    paper = page()
    paper[30:90, 70:82] = 0.1
    return paper


def test_every_step_of_a_bar_on_paper() -> None:
    found = prepare(bar())
    assert found.found
    assert found.dark_on_light
    assert found.photo.shape == found.background.shape == found.ink.shape == (120, 160)
    np.testing.assert_allclose(found.background, 0.9, atol=1e-9)
    assert np.array_equal(found.ink, (bar() < 0.5).astype(float))
    assert found.box == _Box(30, 70, 90, 82)
    assert found.cropped.shape == (60, 12)
    assert found.scaled.shape == (20, 4)
    expected = np.zeros((28, 28), np.uint8)
    expected[4:24, 12:16] = 255
    assert np.array_equal(found.pixels, expected)


def test_light_on_dark_is_not_inverted_and_gives_the_same_pixels() -> None:
    found = prepare(1 - bar())
    assert not found.dark_on_light
    assert np.array_equal(found.pixels, prepare(bar()).pixels)


def test_bytes_and_fractions_are_the_same_photo() -> None:
    as_bytes = np.round(bar() * 255).astype(np.uint8)
    assert np.array_equal(prepare(as_bytes).pixels, prepare(bar()).pixels)


def test_a_shadow_is_taken_for_paper() -> None:
    y, x = np.meshgrid(np.linspace(-1, 1, 120), np.linspace(-1, 1, 160), indexing="ij")
    shade = 0.2 + 0.15 * x + 0.1 * y - 0.05 * x * y
    found = prepare(bar() - shade)
    np.testing.assert_allclose(found.background, 0.9 - shade, atol=0.04)
    assert np.array_equal(found.pixels, prepare(bar()).pixels)


def test_a_shadow_with_a_sharp_edge_is_taken_for_paper() -> None:
    paper = bar()
    paper[:, 100:] -= 0.3
    assert prepare(paper).box == _Box(30, 70, 90, 82)


def test_a_sheet_on_a_dark_table_is_told_from_it() -> None:
    table = page(150, 190, light=0.2)
    table[15:135, 15:175] = bar()
    assert prepare(table).box == _Box(45, 85, 105, 97)


def test_the_centre_of_mass_goes_to_the_middle() -> None:
    paper = bar()
    paper[78:90, 70:130] = 0.1  # an L: heavy below, and to the left of its box's middle
    pixels = prepare(paper).pixels.astype(float)
    for axis in (0, 1):
        profile = pixels.sum(axis=1 - axis)
        assert profile @ (np.arange(28) + 0.5) / profile.sum() == pytest.approx(14, abs=0.5)


def test_what_is_centred_never_leaves_the_frame() -> None:
    paper = bar()
    paper[30:40, 20:140] = 0.1  # a wide T, all its mass at the top
    pixels = prepare(paper).pixels
    assert (pixels.shape, pixels.max()) == ((28, 28), 255)
    assert (pixels.any(axis=0).sum(), pixels.any(axis=1).sum()) == (20, 10)


@pytest.mark.soak
def test_photos_of_mnists_own_digits_are_read_nearly_as_well_as_these() -> None:
    some = mnist.load_test().take(np.arange(60))
    blown_up = 1 - np.kron(np.pad(some.images, ((0, 0), (20, 20), (20, 20))), np.ones((1, 4, 4))) / 255
    pixels = np.stack([prepare(photo).pixels for photo in blown_up])
    read = weights.shipped().predict(mnist.as_input(pixels)).argmax(axis=1)
    assert np.mean(read == some.labels) >= 0.97


def test_dirt_and_the_edge_of_the_table_are_not_ink() -> None:
    paper = bar()
    paper[10:12, 10:12] = 0.1
    paper[:, :6] = 0.2
    assert prepare(paper).box == _Box(30, 70, 90, 82)


def test_a_digit_of_two_parts_keeps_both() -> None:
    paper = bar()
    paper[30:36, 90:110] = 0.1
    assert prepare(paper).box == _Box(30, 70, 90, 110)


def test_ink_that_reaches_the_border_is_kept_when_there_is_no_other() -> None:
    paper = page()
    paper[:, 70:90] = 0.1
    assert prepare(paper).box == _Box(0, 70, 120, 90)


def test_a_large_photo_is_made_smaller_and_a_small_one_is_left_alone() -> None:
    assert prepare(page(900, 1200)).photo.shape == (300, 400)
    assert prepare(page(30, 40)).photo.shape == (30, 40)


def landscape() -> Array:
    """Return hills under a bright sky."""
    y, x = np.meshgrid(np.linspace(0, 1, 150), np.linspace(0, 1, 200), indexing="ij")
    hills = 0.6 + 0.1 * np.sin(7 * x) + 0.05 * np.sin(31 * x)
    return np.where(y > hills, 0.3 + 0.1 * np.sin(90 * x * y), 0.95 - 0.3 * y)


NO_DIGITS = {
    "white": page(light=1.0),
    "black": page(light=0.0),
    "grainy": np.random.default_rng(0).normal(0.8, 0.02, (200, 300)).clip(0, 1),
    "noise": np.random.default_rng(0).uniform(size=(60, 80)),
    "landscape": landscape(),
    "one pixel": np.ones((1, 1)),
    "one row": np.linspace(0, 1, 500)[None],
    "one dot": np.eye(1, 900, 450).reshape(30, 30),
    "checks": np.indices((40, 40)).sum(axis=0) % 2,
    "half": np.repeat([[0.0], [1.0]], 50, axis=0) * np.ones(100),
}


@pytest.mark.parametrize("name", NO_DIGITS)
def test_a_picture_without_a_digit_is_prepared_all_the_same(name: str) -> None:
    found = prepare(NO_DIGITS[name])
    assert found.pixels.shape == (28, 28)
    assert found.pixels.dtype == np.uint8
    assert found.found == bool(found.pixels.any())
    probabilities = weights.shipped().predict(mnist.as_input(found.pixels))
    assert probabilities.sum() == pytest.approx(1)


@pytest.mark.parametrize("name", ["white", "black", "grainy", "one pixel"])
def test_nothing_is_found_on_an_empty_page(name: str) -> None:
    found = prepare(NO_DIGITS[name])
    assert not found.found
    assert found.box is None
    assert not found.pixels.any()
    assert not found.ink.any()


def test_every_array_is_read_only() -> None:
    found = prepare(bar())
    for name in ("photo", "background", "ink", "cropped", "scaled", "pixels"):
        assert not getattr(found, name).flags.writeable


def test_something_that_is_no_grid_is_refused() -> None:
    with pytest.raises(ShapeError, match=r"^photo must have 2 axes \(H, W\)"):
        prepare(np.zeros((3, 4, 5)))
    with pytest.raises(InputError, match=r"^photo must hold finite numbers"):
        prepare([[np.nan]])


@pytest.mark.parametrize(
    ("size", "expected"), [((1200, 900), (300, 400)), ((90, 120), (120, 90)), ((5, 2000), (400, 1))]
)
def test_a_file_is_read_with_its_sides_in_proportion(
    tmp_path: Path, size: tuple[int, int], expected: tuple[int, int]
) -> None:
    Image.new("L", size, 255).save(tmp_path / "photo.png")
    photo = read_photo("x", tmp_path / "photo.png")
    assert photo.shape == expected
    assert photo.min() == 1


def test_a_photo_taken_upright_is_read_upright(tmp_path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned by a quarter
    Image.new("L", (1200, 900), 255).save(tmp_path / "photo.jpg", exif=exif)
    assert read_photo("x", tmp_path / "photo.jpg").shape == (400, 300)


def test_a_photo_of_twelve_megapixels_is_read(tmp_path: Path) -> None:
    Image.new("RGB", (4000, 3000), "white").save(tmp_path / "photo.jpg")
    assert read_photo("x", tmp_path / "photo.jpg").shape == (300, 400)


def test_a_file_that_is_no_picture_is_refused(tmp_path: Path) -> None:
    (tmp_path / "photo.jpg").write_bytes(b"no picture")
    with pytest.raises(
        InputError, match=r"^x must be a PNG, JPEG, GIF, TIFF, BMP or WebP picture, but it is none, or is damaged\.$"
    ):
        read_photo("x", tmp_path / "photo.jpg")


@pytest.mark.parametrize("kind", only_often(["pen", "sans", "semibold", "default font"], "pen"))
def test_at_least_17_of_20_photographed_digits_are_read_correctly(kind: str) -> None:
    album = [photo for photo in photos() if kind in photo.made]
    pixels = np.stack([prepare(photo.values).pixels for photo in album])
    read = weights.shipped().predict(mnist.as_input(pixels)).argmax(axis=1)
    wrong = [f"{photo} read as {answer}" for photo, answer in zip(album, read, strict=True) if photo.digit != answer]
    print(f"{kind}: {len(album) - len(wrong)} of {len(album)} read correctly. {'; '.join(wrong)}")
    assert len(album) in (10, 20)
    assert len(wrong) <= 3 * len(album) / 20
