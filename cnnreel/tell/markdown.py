"""Markdown in which texts from a spec are nothing but text."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

__all__ = ["plain_text", "table"]

ENTITIES = {letter: f"&#{ord(letter)};" for letter in "<>|~$@:"} | {"&": "&amp;"}
"""Not every Markdown knows a backslash before these. A colon matters only in an address, as in `http:`."""


def plain_text(text: str) -> str:
    r"""Write a text of one line so that no Markdown finds markup, a link or HTML in it.

    >>> plain_text("*a* <b> x_1 | 2: http://c.d")
    '\\*a\\* &#60;b&#62; x\\_1 &#124; 2: http&#58;//c.d'
    """
    one_line = " ".join(text.split())
    return re.sub(r"[\\`*_{}\[\]#]|[&<>|~$@]|:(?=//)|(?<=www)\.", _escaped, one_line)


def _escaped(found: re.Match[str]) -> str:
    return ENTITIES.get(found[0], f"\\{found[0]}")


def table(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Write a table, a line each; its head is the number of each column and its first column that of each row."""
    yield "| |" + "".join(f" {column} |" for column in range(len(rows[0])))
    yield "|---|" + "---:|" * len(rows[0])
    for number, row in enumerate(rows):
        yield f"| **{number}** |" + "".join(f" {cell} |" for cell in row)
