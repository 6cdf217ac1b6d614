"""A text that somebody typed or pasted, turned into an array, whatever program it was printed by."""

from __future__ import annotations

from typing import TypeAlias

from cnn_core.arrays import Array
from cnn_core.reading.commas import with_points
from cnn_core.reading.nested import from_lists, stack
from cnn_core.reading.printed import from_brackets, from_latex, from_markdown, tidied
from cnn_core.reading.rows import parse_number, parse_rows
from cnn_core.reading.tables import Cells, as_grid_of_words, split_table

__all__ = ["Said", "from_cells", "read_text"]

Said: TypeAlias = tuple[Array, str]
"""An array and, in words, what was done to read it; nothing if it was taken as it is."""


def read_text(name: str, text: str) -> Said:
    r"""Return the grid, (H, W), or channels, (C, H, W), of a text in any of the forms that people paste.

    Raises
    ------
    InputError
        If it is no grid of finite numbers, or can be read in two ways.

    >>> read_text("x", "a\tb\n1,5\t2")[0].tolist()
    [[1.5, 2.0]]
    """
    plain = tidied(text)
    if (cells := from_latex(plain)) is not None:
        return from_cells(name, with_points(name, cells), whole=True)
    if (lists := from_brackets(name, plain)) is not None:
        return from_lists(name, lists, parse_number), ""
    if (cells := from_markdown(plain)) is not None:
        return from_cells(name, with_points(name, cells), whole=True)
    if (lines := _lines_of_table(plain)) is not None:
        return from_cells(name, split_table(name, lines), whole=True)
    return parse_rows(name, plain), ""


def from_cells(name: str, cells: Cells, *, whole: bool = False) -> Said:
    """Return the numbers of a table, and what was left out of it."""
    words, said = as_grid_of_words(cells, whole=whole)
    named = f"{name.removesuffix(')')}, {said})" if name.endswith(")") else f"{name} ({said})"
    array = stack(named if said else name, [words], parse_number)
    return array.reshape(array.shape[1:]), said


def _lines_of_table(text: str) -> str | None:
    """Return the lines of a table whose columns are apart by tabs, commas, blanks or `;`; None if it is none.

    Where `;` stands between single numbers of several lines, it separates columns, elsewhere rows.
    """
    lines = [line.rstrip().removesuffix(";") for line in text.splitlines()]
    if "|" in text or not (len([line for line in lines if line.strip()]) > 1 or "\t" in text):
        return None
    pieces = [piece for line in lines for piece in line.split(";") if ";" in line]
    if pieces and (len(lines) == 1 or any(len(piece.split()) > 1 for piece in pieces)):
        return None
    return "\n".join(line if "\t" in line else line.strip() for line in lines)
