"""Rows of numbers, as text.

Rows are separated by `;` or a new line, numbers by blanks or commas, channels by `|`: `"4 1; 1 1"` is 2 x 2, and
`"1 0; 0 1 | 2 0; 0 2"` is two channels of 2 x 2. A number is whole (`4`), decimal (`.5`), scientific (`1e-3`) or a
fraction (`1/16`); its minus sign may also be a typographic one or a dash.
"""

from __future__ import annotations

import math
import re

from cnn_core.arrays import Array
from cnn_core.errors import InputError
from cnn_core.reading.commas import split_numbers
from cnn_core.reading.nested import stack
from cnn_core.reading.quoting import quoted

__all__ = ["looks_like_rows", "parse_number", "parse_rows"]

DECIMAL = r"(?:\d+(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?"
_NUMBER = re.compile(rf"([+-]?{DECIMAL})(?:/({DECIMAL}))?", re.ASCII | re.IGNORECASE)
ROWS = re.compile(r"[\d\se+\-−‐‑‒–.,;|/]*", re.ASCII | re.IGNORECASE)
ROW_BREAK = re.compile(r";[^\S\n]*\n?|\n")
_MINUS = str.maketrans(dict.fromkeys("−‐‑‒–﹣－", "-"))
HINTS = {
    r"[+-]?\d*,\d+": "decimals are written with a point",
    r"[+-]?\d{1,3}(?:[.,'’_ ]\d{3})+(?:[.,]\d+)?": "leave out what separates thousands",
    r"[+-]?[\d.,]*\s?%": "write percentages as decimals",
    r"(?=.*[a-zA-Z°€$£¥])([€$£¥]\s?)?([+-]?\d[\d.,]*\s?)?(px|[cm]?m|kg|k?g|m?s|°C?|[€$£¥])?": "leave out units",
    r"#.*": "a formula has failed there",
    r"\.\.\.|…": "it stands for numbers that were left out: print all of them",
}


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
        If a row is empty or longer than another, something is not a finite number, or commas can mean two things.

    >>> parse_rows("x", "4 1; 1/4 −1").tolist()
    [[4.0, 1.0], [0.25, -1.0]]
    >>> parse_rows("x", "1 0; 0 1 | 2 0; 0 2").shape
    (2, 2, 2)
    """
    if not text.strip():
        raise InputError(f'{name} must be rows of numbers such as "4 1; 1 1", but it is empty.')
    parts = text.replace("\r\n", "\n").replace("\r", "\n").split("|")
    array = stack(name, [split_numbers(name, _lines(part)) for part in parts], parse_number)
    return array if len(parts) > 1 else array.reshape(array.shape[1:])


def looks_like_rows(text: str) -> bool:
    """Return whether a text has a digit and nothing that rows could not have: not a name, not a file.

    >>> looks_like_rows("1/16 2; 3 4"), looks_like_rows("mnist:7"), looks_like_rows("8.csv")
    (True, False, False)
    """
    return ROWS.fullmatch(text) is not None and any("0" <= character <= "9" for character in text)


def parse_number(word: str) -> float:
    """Return the number that a word spells; a ValueError completes the sentence "this cell ...".

    >>> parse_number("1/16")
    0.0625
    """
    match = _NUMBER.fullmatch(word.translate(_MINUS))
    if match is None:
        hints = (hint for pattern, hint in HINTS.items() if re.fullmatch(pattern, word[:80], re.ASCII))
        raise ValueError("; ".join([f"is {quoted(word)}", *hints]) if word else "is empty")
    numerator, denominator = float(match[1]), float(match[2] or 1)
    if denominator == 0:
        raise ValueError(f"is {quoted(word)}, which divides by zero")
    if not math.isfinite(numerator / denominator):
        raise ValueError(f"is {quoted(word)}, which is too large")
    return numerator / denominator


def is_number(word: str) -> bool:
    """Return whether a word spells a number.

    >>> is_number("-1e3"), is_number("one")
    (True, False)
    """
    try:
        parse_number(word)
    except ValueError:
        return False
    return True


def _lines(text: str) -> list[str]:
    body = text.strip().removesuffix(";").strip()
    return ROW_BREAK.split(body) if body else []
