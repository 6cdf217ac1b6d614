"""Tables of numbers as spreadsheets and programs write them: what separates columns, and what is only a heading."""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from typing import TypeAlias

from cnn_core.errors import InputError
from cnn_core.reading.commas import split_numbers, with_points
from cnn_core.reading.printed import plainly
from cnn_core.reading.rows import is_number, looks_like_rows

__all__ = ["Cells", "as_grid_of_words", "part_of", "split_table"]

Cells: TypeAlias = list[list[str]]

_DECLARED = re.compile(r"sep=(.)\s*\n", re.IGNORECASE)
_COMMENT = re.compile(r"\s*#(?![A-ZÀ-Ü]+(?:/\w*)?[!?]|N/?[AV]\b)")
"""What begins with `#`, but is no error of a spreadsheet, such as `#DIV/0!` and `#N/A`."""
_QUOTED = re.compile(r'"[^"]*"')
_RANGE = re.compile(r"\$?([A-Z]{1,3})\$?(\d{1,7})(?::\$?([A-Z]{1,3})\$?(\d{1,7}))?", re.IGNORECASE)
_INDEX_NAMES = ("", "index", "id", "idx", "row", "nr", "no", "#", "unnamed: 0")
_NO_NAMES = ("nan", "inf", "infinity", "null", "none", "true", "false")


def split_table(name: str, text: str) -> Cells:
    r"""Return the cells of a table as words, with points as decimal signs; lines that begin with `#` are left empty.

    Columns are apart by tabs, `;`, `|`, commas or blanks, or as a first line `sep=;` says.

    >>> split_table("x", "1,5;2\n3;4")
    [['1.5', '2'], ['3', '4']]
    """
    declared = _DECLARED.match(text)
    lines = plainly(text[declared.end() if declared else 0 :]).splitlines()
    lines = ["" if _COMMENT.match(line) else line for line in lines]
    separator = declared[1] if declared else _separator([_QUOTED.sub("", line) for line in lines if line.strip()])
    if separator == "," and not declared and (found := _bare_numbers(name, lines)) is not None:
        return found
    if separator is None:
        return with_points(name, [line.split() for line in lines])
    try:
        table = [[word.strip() for word in row] for row in csv.reader(lines, delimiter=separator)]
    except csv.Error as error:
        raise InputError(f"{name} must be a table of numbers, but it is not well-formed: {error}.") from None
    return with_points(name, table)


def _separator(lines: Sequence[str]) -> str | None:
    """Return what separates columns; None for blanks."""
    if lines and all("\t" in line for line in lines):
        return "\t"
    if any(";" in line.strip().rstrip(";") for line in lines) or (lines and all(";" in line for line in lines)):
        return ";"
    if lines and all("|" in line for line in lines):
        return "|"
    return "," if any("," in line for line in lines) else None


def _bare_numbers(name: str, lines: Sequence[str]) -> Cells | None:
    """Return rows of numbers with commas and no quotation marks, below a heading; None if they are something else."""
    below = next((at for at, line in enumerate(lines) if looks_like_rows(line)), 0)
    heads, body = lines[:below], lines[below:]
    if any(line.strip() and not looks_like_rows(line) for line in body):
        return None
    if any("," in line for line in heads):  # then commas separate columns below, too
        return None
    filled = [line for line in body if line.strip()]
    numbers = iter(split_numbers(name, filled))
    return [[line.strip()] for line in heads] + [next(numbers) if line.strip() else [] for line in body]


def part_of(name: str, cells: Cells, area: str) -> Cells:
    """Return the cells of an area such as `A1:D4`; those that lie outside of the table are left out.

    >>> part_of("x", [["a", "b"], ["1", "2"]], "A2:B9")
    [['1', '2']]
    """
    found = _RANGE.fullmatch(area)
    if found is None:
        raise InputError(f"{name} must have cells such as A1:D4 behind its !, but there is {area!r:.40}.")
    left, top, right, bottom = found[1], found[2], found[3] or found[1], found[4] or found[2]
    rows = cells[max(0, int(top) - 1) : int(bottom)]
    return [row[column_of(left) : column_of(right) + 1] for row in rows]


def column_of(letters: str) -> int:
    """Return the number, from 0, of a column that is named by letters.

    >>> column_of("A"), column_of("AB")
    (0, 27)
    """
    number = 0
    for letter in letters.upper():
        number = 26 * number + ord(letter) - ord("A") + 1
    return number - 1


def as_grid_of_words(cells: Sequence[Sequence[str]], *, whole: bool = False) -> tuple[Cells, str]:
    """Return the numbers of a table and, in words, what was left out: `"without its header row"`.

    Empty rows, and empty columns around, are no part of it. `whole` tells that a row of column numbers is no header.

    >>> as_grid_of_words([["", "a", "b"], ["0", "7", "3"], ["1", "3", "8"]])
    ([['7', '3'], ['3', '8']], 'without its header row and index column')
    """
    rows = _trimmed(cells)
    heads = next((at for at, row in enumerate(rows) if not _is_header(row)), 0)
    named = rows[heads - 1] if heads else []
    if not heads and not whole and _numbers_columns(rows):
        heads, named = 1, rows[0]
    body = rows[heads:]
    has_index = len(body) > 0 and min(map(len, body)) > 1 and _is_index(named, [row[0] for row in body])
    header = {0: "", 1: "header row"}.get(heads, f"{heads} header rows")
    index = ("index column" if is_number(body[0][0]) else "row names") if has_index else ""
    words = " and ".join(filter(None, (header, index)))
    return [row[1:] for row in body] if has_index else body, f"without its {words}" if words else ""


def _trimmed(cells: Sequence[Sequence[str]]) -> Cells:
    filled = [[at for at, word in enumerate(row) if word] for row in cells]
    first = min((row[0] for row in filled if row), default=0)
    last = max((row[-1] for row in filled if row), default=-1)
    return [list(row[first : last + 1]) for row, is_filled in zip(cells, filled, strict=True) if is_filled]


def _is_name(word: str) -> bool:
    return word[:1].isalpha() and word.lower() not in _NO_NAMES


def _is_header(row: Sequence[str]) -> bool:
    """Tell whether a row has names and no number, or column numbers below an empty corner."""
    is_numbered = len(row) > 1 and row[0] == "" and list(row[1:]) == _counted(0, len(row) - 1)
    return is_numbered or (any(map(_is_name, row)) and not any(map(is_number, row)))


def _numbers_columns(rows: Sequence[Sequence[str]]) -> bool:
    """Tell whether the first row is 0, 1, 2, as pandas names columns, and is not where the numbers begin to count."""
    if len(rows) < 2 or len(rows[0]) < 2 or list(rows[0]) != _counted(0, len(rows[0])):
        return False
    goes_on = list(rows[1]) == _counted(len(rows[0]), len(rows[1]))
    return not goes_on and (len(rows[0]) > 2 or any("." in word for row in rows for word in row))


def _is_index(header: Sequence[str], column: Sequence[str]) -> bool:
    """Tell whether a first column names its rows, or counts them below a header that says so."""
    if len(column) > 1 and all(map(_is_name, column)):
        return True
    is_named = len(header) > 0 and header[0].lower() in _INDEX_NAMES
    return is_named and list(column) in (_counted(0, len(column)), _counted(1, len(column)))


def _counted(start: int, count: int) -> list[str]:
    return [str(number) for number in range(start, start + count)]
