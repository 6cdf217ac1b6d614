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
from cnn_core.reading.grids import FileSource, read_grid

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
        path.write_text({"json": json.dumps(SQUARE), "tsv": "4\t1\n1\t1\n"}.get(ending, "4, 1\n1, 1\n"))
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


WANTED = "a table (.csv, .xlsx), an array (.npy, .json) or a picture (.png, .jpg)"


def no_rows(text: str) -> str:
    return f'x must be rows such as "4 1; 1 1", or the file of {WANTED}, but it is {text}.'


def other_kind(name: str, remedy: str) -> tuple[str, str]:
    return name, f'x must be a table, an array or a picture, but "{name.rpartition("/")[2]}" {remedy}.'


BAD_SOURCES: list[tuple[object, str]] = [
    ("", 'x must be rows of numbers such as "4 1; 1 1", but it is empty.'),
    ("sobel-z", no_rows('"sobel-z"')),
    ("C:\\photos\\me", no_rows('"C:\\photos\\me"')),
    ("./digits", no_rows('"./digits"')),
    other_kind("my/x.mat", 'is of a kind that is not read here; save it with numpy.save("x.npy", x)'),
    other_kind("old.xls", "is of a kind that is not read here; save the sheet as .xlsx or .csv"),
    other_kind("me.pdf", "is of a kind that is not read here; save the picture as PNG"),
    other_kind("handout.docx", "is a document; copy the table out of it and paste it"),
    other_kind("net.onnx", "is a model, not numbers; give one of its arrays, saved with numpy.save"),
    other_kind(
        "x.pt",
        "is a pickle, which can run any program when it is opened; save the array where you trust it: "
        'numpy.save("x.npy", x)',
    ),
    (".csv", no_rows('".csv"')),
    ("nan", no_rows('"nan"')),
    ("1 2 x", 'x must be rows of numbers, but row 1, column 3 is "x".'),
    ("1,2,x", 'x must be rows of numbers, but row 1, column 3 is "x".'),
    ("a b; c d", 'x must be rows of numbers, but row 1, column 1 is "a".'),
    ("a\nb", 'x must be rows of numbers, but row 1, column 1 is "a".'),
    ("missing.png", 'x must be a file that exists, but there is no "missing.png".'),
    (
        "https://example.org/one.png",
        'x must be a file on this computer, but "https:/example.org/one.png" is on the web: download it first.',
    ),
    (Path("digits"), no_rows('"digits"')),
    (None, "x must be rows of numbers, but it is nothing."),
    (4, "x must be rows of numbers, but it is a single number."),
    ({"x": 1}, "x must be rows of numbers, but it is an object with keys."),
    (
        np.zeros((2, 2, 4, 4)),
        "but its shape is (2, 2, 4, 4); name one of them behind a #, from 0, such as FILE.npy#0.",
    ),
]


@pytest.mark.parametrize(("source", "message"), BAD_SOURCES)
def test_what_is_no_grid_is_refused(folder: Path, source: object, message: str) -> None:
    with pytest.raises(InputError, match=f"^(x must .*)?{re.escape(message)}$"):
        read_grid("x", source)


BAD_FILES: list[tuple[str, bytes, str]] = [
    (
        "a.csv",
        b"1,2,3\n4,5\n",
        "x (a.csv) must have rows of equal length, but row 1 has 3 numbers and row 2 has 2 numbers.",
    ),
    ("a.csv", b"1,2,x\n3,4,5\n", 'x (a.csv) must be rows of numbers, but row 1, column 3 is "x".'),
    ("a.csv", b"1,,2\n3,4,5\n", "x (a.csv) must be rows of numbers, but row 1, column 2 is empty."),
    ("a.csv", b"left,right\n", 'x (a.csv) must be rows of numbers, but row 1, column 1 is "left".'),
    (
        "a.csv",
        b"1,5\n2,5\n3,5\n",
        "x (a.csv) must be clear about its commas, but they can be read in two ways: "
        'type "1.5; 2.5; 3.5" or "1, 5; 2, 5; 3, 5".',
    ),
    ("a.txt", b"1 2\n3 x\n", 'x (a.txt) must be rows of numbers, but row 2, column 2 is "x".'),
    ("a.xlsx", b"PK no", "x (a.xlsx) must be a sheet of Excel or LibreOffice, but it is none, or is damaged."),
    ("a.npz", b"PK no", "x (a.npz) must be arrays saved with numpy.savez, but it is not, or is damaged."),
    ("a.csv", b"\n\n", "x (a.csv) must be rows of numbers, but it is empty."),
    ("a.csv", b"\0\0", 'x (a.csv) must be rows of numbers, but row 1, column 1 is "\\x00\\x00".'),
    ("a.tsv", b"1\tinf\n", 'x (a.tsv) must be rows of numbers, but row 1, column 2 is "inf".'),
    ("a.json", b"[[1, NaN]]", "x (a.json) must be rows of numbers, but row 1, column 2 is nan."),
    ("a.json", b"[[1, -1e999]]", "x (a.json) must be rows of numbers, but row 1, column 2 is -inf."),
    ("a.json", b'[[1, "2"]]', 'x (a.json) must be rows of numbers, but row 1, column 2 is the text "2".'),
    ("a.json", b"[[1, null]]", "x (a.json) must be rows of numbers, but row 1, column 2 is nothing."),
    (
        "a.json",
        b'{"x": [[1]], "y": [[2]]}',
        "x (a.json) must say which of its arrays is meant, as in FILE:NAME (x, y), but none is named.",
    ),
    ("a.json", b"7", "x (a.json) must be rows of numbers, but it is a single number."),
    ("a.npy", b"1 2; 3 4", "x (a.npy) must be an array saved with numpy.save, but it is not."),
    (
        "a.png",
        b"1 2; 3 4",
        "x (a.png) must be a PNG, JPEG, GIF, TIFF, BMP or WebP picture, but it is none, or is damaged.",
    ),
    ("a.csv", b"", 'x must be a file with contents, but "a.csv" is empty.'),
    ("a.csv", b"1\n" * 3_000_000, 'x must be a file of at most 5,000,000 bytes, but "a.csv" has 6,000,000.'),
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


def test_one_array_of_several_is_named(folder: Path) -> None:
    from safetensors.numpy import save_file

    np.savez(folder / "a.npz", x=np.array(SQUARE), y=np.zeros((2, 3)))
    np.savez(folder / "one.npz", np.array(SQUARE))
    save_file({"x": np.array(SQUARE), "y": np.zeros((2, 3))}, folder / "a.safetensors")
    (folder / "a.json").write_text(json.dumps({"x": SQUARE, "y": [[0]]}))
    for source in ("a.npz:x", "one.npz", "a.safetensors:x", "a.json:x"):
        grid = read_grid("x", source)
        assert (grid.array.tolist(), grid.origin) == (SQUARE, source)
    for source in ("a.npz", "a.npz:z", "a.safetensors", "a.json:z"):
        with pytest.raises(InputError, match=r"must say which of its arrays is meant, as in FILE:NAME \(x, y\), but"):
            read_grid("x", source)


def test_one_of_a_batch_is_named_by_its_number(folder: Path) -> None:
    batch = [[[1, 2, 3, 4, 5]], [[6, 7, 8, 9, 0]]]
    np.save(folder / "a.npy", batch)
    np.savez(folder / "a.npz", x=batch)
    (folder / "a.json").write_text(json.dumps(batch))
    (folder / "a.csv").write_text("a,b,c\n1,2,3\n4,5,6\n")
    for source in ("a.npy#1", "a.npz:x#1", "a.json#1"):
        assert read_grid("x", source).array.tolist() == [[6, 7, 8, 9, 0]]
    assert read_grid("x", "a.csv#1").array.tolist() == [[4, 5, 6]]
    with pytest.raises(InputError, match=r"^x \(a\.npy#2\) must have a number below 2 behind its #, but it is 2\.$"):
        read_grid("x", "a.npy#2")
    with pytest.raises(InputError, match=r"must have a line 3, counted from 0"):
        read_grid("x", "a.csv#2")


def test_what_was_guessed_of_an_array_is_said(folder: Path) -> None:
    np.save(folder / "a.npy", np.ones((2, 2, 3)))
    assert read_grid("x", "a.npy").origin == "a.npy, its last axis read as channels"
    assert read_grid("x", np.ones((2, 2, 3))).origin == "an array, its last axis read as channels"
    assert read_grid("x", np.ones((2, 2, 3)), channels_first=True).array.shape == (2, 2, 3)


def test_a_member_of_an_archive_is_not_unpacked_beyond_its_limit(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cnn_core.reading.array_files.MOST_UNPACKED", 1000)
    np.savez_compressed(folder / "a.npz", x=np.zeros((100, 100)))
    with pytest.raises(InputError, match=r"^x \(a\.npz\) must hold at most 1,000 bytes, but it unpacks to more\.$"):
        read_grid("x", "a.npz")


@pytest.mark.parametrize(
    ("text", "path", "rest"),
    [
        ("C:\\my files\\a.XLSX!Mai!A1:B2", "C:\\my files\\a.XLSX", "!Mai!A1:B2"),
        ("a.csv.npy#3", "a.csv.npy", "#3"),
        ("a.npz:conv.weight", "a.npz", ":conv.weight"),
    ],
)
def test_a_file_is_told_from_what_of_it_is_meant(text: str, path: str, rest: str) -> None:
    file = FileSource.of(text)
    assert file is not None
    assert (str(file.path), file.rest) == (path, rest)
    assert FileSource.of("4 1; 1 1") is None
