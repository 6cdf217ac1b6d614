"""What is seen of an image: where it is, how it fades, and how its pixels become others."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

import numpy as np
from manim import ImageMobject, VMobject

from cnnreel.film.actors import LEVEL, Actor, LineActor, Props, evened
from cnnreel.film.outlines import Outline2d
from cnnreel.film.tracks import EVENLY, HOLDS, Keys, Series, counting, eased

__all__ = ["PictureActor", "actor_of"]

FADE = 0.02
"""Part of a cross-fade that counts as a difference."""

REVEALS = 254
"""Into so many instants the time is divided in which a picture appears pixel by pixel."""


@dataclass(frozen=True, eq=False)
class PictureLook:
    """How an image looks: its corners, and its colours."""

    points: Any
    pixels: Any


class PictureActor(Actor):
    """An image."""

    def __init__(self, mobject: Any, props: Props) -> None:
        super().__init__(mobject, props)
        self.looks.append(None)
        self.picture: list[list[int]] = []
        self.opacity = Keys(np.array([LEVEL]))

    def look(self, foreseen: Any = None) -> PictureLook:
        before, points, pixels = self.looks[-1], self.mobject.points, self.mobject.pixel_array
        if before is None or not np.array_equal(pixels, before.pixels):
            return PictureLook(points.copy(), pixels.copy())
        same: PictureLook = before
        return same if np.array_equal(points, same.points) else PictureLook(points.copy(), same.pixels)

    def digest(self) -> bytes:
        look = self.looks[-1]
        return blake2b(look.points.tobytes() + look.pixels.tobytes(), digest_size=16).digest()

    def keep(self, start: int, looks: list[Any]) -> None:
        stack = np.stack([self.props.projection.points(look.points) for look in looks])
        low = stack.min(axis=1)
        size = stack.max(axis=1) - low
        zero = np.zeros((len(looks), 1))
        self.pose.add(start, np.hstack([size[:, :1], zero, zero, size[:, 1:], low]), self.props.easings, UNIT)
        opacity = np.array([[look.pixels[0, 0, 3] / 255] for look in looks])
        self.opacity.add(start, opacity, self.props.easings)
        self._keep_pictures(start, [check_even(look.pixels) for look in looks])

    def _keep_pictures(self, start: int, several: list[Any]) -> None:
        """Write keys for pictures (H, W, 3): one that fades or changes into another, or each of them."""
        first, last, end = several[0], several[-1], start + len(several) - 1
        if self._rgb is None or not alike(self._rgb, first):
            self._put(start, first)
        if all(alike(one, first) for one in several):
            return
        if (shares := cross_fade(several)) is not None:
            for piece in eased(shares, np.array([FADE]), self.props.easings):
                if piece.moves:
                    self._put(start + piece.begins, several[piece.first], piece.easing)
                    self._put(start + piece.ends, several[piece.last])
        elif (when := reveal(several)) is not None:
            self._put(start, first, EVENLY)
            self._put(end, last, when=when)
        else:
            for index, one in enumerate(several):
                self._put(start + index, one)

    _rgb: Any = None

    def _put(self, time: int, rgb: Any, easing: int = HOLDS, when: Any = None) -> None:
        """Show a picture from a time on; `when` tells of each pixel when it appears."""
        self._rgb = rgb
        key = (rgb.shape, rgb.tobytes(), None if when is None else when.tobytes())
        index = self.props.pictures.add(key, (rgb, when))
        if self.picture and self.picture[-1][2] == index:
            time = self.picture.pop()[0] if self.picture[-1][0] == time or easing == HOLDS else time
        self.picture.append([time, easing, index])

    def sprite(self) -> dict[str, Any] | None:
        if not self.picture:
            return None
        props = self.props
        poses = [[*key[:2], *key.about.pose(key.values)] for key in counting(self.pose.keys)]
        sprite = {"picture": props.track([list(key) for key in self.picture]), "pose": props.track(evened(poses))}
        opacity = [[key.time, key.easing, round(key.values[0], 3)] for key in counting(self.opacity.keys)]
        if opacity != [[opacity[0][0], HOLDS, 1]]:
            sprite["opacity"] = props.track(opacity)
        return sprite


def check_even(pixels: Any) -> Any:
    """Return the colours of a picture that is nowhere more transparent than elsewhere."""
    if (pixels[..., 3] != pixels[0, 0, 3]).any():
        raise TypeError("A picture is transparent in places: say here how it looks.")
    return np.ascontiguousarray(pixels[..., :3])


def alike(one: Any, other: Any) -> bool:
    """Tell whether two pictures are the same but for rounding."""
    return one.shape == other.shape and bool(np.abs(one.astype(int) - other).max() <= 1)


def cross_fade(several: list[Any]) -> Series | None:
    """Return the shares (T, 1) of the last picture in each of several, if they are mixtures of first and last."""
    first, way = several[0].astype(float), several[-1].astype(float) - several[0]
    at = int(np.abs(way).argmax())
    if not way.flat[at]:
        return None
    shares = np.array([(one.flat[at] - first.flat[at]) / way.flat[at] for one in several])
    mixed = (np.abs(one - first - share * way).max() <= 3 for one, share in zip(several, shares, strict=True))
    return shares[:, None] if all(mixed) else None


def reveal(several: list[Any]) -> Any:
    """Return for each pixel (H, W) when it becomes the last picture's, from 0 to 254, if all do so for good."""
    first, last, span = several[0], several[-1], len(several) - 1
    if span > REVEALS:
        return None
    when = np.zeros(first.shape[:2], np.uint8)
    for index, one in enumerate(several):
        arrived = alike_where(one, last)
        if not (arrived | alike_where(one, first)).all():
            return None
        when[~arrived] = round(min(index + 1, span) / span * REVEALS)
    return when


def alike_where(one: Any, other: Any) -> Any:
    """Tell of each pixel (H, W) whether it is the same in two pictures (H, W, 3)."""
    same = one == other
    return same[..., 0] & same[..., 1] & same[..., 2]


UNIT = Outline2d(np.zeros((4, 2)), np.ones(2))
"""The square that pictures are drawn in."""


def actor_of(mobject: Any, props: Props) -> Actor:
    """Return what records a mobject."""
    if isinstance(mobject, VMobject):
        return LineActor(mobject, props)
    if isinstance(mobject, ImageMobject):
        return PictureActor(mobject, props)
    raise TypeError(f"{type(mobject).__name__} is neither made of curves nor an image: say here how it looks.")
