"""Transforms that begin without copies end as those that Manim begins."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from manim import (
    RIGHT,
    ApplyMethod,
    Circle,
    Mobject,
    Restore,
    Square,
    Transform,
    VGroup,
    there_and_back,
)

from scenes.transforms import uncopied


def moved(parts: VGroup) -> Any:
    return ApplyMethod(parts.shift, RIGHT)


def animated(parts: VGroup) -> Any:
    return parts.animate.shift(RIGHT).set_fill("#56B4E9", 0.5).build()


def turned_into_circles(parts: VGroup) -> Any:
    return Transform(parts, VGroup(Circle(), Circle(color="#D55E00"), Square()))


def turned_into_squares(parts: VGroup) -> Any:
    return Transform(parts, VGroup(Square(side_length=3), Square(color="#D55E00")))


def restored(parts: VGroup) -> Any:
    parts.save_state()
    return Restore(parts.shift(RIGHT).set_stroke("#009E73", 7))


def there_and_back_again(parts: VGroup) -> Any:
    return ApplyMethod(parts.scale, 2, rate_func=there_and_back)


KINDS = [moved, animated, turned_into_circles, turned_into_squares, restored, there_and_back_again]


def looks(mobject: Mobject) -> list[Any]:
    return [
        [getattr(part, name).tolist() for name in ("points", "fill_rgbas", "stroke_rgbas")] + [part.stroke_width]
        for part in mobject.get_family()
    ]


def played(make: Callable[[VGroup], Any], *, copied: bool) -> tuple[VGroup, Any]:
    parts = VGroup(Square(), Square().shift(2 * RIGHT))
    animation = make(parts)
    with uncopied(lambda _: not copied):
        animation.begin()
    animation.finish()
    return parts, animation


@pytest.mark.parametrize("make", KINDS)
def test_they_end_as_manims_do(make: Callable[[VGroup], Any]) -> None:
    (slow, _), (swift, _) = played(make, copied=True), played(make, copied=False)
    assert looks(swift) == looks(slow)


@pytest.mark.parametrize("make", KINDS)
def test_what_they_have_become_shares_nothing_with_their_goal(make: Callable[[VGroup], Any]) -> None:
    parts, animation = played(make, copied=False)
    before = looks(animation.target_mobject)
    for part in parts.get_family():
        part.points += 1
        part.fill_rgbas += 0.1
        part.stroke_rgbas += 0.1
    assert looks(animation.target_mobject) == before


@pytest.mark.parametrize(
    ("make", "copies"), [(moved, False), (turned_into_circles, True), (there_and_back_again, True)]
)
def test_copies_are_made_only_where_the_goal_has_other_parts_or_it_ends_elsewhere(
    make: Callable[[VGroup], Any], copies: bool
) -> None:
    parts, animation = played(make, copied=False)
    assert (animation.starting_mobject is not parts) == copies
    np.testing.assert_array_equal(animation.mobject.points, parts.points)


def test_outside_of_a_rehearsal_they_begin_as_manims_do() -> None:
    parts, animation = played(moved, copied=True)
    assert animation.starting_mobject is not parts
    assert animation.target_copy is not animation.target_mobject
