"""What animations will do, as far as it is known without playing them: who goes straight to which goal, and when."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from manim import Animation, AnimationGroup, Transform, VMobject
from manim.utils.paths import straight_path

from cnnreel.film.tracks import Series

__all__ = ["Foreseen", "Motion"]


@dataclass(frozen=True, eq=False)
class Foreseen:
    """A mobject that is, at each sample, a mixture of two others.

    Attributes
    ----------
    shares : (T,)
        Of the second one.
    """

    mobject: VMobject
    start: VMobject
    target: VMobject
    shares: Series


@dataclass
class Motion:
    """The animations of a scene, taken apart.

    Attributes
    ----------
    played
        Animations that have to be played to know what they do, with how far they are at each sample.
    """

    foreseen: dict[int, Foreseen] = field(default_factory=dict)
    played: list[tuple[Any, Series]] = field(default_factory=list)
    _taken: set[int] = field(default_factory=set)

    @classmethod
    def of(cls, scene: Any, times: Series) -> Motion | None:
        """Take the animations apart; nothing if they cannot be told from each other, or anything else may move."""
        if scene.updaters or any(part.updaters for mobject in scene.mobjects for part in mobject.get_family()):
            return None
        motion = cls()
        for animation in scene.animations:
            for leaf, alphas in leaves(animation, times / animation.run_time):
                if leaf is None or not motion._take(leaf, alphas):
                    return None
        return motion

    def _take(self, leaf: Animation, alphas: Series) -> bool:
        """Add an animation; tell whether it is the only one of its mobjects."""
        parts = {id(part) for part in leaf.mobject.get_family()}
        if parts & self._taken:
            return False
        self._taken |= parts
        if not is_straight_transform(leaf):
            self.played.append((leaf, alphas))
            return True
        families = list(leaf.get_all_families_zipped())
        shares = None
        for index, (mobject, start, target) in enumerate(families):
            if shares is None or leaf.lag_ratio:
                shares = np.array([leaf.get_sub_alpha(alpha, index, len(families)) for alpha in alphas.tolist()])
            self.foreseen[id(mobject)] = Foreseen(mobject, start, target, shares)
        return True

    def play(self, sample: int) -> None:
        for animation, alphas in self.played:
            animation.interpolate(float(alphas[sample]))


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


def is_straight_transform(animation: Animation) -> bool:
    """Tell whether an animation moves each point of curves, and each colour, straight to its goal."""
    kind: Any = type(animation)
    return (
        isinstance(animation, Transform)
        and kind.interpolate is Animation.interpolate
        and kind.interpolate_mobject is Animation.interpolate_mobject
        and kind.interpolate_submobject is Transform.interpolate_submobject
        and kind.get_sub_alpha is Animation.get_sub_alpha
        and animation.path_func is straight_path()
        and all_curves(animation.get_all_mobjects())
    )


def all_curves(mobjects: Sequence[Any]) -> bool:
    """Tell whether all parts of mobjects are made of curves, and equally many."""
    families = [mobject.family_members_with_points() for mobject in mobjects]
    return all(
        isinstance(part, VMobject) and part.points.shape == parts[0].points.shape
        for parts in zip(*families, strict=False)
        for part in parts
    )
