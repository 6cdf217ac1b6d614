"""Files of numbers: their bytes, read without trusting them, and what CSV, JSON and NPY say."""

from __future__ import annotations

import csv
import io
import json
import math
import stat
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from cnn_core.errors import InputError
from cnn_core.reading.nested import quoted

__all__ = ["decode_csv", "decode_json", "decode_npy", "read_bytes"]

SEPARATORS = ";\t,"
HEADER_READERS = {
    (1, 0): np.lib.format.read_array_header_1_0,
    (2, 0): np.lib.format.read_array_header_2_0,
}


def read_bytes(name: str, path: Path, limit: int) -> bytes:
    """Return the contents of a regular file of 1 to `limit` bytes.

    Raises
    ------
    InputError
        If there is no such file, it is empty or too large, it may not be read, or reading it might
        never end (a device, a pipe).
    """
    file = quoted(str(path))
    try:
        status = path.stat()
        regular, length = stat.S_ISREG(status.st_mode), status.st_size
        data = path.read_bytes() if regular and 0 < length <= limit else b""
    except FileNotFoundError:
        raise InputError(f"{name} must be a file that exists, but there is no {file}.") from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "its name is not a valid file name"
        raise InputError(f"{name} must be a file that can be read, but {file} cannot: {reason}.") from None
    if not regular:
        kind = "a directory" if stat.S_ISDIR(status.st_mode) else "not a regular file"
        raise InputError(f"{name} must be a file, but {file} is {kind}.")
    if length == 0:
        raise InputError(f"{name} must be a file with contents, but {file} is empty.")
    if length > limit:
        raise InputError(f"{name} must be a file of at most {limit:,} bytes, but {file} has {length:,}.")
    return data


def decode_csv(name: str, data: bytes) -> list[list[str]]:
    """Return the table of a CSV or TSV file; its first line tells what separates the columns."""
    text = _decode_text(name, data).strip("\r\n")
    first_line = text.partition("\n")[0]
    separator = next((mark for mark in SEPARATORS if mark in first_line), None)
    if separator is None:  # what numpy.savetxt writes unless told otherwise
        return [line.split() for line in text.splitlines()]
    try:
        table = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator))
    except csv.Error as error:
        raise InputError(f"{name} must be a table of numbers, but it is not well-formed: {error}.") from None
    return [[word.strip() for word in row] for row in table]


def decode_json(name: str, data: bytes) -> object:
    """Return what a JSON file holds, its numbers as floats."""
    text = _decode_text(name, data)
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
    if len(shape) not in (2, 3) or min(shape) < 1 or math.prod(shape) * dtype.itemsize != length:
        raise InputError(
            f"{name} must be an array with 2 or 3 axes, none of them empty, but its header says {quoted(str(shape))} "
            f"of {dtype.name}, and {length:,} bytes follow."
        )
    flat = np.frombuffer(data, dtype, offset=stream.tell())
    return flat.reshape(tuple(map(int, shape)), order="F" if by_columns else "C")


def _decode_text(name: str, data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise InputError(f"{name} must be text in UTF-8, but byte {error.start + 1} is not.") from None
