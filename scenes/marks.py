"""What points something out, and which values it is about: windows, rings, frames, veils, arrows have addresses."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Literal, Self

from manim import Circle, Rectangle, VGroup, VMobject

__all__ = ["MarkKind", "Marked", "QuestionFrame", "Ring", "Veil", "Written", "can_be_seen"]

MarkKind = Literal["window", "ring", "frame", "veil", "arrow", "cells"]


class Marked:
    """A mobject that points something out, by itself or by parts of it."""

    mark_kind: MarkKind = "cells"
    about: Sequence[str] = ()

    def pointing_at(self, *about: str) -> Self:
        self.about = about
        return self

    def marks(self) -> Iterator[tuple[MarkKind, Sequence[str], Any]]:
        yield self.mark_kind, self.about, self


class Ring(Marked, Circle):
    """Goes around a value that was chosen."""

    mark_kind = "ring"


class QuestionFrame(Marked, Rectangle):
    """Goes around a place that is asked for."""

    mark_kind = "frame"


class Veil(Marked, Rectangle):
    """Dims what is not looked at."""

    mark_kind = "veil"


class Written(VGroup):
    """A line of arithmetic on screen.

    Attributes
    ----------
    written
        What it says, as plain text.
    explains
        Address of the value that it explains; empty if it has none.
    """

    written = ""
    explains = ""


def can_be_seen(mobject: VMobject) -> bool:
    """Tell whether any of a mobject can be seen."""
    return any(
        len(part.points) and (part.get_fill_opacity() > 0.05 or part.stroke_width * part.get_stroke_opacity() > 0.05)
        for part in mobject.get_family()
    )
