"""Where image, kernel, bias and output stand: the arrangements that a convolution can have."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from manim import ORIGIN

from cnn_core.conv2d import Conv2dTrace
from scenes.layout import Box, smallest_text
from scenes.mobjects.arrangement import Column, GridPlan, Part, Plan, Row, TextPlan, placed
from scenes.mobjects.text import Paragraph

__all__ = ["ConvPlan"]

LARGEST_CELL = 0.8
LABEL = 0.36
"""Size of a name below a grid, where there is room."""

SIGN = 0.4


WORTH_READING = 0.8
"""How small the image's cells may become, compared to what is possible, so that kernel and output can be read."""


@dataclass(frozen=True)
class ConvPlan:
    """The picture of a convolution before it is drawn.

    Attributes
    ----------
    label
        Size of the names.
    width
        What no line of a name is wider than.
    least
        Smallest side of the cells of `w` and `y`, which stay legible where those of `x` are not.
    places
        The middle of each thing: grids `x0`, `w0`, `b`, `y0` (a number for each channel), their names `x`, `w`, `bias`,
        `y`, and the signs `*`, `+`, `=`.
    cell
        Side of a cell of `x`.
    """

    label: float
    width: float
    least: Mapping[str, float]
    places: Plan
    cell: float

    @classmethod
    def of(
        cls,
        trace: Conv2dTrace,
        names: Mapping[str, Sequence[str]],
        room: Box,
        legible: Mapping[str, float],
        *,
        tall: bool,
    ) -> ConvPlan:
        """Find the arrangement with the largest cells.

        Gaps and names shrink if that helps much, or if it makes the cells of all grids `legible`.
        """
        preferred, smallest = max(LABEL, smallest_text()), smallest_text()
        ways = [
            (preferred, 0.55, room.width, 1.0),
            (preferred, 0.25, room.width, 1.05),
            (smallest, 0.25, room.width, 1.3),
            (smallest, 0.12, room.width / 2.6, 1.3),
        ]
        chosen = cls(preferred, room.width, {}, {}, 0.0)
        for label, gap, width, worth_it in ways:
            texts = {key: name_plan(key, several, label, width) for key, several in names.items()}
            plans = []
            for least in ({key: side for key, side in legible.items() if key != "x"}, {}):
                parts = list(arrangements(trace, texts, gap, least, tall=tall))
                plans.append(cls(label, width, least, *placed(parts, room, LARGEST_CELL)))
            plan = plans[0] if plans[0].cell > WORTH_READING * plans[1].cell else plans[1]
            enough = legible["x"] if plan is plans[0] else max(legible.values())
            needed = chosen.cell if chosen.cell < enough <= plan.cell else worth_it * chosen.cell
            chosen = plan if plan.cell > needed else chosen
        return chosen

    def cell_of(self, key: str) -> float:
        """Return the side of a cell of a grid such as `w0`."""
        return max(self.cell, self.least.get(key[0], 0.0))

    def name(self, key: str, text: str, color: str) -> Paragraph:
        drawn = Paragraph(text, self.label, color, self.width, aligned_edge=ORIGIN)
        drawn.move_to(self.places[key])
        return drawn


def name_plan(key: str, names: Sequence[str], label: float, width: float) -> TextPlan:
    """Return the room for names that stand in one place, one after the other."""
    drawn = [Paragraph(name, label, "#fff", width) for name in names]
    return TextPlan(key, max(one.width for one in drawn), max(one.height for one in drawn))


def arrangements(
    trace: Conv2dTrace, names: Mapping[str, TextPlan], gap: float, least: Mapping[str, float], *, tall: bool
) -> Iterator[Part]:
    """Return the ways to stand: kernels below their channels, side by side, in two lines, in columns."""
    (_, C, H, W), (kH, kW), (_, K, H_out, W_out) = trace.x_padded.shape, trace.kernel_size, trace.output.shape
    times, plus, equals = (TextPlan(sign, SIGN, SIGN) for sign in "*+=")
    bias = (
        [plus, named(GridPlan("b", 1, 1, least=least.get("b", 0.0)), names["bias"])] if trace.bias is not None else []
    )
    for down in (False, True) if C > 1 else (False,):
        x = tensor(names["x"], C, H, W, down=down, slot=kW)
        w = tensor(names["w"], C, kH, kW, down=down, slot=W if C > 1 else 0, least=least.get("w", 0.0))
        both = Column([x, Row([times, w], gap, anchor=1)], gap)
        for outputs_down in (False, True) if K > 1 else (False,):
            y = tensor(names["y"], K, H_out, W_out, down=outputs_down, least=least.get("y", 0.0))
            result = [Row([*bias], gap), Row([equals, y], gap)] if bias else [Row([equals, y], gap)]
            in_line = Row([x, times, w, *bias, equals, y], gap)
            in_two = Column([x, Row([times, w, *bias, equals, y], gap)], gap)
            if C > 1:
                yield Row([both, *bias, equals, y], gap)
            yield from (in_two, in_line) if tall else (in_line, in_two)
            yield Row([x, Column([Row([times, w, *bias], gap), Row([equals, y], gap)], gap)], gap)
            yield Row([both, Column(result, gap)], gap)
            yield Column([both, Row([*bias, equals, y], gap)], gap)
            yield Column([x, Row([times, w, *bias], gap), Row([equals, y], gap)], gap)


def tensor(
    name: TextPlan, count: int, rows: int, columns: int, *, down: bool, slot: int = 0, least: float = 0.0
) -> Part:
    """Return some grids beside or below each other, with one name for all."""
    grids = [GridPlan(f"{name.key}{channel}", rows, columns, slot, least) for channel in range(count)]
    return named((Column if down else Row)(grids, 0.13) if count > 1 else grids[0], name)


def named(part: Part, name: TextPlan) -> Part:
    """Put a name below a part, which stays the anchor."""
    return Column([part, name], 0.1, anchor=0)
