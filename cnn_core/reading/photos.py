"""Pictures that stay pictures: whole numbers from 0 to 255, one channel of grey or three of red, green and blue."""

from __future__ import annotations

import base64
import io
import warnings
from pathlib import Path

import numpy as np

from cnn_core.arrays import Array, freeze
from cnn_core.errors import InputError
from cnn_core.reading.files import read_bytes
from cnn_core.reading.grids import MAX_PICTURE_BYTES, FileSource, Grid
from cnn_core.reading.pictures import LYING, ORIENTATION, PICTURES, opened, over_white

__all__ = ["as_base64", "grey_of", "photo_grid"]

_DATA = "data:image/png;base64,"
_FAR_LARGER = 4
"""So many times as large as it may be, a JPEG is decoded smaller."""
_LUMINANCE = np.array([0.299, 0.587, 0.114])
"""Shares of red, green and blue in a grey value (ITU-R 601-2)."""


def photo_grid(name: str, source: object, *, most: int, scaled: int) -> Grid | None:
    """Return the pixels of a picture file, or of what `as_data` has written; None of anything else.

    Parameters
    ----------
    name
        What the caller calls it; stands in the error message.
    most, scaled
        Rows and columns that it may have; of a larger one the longer side becomes `scaled`, each value the mean of its
        area.

    Returns
    -------
    Grid
        (H, W), or (3, H, W) where it has colours.
    """
    if isinstance(source, str) and source.startswith(_DATA):
        try:
            data = base64.b64decode(source.removeprefix(_DATA), validate=True)
        except ValueError:
            raise InputError(f"{name} must be a picture as base64, but it is damaged.") from None
        return Grid(_decoded(name, data, most, scaled)[0], "array")
    file = FileSource.of(str(source)) if isinstance(source, str | Path) else None
    if file is None or file.kind not in PICTURES:
        return None
    array, words = _decoded(f"{name} ({file.label})", read_bytes(name, file.path, MAX_PICTURE_BYTES), most, scaled)
    return Grid(array, f"{file.label}, {words}", words)


def _decoded(name: str, data: bytes, most: int, scaled: int) -> tuple[Array, str]:
    """Return a picture's pixels, upright and laid over white, and in words how large it was and is."""
    from PIL import Image, ImageOps  # noqa: PLC0415  only those who bring a picture wait for Pillow

    image = opened(name, data)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            upright = image.getexif().get(ORIENTATION, 1) < LYING
            size = image.size if upright else image.size[::-1]
            if max(size) > _FAR_LARGER * most:
                image.draft(None, (_FAR_LARGER * scaled, _FAR_LARGER * scaled))
            by = max(size) // (_FAR_LARGER * most)
            if by > 1 and image.mode in ("L", "RGB", "RGBA"):  # others have no mean
                image = image.reduce(by)
            image = over_white(ImageOps.exif_transpose(image)).convert("RGB")
            if max(size) > most:
                share = scaled / max(image.size)
                small = tuple(max(1, round(share * side)) for side in image.size)
                image = image.resize((small[0], small[1]), Image.Resampling.BOX)
            pixels = np.asarray(image, dtype=np.float64).transpose(2, 0, 1)
    except Exception:
        raise InputError(f"{name} must be a picture, but it is damaged.") from None
    words = f"{size[0]}×{size[1]}" + (f" scaled to {image.width}×{image.height}" if max(size) > most else "")
    is_grey = (pixels == pixels[0]).all()
    return freeze(np.ascontiguousarray(pixels[0] if is_grey else pixels)), words


def grey_of(colours: Array) -> Array:
    """Return the luminance (H, W) of colours (3, H, W), as whole numbers."""
    grey: Array = np.tensordot(_LUMINANCE, colours, 1).round()
    return freeze(grey)


def as_base64(pixels: Array) -> str:
    """Write pixels (H, W) or (3, H, W), whole numbers from 0 to 255, as a PNG in base64."""
    from PIL import Image  # noqa: PLC0415

    file = io.BytesIO()
    Image.fromarray(np.moveaxis(pixels, 0, -1).astype(np.uint8) if pixels.ndim == 3 else pixels.astype(np.uint8)).save(
        file, "PNG", optimize=True
    )
    return _DATA + base64.b64encode(file.getvalue()).decode()
