"""What animations will do, as far as it is known without playing them: who goes straight to which goal, and when."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np
from manim import Animation, AnimationGroup, FadeIn, FadeOut, ImageMobject, Mobject, Transform, VMobject
from manim.utils.paths import straight_path

from cnnreel.film.looks import LineLook
from cnnreel.film.tracks import Series
from scenes.swift import family_of

__all__ = ["Foreseen", "Motion", "are_apart", "fades_of", "goes_straight"]


@dataclass(frozen=True, eq=False)
class Foreseen:
    """A mobject that is, at each sample, a mixture of two looks.

    Attributes
    ----------
    shares : (T,)
        Of the second one.
    """

    start: LineLook
    target: LineLook
    shares: Series


@dataclass
class Motion:
    """The animations of a scene, taken apart.

    Attributes
    ----------
    foreseen
        By the ids of mobjects.
    moving
        Mobjects that have to be moved to know how they look.
    """

    foreseen: dict[int, Foreseen] = field(default_factory=dict)
    moving: list[Mobject] = field(default_factory=list)
    _moves: list[tuple[Callable[[float], object], Series]] = field(default_factory=list)
    _back: list[Callable[[], object]] = field(default_factory=list)

    @classmethod
    def of(cls, scene: Any, times: Series, begun: Sequence[Animation]) -> Motion:
        """Take animations apart that share nothing with each other.

        Parameters
        ----------
        begun
            Those of the scene's animations that have begun; others are fades.
        """
        motion = cls()
        for animation in scene.animations:
            for leaf, alphas in leaves(animation, times / animation.run_time):
                motion._take(leaf, alphas, is_begun=animation in begun)
        return motion

    def _take(self, leaf: Any, alphas: Series, *, is_begun: bool) -> None:
        if not is_begun:
            self._fade(leaf, alphas)
        elif is_straight_transform(leaf):
            self._foresee(leaf, alphas)
        else:
            self.moving.append(leaf.mobject)
            self._moves.append((leaf.interpolate, alphas))

    def _foresee(self, leaf: Any, alphas: Series) -> None:
        families = list(leaf.get_all_families_zipped())
        for index, (mobject, start, target) in enumerate(families):
            if index == 0 or leaf.lag_ratio:
                shares = shares_of(leaf, alphas, index, len(families))
            self.foreseen[id(mobject)] = Foreseen(LineLook.of(start), LineLook.of(target), shares)

    def _fade(self, leaf: Any, alphas: Series) -> None:
        """Find out what a fade does that did not begin; its mobject looks as when it is all there."""
        parts = leaf.mobject.family_members_with_points()
        moved, is_coming = farther(leaf), isinstance(leaf, FadeIn)
        for index, part in enumerate(parts):
            if index == 0 or leaf.lag_ratio:
                shares = shares_of(leaf, alphas, index, len(parts))
            if isinstance(part, VMobject):
                there = LineLook.of(part)
                gone = there.faded(moved)
                start, target = (gone, there) if is_coming else (there, gone)
                self.foreseen[id(part)] = Foreseen(start, target, shares)
            else:
                self._fade_picture(part, moved, shares, is_coming=is_coming)

    def _fade_picture(self, picture: Any, moved: Callable[[Any], Any], shares: Series, *, is_coming: bool) -> None:
        there, gone = picture.copy(), picture.copy().fade(1)
        gone.points = moved(gone.points)
        self.moving.append(picture)
        self._moves.append((partial(picture.interpolate, *((gone, there) if is_coming else (there, gone))), shares))
        self._back.append(partial(picture.interpolate, there, there, 0))

    def play(self, sample: int) -> None:
        for move, shares in self._moves:
            move(float(shares[sample]))

    def leave(self) -> None:
        """Let pictures that did not begin to fade look as before."""
        for back in self._back:
            back()


def shares_of(leaf: Animation, alphas: Series, index: int, count: int) -> Series:
    return np.array([leaf.get_sub_alpha(alpha, index, count) for alpha in alphas.tolist()])


def farther(fade: Any) -> Callable[[Any], Any]:
    """Return what is done to the points (n, 3) of what is gone: it may be elsewhere, and larger or smaller."""
    way = fade.shift_vector * (-1 if isinstance(fade, FadeIn) and not fade.point_target else 1)
    if fade.scale_factor == 1:
        return lambda points: points + way if np.any(way) else points
    middle = fade.mobject.get_center() + way
    return lambda points: (points + way - middle) * fade.scale_factor + middle


def are_apart(scene: Any) -> bool:
    """Tell whether a scene's animations share nothing with each other, and nothing else can move."""
    found: list[Any] = [leaf for one in scene.animations for leaf, _ in leaves(one, np.zeros(1))]
    parts = [part for leaf in found if leaf is not None for part in leaf.mobject.get_family()]
    if None in found or len(set(parts)) < len(parts):
        return False
    return not scene.updaters and not any(part.updaters for part in family_of([*scene.mobjects, *parts]))


def fades_of(scene: Any) -> list[Animation]:
    """Return those of a scene's animations, which are apart, that need not begin."""
    return [one for one in scene.animations if type(one) in (FadeIn, FadeOut) and _is_plain(one)]


def _is_plain(fade: Any) -> bool:
    """Tell whether a fade goes straight from nothing to all, or back, and of curves and images alone."""
    return (
        fade.path_func is straight_path()
        and [fade.rate_func(alpha) for alpha in (0, 1, 1.01)] == [0, 1, 1]
        and not fade.reverse_rate_function
        and all(isinstance(part, VMobject | ImageMobject) for part in fade.mobject.family_members_with_points())
    )


def leaves(animation: Animation, alphas: Series) -> Iterator[tuple[Animation | None, Series]]:
    """Give the animations of which one is composed, and how far each is; None for one composed in another way."""
    if not isinstance(animation, AnimationGroup):
        yield animation, alphas
        return
    if type(animation).interpolate is not AnimationGroup.interpolate:
        yield None, alphas
        return
    times = np.array([animation.rate_func(alpha) for alpha in alphas.tolist()]) * animation.max_end_time
    for part, start, end in animation.anims_with_timings:
        span = end - start
        yield from leaves(part, np.clip((times - start) / span, 0, 1) if span else np.ones(len(times)))


def is_straight_transform(animation: Any) -> bool:
    """Tell whether an animation that has begun moves each point of curves, and each colour, straight to its goal."""
    return goes_straight(animation) and all_curves(animation.get_all_mobjects())


def goes_straight(animation: Animation) -> bool:
    """Tell whether an animation moves whatever it moves straight to its goal, as far as its kind says."""
    kind: Any = type(animation)
    return (
        isinstance(animation, Transform)
        and kind.interpolate is Animation.interpolate
        and kind.interpolate_mobject is Animation.interpolate_mobject
        and kind.interpolate_submobject is Transform.interpolate_submobject
        and kind.get_sub_alpha is Animation.get_sub_alpha
        and animation.path_func is straight_path()
        and all(isinstance(part, VMobject) for part in animation.mobject.get_family())
    )


def all_curves(mobjects: Sequence[Any]) -> bool:
    """Tell whether all parts of mobjects are made of curves, and equally many."""
    families = [mobject.family_members_with_points() for mobject in mobjects]
    return all(
        isinstance(part, VMobject) and part.points.shape == parts[0].points.shape
        for parts in zip(*families, strict=False)
        for part in parts
    )
