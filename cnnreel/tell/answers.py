"""The answer key of a clip: every question and every computed step, in a file for spreadsheets."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any

from cnnreel.tell.appearing import new_on_screen
from cnnreel.tell.arithmetic import Working, workings

__all__ = ["answer_key", "harmless"]

COLUMNS = ("clip", "kind", "start", "question", "answer", "address", "operands", "result", "arithmetic")
FORMULA = tuple("=+-@|%")
NUMBER = re.compile(r"[-+]?\d+(\.\d+)?(e[-+]?\d+)?", re.IGNORECASE)


def answer_key(records: Mapping[str, Mapping[str, Any]]) -> str:
    """Write a row for each question and each step of some clips, by their names; numbers in full precision.

    Operands are JSON. Text that a spreadsheet would take for a formula begins with an apostrophe.
    """
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(COLUMNS)
    for clip, record in records.items():
        for row in (*questions(record), *steps(record)):
            writer.writerow([harmless({"clip": clip, **row}.get(column, "")) for column in COLUMNS])
    return file.getvalue()


def questions(record: Mapping[str, Any]) -> Iterator[dict[str, str]]:
    """Give each question, with the value that answers it."""
    known = {working.of: working for working in workings(record)}
    beats = record["beats"]
    for (question, answer), new in zip(pairwise(beats), new_on_screen(beats)[1:], strict=True):
        if question["kind"] == "question":
            asked = {"kind": "question", "start": f"{question['start']:.2f}"}
            asked |= {"question": question.get("prompt", ""), "answer": question.get("answer", "")}
            of = next((address for address in new if address in known), None)
            yield asked | (as_row(known[of]) if of and answer["kind"] == "answer" else {})


def steps(record: Mapping[str, Any]) -> Iterator[dict[str, str]]:
    """Give each value of which it is known how it came about."""
    return ({"kind": "step", **as_row(working)} for working in workings(record))


def as_row(working: Working) -> dict[str, str]:
    """Write how a value came about."""
    return {
        "address": working.of,
        "operands": json.dumps(dict(working.operands)),
        "result": json.dumps(working.result),
        "arithmetic": working.line,
    }


def harmless(cell: str) -> str:
    """Return a cell of one line that no spreadsheet computes; numbers stay numbers.

    >>> harmless("=1+2"), harmless("-1.5"), harmless("4 is the answer")
    ("'=1+2", '-1.5', '4 is the answer')
    """
    cell = " ".join(cell.split())
    return f"'{cell}" if cell[:1] in FORMULA and not NUMBER.fullmatch(cell) else cell
