"""How mobjects look, and which of them look different from before."""

from __future__ import annotations

from dataclasses import dataclass
from functools import reduce
from typing import Any

import cairo
import numpy as np
from manim import ImageMobject, Mobject, VMobject
from manim.utils.family import extract_mobject_family_members

from reel.patches import Box

__all__ = ["Family", "Look", "changed", "is_plain", "is_seen", "is_upright", "style_of"]


@dataclass(frozen=True, eq=False, slots=True)
class Look:
    """How a mobject looks.

    Attributes
    ----------
    path
        For cairo; it is dear to make, and used again until the points change. An image has none.
    upright
        Whether all its lines are horizontal or vertical.
    """

    points: bytes
    style: tuple[object, ...]
    path: cairo.Path | None
    upright: bool
    box: Box


class Family:
    """All mobjects that some consist of, in Manim's order.

    They are looked for once, for walking through all parts takes as long as drawing them.
    """

    def __init__(self, mobjects: list[Mobject]) -> None:
        self._of = list(mobjects)
        self._members = extract_mobject_family_members(mobjects)
        self._parts = [list(member.submobjects) for member in self._members]

    def is_of(self, mobjects: list[Mobject]) -> bool:
        """Tell whether these consist of the same ones still."""
        return mobjects == self._of and [member.submobjects for member in self._members] == self._parts

    def shown(self) -> list[Mobject]:
        """Return those that have points, the lowest first."""
        return sorted((member for member in self._members if len(member.points)), key=lambda member: member.z_index)


def is_upright(mobject: VMobject) -> bool:
    """Tell whether all lines of a mobject are horizontal or vertical."""
    curves = mobject.points[: len(mobject.points) // 4 * 4, :2].reshape(-1, 4, 2)
    return bool((np.ptp(curves, axis=1) < 1e-9).any(axis=1).all())


def is_plain(mobject: Any) -> bool:
    """Tell whether a mobject is made of curves, each in one colour, or is an image."""
    return isinstance(mobject, ImageMobject) or (
        isinstance(mobject, VMobject)
        and mobject.background_image is None
        and len(mobject.get_fill_rgbas()) == len(mobject.get_stroke_rgbas()) == 1
    )


def is_seen(rgbas: Any) -> bool:
    """Tell whether a colour is not fully transparent."""
    return len(rgbas) > 1 or rgbas[0][3] > 0


def style_of(mobject: VMobject | ImageMobject) -> tuple[object, ...]:
    """Return all that says how a mobject is drawn, besides its points."""
    if isinstance(mobject, ImageMobject):
        return mobject.pixel_array.shape, mobject.pixel_array.tobytes(), mobject.resampling_algorithm
    return (
        mobject.get_fill_rgbas().tobytes(),
        mobject.get_stroke_rgbas().tobytes(),
        mobject.get_stroke_rgbas(background=True).tobytes(),
        float(mobject.stroke_width),
        float(mobject.background_stroke_width),
        mobject.joint_type,
        mobject.cap_style,
    )


def changed(before: dict[int, Look], now: dict[int, Look], frame: Box) -> Box | None:
    """Return the box around all mobjects that look different, as far as it lies in the frame."""
    boxes = [box for key, look in now.items() if before[key] is not look for box in (before[key].box, look.box)]
    seen = [box.clip(frame) for box in boxes if box.meets(frame)]
    return reduce(Box.join, seen) if seen else None
