"""Commas that are decimal signs, that stand between numbers or between thousands: decided, or asked."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from cnn_core.errors import InputError, TwoReadingsError
from cnn_core.reading.quoting import quoted

__all__ = ["split_numbers", "with_points"]

_WORD = re.compile(r"[^\s;|]+")
_DECIMAL = re.compile(r"[+-]?\d*,\d+(?:e[+-]?\d+)?", re.ASCII | re.IGNORECASE)
_THOUSANDS = re.compile(
    r"[+-]?[1-9]\d{0,2}(?:(?:,\d{3})+\.\d+|(?:\.\d{3})+,\d+|[\u00a0\u2009\u202f]\d{3}(?!\d)(?:[.,]\d+)?)", re.ASCII
)
_LAKHS = re.compile(r"[+-]?[1-9]\d?(?:,\d\d)+,\d{3}(?:\.\d+)?", re.ASCII)
"""As they are grouped in India; where blanks stand between numbers, for else these are three numbers with commas."""
_MILLIONS = re.compile(r"[+-]?[1-9]\d{0,2}(?:,\d{3}){2,}", re.ASCII)
_LIKE_THOUSANDS = re.compile(r"[+-]?[1-9]\d{0,2}(?:,\d{3})+", re.ASCII)
_BREAK = re.compile(r"\s*,\s*|\s+")


def split_numbers(name: str, lines: Sequence[str]) -> list[list[str]]:
    """Cut lines of numbers at blanks and commas; decimal commas become points where they can be nothing else.

    Raises
    ------
    InputError
        If commas can be read in two ways, with both as they would be typed.

    >>> split_numbers("x", ["1,5 2", "3 4"])
    [['1.5', '2'], ['3', '4']]
    """
    blanks = any(len(line.split()) > 1 for line in lines)
    refuse_thousands(name, " ".join(lines), (_THOUSANDS, _LAKHS) if blanks else (_THOUSANDS,))
    rows = [_BREAK.split(line.strip()) if line.strip() else [] for line in lines]
    with_comma = [word for line in lines for word in _WORD.findall(line) if "," in word.strip(",")]
    has_points = any("." in line for line in lines)
    if blanks and not is_rectangular(rows):
        refuse_thousands(name, " ".join(lines), (_MILLIONS,))
    if not with_comma or has_points or not all(_DECIMAL.fullmatch(word.strip(",")) for word in with_comma):
        return rows
    if not all(map(all, rows)):  # a cell is empty, and will be named
        return rows
    decimals = [[word.strip(",").replace(",", ".") for word in line.split()] for line in lines]
    if not is_rectangular(decimals):
        return rows
    if is_rectangular(rows) and not any(re.search(r",0\d", word) for word in with_comma):
        raise asked(name, decimals, rows, ", ")
    if all(_LIKE_THOUSANDS.fullmatch(word.strip(",")) for word in with_comma):
        whole = [[word.replace(",", "") for word in line.split()] for line in lines]
        raise asked(name, decimals, whole, " ")
    return decimals


def with_points(name: str, rows: Sequence[Sequence[str]]) -> list[list[str]]:
    """Return the cells of a table with points for decimal commas: something else stands between its columns.

    Raises
    ------
    InputError
        If all commas could stand between thousands as well.

    >>> with_points("x", [["1,5", "2"]])
    [['1.5', '2']]
    """
    points = [[word.replace(",", ".") if _DECIMAL.fullmatch(word) else word for word in row] for row in rows]
    with_comma = [word for row in rows for word in row if _DECIMAL.fullmatch(word)]
    if with_comma and all(map(_LIKE_THOUSANDS.fullmatch, with_comma)):
        raise asked(name, points, [[word.replace(",", "") for word in row] for row in rows], " ")
    return points


def refuse_thousands(name: str, text: str, kinds: Iterable[re.Pattern[str]]) -> None:
    """Refuse numbers such as `1,234.5`, `1.234,5` and `1 234` with a narrow blank."""
    matches = (word for kind in kinds for word in kind.finditer(text))
    found = next((word for word in matches if stands_alone(text, word)), None)
    if found is not None:
        number = found[0] if found.re is _THOUSANDS else found[0].replace(",", "")
        digits = re.sub(r"[^\d+-]", "", re.split(r"[.,](?=\d+$)", number)[0])
        fraction = re.search(r"[.,](\d+)$", number)
        plain = digits + (f".{fraction[1]}" if fraction else "")
        raise InputError(
            f"{name} must be numbers without thousands separators, but {quoted(found[0])} seems to have one: "
            f"type {plain}, or a plain blank where two numbers meet."
        )


def stands_alone(text: str, word: re.Match[str]) -> bool:
    """Tell whether a match is all of a number, not part of one."""
    before, after = text[max(0, word.start() - 1) : word.start()], text[word.end() : word.end() + 1]
    return not re.match(r"[\w.,]", before) and not re.match(r"[\w.,]", after)


def is_rectangular(rows: Sequence[Sequence[str]]) -> bool:
    return len({len(row) for row in rows}) == 1


def asked(
    name: str, decimals: Sequence[Sequence[str]], others: Sequence[Sequence[str]], joint: str
) -> TwoReadingsError:
    """Return the question which of two readings is meant, each as it would be typed."""
    first, second = "; ".join(map(" ".join, decimals)), "; ".join(map(joint.join, others))
    return TwoReadingsError(
        f"{name} must be clear about its commas, but they can be read in two ways: "
        f"type {quoted(first)} or {quoted(second)}.",
        ("\n".join(map("\t".join, decimals)), "\n".join(map("\t".join, others))),
    )
