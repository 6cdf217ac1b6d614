"""The strip of all stages: small pictures of what has been computed, and a mark where we are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from manim import DOWN, LEFT, RIGHT, Animation, ApplyMethod, Arrow, FadeOut, Group, Mobject, Rectangle, VGroup

from cnn_core.outline import NetStage
from scenes.layout import Box, smallest_text
from scenes.mobjects.maps import FeatureMaps
from scenes.mobjects.picture import Picture
from scenes.mobjects.text import LINE_HEIGHT, Label, lines_of
from scenes.net.words import named_stage
from scenes.theme import Theme

__all__ = ["StageStrip", "StripShape", "bridge_between"]

_NAMED = 1.08
"""Room that a name needs, for each unit of its width."""

_HIGHEST = 0.95
"""Of a place with its name, in scene units."""
_DEEPER = 0.27
"""By how much a place stands below those of the level above it."""
_ON_LEVELS = 0.46
"""Side of a place where there are levels; so bridges pass above the deeper ones."""


@dataclass(frozen=True)
class StripShape:
    """What stands in a strip.

    Attributes
    ----------
    names
        Of the places: what each is, and in fewer words, and its number; the first are taken that all fit.
    levels
        How deep each place lies.
    bridges
        Pairs of places on one level.
    """

    names: tuple[tuple[str, ...], ...]
    levels: tuple[int, ...]
    bridges: tuple[tuple[int, int], ...] = ()

    @classmethod
    def of(cls, first: str, stages: Sequence[NetStage], levels: Sequence[int] | None) -> StripShape:
        """Return a strip of the input, called `first`, and of stages; a U of those that have levels."""
        names = (3 * (first,), *((*named_stage(stage), str(k + 1)) for k, stage in enumerate(stages)))
        if levels is None:
            return cls(names, (0,) * len(names))
        bridges = [(source + 1, k + 1) for k, stage in enumerate(stages) for source in stage.bridges]
        return cls(names, (0, *levels), tuple(bridges))

    @property
    def deepest(self) -> int:
        return max(self.levels)

    def lines(self, width: float) -> list[list[str]]:
        """Return the lines of each name in a strip of this width; none where not even numbers fit."""
        most = width / len(self.names) / (_NAMED * smallest_text())
        for names in zip(*self.names, strict=True):
            for count in (1,) if self.deepest else (1, 2):
                lines = [lines_of(name, most) for name in names]
                whole = all(" ".join(one) == name for one, name in zip(lines, names, strict=True))
                if whole and max(map(len, lines)) <= count:
                    return lines
        return []

    def height(self, width: float) -> float:
        """Return how high a strip of this width is."""
        side = min(width / len(self.names), _ON_LEVELS if self.deepest else np.inf)
        lines = max(map(len, self.lines(width)), default=1)
        more = (lines - 1) * LINE_HEIGHT * smallest_text()
        return min(_HIGHEST, side + 1.3 * smallest_text()) + more + _DEEPER * self.deepest


class StageStrip(Group):
    """A place for each stage, empty until it has been computed.

    Attributes
    ----------
    mark
        Where we are; moves, and is therefore no part of the strip.
    added
        What has been put into it while the network was told.
    """

    def __init__(self, shape: StripShape, theme: Theme, box: Box) -> None:
        self.shape, self.theme, self.box = shape, theme, box
        pitch = box.width / len(shape.names)
        size, falls = smallest_text(), _DEEPER * shape.deepest
        lines = shape.lines(box.width)
        below = (0.1 + LINE_HEIGHT * max(map(len, lines), default=0)) * size
        named = bool(lines) and box.height - falls - below > 1.1 * size
        side = min(0.82 * pitch, box.height - falls - (below if named else 0))
        self.places = VGroup()
        self.labels = VGroup()
        for index, level in enumerate(shape.levels):
            place = Rectangle(width=side, height=side, color=theme.muted, stroke_width=1.5, stroke_opacity=0.6)
            place.move_to(np.array([box.left + (index + 0.5) * pitch, box.top - side / 2 - _DEEPER * level, 0]))
            self.places.add(place)
            if named:
                words = VGroup(*(Label(line, size, theme.muted) for line in lines[index]))
                words.arrange(DOWN, buff=(LINE_HEIGHT - 1) * size)
                self.labels.add(words.next_to(place, DOWN, buff=0.2 * size))
        self.mark = Rectangle(width=side, height=side, color=theme.window, stroke_width=5)
        self.mark.move_to(self.places[0])
        self.added: list[Mobject] = []
        super().__init__(self.places, self.labels)

    def go_to(self, index: int) -> Animation:
        """Return the animation that brings the mark to a place."""
        return ApplyMethod(self.mark.move_to, self.places[index])

    def leave(self) -> FadeOut:
        """Return the animation that takes it away, with all that was put into it."""
        return FadeOut(Group(self, self.mark, *self.added))

    def thumbnail(self, maps: FeatureMaps, index: int) -> Picture:
        """Return a small picture in its place."""
        colours = maps.colours()
        side = 0.9 * float(self.places[index].width)
        height, width = colours.shape[:2]
        picture = Picture(colours, min(side, side * width / height)).move_to(self.places[index])
        self.added.append(picture)
        return picture

    def bridges_to(self, index: int) -> list[Arrow]:
        """Return the bridges that end at a place."""
        pairs = [pair for pair in self.shape.bridges if pair[1] == index]
        bridges = [bridge_between(self.places[one], self.places[other], self.theme, 3) for one, other in pairs]
        self.added += bridges
        return bridges


def bridge_between(left: Mobject, right: Mobject, theme: Theme, stroke_width: float) -> Arrow:
    """Return an arrow from one thing to another on its level."""
    start, stop = left.get_edge_center(RIGHT), right.get_edge_center(LEFT)
    gap = np.array([0.1, 0.0, 0.0])
    tip = 0.05 * stroke_width
    return Arrow(start + gap, stop - gap, buff=0, color=theme.text, stroke_width=stroke_width, tip_length=tip)
