"""Rows of numbers, as text.

Rows are separated by `;` or a new line, numbers by blanks or commas, channels by `|`: `"4 1; 1 1"` is 2 x 2, and
`"1 0; 0 1 | 2 0; 0 2"` is two channels of 2 x 2. A number is whole (`4`), decimal (`.5`), scientific (`1e-3`) or a
fraction (`1/16`); its minus sign may also be the typographic `−`.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence

from cnn_core.arrays import Array
from cnn_core.errors import InputError
from cnn_core.reading.nested import quoted, stack

__all__ = ["from_words", "looks_like_rows", "parse_number", "parse_rows"]

DECIMAL = r"(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?"
NUMBER = re.compile(rf"([+-]?{DECIMAL})(?:/({DECIMAL}))?", re.ASCII | re.IGNORECASE)
DECIMAL_COMMA = re.compile(r"[+-]?\d*,\d+", re.ASCII)
ROWS = re.compile(r"[\d\se+\-−.,;|/]*", re.ASCII | re.IGNORECASE)
ROW_BREAK = re.compile(r";[^\S\n]*\n?|\n")
NUMBER_BREAK = re.compile(r"\s*,\s*|\s+")


def parse_rows(name: str, text: str) -> Array:
    """Return the grid, (H, W), or the channels, (C, H, W), that a text describes.

    Parameters
    ----------
    name
        What the caller calls it; stands in the error message.
    text
        Rows in the notation of this module.

    Raises
    ------
    InputError
        If a row is empty or longer than another, or something is not a finite number.

    >>> parse_rows("x", "4 1; 1/4 −1").tolist()
    [[4.0, 1.0], [0.25, -1.0]]
    >>> parse_rows("x", "1 0; 0 1 | 2 0; 0 2").shape
    (2, 2, 2)
    """
    if not text.strip():
        raise InputError(f'{name} must be rows of numbers such as "4 1; 1 1", but it is empty.')
    parts = text.replace("\r\n", "\n").replace("\r", "\n").split("|")
    array = stack(name, [_split_rows(part) for part in parts], parse_number)
    return array if len(parts) > 1 else array.reshape(array.shape[1:])


def looks_like_rows(text: str) -> bool:
    """Return whether a text has a digit and nothing that rows could not have: not a name, not a file.

    >>> looks_like_rows("1/16 2; 3 4"), looks_like_rows("mnist:7"), looks_like_rows("8.csv")
    (True, False, False)
    """
    return ROWS.fullmatch(text) is not None and any("0" <= character <= "9" for character in text)


def from_words(name: str, rows: Sequence[Sequence[str]]) -> Array:
    """Return a table of words, such as a CSV file holds, as a grid (H, W)."""
    array = stack(name, [rows], parse_number)
    return array.reshape(array.shape[1:])


def parse_number(word: str) -> float:
    """Return the number that a word spells; a ValueError completes the sentence "this cell ...".

    >>> parse_number("1/16")
    0.0625
    """
    match = NUMBER.fullmatch(word.replace("−", "-"))
    if match is None:
        hint = "; decimals are written with a point" if DECIMAL_COMMA.fullmatch(word) else ""
        raise ValueError(f"is {quoted(word)}{hint}" if word else "is empty")
    numerator, denominator = float(match[1]), float(match[2] or 1)
    if denominator == 0:
        raise ValueError(f"is {quoted(word)}, which divides by zero")
    if not math.isfinite(numerator / denominator):
        raise ValueError(f"is {quoted(word)}, which is too large")
    return numerator / denominator


def _split_rows(text: str) -> list[list[str]]:
    body = text.strip().removesuffix(";").strip()
    return [NUMBER_BREAK.split(row.strip()) if row.strip() else [] for row in ROW_BREAK.split(body)] if body else []
