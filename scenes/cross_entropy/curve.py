"""The curve of the loss over the probability of the truth, and where on it an answer lies."""

from __future__ import annotations

from typing import Any

import numpy as np
from manim import RIGHT, UP, Animation, Dot, FadeIn, MoveAlongPath, VGroup, VMobject

from cnn_core.losses import CrossEntropyTrace
from scenes.layout import Box, smallest_text
from scenes.mobjects.plane import Plane
from scenes.mobjects.plot import segment
from scenes.mobjects.text import Number
from scenes.theme import Theme

__all__ = ["LossCurve"]

_HIGH = 5.0
"""How high the curve is drawn at least."""


class LossCurve(VGroup):
    """Axes, the curve `-ln p`, a dot for an answer with lines to both axes, and other dots to compare.

    Attributes
    ----------
    ghosts
        Dots with their losses at the probabilities that are compared; not yet part of it.
    """

    def __init__(self, loss: CrossEntropyTrace, sureness: CrossEntropyTrace, theme: Theme, box: Box) -> None:
        target = int(loss.target[0])
        self.share, self.cost = float(loss.probabilities[0, target]), float(loss.output)
        self.theme, self.size = theme, max(0.3, smallest_text())
        self.high = max(_HIGH, 1.15 * self.cost)
        self.plane = Plane((0, 1.08), (0, self.high), ("p", "L = −ln p"), box, self.size, theme)
        self.line = self._along(float(np.exp(-self.high)), 1.0, theme.text)
        self.dot = Dot(radius=0.13, color=theme.window)
        self.guides = self.guides_to(self.share, self.cost, theme.window)
        self.ghosts = [self._ghost(sureness, k) for k in range(len(sureness.losses))]
        super().__init__(self.plane, self.line, self.dot, self.guides)

    def guides_to(self, share: float, cost: float, color: str) -> VMobject:
        """Return the lines from a point of the curve to both axes."""
        guides, place = VMobject(stroke_color=color, stroke_width=2), self.plane.point(share, cost)
        segment(guides, self.plane.point(share, 0), place)
        segment(guides, place, self.plane.point(0, cost))
        return guides

    def _along(self, start: float, stop: float, color: str) -> VMobject:
        shares = np.exp(np.linspace(np.log(start), np.log(stop), 120))
        return self.plane.line(shares, -np.log(shares), color)

    def _ghost(self, sureness: Any, k: int) -> VGroup:
        loss = sureness.result("losses", k)
        dot = Dot(self.plane.point(float(np.exp(-loss.number)), loss.number), radius=0.11, color=self.theme.muted)
        number = Number(loss.text, f"sureness.{loss.address}", self.size, self.theme.text)
        number.next_to(dot, RIGHT if k else UP, buff=0.15)
        return VGroup(dot, number)

    def slide(self) -> list[Animation]:
        """Return the animations in which the dot goes from where nothing is lost to where the answer lies."""
        if self.share > 1 - 1e-9:
            return [FadeIn(self.dot.move_to(self.plane.point(1, 0)))]
        return [MoveAlongPath(self.dot, self._along(1.0, self.share, self.theme.text))]
