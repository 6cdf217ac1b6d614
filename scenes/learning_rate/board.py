"""Where the learning rate is shown: first image, kernel, output and errors, then kernel, gradient and curve."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from manim import DOWN, RIGHT, UP, VGroup, VMobject, config

from cnn_core.arrays import Array
from cnn_core.learning_rate import LearningRateTrace
from scenes.layout import Box, smallest_text
from scenes.mobjects.gradient import GradientGrid
from scenes.mobjects.grid import NumberGrid
from scenes.mobjects.panels import NAME_HEIGHT, Panel
from scenes.mobjects.plane import Plane
from scenes.theme import Theme

__all__ = ["ErrorBoard", "Places", "StepBoard"]

_GAP = 0.45
_LARGEST_CELL = 1.15
_POINTS = 121


@dataclass(frozen=True)
class Places:
    """The boxes of the second part: kernel and gradient, the list of rates, the curve."""

    grids: Box
    rates: Box
    curve: Box

    @classmethod
    def of(cls, stage: Box) -> Places:
        width, height = config.frame_width, config.frame_height
        if width > height:
            left, curve = stage.part(0, 0.44), stage.part(0.48, 1)
            middle = stage.bottom + 0.36 * stage.height
            return cls(replace(left, bottom=middle), replace(left, top=middle), curve)
        middle = stage.bottom + 0.58 * stage.height
        grids, rest = replace(stage, bottom=middle), replace(stage, top=middle - 0.1)
        if height == width:
            grids, rest = stage.part(0, 0.3), stage.part(0.34, 1)
        line = rest.top - (5.4 if height == width else 3.6) * smallest_text()
        return cls(grids, replace(rest, bottom=line), replace(rest, top=line - 0.1))


def grid_of(values: Array, address: str, role: str, theme: Theme, cell: float, *, filled: bool = True) -> NumberGrid:
    return NumberGrid(values, address.format, role, theme, cell, filled=filled)


class ErrorBoard(VGroup):
    """Image, kernel, output, what is wanted and by how much the output misses it."""

    def __init__(self, trace: LearningRateTrace, theme: Theme, room: Box) -> None:
        (rows, columns), (kH, kW), (H, W) = (a.shape[2:] for a in (trace.x, trace.weight, trace.output))
        slots = [columns, kW, W, max(W, kW), W]
        aspect = config.frame_width - config.frame_height
        lines = [slots] if aspect > 0 else [slots[:2], slots[2:]] if aspect < 0 else [slots[1:3], slots[3:]]
        first, beside = (0.0, 0) if aspect else (_GAP, columns)  # in a square frame, all others stand beside the image
        across = min((room.width - first - _GAP * (len(line) - 1)) / (beside + sum(line)) for line in lines)
        tallest = [max(rows, kH)] if aspect > 0 else [max(rows, kH) if aspect else max(kH, H), max(H, kH)]
        names = NAME_HEIGHT * len(lines) + _GAP * (len(lines) - 1)
        cell = min(_LARGEST_CELL, across, (room.height - names) / sum(tallest), (room.height - NAME_HEIGHT) / rows)

        def panel(name: str, values: Array, address: str, role: str) -> Panel:
            return Panel(grid_of(values[0, 0], f"{address}[0,0,{{}},{{}}]", role, theme, cell), name)

        self.x, self.weight = panel("x", trace.x, "x", theme.input), panel("w", trace.weight, "weight", theme.kernel)
        self.output, self.wanted = (
            panel("y", trace.output, "output", theme.output),
            panel("t", trace.target, "target", theme.text),
        )
        gradients = (("grad_output", theme.output, "dL/dy"), ("grad_weight", theme.kernel, "dL/dw"))
        self.grad_output, self.grad_weight = (
            Panel(GradientGrid(getattr(trace, name)[0, 0], f"{name}[0,0,{{}},{{}}]".format, role, theme, cell), called)
            for name, role, called in gradients
        )
        panels = [self.x, self.weight, self.output, self.wanted, self.grad_output]
        super().__init__(self.x, self.weight, self.output, self.wanted)
        top, start = room.center[1] + (cell * sum(tallest) + names) / 2, room.center[0]
        if beside:
            left = start - (cell * (beside + max(map(sum, lines))) + 2 * _GAP) / 2
            stand_in_line(
                [self.x], [columns], cell, np.array([left + cell * columns / 2, room.center[1] + NAME_HEIGHT / 2, 0])
            )
            panels.remove(self.x)
            start += (cell * columns + _GAP) / 2
        for line, high in zip(lines, tallest, strict=True):
            stand_in_line(panels[: len(line)], line, cell, np.array([start, top - high * cell / 2, 0]))
            del panels[: len(line)]
            top -= high * cell + NAME_HEIGHT + _GAP
        self.grad_weight.shift(self.wanted.grid.get_center() - self.grad_weight.grid.get_center())


def stand_in_line(panels: Sequence[Panel], slots: Sequence[int], cell: float, middle: np.ndarray) -> None:
    """Stand grids beside each other, each in the middle of a slot of so many cells."""
    left = middle[0] - (cell * sum(slots) + _GAP * (len(slots) - 1)) / 2
    for panel, slot in zip(panels, slots, strict=True):
        panel.shift(np.array([left + slot * cell / 2, middle[1], 0]) - panel.grid.get_center())
        left += slot * cell + _GAP


class StepBoard(VGroup):
    """Kernel and gradient, side by side or below each other, and the curve on which the loss lies along the step."""

    def __init__(self, trace: LearningRateTrace, theme: Theme, places: Places) -> None:
        self.trace, self.theme = trace, theme
        kH, kW = trace.weight.shape[2:]
        room = places.grids
        ways = [  # the largest cells, and how far apart the middles are
            (min((room.width - _GAP) / (2 * kW), (room.height - NAME_HEIGHT) / kH), kW, _GAP * RIGHT, RIGHT),
            (min(room.width / kW, (room.height / 2 - NAME_HEIGHT) / kH), kH, NAME_HEIGHT * DOWN, DOWN),
        ]
        cell, cells, between, way = max(ways, key=lambda one: one[0])
        self.cell = min(_LARGEST_CELL, cell)
        self.weight = self.kernel()
        gradient = GradientGrid(
            trace.grad_weight[0, 0], "grad_weight[0,0,{},{}]".format, theme.kernel, theme, self.cell
        )
        self.gradient = Panel(gradient, "dL/dw")
        self.middles = [room.center + sign * (cells * self.cell * way + between) / 2 for sign in (-1, 1)]
        for panel, middle in zip((self.weight, self.gradient), self.middles, strict=True):
            panel.shift(middle + NAME_HEIGHT / 2 * UP - panel.grid.get_center())
        size = max(0.3, smallest_text())
        self.reach = 1.06 * float(trace.rates.max())
        xs = np.linspace(0, self.reach, _POINTS)
        self.most = 1.06 * float(max(trace.loss_at(xs).max(), trace.loss))
        self.plane = Plane((0, self.reach), (0, self.most), ("η", "L"), places.curve, size, theme)
        self.curve = self.plane.line(xs, trace.loss_at(xs), theme.text)
        super().__init__(self.weight, self.gradient)

    def kernel(self, k: int | None = None) -> Panel:
        """Return the kernel in its place, before the step or after that with a rate."""
        trace = self.trace
        values = trace.weight[0, 0] if k is None else trace.weights[k]
        address = "weight[0,0,{},{}]" if k is None else f"weights[{k},{{}},{{}}]"
        panel = Panel(grid_of(values, address, self.theme.kernel, self.theme, self.cell), "w" if k is None else "w′")
        if k is not None:
            panel.shift(self.weight.grid.get_center() - panel.grid.get_center())
        return panel

    def slope(self) -> VMobject:
        """Return the line on which the loss would fall if the slope stayed what it is where the step begins."""
        end = min(self.reach, self.trace.loss / self.trace.slope)
        return self.plane.line(
            (0, end), (self.trace.loss, self.trace.loss - self.trace.slope * end), self.theme.muted, 3
        )

    def on_curve(self, rate: float) -> np.ndarray:
        return self.plane.point(rate, float(self.trace.loss_at(rate)))
