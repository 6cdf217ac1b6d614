"""Arrays in files: what NumPy, safetensors and JSON hold, read without trusting them."""

from __future__ import annotations

import io
import json
import math
import warnings
from collections.abc import Mapping
from typing import Any
from zipfile import BadZipFile, ZipFile

import numpy as np
import numpy.typing as npt

from cnn_core.errors import InputError
from cnn_core.reading.files import decode_text
from cnn_core.reading.quoting import quoted
from cnn_core.reading.sheets import member

__all__ = ["decode_json", "decode_npy", "decode_npz", "one_of"]

MOST_UNPACKED = 100_000_000
HEADER_READERS = {
    (1, 0): np.lib.format.read_array_header_1_0,
    (2, 0): np.lib.format.read_array_header_2_0,
}


def decode_json(name: str, data: bytes) -> object:
    """Return what a JSON file holds, its numbers as floats."""
    text = decode_text(name, data)
    try:
        # Python refuses to convert whole numbers of more than 4300 digits, but not as floats.
        return json.loads(text, parse_int=float)
    except json.JSONDecodeError as error:
        raise InputError(
            f"{name} must be nested lists of numbers in JSON, but line {error.lineno}, column {error.colno} "
            f"is not JSON: {error.msg}."
        ) from None
    except RecursionError:
        raise InputError(f"{name} must be a list of rows, but its lists are nested too deeply.") from None


def decode_npy(name: str, data: bytes) -> npt.NDArray[Any]:
    """Return the array of an NPY file, without ever unpickling or believing its header's size."""
    stream = io.BytesIO(data)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            shape, by_columns, dtype = HEADER_READERS[np.lib.format.read_magic(stream)](stream)
    except Exception:  # the header is Python source: a damaged one fails in any of a dozen ways
        raise InputError(f"{name} must be an array saved with numpy.save, but it is not.") from None
    if dtype.kind not in "biuf":
        raise InputError(f"{name} must be an array of real numbers, but its type is {dtype.name}.")
    length = len(data) - stream.tell()
    # Without these checks a header of 100 bytes could ask for terabytes.
    if not 1 <= len(shape) <= 8 or min(shape) < 1 or math.prod(shape) * dtype.itemsize != length:
        raise InputError(
            f"{name} must be an array with 1 to 8 axes, none of them empty, but its header says {quoted(str(shape))} "
            f"of {dtype.name}, and {length:,} bytes follow."
        )
    flat = np.frombuffer(data, dtype, offset=stream.tell())
    return flat.reshape(tuple(map(int, shape)), order="F" if by_columns else "C")


def decode_npz(name: str, data: bytes, wanted: str | None) -> npt.NDArray[Any]:
    """Return one array of those that `numpy.savez` put into a file."""
    try:
        with ZipFile(io.BytesIO(data)) as archive:
            names = {path.removesuffix(".npy"): path for path in archive.namelist()}
            return decode_npy(name, member(name, archive, names[one_of(name, names, wanted)], MOST_UNPACKED))
    except (BadZipFile, OSError, ValueError, NotImplementedError, RuntimeError, EOFError) as error:
        if isinstance(error, InputError):
            raise
        raise InputError(f"{name} must be arrays saved with numpy.savez, but it is not, or is damaged.") from None


def one_of(name: str, arrays: Mapping[str, object], wanted: str | None) -> str:
    """Return the name of the array that is wanted; where there is but one, it need not be named.

    >>> one_of("x", {"a": 1}, None)
    'a'
    """
    if wanted is None and len(arrays) == 1:
        return next(iter(arrays))
    if wanted not in arrays:
        known = ", ".join(sorted(map(str, arrays))[:8])
        came = "none is named" if wanted is None else f"there is no {quoted(wanted)}"
        raise InputError(f"{name} must say which of its arrays is meant, as in FILE:NAME ({known}), but {came}.")
    assert wanted is not None
    return wanted
