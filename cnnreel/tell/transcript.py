"""A clip in words: what is said, shown and computed, for those who cannot see the film."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from cnn_core.numerals import true_minus, written
from cnnreel.tell.appearing import appearing, spoken_name
from cnnreel.tell.captions import chapters
from cnnreel.tell.markdown import plain_text, table
from cnnreel.tell.story import Story
from scenes.catalog import SCENES

__all__ = [
    "alternative_text",
    "arrays_of",
    "clip_title",
    "deeper",
    "minutes",
    "transcript",
]

Record = Mapping[str, Any]

_WRITTEN_OUT = 400
"""Numbers of one array that are written out as tables."""
_NAMES = {"conv2d": "Conv2D", "relu": "ReLU", "leaky-relu": "Leaky ReLU", "batch-norm": "Batch normalisation"}
"""What is called otherwise than its scene."""
COUNTING = "Addresses such as `x[0,0,1,2]` count from 0: image, channel, row, column. So do the tables."
_KINDS = {"question": "Question. ", "answer": "Answer. ", "step": "", "explain": ""}


def clip_title(record: Record) -> str:
    """Return what a clip is called: by its spec, or else by its scene.

    >>> clip_title({"spec": {"title": None}, "scene": "max-pool"})
    'Max pool'
    """
    scene: str = record["scene"].replace("-", " ")
    return str(record["spec"].get("title") or _NAMES.get(record["scene"]) or scene[:1].upper() + scene[1:])


def alternative_text(record: Record) -> str:
    """Say in one or two sentences what a clip shows, for those who cannot see it; not what comes out, if it asks."""
    length = f"a film of {record['video']['duration']:.0f} seconds" if record.get("video") else "pictures"
    spec = SCENES.get(record["scene"])
    about = f"{length}: {in_mid_sentence(spec.summary)}" if spec else f"{length}."
    asks = any(beat["kind"] == "question" for beat in record["beats"])
    return f"{clip_title(record)}, {about}{'' if asks else _result_in_words(record['values'])}"


def in_mid_sentence(summary: str) -> str:
    """Begin a sentence small, and without the name of the scene.

    >>> in_mid_sentence("ReLU: what is negative becomes 0."), in_mid_sentence("A window visits a grid.")
    ('what is negative becomes 0.', 'a window visits a grid.')
    """
    rest = re.sub(r"^[\w ]{1,16}: ", "", summary)
    return rest[:1].lower() + rest[1:]


def _result_in_words(values: Mapping[str, Any]) -> str:
    """Say what comes out, if it can be said in a sentence."""
    output = np.asarray(values.get("output", ()), dtype=np.float64).squeeze()
    if not 1 <= output.size <= 16 or output.ndim > 2:
        return ""
    rows = "; ".join(" ".join(map(written, row)) for row in np.atleast_2d(output))
    return f" The output is {true_minus(rows)}."


def arrays_of(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arrays among the values of a record, by name; not those of each step.

    >>> arrays_of({"x": [[1.0]], "eps": 0.1, "steps": [{"x": [1.0]}]})
    {'x': [[1.0]]}
    """
    return {name: value for name, value in values.items() if is_array(value)}


def is_array(value: Any) -> bool:
    """Tell nested lists of numbers from lists of other things."""
    if not isinstance(value, list) or not value:
        return False
    return is_array(value[0]) or (isinstance(value[0], int | float) and not isinstance(value[0], bool))


def transcript(story: Story) -> str:
    """Write a clip in Markdown, readable alone: what is said and shown beat by beat, and all numbers."""
    record = story.record
    arrays = list(arrays_in_words(arrays_of(story.values)))
    lines = [f"- {spoken_name(of, story.values)}: {story.line(of)}" for of in story.results]
    parts = [
        f"# {plain_text(clip_title(record))}",
        plain_text(alternative_text(record)),
        *beats_in_words(story),
        "## What was asked for",
        "\n".join(settings_in_words(record["spec"])),
        *(("## All numbers", COUNTING, *arrays) if arrays else ()),
        *(("## The arithmetic", "\n".join(lines)) if lines else ()),
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def beats_in_words(story: Story) -> Iterator[str]:
    """Tell the beats, with a heading where a chapter begins."""
    heads = {chapter.start: chapter.text for chapter in chapters(story.beats)}
    for number, beat in enumerate(story.beats):
        if beat["start"] in heads:
            yield f"## {plain_text(heads[beat['start']])}"
        yield f"**{minutes(beat['start'])}** {_KINDS[beat['kind']]}{plain_text(beat['caption'])}"
        yield "\n".join(f"- {line}" for line in appearing(story, number))


def deeper(markdown: str) -> str:
    """Make each heading one level lower, so that a transcript can be a part of another.

    >>> deeper("# Max pool")
    '## Max pool'
    """
    return re.sub(r"^#", "##", markdown, flags=re.MULTILINE)


def settings_in_words(spec: Mapping[str, Any]) -> Iterator[str]:
    """Say what was asked for, without the arrays and what was left open."""
    for name, value in spec.items():
        if value is not None and not is_array(value) and not str(value).startswith("data:"):
            yield f"- `{name}`: {plain_text(str(value))}"


def arrays_in_words(arrays: Mapping[str, Any]) -> Iterator[str]:
    """Write each array as tables, or its range if it is too large for that."""
    for name, nested in arrays.items():
        array = np.asarray(nested, dtype=np.float64)
        yield f"### {plain_text(name)}, {'×'.join(map(str, array.shape))}"
        if array.size > _WRITTEN_OUT:
            yield f"{array.size} numbers from {true_minus(written(array.min()))} to {true_minus(written(array.max()))}."
            continue
        for position in np.ndindex(array.shape[:-2]):
            grid = np.atleast_2d(array[position])
            yield f"`{name}[{','.join(map(str, position))}]`" if position else ""
            yield "\n".join(table([[true_minus(written(value)) for value in row] for row in grid]))


def minutes(seconds: float) -> str:
    """Write a time as people read it.

    >>> minutes(75.4)
    '1:15'
    """
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"
