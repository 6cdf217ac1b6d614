"""The colour scale of a picture, with its range."""

from __future__ import annotations

import numpy as np
from manim import RIGHT, ManimColor, Rectangle, VGroup

from cnn_core.arrays import Array
from cnn_core.numerals import as_text
from scenes.layout import smallest_text
from scenes.mobjects.picture import picture_colours
from scenes.mobjects.text import Number
from scenes.theme import Theme

__all__ = ["NAME", "Scale"]

NAME = 0.26
"""Height of the words below a picture, in scene units, where the frame does not ask for more."""

STOPS = 10


class Scale(VGroup):
    """A colour scale, from the smallest value of a layer to its largest."""

    def __init__(self, values: Array, addresses: tuple[str, str], role: str, theme: Theme, width: float) -> None:
        size = max(smallest_text(), NAME)
        low, high = float(values.min()), float(values.max())
        numbers = [
            Number(as_text(value, 2), address, size, theme.muted)
            for value, address in zip((low, high), addresses, strict=True)
        ]
        free = width - sum(number.width for number in numbers) - 0.5 * size
        bar = colour_bar(low, high, role, theme, max(min(free, 1.4), 0.2), 0.4 * size)
        super().__init__(numbers[0], bar, numbers[1])
        self.arrange(RIGHT, buff=0.25 * size)


def colour_bar(low: float, high: float, role: str, theme: Theme, width: float, height: float) -> VGroup:
    """Return a bar of the colours from one value to another, as parts that each reach to its right end."""
    stops = picture_colours(np.linspace(low, high, STOPS)[None], role, theme, max(abs(low), abs(high)))[0]
    bar = VGroup()
    for index, stop in enumerate(stops):
        part = Rectangle(width=width * (1 - index / STOPS), height=height, stroke_width=0)
        color = ManimColor((int(stop[0]), int(stop[1]), int(stop[2])))
        bar.add(part.set_fill(color, opacity=1).move_to(np.array([width, 0, 0]), aligned_edge=RIGHT))
    return bar.add(Rectangle(width=width, height=height, color=theme.muted, stroke_width=1).move_to(bar))
