"""The bytes and lines of files, read without trusting them, and their text, whatever wrote it."""

from __future__ import annotations

import stat
from itertools import islice
from pathlib import Path

from cnn_core.errors import InputError
from cnn_core.reading.quoting import quoted

__all__ = ["decode_text", "read_bytes", "read_line"]

_LONGEST_LINE = 20_000


def read_bytes(name: str, path: Path, limit: int, *, at_most: int | None = None) -> bytes:
    """Return the contents of a regular file of 1 to `limit` bytes, or only the first ones, `at_most`.

    Raises
    ------
    InputError
        If there is no such file, it is empty or too large, it may not be read, or reading it might
        never end (a device, a pipe).
    """
    file = quoted(str(path))
    if path.parts[:1] in (("http:",), ("https:",)):
        raise InputError(f"{name} must be a file on this computer, but {file} is on the web: download it first.")
    try:
        status = path.stat()
        regular, length = stat.S_ISREG(status.st_mode), status.st_size
        data = first_bytes(path, at_most) if regular and 0 < length <= limit else b""
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


def first_bytes(path: Path, at_most: int | None) -> bytes:
    with path.open("rb") as file:
        return file.read(-1 if at_most is None else at_most)


def read_line(name: str, path: Path, number: int, limit: int) -> bytes:
    """Return one line of a text file, counted from 0, without holding the lines before it."""
    read_bytes(name, path, limit, at_most=1)
    with path.open("rb") as file:
        line = next(islice(iter(lambda: file.readline(_LONGEST_LINE), b""), number, None), b"")
    if not line.strip():
        raise InputError(f"{name} must have a line {number}, counted from 0, but {quoted(path.name)} has fewer.")
    return line


def decode_text(name: str, data: bytes) -> str:
    """Return text in UTF-8, in UTF-16 with its mark, or as Windows writes it in the West (cp1252)."""
    encoding = "utf-16" if data.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        if encoding == "utf-8-sig" and b"\0" not in data:
            return data.decode("cp1252", errors="replace")
        raise InputError(f"{name} must be text in UTF-8, but byte {error.start + 1} is not.") from None
