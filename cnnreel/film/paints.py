"""Paint by role: every colour of a film in every theme, and pictures made of values."""

from __future__ import annotations

import base64
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from cnnreel.film.tracks import Table
from scenes.theme import THEMES, Theme, as_shares

__all__ = ["Paints", "picture_record"]

Pixels8 = npt.NDArray[np.uint8]

LEVELS = 127


class Paints:
    """The paints of a film that is drawn in one theme; the first is the background."""

    def __init__(self, theme: Theme) -> None:
        self.theme = theme
        self._table = Table()
        self._known: dict[tuple[float, ...], int] = {}
        self.find(as_shares(theme.background))

    def as_json(self) -> list[list[str]]:
        return [list(paint) for paint in self._table.entries]

    def find(self, color: Sequence[float]) -> int:
        """Return the index of a colour (red, green, blue in 0..1) that the theme handed out.

        Raises
        ------
        ValueError
            If it is none of the theme's.
        """
        key = tuple(color)
        if key not in self._known:
            paint = tuple(self.theme.counterpart(color, other) for other in THEMES.values())
            self._known[key] = self._table.add(paint, paint)
        return self._known[key]

    def fixed(self, color: str) -> int:
        paint = (color,) * len(THEMES)
        return self._table.add(paint, paint)

    def picture(self, rgb: Pixels8, when: Pixels8 | None = None) -> dict[str, Any]:
        """Describe a picture (H, W, 3) by values between three paints, or by its colours where it has others."""
        described = self._described(rgb)
        return described if when is None else {**described, "when": _as_base64(when)}

    def _described(self, rgb: Pixels8) -> dict[str, Any]:
        if (rgb == rgb[..., :1]).all():
            values = rgb[..., 0] / 255
            black, white = self.fixed("#000000"), self.fixed("#FFFFFF")
            return {**picture_record(values), "ground": black, "above": white, "below": black}
        found = self._values(rgb)
        height, width = rgb.shape[:2]
        if found is None:
            return {"width": width, "height": height, "rgb": _as_base64(rgb)}
        values, above = found
        paints = (as_shares(color) for color in (self.theme.background, above, self.theme.negative))
        ground, over, below = (self.find(color) for color in paints)
        return {**picture_record(values), "ground": ground, "above": over, "below": below}

    def _values(self, rgb: Pixels8) -> tuple[npt.NDArray[np.float64], str] | None:
        """Find values in -1..1, and the role's colour above 0, that give these colours."""
        ground = np.array(as_shares(self.theme.background)) * 255
        pixels = rgb.reshape(-1, 3) - ground
        negative, left = _shares_of(pixels, np.array(as_shares(self.theme.negative)) * 255 - ground)
        _, *roles = self.theme.roles()
        for role in roles:
            positive, off = _shares_of(pixels, np.array(as_shares(role)) * 255 - ground)
            if np.minimum(off, left).max() <= 1.0:
                return np.where(off <= left, positive, -negative).reshape(rgb.shape[:2]), role
        return None


def _shares_of(pixels: npt.NDArray[np.float64], way: npt.NDArray[np.float64]) -> tuple[Any, Any]:
    """Return how far each pixel (n, 3) is on a way that starts at 0, and by how much it is beside it."""
    shares = np.clip(pixels @ way / (way @ way), 0, 1)
    return shares, np.abs(pixels - shares[:, None] * way).max(axis=1)


def picture_record(values: npt.NDArray[np.float64]) -> dict[str, Any]:
    """Describe values (H, W) in -1..1 as the film has them."""
    height, width = values.shape
    return {"width": width, "height": height, "values": _as_base64(np.rint(values * LEVELS + 128).astype(np.uint8))}


def _as_base64(samples: Pixels8) -> str:
    return base64.b64encode(samples.tobytes()).decode()
