"""A camera that draws what Manim's draws, pixel for pixel, but only where something has changed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any, Self

import cairo
import numpy as np
from manim import Camera, Mobject, VMobject

from reel.patches import Box, Frame
from reel.paths import add_path

__all__ = ["FilmCamera"]

MITER_LIMIT = 10
"""Cairo's: a sharp corner of a line reaches out by at most this many half widths."""


@dataclass(frozen=True, eq=False, slots=True)
class Look:
    """How a mobject looks; its cairo path, which is dear to make, is used again until its points change."""

    points: bytes
    style: tuple[object, ...]
    path: cairo.Path
    upright: bool
    box: Box


class FilmCamera(Camera):
    """Keeps how each mobject looked, and redraws the box around those that look different.

    Manim tells what may move in an animation from what cannot. The latter, the scenery, is drawn once.
    """

    pixel_array: Any  # a Frame; Manim calls it an array of whole numbers

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._scenery: Frame = self.pixel_array.copy()
        self._looks: dict[int, Look] = {}

    def set_scenery(self, mobjects: Sequence[Mobject]) -> None:
        """Draw what will not move; what is drawn next stands in front of it."""
        self._looks = {}
        self.reset()
        if mobjects:
            self.capture_mobjects(mobjects)
        np.copyto(self._scenery, self.pixel_array)

    def redraw(self, mobjects: Iterable[Mobject]) -> Box | None:
        """Draw in front of the scenery; return a box outside of which nothing has changed since the last time."""
        shown = self.get_mobjects_to_display(mobjects)
        if not all(map(is_plain, shown)):
            self._looks = {}
            return self._redraw_all(shown)
        before, self._looks = self._looks, {id(mobject): self._look(mobject) for mobject in shown}
        if list(before) != list(self._looks):
            return self._redraw_all(shown)
        box = changed(before, self._looks, Box.of(self.pixel_array))
        if box is not None:
            self._redraw_box(box, shown)
        return box

    def _redraw_all(self, mobjects: Sequence[Mobject]) -> Box:
        np.copyto(self.pixel_array, self._scenery)
        if mobjects:
            self.capture_mobjects(mobjects, include_submobjects=False)
        return Box.of(self.pixel_array)

    def _redraw_box(self, box: Box, mobjects: Sequence[Any]) -> None:
        """Make the picture right inside a box; outside, it is whatever comes out.

        Cairo rounds differently where it clips a slanting edge, by a few levels. So only upright shapes are clipped,
        which most large ones are; others are drawn whole, and what of them lies outside is never looked at.
        """
        self.pixel_array[box.area] = self._scenery[box.area]
        context = self.get_cairo_context(self.pixel_array)
        for mobject in mobjects:
            look = self._looks[id(mobject)]
            if look.box.meets(box):
                if look.upright:
                    clip(context, box)
                self.display_vectorized(mobject, context)
                context.reset_clip()

    def display_vectorized(self, vmobject: VMobject, ctx: cairo.Context[Any]) -> Self:
        """Draw one mobject, except for what cannot be seen of it."""
        look = self._looks.get(id(vmobject))
        ctx.new_path()
        if look is None:
            add_path(ctx, vmobject)
        else:
            ctx.append_path(look.path)
        if vmobject.background_stroke_width and is_seen(vmobject.get_stroke_rgbas(background=True)):
            self.apply_stroke(ctx, vmobject, background=True)
        if is_seen(vmobject.get_fill_rgbas()):
            self.apply_fill(ctx, vmobject)
        if is_seen(vmobject.get_stroke_rgbas()):
            self.apply_stroke(ctx, vmobject)
        return self

    def _look(self, mobject: Any) -> Look:
        """Return how a mobject looks; the same as before if nothing has changed."""
        points, style, before = mobject.points.tobytes(), style_of(mobject), self._looks.get(id(mobject))
        if before is None or before.points != points:
            return Look(points, style, self._path(mobject), is_upright(mobject), self._box(mobject))
        if before.style != style:
            return Look(points, style, before.path, before.upright, self._box(mobject))
        return before

    def _path(self, mobject: VMobject) -> cairo.Path:
        context = self.get_cairo_context(self.pixel_array)
        context.new_path()
        add_path(context, mobject)
        return context.copy_path()

    def _box(self, mobject: VMobject) -> Box:
        """Return the box of all pixels that a mobject may touch."""
        pixels = self.points_to_subpixel_coords(mobject, mobject.points)
        width = max(mobject.get_stroke_width(), mobject.get_stroke_width(background=True))
        line = width * self.cairo_line_width_multiple * self.pixel_width / self.frame_width
        margin = 2 + line / 2 * MITER_LIMIT
        left, top = np.floor(pixels.min(axis=0) - margin)
        right, bottom = np.ceil(pixels.max(axis=0) + margin)
        return Box(int(left), int(top), int(right), int(bottom))


def clip(context: cairo.Context[Any], box: Box) -> None:
    """Let nothing be drawn outside of a box of pixels."""
    matrix = context.get_matrix()
    context.identity_matrix()
    context.new_path()
    context.rectangle(box.left, box.top, box.right - box.left, box.bottom - box.top)
    context.clip()
    context.set_matrix(matrix)


def is_upright(mobject: VMobject) -> bool:
    """Tell whether all lines of a mobject are horizontal or vertical."""
    curves = mobject.points[: len(mobject.points) // 4 * 4, :2].reshape(-1, 4, 2)
    return bool((np.ptp(curves, axis=1) < 1e-9).any(axis=1).all())


def is_plain(mobject: Any) -> bool:
    """Tell whether a mobject is made of curves, each in one colour."""
    return (
        isinstance(mobject, VMobject)
        and mobject.background_image is None
        and len(mobject.get_fill_rgbas()) == len(mobject.get_stroke_rgbas()) == 1
    )


def is_seen(rgbas: Any) -> bool:
    """Tell whether a colour is not fully transparent."""
    return len(rgbas) > 1 or rgbas[0][3] > 0


def style_of(mobject: VMobject) -> tuple[object, ...]:
    """Return all that says how a mobject's path is drawn."""
    return (
        mobject.get_fill_rgbas().tobytes(),
        mobject.get_stroke_rgbas().tobytes(),
        mobject.get_stroke_rgbas(background=True).tobytes(),
        mobject.stroke_width,
        mobject.background_stroke_width,
        mobject.joint_type,
        mobject.cap_style,
    )


def changed(before: dict[int, Look], now: dict[int, Look], frame: Box) -> Box | None:
    """Return the box around all mobjects that look different, as far as it lies in the frame."""
    boxes = [box for key, look in now.items() if before[key] is not look for box in (before[key].box, look.box)]
    seen = [box.clip(frame) for box in boxes if box.meets(frame)]
    return reduce(Box.join, seen) if seen else None
