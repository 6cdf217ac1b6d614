"""Frames to encode, and what is inside the files they become."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np

from cnnreel.paint.patches import Frame, Patch, PixelArea


def plain_frames(count: int, size: tuple[int, int] = (64, 48)) -> list[Frame]:
    """Return frames of one colour each, every one another colour."""
    width, height = size
    return [np.full((height, width, 4), (40 * number, 90, 200, 255), dtype=np.uint8) for number in range(count)]


def plain_patches(count: int, size: tuple[int, int] = (64, 48)) -> list[Patch]:
    """Return the same as patches, each of which is a whole frame."""
    return [Patch.cut(frame, PixelArea.of(frame)) for frame in plain_frames(count, size)]


def atoms(path: Path) -> list[str]:
    """Return the names of an MP4 file's parts in their order."""
    data, at, names = path.read_bytes(), 0, []
    while at < len(data):
        size, name = struct.unpack(">I4s", data[at : at + 8])
        names.append(name.decode())
        at += size
    return names
