"""What marks cells that are none of a map's own: padding, zeros in between, and what lies outside."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from itertools import pairwise
from typing import TypeAlias

import numpy as np
from manim import VMobject

from cnn_core.arrays import Array, Pair
from scenes.theme import Theme

__all__ = ["CellPoint", "Hatching"]

_SLANT = 0.16
"""From one line to the next, along a row, in scene units."""
_MOST = 6
"""Lines that begin along the side of a cell, at most."""

CellPoint: TypeAlias = tuple[float, float]
"""(row, column) in a grid; a cell's top left corner has whole numbers."""


class Hatching(VMobject):
    """Slanting lines over some cells of a grid, as one picture.

    Parameters
    ----------
    corner
        Gives where a place of the grid is.
    side
        Of a cell, in scene units.
    """

    def __init__(self, cells: Collection[Pair], corner: Callable[..., Array], side: float, theme: Theme) -> None:
        super().__init__(stroke_color=theme.muted, stroke_width=1, stroke_opacity=0.5)
        self.cells = cells
        for start, stop in slants(cells, int(np.clip(side / _SLANT, 2, _MOST))):
            self.start_new_path(corner(*start))
            self.add_line_to(corner(*stop))


def slants(cells: Collection[Pair], per_cell: int) -> Iterator[tuple[CellPoint, CellPoint]]:
    """Give the ends of lines that rise over cells, `per_cell` to a side; they go on from each cell to the next.

    >>> list(slants([(0, 0)], 2))
    [((0, 0.25), (0.25, 0.0)), ((0, 0.75), (0.75, 0.0)), ((0.25, 1.0), (1, 0.25)), ((0.75, 1.0), (1, 0.75))]
    """
    rows, columns = (1 + max(along) for along in zip(*cells, strict=True))
    for k in range(per_cell * (rows + columns)):
        line, start = (k + 0.5) / per_cell, None
        rights = (line - column for column in range(columns + 1))
        edges = sorted({*range(rows + 1), *(edge for edge in rights if 0 <= edge <= rows)})
        for above, below in pairwise([*edges, rows + 1]):
            middle = (above + below) / 2
            is_over = (int(middle), int(np.floor(line - middle))) in cells
            if is_over and start is None:
                start = above
            elif not is_over and start is not None:
                yield (start, line - start), (above, line - above)
                start = None
