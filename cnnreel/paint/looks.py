"""How mobjects look, and which of them look different from before."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any, NamedTuple, TypeAlias

import cairo
from manim import ImageMobject, Mobject, VMobject

from cnnreel.paint.patches import PixelArea
from scenes.swift import animated, family_of

__all__ = [
    "Family",
    "Look",
    "Looks",
    "coats_of",
    "differing",
    "is_plain",
    "layers_of",
    "lively",
    "shown_of",
    "style_of",
]


class Coat(NamedTuple):
    """One layer of paint on a mobject.

    Attributes
    ----------
    colour
        Blue, green, red, alpha: in the order in which Manim has cairo store them.
    width
        Of the line, in Manim's units; of the inside, None.
    """

    colour: tuple[float, float, float, float]
    width: float | None


@dataclass(eq=False, slots=True)
class Look:
    """How a mobject looks.

    Attributes
    ----------
    coats
        What is painted, the lowest first; of an image, and of what cannot be seen, nothing.
    is_upright
        Whether all its lines are horizontal or vertical.
    box
        All pixels that it may touch.
    drawn
        How often it was drawn.
    path
        For cairo; it is dear to make, and kept from the second drawing on. An image has none.
    """

    points: bytes
    style: tuple[object, ...]
    coats: tuple[Coat, ...]
    is_upright: bool
    box: PixelArea
    drawn: int = 0
    path: cairo.Path | None = None


Looks: TypeAlias = dict[int, Look]
"""How mobjects look, by their ids, the lowest first."""


class Family:
    """All mobjects that some consist of, in Manim's order.

    They are looked for once, for walking through all parts takes as long as drawing them.
    """

    def __init__(self, mobjects: list[Mobject]) -> None:
        self._of = list(mobjects)
        self._members = family_of(mobjects)
        self._parts = [list(member.submobjects) for member in self._members]

    def is_of(self, mobjects: list[Mobject], *, parts: bool = True) -> bool:
        """Tell whether these are the same ones still, and, unless it is taken for granted, have the same parts."""
        return mobjects == self._of and (not parts or [member.submobjects for member in self._members] == self._parts)

    def shown(self) -> list[Mobject]:
        return shown_of(self._members)


def shown_of(mobjects: list[Mobject]) -> list[Mobject]:
    """Return all that some consist of and that has points, the lowest first."""
    return sorted((one for one in family_of(mobjects) if len(one.points)), key=attrgetter("z_index"))


def is_plain(mobject: Any) -> bool:
    """Tell whether a mobject is made of curves, each in one colour, or is an image."""
    return isinstance(mobject, ImageMobject) or (
        isinstance(mobject, VMobject)
        and mobject.background_image is None
        and len(mobject.get_fill_rgbas()) == len(mobject.get_stroke_rgbas()) == 1
        and (not mobject.background_stroke_width or len(mobject.get_stroke_rgbas(background=True)) == 1)
    )


def is_seen(rgbas: Any) -> bool:
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


def layers_of(mobject: VMobject) -> Iterator[tuple[Any, float | None]]:
    """Give the colours, and of a line the width, of all that can be seen of a mobject, the lowest first."""
    for rgbas, width in (
        (mobject.get_stroke_rgbas(background=True), mobject.get_stroke_width(background=True)),
        (mobject.get_fill_rgbas(), None),
        (mobject.get_stroke_rgbas(), mobject.get_stroke_width()),
    ):
        if width != 0 and is_seen(rgbas):
            yield rgbas, width


def coats_of(mobject: VMobject) -> tuple[Coat, ...]:
    """Return what is painted of a mobject that has each of its colours alone."""
    return tuple(coat(rgbas, width) for rgbas, width in layers_of(mobject))


def coat(rgbas: Any, width: float | None) -> Coat:
    red, green, blue, alpha = rgbas[0].tolist()
    return Coat((blue, green, red, alpha), width)


def differing(before: Looks, now: Looks) -> list[PixelArea]:
    """Return the boxes of all that looks different or stands in another order, as it was and as it is."""
    old, new = list(before), list(now)
    first = common(old, new)
    last = common(old[first:][::-1], new[first:][::-1])
    was, now_is = old[first : len(old) - last], new[first : len(new) - last]
    in_order = [key for key in was if key in now] == [key for key in now_is if key in before]
    boxes = [before[key].box for key in was if not in_order or now.get(key) is not before[key]]
    boxes += [now[key].box for key in now_is if not in_order or before.get(key) is not now[key]]
    for key in (*new[:first], *new[len(new) - last :]):
        if before[key] is not now[key]:
            boxes += before[key].box, now[key].box
    return boxes


def common(one: Sequence[int], other: Sequence[int]) -> int:
    """Return how many elements two lists have in common at their beginning.

    >>> common([1, 2, 3], [1, 2, 4, 3])
    2
    """
    pairs = enumerate(zip(one, other, strict=False))
    return next((at for at, (left, right) in pairs if left != right), min(len(one), len(other)))


def lively(scene: Any) -> list[Mobject] | None:
    """Return all mobjects that may change while a scene's animations are played; None if any may.

    Manim, too, takes for granted that animations and updaters change their own mobjects only.
    """
    if scene.updaters:
        return None
    moved = [part for mobject in animated(scene.animations) for part in mobject.get_family()]
    updated = [part for mobject in scene.mobjects for part in mobject.get_family() if part.updaters]
    return [*moved, *(part for mobject in updated for part in mobject.get_family())]
