"""A digit to be read: one of MNIST's, a photo, or 28 x 28 grey values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import numpy as np
from pydantic import BeforeValidator, PlainSerializer, ValidationInfo, WithJsonSchema

from cnn_core.arrays import freeze
from cnn_core.errors import InputError, ShapeError
from cnn_core.mnist import Bytes, digit
from cnn_core.reading.digits import Preparation, prepare, read_photo
from cnn_core.reading.grids import read_grid

__all__ = ["DigitImage", "DigitSource", "digit_image"]

PICTURES = (".bmp", ".jpeg", ".jpg", ".png", ".webp")


@dataclass(frozen=True, eq=False)
class DigitImage:
    """What the network is given.

    Attributes
    ----------
    pixels : (28, 28)
        uint8; 0 is paper, 255 is ink.
    name
        Such as `mnist:#0`, or a file's name.
    label
        What the writer meant, where that is known.
    preparation
        How a photo became these pixels.
    """

    pixels: Bytes
    name: str
    label: int | None = None
    index: int | None = None
    preparation: Preparation | None = None

    def __str__(self) -> str:
        return self.name

    def in_words(self) -> str:
        if self.index is not None:
            return f"Image {self.index:,} of MNIST's test set"
        return "The digit" if self.preparation is None else "This is what the network sees"


def read_digit(source: Any, info: ValidationInfo) -> DigitImage:
    return digit_image(str(info.field_name), source)


def digit_image(name: str, source: Any) -> DigitImage:
    """Read a digit from its name in MNIST, from a picture, or from 28 x 28 whole numbers."""
    if isinstance(source, DigitImage):
        return source
    if isinstance(source, str) and source.startswith("mnist:"):
        return of_mnist(name, source)
    if isinstance(source, str | Path) and Path(source).suffix.lower() in PICTURES:
        path = Path(source)
        preparation = prepare(read_photo(name, path))
        return DigitImage(preparation.pixels, path.name, preparation=preparation)
    return of_values(name, source)


def of_mnist(field: str, name: str) -> DigitImage:
    try:
        found = digit(name)
    except InputError as error:
        raise InputError(f"{field} names no digit: {error}") from error
    return DigitImage(found.pixels, f"mnist:#{found.index}", found.label, found.index)


def of_values(field: str, source: Any) -> DigitImage:
    if isinstance(source, str) and not any(letter.isdigit() for letter in source):
        raise InputError(
            f'{field} must be a digit such as "mnist:7" or "mnist:#1234", or a picture, but it is {source!r}.'
        )
    array = read_grid(field, source).array
    if array.shape != (28, 28):
        raise ShapeError(f"{field} must be 28×28 grey values, but its shape is {array.shape}.")
    if not np.array_equal(array, np.clip(np.rint(array), 0, 255)):
        raise InputError(f"{field} must hold whole numbers from 0, paper, to 255, ink.")
    return DigitImage(freeze(array.astype(np.uint8)), "rows")


def as_given(image: DigitImage) -> str | Sequence[Sequence[int]]:
    """Return a name that finds the digit again, or its pixels."""
    pixels: list[list[int]] = image.pixels.tolist()
    return image.name if image.index is not None else pixels


DigitSource = Annotated[
    DigitImage,
    BeforeValidator(read_digit),
    PlainSerializer(as_given),
    WithJsonSchema({"type": ["string", "array"], "format": "digit"}),
]
