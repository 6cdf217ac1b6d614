"""Transforms that are only ever begun and finished: they need no copies of what they start from, nor of their goal."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from manim import Animation, Mobject, Transform, VMobject

__all__ = ["uncopied"]

_slow_begin = Transform.begin
_wanted: ContextVar[Callable[[Transform], bool] | None] = ContextVar("wanted", default=None)


@contextmanager
def uncopied(wanted: Callable[[Transform], bool]) -> Iterator[None]:
    """Let wanted transforms begin without copies meanwhile, as far as this cannot be told once they are finished.

    Until then they may not be interpolated, for they would start from where they are.
    """
    before = _wanted.set(wanted)
    try:
        yield
    finally:
        _wanted.reset(before)


def _begin(animation: Any) -> None:
    kind: Any = type(animation)
    wanted = _wanted.get()
    starts_plainly = kind.create_starting_mobject is Animation.create_starting_mobject
    if wanted is not None and starts_plainly and animation.rate_func(1) == 1 and wanted(animation):
        target = animation.create_target()
        if _are_alike(animation.mobject, target):
            animation.target_mobject = animation.target_copy = target
            animation.starting_mobject = animation.mobject
            if animation.suspend_mobject_updating:
                animation.mobject.suspend_updating()
            return
    _slow_begin(animation)


def _are_alike(one: Mobject, other: Mobject) -> bool:
    """Tell whether two mobjects consist of equally many parts, with equally many points and colours."""
    if len(one.submobjects) != len(other.submobjects) or len(one.points) != len(other.points):
        return False
    if isinstance(one, VMobject) != isinstance(other, VMobject):
        return False
    if isinstance(one, VMobject) and any(
        len(getattr(one, name)) != len(getattr(other, name))
        for name in ("fill_rgbas", "stroke_rgbas", "background_stroke_rgbas")
    ):
        return False
    return all(map(_are_alike, one.submobjects, other.submobjects))


Transform.begin = _begin  # type: ignore[assignment]
