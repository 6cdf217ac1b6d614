"""Image, kernel, bias and output of a convolution, as one picture."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import numpy as np
from manim import Mobject, Rectangle, VGroup

from cnn_core.arrays import Array
from cnn_core.conv2d import Conv2dTrace
from scenes.layout import Box, smallest_text
from scenes.mobjects.conv_plan import ConvPlan
from scenes.mobjects.number_grid import NumberGrid
from scenes.mobjects.text import Formula, Label, width_of
from scenes.mobjects.window import Window
from scenes.numerals import as_text, decimals_for
from scenes.theme import Theme

__all__ = ["ConvBoard", "size_in_words"]

SIGN = 0.7
MOST_DECIMALS = 4


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
        For each output channel, the grids that lie on the channels it sees; all output channels share one place.
    outputs
        One grid an output channel.
    biases
        One cell an output channel; empty without bias.
    windows
        One on each channel of the image.
    """

    def __init__(self, spec: Any, trace: Conv2dTrace, theme: Theme, room: Box, *, tall: bool) -> None:
        self.spec, self.trace, self.theme = spec, trace, theme
        self.names = self._names()
        widest = {key: max(names, key=width_of) for key, names in self.names.items()}
        self.plan = ConvPlan.of(trace, widest, room, smallest_text(), tall=tall)
        self.labels = {
            key: [self._label(key, name) for name in names]
            for key, names in self.names.items()
            if key in self.plan.places
        }
        self.images = self._images()
        self.kernels = self.kernel_grids(trace.weight, "weight_flipped" if spec.flip else "weight")
        self.outputs = self._grids(trace.output[0], "y", "output[0,{c},{i},{j}]", theme.output)
        bias = np.zeros(0) if trace.bias is None else trace.bias
        self.biases = [self._bias(k, bias) for k in range(len(bias))]
        self.windows = [Window(grid, trace.kernel_size, theme, trace.dilation) for grid in self.images]

    @property
    def cell(self) -> float:
        """Side of a cell, in scene units."""
        return self.plan.cell

    @property
    def all_kernels_at_once(self) -> bool:
        """Whether each channel has a kernel of its own, so that no two share a place."""
        return self.trace.groups > 1

    def channels(self, k: int) -> range:
        """Return the channels that an output channel sees."""
        return self.trace.step(0, k, 0, 0).channels

    def _names(self) -> dict[str, list[str]]:
        (_, C, H, W), (_, K, H_out, W_out) = self.trace.x.shape, self.trace.output.shape
        spec, (kH, kW) = self.spec, self.trace.kernel_size
        seen = self.trace.weight.shape[1]
        several = int(K) > 1 and not self.all_kernels_at_once
        return {
            "x": [f"{spec.x_label} {size_in_words(C, H, W)}"],
            "w": [
                f"{spec.weight_label} {f'{k + 1}: ' if several else ''}{size_in_words(seen, kH, kW)}"
                for k in range(K if several else 1)
            ],
            "y": [f"{spec.output_label} {size_in_words(K, H_out, W_out)}"],
            "bias": ["bias"],
        }

    def _images(self) -> list[NumberGrid]:
        (top, bottom), (left, right) = self.trace.padding
        _, _, H, W = self.trace.x.shape

        def address(c: int, i: int, j: int) -> str:
            inside = top <= i < top + H and left <= j < left + W
            return f"x[0,{c},{i - top},{j - left}]" if inside else f"x_padded[0,{c},{i},{j}]"

        maps = self.trace.x_padded[0]
        ring = (top, bottom, left, right)
        return [self._grid(maps, c, f"x{c}", partial(address, c), self.theme.input, ring) for c in range(len(maps))]

    def kernel_grids(self, weight: Array, name: str) -> list[list[NumberGrid]]:
        """Return the grids of kernels (C_out, C_in / groups, kH, kW), for each output channel."""
        first = [self.channels(k).start if self.all_kernels_at_once else 0 for k in range(len(weight))]
        return [
            self._grids(kernel, "w", f"{name}[{k},{{c}},{{i}},{{j}}]", self.theme.kernel, first[k], like=weight)
            for k, kernel in enumerate(weight)
        ]

    def _bias(self, k: int, bias: Array) -> NumberGrid:
        grid = self._grid(bias[:, None, None], k, "b", lambda i, j: f"bias[{k}]", self.theme.kernel)
        return grid

    def _grids(
        self, maps: Array, key: str, address: str, role: str, first: int = 0, like: Array | None = None
    ) -> list[NumberGrid]:
        return [
            self._grid(maps, c, f"{key}{first + c}", partial(formatted, address, c), role, like=like)
            for c in range(len(maps))
        ]

    def _grid(
        self,
        maps: Array,
        channel: int,
        key: str,
        address: Any,
        role: str,
        ring: tuple[int, int, int, int] = (0, 0, 0, 0),
        like: Array | None = None,
    ) -> NumberGrid:
        """Return an empty grid in its place; its decimals and tints are those of all maps that are like it."""
        like = maps if like is None else like
        decimals = decimals_in(like, self.cell)
        grid = NumberGrid(
            maps[channel], address, role, self.theme, self.cell, filled=False, ring=ring, decimals=decimals
        )
        grid.largest = float(np.abs(like).max()) or 1.0
        grid.shift(self.plan.places[key] - grid.corner(grid.rows / 2, grid.columns / 2))
        return grid

    def name(self, key: str, k: int = 0) -> Label:
        """Return the name below the grids `x`, `w`, `y` or `bias`; that of kernels may differ from one to the next."""
        return self.labels[key][k % len(self.labels[key])]

    def _label(self, key: str, name: str) -> Label:
        role = {"x": self.theme.input, "y": self.theme.output}.get(key, self.theme.kernel)
        return Label(name, self.plan.label, role).move_to(self.plan.places[key])

    def sign(self, key: str) -> VGroup:
        """Return one of the signs `*`, `+`, `=`, in its place."""
        sign = Formula("*", 1.2 * SIGN, self.theme.muted) if key == "*" else Label(key, SIGN, self.theme.muted)
        return sign.move_to(self.plan.places[key])

    def kernel_picture(self, k: int) -> list[Mobject]:
        """Return an output channel's kernels with their name, and its bias."""
        grids = [grid for kernel in self.kernels for grid in kernel] if self.all_kernels_at_once else self.kernels[k]
        return [*grids, self.name("w", k)]

    def veil(self, channel: int) -> Rectangle:
        """Return what dims a channel that is not seen."""
        grid = self.images[channel]
        veil = Rectangle(width=grid.columns * grid.cell, height=grid.rows * grid.cell, stroke_width=0)
        return veil.set_fill(self.theme.background, self.theme.veil).move_to(
            grid.corner(grid.rows / 2, grid.columns / 2)
        )


def formatted(address: str, c: int, i: int, j: int) -> str:
    """Return the address of a cell."""
    return address.format(c=c, i=i, j=j)


def size_in_words(channels: int, rows: int, columns: int) -> str:
    """Return `5×5`, or `3×5×5` where there are several channels."""
    return "×".join(str(size) for size in (channels, rows, columns)[channels == 1 :])


def decimals_in(values: Array, cell: float) -> int:
    """Return decimals that write the values exactly, if they can be read in a cell; otherwise 2, or at least 1."""
    exact = decimals_for(values, most=MOST_DECIMALS + 1)
    wanted = [exact] if exact <= MOST_DECIMALS else []
    wanted += [fewer for fewer in (2, 1) if fewer < exact]
    for decimals in wanted:
        widest = max(width_of(as_text(value, decimals)) for value in np.unique(values))
        if widest * smallest_text() <= 0.9 * cell:
            return decimals
    return wanted[-1]


def written(grids: Sequence[NumberGrid]) -> list[VGroup]:
    """Write all values into their grids; return their tints and digits, still to be faded in."""
    for grid in grids:
        for row, column in np.ndindex(grid.values.shape):
            grid.write(row, column)
    return [part for grid in grids for part in (grid.background, grid.digits) if len(part)]
