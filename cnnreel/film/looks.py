"""How a mobject that is made of curves looks at an instant."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from manim import VMobject

from cnnreel.film.tracks import Series

__all__ = ["LineLook"]


@dataclass(eq=False, slots=True)
class LineLook:
    """Points, also as bytes; and colours as bytes: of the filling, of the line, and the line's width."""

    points: Any
    data: bytes
    style: tuple[bytes, bytes, float]

    @classmethod
    def of(cls, mobject: VMobject) -> LineLook:
        style = mobject.fill_rgbas.tobytes(), mobject.stroke_rgbas.tobytes(), float(mobject.stroke_width)
        return cls(mobject.points, mobject.points.tobytes(), style)

    @property
    def colors(self) -> Series:
        """Red, green, blue and alpha of filling and line, and the line's width: nine numbers."""
        fill, stroke, width = self.style
        return np.array([*np.frombuffer(fill)[:4], *np.frombuffer(stroke)[:4], width])

    def faded(self, moved: Callable[[Any], Any]) -> LineLook:
        """Return what cannot be seen any more; its points may have gone elsewhere."""
        fill, stroke, width = self.style
        points = moved(self.points)
        return LineLook(points, points.tobytes(), (transparent(fill), transparent(stroke), width))

    def traits(self) -> Iterator[bytes]:
        """Give, as bytes, all that can be seen; of what cannot, nothing."""
        fill, stroke, width = self.style
        fills, strokes = np.frombuffer(fill)[3] > 0, width > 0 and np.frombuffer(stroke)[3] > 0
        if fills or strokes:
            yield self.data
            yield fill if fills else b""
            yield stroke + repr(width).encode() if strokes else b""


def transparent(color: bytes) -> bytes:
    shares = np.frombuffer(color).copy()
    shares[3::4] = 0
    return shares.tobytes()
