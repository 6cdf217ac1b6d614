"""Where a step is shown: images against kernels, with the maps between them; then kernels, gradients, new kernels."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from manim import DOWN, LEFT, RIGHT, VGroup, config

from cnn_core.arrays import Array
from cnn_core.sgd_step import SgdStepTrace
from scenes.layout import Box, smallest_text
from scenes.marks import Ring
from scenes.mobjects.bars import share
from scenes.mobjects.gradient import GradientGrid
from scenes.mobjects.grid import NumberGrid, Window
from scenes.mobjects.panels import NAME_HEIGHT, Panel, ring_around
from scenes.mobjects.text import Label, Number
from scenes.theme import Theme

__all__ = ["NAMES", "ForwardBoard", "StepGrids"]

NAMES = "AB"
_BETWEEN = 0.15
"""Between rows, in scene units."""
_WORDS = 6.0
"""Room for probabilities and for what logits are asked for, in a wide frame, in em."""
_LARGEST_CELL = 1.05
_APART = 0.15
"""Between the rows of the two kernels, in scene units."""


class ForwardBoard:
    """A table: a row for each image, a column for each kernel, and what the kernel answers where they meet.

    Attributes
    ----------
    kernels, images, maps
        Grids; `maps[n][k]` is that of image n and kernel k.
    heads, answers
        Kernels and images with the kernels' names; all maps.
    """

    def __init__(self, trace: SgdStepTrace, theme: Theme, box: Box) -> None:
        self.trace, self.theme, self.box = trace, theme, box
        self.tall, wide = config.frame_height > config.frame_width, config.frame_width > config.frame_height
        self.wide = wide
        self.size = max(0.36 if wide else 0.24 if self.tall else 0.33, smallest_text())
        self.gap = 0.5 if wide or self.tall else 0.42
        (kernels, images, maps), side, small = self._places(wide)

        def grid(values: Array, address: str, role: str, place: np.ndarray, side: float) -> NumberGrid:
            made = NumberGrid(values, address.format, role, theme, side / max(values.shape))
            return made.shift(place - made.get_center())

        self.kernels = [
            grid(trace.before[k, 0], f"before[{k},0,{{}},{{}}]", theme.kernel, kernels[k], side) for k in range(2)
        ]
        self.images = [grid(trace.x[n, 0], f"x[{n},0,{{}},{{}}]", theme.input, images[n], small) for n in range(2)]
        self.maps = [
            [grid(trace.maps[n, k], f"maps[{n},{k},{{}},{{}}]", theme.output, maps[n][k], side) for k in range(2)]
            for n in range(2)
        ]
        named = self.kernels if kernels[0][1] == kernels[1][1] else [*self.kernels, *self.maps[0]]
        self.names = VGroup(
            *(
                Label(NAMES[index % 2], 1.2 * self.size, theme.kernel, "semibold").next_to(one, LEFT, buff=0.08)
                for index, one in enumerate(named)
            )
        )
        self.heads = VGroup(*self.kernels, *self.images, self.names)
        self.answers = VGroup(*self.maps[0], *self.maps[1])

    def _places(
        self, wide: bool
    ) -> tuple[tuple[list[np.ndarray], list[np.ndarray], list[list[np.ndarray]]], float, float]:
        """Return the middles of kernels, images and maps, the side of kernels and maps, and that of an image.

        In a wide frame the kernels stand on top of each other at the left, and images, which have more cells, are
        larger; in others kernels stand above the maps that they make.
        """
        box, rows = self.box, 2 if wide else 3
        side = (box.height - (3.2 * self.size if self.tall else 0.0) - _BETWEEN * (rows - 1)) / rows
        small = min(side, 1.3) if self.tall else side
        if wide:
            side = min(side, (box.width - small - 4 * self.gap - _WORDS * self.size) / 3)
        elif self.tall:
            side = min(side, (box.width - small - 2 * self.gap) / 2)
        pitch = small if wide else side
        ys = [box.top - pitch / 2 - row * (pitch + _BETWEEN) for row in range(rows)]
        sides = [side, small, side, side] if wide else [small, side, side]
        lefts = np.cumsum([self.gap if wide else 0.0, *(one + self.gap for one in sides[:-1])])
        xs = [box.left + left + one / 2 for left, one in zip(lefts, sides, strict=True)]
        if wide:
            kernels = [np.array([xs[0], y, 0]) for y in ys]
            return (kernels, [np.array([xs[1], y, 0]) for y in ys], middles(xs[2:], ys)), side, small
        kernels = [np.array([x, ys[0], 0]) for x in xs[1:]]
        return (kernels, [np.array([xs[0], y, 0]) for y in ys[1:]], middles(xs[1:], ys[1:])), side, small

    def rings(self, n: int) -> list[Ring]:
        """Return rings around the largest values of an image's maps."""
        places = [self.trace.winner(n, k) for k in range(2)]
        return [ring_around(self.maps[n][k], *place) for k, place in enumerate(places) if place is not None]

    def line(self, n: int, which: str) -> VGroup:
        """Return a name and its two numbers, at an image's row: its probabilities, or what its logits are asked for."""
        size = self.size
        if which == "p":
            cost = self.trace.costs["cost"]
            numbers = [
                share(float(cost.probabilities[n, k]), f"cost.probabilities[{n},{k}]", size, self.theme.output)
                for k in range(2)
            ]
        else:
            found = [self.trace.result("grad_logits", n, k) for k in range(2)]
            numbers = [Number(one.text, one.address, size, self.theme.output) for one in found]
        row = VGroup(Label("p" if which == "p" else "dL/dz", size, self.theme.muted), *numbers)
        row.arrange(RIGHT if self.tall else DOWN, buff=(0.5 if self.tall else 0.4) * size)
        return self._place(row, n, which)

    def _place(self, row: VGroup, n: int, which: str) -> VGroup:
        first = which == "p"
        if self.tall:
            y = self.maps[1][0].get_bottom()[1] - (1.0 + 1.3 * n) * self.size
            left = self.box.left if first else self.box.left + 0.44 * self.box.width
        else:
            y = self.images[n].get_y()
            left = self.maps[n][1].get_right()[0] + 0.25 + (0.0 if first else 2.64 * self.size)
        return row.move_to(np.array([left, y, 0]), aligned_edge=LEFT)

    def windows(self, n: int) -> list[Window]:
        """Return the outline of each map's winner's window on its image."""
        windows = []
        for k in range(2):
            place = self.trace.winner(n, k)
            if place is not None:
                windows.append(Window(self.images[n], self.trace.before.shape[2:], self.theme).place(*place))
        return windows[:1]


def middles(xs: list[float], ys: list[float]) -> list[list[np.ndarray]]:
    return [[np.array([x, y, 0]) for x in xs] for y in ys]


class StepGrids:
    """For each kernel: before, gradient, after, side by side; in narrow frames the kernel changes in its place.

    Attributes
    ----------
    before, gradient, after
        Panels, one for each kernel.
    alike
        What the gradient would be if both answers used both kernels alike.
    after_alike
        The kernels after a step with it.
    """

    def __init__(self, trace: SgdStepTrace, theme: Theme, box: Box) -> None:
        self.trace, self.theme, self.box = trace, theme, box
        self.wide = config.frame_width > config.frame_height
        self.tall = config.frame_height > config.frame_width
        kH, kW = trace.before.shape[2:]
        count, below = (3 if self.wide else 2), (NAME_HEIGHT if self.tall else 0.0)
        self.room = room = box.part(0, 0.8) if self.wide else box
        gap, first = (0.6, 0.0) if self.tall else (1.62 if self.wide else 1.3, 0.5)
        down = (box.height - 2 * below - _APART) / 2
        self.cell = min(_LARGEST_CELL, (room.width - first - gap * (count - 1)) / (count * kW), down / kH)
        width = first + count * kW * self.cell + gap * (count - 1)
        left = first + (room.left if self.wide else room.center[0] - width / 2)
        xs = [left + kW * self.cell / 2 + column * (kW * self.cell + gap) for column in range(count)]
        self.pitch = kH * self.cell + below + _APART
        self.before = [self._panel("before", k, NAMES[k], xs[0]) for k in range(2)]
        self.gradient = [self._panel("gradient", k, f"dL/d{NAMES[k]}", xs[1]) for k in range(2)]
        self.alike = [self._panel("gradient_alike", k, f"dL/d{NAMES[k]}", xs[1]) for k in range(2)]
        self.after = [self._panel("after", k, f"{NAMES[k]}′", xs[2] if self.wide else xs[0]) for k in range(2)]
        self.after_alike = [
            self._panel("after_alike", k, f"{NAMES[k]}′", xs[2] if self.wide else xs[0]) for k in range(2)
        ]
        signs = (((0, "−"), (1, "=")) if trace.lr == 1 else ((1, "→"),)) if self.wide else ()
        self.signs = VGroup(
            *(
                Label(sign, 0.5, theme.muted).move_to(np.array([xs[at] + kW * self.cell / 2 + 0.3, self._y(k), 0]))
                for at, sign in signs
                for k in range(2)
            )
        )

    def _y(self, k: int) -> float:
        kH = self.trace.before.shape[2]
        y: float = self.box.top - k * self.pitch - kH * self.cell / 2
        return y

    def _panel(self, name: str, k: int, called: str, x: float) -> Panel:
        values = getattr(self.trace, name)[k, 0]
        kind = GradientGrid if name.startswith("gradient") else NumberGrid
        grid = kind(values, f"{name}[{k},0,{{}},{{}}]".format, self.theme.kernel, self.theme, self.cell)
        panel = Panel(grid, called)
        if not self.tall:
            panel.caption.next_to(grid, LEFT, buff=0.15)
        return panel.shift(np.array([x, self._y(k), 0]) - grid.get_center())

    def verdicts(self) -> VGroup:
        """Return beside each image of a class how probable its class was before and is now, in a wide frame."""
        if not self.wide:
            return VGroup()
        box = replace(self.box, left=self.room.right + 0.3)
        rows = VGroup()
        for n in range(2):
            image = self.trace.x[n, 0]
            side = min(0.62 * self.pitch, 0.9 * box.width)
            grid = NumberGrid(
                image, f"x[{n},0,{{}},{{}}]".format, self.theme.input, self.theme, side / max(image.shape), digits=False
            )
            words = self.change(n, max(0.36, smallest_text()))
            rows.add(VGroup(grid, words).arrange(DOWN, buff=0.15).move_to(np.array([box.center[0], self._y(n), 0])))
        return rows.shift(0.15 * DOWN)

    def change(self, n: int, size: float) -> VGroup:
        """Return `p 0.500 → 0.731`, of the image's own class."""
        k = int(self.trace.target[n])
        numbers = [
            share(float(cost.probabilities[n, k]), f"{name}.probabilities[{n},{k}]", size, color, weight)
            for (name, cost), color, weight in zip(
                self.trace.costs.items(), (self.theme.muted, self.theme.output), ("regular", "semibold"), strict=True
            )
        ]
        parts = [Label("p", size, self.theme.output), numbers[0], Label("→", size, self.theme.muted), numbers[1]]
        return VGroup(*parts).arrange(RIGHT, buff=0.35 * size)
