"""What came, as a message can quote it: short, on one line, and with nothing in it that a terminal would obey."""

from __future__ import annotations

import re

__all__ = ["CAME_LENGTH", "as_came", "counted", "escaped", "quoted"]

QUOTED_LENGTH = 40
CAME_LENGTH = 60
_NUMBER = re.compile(r"[+-]?[\d.,]+(?:e[+-]?\d+)?", re.ASCII | re.IGNORECASE)


def escaped(text: str) -> str:
    r"""Return a text with control characters, line breaks and marks of direction as Python would write them.

    >>> print(escaped("a\tb\u202e"))
    a\tb\u202e
    """
    return "".join(c if c.isprintable() else repr(c)[1:-1] for c in text)


def quoted(text: str) -> str:
    r"""Return a text in quotation marks, on one line, shortened, with what cannot be printed escaped.

    >>> print(quoted("a\tb"))
    "a\tb"
    """
    short = text if len(text) <= QUOTED_LENGTH else text[: QUOTED_LENGTH - 1] + "…"
    return f'"{escaped(short)}"'


def as_came(value: object) -> str:
    """Return a value as it was given, shortened: numbers as they are, other texts in quotation marks.

    >>> as_came("-0.1"), as_came("two"), as_came([1, 2])
    ('-0.1', "'two'", '[1, 2]')
    """
    is_number = isinstance(value, str) and len(value) < CAME_LENGTH and _NUMBER.fullmatch(value)
    came = str(value) if is_number else repr(value)
    return came if len(came) <= CAME_LENGTH else f"{came[: CAME_LENGTH - 3]}..."


def counted(count: int, one: str, many: str = "") -> str:
    """Return how many there are of something.

    >>> counted(1, "row"), counted(2, "row"), counted(2, "class", "classes")
    ('1 row', '2 rows', '2 classes')
    """
    return f"{count:,} {one if count == 1 else many or one + 's'}"
