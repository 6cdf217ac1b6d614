"""The curves of a run: the loss of each batch above, what one digit was read as below, on one axis of steps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
from manim import VGroup, VMobject

from cnn_core.run_trace import RunTrace
from scenes.layout import Box, smallest_text
from scenes.mobjects.plane import Plane
from scenes.mobjects.plot import Dots
from scenes.mobjects.text import Label, width_of
from scenes.theme import Theme
from scenes.training.moments import Moments

__all__ = ["RunPlots", "line_of", "thinned"]

_BINS = 160
"""Parts of the axis; of the losses in one of them, the smallest and the largest are drawn."""
DOT = 0.16


class RunPlots(VGroup):
    """Two planes that share the axis of steps, which is logarithmic: log(1 + step).

    Parameters
    ----------
    share_of
        How much of the box's height the lower plane takes.

    Attributes
    ----------
    loss, share
        The planes.
    """

    def __init__(
        self, trace: RunTrace, moments: Moments, names: tuple[str, str], theme: Theme, box: Box, share_of: float
    ) -> None:
        super().__init__()
        self.trace, self.moments, self.theme, self.log = trace, moments, theme, trace.log
        size, ends = max(0.3, smallest_text()), (0.0, float(np.log1p(self.log.steps)))
        middle = box.bottom + share_of * box.height
        most = 1.08 * float(self.log.loss.max())
        if share_of:
            box = replace(box, right=box.right - max(0.4, smallest_text()))  # for the names of its lines
        ticks = self._ticks(box.width - 2 * size, size)
        upper = dict.fromkeys(ticks, "") if share_of else ticks  # the planes have one axis
        y_ticks = {float(k): str(k) for k in range(int(most) + 1)} if most < 8 else None
        self.loss = Plane(
            ends, (0, most), ("", names[0]), replace(box, bottom=middle), size, theme, x_ticks=upper, y_ticks=y_ticks
        )
        shares = {0.0: "0", 1.0: "1"}
        self.share = Plane(
            ends, (0, 1.05), ("", names[1]), replace(box, top=middle), size, theme, x_ticks=ticks, y_ticks=shares
        )

    def _ticks(self, width: float, size: float) -> dict[float, str]:
        """Return 0, powers of ten, and the last step, where they do not touch."""
        steps = self.log.steps
        unit = width / np.log1p(steps)
        found = {float(np.log1p(steps)): str(steps)}
        for step in (0, *(10**k for k in range(6))):
            text, place = str(step), float(np.log1p(step))
            room = size * (width_of(text) + 0.6)
            if step < steps and all(
                abs(place - at) * unit > (room + size * width_of(one)) / 2 for at, one in found.items()
            ):
                found[place] = text
        return found

    def x(self, m: int) -> float:
        return float(np.log1p(self.log.step[m]))

    def losses(self, start: int, stop: int) -> VMobject:
        """Return the line of the losses from one step to another."""
        steps = thinned(np.log1p(np.arange(self.log.steps)), self.log.loss, start, stop)
        return self.loss.line(np.log1p(steps), self.log.loss[steps], self.theme.muted, 3)

    def loss_dots(self, start: int, stop: int) -> Dots:
        """Return a dot for each measured step from one to another."""
        steps = [int(step) for step in self.log.step if start <= step < stop]
        return Dots(np.array([self.loss.point(np.log1p(s), self.log.loss[s])[:2] for s in steps]), DOT, self.theme.text)

    def shares(self, digit: int, color: str, start: int, stop: int) -> VGroup:
        """Return line and dots of the probability of a digit, from one measured step to another."""
        places = range(start, stop + 1)
        ys = self.trace.output[start : stop + 1, digit]
        xs = [self.x(m) for m in places]
        dots = np.array([self.share.point(x, y)[:2] for x, y in zip(xs, ys, strict=True)])
        return VGroup(self.share.line(xs, ys, color, 4), Dots(dots, 0.8 * DOT, color))

    def names(self, colors: Mapping[int, str], m: int) -> VGroup:
        """Return the digits whose lines end at a measured step, each beside its end, the likelier above."""
        size = max(0.4, smallest_text())
        shares = {digit: float(self.trace.output[m, digit]) for digit in colors}
        found, top = VGroup(), np.inf
        lines = sorted(shares, key=shares.__getitem__, reverse=True)
        for left, digit in zip(reversed(range(len(lines))), lines, strict=True):
            x, y, _ = self.share.point(self.x(m), shares[digit])
            y = max(min(y, top), self.share.area.bottom + (0.5 + 1.1 * left) * size)
            label = Label(str(digit), size, colors[digit], "semibold")
            found.add(label.move_to(np.array([x + 0.25 * size + label.width / 2, y, 0])))
            top = y - 1.1 * size
        return found

    def now(self, m: int) -> VMobject:
        """Return the line that ties both planes at a measured step."""
        line = VMobject(stroke_color=self.theme.window, stroke_width=3)
        top, foot = self.loss.point(self.x(m), self.loss.y_ends[1]), self.share.point(self.x(m), 0)
        return line.set_points_as_corners([top, foot])


def thinned(x: np.ndarray, y: np.ndarray, start: int, stop: int) -> np.ndarray:
    """Return the places that a line is drawn through: first, last, and each bin's smallest and largest value."""
    places = np.arange(start, stop)
    bins = np.floor(_BINS * x[places] / x[-1]).astype(int)
    kept = {start, stop - 1}
    for one in np.unique(bins):
        inside = places[bins == one]
        kept |= {int(inside[y[inside].argmin()]), int(inside[y[inside].argmax()])}
    return np.array(sorted(kept))


def line_of(plane: Plane, ys: np.ndarray, color: str, width: float = 4) -> VMobject:
    """Return a series as a line: a value for each step."""
    xs = np.arange(len(ys))
    kept = thinned(xs + 1.0, ys, 0, len(ys))
    return plane.line(xs[kept], ys[kept], color, width)
