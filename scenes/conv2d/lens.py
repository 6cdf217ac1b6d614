"""A window of a photo, large: its pixels with the kernel on them, the products, and what they add up to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any, cast

import numpy as np
from manim import RIGHT, Animation, FadeIn, FadeOut, Group, VGroup, VMobject

from cnn_core.arrays import Array
from cnn_core.conv2d import Conv2dStep, Conv2dTrace
from cnn_core.equation import Equation, sign_between
from cnn_core.expression import Sum, Value
from cnn_core.notation import PLAIN
from cnn_core.numerals import decimals_for
from cnn_core.trace import address_of
from scenes.conv2d.board import decimals_in, indexed, legible_cell, sum_decimals
from scenes.language import say
from scenes.layout import Box, smallest_text
from scenes.marks import Written
from scenes.mobjects.grid import NumberGrid, widest_text
from scenes.mobjects.picture import Picture
from scenes.mobjects.stamp import Stamp, stamp_size
from scenes.mobjects.text import Label, Number
from scenes.photo.composition import PhotoPlaces, tag_height
from scenes.photo.pictures import PixelGrid, Tones
from scenes.theme import Theme

__all__ = ["ConvLens", "Sums", "channel_names"]

_LARGEST = 1.0
_TOTAL = 0.62
"""Size of the total, in scene units, where there is room."""
_EXACT = 4
"""Decimals with which weights are written in full, where they can be read."""


def channel_names(count: int) -> list[str]:
    """Return what the channels of a photo are called."""
    return [say("red"), say("green"), say("blue")] if count == 3 else [""] * count


class ConvLens:
    """Shows windows of a convolution, one after the other.

    Parameters
    ----------
    told
        The steps that will be shown; their numbers decide about sizes.
    places
        Where it stands, and how its parts do.
    """

    def __init__(
        self, stage: Any, trace: Conv2dTrace, told: Sequence[Conv2dStep], places: PhotoPlaces, tones: Tones
    ) -> None:
        self.stage, self.trace, self.told, self.tones = stage, trace, told, tones
        self.theme: Theme = stage.theme
        self.weight_name = "weight_flipped" if stage.spec.flip else "weight"
        self.products_of_all = np.stack([step.products for step in told])
        self.lay_out(places.lens, places.lens_as)
        self.shown: list[Any] = []
        exact = decimals_for(self.products_of_all, most=_EXACT + 1)
        self.is_rounded = decimals_in(self.flat_products, self.product) < exact

    @property
    def flat_products(self) -> Array:
        return self.products_of_all.reshape(-1, *self.trace.kernel_size)

    def lay_out(self, box: Box, lens_as: str) -> None:
        """Divide the room between window, products and sums."""
        (kH, kW), channels = self.trace.kernel_size, len(self.told[0].products)
        entries = (channels if channels > 1 else 0) + (self.trace.bias is not None)
        tag, self.line, self.is_row = tag_height(), 1.3 * max(0.34, smallest_text()), lens_as == "column"
        lines = (2 if entries else 0) if self.is_row else entries
        sums = 0.0 if lens_as == "row" else max(_TOTAL, smallest_text()) + 0.3 + lines * self.line
        free = replace(box, bottom=box.bottom + sums)
        if lens_as == "pair":
            free = replace(box, top=box.top - sums)
        if lens_as == "column":
            cell, product = self.shared((free.height - tag) / kH, box.width / kW)
            window = _centered(free, kW * cell, kH * cell, free.center[0])
            products = _centered(replace(free, top=window.bottom - tag), kW * product, kH * product, free.center[0])
        else:
            share, most = 0.31 if lens_as == "row" else 0.47, max(_LARGEST, 2.8 * smallest_text())
            cell = product = min((free.height - tag) / kH, share * box.width / kW, most)
            top = replace(free, top=free.top - tag)
            left = free.left + kW * cell / 2 if lens_as == "row" else free.center[0] - 0.25 * box.width
            window = _centered(top, kW * cell, kH * cell, left)
            gap = 0.3 if lens_as == "row" else 0.5 * box.width - kW * cell
            products = _centered(top, kW * cell, kH * cell, window.right + gap + kW * cell / 2)
        self.cell, self.product, self.window, self.products_box = cell, product, window, products
        below = products.bottom - 0.15
        self.sums = replace(box, top=below, bottom=max(box.bottom, below - sums - _TOTAL))
        self.question = replace(box, top=window.bottom - 0.15)
        if lens_as == "row":
            self.sums = Box(products.right + 0.3, box.right, products.bottom, products.top)
            self.question = Box(products.left, box.right, products.bottom, products.top)
        elif lens_as == "pair":
            self.sums = Box(products.left, box.right, free.top, box.top)

    def shared(self, pitch: float, most: float) -> tuple[float, float]:
        """Divide the height of a row between a cell of the window and one of the products, so that both can be read."""
        weight = self.trace.weight
        digits = widest_text(weight.reshape(-1, weight.shape[-1]), decimals_for(weight, most=_EXACT))
        stamp = smallest_text() * (digits + 0.62) / 0.86
        product = min(max(legible_cell(self.products_of_all), 0.45 * pitch), 0.5 * pitch, most)
        cell = min(max(pitch - product, min(stamp, 0.62 * pitch)), most, _LARGEST)
        return cell, min(pitch - cell, most)

    # What stands in it

    def index(self, step: Conv2dStep) -> int:
        return int(np.ravel_multi_index(step.position, self.trace.output.shape))

    def pixels(self, step: Conv2dStep, c: int) -> tuple[Picture, PixelGrid]:
        """Return a channel of a window as pixels, and its numbers."""
        values = step.window[c]
        seen = values
        if self.trace.x.shape[1] == 3 and self.tones.white is not None:
            seen = np.zeros((3, *values.shape))
            seen[step.channels[c]] = values
        picture = Picture(self.tones.colours(seen), self.window.width).move_to(self.window.center)
        address = partial(_inside, f"steps[{self.index(step)}].window", c)
        decimals = decimals_in(values[None], self.cell)
        options: dict[str, Any] = {"added": self.trace.on_padding(step), "decimals": decimals}
        grid = PixelGrid(values, address, self.theme.input, self.theme, self.cell, is_lifted=True, **options)
        grid.frame.set_stroke(self.theme.window, width=6)
        grid.shift(self.window.center - grid.frame.get_center())
        return picture, grid

    def stamp(self, step: Conv2dStep, c: int, grid: NumberGrid) -> Stamp | None:
        """Return the kernel as it lies on the window; None where it could not be read."""
        weight, k = self.trace.weight, step.position[1]
        flat = weight.reshape(-1, weight.shape[-1])
        ways = (decimals_for(weight, most=_EXACT), decimals_for(weight))
        decimals = next((one for one in ways if stamp_size(flat, one, self.cell)), None)
        if decimals is None:
            return None
        address, largest = partial(indexed, self.weight_name, k, c), float(np.abs(weight).max())
        return Stamp(grid, step.kernel[c], address, self.theme, decimals, largest)

    def product_grid(self, step: Conv2dStep, c: int) -> NumberGrid:
        values, like = step.products[c], self.products_of_all
        address = partial(_inside, f"steps[{self.index(step)}].products", c)
        decimals = decimals_in(self.flat_products, self.product)
        grid = NumberGrid(values, address, self.theme.output, self.theme, self.product, decimals=decimals)
        grid.largest = float(np.abs(like).max()) or 1.0
        grid.frame.set_color(self.theme.muted)
        grid.lines.set_color(self.theme.muted)
        return grid.shift(self.products_box.center - grid.frame.get_center())

    def tag(self, step: Conv2dStep, c: int) -> Label:
        """Return what stands above the products."""
        name = channel_names(self.trace.x.shape[1])[step.channels[c]]
        text = say("{channel} × weight", channel=name) if name else say("pixel × weight")
        if self.is_rounded:
            text = f"≈ {text}"
        label = Label(text, max(0.3, smallest_text()), self.theme.muted)
        box = self.products_box
        return label.move_to(np.array([box.center[0], box.top + tag_height() / 2, 0]))

    # What happens in it

    def open(self, step: Conv2dStep, c: int, start: VMobject, *, run_time: float) -> None:
        """Let the window grow out of its place in the photo, and the kernel settle on it."""
        picture, grid = self.pixels(step, c)
        stamp = self.stamp(step, c, grid)
        scale = max(0.02, float(start.width) / float(picture.width))
        whole = Group(picture, grid)
        self.stage.play(FadeIn(whole, target_position=start, scale=scale), run_time=run_time)
        self.shown = [picture, grid]
        if stamp is not None:
            self.stage.play(FadeIn(stamp), run_time=0.7 * run_time)
            self.shown.append(stamp)

    def multiply(self, step: Conv2dStep, c: int, *, run_time: float) -> None:
        """Let the products appear row by row."""
        grid, tag = self.product_grid(step, c), self.tag(step, c)
        self.stage.play(FadeIn(tag, grid.frame, grid.lines), run_time=0.3)
        for row in range(grid.rows):
            parts: list[VMobject] = [part for (i, _), part in grid.fills.items() if i == row]
            parts += [number for (i, _), number in grid.numbers.items() if i == row]
            if parts:
                self.stage.play(*map(FadeIn, parts), run_time=run_time / grid.rows)
        self.stage.remove(*grid.get_family())
        self.stage.add(grid)
        self.shown += [grid, tag]

    def exchange(self, step: Conv2dStep, c: int, start: VMobject) -> None:
        """Go on to another channel or another kernel."""
        self.stage.play(*self.leave(), run_time=0.3)
        self.open(step, c, start, run_time=0.6)

    def leave(self) -> list[Animation]:
        gone, self.shown = self.shown, []
        return [FadeOut(one) for one in gone]


class Sums(Written):
    """The sums of channels and the bias, below each other, and the total.

    Attributes
    ----------
    entries
        Name and number of each.
    total
        The result, with what stands before it.
    """

    def __init__(self, lens: ConvLens, step: Conv2dStep, equation: Equation) -> None:
        super().__init__()
        self.theme, self.box, self.size = lens.theme, lens.sums, max(0.34, smallest_text())
        self.line, self.is_row = lens.line, lens.is_row
        values = self._values(lens, step, equation)
        self.count = len(values)
        self.entries = [self._entry(n, *one) for n, one in enumerate(values)]
        products = [Value(float(one), "", "", 4) for one in step.products.ravel()]
        whole = Sum(tuple(value for _, value in values)) if values else Sum(tuple(products))
        sign = sign_between(whole, equation.result) if values else "="
        self.written = f"{PLAIN.equation(equation)}"
        self.explains = equation.address
        self.total = self._total(equation.result, sign if values else "")
        self.add(*self.entries, self.total)

    @property
    def result(self) -> Number:
        return cast("Number", self.total[1])

    def _values(self, lens: ConvLens, step: Conv2dStep, equation: Equation) -> list[tuple[str, Value]]:
        stem, sums = f"steps[{lens.index(step)}]", step.products.sum(axis=(1, 2))
        decimals, names = sum_decimals(sums), channel_names(lens.trace.x.shape[1])
        found = [
            (names[channel], Value(float(sums[c]), f"{stem}.channel_sums[{c}]", "", decimals))
            for c, channel in enumerate(step.channels)
        ]
        found = found if len(found) > 1 else []
        if step.bias is None:
            return found
        summed = Value(step.total, f"{stem}.total", "", sum_decimals(np.array(step.total)))
        bias = next(equation.left.parts[-1].leaves())
        return [*(found or [(say("sum"), summed)]), (say("bias"), bias)]

    def _entry(self, n: int, name: str, value: Value) -> VGroup:
        if self.is_row:
            return self._column(n, name, value)
        y = self.box.top - (n + 0.5) * self.line
        label = Label(name, self.size, self.theme.muted)
        number = Number(value.text, value.address, self.size, self.theme.text)
        half = min(1.3, self.box.width / 2)
        label.move_to(np.array([self.box.center[0] - half + label.width / 2, y, 0]))
        number.move_to(np.array([self.box.center[0] + half - number.width / 2, y, 0]))
        return VGroup(label, number)

    def _column(self, n: int, name: str, value: Value) -> VGroup:
        """Return a name and its number below it, beside those of the others."""
        pitch = min(self.box.width / self.count, 1.1)
        x = self.box.center[0] + (n - (self.count - 1) / 2) * pitch
        label = Label(name, max(0.26, smallest_text()), self.theme.muted)
        number = Number(value.text, value.address, self.size, self.theme.text)
        number.scale(min(1.0, max(smallest_text() / self.size, 0.9 * pitch / number.width)))
        for part, row in ((label, 0.5), (number, 1.4)):
            part.move_to(np.array([x, self.box.top - row * self.line, 0]))
        return VGroup(label, number)

    def _total(self, result: Value, sign: str) -> VGroup:
        """Return the total, with the sign that is true before it."""
        lines = min(2, self.count) if self.is_row else self.count
        y = self.box.top - lines * self.line - _TOTAL / 2 - 0.1
        if not self.entries and self.box.height > 2 * _TOTAL:
            y = self.box.center[1]
        label = Label(sign or say("sum"), self.size, self.theme.muted)
        number = Number(result.text, result.address, _TOTAL, self.theme.output, "semibold")
        both = VGroup(label, number).arrange(RIGHT, buff=0.2)
        if both.width > self.box.width:
            number.scale(max(smallest_text() / _TOTAL, (self.box.width - label.width - 0.2) / number.width))
            both.arrange(RIGHT, buff=0.2)
        return both.move_to(np.array([self.box.center[0], y, 0]))


def _centered(room: Box, width: float, height: float, x: float) -> Box:
    """Return a box at the top of a room, around x."""
    return Box(x - width / 2, x + width / 2, room.top - height, room.top)


def _inside(name: str, channel: int, row: int, column: int) -> str:
    return address_of(name, (channel, row, column))
