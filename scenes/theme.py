"""Every colour, size and duration of the films.

Colours are the Okabe-Ito set (Okabe & Ito, "Color Universal Design", 2008), lightened or darkened until text
in them has a contrast of at least 4.5:1 on the background.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from manim import ManimColor

__all__ = ["PACE", "THEMES", "Theme", "reading_time"]

SMALLEST_TEXT = 1 / 36
"""Smallest height of a line of text, as a fraction of the frame's height."""

CAPTION_BAND = 1 / 8
"""Lowest part of the frame, kept free for captions."""

PACE = MappingProxyType({"slow": 1.5, "normal": 1.0, "fast": 0.6})
"""What every duration is multiplied by."""


@dataclass(frozen=True)
class Theme:
    """The colours of the roles; a role keeps its colour in every scene."""

    background: str
    text: str
    muted: str
    input: str
    kernel: str
    output: str
    window: str
    question: str
    negative: str
    tint: float
    """Share of a role's colour in a cell that holds the largest value of its grid."""
    veil: float
    """Opacity of what dims the cells that are not looked at."""

    def cell_fill(self, role: str, strength: float, *, dimmed: bool = False) -> ManimColor:
        """Return the fill of a cell: `strength` in -1..1 of the role's colour, or of deep blue below zero."""
        from manim import ManimColor, interpolate_color  # noqa: PLC0415 (pages need colours, too, and no Manim)

        hue = self.negative if strength < 0 else role
        share = self.tint * min(1.0, abs(strength)) * (0.45 if dimmed else 1.0)
        return interpolate_color(ManimColor(self.background), ManimColor(hue), share)


THEMES = MappingProxyType(
    {
        "dark": Theme(
            background="#0F1216",
            text="#ECEEF1",
            muted="#8C93A0",
            input="#56B4E9",
            kernel="#E69F00",
            output="#22B88A",
            window="#F0E442",
            question="#D98CB9",
            negative="#2A4FA8",
            tint=0.38,
            veil=0.36,
        ),
        "light": Theme(
            background="#FCFAF5",
            text="#181B20",
            muted="#656B76",
            input="#0068A4",
            kernel="#A85500",
            output="#007A59",
            window="#C29200",
            question="#A23E78",
            negative="#3E63B8",
            tint=0.3,
            veil=0.3,
        ),
    }
)


def reading_time(text: str) -> float:
    """Return how many seconds a text is held so that it can be read: 1.5 s plus 0.25 s a word."""
    return 1.5 + 0.25 * len(text.split())
