"""Pictures become grey values that a class can check, or one sentence that says why not."""

import io
import re
import struct
import subprocess
import sys
import zlib
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageOps

from cnn_core.errors import InputError
from cnn_core.reading.pictures import decode_picture

NO_PICTURE = r"^x must be a PNG, JPEG, GIF, TIFF, BMP or WebP picture, but it is none, or is damaged\.$"


def encoded(image: Image.Image, kind: str = "PNG", **options: Any) -> bytes:
    stream = io.BytesIO()
    image.save(stream, kind, **options)
    return stream.getvalue()


def grey(values: list[list[int]], dtype: str = "u1") -> Image.Image:
    return Image.fromarray(np.array(values, dtype=dtype))


def png_claiming(width: int, height: int) -> bytes:
    """Return a PNG whose header claims a size that its few bytes do not have."""
    header = b"IHDR" + struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunk = struct.pack(">I", 13) + header + struct.pack(">I", zlib.crc32(header))
    return b"\x89PNG\r\n\x1a\n" + chunk + encoded(Image.new("RGB", (1, 1)))[33:]


def test_black_is_0_and_white_is_1_and_a_grey_picture_is_left_alone() -> None:
    values, words = decode_picture("x", encoded(grey([[0, 51, 102], [153, 204, 255]])))
    assert values.tolist() == [[0, 0.2, 0.4], [0.6, 0.8, 1]]
    assert values.dtype == np.float64
    assert not values.flags.writeable
    assert words == "3×2"


@pytest.mark.parametrize(("colour", "luminance"), [("red", 0.3), ("lime", 0.59), ("blue", 0.11), ("white", 1)])
def test_colours_count_by_their_luminance(colour: str, luminance: float) -> None:
    values, words = decode_picture("x", encoded(Image.new("RGB", (2, 1), colour)), decimals=2)
    assert values.tolist() == [[luminance, luminance]]
    assert words == "turned to grey, 2×1"


def test_scaling_takes_the_mean_of_each_area() -> None:
    picture = grey([[0, 255, 255, 255], [0, 255, 0, 255], [255, 255, 0, 0], [255, 255, 0, 0]])
    values, words = decode_picture("x", encoded(picture), size=(2, 2), decimals=2)
    assert values.tolist() == [[0.5, 0.75], [1, 0]]
    assert words == "4×4 scaled to 2×2"


def test_size_is_rows_by_columns_and_words_are_width_by_height() -> None:
    values, words = decode_picture("x", encoded(Image.new("RGB", (640, 480)), "JPEG"), size=(6, 8))
    assert values.shape == (6, 8)
    assert words == "turned to grey, 640×480 scaled to 8×6"


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "BMP", "WEBP", "GIF", "TIFF"])
def test_every_format_is_read(kind: str) -> None:
    values, _ = decode_picture("x", encoded(Image.new("RGB", (16, 16), (102, 102, 102)), kind), size=(1, 1))
    assert values.tolist() == [[0.4]]


def test_what_is_transparent_lies_over_white() -> None:
    half = Image.new("RGBA", (1, 1), (0, 0, 0, 51))
    assert decode_picture("x", encoded(half))[0].tolist() == [[0.8]]
    nothing = Image.new("LA", (1, 1), (0, 0))
    assert decode_picture("x", encoded(nothing))[0].tolist() == [[1]]


@pytest.mark.parametrize("mode", ["P", "L", "1"])
def test_a_transparent_colour_lies_over_white(mode: str) -> None:
    assert decode_picture("x", encoded(Image.new(mode, (1, 1), 0), transparency=0))[0].tolist() == [[1]]


def test_sixteen_bits_are_not_cut_to_eight() -> None:
    values, words = decode_picture("x", encoded(grey([[0, 13107], [32768, 65535]], "u2")), decimals=4)
    assert values.tolist() == [[0, 0.2], [0.5, 1]]
    assert words == "2×2"


def test_a_print_picture_in_cyan_magenta_yellow_black_is_read() -> None:
    black = Image.new("CMYK", (8, 8), (0, 0, 0, 255))
    assert decode_picture("x", encoded(black, "JPEG"), size=(1, 1))[0].tolist() == [[0]]


def test_a_photo_is_turned_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was held with its top to the left
    values, words = decode_picture("x", encoded(grey([[0, 255], [0, 255], [0, 255]]), exif=exif))
    assert values.tolist() == [[0, 0, 0], [1, 1, 1]]
    assert words == "3×2"


@pytest.mark.parametrize("kind", ["PNG", "JPEG", "BMP", "WEBP"])
def test_a_truncated_picture_is_refused(kind: str) -> None:
    noise = Image.effect_noise((64, 64), 50)
    data = encoded(noise, kind)
    with pytest.raises(InputError, match=NO_PICTURE):
        decode_picture("x", data[: len(data) // 2])


@pytest.mark.parametrize("data", [b"", b"4 1; 1 1", b"\x89PNG\r\n\x1a\n", b"<svg></svg>", b"\xff\xd8\xff\xe0"])
def test_other_contents_are_refused(data: bytes) -> None:
    with pytest.raises(InputError, match=NO_PICTURE):
        decode_picture("x", data)


@pytest.mark.parametrize("kind", ["PPM", "ICO"])
def test_other_pictures_are_refused(kind: str) -> None:
    with pytest.raises(InputError, match=NO_PICTURE):
        decode_picture("x", encoded(Image.new("L", (16, 16)), kind))


@pytest.mark.parametrize(
    ("side", "came"), [(7072, "is 7072×7072"), (10_000, "is 10000×10000"), (60_000, "has far more")]
)
def test_a_decompression_bomb_is_refused_by_its_header(side: int, came: str) -> None:
    with pytest.raises(InputError, match=rf"^x must be a picture of at most 50 megapixels, but it {came}\.$"):
        decode_picture("x", png_claiming(side, side), size=(8, 8))


def test_a_large_picture_must_be_scaled() -> None:
    data = encoded(Image.new("L", (2001, 2000)))
    assert decode_picture("x", data, size=(8, 8))[0].shape == (8, 8)
    message = r"^x must be scaled if it has more than 4 megapixels, but it is 2001×2000 and no size is given\.$"
    with pytest.raises(InputError, match=message):
        decode_picture("x", data)


@pytest.mark.parametrize("size", [(0, 8), (8, -1), (8, 8, 8), (2.5, 2)])
def test_a_size_that_is_none_is_refused(size: Any) -> None:
    with pytest.raises(InputError, match=r"^size must be a whole number of at least 1, or a pair of them, but it is"):
        decode_picture("x", encoded(Image.new("L", (1, 1))), size=size)


def test_pillow_is_imported_only_for_a_picture() -> None:
    script = "import sys, cnn_core.reading.grids; sys.exit('PIL' in sys.modules)"
    subprocess.run([sys.executable, "-c", script], check=True)


def test_of_a_moving_picture_the_first_is_taken_and_that_is_said() -> None:
    first, *others = (Image.new("L", (2, 2), level) for level in (255, 0, 102))
    values, words = decode_picture("x", encoded(first, "TIFF", save_all=True, append_images=others))
    assert values.tolist() == [[1, 1], [1, 1]]
    assert words == "the first of its 3 pictures, 2×2"


@pytest.mark.parametrize("largest", [1.0, 255.0])
def test_a_picture_of_floats_is_read_by_its_range(largest: float) -> None:
    floats = Image.fromarray(np.array([[0, 0.5, 1]], dtype=np.float32) * largest)
    assert decode_picture("x", encoded(floats, "TIFF"))[0].tolist() == [[0, 0.5, 1]]


def test_a_photo_of_a_phone_is_read_or_what_to_do_is_said() -> None:
    heic = b"\0\0\0\x18ftypheic" + b"\0" * 99
    with pytest.raises(InputError) as refused:
        decode_picture("x", heic)
    assert "HEIC photo, and pillow-heif is not installed: save it as JPEG" in str(refused.value) or re.match(
        NO_PICTURE, str(refused.value)
    )


def test_a_large_picture_is_shrunk_band_by_band_to_the_same_means(monkeypatch: pytest.MonkeyPatch) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (211, 437), np.uint8)
    picture = encoded(Image.fromarray(noise).convert("RGBA"))
    wanted = decode_picture("x", picture, size=(5, 7), decimals=4)[0]
    monkeypatch.setattr("cnn_core.reading.pictures.MAX_UNSCALED_PIXELS", 1000)
    monkeypatch.setattr("cnn_core.reading.pictures.BAND_PIXELS", 5000)
    np.testing.assert_allclose(decode_picture("x", picture, size=(5, 7), decimals=4)[0], wanted, atol=0.01)


@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_way_to_hold_a_camera_is_turned_upright_as_pillow_does(orientation: int) -> None:
    picture, exif = grey([[0, 51, 102], [153, 204, 255]]), Image.Exif()
    exif[0x0112] = orientation
    data = encoded(picture, exif=exif)
    upright = np.asarray(ImageOps.exif_transpose(Image.open(io.BytesIO(data)))) / 255
    assert decode_picture("x", data)[0].tolist() == upright.tolist()
