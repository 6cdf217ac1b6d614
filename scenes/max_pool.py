"""Max pooling for Manim's own command: `manim render scenes/max_pool.py MaxPoolScene` plays the default spec."""

from __future__ import annotations

from typing import ClassVar

from scenes.player import Player
from scenes.pooling import MaxPoolSpec

__all__ = ["MaxPoolScene"]


class MaxPoolScene(Player):
    """A window visits a grid; at each stop, the largest value goes to the output."""

    spec_class: ClassVar[type[MaxPoolSpec]] = MaxPoolSpec
