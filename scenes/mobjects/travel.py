"""How a number gets from where it stands to where it goes, without crossing what is written in between."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

import numpy as np
from manim import (
    UP,
    Animation,
    AnimationGroup,
    ApplyMethod,
    FadeIn,
    FadeOut,
    Mobject,
    Restore,
    smooth,
    squish_rate_func,
)

from scenes.mobjects.text import Label
from scenes.swift import family_of

__all__ = ["EARLY", "LATE", "hop", "is_free", "lifted", "travel"]

EARLY, LATE = squish_rate_func(smooth, 0, 0.4), squish_rate_func(smooth, 0.5, 1)

_HOP, _SMALL = 0.12, 0.7
"""How far a number is seen to leave if its way is not free, in scene units, and from which size on it arrives."""
_STEPS = 16
"""Places on a way that are looked at."""
_SEEN = 0.3
"""Opacity from which on a letter is in the way."""


def travel(
    number: Label, start: Any, size: float = 0.0, past: Sequence[Mobject] = (), *, leaves: bool = True
) -> Animation:
    """Return the animation that takes a number to where it stands, from the middle of `start`, a mobject or a place.

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
    leaving = number.copy().scale((size or number.size) / number.size).move_to(start)
    if past and not is_free(leaving, number, past):
        return hop(number, leaving) if leaves else FadeIn(number, shift=step_between(leaving, number))
    number.save_state()
    number.scale((size or number.size) / number.size).move_to(start)
    return Restore(number)


def hop(number: Label, leaving: Label) -> Animation:
    """Return the animation in which a number leaves, and arrives where another stands, unseen in between."""
    step = step_between(leaving, number)
    return AnimationGroup(FadeOut(leaving, shift=step, rate_func=EARLY), FadeIn(number, shift=step, rate_func=LATE))


def step_between(leaving: Label, number: Label) -> np.ndarray:
    """Return the part of its way that a number is seen to go."""
    way = number.get_center() - leaving.get_center()
    step: np.ndarray = _HOP * way / max(float(np.linalg.norm(way)), _HOP)
    return step


def lifted(moves: Sequence[Animation], past: Sequence[Mobject]) -> list[Animation]:
    """Return the animations in which numbers rise above what they are copies of, before they go straight to their goal.

    Without that, the figures of a number that goes sideways would lie on those of the number it comes from.
    """
    rises: list[Animation] = []
    for move in moves:
        number: Any = move.mobject
        if isinstance(move, Restore) and isinstance(number, Label) and len(number.glyphs) > 1:
            up = 1.1 * number.height * UP
            there, goal = number.copy().shift(up), cast("Label", number.saved_state)
            if is_free(number, there, past) and is_free(there, goal, past):
                rises.append(ApplyMethod(number.shift, up))
    return rises


def is_free(start: Label, goal: Label, past: Sequence[Mobject]) -> bool:
    """Tell whether a number can go straight to its goal without lying on letters that it did not lie on at first."""
    letters = [one for one in family_of(past) if isinstance(one, Label) and one is not goal and one.glyphs]
    seen = [one for one in letters if one.glyphs[0].get_fill_opacity() > _SEEN]
    first, last, *others = _boxes_of([start, goal, *seen])
    boxes = np.reshape(others, (-1, 4))
    mine = first + np.linspace(0, 1, _STEPS)[:, None, None] * (last - first)
    crosses = (mine[..., :2] < boxes[:, 2:]).all(axis=-1) & (mine[..., 2:] > boxes[:, :2]).all(axis=-1)
    return not (crosses[1:] & ~crosses[0]).any()


def _boxes_of(labels: Sequence[Label]) -> Any:
    """Return left, bottom, right and top of each label's letters."""
    parts = [[glyph.points for glyph in label.glyphs] for label in labels]
    starts = np.cumsum([0, *(sum(map(len, one)) for one in parts[:-1])])
    points = np.concatenate([points for one in parts for points in one])[:, :2]
    return np.hstack([np.minimum.reduceat(points, starts), np.maximum.reduceat(points, starts)])
