"""A camera that draws what Manim's draws, pixel for pixel, but only where something has changed."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Self

import cairo
import numpy as np
from manim import Camera, ImageMobject, Mobject, VMobject

from reel.looks import Family, Look, changed, is_plain, is_seen, is_upright, style_of
from reel.patches import Box, Frame
from reel.paths import add_path

__all__ = ["FilmCamera"]

MITER_LIMIT = 10
"""Cairo's: a sharp corner of a line reaches out by at most this many half widths."""

MARGIN = 3
"""Pixels around a mobject's outline: `Box.even` may take so many rows along above one that changes."""


class FilmCamera(Camera):
    """Keeps how each mobject looked, and redraws the box around those that look different.

    Manim tells what may move in an animation from what cannot. The latter, the scenery, is drawn once.
    """

    pixel_array: Any  # a Frame; Manim calls it an array of whole numbers

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._scenery: Frame = self.pixel_array.copy()
        self._looks: dict[int, Look] = {}
        self._family = Family([])

    def set_scenery(self, mobjects: Sequence[Mobject]) -> None:
        """Draw what will not move; what is drawn next stands in front of it."""
        self._looks = {}
        self.reset()
        if mobjects:
            self.capture_mobjects(mobjects)
        np.copyto(self._scenery, self.pixel_array)

    def redraw(self, mobjects: list[Mobject]) -> Box | None:
        """Draw in front of the scenery; return a box outside of which nothing has changed since the last time."""
        if not self._family.is_of(mobjects):
            self._family = Family(mobjects)
        shown = self._family.shown()
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
            if not look.box.meets(box):
                continue
            if look.path is None:
                self.display_image_mobject(mobject, self.pixel_array)
                continue
            if look.upright:
                clip(context, box)
            self.display_vectorized(mobject, context)
            context.reset_clip()

    def display_vectorized(self, vmobject: VMobject, ctx: cairo.Context[Any]) -> Self:
        """Draw one mobject, except for what cannot be seen of it."""
        look = self._looks.get(id(vmobject))
        ctx.new_path()
        if look is None or look.path is None:
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
        if before is not None and before.points == points:
            return before if before.style == style else replace(before, style=style, box=self._box(mobject))
        if isinstance(mobject, ImageMobject):
            return Look(points, style, None, True, self._box(mobject))
        return Look(points, style, self._path(mobject), is_upright(mobject), self._box(mobject))

    def _path(self, mobject: VMobject) -> cairo.Path:
        context = self.get_cairo_context(self.pixel_array)
        context.new_path()
        add_path(context, mobject)
        return context.copy_path()

    def _box(self, mobject: VMobject | ImageMobject) -> Box:
        """Return the box of all pixels that a mobject may touch."""
        scale_x, scale_y = self.pixel_width / self.frame_width, self.pixel_height / self.frame_height
        margin = MARGIN + line_width(mobject) * self.cairo_line_width_multiple * scale_x / 2 * MITER_LIMIT
        (left, bottom, _), (right, top, _) = (
            mobject.points.min(axis=0),
            mobject.points.max(axis=0),
        ) - self.frame_center
        return Box(
            math.floor(self.pixel_width / 2 + left * scale_x - margin),
            math.floor(self.pixel_height / 2 - top * scale_y - margin),
            math.ceil(self.pixel_width / 2 + right * scale_x + margin),
            math.ceil(self.pixel_height / 2 - bottom * scale_y + margin),
        )


def line_width(mobject: VMobject | ImageMobject) -> float:
    """Return how wide the lines of a mobject are, in Manim's units of line width."""
    if isinstance(mobject, ImageMobject):
        return 0.0
    return float(max(mobject.get_stroke_width(), mobject.get_stroke_width(background=True)))


def clip(context: cairo.Context[Any], box: Box) -> None:
    """Let nothing be drawn outside of a box of pixels."""
    matrix = context.get_matrix()
    context.identity_matrix()
    context.new_path()
    context.rectangle(box.left, box.top, box.right - box.left, box.bottom - box.top)
    context.clip()
    context.set_matrix(matrix)
