"""A digit to be read: one of MNIST's, a photo, or 28 x 28 grey values."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import numpy as np
from pydantic import BeforeValidator, PlainSerializer, ValidationInfo, WithJsonSchema

from cnn_core.arrays import Array
from cnn_core.errors import InputError
from cnn_core.mnist import Bytes, digit
from cnn_core.reading.digit_values import read_digit_values
from cnn_core.reading.digits import Preparation, prepare, read_photo
from cnn_core.reading.grids import FileSource
from cnn_core.reading.pictures import PICTURES
from scenes.language import say

__all__ = ["DigitImage", "DigitSource", "digit_image", "unsure"]

SURE = 0.75
"""The least probability of a class that a network is said to be sure of."""


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

    @property
    def remark(self) -> str:
        """What is to be said of it before a network reads it: that it is empty, or holds several digits."""
        if not self.pixels.any():
            return say("No ink was found in the picture, so the network gets an empty image. It knows only digits.")
        if self.preparation is not None and self.preparation.parts > 1:
            return say(
                "There seem to be {count} digits in the picture, but the network reads only one.",
                count=self.preparation.parts,
            )
        return ""

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
    found = digit(name, field)
    return DigitImage(found.pixels, f"mnist:#{found.index}", found.label, found.index)


def of_values(field: str, source: Any) -> DigitImage:
    is_word = isinstance(source, str) and not any(letter.isdigit() or letter == "." for letter in source)
    if is_word and FileSource.of(source) is None:
        raise InputError(
            f'{field} must be a digit such as "mnist:7" or "mnist:#1234", or a picture, but it is {source!r}.'
        )
    found = read_digit_values(field, source)
    return DigitImage(found.pixels, found.name, found.label)


def unsure(probabilities: Array, called: Callable[[int], str] = str) -> str:
    """Say between which two classes a network wavers; nothing if it is sure of one.

    Parameters
    ----------
    probabilities : (classes,)
    """
    second, first = np.argsort(probabilities)[-2:].tolist()
    if probabilities[first] >= SURE:
        return ""
    share, other = (f"{100 * probabilities[k]:.0f} %" for k in (first, second))
    return say(
        "It is not sure: {first} has {share}, {second} has {other}.",
        **{"first": called(first), "share": share, "second": called(second), "other": other},
    )


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
