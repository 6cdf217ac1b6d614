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
from scenes.mobjects.text import Label, width_of
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
        Of the places; left out where they do not fit.
    levels
        How deep each place lies.
    bridges
        Pairs of places on one level.
    """

    names: tuple[str, ...]
    levels: tuple[int, ...]
    bridges: tuple[tuple[int, int], ...] = ()

    @classmethod
    def of(cls, first: str, stages: Sequence[NetStage], levels: Sequence[int] | None) -> StripShape:
        """Return a strip of the input, called `first`, and of stages by number; a U of those that have levels."""
        names = (first, *(str(k + 1) for k in range(len(stages))))
        if levels is None:
            return cls(names, (0,) * len(names))
        bridges = [(source + 1, k + 1) for k, stage in enumerate(stages) for source in stage.bridges]
        return cls(names, (0, *levels), tuple(bridges))

    @property
    def deepest(self) -> int:
        return max(self.levels)

    def height(self, width: float) -> float:
        """Return how high a strip of this width is."""
        side = min(width / len(self.names), _ON_LEVELS if self.deepest else np.inf)
        return min(_HIGHEST, side + 1.3 * smallest_text()) + _DEEPER * self.deepest


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
        named = all(_NAMED * size * width_of(name) <= pitch for name in shape.names)
        named = named and box.height - falls > 2.4 * size
        side = min(0.82 * pitch, box.height - falls - (1.3 * size if named else 0))
        self.places = VGroup()
        self.labels = VGroup()
        for index, (name, level) in enumerate(zip(shape.names, shape.levels, strict=True)):
            place = Rectangle(width=side, height=side, color=theme.muted, stroke_width=1.5, stroke_opacity=0.6)
            place.move_to(np.array([box.left + (index + 0.5) * pitch, box.top - side / 2 - _DEEPER * level, 0]))
            self.places.add(place)
            if named:
                label = Label(name, size, theme.muted)
                self.labels.add(label.move_to(place.get_bottom() + 0.82 * size * DOWN))
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
