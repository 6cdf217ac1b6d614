"""Pictures turned into small grids of grey values."""

from __future__ import annotations

import io
import warnings
from typing import TYPE_CHECKING

import numpy as np

from cnn_core.arrays import Array, Pair, as_pair, freeze
from cnn_core.errors import InputError

if TYPE_CHECKING:
    from PIL.Image import Image

__all__ = ["MAX_PIXELS", "MAX_UNSCALED_PIXELS", "decode_colours", "decode_picture"]

MAX_PIXELS = 50_000_000
MAX_UNSCALED_PIXELS = 4_000_000
FORMATS = ("PNG", "JPEG", "BMP", "WEBP")
_MODES = {1: "L", 3: "RGB", 4: "RGBA"}
GREY_MODES = ("1", "L", "LA", "I", "I;16")


def decode_picture(name: str, data: bytes, *, size: Pair | None = None, decimals: int = 1) -> tuple[Array, str]:
    """Return a picture's grey values and, in words, what was done to it.

    It is turned upright as its EXIF orientation says, laid over white where it is transparent, turned to grey by
    luminance (ITU-R 601-2: 0.299 R + 0.587 G + 0.114 B) and scaled so that each value is the mean of its area.

    Parameters
    ----------
    name
        What the caller calls it; stands in the error message.
    data
        The contents of a PNG, JPEG, BMP or WebP file.
    size : (H, W)
        What to scale to, regardless of the picture's own ratio; None leaves it as it is.
    decimals
        Values are rounded to this many, so that what is shown adds up.

    Returns
    -------
    values : (H, W)
        From 0, black, to 1, white.
    words
        Such as `"turned to grey, 640×480 scaled to 8×8"`, width before height as is usual for pictures.

    Raises
    ------
    InputError
        If it is not such a picture, it is damaged, or it has too many pixels.
    """
    if size is not None:
        size = as_pair("size", size, minimum=1)
    image = _load(name, data)
    steps = [] if image.mode in GREY_MODES else ["turned to grey"]
    steps.append(f"{image.width}×{image.height}")
    if size is None and image.width * image.height > MAX_UNSCALED_PIXELS:
        raise InputError(
            f"{name} must be scaled if it has more than {_megapixels(MAX_UNSCALED_PIXELS)}, "
            f"but it is {steps[-1]} and no size is given."
        )
    grey, white = _as_grey(image)
    if size is not None and size != (image.height, image.width):
        steps[-1] += f" scaled to {size[1]}×{size[0]}"
        grey = _scale(grey, size)
    values: Array = np.clip(np.asarray(grey, dtype=np.float64) / white, 0, 1).round(decimals)
    return freeze(values), ", ".join(steps)


def decode_colours(name: str, data: bytes, size: Pair, *, channels: int) -> tuple[Array, str]:
    """Return a picture's colours and, in words, what was done to it.

    It is turned upright and laid over white as for `decode_picture`; of a picture of another ratio the middle is kept.

    Parameters
    ----------
    size : (H, W)
        What to scale to.
    channels
        3 for red, green and blue, 1 for grey, 4 for an opaque fourth one.

    Returns
    -------
    values : (channels, H, W)
        Whole numbers from 0 to 255.
    words
        Such as `"640×480, the middle scaled to 224×224"`.
    """
    from PIL import Image, ImageOps  # noqa: PLC0415

    if channels not in _MODES:
        raise InputError(f"{name} must be numbers for a network of {channels} channels, but it is a picture.")
    image = _load(name, data)
    if image.mode.startswith("I"):
        image = image.convert("F").point(lambda value: value / 257).convert("L")
    if "transparency" in image.info or image.mode.endswith(("A", "a")):
        image = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
    words = f"{image.width}×{image.height}"
    height, width = size
    if (image.height, image.width) != size:
        same = image.width * height == image.height * width
        words += f"{'' if same else ', the middle'} scaled to {width}×{height}"
        image = ImageOps.fit(image.convert("RGB"), (width, height), Image.Resampling.BILINEAR)
    values = np.asarray(image.convert(_MODES[channels]), dtype=np.float64).reshape(height, width, channels)
    return freeze(np.ascontiguousarray(values.transpose(2, 0, 1))), words


def _load(name: str, data: bytes) -> Image:
    """Return the picture, decoded and upright."""
    from PIL import Image, ImageOps  # noqa: PLC0415  only those who bring a picture wait for Pillow

    too_large = f"{name} must be a picture of at most {_megapixels(MAX_PIXELS)}, but it "
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            image: Image.Image = Image.open(io.BytesIO(data), formats=FORMATS)
            fits = image.width * image.height <= MAX_PIXELS
            if fits:
                image = ImageOps.exif_transpose(image)
                image.load()
    except Image.DecompressionBombError:  # Pillow's own limit comes before the size can be asked for
        raise InputError(f"{too_large}has far more.") from None
    except Exception:  # a damaged picture fails in as many ways as there are decoders
        raise InputError(f"{name} must be a PNG, JPEG, BMP or WebP picture, but it is none, or is damaged.") from None
    if not fits:
        raise InputError(f"{too_large}is {image.width}×{image.height}.")
    return image


def _as_grey(image: Image) -> tuple[Image, float]:
    """Return the picture as one channel of floats, and the value of white."""
    from PIL import Image  # noqa: PLC0415

    if image.mode.startswith("I"):
        return image.convert("F"), 65535.0
    if "transparency" in image.info or image.mode.endswith(("A", "a")):
        image = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
    return image.convert("L").convert("F"), 255.0


def _scale(image: Image, size: Pair) -> Image:
    from PIL import Image  # noqa: PLC0415

    # BOX takes the plain mean of each area: it can be said in a sentence, and nothing rings past black or white.
    return image.resize((size[1], size[0]), Image.Resampling.BOX)


def _megapixels(pixels: int) -> str:
    return f"{pixels // 1_000_000} megapixels"
