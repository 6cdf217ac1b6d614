"""Where image, kernel, bias and output stand: the arrangements that a convolution can have."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from cnn_core.conv2d import Conv2dTrace
from scenes.layout import Box
from scenes.mobjects.arrangement import Column, GridPlan, Part, Plan, Row, TextPlan, placed
from scenes.mobjects.text import width_of

__all__ = ["ConvPlan"]

LARGEST_CELL = 0.8
LABEL = 0.36
"""Size of a name below a grid, where there is room."""

SIGN = 0.45


@dataclass(frozen=True)
class ConvPlan:
    """The picture of a convolution before it is drawn.

    Attributes
    ----------
    places
        The middle of each thing: grids `x0`, `w0`, `b`, `y0` (a number for each channel), their names `x`, `w`, `bias`,
        `y`, and the signs `*`, `+`, `=`.
    cell
        Side of a cell.
    label
        Size of the names.
    """

    places: Plan
    cell: float
    label: float

    @classmethod
    def of(cls, trace: Conv2dTrace, names: Mapping[str, str], room: Box, smallest: float, *, tall: bool) -> ConvPlan:
        """Find the arrangement with the largest cells; gaps and names shrink if that helps much."""
        preferred = max(LABEL, smallest)
        chosen: ConvPlan | None = None
        for label, gap, worth_it in ((preferred, 0.55, 1.0), (preferred, 0.25, 1.05), (smallest, 0.25, 1.3)):
            widths = {key: label * width_of(name) for key, name in names.items()}
            parts = list(arrangements(trace, widths, label, gap, tall=tall))
            plan = cls(*placed(parts, room, LARGEST_CELL), label)
            chosen = plan if chosen is None or plan.cell > worth_it * chosen.cell else chosen
        assert chosen is not None
        return chosen


def arrangements(
    trace: Conv2dTrace, widths: Mapping[str, float], size: float, gap: float, *, tall: bool
) -> Iterator[Part]:
    """Return the ways to stand: side by side, in two lines, as columns."""
    (_, C, H, W), (kH, kW), (_, K, H_out, W_out) = trace.x_padded.shape, trace.kernel_size, trace.output.shape
    times, plus, equals = (TextPlan(sign, SIGN, SIGN) for sign in "*+=")
    for down in (False, True) if C > 1 else (False,):
        x = tensor("x", C, H, W, widths, size, down=down, slot=kW)
        w = tensor("w", C, kH, kW, widths, size, down=down, slot=W if C > 1 else 0)
        bias = [plus, named(GridPlan("b", 1, 1), "bias", widths, size)] if trace.bias is not None else []
        for outputs_down in (False, True) if K > 1 else (False,):
            y = tensor("y", K, H_out, W_out, widths, size, down=outputs_down)
            in_line = Row([x, times, w, *bias, equals, y], gap)
            in_two = Column([x, Row([times, w, *bias, equals, y], gap)], gap)
            yield from (in_two, in_line) if tall else (in_line, in_two)
            yield Row([Column([x, times, w], 0.1), *bias, equals, y], gap)
            yield Row([x, Column([Row([times, w, *bias], gap), Row([equals, y], gap)], gap)], gap)
            yield Column([x, Row([times, w, *bias], gap), Row([equals, y], gap)], gap)


def tensor(
    key: str,
    count: int,
    rows: int,
    columns: int,
    widths: Mapping[str, float],
    size: float,
    *,
    down: bool,
    slot: int = 0,
) -> Part:
    """Return some grids beside or below each other, with one name for all."""
    grids = [GridPlan(f"{key}{channel}", rows, columns, slot) for channel in range(count)]
    return named((Column if down else Row)(grids, 0.13) if count > 1 else grids[0], key, widths, size)


def named(part: Part, key: str, widths: Mapping[str, float], size: float) -> Part:
    """Put a name below a part, which stays the anchor."""
    return Column([part, TextPlan(key, widths[key], size)], 0.1, anchor=0)
