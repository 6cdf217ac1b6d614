"""The strip of all stages: small pictures of what has been computed, and a mark where we are."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from manim import DOWN, Group, Rectangle, VGroup

from scenes.layout import Box, smallest_text
from scenes.mobjects.maps import FeatureMaps
from scenes.mobjects.picture import Picture
from scenes.mobjects.text import Label, width_of
from scenes.theme import Theme

__all__ = ["StageStrip"]

_NAMED = 1.08
"""Room that a name needs, for each unit of its width."""

_HIGHEST = 0.95
"""Of a place with its name, in scene units."""


class StageStrip(Group):
    """A place for each stage, empty until it has been computed.

    Parameters
    ----------
    names
        Of the places; left out where they do not fit.

    Attributes
    ----------
    mark
        Where we are; moves, and is therefore no part of the strip.
    """

    def __init__(self, names: Sequence[str], theme: Theme, box: Box) -> None:
        self.theme, self.box = theme, box
        pitch = box.width / len(names)
        size = smallest_text()
        named = all(_NAMED * size * width_of(name) <= pitch for name in names) and box.height > 2.4 * size
        side = min(0.82 * pitch, box.height - (1.3 * size if named else 0))
        self.places = VGroup()
        self.labels = VGroup()
        for index, name in enumerate(names):
            place = Rectangle(width=side, height=side, color=theme.muted, stroke_width=1.5, stroke_opacity=0.6)
            place.move_to(np.array([box.left + (index + 0.5) * pitch, box.top - side / 2, 0]))
            self.places.add(place)
            if named:
                label = Label(name, size, theme.muted)
                self.labels.add(label.move_to(place.get_bottom() + 0.82 * size * DOWN))
        self.mark = Rectangle(width=side, height=side, color=theme.window, stroke_width=5)
        self.mark.move_to(self.places[0])
        super().__init__(self.places, self.labels)

    @staticmethod
    def height_of(names: Sequence[str], width: float) -> float:
        """Return how high a strip of this width is."""
        return min(_HIGHEST, width / len(names) + 1.3 * smallest_text())

    def thumbnail(self, maps: FeatureMaps, index: int) -> Picture:
        """Return a small picture in its place."""
        colours = maps.colours()
        side = 0.9 * float(self.places[index].width)
        height, width = colours.shape[:2]
        return Picture(colours, min(side, side * width / height)).move_to(self.places[index])
