"""Computed values as text for people: grids as grids, with their names and shapes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from textwrap import wrap
from typing import Any

import numpy as np

from cnn_core.numerals import as_text, decimals_for
from scenes.specs import SceneSpec

__all__ = ["values_table"]

WIDEST = 16
"""Columns and rows of the largest grid that is written out."""
MOST_GRIDS = 8
"""Grids of one array that are written out."""
DECIMALS = 4
_LINE = 200
"""Letters of the longest line."""


def values_table(spec: SceneSpec) -> str:
    """Return what a scene would show."""
    head = f"{spec.name}: {spec.title or spec.summary}"
    return "\n".join([head, *(line for name, value in spec.values().items() for line in block(name, value))])


def block(name: str, value: Any) -> Iterator[str]:
    yield ""
    match value:
        case Mapping():
            line = f"{name}: {', '.join(f'{key} {_short(part)}' for key, part in value.items())}"
            yield from wrap(line, _LINE, subsequent_indent="  ")
        case list() | tuple():
            yield f"{name}: {steps_outline(value)}"
        case np.ndarray() if value.ndim and value.dtype.kind in "biuf":
            yield from array_block(name, value)
        case _:
            yield f"{name} = {_plain(value)}"


def steps_outline(steps: list[Any] | tuple[Any, ...]) -> str:
    if not steps or not isinstance(steps[0], Mapping):
        return ", ".join(map(_plain, steps))
    return f"{len(steps)}, each with {', '.join(_outline(key, part) for key, part in steps[0].items())}"


def _outline(name: str, value: Any) -> str:
    """Return a name, with the shape of an array."""
    return f"{name} ({shape_text(value)})" if np.ndim(value) and not isinstance(value, Mapping | list) else name


def array_block(name: str, array: np.ndarray) -> Iterator[str]:
    """Write an array as its grids of rows and columns, or its range if it is too large for that."""
    yield f"{name}  {shape_text(array)}"
    if max(array.shape[-2:]) > WIDEST or array.size > MOST_GRIDS * WIDEST**2:
        yield f"  from {_plain(array.min())} to {_plain(array.max())}"
        return
    stack = array.shape[:-2]
    for position in np.ndindex(*stack):
        if array.size // max(1, array[position].size) > 1:
            yield f"  {name}[{','.join(map(str, position))}]"
        yield from grid_lines(np.atleast_2d(array[position]))


def grid_lines(grid: np.ndarray) -> Iterator[str]:
    texts = as_texts(grid.ravel())
    width = max(map(len, texts))
    for start in range(0, len(texts), grid.shape[1]):
        yield "  " + " ".join(text.rjust(width) for text in texts[start : start + grid.shape[1]])


def as_texts(values: np.ndarray) -> list[str]:
    """Write numbers with the same few decimals; with three digits each, if one would otherwise look like 0."""
    decimals = decimals_for(values, DECIMALS)
    if np.any((values != 0) & (np.abs(values) < 0.5 * 10.0**-decimals)):
        return [f"{value:.3g}" for value in values]
    return [as_text(float(value), decimals) for value in values]


def _short(value: Any) -> str:
    """Write a number or a few of them, and the shape of more."""
    if isinstance(value, str | Mapping) or np.ndim(value) > 1 or np.size(value) > 4:
        return value if isinstance(value, str) else f"({shape_text(value)})"
    return " ".join(_plain(one) for one in np.atleast_1d(value).tolist())


def shape_text(value: Any) -> str:
    """Return a shape as 1×1×4×4."""
    return "×".join(map(str, np.shape(value)))


def _plain(value: Any) -> str:
    """Write one value; a number with as few decimals as it needs."""
    if isinstance(value, bool | np.bool_) or not isinstance(value, int | float | np.number | np.ndarray):
        return str(value)
    return as_texts(np.atleast_1d(value))[0]
