"""The strip of a whole network: a name for each step, or a small picture for each stage, and a mark where we are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from manim import DOWN, LEFT, RIGHT, Arrow, FadeOut, Group, Mobject, Rectangle, Transform, VGroup

from cnn_core.operations import OPERATIONS
from cnn_core.outline import NetStage
from scenes.language import say
from scenes.layout import Box, smallest_text
from scenes.mobjects.flow import broken
from scenes.mobjects.maps import FeatureMaps
from scenes.mobjects.picture import Picture
from scenes.mobjects.text import LINE_HEIGHT, Label, lines_of, width_of
from scenes.net.reading import NetReading
from scenes.net.words import SHORT, named_stage
from scenes.theme import Theme

__all__ = ["NetStrip", "StageShape", "StepShape", "bridge_between", "shape_of_strip"]

_NAMED = 1.08
"""Room that a name needs, for each unit of its width."""
_HIGHEST = 0.95
"""Of a place with its name, in scene units."""
_DEEPER = 0.27
"""By how much a place stands below those of the level above it."""
_ON_LEVELS = 0.46
"""Side of a place where there are levels; so bridges pass above the deeper ones."""
_APART, _PITCH, _BAR = 0.9, 1.55, 0.05
"""Between two names of steps, and from line to line, in em; thickness of the bar below each in scene units."""


def shape_of_strip(reading: NetReading) -> StepShape | StageShape:
    """Return a name for each step, where each is told, or else a place for each stage."""
    first = say("input") if reading.image is None else say("digit")
    if not reading.is_stepwise:
        return StageShape.of(first, reading.stages, reading.levels)
    names = [OPERATIONS[node.op].name for node in reading.steps]
    last = [say("softmax")] if reading.is_tabled else []
    return StepShape((first, *(say(SHORT.get(name, name)) for name in names), *last))


@dataclass(frozen=True)
class StepShape:
    """The names of all steps over thin bars, on as many lines as they need."""

    names: tuple[str, ...]
    bridges: tuple[tuple[int, int], ...] = ()

    def lines(self, width: float) -> list[list[int]]:
        return broken([width_of(name) for name in self.names], width / smallest_text(), _APART)

    def height(self, width: float) -> float:
        return _PITCH * smallest_text() * len(self.lines(width))

    def rooms(self, box: Box) -> Iterator[tuple[Box, list[str]]]:
        size, lines = smallest_text(), self.lines(box.width)
        for number, line in enumerate(lines, start=1):
            y = box.bottom + (len(lines) - number) * _PITCH * size
            widths = [size * width_of(self.names[k]) for k in line]
            more = min((box.width - sum(widths) - (len(line) - 1) * _APART * size) / len(line), 1.5 * size)
            left = box.left
            for k, width in zip(line, widths, strict=True):
                yield Box(left, left + width + more, y, y + _BAR), [self.names[k]]
                left += width + more + _APART * size


@dataclass(frozen=True)
class StageShape:
    """A square for each stage, with its name below it.

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
    def of(cls, first: str, stages: Sequence[NetStage], levels: Sequence[int] | None) -> StageShape:
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
                lines = [list(lines_of(name, most)) for name in names]
                whole = all(" ".join(one) == name for one, name in zip(lines, names, strict=True))
                if whole and max(map(len, lines)) <= count:
                    return lines
        return []

    def height(self, width: float) -> float:
        side = min(width / len(self.names), _ON_LEVELS if self.deepest else np.inf)
        lines = max(map(len, self.lines(width)), default=1)
        more = (lines - 1) * LINE_HEIGHT * smallest_text()
        return min(_HIGHEST, side + 1.3 * smallest_text()) + more + _DEEPER * self.deepest

    def rooms(self, box: Box) -> Iterator[tuple[Box, list[str]]]:
        pitch, lines = box.width / len(self.names), self.lines(box.width)
        high = box.height - _DEEPER * self.deepest
        below = (0.1 + LINE_HEIGHT * max(map(len, lines), default=0)) * smallest_text()
        named = bool(lines) and high - below > 1.1 * smallest_text()
        side = min(0.82 * pitch, high - (below if named else 0))
        for index, level in enumerate(self.levels):
            left, top = box.left + (index + 0.5) * pitch - side / 2, box.top - _DEEPER * level
            yield Box(left, left + side, top - side, top), lines[index] if named else []


class NetStrip(Group):
    """A place for each step or stage; those of stages are empty until they have been computed.

    Attributes
    ----------
    mark
        Where we are; moves, and is therefore no part of the strip.
    added
        What has been put into it while the network was told.
    """

    def __init__(self, shape: StepShape | StageShape, theme: Theme, box: Box) -> None:
        self.shape, self.theme, self.box = shape, theme, box
        self.is_thin = isinstance(shape, StepShape)
        self.places, self.labels = VGroup(), VGroup()
        for room, words in shape.rooms(box):
            self._add(room, words)
        self.mark = self._marked(0)
        self.added: list[Mobject] = []
        super().__init__(self.places, self.labels)

    def _add(self, room: Box, words: Sequence[str]) -> None:
        width, size = 0 if self.is_thin else 1.5, smallest_text()
        place = Rectangle(width=room.width, height=room.height, color=self.theme.muted, stroke_width=width)
        place.set_stroke(opacity=0.6).set_fill(opacity=0.6 if self.is_thin else 0)
        self.places.add(place.move_to(room.center))
        name = VGroup(*(Label(line, size, self.theme.muted) for line in words))
        name.arrange(DOWN, buff=(LINE_HEIGHT - 1) * size)
        if self.is_thin:
            name.move_to(np.array([room.left + name.width / 2, room.bottom + _BAR + 0.65 * size, 0]))
        else:
            name.next_to(place, DOWN, buff=0.2 * size)
        self.labels.add(*([name] if words else []))

    def _marked(self, index: int) -> Rectangle:
        """Return the mark at a place: over its bar, or around it."""
        place, color = self.places[index], self.theme.window
        if self.is_thin:
            mark = Rectangle(width=place.width, height=2.2 * _BAR, stroke_width=0, fill_color=color, fill_opacity=1)
        else:
            mark = Rectangle(width=place.width, height=place.height, color=color, stroke_width=5)
        return mark.move_to(place)

    def go_to(self, index: int) -> Transform:
        """Return the animation that brings the mark to a place."""
        return Transform(self.mark, self._marked(index))

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
