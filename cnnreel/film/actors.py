"""What is seen of one mobject: its samples in an animation become keys of its sprite's tracks."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any, TypeAlias

import numpy as np
from manim import VMobject

from cnnreel.film.looks import LineLook
from cnnreel.film.outlines import Outline2d, Outlines, Points, extent, fit
from cnnreel.film.paints import Paints
from cnnreel.film.tracks import HOLDS, Easings, Key, Keys, Series, Stretch, Table, counting, eased

__all__ = ["HAIR", "LEVEL", "Actor", "LineActor", "Projection", "Props", "evened"]

HAIR = 0.06
"""Pixels that count as a difference."""

LEVEL = 1 / 255
"""Part of a colour, or of opacity, that counts as a difference."""


FILL, STROKE = np.full(4, LEVEL), np.array([LEVEL] * 4 + [HAIR])
"""What counts as a difference in red, green, blue, opacity, and in a line's width."""

Ink: TypeAlias = tuple[Series, list[Stretch]]
"""Samples of a colour, and the pieces that they are divided into."""


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
    _inks: dict[bytes, tuple[Ink | None, Ink | None]] = field(default_factory=dict)
    _painted: dict[tuple[float, ...], list[float]] = field(default_factory=dict)

    def track(self, keys: Sequence[Sequence[float]]) -> int:
        return self.tracks.add(repr(keys), keys)

    def paint(self, values: tuple[float, ...]) -> list[float]:
        """Return a key's colour, opacity and, of a line, width as the film has them."""
        if values not in self._painted:
            red, green, blue, opacity, *width = values
            paint = self.paints.find((red, green, blue))
            self._painted[values] = [paint, round(opacity, 3), *(round(one, 2) for one in width)]
        return self._painted[values]

    def inks(self, series: Series) -> tuple[Ink | None, Ink | None]:
        """Divide samples (T, 9) of filling and line; many mobjects fade alike. None for what is never seen."""
        key = series.tobytes()
        if key not in self._inks:
            lines = series[:, 4:] * ([1] * 4 + [self.projection.unit / 100])
            lines[lines[:, 4] == 0, 3] = 0
            self._inks[key] = self._ink(series[:, :4], FILL), self._ink(lines, STROKE)
        return self._inks[key]

    def _ink(self, series: Series, scale: Series) -> Ink | None:
        """Divide the samples of a colour; what cannot be seen has that of the nearest sample in which it can."""
        seen = np.flatnonzero(series[:, 3] > 0)
        if not len(seen):
            return None
        nearest = seen[np.abs(np.arange(len(series))[:, None] - seen).argmin(axis=1)]
        series = np.column_stack([series[nearest, :3], series[:, 3], series[nearest, 4:]])
        return series, list(eased(series, scale, self.easings))


class Actor(ABC):
    """A mobject, and how it looked at each sample since the last keys were written."""

    def __init__(self, mobject: Any, props: Props) -> None:
        self.mobject, self.props = mobject, props
        self.looks: list[Any] = []
        self.pose = Keys(np.full(6, HAIR))

    @abstractmethod
    def look(self, foreseen: Any = None) -> Any:
        """Return how the mobject looks, now or as foreseen; the very same object as last time if it looks the same."""

    @abstractmethod
    def digest(self) -> bytes:
        """Return a hash of how it looked last."""

    @abstractmethod
    def keep(self, start: int, looks: list[Any]) -> None:
        """Write keys for how it looked from a sample on; it looked different before."""

    @abstractmethod
    def sprite(self) -> dict[str, Any] | None:
        """Return the sprite that was recorded; nothing if it was never seen."""

    def sample(self, foreseen: Any = None) -> None:
        self.looks.append(self.look(foreseen))

    def write(self, start: int) -> None:
        """Write keys for all samples since the last ones; the first of them is the sample at `start`."""
        before, *looks = self.looks
        for look in looks:
            if look is not before:
                self.keep(start, looks)
                break
        self.looks = self.looks[-1:]


class LineActor(Actor):
    """A mobject that is made of curves."""

    def __init__(self, mobject: Any, props: Props) -> None:
        super().__init__(mobject, props)
        self.looks.append(None)
        self.outline: list[Key] = []
        self.fill, self.stroke = Keys(FILL), Keys(STROKE)

    def look(self, foreseen: LineLook | None = None) -> LineLook:
        before: LineLook | None = self.looks[-1]
        now = foreseen or LineLook.of(self.mobject)
        if before is not None and now.data == before.data:
            return before if now.style == before.style else LineLook(before.points, before.data, now.style)
        check_plain(self.mobject)
        return LineLook(now.points.copy(), now.data, now.style)

    def digest(self) -> bytes:
        """Return a hash of points and style; of what cannot be seen, nothing."""
        look, ends = self.looks[-1], (self.mobject.joint_type, self.mobject.cap_style)
        if look is not self._digested or ends != self._ends:
            traits = b"/".join(look.traits())
            self._digest = blake2b(traits + repr(ends).encode(), digest_size=16).digest() if traits else b""
            self._digested, self._ends = look, ends
        return self._digest

    _digested: LineLook | None = None
    _ends: object = None
    _digest = b""

    def keep_mixture(self, start: int, other: LineLook, shares: Series) -> bytes:
        """Write keys for a mixture of the last look with another one, and return its hash.

        Parameters
        ----------
        shares : (T,)
            Of the other one at each sample.
        """
        one = self.looks[-1]
        paint = one.colors
        self._keep_colors(start, paint[None] if one.style == other.style else mixture(paint, other.colors, shares))
        if self.fill.keys or self.stroke.keys:
            self._keep_moved(start, one.points, other.points, shares)
        self.looks = [self.look(other if shares[-1] == 1 else None)]
        traits = b"/".join([*one.traits(), *other.traits()])
        return blake2b(traits + shares.tobytes(), digest_size=16).digest() if traits else b""

    def _keep_moved(self, start: int, one: Any, other: Any, shares: Series) -> None:
        if (one == other).all() or len(one) < 4:
            if not self.outline or self._kept is not one:
                self._keep_points(start, [one])
            return
        ends = np.stack([self.props.projection.points(points) for points in (one, other)])
        found = fit(ends)
        if found is None:
            self._keep_morph(start, ends[0] + shares[:, None, None] * (ends[1] - ends[0]))
        else:
            self._keep_poses(start, ends, found[0], mixture(found[1][0], found[1][1], shares))

    def keep(self, start: int, looks: list[Any]) -> None:
        """Write keys for outline, pose and paint."""
        same = all(look.style == looks[0].style for look in looks[1:])
        self._keep_colors(start, np.array([look.colors for look in (looks[:1] if same else looks)]))
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
        self._keep_poses(start, stack, *found)

    def _keep_poses(self, start: int, stack: Any, points: Points, poses: Series) -> None:
        """Write keys for images of an outline; it is as large as the largest in the stack (T, n, 2)."""
        outline = self.props.outlines.find(points)
        outline.size = np.maximum(outline.size, extent(stack)[1].max(axis=0))
        self._put(start, outline)
        self.pose.add(start, poses, self.props.easings, outline)

    def _keep_morph(self, start: int, stack: Any) -> None:
        flat = stack.reshape(len(stack), -1)
        for piece in eased(flat, np.full(flat.shape[1], HAIR), self.props.easings):
            first, last = stack[piece.first], stack[piece.last]
            if not piece.moves:
                self._keep_stack(start + piece.begins, first[None])
                continue
            origin = np.floor(first.min(axis=0))
            shapes = self.props.outlines.write_alike(first - origin, last - origin)
            self._put(start + piece.begins, shapes[0], piece.easing)
            self._put(start + piece.ends, shapes[1])
            raw = Outline2d(first, np.ones(2))
            self.pose.begin(start + piece.begins, np.array([1, 0, 0, 1, *origin]), about=raw)

    def _put(self, time: int, outline: Any, easing: int = HOLDS) -> None:
        if self.outline and self.outline[-1].about == outline and easing == HOLDS:
            return
        self.outline.append(Key(time, easing, (), outline))

    def _keep_colors(self, start: int, series: Series) -> None:
        """Write keys for filling and line (T, 9); what is never seen keeps the colour that it had."""
        for keys, ink in zip((self.fill, self.stroke), self.props.inks(series), strict=True):
            if ink is not None:
                keys.put(start, *ink)
            elif keys.keys:
                keys.begin(start, np.array([*keys.keys[-1].values[:3], 0, *keys.keys[-1].values[4:]]))

    def sprite(self) -> dict[str, Any] | None:
        if not self.outline:
            return None
        props = self.props
        outline = [[key.time, key.easing, self._shape(key.about)] for key in counting(self.outline)]
        poses = [[*key[:2], *key.about.pose(key.values)] for key in counting(self.pose.keys)]
        sprite = {"outline": props.track(outline), "pose": props.track(evened(poses))}
        for name, keys in (("fill", self.fill.keys), ("stroke", self.stroke.keys)):
            if keys:
                sprite[name] = props.track([[*key[:2], *props.paint(key.values)] for key in counting(keys)])
        return sprite

    def _shape(self, about: Any) -> int:
        outlines = self.props.outlines
        if isinstance(about, Outline2d):
            return outlines.index(about)
        return outlines.shapes.add("", "") if about == "" else int(about)


def mixture(one: Series, other: Series, shares: Series) -> Series:
    """Return what lies between two lists of numbers at each share of the other (T,)."""
    mixed: Series = one + shares[:, None] * (other - one)
    return mixed


def evened(poses: list[list[float]]) -> list[list[float]]:
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
