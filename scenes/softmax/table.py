"""The table of a softmax: a row for each class, from its logit to the bar of its probability."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from manim import LEFT, RIGHT, Line, Rectangle, VGroup

from cnn_core.arrays import Array
from cnn_core.numerals import as_text, decimals_for, true_minus
from cnn_core.softmax import SoftmaxTrace
from scenes.layout import Box, smallest_text
from scenes.mobjects.bars import GAP, BarChart, share, share_text
from scenes.mobjects.text import Label, Number, width_of
from scenes.theme import Theme

__all__ = ["SoftmaxTable"]

HEADS = {"x": "logit", "shifted": "− m", "exponentials": "exp"}
LARGEST_TEXT = 0.55
HIGHEST_ROW = 0.95
TIGHT, WIDE, ROOMY = 0.45, 1.0, 1.2
"""Least space between two columns, in em, with all columns and with one of them, and most where there are no bars."""


class SoftmaxTable(VGroup):
    """Columns of logits, shifted logits and exponentials, and a chart of probabilities.

    Numbers are made by `number`, in their place, when the film comes to them.

    Parameters
    ----------
    trace
        Of one row of logits, (classes,) or (1, classes).
    address
        Gives the address of an array's value: of its name and its class.
    decimals
        Of logits and shifted logits; as many as they need if not given.
    """

    def __init__(
        self,
        trace: SoftmaxTrace,
        address: Callable[[str, int], str],
        names: Sequence[str],
        theme: Theme,
        box: Box,
        *,
        decimals: int | None = None,
    ) -> None:
        super().__init__()
        self.address, self.theme = address, theme
        self.arrays: dict[str, Array] = {
            "x": trace.x.ravel(),
            "shifted": trace.shifted.ravel(),
            "exponentials": trace.exponentials.ravel(),
        }
        self.total = float(trace.total.ravel()[0])
        self.decimals = decimals_for(self.arrays["x"]) if decimals is None else decimals
        self.names, self.output = names, trace.output.ravel()
        self.widths = self._widths()
        row = min(box.height / (self.classes + 2), HIGHEST_ROW)
        self.size = max(smallest_text(), min(LARGEST_TEXT, 0.84 * row, box.width / self._narrowest()))
        top = box.center[1] + self.classes * row / 2
        self.box = Box(box.left, box.right, top - self.classes * row, top)
        self.gap = self._gap()
        self.edges: dict[str, float] = {}
        self.chart = self._chart(tuple(self.arrays))
        if self.is_narrow:  # bars come when columns have gone, so these may take the whole width
            self.gap = min(ROOMY, max(self.gap, self._free(1.0) / 4))
            self.chart = self._chart(tuple(self.arrays))
        self.heads = {name: self._head(text, name) for name, text in HEADS.items()}
        self.total_line = self._total_line()
        self.add(self.chart.names)

    @property
    def classes(self) -> int:
        return len(self.names)

    @property
    def is_narrow(self) -> bool:
        """Whether the columns leave too little room for bars."""
        return self.chart.longest < 0.3 * self.box.width

    def make_room(self) -> float:
        """Give the room of logits and shifted logits to the bars; return how far the exponentials have to move."""
        before = self.edges["exponentials"]
        self.gap = max(self.gap, WIDE)
        self.chart = self._chart(("exponentials",))
        return self.edges["exponentials"] - before

    def chart_head(self) -> Label:
        head = Label("probability", self.size, self.theme.output)
        return head.move_to(np.array([self.chart.left, self.chart.row_y(-1), 0]), aligned_edge=LEFT)

    def _chart(self, columns: Sequence[str]) -> BarChart:
        """Build the chart so that these columns stand between names and bars, and say where they end."""
        between = (sum(self.widths[name] for name in columns) + (len(columns) + 1) * self.gap - GAP) * self.size
        chart = BarChart(
            self.names,
            self.output,
            lambda k: self.address("output", k),
            self.theme,
            self.box,
            self.size,
            between=between,
        )
        edge = chart.left - self.gap * self.size
        for name in reversed(columns):
            self.edges[name] = edge
            edge -= (self.widths[name] + self.gap) * self.size
        return chart

    def _widths(self) -> dict[str, float]:
        return {
            name: max(width_of(text) for text in (HEADS[name], *(self._text(name, value) for value in array)))
            for name, array in self.arrays.items()
        }

    def _narrowest(self) -> float:
        """Return the width of the table with hardly any bars, in em."""
        numbers = sum(self.widths.values()) + width_of("<0.001", "semibold")
        return numbers + max(map(width_of, self.names)) + 4 * TIGHT + 1.0 + GAP

    def _gap(self) -> float:
        """Return the space between columns, in em: as wide as leaves the bars enough of the table."""
        return min(2.0, max(TIGHT, self._free(0.55) / 4))

    def _free(self, share: float) -> float:
        """Return what names and columns leave of a share of the width, in em."""
        return share * self.box.width / self.size - sum(self.widths.values()) - max(map(width_of, self.names))

    def exponential_bar(self, k: int) -> Rectangle:
        """Return a bar as long as an exponential: that of the largest logit, 1, reaches from end to end."""
        return self.chart.bar_of(k, self.arrays["exponentials"][k], self.theme.muted, 0.3)

    @property
    def _zero(self) -> tuple[float, float]:
        """Where 0 is for logits, and how long 1 is, so that they fit before and after the largest is subtracted."""
        every = np.concatenate([self.arrays["x"], self.arrays["shifted"], [0.0]])
        unit = self.chart.longest / float(np.ptp(every))
        return self.chart.left - unit * float(every.min()), unit

    def zero_line(self) -> VGroup:
        """Return the line from which bars of logits go to the right or to the left, and the 0 above it."""
        x, box = self._zero[0], self.chart.box
        line = Line((x, box.top, 0), (x, box.bottom, 0), color=self.theme.muted, stroke_width=2)
        return VGroup(line, Label("0", self.size, self.theme.muted).move_to((x, self.chart.row_y(-1), 0)))

    def logit_bar(self, name: str, k: int) -> Rectangle:
        """Return the bar of a logit, to the left where it is negative."""
        zero, unit = self._zero
        way = float(self.arrays[name][k]) * unit
        bar = self.chart.bar_of(k, abs(way) / self.chart.longest, self.theme.input, 0.45)
        return bar.shift((zero - bar.get_left()[0] + min(way, 0.0)) * RIGHT)

    def part_of_whole(self, k: int) -> Rectangle:
        """Return a probability's bar in the row of the sum, behind those of the classes before."""
        bar = self.chart.bar(k)
        before = float(self.output[:k].sum()) * self.chart.longest
        return bar.move_to(np.array([self.chart.left + before, self.chart.row_y(self.classes), 0]), aligned_edge=LEFT)

    def whole(self) -> Label:
        """Return the 1 behind all parts."""
        return self.chart.behind(self.classes, 1.0, Label("1", self.size, self.theme.output, "semibold"))

    def laid_along(self, shorter: int, longer: int) -> list[Rectangle]:
        """Return outlines of a bar, one behind the other, as often as it goes into a longer one."""
        width, whole = (float(self.output[k]) * self.chart.longest for k in (shorter, longer))
        outlines = []
        for start in np.arange(0, whole - 1e-6, width):
            outline = self.chart.bar_of(longer, min(width, whole - start) / self.chart.longest, self.theme.window, 0.0)
            outlines.append(outline.shift(start * RIGHT).set_stroke(width=4))
        return outlines

    def _text(self, name: str, value: float) -> str:
        return share_text(value) if name == "exponentials" else true_minus(as_text(value, self.decimals))

    def _head(self, text: str, name: str) -> Label:
        color = self.theme.input if name == "x" else self.theme.muted
        return self._right_aligned(Label(text, self.size, color), name, self.chart.row_y(-1))

    def _total_line(self) -> Line:
        right = self.edges["exponentials"]
        y = self.chart.box.bottom - 0.08 * self.chart.row
        left = right - self.widths["exponentials"] * self.size
        return Line((left, y, 0), (right, y, 0), color=self.theme.muted, stroke_width=2)

    def _right_aligned(self, label: Label, name: str, y: float) -> Label:
        return label.move_to(np.array([self.edges[name], y, 0]), aligned_edge=RIGHT)

    def number(self, name: str, k: int) -> Label:
        value, address = float(self.arrays[name][k]), self.address(name, k)
        if name == "exponentials":
            label = share(value, address, self.size, self.theme.text)
        else:
            color = self.theme.input if name == "x" else self.theme.text
            label = Number(as_text(value, self.decimals), address, self.size, color)
        return self._right_aligned(label, name, self.chart.row_y(k))

    def sum(self) -> Number:
        label = Number(as_text(self.total, 3), self.address("total", 0), self.size, self.theme.text, "semibold")
        self._right_aligned(label, "exponentials", self.chart.row_y(self.classes))
        return label
