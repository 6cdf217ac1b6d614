"""The empty grids of a convolution, each in its place, with addresses, decimals and tints."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TypeAlias

import numpy as np
from manim import VGroup

from cnn_core.arrays import Array
from cnn_core.conv2d import Conv2dTrace
from cnn_core.numerals import decimals_for
from scenes.mobjects.conv_plan import ConvPlan
from scenes.mobjects.number_grid import NumberGrid, readable_cell
from scenes.theme import Theme

__all__ = ["ConvGrids", "legible_cell", "written"]

MOST_DECIMALS = 4

Address: TypeAlias = Callable[[int, int], str]


class ConvGrids:
    """Makes grids; those of one array have the same decimals, and tints that can be compared.

    Parameters
    ----------
    plan
        Where the grids stand, and how large their cells are.
    """

    def __init__(self, plan: ConvPlan, theme: Theme) -> None:
        self.plan, self.theme = plan, theme

    def images(self, trace: Conv2dTrace) -> list[NumberGrid]:
        """Return one grid a channel, with its padding."""
        (top, bottom), (left, right) = trace.padding
        _, C, H, W = trace.x.shape
        maps, ring = trace.x_padded[0], (top, bottom, left, right)

        def address(c: int, i: int, j: int) -> str:
            inside = top <= i < top + H and left <= j < left + W
            return f"x[0,{c},{i - top},{j - left}]" if inside else f"x_padded[0,{c},{i},{j}]"

        return [self._grid(f"x{c}", maps[c], maps, partial(address, c), self.theme.input, ring) for c in range(C)]

    def kernels(self, weight: Array, name: str, *, apart: bool) -> list[list[NumberGrid]]:
        """Return the grids of kernels (C_out, C_in / groups, kH, kW), for each output channel.

        Parameters
        ----------
        name
            Of the array, for addresses.
        apart
            Whether each output channel's kernel has a place of its own; otherwise they share theirs.
        """
        return [
            [
                self._grid(f"w{k if apart else c}", one, weight, partial(indexed, name, k, c), self.theme.kernel)
                for c, one in enumerate(kernel)
            ]
            for k, kernel in enumerate(weight)
        ]

    def biases(self, bias: Array | None) -> list[NumberGrid]:
        """Return one cell an output channel, all in one place; none without bias."""
        cells = np.zeros((0, 1, 1)) if bias is None else bias[:, None, None]
        return [self._grid("b", one, cells, partial(bias_of, k), self.theme.kernel) for k, one in enumerate(cells)]

    def outputs(self, output: Array) -> list[NumberGrid]:
        """Return one grid an output channel."""
        return [
            self._grid(f"y{k}", one, output, partial(indexed, "output", 0, k), self.theme.output)
            for k, one in enumerate(output[0])
        ]

    def _grid(
        self,
        key: str,
        values: Array,
        like: Array,
        address: Address,
        role: str,
        ring: tuple[int, int, int, int] = (0, 0, 0, 0),
    ) -> NumberGrid:
        """Return an empty grid of values (H, W), which are part of the array `like`."""
        cell = self.plan.cell_of(key)
        decimals = decimals_in(like, cell)
        grid = NumberGrid(values, address, role, self.theme, cell, filled=False, ring=ring, decimals=decimals)
        grid.largest = float(np.abs(like).max()) or 1.0
        grid.shift(self.plan.places[key] - grid.corner(grid.rows / 2, grid.columns / 2))
        return grid


def indexed(name: str, first: int, second: int, i: int, j: int) -> str:
    """Return the address of a cell in an array of four axes."""
    return f"{name}[{first},{second},{i},{j}]"


def bias_of(k: int, i: int, j: int) -> str:
    """Return the address of an output channel's bias."""
    return f"bias[{k}]"


def legible_cell(values: Array, most: int = 1) -> float:
    """Return the smallest cell in which maps (..., H, W) can be read with `most` decimals; 0 for large maps."""
    maps = values.reshape(-1, *values.shape[-2:])
    decimals = decimals_for(values, most)
    return max(readable_cell(one, decimals) for one in maps)


def decimals_in(values: Array, cell: float) -> int:
    """Return decimals that write the values exactly, if they can be read in a cell; otherwise 2, or at least 1."""
    exact = decimals_for(values, most=MOST_DECIMALS + 1)
    wanted = [exact] if exact <= MOST_DECIMALS else []
    wanted += [fewer for fewer in (2, 1) if fewer < exact]
    maps = values.reshape(-1, *values.shape[-2:])
    for decimals in wanted:
        if max(readable_cell(one, decimals) for one in maps) <= cell:
            return decimals
    return wanted[-1]


def written(grids: Sequence[NumberGrid]) -> list[VGroup]:
    """Write all values into their grids; return their tints and digits, still to be faded in."""
    for grid in grids:
        for row, column in np.ndindex(grid.values.shape):
            grid.write(row, column)
    return [part for grid in grids for part in (grid.background, grid.digits) if len(part)]
