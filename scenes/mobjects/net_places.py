"""Where a film of a network shows what: the strip of all layers, a layer's input and output, and what is worked out."""

from __future__ import annotations

from dataclasses import dataclass

from manim import config

from scenes.layout import Bands, Box, smallest_text

__all__ = ["NetPlaces"]

GAP = 0.35


@dataclass(frozen=True)
class NetPlaces:
    """The boxes of the stage.

    Attributes
    ----------
    track
        The strip that shows where in the network we are.
    whole
        Everything below the strip; the next three are parts of it.
    left, right
        Input and output of a layer.
    zoom
        What is looked at closely.
    formula
        Lines of arithmetic.
    """

    track: Box
    whole: Box
    left: Box
    right: Box
    zoom: Box
    formula: Box

    @property
    def everything(self) -> Box:
        """All below the strip."""
        return Box(self.whole.left, self.whole.right, self.formula.bottom, self.whole.top)

    @property
    def large(self) -> Box:
        """Where an output is shown while nothing is looked at closely: over the boxes for that."""
        return Box(self.zoom.left, self.whole.right, self.formula.bottom, self.zoom.top)

    @classmethod
    def of(cls, bands: Bands) -> NetPlaces:
        """Divide the bands of Manim's current frame."""
        stage = bands.stage
        tall, wide = config.frame_height > config.frame_width, config.frame_width > config.frame_height
        # In a square frame the words beside the title stand below it.
        top = stage.top + (0.12 if wide else 0.0 if tall else -0.22)
        bottom = top - (0.72 + 1.3 * smallest_text() if wide else 0.8 if tall else 0.66)
        whole = Box(stage.left, stage.right, stage.bottom, bottom - 0.12)
        left, right, zoom = tall_parts(whole) if tall else wide_parts(whole) if wide else square_parts(whole)
        return cls(Box(stage.left, stage.right, bottom, top), whole, left, right, zoom, bands.formula)


def wide_parts(whole: Box) -> tuple[Box, Box, Box]:
    """Put input and output to the sides."""
    return whole.part(0, 0.24), whole.part(0.74, 1), whole.part(0.27, 0.71)


def square_parts(whole: Box) -> tuple[Box, Box, Box]:
    """Put input and output below each other, and what is worked out beside them."""
    middle = whole.center[1]
    column = whole.part(0, 0.32)
    upper = Box(column.left, column.right, middle + 0.06, whole.top)
    lower = Box(column.left, column.right, whole.bottom, middle - 0.06)
    return upper, lower, whole.part(0.36, 1)


def tall_parts(whole: Box) -> tuple[Box, Box, Box]:
    """Put input and output beside each other, and what is worked out below them."""
    middle = whole.bottom + 0.54 * whole.height
    upper = Box(whole.left, whole.right, middle + GAP / 2, whole.top)
    lower = Box(whole.left, whole.right, whole.bottom, middle - GAP / 2)
    return upper.part(0, 0.47), upper.part(0.53, 1), lower
