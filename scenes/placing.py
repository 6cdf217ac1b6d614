"""Where mobjects are and how large, and where they begin and end, as Manim has it, but found quickly."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
from manim import Mobject, VMobject

_COLORS = (
    *("fill_rgbas", "stroke_rgbas", "background_stroke_rgbas", "stroke_width", "background_stroke_width"),
    *("sheen_direction", "sheen_factor"),
)
"""Attributes that are interpolated besides the points."""


def _anchors(mobject: Mobject) -> Any:
    """Return the ends of all curves of a family (n, 3), in any order."""
    parts = [one.points for one in mobject.get_family() if len(one.points)]
    curves = [points for points in parts if len(points) > 1]
    dots = [points for points in parts if len(points) == 1]
    ends = [np.concatenate(curves).reshape(-1, 4, 3)[:, ::3].reshape(-1, 3)] if curves else []
    return np.concatenate([*ends, *dots]) if dots else ends[0] if ends else np.zeros((0, 3))


def _get_critical_point(mobject: Mobject, direction: Any) -> Any:
    points = mobject.get_points_defining_boundary()
    if not len(points):
        return np.zeros(mobject.dim)
    ends = zip(points.min(axis=0).tolist(), points.max(axis=0).tolist(), direction, strict=True)
    return np.array([low if way < 0 else high if way > 0 else (low + high) / 2 for low, high, way in ends])


def _length_over_dim(mobject: Mobject, dim: int) -> float:
    parts = [one.points[:, dim] for one in mobject.get_family() if len(one.points)]
    if not parts:
        return 0
    along = np.concatenate(parts)
    length: float = along.max() - along.min()
    return length


def _shift(mobject: Mobject, *vectors: Any) -> Mobject:
    by = sum(vectors[1:], start=np.asarray(vectors[0], dtype=float))
    for one in mobject.get_family():
        if len(one.points):
            one.points = one.points + by
    return mobject


_slow_mobject = Mobject.__init__


def _init_nothing(mobject: Mobject, *given: Any, **options: Any) -> None:
    """Begin as a mobject that is given nothing does, of which each animation has one or two until it has its own."""
    if given or options or type(mobject) is not Mobject:
        _slow_mobject(mobject, *given, **options)
        return
    vars(mobject).update(_nothing(), submobjects=[], updaters=[], points=np.zeros((0, 3)))


@cache
def _nothing() -> dict[str, Any]:
    first = Mobject.__new__(Mobject)
    _slow_mobject(first)
    return vars(first)


_slow_interpolate = VMobject.interpolate_color


def _interpolate_color(mobject: VMobject, start: VMobject, end: VMobject, alpha: float) -> VMobject:
    if alpha != 1:
        return _slow_interpolate(mobject, start, end, alpha)
    for name in _COLORS:
        value = getattr(end, name)
        setattr(mobject, name, value.copy() if isinstance(value, np.ndarray) else value)
    return mobject


VMobject.get_points_defining_boundary = _anchors  # type: ignore[assignment]
Mobject.get_critical_point = _get_critical_point  # type: ignore[assignment]
Mobject.length_over_dim = _length_over_dim  # type: ignore[assignment]
Mobject.shift = _shift  # type: ignore[assignment]
Mobject.__init__ = _init_nothing  # type: ignore[method-assign,assignment]
VMobject.interpolate_color = _interpolate_color  # type: ignore[method-assign,assignment]
