"""All maps of a layer in one picture, with its colour scale."""

from __future__ import annotations

from typing import Any

import numpy as np
from manim import DOWN, Animation, FadeIn, FadeOut, Group, Transform, VGroup, VMobject

from cnn_core.arrays import Array
from scenes.layout import Box, smallest_text
from scenes.mobjects.colour_scale import NAME, Scale
from scenes.mobjects.map_arrangement import Arrangement
from scenes.mobjects.picture import Colours, Picture, picture_colours
from scenes.mobjects.rectangles import rectangles
from scenes.mobjects.text import Label
from scenes.theme import Theme

__all__ = ["FeatureMaps", "Reveal"]

MOST_FRAMED = 300
SMALL = 0.3
"""Side of a map, in scene units, below which its outline is faint."""

LEAST_FOR_SCALE = 1.8
"""Height of a box, in scene units, below which the picture needs all of it."""


class FeatureMaps(Group):
    """The maps of a layer, (C, H, W), in a box, with title and colour scale below them.

    Parameters
    ----------
    role
        Colour of positive values.
    addresses
        Of the smallest and the largest value, for the scale; no scale without them.
    """

    def __init__(
        self,
        maps: Array,
        arrangement: Arrangement,
        role: str,
        theme: Theme,
        box: Box,
        title: str,
        addresses: tuple[str, str] | None = None,
    ) -> None:
        self.maps, self.arrangement, self.role, self.theme, self.box = maps, arrangement, role, theme, box
        self.title, self.addresses = title, addresses
        self.words = self._words()
        room = box.height - self.words.height - 0.12
        shape = arrangement.pixels_across / arrangement.pixels_down
        self.image = Picture(self.colours(), min(box.width, room * shape))
        self.image.move_to(box.center + np.array([0, (box.height - room) / 2, 0]))
        self.words.next_to(self.image, DOWN, buff=0.1)
        self.frames = self._frames()
        super().__init__(self.image, self.frames, self.words)

    def moves_to(self, other: FeatureMaps) -> list[Any]:
        """Return the animations in which these maps take the place, colours and words of others of their shape."""
        leaving = self.words
        self.maps, self.box, self.role, self.words = other.maps, other.box, other.role, other.words
        self.remove(leaving)
        moves = [Transform(self.image, other.image), Transform(self.frames, other.frames)]
        return [*moves, FadeOut(leaving), FadeIn(other.words)]

    def leave(self) -> FadeOut:
        """Return the animation that takes the maps away."""
        return FadeOut(Group(self.image, self.frames, self.words))

    def colours(self, brighter: float = 1.0) -> Colours:
        """Return the picture's colours; brighter ones are full already at a part of the largest value."""
        largest = float(np.abs(self.maps).max()) / brighter
        return picture_colours(self.arrangement.picture(self.maps), self.role, self.theme, largest)

    def _words(self) -> VGroup:
        size = max(smallest_text(), NAME)
        words = VGroup(Label(self.title, size, self.role))
        if self.addresses and self.box.height > LEAST_FOR_SCALE:
            words.add(Scale(self.maps, self.addresses, self.role, self.theme, self.box.width))
        return words.arrange(DOWN, buff=0.06)

    def _frames(self) -> VMobject:
        """Draw an outline around each map, all of them as one mobject."""
        faint = self.cell * max(self.maps.shape[1:]) < SMALL
        frames = VMobject(stroke_color=self.role, stroke_width=1, stroke_opacity=0.25 if faint else 0.5)
        for channel in range(self.arrangement.count if self.arrangement.count <= MOST_FRAMED else 0):
            self.trace_cells(frames, channel, 0, 0, *self.maps.shape[1:])
        return frames

    @property
    def cell(self) -> float:
        """Side of a value in scene units, as large as the picture is now."""
        return float(self.image.width) / self.arrangement.pixels_across * self.arrangement.zoom

    def corner(self, channel: int, row: float, column: float) -> np.ndarray:
        """Return the top left corner of a value of a map."""
        top, left = self.arrangement.corner(channel)
        across = np.array([left / self.arrangement.zoom + column, -top / self.arrangement.zoom - row, 0])
        return self.image.get_corner(np.array([-1.0, 1.0, 0.0])) + self.cell * across

    def middle(self, channel: int, row: float, column: float) -> np.ndarray:
        """Return the middle of a value of a map."""
        return self.corner(channel, row + 0.5, column + 0.5)

    def trace_cells(
        self, outline: VMobject, channel: int, top: float, left: float, height: float, width: float
    ) -> None:
        """Add the outline of some values of a map."""
        first, last = self.corner(channel, top, left), self.corner(channel, top + height, left + width)
        outline.append_points(rectangles(first, last))

    def outline(self, channel: int, top: float, left: float, height: float, width: float) -> VMobject:
        """Return the outline of some values in the colour of the window."""
        outline = VMobject(stroke_color=self.theme.window, stroke_width=4)
        self.trace_cells(outline, channel, top, left, height, width)
        return outline


class Reveal(Animation):
    """Writes all maps of a picture, row by row; hides it at once, so that its frames can be shown before."""

    def __init__(self, maps: FeatureMaps, **options: Any) -> None:
        self.when = maps.arrangement.when()[:, None, None]
        self.ground = picture_colours(np.zeros((1, 1)), maps.role, maps.theme, 1.0)
        self.colours = maps.image.pixel_array
        self.show_until(maps.image, 0.0)
        super().__init__(maps.image, **options)

    def interpolate_mobject(self, alpha: float) -> None:
        """Show the rows that have been reached."""
        self.show_until(self.mobject, self.rate_func(alpha))

    def show_until(self, picture: Any, time: float) -> None:
        """Show the rows that are reached at a time from 0 to 1."""
        reached = self.when <= time + 1e-9
        picture.pixel_array = self.colours if time == 1 else np.where(reached, self.colours, self.ground)
