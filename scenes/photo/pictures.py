"""A picture with its frame and name, what lies on its pixels, and how it grows."""

from __future__ import annotations

from typing import Any

import numpy as np
from manim import DOWN, LEFT, RIGHT, UP, Animation, Group, Line, Rectangle, VGroup, VMobject

from cnn_core.arrays import Array
from cnn_core.numerals import as_text, decimals_of
from scenes.layout import Box, smallest_text
from scenes.marks import Marked, QuestionFrame
from scenes.mobjects.grid import NumberGrid
from scenes.mobjects.picture import Colours, Picture, picture_colours
from scenes.mobjects.text import Label, Number, width_of
from scenes.mobjects.tones import GAMMA
from scenes.theme import Theme

__all__ = ["Framed", "Grow", "PixelGrid", "Sight", "Tones", "emptied", "rays", "tones_of"]

_STOPS = 64
_PLATE = 0.68
"""Opacity of what lies between a pixel and its number."""
_LIFTED = 0.45
"""Largest size of a number in the upper half of its cell, in cells."""
_WHITE = 255.0


class Tones:
    """How values become colours.

    Parameters
    ----------
    white, black
        The values that are drawn so; without them colours tell the sign, green above 0 and blue below.
    largest
        The size of value that has the full colour.
    """

    def __init__(self, theme: Theme, white: float | None, largest: float = 1.0, black: float = 0.0) -> None:
        self.theme, self.white, self.largest, self.black = theme, white, largest or 1.0, black

    def colours(self, values: Array) -> Colours:
        """Return the colours of values (H, W) or, of red, green and blue, (3, H, W)."""
        if self.white is None:
            shares = np.copysign((np.abs(values) / self.largest) ** GAMMA, values)
            return picture_colours(shares, self.theme.strong, self.theme, 1.0)
        channels = values if values.ndim == 3 else values[None]
        shares = (channels - self.black) / (self.white - self.black or 1.0)
        pixels = np.full((*channels.shape[1:], 4), 255, dtype=np.uint8)
        pixels[..., :3] = np.rint(255 * np.clip(shares, 0, 1)).transpose(1, 2, 0)
        return pixels


def tones_of(values: Array, theme: Theme, like: Tones | None = None) -> Tones:
    """Return tones for values: those of another picture if all fit into them, grey if none is negative, or signed."""
    low, high = float(values.min()), float(values.max())
    if low < 0:
        return Tones(theme, None, float(np.abs(values).max()))
    if like is not None and like.white is not None and high <= like.white:
        return like
    return Tones(theme, next((white for white in (1.0, _WHITE) if high <= white), high))


class Framed(Group):
    """A picture of values in a box, with a frame and a name above it.

    Parameters
    ----------
    values
        (H, W), or (3, H, W) for red, green and blue.
    name
        Stands above it; where there is no room, without what follows a comma, and then without its size.
    """

    def __init__(self, values: Array, tones: Tones, box: Box, name: str, role: str) -> None:
        self.values, self.tones, self.role = values, tones, role
        self.rows, self.columns = map(int, values.shape[-2:])
        self.image = Picture(tones.colours(values), box.width).move_to(box.center)
        self.frame = Rectangle(width=box.width, height=box.height, color=role, stroke_width=2.5).move_to(box.center)
        size = max(0.3, smallest_text())
        short = name.partition(",")[0]
        names = (name, short, short.rpartition(" ")[0] or short)
        fitting = (one for one in names if width_of(one) * size <= box.width + 0.1)
        self.tag = Label(next(fitting, names[-1]), size, role)
        self.tag.next_to(self.frame, UP, buff=0.06, aligned_edge=LEFT)
        super().__init__(self.image, self.frame, self.tag)

    @property
    def pixel(self) -> float:
        """Side of a pixel, in scene units."""
        return float(self.frame.width) / self.columns

    def corner(self, row: float, column: float) -> np.ndarray:
        return self.frame.get_corner(UP + LEFT) + self.pixel * np.array([column, -row, 0])

    def question(self, cell: tuple[int, int], address: str) -> QuestionFrame:
        """Return a frame around a pixel that is asked for, large enough to be seen."""
        side = max(self.pixel, 0.16)
        frame = QuestionFrame(width=side, height=side, color=self.tones.theme.question, stroke_width=5)
        return frame.pointing_at(address).move_to(self.corner(cell[0] + 0.5, cell[1] + 0.5))

    def legend(self, lowest: str, highest: str) -> Group:
        """Return the range of the values below the picture, with the colours from one end to the other.

        Parameters
        ----------
        lowest, highest
            Addresses of the smallest and of the largest value.
        """
        size, decimals = max(0.28, smallest_text()), decimals_of(self.values)
        ends = float(self.values.min()), float(self.values.max())
        numbers = [
            Number(as_text(end, decimals), address, size, self.tones.theme.muted)
            for end, address in zip(ends, (lowest, highest), strict=True)
        ]
        free = float(self.frame.width) - sum(float(one.width) for one in numbers) - 0.4
        bar = Bar(self.tones, *ends, max(0.3, min(free, 2.0)), 0.45 * size)
        row = Group(numbers[0], bar, numbers[1]).arrange(RIGHT, buff=0.15)
        return row.next_to(self.frame, DOWN, buff=0.08)


class Bar(Picture):
    """Colours from one value to another."""

    def __init__(self, tones: Tones, low: float, high: float, width: float, height: float) -> None:
        super().__init__(tones.colours(np.linspace(low, high, _STOPS)[None]), width)
        self.stretch_to_fit_height(height)


class Grow(Animation):
    """Lets a picture appear pixel by pixel in reading order, from one number of pixels to another."""

    def __init__(self, framed: Framed, start: int, stop: int, **options: Any) -> None:
        self.start, self.stop = start, stop
        self.whole = framed.tones.colours(framed.values)
        self.ground = ground_of(framed)
        super().__init__(framed.image, **options)

    def interpolate_mobject(self, alpha: float) -> None:
        reached = self.start + round(self.rate_func(alpha) * (self.stop - self.start))
        picture: Any = self.mobject
        picture.pixel_array = self.whole.copy()
        picture.pixel_array.reshape(-1, 4)[reached:] = self.ground[0]


def ground_of(framed: Framed) -> Colours:
    """Return the background as a pixel."""
    return picture_colours(np.zeros((1, 1)), framed.tones.theme.strong, framed.tones.theme, 1.0)


def emptied(framed: Framed) -> Framed:
    """Take all pixels away, to let them grow."""
    framed.image.pixel_array = np.broadcast_to(ground_of(framed), (framed.rows, framed.columns, 4)).copy()
    return framed


class Sight(Marked, Rectangle):
    """An outline around pixels, which lie inside of it."""

    mark_kind = "window"

    def __init__(self, framed: Framed, place: tuple[float, float], size: tuple[float, float], width: float = 4) -> None:
        beside = width / 100
        first = framed.corner(*place)
        last = framed.corner(place[0] + size[0], place[1] + size[1])
        super().__init__(
            width=last[0] - first[0] + beside,
            height=first[1] - last[1] + beside,
            color=framed.tones.theme.window,
            stroke_width=width,
        )
        self.move_to((first + last) / 2)


def rays(sight: Sight, goal: Box) -> VGroup:
    """Return lines from a small window to the corners of where it is shown large."""
    ends = [(DOWN + LEFT, (goal.left, goal.top)), (DOWN + RIGHT, (goal.right, goal.top))]
    if goal.left >= sight.get_right()[0]:
        ends = [(UP + RIGHT, (goal.left, goal.top)), (DOWN + RIGHT, (goal.left, goal.bottom))]
    lines = VGroup()
    for corner, end in ends:
        line = Line(sight.get_corner(corner), np.array([*end, 0]), color=sight.get_stroke_color(), stroke_width=2)
        lines.add(line.set_stroke(opacity=0.6))
    return lines


class PixelGrid(NumberGrid):
    """Numbers on the pixels that they tell of: each on a plate, through which its pixel shines.

    Parameters
    ----------
    is_lifted
        Whether the numbers stand in the upper half of their cells, to leave room for weights.
    """

    def __init__(
        self, values: Array, address: Any, role: str, theme: Theme, cell: float, *, is_lifted: bool, **options: Any
    ) -> None:
        self.is_lifted = is_lifted
        super().__init__(values, address, role, theme, cell, **options)

    def _text_size(self) -> float:
        size = super()._text_size()
        return max(min(size, _LIFTED * self.cell), min(size, smallest_text())) if self.is_lifted else size

    def make_fill(self, row: int, column: int) -> VMobject:
        plate = Rectangle(width=0.9 * self.cell, height=(0.46 if self.is_lifted else 0.62) * self.cell, stroke_width=0)
        plate.set_fill(self.theme.background, opacity=_PLATE if self.text_size else 0.0)
        return plate.move_to(self._middle(row, column))

    def make_number(self, row: int, column: int) -> Number:
        return super().make_number(row, column).move_to(self._middle(row, column))

    def _middle(self, row: int, column: int) -> np.ndarray:
        return self.cell_center(row, column) + (0.24 * self.cell * UP if self.is_lifted else 0)

    def write(self, row: int, column: int, number: Number | None = None) -> None:
        if (row, column) not in self.fills and np.isfinite(self.values[row, column]):
            self.fills[row, column] = self.make_fill(row, column)
            self.background.add(self.fills[row, column])
        super().write(row, column, number)
