"""Where mobjects are and how large, and moving them, as Manim has it, but found quickly."""

from __future__ import annotations

from typing import Any

import numpy as np
from manim import Mobject, VMobject


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


VMobject.get_points_defining_boundary = _anchors  # type: ignore[assignment]
Mobject.get_critical_point = _get_critical_point  # type: ignore[assignment]
Mobject.length_over_dim = _length_over_dim  # type: ignore[assignment]
Mobject.shift = _shift  # type: ignore[assignment]
