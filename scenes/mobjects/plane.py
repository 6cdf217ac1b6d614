"""A plane with named axes and round numbers, in which curves and dots are drawn."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from manim import VGroup, VMobject

from scenes.layout import Box
from scenes.mobjects.plot import Ends, Ticks, round_numbers, segment
from scenes.mobjects.text import Label, width_of
from scenes.theme import Theme

__all__ = ["Plane"]


class Plane(VGroup):
    """Axes in a box.

    Parameters
    ----------
    x_ends, y_ends
        From where to where the axes go.
    names
        Of the axes: below the end of the one, above the end of the other.
    size
        Height of the labels.
    x_ticks, y_ticks
        Where which labels stand; round numbers if not given. One without letters is a tick alone.
    """

    def __init__(
        self,
        x_ends: Ends,
        y_ends: Ends,
        names: tuple[str, str],
        box: Box,
        size: float,
        theme: Theme,
        *,
        x_ticks: Ticks | None = None,
        y_ticks: Ticks | None = None,
    ) -> None:
        super().__init__()
        self.x_ends, self.y_ends, self.size, self.theme = x_ends, y_ends, size, theme
        below = 1.5 if x_ticks is None or any(x_ticks.values()) else 0.4
        top, bottom = box.top - (1.3 * size if names[1] else 0.4 * size), box.bottom + below * size
        y_ticks = y_ticks or round_numbers(y_ends, top - bottom, lambda _: 1.7 * size)
        left = box.left + 0.5 * size + size * max(map(width_of, y_ticks.values()))
        self.area = Box(left, box.right - (width_of(names[0]) + 0.5) * size, bottom, top)
        x_ticks = x_ticks or round_numbers(x_ends, self.area.width, lambda texts: size * (0.9 + widest(texts)))
        self.add(*self._lines(x_ticks, y_ticks), *self._labels(x_ticks, y_ticks), *self._names(names))

    def point(self, x: float, y: float) -> np.ndarray:
        (x_low, x_high), (y_low, y_high), area = self.x_ends, self.y_ends, self.area
        across, up = (x - x_low) / (x_high - x_low), (y - y_low) / (y_high - y_low)
        return np.array([area.left + across * area.width, area.bottom + up * area.height, 0.0])

    def line(self, xs: Iterable[float], ys: Iterable[float], color: str, width: float = 5) -> VMobject:
        """Return a line through points of the plane."""
        line = VMobject(stroke_color=color, stroke_width=width)
        return line.set_points_as_corners([self.point(x, y) for x, y in zip(xs, ys, strict=True)])

    def _lines(self, x_ticks: Ticks, y_ticks: Ticks) -> list[VMobject]:
        (left, right), low = self.x_ends, self.y_ends[0]
        grid = VMobject(stroke_color=self.theme.muted, stroke_width=1, stroke_opacity=0.35)
        axes = VMobject(stroke_color=self.theme.muted, stroke_width=2.5)
        segment(axes, self.point(left, low), self.point(right, low))
        for y in y_ticks:
            segment(grid, self.point(left, y), self.point(right, y))
        for x in x_ticks:
            foot = self.point(x, low)
            segment(axes, foot, foot + np.array([0, -0.25 * self.size, 0]))
        return [grid, axes]

    def _labels(self, x_ticks: Ticks, y_ticks: Ticks) -> list[Label]:
        labels = []
        for x, text in ((x, text) for x, text in x_ticks.items() if text):
            place = self.point(x, self.y_ends[0]) + np.array([0, -0.9 * self.size, 0])
            labels.append(Label(text, self.size, self.theme.muted).move_to(place))
        for y, text in y_ticks.items():
            label = Label(text, self.size, self.theme.muted)
            place = np.array([self.area.left - 0.35 * self.size - label.width / 2, self.point(0, y)[1], 0])
            labels.append(label.move_to(place))
        return labels

    def _names(self, names: tuple[str, str]) -> list[Label]:
        x, y = (Label(name, self.size, self.theme.text, "semibold") for name in names)
        x.move_to((self.area.right + 0.3 * self.size + x.width / 2, self.area.bottom, 0))
        y.move_to((self.area.left + y.width / 2, self.area.top + 0.75 * self.size, 0))
        return [x, y]


def widest(texts: Iterable[str]) -> float:
    return max(map(width_of, texts))
