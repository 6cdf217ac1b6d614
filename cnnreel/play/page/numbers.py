"""What can be told of each number on screen: its value in full, where it stands, and how it was computed."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from cnn_core.numerals import true_minus
from cnnreel.tell.appearing import array_name
from cnnreel.tell.story import Story
from scenes.addresses import value_at

__all__ = [
    "arrays_behind",
    "exactly",
    "found_inside",
]

MOST_COPIED = 10_000
"""Numbers of an array that can be copied from the page."""


def found_inside(story: Story, words: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    """Return for each address on screen what a reader finds who looks inside.

    Parameters
    ----------
    words
        What axes are called, such as `row {0}`, under `position`; where numbers come from, under `origin`.
    """
    return {
        of: {
            "of": of,
            "array": array_name(of),
            "value": exactly(value_at(story.values, of)),
            "place": _place_in_words(of, words["position"]),
            "how": story.line(of) or words["origin"][story.explanation(of).get("origin", "unknown")],
        }
        for of in story.addresses
    }


def exactly(value: float) -> str:
    """Write a number with all digits that tell it from its neighbours.

    >>> exactly(4.0), exactly(-0.1), exactly(-0.0), exactly(1 / 3)
    ('4', '−0.1', '0', '0.3333333333333333')
    """
    return true_minus(repr(float(value) + 0.0).removesuffix(".0"))


def mapping_at(values: Mapping[str, Any], address: str) -> Any:
    """Return what is at an address such as `layers[1].`; all of `values` at an empty one."""
    part: Any = values
    for name, indices in re.findall(r"(\w+)(?:\[([\d,]+)\])?", address):
        part = part.get(name) if isinstance(part, Mapping) else None
        for index in indices.split(",") if indices else ():
            part = part[int(index)] if isinstance(part, list) else None
    return part


def _place_in_words(of: str, words: Mapping[str, str]) -> str:
    """Say where in its array a number stands, counted from 1.

    >>> words = {"row": "row {0}", "column": "column {0}", "channel": "channel {0}", "image": "image {0}"}
    >>> _place_in_words("x[0,0,1,2]", words), _place_in_words("x[0,1,1,2]", words)
    ('row 2, column 3', 'channel 2, row 2, column 3')
    """
    name = array_name(of)
    indices = [int(index) + 1 for index in re.findall(r"\d+", of[len(name) :])]
    named = zip(_axes_of(name, len(indices)), indices, strict=True)
    return ", ".join(words[axis].format(at) for axis, at in named if at > 1 or axis in ("row", "column", "entry"))


def _axes_of(name: str, count: int) -> Sequence[str]:
    if count <= 1:
        return ["entry"] * count
    first = ["kernel", "channel"] if name.endswith(("weight", "weight_flipped")) else ["image", "channel"]
    return ["image"] * (count - 4) + [*first, "row", "column"][-count:]


def arrays_behind(story: Story) -> dict[str, Any]:
    """Return the arrays that the numbers on screen are from, by name, for copying."""
    names = dict.fromkeys(map(array_name, story.addresses))
    arrays = {name: mapping_at(story.values, name) for name in names}
    return {name: array for name, array in arrays.items() if isinstance(array, list) and np.size(array) <= MOST_COPIED}
