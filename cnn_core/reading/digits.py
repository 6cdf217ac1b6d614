"""A photo of a digit on paper, made into the 28 x 28 pixels that the network has learned from.

The steps are those by which MNIST was made (LeCun et al., 1998): light ink on black, fitted into 20 x 20 pixels
without changing its shape, placed in 28 x 28 so that its centre of mass is in the middle.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from cnn_core.arrays import Array, as_array, freeze
from cnn_core.mnist import Bytes
from cnn_core.reading.files import read_bytes
from cnn_core.reading.ink import find_paper, ink_on
from cnn_core.reading.pictures import decode_picture
from cnn_core.reading.resampling import resampled, shrunk

__all__ = ["Preparation", "prepare", "read_photo"]

SIDE: Final = 28
INK_SIDE: Final = 20
LONGEST_SIDE: Final = 400
# Parts of the ink are digits of their own if they are so tall, and have so much ink, next to the largest.
TALL: Final = 0.6
LEAST_SHARE: Final = 0.2
MAX_BYTES: Final = 50_000_000


@dataclass(frozen=True)
class _Box:
    """Part of a picture: rows `top` to `bottom` and columns `left` to `right`, the ends not included."""

    top: int
    left: int
    bottom: int
    right: int

    def of(self, picture: Array) -> Array:
        return picture[self.top : self.bottom, self.left : self.right]


@dataclass(frozen=True, eq=False)
class Preparation:
    """How a photo became a digit, step by step; each array read-only, values from 0 to 1.

    Attributes
    ----------
    photo : (H, W)
        Grey, 0 black and 1 white, at most 400 pixels on its longer side.
    background : (H, W)
        The paper without its ink: each stroke filled with what is around it.
    dark_on_light
        Whether the ink is darker than its paper, so that it has to be inverted.
    ink : (H, W)
        0 is paper, 1 is ink; dirt removed.
    box
        What holds all the ink; None where there is none.
    cropped : (h, w)
        The ink in its box.
    scaled : (20, w) or (h, 20)
        The same, its longer side 20 pixels.
    pixels : (28, 28)
        uint8, `scaled` with its centre of mass in the middle. All 0 where nothing was found.
    """

    photo: Array
    background: Array
    dark_on_light: bool
    ink: Array
    box: _Box | None
    cropped: Array
    scaled: Array
    pixels: Bytes

    @cached_property
    def parts(self) -> int:
        """How many digits there seem to be: tall parts of the ink that stand beside or above each other."""
        return max(count_apart(self.cropped), count_apart(self.cropped.T))

    @property
    def found(self) -> bool:
        """Whether there was any ink, a digit or not."""
        return self.box is not None


def read_photo(name: str, path: Path) -> Array:
    """Return the grey values of a picture file, (H, W), 0 black and 1 white, at most 400 pixels on a side.

    Parameters
    ----------
    name
        What the caller calls it; stands in the error message.
    path
        A picture as `decode_picture` takes it.

    Raises
    ------
    InputError
        If it is no picture, is damaged or too large.
    """
    return decode_picture(name, read_bytes(name, path, MAX_BYTES), longest=LONGEST_SIDE, decimals=4)[0]


def prepare(photo: npt.ArrayLike) -> Preparation:
    """Return the digit in a photo as MNIST would hold it, with all steps that led there.

    A picture without a digit is prepared like any other: what stands out is taken for ink.

    Parameters
    ----------
    photo : (H, W)
        Grey values, 0 black and 1 white; or uint8, 0 to 255.

    Raises
    ------
    ShapeError, InputError
        If it is no grid of numbers.
    """
    values = as_array("photo", photo, "H W")
    if np.asarray(photo).dtype == np.uint8:
        values = values / 255
    values = freeze(shrunk(np.clip(values, 0, 1), LONGEST_SIDE))
    background, dark_on_light = find_paper(values)
    ink = freeze(ink_on(background, values))
    box = _box(ink)
    cropped = freeze(np.zeros((1, 1)) if box is None else box.of(ink).copy())
    scaled = freeze(_fitted(cropped))
    pixels = freeze(_centred(scaled))
    return Preparation(values, freeze(background), dark_on_light, ink, box, cropped, scaled, pixels)


def count_apart(ink: Array) -> int:
    """Return into how many groups of columns ink falls that are about as tall as the tallest and have enough ink.

    >>> count_apart(np.array([[1.0, 0, 1], [1, 0, 1]]))
    2
    """
    columns = np.flatnonzero(ink.any(axis=0))
    groups = [ink[:, group] for group in np.split(columns, np.flatnonzero(np.diff(columns) > 1) + 1) if len(group)]
    heights = [int(np.ptp(np.flatnonzero(group.any(axis=1)))) + 1 for group in groups]
    masses = [float(group.sum()) for group in groups]
    return sum(
        height >= TALL * max(heights) and mass >= LEAST_SHARE * max(masses)
        for height, mass in zip(heights, masses, strict=True)
    )


def _box(ink: Array) -> _Box | None:
    rows, columns = np.nonzero(ink)
    if len(rows) == 0:
        return None
    return _Box(int(rows.min()), int(columns.min()), int(rows.max()) + 1, int(columns.max()) + 1)


def _fitted(ink: Array) -> Array:
    """Return the ink with its longer side 20 pixels, its strongest pixel 1."""
    scaled = resampled(ink, INK_SIDE / max(ink.shape))
    return scaled / max(float(scaled.max()), 1e-9)


def _centred(scaled: Array) -> Bytes:
    """Return 28 x 28 pixels with the centre of mass as near to the middle as whole pixels allow."""
    top, left = (_offset(scaled.sum(axis=1 - axis)) for axis in (0, 1))
    pixels = np.zeros((SIDE, SIDE), dtype=np.uint8)
    h, w = scaled.shape
    pixels[top : top + h, left : left + w] = np.rint(255 * scaled)
    return pixels


def _offset(profile: Array) -> int:
    """Return where an axis begins so that the mass along it, `profile`, is centred."""
    centre = float(profile @ (np.arange(len(profile)) + 0.5)) / max(float(profile.sum()), 1e-9)
    return int(np.clip(round(SIDE / 2 - centre), 0, SIDE - len(profile)))
