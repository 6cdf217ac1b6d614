"""How a number gets from where it stands to where it goes, without crossing what is written in between."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from manim import Animation, AnimationGroup, FadeIn, FadeOut, Mobject, Restore, smooth, squish_rate_func

from cnn_core.arrays import Array
from scenes.mobjects.text import Label

__all__ = ["EARLY", "LATE", "travel"]

EARLY, LATE = squish_rate_func(smooth, 0, 0.4), squish_rate_func(smooth, 0.5, 1)

_HOP = 0.25
"""How far a number is seen to leave and to arrive if its way is not free, in scene units."""
_STEPS = 16
"""Places on a way that are looked at."""
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
    goal = number.get_center()
    leaving = number.copy().scale((size or number.size) / number.size).move_to(start)
    if past and not is_free(leaving, goal, past):
        way = goal - leaving.get_center()
        step = _HOP * way / np.linalg.norm(way)
        return AnimationGroup(FadeOut(leaving, shift=step, rate_func=EARLY), FadeIn(number, shift=step, rate_func=LATE))
    number.save_state()
    number.scale((size or number.size) / number.size).move_to(start)
    return Restore(number)


def is_free(number: Label, goal: Array, past: Sequence[Mobject]) -> bool:
    """Tell whether a number can go straight to a place without lying on letters that it did not lie on before."""
    letters = [one for one in family_of(past) if one is not number and one.glyphs]
    seen = [one for one in letters if one.glyphs[0].get_fill_opacity() > _SEEN]
    boxes = np.array([box_of(one) for one in seen]).reshape(-1, 4)
    left, bottom, right, top = box_of(number)
    shares = np.linspace(0, 1, _STEPS)[:, None]
    x, y = (shares * (goal - number.get_center())[None, axis] for axis in (0, 1))
    crosses = (
        (boxes[:, 0] < right + x) & (boxes[:, 2] > left + x) & (boxes[:, 1] < top + y) & (boxes[:, 3] > bottom + y)
    )
    return not (crosses[1:] & ~crosses[0]).any()


def family_of(mobjects: Sequence[Mobject]) -> list[Label]:
    return [part for one in mobjects for part in one.get_family() if isinstance(part, Label)]


def box_of(label: Label) -> tuple[float, float, float, float]:
    points = np.concatenate([glyph.points for glyph in label.glyphs])
    (left, bottom), (right, top) = points[:, :2].min(axis=0), points[:, :2].max(axis=0)
    return left, bottom, right, top
