"""Whatever a user gives for a grid becomes an array with its origin, or one sentence."""

import json
import re
from dataclasses import FrozenInstanceError
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from cnn_core.errors import InputError
from cnn_core.reading.grids import looks_like_rows, parse_rows, read_grid

ENDINGS = ".bmp, .csv, .jpeg, .jpg, .json, .npy, .png, .tsv or .webp"
SQUARE = [[4, 1], [1, 1]]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return an empty folder that is also where relative paths start."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("source", "origin"),
    [("4 1; 1 1", "rows"), ([[4, 1], [1, 1]], "rows"), (((4, 1), (1, 1)), "rows"), (np.array(SQUARE), "array")],
)
def test_values_given_directly_say_so(source: object, origin: str) -> None:
    grid = read_grid("x", source)
    assert grid.array.tolist() == SQUARE
    assert grid.origin == origin


@pytest.mark.parametrize("as_path", [str, Path])
@pytest.mark.parametrize("ending", ["csv", "tsv", "json", "npy", "CSV"])
def test_a_file_is_read_and_named(folder: Path, ending: str, as_path: type) -> None:
    path = folder / f"my digits.{ending}"
    if ending == "npy":
        np.save(path, SQUARE)
    else:
        path.write_text({"json": json.dumps(SQUARE), "tsv": "4\t1\n1\t1\n"}.get(ending, "4,1\n1,1\n"))
    for given_path in (path, path.relative_to(folder)):
        grid = read_grid("x", as_path(given_path))
        assert grid.array.tolist() == SQUARE
        assert grid.origin == path.name


def test_a_picture_says_what_was_done_to_it(folder: Path) -> None:
    Image.new("RGB", (640, 480), "white").save(folder / "photo.jpg")
    grid = read_grid("x", "photo.jpg", size=(8, 8))
    assert grid.array.tolist() == np.ones((8, 8)).tolist()
    assert grid.origin == "photo.jpg, turned to grey, 640×480 scaled to 8×8"


def test_a_picture_is_rounded_to_the_decimals_asked_for(folder: Path) -> None:
    Image.new("L", (1, 1), 100).save(folder / "grey.png")
    assert read_grid("x", "grey.png").array.tolist() == [[0.4]]
    assert read_grid("x", "grey.png", decimals=3).array.tolist() == [[0.392]]


def test_a_picture_is_known_by_its_contents_not_its_ending(folder: Path) -> None:
    Image.new("L", (1, 1), 255).save(folder / "really-a-png.jpg", "PNG")
    assert read_grid("x", "really-a-png.jpg").array.tolist() == [[1]]


def test_channels_come_from_rows_lists_and_arrays(folder: Path) -> None:
    channels = [[[1, 0], [0, 1]], [[2, 0], [0, 2]]]
    np.save(folder / "x.npy", channels)
    (folder / "x.json").write_text(json.dumps(channels))
    for source in ("1 0; 0 1 | 2 0; 0 2", channels, np.array(channels), "x.npy", "x.json"):
        assert read_grid("x", source).array.tolist() == channels


def test_tensors_are_read_also_if_they_are_trained_and_a_batch_of_one() -> None:
    torch = pytest.importorskip("torch")
    weight = torch.tensor([[[[1.0, 2.0], [3.0, 4.0]]]], requires_grad=True)
    assert read_grid("x", weight).array.tolist() == [[[1, 2], [3, 4]]]
    assert read_grid("x", weight[0, 0]).array.tolist() == [[1, 2], [3, 4]]
    with pytest.raises(InputError, match=r"x must have 2 axes .* but its shape is \(2, 1, 2, 2\)"):
        read_grid("x", torch.zeros(2, 1, 2, 2))


def test_a_grid_cannot_be_changed() -> None:
    grid = read_grid("x", "1")
    with pytest.raises(FrozenInstanceError):
        grid.origin = "y"  # type: ignore[misc]
    with pytest.raises(ValueError, match="read-only"):
        grid.array[0, 0] = 2


def no_rows(text: str) -> str:
    return f'x must be rows such as "4 1; 1 1" or a file ending in {ENDINGS}, but it is {text}.'


BAD_SOURCES: list[tuple[object, str]] = [
    ("", 'x must be rows of numbers such as "4 1; 1 1", but it is empty.'),
    ("sobel-z", no_rows('"sobel-z"')),
    ("photo.gif", no_rows('"photo.gif"')),
    ("my photos/me.heic", no_rows('"my photos/me.heic"')),
    ("C:\\photos\\me", no_rows('"C:\\photos\\me"')),
    ("./digits", no_rows('"./digits"')),
    (".csv", no_rows('".csv"')),
    ("nan", no_rows('"nan"')),
    ("1 2 x", 'x must be rows of numbers, but row 1, column 3 is "x".'),
    ("1,2,x", 'x must be rows of numbers, but row 1, column 3 is "x".'),
    ("a b; c d", 'x must be rows of numbers, but row 1, column 1 is "a".'),
    ("a\nb", 'x must be rows of numbers, but row 1, column 1 is "a".'),
    ("missing.png", 'x must be a file that exists, but there is no "missing.png".'),
    ("https://example.org/one.png", 'x must be a file that exists, but there is no "https:/example.org/one.png".'),
    (Path("digits.txt"), f'x must be a file ending in {ENDINGS}, but it is "digits.txt".'),
    (Path("digits"), f'x must be a file ending in {ENDINGS}, but it is "digits".'),
    (None, "x must be rows of numbers, but it is nothing."),
    (4, "x must be rows of numbers, but it is a single number."),
    ({"x": 1}, "x must be rows of numbers, but it is an object with keys."),
    (np.zeros(3), "but its shape is (3,)."),
    ([1, 2], "x must be a list of rows, or of channels of rows, but its lists are nested one deep."),
]


@pytest.mark.parametrize(("source", "message"), BAD_SOURCES)
def test_what_is_no_grid_is_refused(folder: Path, source: object, message: str) -> None:
    with pytest.raises(InputError, match=f"^(x must .*)?{re.escape(message)}$"):
        read_grid("x", source)


BAD_FILES: list[tuple[str, bytes, str]] = [
    ("a.csv", b"1,2\n3\n", "x (a.csv) must have rows of equal length, but row 1 has 2 numbers and row 2 has 1 number."),
    ("a.csv", b"1;2\n\n3;4\n", "x (a.csv) must be rows of numbers, but row 2 is empty."),
    ("a.csv", b"1,2,\n3,4,\n", "x (a.csv) must be rows of numbers, but row 1, column 3 is empty."),
    ("a.csv", b"left,right\n1,2\n", 'x (a.csv) must be rows of numbers, but row 1, column 1 is "left".'),
    (
        "a.csv",
        b"1,5;2\n3;0,5\n",
        'x (a.csv) must be rows of numbers, but row 1, column 1 is "1,5"; decimals are written with a point.',
    ),
    ("a.csv", b"\n\n", "x (a.csv) must be rows of numbers, but it is empty."),
    ("a.csv", b"\0\0", 'x (a.csv) must be rows of numbers, but row 1, column 1 is "\\x00\\x00".'),
    ("a.tsv", b"1\tinf\n", 'x (a.tsv) must be rows of numbers, but row 1, column 2 is "inf".'),
    ("a.json", b"[[1, NaN]]", "x (a.json) must be rows of numbers, but row 1, column 2 is nan."),
    ("a.json", b"[[1, -1e999]]", "x (a.json) must be rows of numbers, but row 1, column 2 is -inf."),
    ("a.json", b'[[1, "2"]]', 'x (a.json) must be rows of numbers, but row 1, column 2 is the text "2".'),
    ("a.json", b"[[1, null]]", "x (a.json) must be rows of numbers, but row 1, column 2 is nothing."),
    ("a.json", b'{"x": [[1]], "x": [[2]]}', "x (a.json) must be rows of numbers, but it is an object with keys."),
    ("a.json", b"7", "x (a.json) must be rows of numbers, but it is a single number."),
    ("a.npy", b"1 2; 3 4", "x (a.npy) must be an array saved with numpy.save, but it is not."),
    ("a.png", b"1 2; 3 4", "x (a.png) must be a PNG, JPEG, BMP or WebP picture, but it is none, or is damaged."),
    ("a.csv", b"", 'x must be a file with contents, but "a.csv" is empty.'),
    ("a.csv", b"1\n" * 3_000_000, 'x must be a file of at most 5,000,000 bytes, but "a.csv" has 6,000,000.'),
    ("a.png", b"1" * 20_000_001, 'x must be a file of at most 20,000,000 bytes, but "a.png" has 20,000,001.'),
]


@pytest.mark.parametrize(("file", "data", "message"), BAD_FILES)
def test_a_file_that_holds_no_grid_is_refused(folder: Path, file: str, data: bytes, message: str) -> None:
    (folder / file).write_bytes(data)
    with pytest.raises(InputError, match=f"^{re.escape(message)}$"):
        read_grid("x", file)


def test_a_pickle_in_an_npy_file_is_never_opened(folder: Path) -> None:
    class Trap:
        def __reduce__(self) -> tuple[Any, ...]:
            return Path.touch, (folder / "sprung",)

    np.save(folder / "trap.npy", np.array([[Trap()]], dtype=object), allow_pickle=True)
    with pytest.raises(
        InputError, match=r"^x \(trap\.npy\) must be an array of real numbers, but its type is object\.$"
    ):
        read_grid("x", "trap.npy")
    assert not (folder / "sprung").exists()


def test_the_helpers_of_rows_are_at_hand() -> None:
    assert looks_like_rows("1 2")
    assert parse_rows("x", "1 2").shape == (1, 2)
