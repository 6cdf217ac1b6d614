"""A number line with dots stacked on it, and a mark for their mean and spread."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from manim import UP, Animation, Circle, ManimColor, VGroup, VMobject, interpolate_color

from cnn_core.arrays import Array, IntArray
from cnn_core.numerals import as_text, decimals_for, typeset
from scenes.mobjects.text import Label
from scenes.theme import Theme

__all__ = ["Dots", "Glide", "MeanMark", "NumberLine", "dot_size", "nice_step", "stacked"]

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
            text = typeset(as_text(value, decimals_for([self.step], most=6)))
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
        """Put the line at this height."""
        self.shift((y - self.y) * UP)
        self.y = y

    def x_of(self, value: Any) -> Any:
        """Return where a value, or each of an array, stands."""
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
        """Remember where the dots are when the animation starts."""
        self.start = np.array(self.placed.state)
        self.start_color = self.placed.get_fill_color()
        super().begin()

    def interpolate_mobject(self, alpha: float) -> None:
        """Put the dots between start and goal."""
        share = self.rate_func(alpha)
        self.placed.place((1 - share) * self.start + share * self.goal)
        if self.color is not None:
            self.placed.set_fill(interpolate_color(self.start_color, ManimColor(self.color), share))
