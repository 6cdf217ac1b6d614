"""Image, kernel, products, sums and output of a convolution, in their places."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy as np
from manim import LEFT, RIGHT, VGroup

from cnn_core.arrays import Array
from cnn_core.conv2d import Conv2dStep, Conv2dTrace
from cnn_core.numerals import decimals_for
from scenes.conv2d.composition import Composition
from scenes.conv2d.spots import Counts, Spot
from scenes.layout import Box, smallest_text
from scenes.marks import Veil
from scenes.mobjects.grid import CellMarks, NumberGrid, Window, readable_cell, widest_text
from scenes.mobjects.stamp import Stamp, stamp_cell, stamp_size
from scenes.mobjects.text import Label

__all__ = ["ConvBoard", "decimals_in", "indexed", "size_in_words", "sum_decimals"]

_MOST_DECIMALS = 4


def indexed(name: str, first: int, second: int, i: int, j: int) -> str:
    """Return the address of a cell in an array of four axes."""
    return f"{name}[{first},{second},{i},{j}]"


def decimals_in(values: Array, cell: float) -> int:
    """Return decimals that write the values exactly, if they can be read in a cell; otherwise 2, or at least 1."""
    exact = decimals_for(values, most=_MOST_DECIMALS + 1)
    wanted = [exact] if exact <= _MOST_DECIMALS else []
    wanted += [fewer for fewer in (2, 1) if fewer < exact]
    for decimals in wanted:
        if legible_cell(values, decimals) <= cell:
            return decimals
    return wanted[-1]


def legible_cell(values: Array, decimals: int | None = None) -> float:
    """Return the smallest cell in which maps (..., H, W) can be read, with one decimal if none are given."""
    decimals = decimals_for(values, 1) if decimals is None else decimals
    return max(readable_cell(one, decimals) for one in values.reshape(-1, *values.shape[-2:]))


def sum_decimals(values: Array) -> int:
    """Return decimals that write sums exactly, or two."""
    exact = decimals_for(values, most=_MOST_DECIMALS + 1)
    return exact if exact <= _MOST_DECIMALS else 2


def size_in_words(channels: int, rows: int, columns: int) -> str:
    """Return `5×5`, or `3×5×5` where there are several channels."""
    return "×".join(str(size) for size in (channels, rows, columns)[channels == 1 :])


class ConvBoard:
    """What stands on the stage, empty at first.

    Parameters
    ----------
    spec
        Gives the names.
    told
        The positions that will be worked out; their products and sums decide about sizes.

    Attributes
    ----------
    image
        Of the channel that is worked on, padding included; `images` has one a channel.
    thumbnails
        The channels in small; empty if there is one.
    empty
        The frame of the products, with its name, once it is on stage.
    """

    def __init__(self, spec: Any, trace: Conv2dTrace, told: Sequence[Conv2dStep], stage: Any) -> None:
        self.spec, self.trace, self.theme = spec, trace, stage.theme
        self.weight_name = "weight_flipped" if spec.flip else "weight"
        self.products = np.stack([step.products for step in told])
        self.places = Composition.of(self.counts(), stage.bands.whole, wide=stage.wide, tall=stage.tall)
        self.images = self.make_images(lambda c: self.places.image)
        self.thumbnails = self.make_images(self.places.thumbnails.__getitem__) if self.places.thumbnails else []
        self.kernels = [self.kernel_grids(trace.weight[k], self.weight_name, k) for k in range(len(trace.weight))]
        self.outputs = [
            self.grid(one, trace.output, partial(indexed, "output", 0, k), self.theme.output, self.places.outputs[k])
            for k, one in enumerate(trace.output[0])
        ]
        self.windows = [Window(grid, trace.kernel_size, self.theme, trace.dilation) for grid in self.images]
        self.small = [Window(grid, trace.kernel_size, self.theme, trace.dilation) for grid in self.thumbnails]
        self.frame = self.product_grid(told[0], 0)
        self.empty = VGroup()
        self.named: dict[str, Label] = {}

    def counts(self) -> Counts:
        trace = self.trace
        sums = self.products.sum(axis=-1)
        size = widest_text(sums, sum_decimals(sums)) if len(trace.weight[0]) == 1 else 0.0
        return Counts(
            image=trace.x_padded.shape[2:],
            kernel=trace.kernel_size,
            output=trace.output.shape[2:],
            channels=trace.x.shape[1],
            outputs=trace.output.shape[1],
            seen=trace.weight.shape[1],
            sums=size,
            bias=trace.bias is not None,
            legible=self.legible(),
        )

    def legible(self) -> dict[str, float]:
        """Return the smallest cells in which numbers can be read, for the composition."""
        weight = self.trace.weight
        products = self.products.reshape(-1, *weight.shape[-2:])
        return {
            "kernel": legible_cell(weight),
            "stamp": stamp_cell(weight.reshape(-1, weight.shape[-1]), decimals_for(weight)),
            "products": legible_cell(products, min(2, decimals_for(products))),
            "output": legible_cell(self.trace.output),
        }

    @property
    def image(self) -> NumberGrid:
        return self.images[0]

    def grid(
        self,
        values: Array,
        like: Array,
        address: Callable[[int, int], str],
        role: str,
        spot: Spot,
        **options: Any,
    ) -> NumberGrid:
        """Return an empty grid of values (H, W), whose tints can be compared with those of the array `like`."""
        decimals = decimals_in(like, spot.cell)
        grid = NumberGrid(values, address, role, self.theme, spot.cell, filled=False, decimals=decimals, **options)
        grid.largest = float(np.abs(like).max()) or 1.0
        grid.shift(spot.box.center - grid.corner(grid.rows / 2, grid.columns / 2))
        return grid

    def make_images(self, spot: Callable[[int], Spot]) -> list[NumberGrid]:
        (top, bottom), (left, right) = self.trace.padding
        _, C, H, W = self.trace.x.shape
        maps = self.trace.x_padded[0]

        def address(c: int, i: int, j: int) -> str:
            inside = top <= i < top + H and left <= j < left + W
            return f"x[0,{c},{i - top},{j - left}]" if inside else f"x_padded[0,{c},{i},{j}]"

        ring = (top, bottom, left, right)
        return [self.grid(maps[c], maps, partial(address, c), self.theme.input, spot(c), ring=ring) for c in range(C)]

    def kernel_grids(self, weight: Array, name: str, k: int) -> list[NumberGrid]:
        """Return the grids of an output channel's kernel (C, kH, kW), by itself."""
        channels = self.channels(k)
        spots = self.places.kernels if self.thumbnails else [self.places.kernels[0]] * len(weight)
        return [
            self.grid(one, self.trace.weight, partial(indexed, name, k, c), self.theme.kernel, spots[channels[c]])
            for c, one in enumerate(weight)
        ]

    def channels(self, k: int) -> range:
        """Return the channels that an output channel sees."""
        return self.trace.step(0, k, 0, 0).channels

    def stamp(self, k: int, c: int) -> Stamp | None:
        """Return the kernel of output channel k on the c-th channel that it sees; None if that is too small."""
        grid, weight = self.images[self.channels(k)[c]], self.trace.weight
        decimals = decimals_for(weight)
        if not grid.text_size or not stamp_size(weight.reshape(-1, weight.shape[-1]), decimals, grid.cell):
            return None
        address = partial(indexed, self.weight_name, k, c)
        largest = float(np.abs(weight).max())
        return Stamp(grid, weight[k, c], address, self.theme, decimals, largest, self.trace.dilation)

    def pair_marks(
        self, step: Conv2dStep, products: NumberGrid, c: int, cells: Sequence[tuple[int, int]], lens: NumberGrid | None
    ) -> list[CellMarks]:
        """Return outlines of pixels under the kernel, in the lens if there is one, and of their products."""
        dH, dW = self.trace.dilation
        pixels = [(step.top + row * dH, step.left + column * dW) for row, column in cells]
        there = CellMarks(self.images[step.channels[c]], pixels, self.theme.window)
        seen = there if lens is None else CellMarks(lens, cells, self.theme.window)
        return [seen, CellMarks(products, cells, self.theme.window)]

    def product_grid(self, step: Conv2dStep, c: int) -> NumberGrid:
        """Return the empty grid of the products in a channel; its frame is muted, its tints are the output's."""
        name = f"steps[{self.index(step)}].products[{c},{{}},{{}}]"
        values, spot = step.products[c], self.places.products
        grid = self.grid(values, self.products, name.format, self.theme.output, spot)
        grid.frame.set_color(self.theme.muted)
        grid.lines.set_color(self.theme.muted)
        return grid

    def index(self, step: Conv2dStep) -> int:
        return int(np.ravel_multi_index(step.position, self.trace.output.shape))

    def name(self, key: str, texts: Sequence[str], color: str, room: Box) -> Label:
        """Return the first of some texts that has room in its place and beside all names so far, or else the last.

        Its place is around a point, or, of image and kernel, from there to the right.
        """
        x, y = self.places.names[key]
        spots = (self.places.image, self.places.products, *self.places.outputs)
        taken = [*(spot.box for spot in spots), *([self.places.ledger] if key in ("products", "kernel") else [])]
        taken += [Box.around(name, 0.25) for other, name in self.named.items() if other != key]
        for text in texts:
            label = Label(text, max(0.3, smallest_text()), color)
            label.move_to(np.array([x, y, 0]))
            if key in ("kernel", "image"):
                label.align_to(np.array([x, 0, 0]), LEFT)
            else:
                beyond = min(0.0, room.right - label.get_right()[0]) + max(0.0, room.left - label.get_left()[0])
                label.shift(beyond * RIGHT)
            if label.get_right()[0] <= room.right and not any(box.overlaps(Box.around(label)) for box in taken):
                break
        self.named[key] = label
        return label

    def veil(self, channel: int) -> Veil:
        """Return what dims a small channel that is not seen."""
        grid = self.thumbnails[channel]
        veil = Veil(width=grid.columns * grid.cell, height=grid.rows * grid.cell, stroke_width=0)
        veil.set_fill(self.theme.background, self.theme.veil)
        veil.pointing_at(*grid.addresses(np.ndindex(grid.values.shape) if grid.text_size else ()))
        return veil.move_to(grid.corner(grid.rows / 2, grid.columns / 2))
