"""Lanes: each map with its kernel and its output; the one that is worked on is drawn larger, if there is room."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
from manim import FadeIn, FadeOut, ReplacementTransform, VMobject

from scenes.layout import Box
from scenes.mobjects.grid import NumberGrid
from scenes.mobjects.row import GridRow, RowMap
from scenes.stage import ExplainerScene

__all__ = ["Lanes"]

_BESIDE = 0.56
"""Share of the width that lanes take, where sums stand beside them."""
_AS_LARGE = 0.8
"""Share of the cells in other lines, from which on cells in lanes are large enough."""
_LARGER = 1.3
"""By how much the cells of a lane grow at least, if it is to be drawn larger."""
_LANE = 3
"""Grids in a lane."""


class Lanes:
    """All lanes, and the one that is looked at.

    Attributes
    ----------
    row
        What stands there between two lanes: all of them.
    box
        Where sums stand.
    """

    def __init__(self, stage: ExplainerScene[Any], maps: Sequence[RowMap]) -> None:
        self.stage, bands, theme = stage, stage.bands, stage.theme
        ways = [[*maps[k : k + _LANE]] for k in range(0, len(maps), _LANE)]
        self.large = [GridRow(lane, theme, bands.stage, per_line=_LANE) for lane in ways]
        self.row, self.box = self._with_sums(maps)
        self.grows = self.large[0].grids[0].cell >= _LARGER * self.row.grids[0].cell and len(ways) > 1
        if self.grows:
            self.row, self.box = GridRow(maps, theme, bands.whole, per_line=_LANE), bands.formula

    def _with_sums(self, maps: Sequence[RowMap]) -> tuple[GridRow, Box]:
        """Put each map with its kernel in a line of its own, unless others are much larger; say where sums stand."""
        bands, theme = self.stage.bands, self.stage.theme
        room, box, whole = bands.stage, bands.formula, bands.whole
        free = GridRow(maps, theme, room)
        if self.stage.wide:
            room, beside = whole.part(0, _BESIDE), whole.part(_BESIDE + 0.03, 1)
        else:
            beside = box
        lanes = GridRow(maps, theme, room, per_line=_LANE)
        return (lanes, beside) if lanes.grids[0].cell >= _AS_LARGE * free.grids[0].cell else (free, box)

    def grids(self, c: int) -> list[NumberGrid]:
        """Return input, kernel and output of the lane of a map, as they are worked on."""
        return self.large[c].grids if self.grows else self.row.grids[_LANE * c : _LANE * (c + 1)]

    def outputs(self) -> Iterator[Any]:
        """Give the outputs of all lanes with their names."""
        panels = [one for line in self.row for one in line if hasattr(one, "grid")]
        yield from panels[_LANE - 1 :: _LANE]

    def open(self, c: int) -> None:
        """Let a lane grow; the others leave."""
        if self.grows:
            others = [one for k, one in enumerate(self.row) if k != c]
            self.stage.play(*map(FadeOut, others), run_time=0.4)
            self._turn(self.row[c], self.large[c][0])

    def close(self, c: int) -> None:
        """Let a lane shrink again, with what it has given."""
        if self.grows:
            output = self.row.grids[_LANE * (c + 1) - 1]
            for cell in np.ndindex(output.values.shape):
                output.write(*cell)
            self._turn(self.large[c][0], self.row[c])
            others = [one for k, one in enumerate(self.row) if k != c]
            self.stage.play(*map(FadeIn, others), run_time=0.4)

    def _turn(self, before: VMobject, after: VMobject) -> None:
        moved = before.copy()
        self.stage.remove(self.row, before)
        self.stage.play(ReplacementTransform(moved, after), run_time=0.8)
