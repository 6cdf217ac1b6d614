"""A mobject's curves as a path of cairo."""

from __future__ import annotations

import math
from typing import Any

import cairo
import numpy as np
from manim import VMobject

__all__ = ["add_path", "is_upright"]

SAME = 1e-9
"""Scene units by which numbers may differ and be taken for equal."""

RELATIVE_TOLERANCE = 1e-5
"""NumPy's, as Manim has it."""


def curves_of(mobject: VMobject) -> list[list[float]]:
    """Return a mobject's curves, eight numbers each: x and y of start, two handles, and end, in scene units."""
    points = mobject.points
    curves: list[list[float]] = points[: len(points) // 4 * 4, :2].reshape(-1, 8).tolist()
    return curves


def add_path(context: cairo.Context[Any], mobject: VMobject) -> None:
    """Add a mobject's curves to the path: what Manim's camera does, without an array operation for every few numbers.

    A curve that starts where the one before it ended goes on with it.
    """
    if not np.isfinite(mobject.points).all():
        return
    near = mobject.tolerance_for_point_equality
    first = last = None
    for curve in curves_of(mobject):
        start = curve[:2]
        if last is None or not is_close(last, start, near):
            if last is not None and first is not None and is_close(first, last, near):
                context.close_path()
            context.new_sub_path()
            context.move_to(*start)
            first = start
        context.curve_to(*curve[2:])
        last = curve[6:]
    if first is not None and last is not None and is_close(first, last, near):
        context.close_path()


def is_close(one: list[float], other: list[float], near: float) -> bool:
    """Tell whether two points are one and the same, by Manim's tolerance, which is relative to the second."""
    return one == other or all(
        a == b or (math.isfinite(a - b) and abs(a - b) <= near + RELATIVE_TOLERANCE * abs(b))
        for a, b in zip(one, other, strict=True)
    )


def is_upright(mobject: VMobject) -> bool:
    """Tell whether all lines of a mobject are horizontal or vertical.

    >>> from manim import Rectangle, Triangle
    >>> is_upright(Rectangle()), is_upright(Triangle())
    (True, False)
    """
    return all(
        max(x0, x1, x2, x3) - min(x0, x1, x2, x3) < SAME or max(y0, y1, y2, y3) - min(y0, y1, y2, y3) < SAME
        for x0, y0, x1, y1, x2, y2, x3, y3 in curves_of(mobject)
    )
