"""The answer key of a clip: every question and every computed step, in a file for spreadsheets."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator, Mapping

from cnnreel.tell.story import Story
from scenes.addresses import value_at

__all__ = ["answer_key", "harmless"]

COLUMNS = ("clip", "kind", "start", "question", "answer", "address", "operands", "result", "arithmetic")
_FORMULA = tuple("=+-@|%")
_NUMBER = re.compile(r"[-+]?\d+(\.\d+)?(e[-+]?\d+)?", re.IGNORECASE)


def answer_key(stories: Mapping[str, Story]) -> str:
    """Write a row for each question and each step of some clips, by their names; numbers in full precision.

    Operands are JSON. Text that a spreadsheet would take for a formula begins with an apostrophe.
    """
    file = io.StringIO()
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(COLUMNS)
    for clip, story in stories.items():
        for row in (*questions(story), *steps(story)):
            writer.writerow([harmless({"clip": clip, **row}.get(column, "")) for column in COLUMNS])
    return file.getvalue()


def questions(story: Story) -> Iterator[dict[str, str]]:
    """Give each question, with the value that answers it."""
    for number, beat in enumerate(story.beats):
        if beat["kind"] == "question":
            asked = {"kind": "question", "start": f"{beat['start']:.2f}"}
            asked |= {"question": beat.get("prompt", ""), "answer": beat.get("answer", "")}
            of = story.answered(number)
            yield asked | (as_row(story, of) if of else {})


def steps(story: Story) -> Iterator[dict[str, str]]:
    """Give each result, with how it came about."""
    return ({"kind": "step", **as_row(story, of)} for of in story.results)


def as_row(story: Story, of: str) -> dict[str, str]:
    known = story.explanation(of)
    return {
        "address": of,
        "operands": json.dumps(known["operands"]),
        "result": json.dumps(value_at(story.values, of)),
        "arithmetic": known["text"],
    }


def harmless(cell: str) -> str:
    """Return a cell of one line that no spreadsheet computes; numbers stay numbers.

    >>> harmless("=1+2"), harmless("-1.5"), harmless("4 is the answer")
    ("'=1+2", '-1.5', '4 is the answer')
    """
    cell = " ".join(cell.split())
    return f"'{cell}" if cell[:1] in _FORMULA and not _NUMBER.fullmatch(cell) else cell
