"""Average pooling for Manim's own command: `manim render scenes/avg_pool.py AvgPoolScene` plays the default spec."""

from __future__ import annotations

from typing import ClassVar

from scenes.player import Player
from scenes.pooling import AvgPoolSpec

__all__ = ["AvgPoolScene"]


class AvgPoolScene(Player):
    """A window visits a grid; at each stop, the mean goes to the output."""

    spec_class: ClassVar[type[AvgPoolSpec]] = AvgPoolSpec
