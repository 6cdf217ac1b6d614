"""Pointing things out: what a sentence is about is marked on the grids, one thing after the other."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

from manim import Create

from scenes.mobjects.grid import CellMarks, NumberGrid
from scenes.stage import ExplainerScene
from scenes.theme import reading_time

__all__ = ["few_of", "point_out"]

_Stop = TypeVar("_Stop")

_FEW = 4

_SECONDS, _MARKED = 2.6, 0.6
"""In which everything is pointed out, and in which a mark comes at most."""

_WHILE_READ = 0.75
"""Share of a caption's reading time in which the marks come that it is about."""


def point_out(
    stage: ExplainerScene[Any], grids: Iterable[NumberGrid], groups: Sequence[Sequence[str]], said: str = ""
) -> list[CellMarks]:
    """Mark one group of addresses after the other, on every grid that has some of them; return the marks.

    Parameters
    ----------
    said
        The caption that is read meanwhile, if the marks shall come as slowly as that.
    """
    found = []
    share = max(_SECONDS, _WHILE_READ * reading_time(said) if said else 0.0) / max(1, len(groups))
    for group in groups:
        marks = []
        for grid in grids:
            cells = [cell for cell in map(grid.find, group) if cell is not None]
            if cells:
                marks.append(CellMarks(grid, cells, stage.theme.window, together=is_block(cells)))
        for mark in marks:
            stage.play(Create(mark), run_time=min(_MARKED, share) / len(marks))
        if marks and share > _MARKED:
            stage.hold(share - _MARKED)
        found += marks
    return found


def few_of(stops: Sequence[_Stop]) -> list[_Stop]:
    """Return as many stops as there is time for at once: the first three and the last one."""
    return [*stops] if len(stops) <= _FEW else [*stops[: _FEW - 1], stops[-1]]


def is_block(cells: Sequence[tuple[int, int]]) -> bool:
    """Tell whether cells fill a rectangle."""
    rows, columns = ({cell[axis] for cell in cells} for axis in (0, 1))
    is_whole = all(max(side) - min(side) + 1 == len(side) for side in (rows, columns))
    return is_whole and len(rows) * len(columns) == len(cells)
