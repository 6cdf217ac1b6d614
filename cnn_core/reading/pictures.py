"""Pictures turned into small grids of grey values."""

from __future__ import annotations

import io
import math
import warnings
from typing import TYPE_CHECKING

import numpy as np

from cnn_core.arrays import Array, Pair, as_pair, freeze
from cnn_core.errors import InputError

if TYPE_CHECKING:
    from PIL.Image import Image

__all__ = [
    "MAX_PIXELS",
    "MAX_UNSCALED_PIXELS",
    "PICTURES",
    "check_channels",
    "decode_colors",
    "decode_picture",
    "opened",
    "over_white",
]

MAX_PIXELS = 50_000_000
MAX_UNSCALED_PIXELS = 4_000_000
MAX_WEBP_PIXELS = 16_000_000
"""Pillow holds a WebP picture in memory four times."""
PICTURES = (".bmp", ".gif", ".heic", ".heif", ".jpeg", ".jpg", ".png", ".tif", ".tiff", ".webp")
_FORMATS = ("PNG", "JPEG", "BMP", "WEBP", "GIF", "TIFF")
DEEP = ("I", "I;16", "I;16B", "I;16L", "F")
"""Pillow's modes of grey with more than 8 bits."""
_MODES = {1: "L", 3: "RGB", 4: "RGBA"}
GREY_MODES = ("1", "L", "LA", *DEEP)
ORIENTATION = 0x0112
LYING = 5
"""EXIF's orientations from here on are turned by a quarter."""
FINER = 4
"""So many times larger than wanted a large picture is first shrunk to, band by band."""
BAND_PIXELS = 2_000_000


def decode_picture(
    name: str, data: bytes, *, size: Pair | None = None, longest: int | None = None, decimals: int = 1
) -> tuple[Array, str]:
    """Return a picture's grey values and, in words, what was done to it.

    It is turned upright as its EXIF orientation says, laid over white where it is transparent, turned to grey by
    luminance (ITU-R 601-2: 0.299 R + 0.587 G + 0.114 B) and scaled so that each value is the mean of its area.

    Parameters
    ----------
    name
        What the caller calls it; stands in the error message.
    data
        The contents of a PNG, JPEG, BMP, WebP, GIF or TIFF file, or of a HEIC file where pillow-heif is installed.
    size : (H, W)
        What to scale to, regardless of the picture's own ratio; None leaves it as it is.
    longest
        What its longer side is scaled to, if it is larger and no size is given.
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
    image = opened(name, data)
    turned, frames = _described(image)
    upright = (image.width, image.height) if turned >= LYING else (image.height, image.width)
    wanted = as_pair("size", size, minimum=1) if size is not None else _fitted(upright, longest)
    steps = [f"the first of its {frames} pictures"] if frames > 1 else []
    steps += [] if image.mode in GREY_MODES else ["turned to grey"]
    steps.append(f"{upright[1]}×{upright[0]}")
    if wanted is None and image.width * image.height > MAX_UNSCALED_PIXELS:
        raise InputError(
            f"{name} must be scaled if it has more than {_megapixels(MAX_UNSCALED_PIXELS)}, "
            f"but it is {steps[-1]} and no size is given."
        )
    if wanted is not None and wanted != upright:
        steps[-1] += f" scaled to {wanted[1]}×{wanted[0]}"
    wanted = upright if wanted is None else wanted
    grey, white = _scaled(name, image, wanted if turned < LYING else wanted[::-1])
    values: Array = np.clip(_upright(np.asarray(grey, dtype=np.float64), turned) / white, 0, 1).round(decimals)
    return freeze(values), ", ".join(steps)


def check_channels(name: str, channels: int) -> None:
    """Refuse a picture where there are channels that no picture has."""
    if channels not in _MODES:
        raise InputError(f"{name} must be numbers for a network of {channels} channels, but it is a picture.")


def decode_colors(name: str, data: bytes, size: Pair, *, channels: int) -> tuple[Array, str]:
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

    check_channels(name, channels)
    image = opened(name, data)
    words = f"{image.width}×{image.height}"
    height, width = size
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            image = over_white(ImageOps.exif_transpose(image))
    except Exception:
        raise _not_a_picture(name) from None
    if (image.height, image.width) != size:
        same = image.width * height == image.height * width
        words = f"{image.width}×{image.height}{'' if same else ', the middle'} scaled to {width}×{height}"
        image = ImageOps.fit(image.convert("RGB"), (width, height), Image.Resampling.BILINEAR)
    values = np.asarray(image.convert(_MODES[channels]), dtype=np.float64).reshape(height, width, channels)
    return freeze(np.ascontiguousarray(values.transpose(2, 0, 1))), words


def over_white(image: Image) -> Image:
    """Return the picture in 8 bits a channel, laid over white where it is transparent."""
    from PIL import Image  # noqa: PLC0415

    if image.mode in DEEP:
        white = _white_of(image)
        return image.convert("F").point(lambda value: value * (255 / white)).convert("L")
    if "transparency" in image.info or image.mode.endswith(("A", "a")):
        image = image.convert("RGBA")
        return Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
    return image


def opened(name: str, data: bytes) -> Image:
    """Return the picture, its pixels not yet decoded."""
    from PIL import Image  # noqa: PLC0415  only those who bring a picture wait for Pillow

    too_large = f"{name} must be a picture of at most {_megapixels(MAX_PIXELS)}, but it "
    webp = f"{name} must be a WebP picture of at most {_megapixels(MAX_WEBP_PIXELS)} (or be saved as JPEG), but it "
    formats = (*_FORMATS, "HEIF") if _is_heif(name, data) else _FORMATS
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            image = Image.open(io.BytesIO(data), formats=formats)
    except Image.DecompressionBombError:  # Pillow's own limit comes before the size can be asked for
        raise InputError(f"{too_large}has far more.") from None
    except Exception:  # a damaged picture fails in as many ways as there are decoders
        raise _not_a_picture(name) from None
    if image.width * image.height > MAX_PIXELS:
        raise InputError(f"{too_large}is {image.width}×{image.height}.")
    if image.format == "WEBP" and image.width * image.height > MAX_WEBP_PIXELS:
        raise InputError(f"{webp}is {image.width}×{image.height}.")
    return image


def _is_heif(name: str, data: bytes) -> bool:
    """Tell whether these are the photos of a phone, which Pillow reads with the help of another package."""
    if data[4:8] != b"ftyp" or data[8:12] not in (b"heic", b"heix", b"mif1", b"msf1", b"hevc"):
        return False
    try:
        from pillow_heif import register_heif_opener  # noqa: PLC0415  an extra
    except ModuleNotFoundError:
        raise InputError(
            f"{name} must be a picture that can be read, but it is a HEIC photo, and pillow-heif is not installed: "
            "save it as JPEG, or install it (pip install pillow-heif)."
        ) from None
    register_heif_opener()
    return True


def _not_a_picture(name: str) -> InputError:
    return InputError(f"{name} must be a PNG, JPEG, GIF, TIFF, BMP or WebP picture, but it is none, or is damaged.")


def _described(image: Image) -> Pair:
    """Return how EXIF says that it lies, and how many pictures it holds."""
    try:
        turned = int(image.getexif().get(ORIENTATION, 1))
        frames = int(getattr(image, "n_frames", 1)) if image.format in ("GIF", "TIFF", "WEBP") else 1
    except Exception:  # what is damaged there need not be so elsewhere
        return 1, 1
    return turned, frames


def _upright(values: Array, turned: int) -> Array:
    """Turn and mirror as one of EXIF's eight orientations says."""
    mirrored = values[:, ::-1] if turned in (2, 4, 5, 7) else values
    return np.rot90(mirrored, {3: 2, 4: 2, 5: 1, 6: -1, 7: -1, 8: 1}.get(turned, 0))


def _scaled(name: str, image: Image, size: Pair) -> tuple[Image, float]:
    """Return the picture as it lies, scaled to (H, W), in grey, and the value of white; each value is a plain mean.

    A large picture is decoded smaller if it can be, and turned to grey and shrunk band by band, so that it is in
    memory only once.
    """
    from PIL import Image  # noqa: PLC0415

    height, width = size
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            by = 1
            if image.width * image.height > MAX_UNSCALED_PIXELS:
                image.draft(None, (FINER * width, FINER * height))
                by = max(1, min(image.height // height, image.width // width) // FINER)
            image.load()
            white = _white_of(image)
            small = Image.new("F", (math.ceil(image.width / by), math.ceil(image.height / by)))
            step = by * max(1, BAND_PIXELS // (image.width * by))
            for top in range(0, image.height, step):
                band = image.crop((0, top, image.width, min(top + step, image.height)))
                band.info = image.info
                small.paste(_as_grey(band).reduce(by), (0, top // by))
            # BOX is the plain mean of each area: it can be said in a sentence, and nothing rings past black or white.
            area = (0, 0, image.width / by, image.height / by)
            return small.resize((width, height), Image.Resampling.BOX, area), white
    except Exception:
        raise _not_a_picture(name) from None


def _as_grey(image: Image) -> Image:
    """Return the picture as one channel of floats."""
    from PIL import Image  # noqa: PLC0415

    if image.mode in DEEP:
        return image.convert("F")
    if "transparency" in image.info or image.mode.endswith(("A", "a")):
        image = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
    return image.convert("L").convert("F")


def _white_of(image: Image) -> float:
    """Return the value of white: of pixels that are floats, the least of 1, 255 and 65535 that none exceeds."""
    if image.mode != "F":
        return 65535.0 if image.mode in DEEP else 255.0
    largest = float(np.asarray(image).max())
    return next((white for white in (1.0, 255.0) if largest <= white), 65535.0)


def _fitted(size: Pair, longest: int | None) -> Pair | None:
    """Return the size at which the longer side is as long as it may be; None leaves it as it is."""
    if longest is None or max(size) <= longest:
        return None
    height, width = (max(1, round(side * longest / max(size))) for side in size)
    return height, width


def _megapixels(pixels: int) -> str:
    return f"{pixels // 1_000_000} megapixels"
