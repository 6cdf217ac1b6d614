"""What a user gave for a grid, whatever its form, turned into an array."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from cnn_core.arrays import Array, Pair
from cnn_core.errors import InputError
from cnn_core.reading.files import decode_csv, decode_json, decode_npy, read_bytes
from cnn_core.reading.nested import from_array, from_lists, quoted
from cnn_core.reading.pictures import decode_picture
from cnn_core.reading.rows import from_words, looks_like_rows, parse_number, parse_rows

__all__ = ["Grid", "looks_like_rows", "parse_rows", "read_grid"]

MAX_TABLE_BYTES = 5_000_000
MAX_PICTURE_BYTES = 20_000_000
PICTURES = (".bmp", ".jpeg", ".jpg", ".png", ".webp")
TABLES = (".csv", ".json", ".npy", ".tsv")


@dataclass(frozen=True, eq=False)
class Grid:
    """An array a user gave, and where it came from.

    Attributes
    ----------
    array : (H, W) or (C, H, W)
        Read-only.
    origin
        For a film to say: `"rows"`, `"array"`, `"digits.csv"`, or, of a picture, also what was done to it, such as
        `"photo.jpg, turned to grey, 640×480 scaled to 8×8"`.
    """

    array: Array
    origin: str


def read_grid(name: str, source: object, *, size: Pair | None = None, decimals: int = 1) -> Grid:
    """Return the grid that a user described.

    Parameters
    ----------
    name
        What the caller calls it; stands in the error message.
    source
        Nested lists, an array or tensor (perhaps a batch of one), rows as text (see `rows`), or the path of a
        `.csv`, `.tsv`, `.json` or `.npy` file or of a picture. A text that ends like such a file is a path.
    size : (H, W)
        What a picture is scaled to; everything else keeps its shape.
    decimals
        What the values of a picture, from 0 to 1, are rounded to.

    Raises
    ------
    InputError
        If it is none of these, or not a grid of finite numbers.

    >>> read_grid("x", "4 1; 1 1")
    Grid(array=array([[4., 1.],
           [1., 1.]]), origin='rows')
    """
    if isinstance(source, str):
        if _looks_like_file(source):
            return _read_file(name, Path(source), size, decimals)
        return Grid(_parse_text(name, source), "rows")
    if isinstance(source, Path):
        return _read_file(name, source, size, decimals)
    if hasattr(source, "__array__"):
        return Grid(from_array(name, as_numpy(source)), "array")
    return Grid(from_lists(name, source), "rows")


def as_numpy(source: Any) -> npt.NDArray[Any]:
    """Return an array, or a tensor of PyTorch's, as an array; of a batch of one, its only element."""
    array = np.asarray(source.detach().cpu() if hasattr(source, "detach") else source)
    return array[0] if array.ndim == 4 and len(array) == 1 else array


def _looks_like_file(text: str) -> bool:
    return Path(text).suffix.lower() in PICTURES + TABLES


def _parse_text(name: str, text: str) -> Array:
    first_word = re.split(r"[\s,]", text.strip(), maxsplit=1)[0]
    if not first_word or any(mark in text for mark in ";|\n") or _is_number(first_word):
        return parse_rows(name, text)  # rows, if with a mistake: the message then says where
    raise InputError(
        f'{name} must be rows such as "4 1; 1 1" or a file ending in {_listed_endings()}, but it is {quoted(text)}.'
    )


def _is_number(word: str) -> bool:
    try:
        parse_number(word)
    except ValueError:
        return False
    return True


def _read_file(name: str, path: Path, size: Pair | None, decimals: int) -> Grid:
    kind = path.suffix.lower()
    label = quoted(path.name)[1:-1]
    name_and_file = f"{name} ({label})"
    if kind in PICTURES:
        data = read_bytes(name, path, MAX_PICTURE_BYTES)
        values, words = decode_picture(name_and_file, data, size=size, decimals=decimals)
        return Grid(values, f"{label}, {words}")
    if kind in TABLES:
        data = read_bytes(name, path, MAX_TABLE_BYTES)
        return Grid(_decode_table(name_and_file, kind, data), label)
    raise InputError(f"{name} must be a file ending in {_listed_endings()}, but it is {quoted(str(path))}.")


def _decode_table(name: str, kind: str, data: bytes) -> Array:
    if kind == ".json":
        return from_lists(name, decode_json(name, data))
    if kind == ".npy":
        return from_array(name, decode_npy(name, data))
    return from_words(name, decode_csv(name, data))


def _listed_endings() -> str:
    *others, last = sorted(PICTURES + TABLES)
    return f"{', '.join(others)} or {last}"
