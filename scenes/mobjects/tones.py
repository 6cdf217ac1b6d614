"""How strongly the values of a map are coloured, so that what differs from its commonest value can be seen."""

from __future__ import annotations

from functools import cache

import numpy as np

from cnn_core.arrays import Array
from scenes.mobjects.picture import picture_colours
from scenes.theme import THEMES, Theme, as_shares

__all__ = ["GAMMA", "tones_of_map"]

GAMMA = 0.6
"""Power of a value that gives its share of the colour: small ones can be seen, too."""

_BY_RANK = (0.0, 0.5, 0.75)
"""How much of a value's strength is given by its rank, from the least that is tried."""
_SEEN, _CONTRAST = 0.4, 1.5
"""Share of the values that differ from the commonest one that are to do so by this contrast, in both themes."""
_DARKEST = 0.05


def tones_of_map(values: Array, role: str, theme: Theme) -> Array:
    """Return the strength in -1..1 with which each value of a map is coloured.

    It has the value's sign, is 0 for 0 only, 1 for the largest size, and grows with the size. Where too few values
    would stand out from the commonest one, part of it is the value's rank.
    """
    sizes = np.abs(values)
    plain, rank = (sizes / (sizes.max() or 1.0)) ** GAMMA, _ranks(sizes)
    found = plain
    for part in _BY_RANK:
        found = (1 - part) * plain + part * rank
        if all(_stands_out(np.copysign(found, values), role, theme, other) for other in THEMES.values()):
            break
    strengths: Array = np.copysign(found, values)
    return strengths


def _ranks(sizes: Array) -> Array:
    """Return how many sizes are smaller than each, 1 for the largest; of equal ones, half count as smaller.

    >>> _ranks(np.array([0.0, 2.0, 5.0, 2.0, 9.0, 9.0])).tolist()
    [0.0, 0.25, 0.625, 0.25, 1.0, 1.0]
    """
    known = np.sort(sizes[sizes > 0])
    if not known.size:
        return np.zeros_like(sizes)
    below, upto = (np.searchsorted(known, sizes, side) for side in ("left", "right"))
    ranks = np.where(sizes > 0, (below + upto) / 2, 0.0)
    shares: Array = ranks / ranks.max()
    return shares


def _stands_out(strengths: Array, role: str, theme: Theme, other: Theme) -> bool:
    """Tell whether what differs from the commonest colour can be seen in a theme, of a role's colour in this one."""
    hue = _hue(role, theme, other)
    pixels = picture_colours(strengths, hue, other, 1.0)[..., :3].reshape(-1, 3).astype(np.float64)
    packed = pixels @ np.array([65536.0, 256.0, 1.0])
    shades, places, counts = np.unique(packed, return_index=True, return_counts=True)
    light = _luminance(pixels[places]) + _DARKEST
    common = int(counts.argmax())
    counts[common] = 0
    ratio = np.maximum(light, light[common]) / np.minimum(light, light[common])
    return bool(len(shades) == 1 or counts[ratio >= _CONTRAST].sum() >= _SEEN * counts.sum())


@cache
def _hue(role: str, theme: Theme, other: Theme) -> str:
    return theme.counterpart(as_shares(role), other)


def _luminance(pixels: Array) -> Array:
    """Return the relative luminance of pixels (n, 3) in 0..255, as WCAG 2 defines it."""
    shares = pixels / 255
    linear = np.where(shares <= 0.03928, shares / 12.92, ((shares + 0.055) / 1.055) ** 2.4)
    found: Array = linear @ np.array([0.2126, 0.7152, 0.0722])
    return found
