"""Which grids stand where in the film of a convolution's gradients, and what is carried from one to the other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from manim import (
    DOWN,
    RIGHT,
    UP,
    Animation,
    ApplyMethod,
    FadeIn,
    FadeOut,
    Rectangle,
    SurroundingRectangle,
    Transform,
    VGroup,
)

from cnn_core.arrays import Pair
from cnn_core.conv2d_backward import Conv2dBackward
from cnn_core.numerals import FEWEST
from cnn_core.trace import address_of
from scenes.mobjects.arrangement import Column, Part, Row
from scenes.mobjects.grid import NumberGrid
from scenes.mobjects.sheets import Sheet, plan, sheet_of
from scenes.mobjects.stamp import stamp_size
from scenes.mobjects.text import Label, Number
from scenes.mobjects.travel import EARLY, LATE

__all__ = ["Carried", "Watched", "all_of", "back_arrangements", "in_lines"]

_SMALL = 0.74
"""Side of a cell of kernels and outputs, in those of images."""
_TAGS = {"grad_weight": ("dL/dw", "kernel"), "grad_input": ("dL/dx", "input"), "grad_output": ("dL/dy", "output")}


@dataclass(frozen=True)
class Watched:
    """The output map, and the channel of `x` that its kernel sees first, whose gradients are told.

    Attributes
    ----------
    c_out, c
        Output map and channel.
    share
        Side of a cell of the image's gradient, in those of the image.
    """

    trace: Conv2dBackward
    c_out: int
    c: int
    share: float

    @property
    def many(self) -> bool:
        """Whether there are other channels or other kernels."""
        return bool(self.trace.x.shape[1] > 1 or self.trace.output.shape[1] > 1)

    def place(self, name: str) -> tuple[int, int]:
        """Return which map of an array it is, by its first two indices."""
        if name.endswith("weight"):
            return self.c_out, 0
        return 0, self.c_out if name.endswith("output") else self.c

    def at(self, name: str, row: int, column: int) -> str:
        n, c = self.place(name)
        return f"{name}[{n},{c},{row},{column}]"

    def called(self, name: str, tag: str) -> str:
        """Return the tag of an array, with the indices of its map where there are several."""
        return address_of(tag, self.place(name)) if self.many else tag

    def sheet(self, name: str, tag: str, role: str, of: str = "", trace: Any = None, **options: Any) -> Sheet:
        return sheet_of(trace or self.trace, name, self.called(name, tag), role, of, self.place(name), **options)

    def gradient(self, name: str, of: str = "", trace: Any = None, **options: Any) -> Sheet:
        tag, role = _TAGS[name]
        options = {"share": self.share if name == "grad_input" else _SMALL, **options}
        return self.sheet(name, tag, role, of, trace, is_gradient=True, **options)

    def image(self) -> Sheet:
        """Return the image with its padding."""
        (top, bottom), (left, right) = self.trace.forward.padding
        H, W = self.trace.x.shape[2:]

        def address(row: int, column: int) -> str:
            i, j = row - top, column - left
            return self.at("x", i, j) if 0 <= i < H and 0 <= j < W else self.at("x_padded", row, column)

        values = self.trace.forward.x_padded[0, self.c]
        return Sheet(
            self.called("x", "x"), values, address, "input", self.trace.decimals("x"), ring=(top, bottom, left, right)
        )

    def forth_and_back(self, *, on_plates: bool) -> dict[str, Sheet]:
        """Return image, kernel and output, and a gradient for each; a kernel on plates leaves its place."""
        return {
            "x": self.image(),
            "weight": self.sheet("weight", "w", "kernel", share=_SMALL, place="grad_weight" if on_plates else ""),
            "output": self.sheet("output", "y", "output", share=_SMALL, place="grad_output"),
            "grad_output": self.gradient("grad_output"),
            "grad_weight": self.gradient("grad_weight", filled=False),
            "grad_input": self.gradient("grad_input", filled=False),
        }

    def step_sheets(self, name: str, stepped: Any) -> dict[str, Sheet]:
        """Return kernel or output before a step, its gradient, and the same after it."""
        tag, role = {"weight": ("w", "kernel"), "output": ("y", "output")}[name]
        return {
            "before": self.sheet(name, tag, role),
            "gradient": self.gradient(f"grad_{name}", share=1.0),
            "after": self.sheet(name, f"{tag}′", role, "stepped.", stepped),
        }


def back_arrangements(sheets: dict[str, Sheet]) -> list[Part]:
    """Arrange the image and its gradient beside each other, and beside or below them what is smaller."""
    x, dw, dx, dy = (plan(key, sheets[key]) for key in ("x", "grad_weight", "grad_input", "grad_output"))
    kernels: list[Part] = [dw] if sheets["weight"].place else [plan("weight", sheets["weight"]), dw]
    small = Column([Row(kernels, 0.4), dy], 0.15)
    return [
        Row([x, dx, small], 0.6),
        Column([Row([x, small], 0.5, 0), dx], 0.2),
        Column([Row([x, dx], 0.5), Row([*kernels, dy], 0.5)], 0.15),
        Row([x, dx, small], 0.3),
    ]


def all_of(trace: Conv2dBackward, name: str) -> dict[str, Sheet]:
    """Return the gradients of all channels, or of all kernels, each for every channel that it saw."""
    tag, role = _TAGS[name]
    maps = list(np.ndindex(trace.values()[name].shape[:2]))
    return {
        f"{name} {n} {c}": sheet_of(trace, name, address_of(tag, (n, c)), role, "", (n, c), is_gradient=True)
        for n, c in maps
    }


def in_lines(sheets: dict[str, Sheet]) -> list[Part]:
    """Arrange maps in one line, in two, in three, or below each other."""
    plans = [plan(key, sheet) for key, sheet in sheets.items()]
    return [
        Column([Row(plans[k : k + most], 0.5) for k in range(0, len(plans), most)], 0.25)
        for most in range(len(plans), 0, -1)
    ]


class Carried(VGroup):
    """The products that an output hands back, as cards where they were met; then they stand where they are added.

    A frame shows the way from there to there, so that no number crosses another one. Where a number stands already, it
    makes room, and the product stands on a plate below it.

    Parameters
    ----------
    ways
        From a cell of the one grid to a cell of the other, with the address of the product and how it is written.
    """

    def __init__(
        self,
        start: NumberGrid,
        end: NumberGrid,
        ways: Mapping[tuple[Pair, Pair], tuple[str, str]],
    ) -> None:
        self.end, self.cells = end, [target for _, target in ways]
        said, color = list(ways.values()), end.role
        products = np.array([[float(text) for _, text in said]])
        self.on_plates = bool(end.numbers) and bool(stamp_size(products, FEWEST, end.cell))
        met = [card(start, source, one, color) for (source, _), one in zip(ways, said, strict=True)]
        make = plate if self.on_plates else card
        self.added = VGroup(*(make(end, cell, one, color) for cell, one in zip(self.cells, said, strict=True)))
        self.frame = SurroundingRectangle(VGroup(*met), color=color, buff=0.0, stroke_width=4)
        super().__init__(*met)

    def appear(self) -> Animation:
        return FadeIn(self, self.frame)

    def go(self) -> list[Animation]:
        """Return the animations in which the frame leaves with what is in it, and numbers make room for it."""
        numbers = [self.end.numbers[cell] for cell in self.cells if self.on_plates and cell in self.end.numbers]
        up = 0.24 * self.end.cell * UP
        goal = SurroundingRectangle(self.added, color=self.end.role, buff=0.0, stroke_width=4)
        lifted = [ApplyMethod(number.shift, up, rate_func=EARLY) for number in numbers]
        return [
            FadeOut(self, rate_func=EARLY),
            Transform(self.frame, goal),
            *lifted,
            FadeIn(self.added, rate_func=LATE),
        ]


def card(grid: NumberGrid, cell: Pair, said: tuple[str, str], color: str) -> VGroup:
    """Return a product that covers a cell."""
    address, text = said
    face = Rectangle(width=0.92 * grid.cell, height=0.92 * grid.cell, color=color, stroke_width=2)
    number = Number(text, address, grid.text_size or 0.4 * grid.cell, grid.theme.text)
    number.scale(min(1.0, 0.84 * grid.cell / number.width))
    return VGroup(face.set_fill(grid.theme.background, opacity=1), number).move_to(grid.cell_center(*cell))


def plate(grid: NumberGrid, cell: Pair, said: tuple[str, str], color: str) -> VGroup:
    """Return a product with its sign in the lower half of a cell."""
    address, text = said
    face = Rectangle(width=0.91 * grid.cell, height=0.46 * grid.cell, color=color, stroke_width=2)
    size = stamp_size(np.array([[float(text)]]), FEWEST, grid.cell)
    words = VGroup(Number(text, address, size, grid.theme.text))
    if not text.startswith("-"):
        words.add_to_back(Label("+", size, color)).arrange(RIGHT, buff=0.1 * size)
    face.set_fill(grid.theme.background, opacity=1)
    return VGroup(face, words).move_to(grid.cell_center(*cell) + 0.25 * grid.cell * DOWN)
