"""A mobject's curves as a path of cairo."""

from __future__ import annotations

import math
from typing import Any

import cairo
import numpy as np
from manim import VMobject

__all__ = ["add_path"]

RELATIVE_TOLERANCE = 1e-5
"""NumPy's, as Manim has it."""


def add_path(context: cairo.Context[Any], mobject: VMobject) -> None:
    """Add a mobject's curves to the path: what Manim's camera does, without an array operation for every few numbers.

    Points come in fours: start, two handles, end. A curve that starts where the one before it ended goes on with it.
    """
    if not np.isfinite(mobject.points).all():
        return
    points: list[list[float]] = mobject.points[:, :2].tolist()
    near = mobject.tolerance_for_point_equality
    first = last = None
    for at in range(0, len(points) - 3, 4):
        start, one, two, end = points[at : at + 4]
        if last is None or not is_close(last, start, near):
            if last is not None and first is not None and is_close(first, last, near):
                context.close_path()
            context.new_sub_path()
            context.move_to(*start)
            first = start
        context.curve_to(*one, *two, *end)
        last = end
    if first is not None and last is not None and is_close(first, last, near):
        context.close_path()


def is_close(one: list[float], other: list[float], near: float) -> bool:
    """Tell whether two points are one and the same, by Manim's tolerance, which is relative to the second."""
    return one == other or all(
        a == b or (math.isfinite(a - b) and abs(a - b) <= near + RELATIVE_TOLERANCE * abs(b))
        for a, b in zip(one, other, strict=True)
    )
