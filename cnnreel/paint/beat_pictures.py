"""What the last frame of each beat of a film is called, as a picture."""

from __future__ import annotations

__all__ = ["picture_name"]


def picture_name(number: int, kind: str) -> str:
    """Return what the picture of a beat is called; beats count from 1.

    >>> picture_name(1, "explain")
    '01-explain.png'
    """
    return f"{number:02d}-{kind}.png"
