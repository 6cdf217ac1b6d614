"""All maps of a layer in one picture, each with its own range."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any, TypeAlias

import numpy as np
from manim import (
    DOWN,
    RIGHT,
    Animation,
    FadeIn,
    FadeOut,
    Group,
    ManimColor,
    Rectangle,
    Transform,
    VGroup,
    VMobject,
    smooth,
    squish_rate_func,
)

from cnn_core.arrays import Array
from cnn_core.numerals import as_text
from scenes.language import say
from scenes.layout import Box, smallest_text
from scenes.mobjects.grid import rectangles
from scenes.mobjects.picture import Colours, Picture, picture_colours
from scenes.mobjects.text import Label, Number, name_within
from scenes.mobjects.tones import tones_of_map
from scenes.theme import Theme

__all__ = ["Address", "Arrangement", "FeatureMaps", "Reveal"]

SMALLEST_MAP = 7
"""Pixels of a map in its picture; values of smaller maps are drawn as blocks of pixels, to have room between maps."""

LABELLED = 0.17
"""Height of a map's own words, as a share of its own."""

RANGE = 0.135
"""Size of those words, as a share of a map's width, at which the longest have room."""

Address: TypeAlias = Callable[[str, int], str]
"""Gives the address of a map's smallest value, its `lows`, or of its largest, its `highs`."""

_FULL = 0.88
"""Share of the best size that an arrangement without empty places is worth."""


@dataclass(frozen=True)
class Arrangement:
    """How the maps of a layer stand in their picture.

    Attributes
    ----------
    rows, columns
        Of maps.
    zoom
        Pixels of the picture that a value takes, across and down.
    gap
        Pixels between two maps.
    below
        Pixels below each map that are left to its words.
    """

    count: int
    height: int
    width: int
    rows: int
    columns: int
    zoom: int
    gap: int
    below: int = 0

    @classmethod
    def within(cls, shape: Sequence[int], width: float, height: float) -> Arrangement:
        """Arrange maps of (C, H, W) so that they are large, with room for their ranges where those can be read."""
        with_words = cls.of(shape, width / height, labelled=True)
        side = (
            with_words.width * with_words.zoom * min(width / with_words.pixels_across, height / with_words.pixels_down)
        )
        has_room = shape[0] > 1 and min(shape[1:]) > 1 and RANGE * side >= smallest_text()
        return with_words if has_room else cls.of(shape, width / height)

    @classmethod
    def of(cls, shape: Sequence[int], box_ratio: float, *, labelled: bool = False) -> Arrangement:
        """Arrange maps of (C, H, W) so that they are large in a box of this ratio of width to height."""
        count, height, width = shape
        zoom = max(1, ceil(SMALLEST_MAP / min(height, width)))
        gap = max(1, round(width * zoom / 9))
        below = ceil(LABELLED * height * zoom) if labelled else 0
        choices = [cls(count, height, width, ceil(count / n), n, zoom, gap, below) for n in range(1, count + 1)]
        return max(choices, key=lambda one: one.worth(box_ratio))

    def worth(self, box_ratio: float) -> float:
        """Tell how large a map would be; more if no place stays empty."""
        size = min(box_ratio / self.pixels_across, 1 / self.pixels_down)
        return size if self.rows * self.columns == self.count else _FULL * size

    @property
    def pixels_across(self) -> int:
        return self.columns * (self.width * self.zoom + self.gap) - self.gap

    @property
    def pixels_down(self) -> int:
        return self.rows * self.pitch - self.gap

    @property
    def pitch(self) -> int:
        """Pixels from one row of maps to the next."""
        return self.height * self.zoom + self.below + self.gap

    def corner(self, channel: int) -> tuple[int, int]:
        """Return row and column of a map's first pixel."""
        row, column = divmod(channel, self.columns)
        return row * self.pitch, column * (self.width * self.zoom + self.gap)

    def picture(self, maps: Array) -> Array:
        """Return maps (C, H, W) as one array, NaN between them."""
        whole = np.full((self.pixels_down, self.pixels_across), np.nan)
        block = np.ones((self.zoom, self.zoom))
        for channel, one in enumerate(maps):
            top, left = self.corner(channel)
            whole[top : top + self.height * self.zoom, left : left + self.width * self.zoom] = np.kron(one, block)
        return whole

    def when(self) -> Array:
        """Return when each pixel of the picture is reached, 0 to 1, row by column; a column of 1 for whole rows.

        All maps are written from top to bottom at once, but maps of a single number one after the other.
        """
        row, column = np.arange(self.pixels_down)[:, None], np.arange(self.pixels_across)
        if self.height * self.width == 1:
            number = row // self.pitch * self.columns + column // (self.zoom + self.gap)
            return np.minimum((number + 1) / self.count, 1.0)
        return np.minimum((row % self.pitch + 1) / (self.height * self.zoom), 1.0)


_NAME = 0.26
"""Height of the words below a picture, in scene units, where the frame does not ask for more."""

_STOPS = 10


class Scale(VGroup):
    """A colour scale, from the smallest value of a map to its largest; `strengths` are those of its values."""

    def __init__(
        self, values: Array, strengths: Array, addresses: tuple[str, str], role: str, theme: Theme, width: float
    ) -> None:
        size = max(smallest_text(), _NAME)
        low, high = float(values.min()), float(values.max())
        numbers = [
            Number(as_text(value, 2), address, size, theme.muted)
            for value, address in zip((low, high), addresses, strict=True)
        ]
        free = width - sum(number.width for number in numbers) - 0.5 * size
        sizes, order = np.abs(values).ravel(), np.abs(values).argsort(axis=None)
        stops = np.linspace(low, high, _STOPS)
        known = [0.0, *sizes[order]], [0.0, *np.abs(strengths).ravel()[order]]
        shares = np.copysign(np.interp(np.abs(stops), *known), stops)
        bar = colour_bar(shares, role, theme, max(min(free, 1.4), 0.2), 0.4 * size)
        super().__init__(numbers[0], bar, numbers[1])
        self.arrange(RIGHT, buff=0.25 * size)


def colour_bar(strengths: Array, role: str, theme: Theme, width: float, height: float) -> VGroup:
    """Return a bar of colours, as parts that each reach to its right end."""
    stops = picture_colours(strengths[None], role, theme, 1.0)[0]
    bar = VGroup()
    for index, stop in enumerate(stops):
        part = Rectangle(width=width * (1 - index / len(stops)), height=height, stroke_width=0)
        color = ManimColor((int(stop[0]), int(stop[1]), int(stop[2])))
        bar.add(part.set_fill(color, opacity=1).move_to(np.array([width, 0, 0]), aligned_edge=RIGHT))
    return bar.add(Rectangle(width=width, height=height, color=theme.muted, stroke_width=1).move_to(bar))


_LEAVING, _COMING = squish_rate_func(smooth, 0, 0.7), squish_rate_func(smooth, 0.4, 1)

MOST_FRAMED = 300
_SMALL = 0.3
"""Side of a map, in scene units, below which its outline is faint."""

LEAST_FOR_SCALE = 1.8
"""Height of a box, in scene units, below which the picture needs all of it."""


class FeatureMaps(Group):
    """The maps of a layer, (C, H, W), in a box, with a title, or with number and range of each.

    Parameters
    ----------
    role
        Colour of positive values.
    address
        Of each map's smallest and largest value: each map then has a scale of its own, reaching the full colour where
        it is largest. Without it, all have one.
    gamma
        Power of a value that gives its share of the colour, where all have one scale; `GAMMA` shows small ones, too.
    """

    def __init__(
        self,
        maps: Array,
        arrangement: Arrangement,
        role: str,
        theme: Theme,
        box: Box,
        title: str,
        address: Address | None = None,
        *,
        gamma: float = 1.0,
    ) -> None:
        self.gamma = gamma
        self.maps, self.arrangement, self.role, self.theme, self.box = maps, arrangement, role, theme, box
        self.title, self.address = title, address
        self.words = VGroup() if arrangement.below else self._words()
        room = box.height - (0 if arrangement.below else self.words.height + 0.12)
        shape = arrangement.pixels_across / arrangement.pixels_down
        self.image = Picture(self.colours(), min(box.width, room * shape))
        self.image.move_to(box.center + np.array([0, (box.height - room) / 2, 0]))
        if arrangement.below:
            self.words.add(*map(self._range, range(arrangement.count)))
        else:
            self.words.next_to(self.image, DOWN, buff=0.1)
        self.frames = self._frames()
        super().__init__(self.image, self.frames, self.words)

    def moves_to(self, other: FeatureMaps) -> list[Any]:
        """Return the animations in which these maps take the place, colours and words of others of their shape."""
        leaving, before = self.words, (self.image, self.frames)
        self.maps, self.box, self.role, self.words = other.maps, other.box, other.role, other.words
        self.address, self.title, self.gamma = other.address, other.title, other.gamma
        self.remove(leaving)
        if self.arrangement == other.arrangement:
            moves: list[Animation] = [Transform(self.image, other.image), Transform(self.frames, other.frames)]
            return [*moves, FadeOut(leaving), FadeIn(other.words)]
        self.arrangement, self.image, self.frames = other.arrangement, other.image, other.frames
        self.remove(*before)
        shrinks = min(1.0, other.image.width / before[0].width, other.image.height / before[0].height)
        going = FadeOut(Group(*before, leaving), target_position=other.image, scale=shrinks, rate_func=_LEAVING)
        return [going, FadeIn(Group(self.image, self.frames, self.words), rate_func=_COMING)]

    def leave(self) -> FadeOut:
        return FadeOut(Group(self.image, self.frames, self.words))

    def colours(self) -> Colours:
        """Return the picture's colours."""
        return picture_colours(self.arrangement.picture(self.strengths()), self.role, self.theme, 1.0)

    def strengths(self) -> Array:
        """Return how strongly each value is coloured, (C, H, W) in -1..1."""
        if self.address:
            return np.stack([tones_of_map(one, self.role, self.theme) for one in self.maps])
        if (self.maps >= 0).all():
            shares: Array = (self.maps / (self.maps.max() or 1.0)) ** self.gamma
            return shares
        together = self.maps.reshape(-1, self.maps.shape[2])
        return tones_of_map(together, self.role, self.theme).reshape(self.maps.shape)

    def _words(self) -> VGroup:
        size = max(smallest_text(), _NAME)
        words = VGroup(name_within(self.title, self.box.width, size, self.role))
        if self.address and self.arrangement.count == 1 and self.box.height > LEAST_FOR_SCALE:
            ends = self.address("lows", 0), self.address("highs", 0)
            words.add(Scale(self.maps, self.strengths(), ends, self.role, self.theme, self.box.width))
        return words.arrange(DOWN, buff=0.06)

    def _range(self, channel: int) -> VGroup:
        """Return a map's number, and its smallest and its largest value, in the room below it."""
        assert self.address is not None, "only maps with addresses are arranged with room for words"
        low, high = float(self.maps[channel].min()), float(self.maps[channel].max())
        width = self.cell * self.maps.shape[2]
        size = max(smallest_text(), min(_NAME * 1.15, RANGE * width))
        ends = [
            Number(as_text(value, 2), self.address(name, channel), size, self.theme.text)
            for value, name in ((low, "lows"), (high, "highs"))
        ]
        between = VGroup(ends[0], Label(say("to"), size, self.theme.muted), ends[1]).arrange(RIGHT, buff=0.25 * size)
        number = Label(str(channel), size, self.role, "semibold")
        free = (width - number.width - 0.25 * size) / between.width
        between.scale(max(smallest_text() / size, min(1.0, free)))
        y = self.corner(channel, self.maps.shape[1], 0)[1] - 0.62 * size
        left, right = (self.corner(channel, 0, column)[0] for column in (0, self.maps.shape[2]))
        number.move_to(np.array([left + number.width / 2, y, 0]))
        return VGroup(number, between.move_to(np.array([right - between.width / 2, y, 0])))

    def _frames(self) -> VMobject:
        faint = self.cell * max(self.maps.shape[1:]) < _SMALL
        frames = VMobject(stroke_color=self.role, stroke_width=1, stroke_opacity=0.25 if faint else 0.5)
        for channel in range(self.arrangement.count if self.arrangement.count <= MOST_FRAMED else 0):
            self.trace_cells(frames, channel, 0, 0, *self.maps.shape[1:])
        return frames

    @property
    def cell(self) -> float:
        """Side of a value in scene units, as large as the picture is now."""
        return float(self.image.width) / self.arrangement.pixels_across * self.arrangement.zoom

    def corner(self, channel: int, row: float, column: float) -> np.ndarray:
        top, left = self.arrangement.corner(channel)
        across = np.array([left / self.arrangement.zoom + column, -top / self.arrangement.zoom - row, 0])
        return self.image.get_corner(np.array([-1.0, 1.0, 0.0])) + self.cell * across

    def middle(self, channel: int, row: float, column: float) -> np.ndarray:
        return self.corner(channel, row + 0.5, column + 0.5)

    def trace_cells(
        self, outline: VMobject, channel: int, top: float, left: float, height: float, width: float
    ) -> None:
        first, last = self.corner(channel, top, left), self.corner(channel, top + height, left + width)
        outline.append_points(rectangles(first, last))

    def outline(self, channel: int, top: float, left: float, height: float, width: float) -> VMobject:
        outline = VMobject(stroke_color=self.theme.window, stroke_width=4)
        self.trace_cells(outline, channel, top, left, height, width)
        return outline


class Reveal(Animation):
    """Writes all maps of a picture, row by row; hides it at once, so that its frames can be shown before."""

    def __init__(self, maps: FeatureMaps, **options: Any) -> None:
        self.when = maps.arrangement.when()[..., None]
        self.ground = picture_colours(np.zeros((1, 1)), maps.role, maps.theme, 1.0)
        self.colours = maps.image.pixel_array
        self.show_until(maps.image, 0.0)
        super().__init__(maps.image, **options)

    def interpolate_mobject(self, alpha: float) -> None:
        self.show_until(self.mobject, self.rate_func(alpha))

    def show_until(self, picture: Any, time: float) -> None:
        """Show the rows that are reached at a time from 0 to 1."""
        reached = self.when <= time + 1e-9
        picture.pixel_array = self.colours if time == 1 else np.where(reached, self.colours, self.ground)
