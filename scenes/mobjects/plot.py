"""Axes with round numbers: a number line with dots on it, and the curve of a function with a probe."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from manim import UP, Animation, Circle, Dot, ManimColor, VGroup, VMobject, interpolate_color

from cnn_core.arrays import Array, IntArray
from cnn_core.numerals import as_text, decimals_for, true_minus
from scenes.layout import Box
from scenes.mobjects.text import Label, width_of
from scenes.theme import Theme

__all__ = [
    "Curve",
    "Dots",
    "Glide",
    "MeanMark",
    "MoveProbe",
    "NumberLine",
    "Probe",
    "dot_size",
    "round_numbers",
    "stacked",
]

CIRCLE = Circle(1.0).points
"""The outline of a dot of radius 1."""

SMALLEST_DOT = 0.13
"""Diameter in scene units below which dots of a high stack rather cover each other."""


def nice_step(least: float) -> float:
    """Return the smallest of 1, 2, 5, 10, 20 ... that is not below `least`.

    >>> nice_step(0.3), nice_step(12)
    (0.5, 20.0)
    """
    power = 10.0 ** np.floor(np.log10(least))
    return float(next(nice * power for nice in (1, 2, 5, 10) if nice * power >= least * (1 - 1e-9)))


def stacked(across: Array, diameter: float) -> IntArray:
    """Return the level of each dot, (n,), when dots that would overlap are put on top of each other.

    >>> stacked(np.array([0.0, 0.0, 3.0, 0.5]), 1.0).tolist()
    [0, 1, 0, 2]
    """
    levels = np.zeros(len(across), dtype=np.int64)
    for index, place in enumerate(across):
        taken = set(levels[:index][np.abs(across[:index] - place) < diameter * 0.999].tolist())
        levels[index] = next(level for level in range(index + 1) if level not in taken)
    return levels


def dot_size(stages: Sequence[Array], height: float, most: float) -> float:
    """Return the largest diameter with which the dots of every stage fit into the height, within bounds."""
    diameter = most
    while diameter > SMALLEST_DOT and any((stacked(stage, diameter).max() + 1) * diameter > height for stage in stages):
        diameter *= 0.9
    return max(diameter, SMALLEST_DOT)


class NumberLine(VGroup):
    """A line from `low` to `high`, with labelled ticks at round numbers.

    Parameters
    ----------
    left, right, y
        Where it stands, in scene units.
    size
        Height of the labels.
    """

    def __init__(self, low: float, high: float, left: float, right: float, y: float, size: float, theme: Theme) -> None:
        super().__init__()
        self.y = y
        self.unit = (right - left) / (high - low)
        self.zero = left - low * self.unit
        self.line = VMobject(stroke_color=theme.muted, stroke_width=3)
        self._segment((left, y), (right, y))
        self.labels = VGroup()
        for value in self._ticks(low, high, size):
            x = self.x_of(value)
            self._segment((x, y), (x, y - 0.12))
            text = true_minus(as_text(value, decimals_for([self.step], most=6)))
            self.labels.add(Label(text, size, theme.muted).move_to(np.array([x, y - 0.5 - 0.4 * size, 0])))
        self.add(self.line, self.labels)

    def _segment(self, start: tuple[float, float], stop: tuple[float, float]) -> None:
        self.line.start_new_path(np.array([*start, 0.0]))
        self.line.add_line_to(np.array([*stop, 0.0]))

    def _ticks(self, low: float, high: float, size: float) -> Array:
        """Choose round numbers so far apart that their labels do not touch."""
        self.step = nice_step(1.2 * size / self.unit)
        while self.step * self.unit < self._widest(low, high, size) + 0.6 * size:
            self.step = nice_step(1.01 * self.step)
        first, last = np.ceil(low / self.step - 1e-9), np.floor(high / self.step + 1e-9)
        return np.arange(first, last + 1) * self.step

    def _widest(self, low: float, high: float, size: float) -> float:
        decimals = decimals_for([self.step], most=6)
        return 0.5 * size * max(len(as_text(end, decimals)) for end in (low, high))

    def raise_to(self, y: float) -> None:
        self.shift((y - self.y) * UP)
        self.y = y

    def x_of(self, value: Any) -> Any:
        return self.zero + self.unit * value


class Dots(VMobject):
    """Any number of dots, as one mobject; `state` holds their centres, (n, 2)."""

    def __init__(self, centres: Array, diameter: float, color: str) -> None:
        super().__init__(stroke_width=0, fill_color=color, fill_opacity=1)
        self.diameter = diameter
        self.place(centres)

    def place(self, state: Array) -> Dots:
        """Put the dots at these centres, (n, 2)."""
        self.state = state
        centres = np.column_stack([state, np.zeros(len(state))])
        self.points = (0.44 * self.diameter * CIRCLE + centres[:, None]).reshape(-1, 3)
        return self

    def on(self, line: NumberLine, values: Array, height: float) -> Array:
        """Return the centres that stack the dots on a line, not higher than `height`."""
        across = np.asarray(line.x_of(values))
        levels = stacked(across, self.diameter)
        rise = min(self.diameter, (height - self.diameter) / max(1, levels.max()))
        return np.column_stack([across, line.y + 0.08 + self.diameter / 2 + rise * levels])


class MeanMark(VGroup):
    """A triangle below the mean, and a bar to each side; `state` holds middle, half the bar's length, and height."""

    def __init__(self, state: Array, theme: Theme) -> None:
        self.bar = VMobject(stroke_color=theme.text, stroke_width=3)
        self.triangle = VMobject(stroke_width=0, fill_color=theme.text, fill_opacity=1)
        super().__init__(self.bar, self.triangle)
        self.place(state)

    def place(self, state: Array) -> MeanMark:
        """Put the mark below a middle, with the bar's half length to each side."""
        self.state = state
        x, half, y = state
        self.bar.clear_points()
        for start, stop in (
            ((x - half, y), (x + half, y)),
            ((x - half, y - 0.08), (x - half, y + 0.08)),
            ((x + half, y - 0.08), (x + half, y + 0.08)),
        ):
            self.bar.start_new_path(np.array([*start, 0.0]))
            self.bar.add_line_to(np.array([*stop, 0.0]))
        corners = [(x - 0.15, y - 0.1), (x + 0.15, y - 0.1), (x, y + 0.18), (x - 0.15, y - 0.1)]
        self.triangle.set_points_as_corners([np.array([*corner, 0.0]) for corner in corners])
        return self


class Glide(Animation):
    """Moves dots or a mark from where they are to another state, and to another colour if there is one."""

    def __init__(self, placed: Dots | MeanMark, goal: Array, color: str | None = None, **options: Any) -> None:
        self.placed, self.goal, self.color = placed, goal, color
        super().__init__(placed, **options)

    def begin(self) -> None:
        self.start = np.array(self.placed.state)
        self.start_color = self.placed.get_fill_color()
        super().begin()

    def interpolate_mobject(self, alpha: float) -> None:
        share = self.rate_func(alpha)
        self.placed.place((1 - share) * self.start + share * self.goal)
        if self.color is not None:
            self.placed.set_fill(interpolate_color(self.start_color, ManimColor(self.color), share))


_Function = Callable[[npt.ArrayLike], Array]
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

    def __init__(self, function: _Function, ends: Ends, name: str, box: Box, size: float, theme: Theme) -> None:
        super().__init__()
        self.function, self.ends, self.theme, self.size = function, ends, theme, size
        xs = np.unique(np.append(np.linspace(*ends, POINTS), 0.0))
        ys = function(xs)
        self.x_ends, self.y_ends = widened(ends), widened((min(0.0, ys.min()), max(0.0, ys.max())))
        self.plane = Box(box.left, box.right - 0.9 * size, box.bottom + 2.6 * size, box.top - 1.3 * size)
        y_ticks = round_numbers(self.y_ends, self.plane.height, lambda _: 1.45 * size)
        left = box.left + 0.4 * size + size * max(map(width_of, y_ticks.values()))
        self.plane = Box(left, self.plane.right, self.plane.bottom, self.plane.top)
        x_ticks = round_numbers(self.x_ends, self.plane.width, lambda texts: size * (0.9 + max(map(width_of, texts))))
        self.lane = box.bottom + 0.5 * size
        self.add(*self._lines(x_ticks, y_ticks), *self._labels(x_ticks, y_ticks), *self._names(name))
        self.line = VMobject(stroke_color=theme.text, stroke_width=5)
        self.line.set_points_as_corners([self.point(x, y) for x, y in zip(xs, ys, strict=True)])

    def point(self, x: float, y: float) -> np.ndarray:
        (x_low, x_high), (y_low, y_high), plane = self.x_ends, self.y_ends, self.plane
        across, up = (x - x_low) / (x_high - x_low), (y - y_low) / (y_high - y_low)
        return np.array([plane.left + across * plane.width, plane.bottom + up * plane.height, 0.0])

    def part_between(self, start: float, stop: float) -> VMobject:
        """Return a stretch of the curve, to be laid upon it."""
        line, xs = VMobject(stroke_color=self.theme.window, stroke_width=9), np.linspace(start, stop, POINTS)
        return line.set_points_as_corners([self.point(x, float(self.function(x))) for x in xs])

    def level(self, y: float) -> VMobject:
        """Return a line across the plane, at a height that the curve does not pass."""
        line = VMobject(stroke_color=self.theme.window, stroke_width=4)
        segment(line, self.point(self.x_ends[0], y), self.point(self.x_ends[1], y))
        return line

    def _lines(self, x_ticks: Ticks, y_ticks: Ticks) -> list[VMobject]:
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
        x, y = Label("x", self.size, self.theme.input), Label(name, self.size, self.theme.output)
        x.move_to((self.plane.right + 0.5 * self.size, self.point(0, 0)[1], 0))
        y.move_to((self.point(0, 0)[0], self.plane.top + 0.7 * self.size, 0))
        return [x, y]


def segment(line: VMobject, start: np.ndarray, stop: np.ndarray) -> None:
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
        ticks = {float(number): true_minus(as_text(number, decimals)) for number in numbers}
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

    @property
    def aside(self) -> np.ndarray:
        """Where a value stands that is read off: beside the dot, which it does not hide."""
        return np.array(self.dot.get_center() + np.array([0.45, 0.45, 0.0]))

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
        self.start = np.array([self.probe.x, self.probe.share])
        super().begin()

    def create_starting_mobject(self) -> Probe:
        """Return the probe itself: where it starts is remembered, and a copy would copy its curve too."""
        return self.probe

    def interpolate_mobject(self, alpha: float) -> None:
        done = self.rate_func(alpha)
        self.probe.place(*((1 - done) * self.start + done * self.goal))
