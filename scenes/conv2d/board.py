"""Image, kernel, bias and output of a convolution, as one picture."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cached_property, partial
from typing import Any, TypeAlias

import numpy as np
from manim import Mobject, VGroup

from cnn_core.arrays import Array
from cnn_core.conv2d import Conv2dStep, Conv2dTrace
from cnn_core.numerals import decimals_for
from scenes.conv2d.plan import ConvPlan
from scenes.layout import Box
from scenes.marks import Veil
from scenes.mobjects.grid import NumberGrid, Window, readable_cell
from scenes.mobjects.text import Formula, Label
from scenes.theme import Theme

__all__ = ["Cell", "ConvBoard", "ConvGrids", "legible_cell", "written"]

MOST_DECIMALS = 4

Cell: TypeAlias = tuple[int, int, int]
"""Channel of the kernel, row and column in it."""

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


SIGN = 0.7


class ConvBoard:
    """The grids of a convolution, empty at first, and the windows on the image.

    Parameters
    ----------
    spec
        Gives the names; may be any spec with `x_label`, `weight_label`, `output_label` and `flip`.

    Attributes
    ----------
    images
        One grid a channel, padding included.
    kernels
        For each output channel, the grids that lie on the channels it sees.
    outputs
        One grid an output channel.
    biases
        One cell an output channel, all in one place; empty without bias.
    windows
        One on each channel of the image.
    """

    def __init__(self, spec: Any, trace: Conv2dTrace, theme: Theme, room: Box, *, tall: bool) -> None:
        self.spec, self.trace, self.theme = spec, trace, theme
        names = self.names()
        self.plan = ConvPlan.of(trace, names, room, legible_cells(trace), tall=tall)
        self.grids = ConvGrids(self.plan, theme)
        self.images = self.grids.images(trace)
        self.kernels = self.kernel_grids(trace.weight, "weight_flipped" if spec.flip else "weight")
        self.biases = self.grids.biases(trace.bias)
        self.outputs = self.grids.outputs(trace.output)
        self.windows = [Window(grid, trace.kernel_size, theme, trace.dilation) for grid in self.images]
        roles = {"x": theme.input, "y": theme.output}
        self.labels = {
            key: [self.plan.name(key, name, roles.get(key, theme.kernel)) for name in several]
            for key, several in names.items()
        }

    @cached_property
    def kernel_cells(self) -> list[Cell]:
        return list(np.ndindex(self.trace.weight.shape[1:]))

    def pixel(self, step: Conv2dStep, cell: Cell) -> tuple[NumberGrid, int, int]:
        """Return where the pixel under a kernel's cell is drawn: grid, row and column."""
        (c, i, j), (dH, dW) = cell, self.trace.dilation
        return self.images[step.channels[c]], step.top + i * dH, step.left + j * dW

    @property
    def apart(self) -> bool:
        """Whether each channel has a kernel of its own, so that all kernels stand beside each other."""
        return self.trace.groups > 1

    def kernel_grids(self, weight: Array, name: str) -> list[list[NumberGrid]]:
        """Return the grids of kernels as large as those of the trace, for each output channel."""
        return self.grids.kernels(weight, name, apart=self.apart)

    def names(self) -> dict[str, list[str]]:
        """Return what stands below the grids; kernels that follow each other in one place are counted."""
        (_, C, H, W), (K, seen, kH, kW) = self.trace.x.shape, self.trace.weight.shape
        kernel = size_in_words(seen, kH, kW)
        kernels = [kernel] if K == 1 or self.apart else [f"{k + 1}: {kernel}" for k in range(K)]
        bias = {} if self.trace.bias is None else {"bias": ["bias"]}
        return {
            "x": [f"{self.spec.x_label} {size_in_words(C, H, W)}"],
            "w": [f"{self.spec.weight_label} {one}" for one in kernels],
            **bias,
            "y": [f"{self.spec.output_label} {size_in_words(*self.trace.output.shape[1:])}"],
        }

    def name(self, key: str, k: int = 0) -> VGroup:
        """Return the name below the grids `x`, `w`, `y` or `bias`; that of kernels may differ from one to the next."""
        return self.labels[key][k % len(self.labels[key])]

    def sign(self, key: str) -> VGroup:
        """Return one of the signs `*`, `+`, `=`, in its place."""
        sign = Formula("*", 1.2 * SIGN, self.theme.muted) if key == "*" else Label(key, SIGN, self.theme.muted)
        return sign.move_to(self.plan.places[key])

    def on_stage(self, kernels: list[list[NumberGrid]], k: int) -> list[NumberGrid]:
        """Return which kernels are on stage while an output channel is told: its own, or all."""
        return [grid for kernel in (kernels if self.apart else kernels[k : k + 1]) for grid in kernel]

    def kernel_picture(self, k: int) -> list[Mobject]:
        return [*self.on_stage(self.kernels, k), self.name("w", k)]

    def veil(self, channel: int) -> VGroup:
        """Return what dims a channel that is not seen, and the kernel that lies on it alone."""
        veils = VGroup()
        for grid in (self.images[channel], *(self.kernels[channel] if self.apart else ())):
            veil = Veil(width=grid.columns * grid.cell, height=grid.rows * grid.cell, stroke_width=0)
            veil.set_fill(self.theme.background, self.theme.veil)
            veil.pointing_at(*grid.addresses(np.ndindex(grid.values.shape) if grid.text_size else ()))
            veils.add(veil.move_to(grid.corner(grid.rows / 2, grid.columns / 2)))
        return veils


def legible_cells(trace: Conv2dTrace) -> dict[str, float]:
    """Return the smallest cells in which image, kernels, bias and output can be read."""
    legible = {"x": legible_cell(trace.x), "w": legible_cell(trace.weight), "y": legible_cell(trace.output)}
    return legible if trace.bias is None else {**legible, "b": legible_cell(trace.bias[:, None, None], most=2)}


def size_in_words(channels: int, rows: int, columns: int) -> str:
    """Return `5×5`, or `3×5×5` where there are several channels."""
    return "×".join(str(size) for size in (channels, rows, columns)[channels == 1 :])
