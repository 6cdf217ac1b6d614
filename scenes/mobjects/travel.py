"""How a number gets from where it stands to where it goes, without crossing what is written in between."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from manim import (
    RIGHT,
    UP,
    Animation,
    AnimationGroup,
    FadeIn,
    FadeOut,
    Mobject,
    Restore,
    smooth,
    squish_rate_func,
)

from scenes.mobjects.text import Label
from scenes.swift import family_of

__all__ = ["EARLY", "LATE", "Along", "Way", "all_or_none", "hop", "is_free", "starting", "travel", "way_between"]

EARLY, LATE = squish_rate_func(smooth, 0, 0.4), squish_rate_func(smooth, 0.5, 1)

_HOP, _SMALL = 0.12, 0.7
"""How far a number is seen to leave if its way is not free, in scene units, and from which size on it arrives."""
_STEPS = 40
"""Places on a way that are looked at."""
_HALF, _BRIEF = 0.5, 0.2
"""Share of a way that a number only rises at most, and where it comes down again."""
_SEEN = 0.3
"""Opacity from which on a letter is in the way."""


def travel(
    number: Label, start: Any, size: float = 0.0, past: Sequence[Mobject] = (), *, leaves: bool = True
) -> Animation:
    """Return the animation that takes a number to where it stands, from the middle of `start`, a mobject or a place.

    Where figures would lie on those that they are a copy of, it first rises or sinks clear of them.

    Parameters
    ----------
    size
        Of the text where it starts, if that is another one.
    past
        What is on stage. If words or numbers of it stand in the way, the number leaves, and arrives, without being
        seen in between.
    leaves
        Whether it stands at `start`, and is seen to leave then; otherwise it comes about there, of other numbers.
    """
    leaving = starting(number.copy(), start, size)
    way = way_between(leaving, number)
    if past and not is_free(leaving, number, past, way):
        return hop(number, leaving) if leaves else FadeIn(number, shift=_step_between(leaving, number))
    path = {} if way == Way() else {"path_func": way.path(leaving, number)}
    number.save_state()
    starting(number, start, size)
    return Restore(number, **path)


def starting(number: Label, start: Any, size: float = 0.0) -> Label:
    """Put a number where it starts, as large as what it is a copy of, its figures on those: `(−1)` on `−1.0`."""
    size = size or (start.size if isinstance(start, Label) else number.size)
    number.scale(size / number.size).move_to(start)
    figures = number.text.strip("()")
    if isinstance(start, Label) and start.glyphs and start.text.startswith(figures):
        first = number.glyphs[number.text.startswith("(")]
        number.shift(start.glyphs[0].get_left() - first.get_left())
    return number


@dataclass(frozen=True)
class Way:
    """A straight way, but for this: for a share of it, `lift`, nothing goes to the side.

    Where it is too level for that to lead clear of anything, it also rises by `bump`, and comes down as it ends.
    """

    lift: float = 0.0
    bump: float = 0.0

    def aside(self, share: Any) -> Any:
        """Return which share of the way to the side has been gone."""
        return np.clip((share - self.lift) / (1 - (2 if self.bump else 1) * self.lift), 0, 1)

    def above(self, share: Any) -> Any:
        """Return how far it is above the straight way."""
        return self.bump * np.minimum(1, np.minimum(share, 1 - share) / (self.lift or 1.0))

    def path(self, leaving: Label, goal: Label) -> Callable[[np.ndarray, np.ndarray, float], np.ndarray]:
        """Return it as Manim takes it, for a number that goes from the one place to the other."""
        across = (goal.get_x() - leaving.get_x()) * RIGHT

        def along(start: np.ndarray, end: np.ndarray, share: float) -> np.ndarray:
            points: np.ndarray = start + share * (end - start) + (self.aside(share) - share) * across
            points += self.above(share) * UP
            return points

        return along


def way_between(start: Label, goal: Label) -> Way:
    """Return a way on which figures do not lie on one another that stay where they start."""
    if len(start.glyphs) == 1:
        return Way()
    first, last = (_extents([glyph.points for glyph in one.glyphs]) for one in (start, goal))
    mine = first + np.linspace(0, 1, _STEPS)[:, None, None] * (last - first)
    crosses = _overlaps(mine[:, :, None], first)
    if not (crosses[1:] & ~crosses[0]).any():
        return Way()
    rise = float(goal.get_y() - start.get_y())
    if abs(rise) > start.size / _HALF:
        return Way(start.size / abs(rise))
    return Way(_BRIEF, -start.size if rise < 0 else start.size)


def all_or_none(moves: Sequence[Animation]) -> list[Animation]:
    """Return moves that begin together, so that all numbers hop if one has to: a few that fly would catch the eye."""
    if not any(isinstance(one, AnimationGroup) for one in moves):
        return [*moves]
    return [_hopping(one.mobject) if isinstance(one, Restore) else one for one in moves]


def _hopping(number: Any) -> Animation:
    """Return the hop of a number that was to fly from where it is now."""
    leaving = number.copy()
    number.restore()
    return hop(number, leaving)


class Along(Animation):
    """Takes a number along a way of straight pieces, given by its corners, to where it stands.

    Parameters
    ----------
    size
        Of the text where it starts, if that is another one.
    """

    def __init__(self, number: Label, corners: Sequence[np.ndarray], size: float = 0.0, **options: Any) -> None:
        self.way = np.array([*corners, number.get_center()])
        lengths = np.linalg.norm(np.diff(self.way, axis=0), axis=1)
        self.shares = np.append(0.0, lengths.cumsum()) / max(lengths.sum(), _HOP)
        self.scale = (size or number.size) / number.size
        super().__init__(number, **options)

    def interpolate_mobject(self, alpha: float) -> None:
        done = self.rate_func(alpha)
        place = np.array([np.interp(done, self.shares, along) for along in self.way.T])
        for part, goal in zip(self.mobject.get_family(), self.starting_mobject.get_family(), strict=True):
            part.points = (goal.points - self.way[-1]) * (self.scale + (1 - self.scale) * done) + place


def hop(number: Label, leaving: Label) -> Animation:
    """Return the animation in which a number leaves, and arrives where another stands, unseen in between."""
    step = _step_between(leaving, number)
    return AnimationGroup(FadeOut(leaving, shift=step, rate_func=EARLY), FadeIn(number, shift=step, rate_func=LATE))


def _step_between(leaving: Label, number: Label) -> Any:
    """Return by how much a number is seen to leave: up or down, so that it does not graze what stands beside it."""
    return np.clip(float(number.get_y() - leaving.get_y()), -_HOP, _HOP) * UP


def is_free(start: Label, goal: Label, past: Sequence[Mobject], way: Way | None = None) -> bool:
    """Tell whether a number can go to its goal without lying on letters that it did not lie on at first."""
    letters = [one for one in family_of(past) if isinstance(one, Label) and one is not goal and one.glyphs]
    seen = [one for one in letters if one.glyphs[0].get_fill_opacity() > _SEEN]
    first, last, *others = _boxes_of([start, goal, *seen])
    boxes, shares = np.reshape(others, (-1, 4)), np.linspace(0, 1, _STEPS)[:, None, None]
    way = way or Way()
    mine = first + np.where([True, False, True, False], way.aside(shares), shares) * (last - first)
    mine = mine + way.above(shares) * [0, 1, 0, 1]
    crosses = _overlaps(mine, boxes)
    return not (crosses[1:] & ~crosses[0]).any()


def _overlaps(mine: Any, others: Any) -> Any:
    return (mine[..., :2] < others[..., 2:]).all(axis=-1) & (mine[..., 2:] > others[..., :2]).all(axis=-1)


def _extents(parts: Sequence[Any]) -> Any:
    """Return left, bottom, right and top of each of some curves."""
    starts = np.cumsum([0, *(map(len, parts[:-1]))])
    points = np.concatenate(parts)[:, :2]
    return np.hstack([np.minimum.reduceat(points, starts), np.maximum.reduceat(points, starts)])


def _boxes_of(labels: Sequence[Label]) -> Any:
    """Return left, bottom, right and top of each label's letters."""
    return _extents([np.concatenate([glyph.points for glyph in one.glyphs]) for one in labels])
