"""The curve of a function over its axes, and a probe that stands on the x axis or on the curve."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
from manim import Animation, Dot, ManimColor, VGroup, VMobject, interpolate_color

from cnn_core.arrays import Array
from cnn_core.numerals import as_text, decimals_for, typeset
from scenes.layout import Box
from scenes.mobjects.number_line import nice_step
from scenes.mobjects.text import Label, width_of
from scenes.theme import Theme

__all__ = ["Curve", "MoveProbe", "Probe", "round_numbers"]

Function = Callable[[npt.ArrayLike], Array]
Ends = tuple[float, float]
Ticks = Mapping[float, str]

POINTS = 241
"""Points through which a curve is drawn."""


class Curve(VGroup):
    """A function over a grid of round numbers, with a lane below in which a number can stand.

    Parameters
    ----------
    ends
        From where to where x goes; 0 lies between.
    name
        As the value is called, such as `ReLU(x)`.
    box
        Where everything stands, labels and lane included.
    size
        Height of the labels, and of the lane.
    """

    def __init__(self, function: Function, ends: Ends, name: str, box: Box, size: float, theme: Theme) -> None:
        super().__init__()
        self.function, self.theme, self.size = function, theme, size
        xs = np.unique(np.append(np.linspace(*ends, POINTS), 0.0))
        ys = function(xs)
        self.x_ends, self.y_ends = widened(ends), widened((min(0.0, ys.min()), max(0.0, ys.max())))
        self.plane = Box(box.left, box.right - 0.9 * size, box.bottom + 2.6 * size, box.top - 1.3 * size)
        y_ticks = round_numbers(self.y_ends, self.plane.height, lambda _: 1.7 * size)
        left = box.left + 0.4 * size + size * max(map(width_of, y_ticks.values()))
        self.plane = Box(left, self.plane.right, self.plane.bottom, self.plane.top)
        x_ticks = round_numbers(self.x_ends, self.plane.width, lambda texts: size * (0.9 + max(map(width_of, texts))))
        self.lane = box.bottom + 0.5 * size
        self.add(*self._lines(x_ticks, y_ticks), *self._labels(x_ticks, y_ticks), *self._names(name))
        self.line = VMobject(stroke_color=theme.text, stroke_width=5)
        self.line.set_points_as_corners([self.point(x, y) for x, y in zip(xs, ys, strict=True)])

    def point(self, x: float, y: float) -> np.ndarray:
        """Return the place of a pair of numbers."""
        (x_low, x_high), (y_low, y_high), plane = self.x_ends, self.y_ends, self.plane
        across, up = (x - x_low) / (x_high - x_low), (y - y_low) / (y_high - y_low)
        return np.array([plane.left + across * plane.width, plane.bottom + up * plane.height, 0.0])

    def _lines(self, x_ticks: Ticks, y_ticks: Ticks) -> list[VMobject]:
        """Draw the grid and the two axes."""
        grid = VMobject(stroke_color=self.theme.muted, stroke_width=1, stroke_opacity=0.25)
        axes = VMobject(stroke_color=self.theme.muted, stroke_width=2.5)
        for x in x_ticks:
            segment(grid if x else axes, self.point(x, self.y_ends[0]), self.point(x, self.y_ends[1]))
        for y in y_ticks:
            segment(grid if y else axes, self.point(self.x_ends[0], y), self.point(self.x_ends[1], y))
        return [grid, axes]

    def _labels(self, x_ticks: Ticks, y_ticks: Ticks) -> list[Label]:
        """Write the round numbers below and to the left of the plane."""
        labels = []
        for x, text in x_ticks.items():
            place = (self.point(x, 0)[0], self.plane.bottom - 0.8 * self.size, 0)
            labels.append(Label(text, self.size, self.theme.muted).move_to(place))
        for y, text in y_ticks.items():
            label = Label(text, self.size, self.theme.muted)
            place = (self.plane.left - 0.3 * self.size - label.width / 2, self.point(0, y)[1], 0)
            labels.append(label.move_to(place))
        return labels

    def _names(self, name: str) -> list[Label]:
        """Write what the axes are at their ends."""
        x, y = Label("x", self.size, self.theme.input), Label(name, self.size, self.theme.output)
        x.move_to((self.plane.right + 0.5 * self.size, self.point(0, 0)[1], 0))
        y.move_to((self.point(0, 0)[0], self.plane.top + 0.7 * self.size, 0))
        return [x, y]


def segment(line: VMobject, start: np.ndarray, stop: np.ndarray) -> None:
    """Add a segment to a line."""
    line.start_new_path(start)
    line.add_line_to(stop)


def widened(ends: Ends) -> Ends:
    """Leave some room at both ends."""
    margin = 0.08 * (ends[1] - ends[0])
    return ends[0] - margin, ends[1] + margin


def round_numbers(ends: Ends, length: float, room: Callable[[Iterable[str]], float]) -> Ticks:
    """Return round numbers between the ends of an axis, and how they are written.

    Parameters
    ----------
    length
        Of the axis, in scene units.
    room
        Says how far apart labels must be, in scene units, when they read like this.
    """
    low, high = ends
    step = nice_step((high - low) / 20)
    while True:
        numbers = np.arange(np.ceil(low / step), np.floor(high / step) + 1) * step
        decimals = decimals_for([step], most=6)
        ticks = {float(number): typeset(as_text(number, decimals)) for number in numbers}
        if step * length / (high - low) >= room(ticks.values()):
            return ticks
        step = nice_step(1.01 * step)


class Probe(VGroup):
    """A dot at a value of x, between the axis and the curve, with lines to the edges where it can be read off."""

    def __init__(self, curve: Curve, theme: Theme, x: float) -> None:
        super().__init__()
        self.curve, self.theme = curve, theme
        self.guides = VMobject(stroke_color=theme.window, stroke_width=2)
        self.dot = Dot(radius=0.11, color=theme.input)
        self.add(self.guides, self.dot)
        self.place(x, 0.0)

    def place(self, x: float, share: float) -> Probe:
        """Stand at x, this share of the way from the axis to the curve."""
        self.x, self.share = x, share
        curve = self.curve
        dot = curve.point(x, share * float(curve.function(x)))
        self.guides.clear_points()
        segment(self.guides, np.array([dot[0], curve.plane.bottom, 0]), dot)
        if abs(dot[1] - curve.point(x, 0)[1]) > 0.05:  # otherwise it would hide the axis
            segment(self.guides, np.array([curve.plane.left, dot[1], 0]), dot)
        self.dot.move_to(dot)
        self.dot.set_fill(interpolate_color(ManimColor(self.theme.input), ManimColor(self.theme.output), share))
        return self


class MoveProbe(Animation):
    """Moves a probe along the axis, up to the curve, or along the curve."""

    def __init__(self, probe: Probe, x: float, share: float, **options: Any) -> None:
        self.probe, self.goal = probe, np.array([x, share])
        super().__init__(probe, **options)

    def begin(self) -> None:
        """Remember where the probe is when the animation starts."""
        self.start = np.array([self.probe.x, self.probe.share])
        super().begin()

    def create_starting_mobject(self) -> Probe:
        """Return the probe itself: where it starts is remembered, and a copy would copy its curve too."""
        return self.probe

    def interpolate_mobject(self, alpha: float) -> None:
        """Put the probe between start and goal."""
        done = self.rate_func(alpha)
        self.probe.place(*((1 - done) * self.start + done * self.goal))
