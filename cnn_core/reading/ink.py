"""Ink and paper told apart in a photo: which is darker, where the strokes are, what is dirt."""

from __future__ import annotations

from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt
from numpy.lib.stride_tricks import sliding_window_view

from cnn_core.arrays import Array, Pair
from cnn_core.reading.resampling import shrunk

__all__ = ["find_paper", "ink_on"]

Mask: TypeAlias = npt.NDArray[np.bool_]

FIT_SIDE: Final = 120  # so many pixels tell enough about how the paper is lit
STROKE_SHARE: Final = 8  # a stroke is filled from an eighth of the picture's longer side all around it
# Ink differs from its paper by at least this much (0 black, 1 white), and by so many times the paper's own grain.
LEAST_CONTRAST: Final = 0.08
LEAST_CONTRAST_TO_GRAIN: Final = 4.0
# A pixel is paper below, and full ink above, these shares of the usual ink's strength.
PAPER_BELOW: Final = 0.4
INK_ABOVE: Final = 0.9
# A part of the ink is dirt, not pen, if it is smaller than this share of the largest part.
LEAST_PART: Final = 0.08


def find_paper(photo: Array) -> tuple[Array, bool]:
    """Return the photo without its strokes, and whether these are darker than the paper.

    What stands out most from an evenly lit sheet decides which is darker. Then the strokes are filled: once as they
    are, which keeps sharp shadows and the edges of the paper, and once with the light taken away, which keeps the
    gradient of the light up to the border. Of the two, what is nearer to the photo counts.
    """
    sheet = _sheet(photo)
    dark_on_light = bool(((photo - sheet) ** 3).sum() <= 0)
    as_it_is, evenly_lit = _filled(photo, dark_on_light), sheet + _filled(photo - sheet, dark_on_light)
    nearer = np.minimum if dark_on_light else np.maximum
    return nearer(as_it_is, evenly_lit), dark_on_light


def _filled(photo: Array, dark_on_light: bool) -> Array:
    """Return the photo with whatever is narrower than a quarter of it filled with what is around.

    This is a morphological closing, the least of the greatest values around; for light ink, an opening.
    """
    first, second = (np.maximum, np.minimum) if dark_on_light else (np.minimum, np.maximum)
    reach = max(photo.shape) // STROKE_SHARE
    smooth = _mean_around(photo, 1)  # or else the grain of the paper would count as strokes
    return _most_around(_most_around(smooth, reach, first), reach, second)


def _sheet(photo: Array) -> Array:
    """Return the quadratic surface nearest to most of the photo.

    It is fitted to all pixels, then again and again to those that lie near it, so that ink, light or dark, loses its
    say.
    """
    surface = _quadratic(photo.shape)
    small = shrunk(photo, FIT_SIDE)
    points, values = _quadratic(small.shape).reshape(-1, 6), small.ravel()
    near = np.ones(len(values), dtype=bool)
    for _ in range(8):
        counted = points[near].T  # six equations instead of thousands have the same solution
        factors = np.linalg.lstsq(counted @ counted.T, counted @ values[near], rcond=None)[0]
        distance = np.abs(values - points @ factors)
        near = distance <= max(4 * float(np.median(distance)), 0.02)
    return np.asarray(surface @ factors)


def _quadratic(shape: tuple[int, ...]) -> Array:
    """Return 1, x, y, x², xy, y² at each pixel, (H, W, 6), for x and y from -1 to 1 between the picture's edges."""
    y, x = np.meshgrid(*((2 * np.arange(size) + 1) / size - 1 for size in shape), indexing="ij")
    return np.stack([np.ones_like(x), x, y, x * x, x * y, y * y], axis=-1)


def ink_on(paper: Array, photo: Array) -> Array:
    """Return how much ink each pixel holds, 0 to 1, from how far it stands out of the paper, dirt removed."""
    strength = np.abs(paper - photo)
    drawn = strength > _otsu(strength)
    level = float(np.median(strength[drawn])) if drawn.any() else 0.0
    if level < max(LEAST_CONTRAST, LEAST_CONTRAST_TO_GRAIN * _grain(photo)):
        return np.zeros_like(strength)
    ink = np.clip((strength / level - PAPER_BELOW) / (INK_ABOVE - PAPER_BELOW), 0, 1)
    return np.where(_pen(ink > 0), ink, 0.0)


def _mean_around(picture: Array, reach: int) -> Array:
    """Return for each pixel the mean of the square that reaches so far to all sides."""
    for _ in range(2):
        picture = sliding_window_view(_edged(picture, reach), 2 * reach + 1, axis=0).mean(axis=-1).T
    return picture


def _most_around(picture: Array, reach: int, larger: np.ufunc) -> Array:
    """Return for each pixel the greatest value, or the least, of the square that reaches so far to all sides.

    What is known of 1, 2, 4, ... rows gives what there is to know of twice as many.
    """
    for _ in range(2):
        most, known = _edged(picture, reach), 1
        while 2 * known <= 2 * reach + 1:
            most, known = larger(most[:-known], most[known:]), 2 * known
        last = 2 * reach + 1 - known
        picture = larger(most[: len(picture)], most[last : last + len(picture)]).T
    return picture


def _edged(picture: Array, reach: int) -> Array:
    """Return a picture with its first and its last row repeated so many times."""
    return np.pad(picture, [(reach, reach), (0, 0)], mode="edge")


def _grain(photo: Array) -> float:
    """Return the standard deviation of what differs from pixel to pixel, most of which is paper."""
    return 1.4826 * float(np.median(np.abs(photo - _mean_around(photo, 1))))


def _otsu(values: Array) -> float:
    """Return the threshold that parts values into two groups with the least spread inside each (Otsu, 1979)."""
    counts, edges = np.histogram(values, bins=64)
    middles = (edges[:-1] + edges[1:]) / 2
    below, above = np.cumsum(counts)[:-1], np.cumsum(counts[::-1])[::-1][1:]
    sum_below = np.cumsum(counts * middles)[:-1]
    sum_above = (counts * middles).sum() - sum_below
    apart = below * above * (sum_below / np.maximum(below, 1) - sum_above / np.maximum(above, 1)) ** 2
    return float(edges[1 + np.argmax(apart)])


def _pen(mask: Mask) -> Mask:
    """Return the parts of a mask that a pen has drawn: no dirt, and nothing that reaches in from the border."""
    parts = _parts(mask)
    inner = [part for part in parts if not _touches_border(part, mask.shape)] or parts
    largest = max(len(part) for part in inner)
    kept = np.zeros_like(mask)
    for part in inner:
        if len(part) >= LEAST_PART * largest:
            kept[tuple(np.transpose(part))] = True
    return kept


def _parts(mask: Mask) -> list[list[Pair]]:
    """Return the connected parts of a mask, each as its cells; diagonal neighbours are connected."""
    left = set(zip(*(axis.tolist() for axis in np.nonzero(mask)), strict=True))
    parts = []
    while left:
        part = [left.pop()]
        for i, j in part:
            around = {(i + di, j + dj) for di in (-1, 0, 1) for dj in (-1, 0, 1)} & left
            left -= around
            part.extend(around)
        parts.append(part)
    return parts


def _touches_border(part: list[Pair], shape: tuple[int, ...]) -> bool:
    return any(i in (0, shape[0] - 1) or j in (0, shape[1] - 1) for i, j in part)
