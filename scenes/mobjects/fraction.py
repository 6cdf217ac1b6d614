"""Fractions and roots, made of numbers that can be traced."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from manim import DOWN, ORIGIN, RIGHT, Line, VGroup, VMobject

__all__ = ["over", "root"]

THICKNESS = 2.5


def over(top: Sequence[VMobject], bottom: Sequence[VMobject], size: float, color: str) -> VGroup:
    """Return a fraction whose bar stands where the middle of the figures beside it is."""
    parts = [VGroup(*part).arrange(RIGHT, buff=0.24 * size) for part in (top, bottom)]
    length = max(part.width for part in parts) + 0.3 * size
    bar = Line(ORIGIN, length * RIGHT, color=color, stroke_width=THICKNESS)
    return VGroup(parts[0], bar, parts[1]).arrange(DOWN, buff=0.06 * size)


def root(body: Sequence[VMobject], size: float, color: str) -> VGroup:
    """Return the root of something one line high."""
    inside = VGroup(*body).arrange(RIGHT, buff=0.24 * size)
    left, right = inside.get_left()[0], inside.get_right()[0]
    low, high = -0.42 * size, 0.48 * size
    corners = [(left - 0.52 * size, 0.0), (left - 0.4 * size, 0.06 * size), (left - 0.24 * size, low)]
    corners += [(left - 0.06 * size, high), (right + 0.06 * size, high)]
    sign = VMobject(stroke_color=color, stroke_width=THICKNESS)
    sign.set_points_as_corners([np.array([x, y + inside.get_y(), 0]) for x, y in corners])
    return VGroup(sign, inside)
