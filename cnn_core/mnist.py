"""MNIST: the embedded test set, and the checked training set from a folder or from the web.

The four files are used as LeCun, Cortes and Burges made them (IDX format, gzip); see NOTICE.
"""

from __future__ import annotations

import gzip
import hashlib
import re
import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final, TypeAlias

import numpy as np
import numpy.typing as npt

from cnn_core.arrays import Array, freeze
from cnn_core.errors import CnnreelError, InputError, ShapeError
from cnn_core.reading.quoting import quoted

__all__ = ["CLASSES", "MIRRORS", "Bytes", "Digit", "Digits", "as_input", "digit", "load_test", "load_training"]

Bytes: TypeAlias = npt.NDArray[np.uint8]

CLASSES: Final = 10
MIRRORS: Final = (
    "https://ossci-datasets.s3.amazonaws.com/mnist/",
    "https://storage.googleapis.com/cvdf-datasets/mnist/",
)
TEST: Final = ("t10k-images-idx3-ubyte.gz", "t10k-labels-idx1-ubyte.gz")
TRAINING: Final = ("train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz")
MD5: Final = {
    "t10k-images-idx3-ubyte.gz": "9fb629c4189551a2d022fa330f9573f3",
    "t10k-labels-idx1-ubyte.gz": "ec29112dd5afa0611ce80d1b7f02629c",
    "train-images-idx3-ubyte.gz": "f68b3c2dcbeaaa9fbdd348bbdeb94873",
    "train-labels-idx1-ubyte.gz": "d53e105ee54ea40749a09fcbcd1e9432",
}
EMBEDDED: Final = Path(__file__).parent / "data"


@dataclass(frozen=True, eq=False)
class Digit:
    """One handwritten digit.

    Attributes
    ----------
    pixels : (28, 28)
        uint8; 0 is paper, 255 is ink.
    label
        What the writer meant, 0 to 9.
    index
        Its place in the set.
    """

    pixels: Bytes
    label: int
    index: int


@dataclass(frozen=True, eq=False)
class Digits:
    """Handwritten digits with their labels, read-only.

    Attributes
    ----------
    images : (N, 28, 28)
    labels : (N,)
    """

    images: Bytes
    labels: Bytes

    def __post_init__(self) -> None:
        count = len(self.labels)
        if self.labels.shape != (count,) or self.images.shape != (count, 28, 28):
            raise ShapeError(
                f"Digits must be images (N, 28, 28) with labels (N,), "
                f"but the shapes are {self.images.shape} and {self.labels.shape}."
            )
        if self.images.dtype != np.uint8 or self.labels.dtype != np.uint8:
            raise InputError(f"Digits must be uint8, but they are {self.images.dtype} and {self.labels.dtype}.")
        if count and self.labels.max() >= CLASSES:
            raise InputError(f"labels must be 0 to 9, but one of them is {self.labels.max()}.")
        freeze(self.images)
        freeze(self.labels)

    def __len__(self) -> int:
        return len(self.labels)

    def __getitem__(self, index: int) -> Digit:
        """Return the digit at `index`, counted from 0."""
        if not 0 <= index < len(self):
            raise InputError(f"The index of a digit must be 0 to {len(self) - 1}, but it is {index}.")
        return Digit(self.images[index], int(self.labels[index]), index)

    def take(self, indices: npt.NDArray[np.int64]) -> Digits:
        """Return a copy of the digits at `indices`, in that order."""
        return Digits(self.images[indices], self.labels[indices])

    def sha256(self) -> str:
        return hashlib.sha256(self.images.tobytes() + self.labels.tobytes()).hexdigest()


@cache
def load_test() -> Digits:
    """Return the 10,000 embedded test digits."""
    return read_pair(EMBEDDED, TEST)


def load_training(
    directory: Path | None = None, *, mirrors: Sequence[str] = MIRRORS, download_to: Path | None = None
) -> Digits:
    """Return the 60,000 training digits, checked against their published MD5.

    Parameters
    ----------
    directory
        Where the two `train-*.gz` files are. Without it they are downloaded once and kept.
    mirrors
        Base addresses to download from, tried in order.
    download_to
        Where downloads are kept; by default the user's cache folder.

    Raises
    ------
    InputError
        If a file in `directory` is missing, truncated or not the published one.
    CnnreelError
        If no mirror delivers the published file.
    """
    if directory is None:
        directory = _download(TRAINING, mirrors, download_to)
    return read_pair(directory, TRAINING)


def digit(name: str, called: str = "name") -> Digit:
    """Return a digit of the test set by name.

    `"mnist:7"` is the first 7 in it, `"mnist:#1234"` the one at index 1234. A message begins with `called`.

    >>> digit("mnist:7").index, digit("mnist:#1").label
    (0, 2)
    """
    match = re.fullmatch(r"mnist:(?:([0-9])|#([0-9]{1,9}))", name, flags=re.ASCII)
    test = load_test()
    label, index = match.groups("") if match else ("", "")
    if match is None or int(index or 0) >= len(test):
        raise InputError(
            f'{called} must be a digit of MNIST such as "mnist:7", or "mnist:#0" to "mnist:#{len(test) - 1}", '
            f"but it is {quoted(name)}."
        )
    return test[int(index) if not label else int(np.argmax(test.labels == int(label)))]


def as_input(pixels: npt.ArrayLike) -> Array:
    """Return one image (28, 28) or many (N, 28, 28) as the network's input: (N, 1, 28, 28), 0 to 1.

    >>> as_input(digit("mnist:7").pixels).shape
    (1, 1, 28, 28)
    """
    images = np.asarray(pixels)
    if images.ndim not in (2, 3) or images.shape[-2:] != (28, 28):
        raise ShapeError(f"pixels must be (28, 28) or (N, 28, 28), but their shape is {images.shape}.")
    if images.dtype != np.uint8:
        raise InputError(f"pixels must be uint8, 0 to 255, but they are {images.dtype}.")
    return images.reshape(-1, 1, 28, 28) / 255.0


def read_pair(directory: Path, names: tuple[str, str]) -> Digits:
    """Return the digits of an images file and a labels file after checking both."""
    images, labels = (_read(directory / name) for name in names)
    return Digits(images, labels)


def _read(path: Path) -> Bytes:
    """Return the array in one of the four files, or say what is wrong with the file."""
    try:
        packed = path.read_bytes()
    except OSError as error:
        raise InputError(f"{path.name} must be a readable file in {path.parent}: {error.strerror}.") from error
    found = hashlib.md5(packed, usedforsecurity=False).hexdigest()
    if found != MD5[path.name]:
        raise InputError(
            f"{path} must be the published MNIST file (MD5 {MD5[path.name]}), "
            f"but it is damaged or another file: {len(packed):,} bytes with MD5 {found}."
        )
    return parse_idx(packed, path.name)


def parse_idx(packed: bytes, name: str) -> Bytes:
    """Return the uint8 array of a gzipped IDX file.

    The format: two zero bytes, the type (8 is uint8), the number of axes, each axis as a big-endian
    32-bit number, then the values.
    """
    try:
        raw = gzip.decompress(packed)
        zeros, kind, axes = struct.unpack_from(">HBB", raw)
        shape = struct.unpack_from(f">{axes}I", raw, 4)
        values = np.frombuffer(raw, np.uint8, offset=4 + 4 * axes).reshape(shape)
    except (OSError, EOFError, zlib.error, struct.error, ValueError) as error:
        raise InputError(f"{name} must be a gzipped IDX file, but it is not: {error}.") from error
    if (zeros, kind) != (0, 8):
        raise InputError(f"{name} must hold uint8 values (type 8), but its type is {kind}.")
    return values


def _download(names: Sequence[str], mirrors: Sequence[str], folder: Path | None) -> Path:
    """Return the folder that holds the files `names`, downloading what is missing or damaged."""
    import pooch  # noqa: PLC0415  only those who download wait for it

    folder = folder or Path(pooch.os_cache("cnnreel"))
    for name in names:
        _download_one(name, mirrors, folder)
    return folder


def _download_one(name: str, mirrors: Sequence[str], folder: Path) -> None:
    """Fetch one file from the first mirror that delivers it undamaged."""
    import pooch  # noqa: PLC0415

    problems = []
    for mirror in mirrors:
        try:
            pooch.retrieve(mirror + name, f"md5:{MD5[name]}", fname=name, path=folder)
            return
        except (OSError, ValueError) as error:  # requests' errors are OSErrors; a wrong hash is a ValueError
            problems.append(f"{mirror}: {type(error).__name__}")
    raise CnnreelError(
        f"{name} could not be downloaded ({'; '.join(problems)}); "
        f"without a connection, pass the folder that holds it as --data."
    )
