"""Pictures made smaller or larger, each pixel the mean of the area that it covers."""

from __future__ import annotations

import numpy as np

from cnn_core.arrays import Array

__all__ = ["resampled", "shrunk"]


def resampled(picture: Array, factor: float) -> Array:
    """Return a picture scaled by `factor`, each pixel the mean of the area that it covers."""
    rows, columns = (_area_weights(size, max(1, round(size * factor))) for size in picture.shape)
    return np.asarray(rows @ picture @ columns.T)


def shrunk(picture: Array, longest_side: int) -> Array:
    """Return a picture whose longer side is at most so many pixels; the picture itself if it is."""
    factor = longest_side / max(picture.shape)
    return picture if factor >= 1 else resampled(picture, factor)


def _area_weights(size: int, new_size: int) -> Array:
    """Return how much of each old pixel each new one covers, (new_size, size), rows summing to 1."""
    edges = np.linspace(0, size, new_size + 1)[:, None]
    cells = np.arange(size)
    overlap: Array = np.minimum(edges[1:], cells + 1) - np.maximum(edges[:-1], cells)
    return np.clip(overlap, 0.0, None) * float(new_size / size)
