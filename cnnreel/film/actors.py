"""What is seen of one mobject: its samples in an animation become keys of its sprite's tracks."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any

import numpy as np
from manim import ImageMobject, VMobject

from cnnreel.film.outlines import Outline2d, Outlines, Points, extent, fit
from cnnreel.film.paints import Paints
from cnnreel.film.tracks import HOLDS, Easings, Key, Keys, Series, Table, eased

__all__ = ["Actor", "Props", "actor_of"]

HAIR = 0.06
"""Pixels that count as a difference."""

LEVEL = 1 / 255
"""Part of a colour, or of opacity, that counts as a difference."""


class Projection:
    """From scene units to pixels of the film, whose shorter side has 1080."""

    def __init__(self, frame: tuple[float, float], shorter: float) -> None:
        self.unit = shorter / min(frame)
        self.size = tuple(round(side * self.unit, 3) for side in frame)
        self._middle = np.array(self.size) / 2

    def points(self, points: Any) -> Points:
        """Return points (n, 3) of the scene as (n, 2) in the film."""
        projected: Points = points[:, :2] * (self.unit, -self.unit) + self._middle
        return projected


@dataclass
class Props:
    """What all sprites of a film share."""

    projection: Projection
    paints: Paints
    easings: Easings = field(default_factory=Easings)
    outlines: Outlines = field(default_factory=Outlines)
    pictures: Table = field(default_factory=Table)
    tracks: Table = field(default_factory=Table)

    def track(self, keys: list[list[float]]) -> int:
        """Return the index of a track."""
        return self.tracks.add(repr(keys), keys)


class Actor(ABC):
    """A mobject, and how it looked at each sample since the last keys were written."""

    def __init__(self, mobject: Any, props: Props) -> None:
        self.mobject, self.props = mobject, props
        self.looks: list[Any] = []
        self.pose = Keys([HAIR] * 6)

    @abstractmethod
    def look(self) -> Any:
        """Return how the mobject looks now; the very same object as the last time if it looks the same."""

    @abstractmethod
    def digest(self) -> bytes:
        """Return a hash of how it looked last."""

    @abstractmethod
    def keep(self, start: int, looks: list[Any]) -> None:
        """Write keys for how it looked from a sample on; it looked different before."""

    @abstractmethod
    def sprite(self) -> dict[str, Any] | None:
        """Return the sprite that was recorded; nothing if it was never seen."""

    def sample(self) -> None:
        """Look at the mobject once more."""
        self.looks.append(self.look())

    def write(self, start: int) -> None:
        """Write keys for all samples since the last ones; the first of them is the sample at `start`."""
        looks = self.looks[1:]
        if looks and any(look is not self.looks[0] for look in looks):
            self.keep(start, looks)
        self.looks = self.looks[-1:]


@dataclass(frozen=True, eq=False)
class LineLook:
    """How a mobject that is made of curves looks: its points, and its colours as bytes."""

    points: Any
    style: tuple[bytes, bytes, float]


class Drawn(Actor):
    """A mobject that is made of curves."""

    def __init__(self, mobject: Any, props: Props) -> None:
        super().__init__(mobject, props)
        self.looks.append(None)
        self.outline: list[Key] = []
        self.fill = Keys([LEVEL] * 4)
        self.stroke = Keys([LEVEL] * 4 + [HAIR])

    def look(self) -> LineLook:
        """Return points and style."""
        mobject, before = self.mobject, self.looks[-1]
        fill, stroke = mobject.get_fill_rgbas(), mobject.get_stroke_rgbas()
        style = fill.tobytes(), stroke.tobytes(), float(mobject.stroke_width)
        points = mobject.points
        if before is not None:
            if points.shape == before.points.shape and (points == before.points).all():
                if style == before.style:
                    return before  # type: ignore[no-any-return]
                return LineLook(before.points, style)
        check_plain(mobject)
        return LineLook(points.copy(), style)

    def digest(self) -> bytes:
        """Return a hash of points and style; of what cannot be seen, nothing."""
        fill, stroke, width = self.looks[-1].style
        fills, strokes = np.frombuffer(fill)[3] > 0, width > 0 and np.frombuffer(stroke)[3] > 0
        if not fills and not strokes:
            return b""
        traits = [self.looks[-1].points.tobytes(), fill if fills else b"", stroke if strokes else b""]
        traits += [repr((width if strokes else 0, self.mobject.joint_type, self.mobject.cap_style)).encode()]
        return blake2b(b"/".join(traits), digest_size=16).digest()

    def keep(self, start: int, looks: list[Any]) -> None:
        """Write keys for outline, pose and paint."""
        styles = [look.style for look in looks]
        same = all(style == styles[0] for style in styles[1:])
        self._keep_style(start, styles[:1] if same else styles)
        if not self.fill.keys and not self.stroke.keys:
            return
        points = [look.points for look in looks]
        if not self.outline or any(one is not self._kept for one in points):
            first = 0
            for index in range(1, len(points) + 1):
                if index == len(points) or len(points[index]) != len(points[first]):
                    self._keep_points(start + first, points[first:index])
                    first = index
            self._kept = points[-1]

    _kept: Any = None

    def _keep_points(self, start: int, points: list[Any]) -> None:
        """Write keys for outlines that have equally many points."""
        if len(points[0]) < 4:
            self._put(start, "")
            return
        if all(one is points[0] for one in points):
            points = points[:1]
        self._keep_stack(start, np.stack([self.props.projection.points(one) for one in points]))

    def _keep_stack(self, start: int, stack: Any) -> None:
        """Write keys for outlines (T, n, 2)."""
        found = fit(stack)
        if found is None:
            self._keep_morph(start, stack)
            return
        outline = self.props.outlines.find(found[0])
        outline.size = np.maximum(outline.size, extent(stack)[1].max(axis=0))
        self._put(start, outline)
        self.pose.add(start, found[1], self.props.easings, outline)

    def _keep_morph(self, start: int, stack: Any) -> None:
        """Write keys for outlines that are no images of each other."""
        flat = stack.reshape(len(stack), -1)
        for first, last, easing in eased(flat, np.full(flat.shape[1], HAIR), self.props.easings):
            if last == first:
                self._keep_stack(start + first, stack[first : first + 1])
                continue
            origin = np.floor(stack[first].min(axis=0))
            shapes = self.props.outlines.write_alike(stack[first] - origin, stack[last] - origin)
            self._put(start + first, shapes[0], easing)
            self._put(start + last, shapes[1])
            raw = Outline2d(stack[first], np.ones(2))
            self.pose.begin(start + first, np.array([1, 0, 0, 1, *origin]), about=raw)

    def _put(self, time: int, outline: Any, easing: int = HOLDS) -> None:
        if self.outline and self.outline[-1].about == outline and easing == HOLDS:
            return
        self.outline.append(Key(time, easing, (), outline))

    def _keep_style(self, start: int, styles: list[tuple[bytes, bytes, float]]) -> None:
        fills = np.array([np.frombuffer(fill) for fill, _, _ in styles])
        self._keep_paint(self.fill, start, fills)
        widths = np.array([[width * self.props.projection.unit / 100] for _, _, width in styles])
        strokes = np.hstack([np.array([np.frombuffer(stroke) for _, stroke, _ in styles]), widths])
        strokes[widths[:, 0] == 0, 3] = 0
        self._keep_paint(self.stroke, start, strokes)

    def _keep_paint(self, keys: Keys, start: int, series: Series) -> None:
        """Write keys for a colour; what cannot be seen has that of the nearest sample in which it can."""
        seen = np.flatnonzero(series[:, 3] > 0)
        if len(seen):
            nearest = seen[np.abs(np.arange(len(series))[:, None] - seen).argmin(axis=1)]
            series = np.column_stack([series[nearest, :3], series[:, 3], series[nearest, 4:]])
        elif keys.keys:
            values = np.array(keys.keys[-1].values)
            values[3] = 0
            series = values[None]
        else:
            return
        keys.add(start, series, self.props.easings)

    def sprite(self) -> dict[str, Any] | None:
        """Return the sprite."""
        if not self.outline:
            return None
        props = self.props
        outline = [[key.time, key.easing, self._shape(key.about)] for key in self.outline]
        poses = [[*key[:2], *key.about.pose(key.values)] for key in self.pose.keys]
        sprite = {"outline": props.track(outline), "pose": props.track(level(poses))}
        for name, keys in (("fill", self.fill.keys), ("stroke", self.stroke.keys)):
            if keys:
                sprite[name] = props.track([self._paint(key) for key in keys])
        return sprite

    def _shape(self, about: Any) -> int:
        outlines = self.props.outlines
        if isinstance(about, Outline2d):
            return outlines.write(about.points)
        return outlines.shapes.add("", "") if about == "" else int(about)

    def _paint(self, key: Key) -> list[float]:
        red, green, blue, opacity, *width = key.values
        paint = self.props.paints.find((red, green, blue))
        return [key.time, key.easing, paint, round(opacity, 3), *(round(one, 2) for one in width)]


def level(poses: list[list[float]]) -> list[list[float]]:
    """Let all keys of a pose have equally many numbers."""
    longest = max(map(len, poses))
    more = {4: (), 5: (1,), 6: (1, 1), 8: (1, 0, 0, 1)}
    full = []
    for key in poses:
        if len(key) == longest:
            full.append(key)
        elif len(key) == 4:
            full.append([*key, *more[longest]])
        else:
            scales = [*key[4:], key[-1]][:2]
            full.append([*key[:4], *scales] if longest == 6 else [*key[:4], scales[0], 0, 0, scales[1]])
    return full


def check_plain(mobject: VMobject) -> None:
    """Refuse what a film cannot say: gradients, lines behind, and colours that come from pictures."""
    kind = type(mobject).__name__
    if mobject.background_image is not None:
        raise TypeError(f"{kind} is coloured by a picture: say here how it looks.")
    if len(mobject.get_fill_rgbas()) > 1 or len(mobject.get_stroke_rgbas()) > 1:
        raise TypeError(f"{kind} has more than one colour: say here how it looks.")
    if mobject.background_stroke_width and (mobject.get_stroke_rgbas(background=True)[:, 3] > 0).any():
        raise TypeError(f"{kind} has a line behind it: say here how it looks.")


@dataclass(frozen=True, eq=False)
class PictureLook:
    """How an image looks: its corners, and its colours."""

    points: Any
    pixels: Any


class Shown(Actor):
    """An image."""

    def __init__(self, mobject: Any, props: Props) -> None:
        super().__init__(mobject, props)
        self.looks.append(None)
        self.picture: list[list[int]] = []
        self.opacity = Keys([LEVEL])

    def look(self) -> PictureLook:
        """Return corners and colours."""
        before, points, pixels = self.looks[-1], self.mobject.points, self.mobject.pixel_array
        if before is not None:
            if np.array_equal(pixels, before.pixels):
                if np.array_equal(points, before.points):
                    return before  # type: ignore[no-any-return]
                pixels = before.pixels
        return PictureLook(points.copy(), pixels if before and pixels is before.pixels else pixels.copy())

    def digest(self) -> bytes:
        """Return a hash of corners and colours."""
        look = self.looks[-1]
        return blake2b(look.points.tobytes() + look.pixels.tobytes(), digest_size=16).digest()

    def keep(self, start: int, looks: list[Any]) -> None:
        """Write keys for place, opacity and picture."""
        stack = np.stack([self.props.projection.points(look.points) for look in looks])
        low = stack.min(axis=1)
        size = stack.max(axis=1) - low
        zero = np.zeros((len(looks), 1))
        self.pose.add(start, np.hstack([size[:, :1], zero, zero, size[:, 1:], low]), self.props.easings, UNIT)
        opacity = np.array([[look.pixels[0, 0, 3] / 255] for look in looks])
        self.opacity.add(start, opacity, self.props.easings)
        before = None
        for index, look in enumerate(looks):
            if look.pixels is not before:
                before = look.pixels
                self._put(start + index, look.pixels)

    def _put(self, time: int, pixels: Any) -> None:
        if (pixels[..., 3] != pixels[0, 0, 3]).any():
            raise TypeError("A picture is transparent in places: say here how it looks.")
        rgb = np.ascontiguousarray(pixels[..., :3])
        pictures = self.props.pictures
        index = pictures.add((rgb.shape, rgb.tobytes()), rgb)
        if not self.picture or self.picture[-1][2] != index:
            self.picture.append([time, HOLDS, index])

    def sprite(self) -> dict[str, Any] | None:
        """Return the sprite."""
        if not self.picture:
            return None
        props = self.props
        poses = [[*key[:2], *key.about.pose(key.values)] for key in self.pose.keys]
        sprite = {"picture": props.track([list(key) for key in self.picture]), "pose": props.track(level(poses))}
        opacity = [[key.time, key.easing, round(key.values[0], 3)] for key in self.opacity.keys]
        if opacity != [[opacity[0][0], HOLDS, 1]]:
            sprite["opacity"] = props.track(opacity)
        return sprite


UNIT = Outline2d(np.zeros((4, 2)), np.ones(2))
"""The square that pictures are drawn in."""


def actor_of(mobject: Any, props: Props) -> Actor:
    """Return what records a mobject."""
    if isinstance(mobject, VMobject):
        return Drawn(mobject, props)
    if isinstance(mobject, ImageMobject):
        return Shown(mobject, props)
    raise TypeError(f"{type(mobject).__name__} is neither made of curves nor an image: say here how it looks.")
