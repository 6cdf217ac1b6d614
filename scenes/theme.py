"""Every colour, size and duration of the films.

Colours are the Okabe-Ito set (Okabe & Ito, "Color Universal Design", 2008), lightened or darkened until text
in them has a contrast of at least 4.5:1 on the background.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from types import MappingProxyType
from typing import TYPE_CHECKING

from cnn_core.frozen import Frozen

if TYPE_CHECKING:
    from manim import ManimColor

__all__ = ["PACE", "THEMES", "Theme", "as_shares", "reading_time", "shortest_reading"]

SMALLEST_TEXT = 1 / 36
"""Smallest height of a line of text, as a fraction of the frame's height."""

CAPTION_BAND = 1 / 8
"""Lowest part of the frame, kept free for captions."""

PACE = MappingProxyType({"slow": 1.5, "normal": 1.0, "fast": 0.6})
"""What every duration is multiplied by."""

_EXACT = 1e-6
_A_STEP = 1 / 255


@dataclass(frozen=True)
class Theme(Frozen):
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
    strong: str
    """Where a map is largest; brighter than `output`, for there is no digit on it."""
    tint: float
    """Share of a role's colour in a cell that holds the largest value of its grid."""
    veil: float
    """Opacity of what dims the cells that are not looked at."""

    def cell_fill(self, role: str, strength: float, *, dimmed: bool = False) -> ManimColor:
        """Return the fill of a cell: `strength` in -1..1 of the role's colour, or of blue below zero."""
        from manim import ManimColor, interpolate_color  # noqa: PLC0415 (pages need colours, too, and no Manim)

        hue = self.negative if strength < 0 else role
        share = self.tint * min(1.0, abs(strength)) * (0.45 if dimmed else 1.0)
        return interpolate_color(ManimColor(self.background), ManimColor(hue), share)

    def roles(self) -> Iterator[str]:
        """Give the colours of the roles, the background's first."""
        return (getattr(self, one.name) for one in fields(self) if one.type == "str")

    def counterpart(self, color: Sequence[float], other: Theme) -> str:
        """Return what stands in another theme for a colour that this one handed out, as `#RRGGBB`.

        Parameters
        ----------
        color
            Red, green and blue in 0..1: of a role, of a cell's fill, or, in 255ths, of a picture's colour scale.

        Raises
        ------
        ValueError
            If it is none of the theme's.
        """
        for role, its in zip(self.roles(), other.roles(), strict=True):
            if distance(color, as_shares(role)) < _EXACT:
                return as_hex(as_shares(its))
        off, share, hue = min(self._blends(color, other))
        if off > _A_STEP:
            raise ValueError(f"{as_hex(color)} is not one of the theme's colours.")
        is_whole = all(abs(255 * part - round(255 * part)) < 255 * _EXACT for part in color)
        return as_hex(color_between(other.background, hue, share if is_whole else share * other.tint / self.tint))

    def _blends(self, color: Sequence[float], other: Theme) -> Iterator[tuple[float, float, str]]:
        """Give the distance from the nearest blend with each role, the share, and that role in the other theme."""
        ground = as_shares(self.background)
        for role, its in zip(self.roles(), other.roles(), strict=True):
            way = [to - start for to, start in zip(as_shares(role), ground, strict=True)]
            length = sum(part * part for part in way)
            if length:
                off = [part - start for part, start in zip(color, ground, strict=True)]
                share = sum(a * b for a, b in zip(off, way, strict=True)) / length
                share = min(max(share, 0.0), 1.0)
                yield distance(color, color_between(self.background, role, share)), share, its


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
            negative="#7F97FF",
            strong="#3FE6B0",
            tint=0.38,
            veil=0.3,
        ),
        "light": Theme(
            background="#FCFAF5",
            text="#181B20",
            muted="#656B76",
            input="#0068A4",
            kernel="#A85500",
            output="#007A59",
            window="#B08600",
            question="#A23E78",
            negative="#3450BC",
            strong="#00593F",
            tint=0.3,
            veil=0.3,
        ),
    }
)


def as_shares(color: str) -> tuple[float, ...]:
    """Return red, green and blue in 0..1.

    >>> as_shares("#00FF33")
    (0.0, 1.0, 0.2)
    """
    return tuple(int(color[at : at + 2], 16) / 255 for at in (1, 3, 5))


def as_hex(color: Sequence[float]) -> str:
    """Return `#RRGGBB`."""
    return "#" + "".join(f"{round(255 * part):02X}" for part in color)


def color_between(ground: str, hue: str, share: float) -> tuple[float, ...]:
    return tuple(start + share * (to - start) for start, to in zip(as_shares(ground), as_shares(hue), strict=True))


def distance(one: Sequence[float], other: Sequence[float]) -> float:
    """Return by how much two colours differ at most."""
    return max(abs(a - b) for a, b in zip(one, other, strict=True))


def reading_time(text: str) -> float:
    """Return how many seconds a text is held so that it can be read: 1.5 s plus 0.25 s a word."""
    return 1.5 + 0.25 * len(text.split())


def shortest_reading(text: str) -> float:
    """Return how many seconds a text stays at any pace, so that captions never have more than 20 letters a second."""
    return len(text) / 20
