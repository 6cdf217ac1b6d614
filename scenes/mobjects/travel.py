"""How a number gets from where it stands to where it goes, without crossing what is written in between."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from manim import (
    Animation,
    AnimationGroup,
    FadeIn,
    FadeOut,
    Mobject,
    Restore,
    smooth,
    squish_rate_func,
    straight_path,
)

from scenes.mobjects.text import Label
from scenes.swift import family_of

__all__ = ["EARLY", "LATE", "hop", "is_free", "lift", "travel", "way_of"]

EARLY, LATE = squish_rate_func(smooth, 0, 0.4), squish_rate_func(smooth, 0.5, 1)

_HOP, _SMALL = 0.12, 0.7
"""How far a number is seen to leave if its way is not free, in scene units, and from which size on it arrives."""
_AWAY = 1.5
"""Own heights from which on a number is clear of its line before it has gone far across."""
_SHARES = np.linspace(0, 1, 16)
"""Of a way, at which is looked."""
_SEEN = 0.3
"""Opacity from which on a letter is in the way."""


def travel(number: Label, start: Any, size: float = 0.0, past: Sequence[Mobject] = ()) -> Animation:
    """Return the animation that takes a number to where it stands, from the middle of `start`, a mobject or a place.

    Parameters
    ----------
    size
        Of the text where it starts, if that is another one.
    past
        What is on stage. If words or numbers of it stand in the way, the number leaves, and arrives, without being
        seen in between.
    """
    leaving = number.copy().scale((size or number.size) / number.size).move_to(start)
    if past and not is_free(leaving, number, past):
        return hop(number, leaving)
    way = way_of(leaving, number)
    number.save_state()
    number.scale((size or number.size) / number.size).move_to(start)
    return Restore(number, path_func=way)


def way_of(start: Mobject, goal: Mobject) -> Any:
    """Return the way of a number: straight, or if it goes to another line of text, up or down before it turns."""
    return lift if abs(float(goal.get_y() - start.get_y())) > _AWAY * start.height else straight_path()


def lift(start: Any, goal: Any, share: float) -> Any:
    """Return where points are that leave and arrive straight up or down, and go across in between."""
    return start + (goal - start) * np.array([smooth(share), share, share])


def hop(number: Label, leaving: Label) -> Animation:
    """Return the animation in which a number leaves, and arrives where another stands, unseen in between.

    It goes up or down, for beside it stand the other figures of what it is a copy of.
    """
    way = float(number.get_y() - leaving.get_y())
    step = np.array([0.0, np.clip(way, -_HOP, _HOP), 0.0])
    return AnimationGroup(FadeOut(leaving, shift=step, rate_func=EARLY), FadeIn(number, shift=step, rate_func=LATE))


def is_free(start: Label, goal: Label, past: Sequence[Mobject]) -> bool:
    """Tell whether a number can go to its goal without lying on letters that it did not lie on at first."""
    letters = [one for one in family_of(past) if isinstance(one, Label) and one is not goal and one.glyphs]
    seen = [one for one in letters if one.glyphs[0].get_fill_opacity() > _SEEN]
    first, last, *others = _boxes_of([start, goal, *seen])
    boxes = np.reshape(others, (-1, 4))
    way, ends = way_of(start, goal), np.pad([first.reshape(2, 2), last.reshape(2, 2)], ((0, 0), (0, 0), (0, 1)))
    mine: Any = np.array([way(*ends, share)[:, :2].ravel() for share in _SHARES])[:, None]
    crosses = (mine[..., :2] < boxes[:, 2:]).all(axis=-1) & (mine[..., 2:] > boxes[:, :2]).all(axis=-1)
    return not (crosses[1:] & ~crosses[0]).any()


def _boxes_of(labels: Sequence[Label]) -> Any:
    """Return left, bottom, right and top of each label's letters."""
    parts = [[glyph.points for glyph in label.glyphs] for label in labels]
    starts = np.cumsum([0, *(sum(map(len, one)) for one in parts[:-1])])
    points = np.concatenate([points for one in parts for points in one])[:, :2]
    return np.hstack([np.minimum.reduceat(points, starts), np.maximum.reduceat(points, starts)])
