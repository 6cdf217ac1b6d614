"""A camera that draws what Manim's draws, pixel for pixel, but only where something has changed."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any, Self

import cairo
import numpy as np
from manim import Camera, ImageMobject, Mobject, VMobject
from manim.camera.camera import CAP_STYLE_MAP, LINE_JOIN_MAP

from cnnreel.paint.looks import Family, Look, Looks, coats_of, differing, is_plain, style_of
from cnnreel.paint.patches import NOWHERE, Frame, PixelArea, gathered
from cnnreel.paint.paths import add_path, is_upright

__all__ = ["FilmCamera"]

MITER_LIMIT = 10
"""Cairo's: a sharp corner of a line reaches out by at most this many half widths."""

SQUARE_CORNER = 1.5
"""A square one, or a square end, reaches out by the square root of 2 times half the width."""

_MARGIN = 2
"""Pixels around a mobject's outline that it may colour a little."""


class FilmCamera(Camera):
    """Keeps how each mobject looked, and redraws the boxes around those that look different.

    Manim tells what may move in an animation from what cannot. The latter, the scenery, is drawn once. What is drawn is
    right inside the boxes only; whoever wants the whole picture keeps it, and takes the boxes over.
    """

    pixel_array: Any  # a Frame; Manim calls it an array of whole numbers
    background: Any  # likewise

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self._scenery: Frame = self.pixel_array.copy()
        self._scenery_looks: Looks | None = None
        self._behind: Frame = self._scenery
        self._behind_looks: Looks | None = None
        self._looks: Looks | None = None
        self._shown: list[Any] = []
        self._lively_shown: list[Any] = []
        self._family: Family | None = None
        self._lively = Family([])

    def set_scenery(self, mobjects: Sequence[Mobject]) -> None:
        """Draw what will not move; what is drawn next stands in front of it."""
        shown = Family(list(mobjects)).shown()
        before, looks = self._scenery_looks, self._looks_of(shown)
        for box in self._boxes(before, looks):
            self._draw(box, self.background, shown, looks)
            self._scenery[box.area] = self.pixel_array[box.area]
        self._scenery_looks = self._behind_looks = looks
        self._behind = self._scenery
        self._family = None

    def leave_scenery(self) -> None:
        """Let what is drawn next stand alone; the scenery is kept, for that of the next animation is much the same."""
        self._behind, self._behind_looks = self.background, {}
        self._family = None

    def redraw(self, mobjects: list[Mobject], lively: list[Mobject] | None = None) -> Iterator[PixelArea]:
        """Draw in front of the scenery; give boxes outside of which nothing has changed since the last time.

        Each box is right when it is given, and until the next one is asked for.

        Parameters
        ----------
        lively
            Those that may look different, if nothing else does since the last time.
        """
        if lively is None or not self._goes_on(mobjects, lively):
            boxes = self._look_at_all(mobjects, lively or [])
        else:
            boxes = gathered(self._look_again(), PixelArea.of(self.pixel_array))
        for box in boxes:
            self._draw(box, self._behind, self._shown, self._looks)
            yield box

    def _goes_on(self, mobjects: list[Mobject], lively: list[Mobject]) -> bool:
        """Tell whether the same mobjects are drawn as the last time, in the same order."""
        return (
            self._looks is not None
            and self._family is not None
            and self._family.is_of(mobjects, parts=False)
            and self._lively.is_of(lively)
            and self._among_shown(self._lively.shown()) == self._lively_shown
            and all(map(is_plain, self._lively_shown))
        )

    def _look_again(self) -> Iterator[PixelArea]:
        """Look at those that are lively; give the boxes of those that have changed, before and now."""
        assert self._looks is not None
        for mobject in self._lively_shown:
            before, now = self._looks[id(mobject)], self._look(mobject)
            if now is not before:
                self._looks[id(mobject)] = now
                yield before.box
                yield now.box

    def _look_at_all(self, mobjects: list[Mobject], lively: list[Mobject]) -> list[PixelArea]:
        """Look at everything; return the boxes in which something has changed."""
        if self._family is None or not self._family.is_of(mobjects):
            self._family = Family(mobjects)
        self._shown = self._family.shown()
        moving, before = self._looks_of(self._shown), self._looks
        self._looks = None if moving is None or self._behind_looks is None else self._behind_looks | moving
        self._lively = Family(lively)
        self._lively_shown = self._among_shown(self._lively.shown())
        return self._boxes(before, self._looks)

    def _among_shown(self, mobjects: list[Any]) -> list[Any]:
        looks = self._looks or {}
        return [mobject for mobject in mobjects if id(mobject) in looks]

    def _looks_of(self, mobjects: Sequence[Mobject]) -> Looks | None:
        if not all(map(is_plain, mobjects)):
            return None
        return {id(mobject): self._look(mobject) for mobject in mobjects}

    def _boxes(self, before: Looks | None, now: Looks | None) -> list[PixelArea]:
        whole = PixelArea.of(self.pixel_array)
        return [whole] if before is None or now is None else gathered(differing(before, now), whole)

    def _draw(self, box: PixelArea, behind: Frame, mobjects: Sequence[Any], looks: Looks | None) -> None:
        """Make the picture right inside a box; outside, it is whatever comes out.

        Cairo rounds differently where it clips a slanting edge, by a few levels. So only upright shapes are clipped,
        which most large ones are; others are drawn whole, and what of them lies outside is never looked at.
        """
        self.pixel_array[box.area] = behind[box.area]
        if looks is None:
            self.capture_mobjects(mobjects, include_submobjects=False)
            return
        context = self.get_cairo_context(self.pixel_array)
        for mobject in mobjects:
            look = looks[id(mobject)]
            if not look.box.meets(box):
                continue
            if isinstance(mobject, ImageMobject):
                self.display_image_mobject(mobject, self.pixel_array)
            elif look.is_upright:
                _clip(context, box)
                self._draw_curves(mobject, context, look)
                context.reset_clip()
            else:
                self._draw_curves(mobject, context, look)

    def set_cairo_context_path(self, ctx: cairo.Context[Any], vmobject: VMobject) -> Self:
        """Make a mobject's curves the path, as Manim does, but faster."""
        ctx.new_path()
        add_path(ctx, vmobject)
        return self

    def _draw_curves(self, vmobject: VMobject, context: cairo.Context[Any], look: Look) -> None:
        context.new_path()
        if look.path is None:
            add_path(context, vmobject)
            if look.drawn:
                look.path = context.copy_path()
        else:
            context.append_path(look.path)
        look.drawn += 1
        for colour, width in look.coats:
            context.set_source_rgba(*colour)
            if width is None:
                context.fill_preserve()
            else:
                context.set_line_width(width * self.cairo_line_width_multiple)
                context.set_line_join(LINE_JOIN_MAP[vmobject.joint_type])
                context.set_line_cap(CAP_STYLE_MAP[vmobject.cap_style])
                context.stroke_preserve()

    def _look(self, mobject: Any) -> Look:
        """Return how a mobject looks; the same as before if nothing has changed."""
        points, style = mobject.points.tobytes(), style_of(mobject)
        before = self._looks.get(id(mobject)) if self._looks else None
        if before is not None and before.points == points and before.style == style:
            return before
        if isinstance(mobject, ImageMobject):
            return Look(points, style, (), False, self._box(mobject, _MARGIN))
        coats = coats_of(mobject)
        if not coats:
            return Look(points, style, coats, False, NOWHERE)
        upright = is_upright(mobject)
        widest = max(coat.width or 0 for coat in coats) * self.cairo_line_width_multiple
        reach = widest / 2 * self.pixel_width / self.frame_width * (SQUARE_CORNER if upright else MITER_LIMIT)
        look = Look(points, style, coats, upright, self._box(mobject, _MARGIN + reach))
        if before is not None and before.points == points:
            look.drawn, look.path = before.drawn, before.path
        return look

    def _box(self, mobject: VMobject | ImageMobject, margin: float) -> PixelArea:
        """Return the box of all pixels that are nearer than the margin to a mobject's points."""
        scale_x, scale_y = self.pixel_width / self.frame_width, self.pixel_height / self.frame_height
        low, high = np.minimum.reduce(mobject.points).tolist(), np.maximum.reduce(mobject.points).tolist()
        if not all(map(math.isfinite, (*low, *high))):
            return NOWHERE
        center_x, center_y, _ = self.frame_center.tolist()
        return PixelArea(
            math.floor(self.pixel_width / 2 + (low[0] - center_x) * scale_x - margin),
            math.floor(self.pixel_height / 2 - (high[1] - center_y) * scale_y - margin),
            math.ceil(self.pixel_width / 2 + (high[0] - center_x) * scale_x + margin),
            math.ceil(self.pixel_height / 2 - (low[1] - center_y) * scale_y + margin),
        )


def _clip(context: cairo.Context[Any], box: PixelArea) -> None:
    """Let nothing be drawn outside of a box of pixels."""
    matrix = context.get_matrix()
    context.identity_matrix()
    context.new_path()
    context.rectangle(box.left, box.top, box.right - box.left, box.bottom - box.top)
    context.clip()
    context.set_matrix(matrix)
