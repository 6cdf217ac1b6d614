"""Files beside an ONNX file, in which its weights lie."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from cnn_core.errors import Damaged
from cnn_core.reading.files import read_bytes

__all__ = ["MAX_MODEL_BYTES", "Outside"]

MAX_MODEL_BYTES = 600_000_000


class Outside:
    """What lies beside a file, never outside of its folder."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.files: dict[str, memoryview] = {}

    def part(self, place: Mapping[str, str]) -> memoryview:
        """Return the bytes at a place of `location`, `offset` and `length`."""
        location = place.get("location", "")
        folder = os.path.realpath(self.path.parent)
        found = os.path.realpath(os.path.join(folder, location))
        if not location or os.path.isabs(location) or os.path.commonpath([folder, found]) != folder:
            raise Damaged(f"its weights lie at {location!r}, outside of its folder")
        if location not in self.files:
            self.files[location] = memoryview(read_bytes("the file with its weights", Path(found), MAX_MODEL_BYTES))
        data = self.files[location]
        try:
            start = int(place.get("offset", "0"))
            stop = start + int(place.get("length", str(len(data) - start)))
        except ValueError:
            raise Damaged(f"the place of its weights is {dict(place)}") from None
        if not 0 <= start <= stop <= len(data):
            raise Damaged(f"{location} is too short for its weights")
        return data[start:stop]
