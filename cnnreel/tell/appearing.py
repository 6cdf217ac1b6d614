"""What appears on screen, in words: the numbers that were not there before, and how they came about."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from cnn_core.numerals import true_minus
from cnnreel.tell.markdown import plain_text
from cnnreel.tell.story import Story

__all__ = ["appearing", "array_name", "in_rows", "spoken_name"]

NAMED_ONE_BY_ONE = 8
"""Numbers of one array that stand on lines of their own; more are told row by row."""


def appearing(story: Story, beat: int) -> Iterator[str]:
    """Say which numbers appear in a beat, and how those came about that were computed."""
    texts = {shown["of"]: true_minus(shown["text"]) for shown in story.beats[beat]["shown"]}
    for array, group in groupby(story.new[beat], array_name):
        addresses = list(group)
        if len(addresses) > NAMED_ONE_BY_ONE:
            name = spoken_name(array, story.values)
            yield f"{len(addresses)} numbers of {name} appear: {in_rows(addresses, texts)}"
            continue
        for of in addresses:
            line = story.line(of)
            how = f", because {line}" if line else ""
            yield f"{spoken_name(of, story.values)} appears: {texts[of]}{how}"


def in_rows(addresses: Sequence[str], texts: Mapping[str, str]) -> str:
    """Write numbers in the order in which they appear, with a semicolon where a row ends.

    >>> in_rows(["x[0,0]", "x[0,1]", "x[1,0]"], {"x[0,0]": "4", "x[0,1]": "1", "x[1,0]": "7"})
    '4 1; 7'
    """
    rows = groupby(addresses, lambda of: of.rpartition(",")[0])
    return "; ".join(" ".join(texts[of] for of in row) for _, row in rows)


def spoken_name(address: str, values: Mapping[str, Any]) -> str:
    """Name a number or an array: by its address, and the layer or the step it belongs to in words.

    >>> spoken_name("steps[2].products[0,1]", {}), spoken_name("output[0,1]", {})
    ('`products[0,1]` of step 3', '`output[0,1]`')
    """
    found = re.match(r"(layers|worked_out|steps)\[(\d+)\]\.", address)
    if found is None:
        return f"`{address}`"
    kind, number, rest = found[1], int(found[2]), address[found.end() :]
    if kind == "steps":
        return f"`{rest}` of step {number + 1}"
    layer = number if kind == "layers" else values["worked_out"][number].get("layer")
    if layer is None:
        return f"`{rest}` of {plain_text(values['worked_out'][number]['node'])},"
    return f"`{rest}` of layer {layer + 1}, {plain_text(values['layers'][layer]['name'])},"


def array_name(address: str) -> str:
    """Return the part of an address that names an array.

    >>> array_name("steps[3].products[0,1,1]")
    'steps[3].products'
    """
    return re.sub(r"\[[^\[\]]*\]$", "", address)
