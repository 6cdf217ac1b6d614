"""Files of numbers are read whole or refused in one sentence, and reading always ends."""

import io
import json
import os
import re
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnn_core.errors import InputError
from cnn_core.reading.array_files import decode_json, decode_npy
from cnn_core.reading.files import decode_text, read_bytes, read_line

DECODERS = {"json": decode_json, "npy": decode_npy}


def npy(array: object, *, allow_pickle: bool = False) -> bytes:
    stream = io.BytesIO()
    np.save(stream, np.asarray(array), allow_pickle=allow_pickle)
    return stream.getvalue()


def npy_with_header(text: str, body: bytes = b"", version: int = 1) -> bytes:
    """Return an NPY file whose header is any text at all."""
    header = text.encode("latin-1") + b"\n"
    return b"\x93NUMPY" + bytes([version, 0]) + len(header).to_bytes(2 if version == 1 else 4, "little") + header + body


def npy_of_shape(shape: str, body: bytes = b"", descr: str = "<f8") -> bytes:
    return npy_with_header(f"{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}, }}", body)


def test_json_is_read_with_every_number_a_float() -> None:
    assert decode_json("x", b"\xef\xbb\xbf[[1, -2.5e0], [true, 1" + b"0" * 5000 + b"]]") == [
        [1, -2.5],
        [True, float("inf")],
    ]


@pytest.mark.parametrize("dtype", ["?", "u1", ">i2", "f2", "<f8"])
@pytest.mark.parametrize("order", ["C", "F"])
def test_an_array_that_numpy_saved_is_read_back(dtype: str, order: str) -> None:
    array = np.array([[[0, 1, 1], [1, 0, 1]]], dtype=dtype, order=order)  # type: ignore[call-overload]
    assert np.array_equal(decode_npy("x", npy(array)), array)


def test_version_2_of_the_npy_header_is_read() -> None:
    data = npy_with_header("{'descr': '<f8', 'fortran_order': False, 'shape': (1, 1)}", b"\0" * 8, version=2)
    assert decode_npy("x", data).tolist() == [[0]]


def test_an_npy_file_of_python_2_is_read() -> None:
    assert decode_npy("x", npy_of_shape("(1L, 1L)", b"\0" * 8)).tolist() == [[0]]


NOT_SAVED = "x must be an array saved with numpy.save, but it is not."
BAD_CONTENTS: list[tuple[str, bytes, str]] = [
    ("json", b"", "x must be nested lists of numbers in JSON, but line 1, column 1 is not JSON: Expecting value."),
    (
        "json",
        b"[[1,\n2",
        "x must be nested lists of numbers in JSON, but line 2, column 2 is not JSON: Expecting ',' del",
    ),
    (
        "json",
        b"[[1]] [[2]]",
        "x must be nested lists of numbers in JSON, but line 1, column 7 is not JSON: Extra data.",
    ),
    ("json", b"[[\xe4\0]]", "x must be text in UTF-8, but byte 3 is not."),
    ("json", b"[" * 100_000, "x must be a list of rows, but its lists are nested too deeply."),
    ("json", b'{"a":' * 100_000, "x must be a list of rows, but its lists are nested too deeply."),
    ("npy", b"4 1; 1 1", NOT_SAVED),
    ("npy", b"\x93NUMPY", NOT_SAVED),
    ("npy", b"\x93NUMPY\x09\x00", NOT_SAVED),
    ("npy", b"PK\x03\x04 an archive", NOT_SAVED),
    ("npy", npy_with_header("(" * 9000), NOT_SAVED),
    ("npy", npy_with_header("{'descr': '<f8', 'fortran_order': False}"), NOT_SAVED),
    ("npy", npy_with_header("__import__('os').abort()"), NOT_SAVED),
    ("npy", npy([[1.0, None]], allow_pickle=True), "x must be an array of real numbers, but its type is object."),
    ("npy", npy([["1"]]), "x must be an array of real numbers, but its type is str32."),
    ("npy", npy([[1j]]), "x must be an array of real numbers, but its type is complex128."),
    ("npy", npy(np.zeros((1, 1), "i4,f8")), "x must be an array of real numbers, but its type is void96."),
    ("npy", npy([[1.0, 2.0]])[:-1], 'but its header says "(1, 2)" of float64, and 15 bytes follow.'),
    ("npy", npy([[1.0]]) + b"\0", 'but its header says "(1, 1)" of float64, and 9 bytes follow.'),
    ("npy", npy(np.zeros((2, 0))), 'none of them empty, but its header says "(2, 0)" of float64, and 0 bytes follow.'),
    ("npy", npy_of_shape("(99999999, 99999999)"), 'says "(99999999, 99999999)" of float64, and 0 bytes follow.'),
    ("npy", npy_of_shape("(-1, -1)", b"\0" * 8), 'says "(-1, -1)" of float64, and 8 bytes follow.'),
    ("npy", npy_of_shape(f"({10**300}, 0)"), f'says "({10**37}…" of float64, and 0 bytes follow.'),
    ("npy", npy_of_shape(str((1,) * 99), b"\0" * 8), '…" of float64, and 8 bytes follow.'),
]


@pytest.mark.parametrize(("kind", "data", "message"), BAD_CONTENTS)
def test_contents_that_are_no_numbers_are_refused(kind: str, data: bytes, message: str) -> None:
    with pytest.raises(InputError, match=f"^x must .*{re.escape(message.removeprefix('x must '))}"):
        DECODERS[kind]("x", data)


def test_a_file_within_its_limit_is_read(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(b"12345")
    assert read_bytes("x", path, limit=5) == b"12345"


def test_a_file_beyond_its_limit_is_refused_unread(tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.touch()
    os.truncate(path, 10**12)
    with pytest.raises(
        InputError, match=r'^x must be a file of at most 5,000 bytes, but ".*" has 1,000,000,000,000\.$'
    ):
        read_bytes("x", path, limit=5_000)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_text_is_read_as_windows_and_everybody_else_writes_it(encoding: str) -> None:
    assert decode_text("x", "Größe;1,5".encode(encoding)) == "Größe;1,5"


def test_one_line_of_many_is_read(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_bytes(b"1\n2\n3\n")
    assert read_line("x", tmp_path / "x.csv", 2, limit=9) == b"3\n"
    with pytest.raises(InputError, match=r'^x must have a line 3, counted from 0, but "x.csv" has fewer\.$'):
        read_line("x", tmp_path / "x.csv", 3, limit=9)


def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.csv").touch()
    with pytest.raises(InputError, match=r"^x must be a file with contents, but \".*\" is empty\.$"):
        read_bytes("x", tmp_path / "x.csv", limit=5)


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("missing.csv", 'x must be a file that exists, but there is no "missing.csv".'),
        ("a\0.csv", 'x must be a file that can be read, but "a\\x00.csv" cannot: its name is not a valid file name.'),
        (
            "\ud800.csv",
            'x must be a file that can be read, but "\\ud800.csv" cannot: its name is not a valid file name.',
        ),
        (f"{'a' * 300}.csv", f'x must be a file that can be read, but "{"a" * 39}…" cannot: File name too long.'),
    ],
)
def test_a_name_that_leads_nowhere_is_refused(path: str, message: str) -> None:
    with pytest.raises(InputError, match=f"^{re.escape(message)}$"):
        read_bytes("x", Path(path), limit=5)


def test_a_directory_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r'^x must be a file, but ".*" is a directory\.$'):
        read_bytes("x", tmp_path, limit=5)


def test_devices_and_pipes_are_refused_without_waiting(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.csv")
    (tmp_path / "zero.csv").symlink_to("/dev/zero")
    for name in ("pipe.csv", "zero.csv"):
        with pytest.raises(InputError, match=r'^x must be a file, but ".*" is not a regular file\.$'):
            read_bytes("x", tmp_path / name, limit=5)


def test_a_file_that_may_not_be_read_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(path: Path, mode: str) -> bytes:
        raise PermissionError(13, "Permission denied", str(path))

    (tmp_path / "x.csv").write_text("1")
    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(InputError, match=r"^x must be a file that can be read, but .* cannot: Permission denied\.$"):
        read_bytes("x", tmp_path / "x.csv", limit=5)


def test_a_link_to_itself_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.csv").symlink_to("x.csv")
    with pytest.raises(InputError, match=r"^x must be a file that can be read, but .* cannot: "):
        read_bytes("x", tmp_path / "x.csv", limit=5)


@given(st.recursive(st.floats(allow_nan=False), st.lists, max_leaves=9))
@settings(derandomize=True, max_examples=50)
def test_json_that_python_writes_is_read_back(value: object) -> None:
    assert decode_json("x", json.dumps(value).encode()) == value
