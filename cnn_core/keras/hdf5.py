"""Arrays of an HDF5 file as Keras writes it: groups by name, whole arrays of numbers; read within its bounds.

Follows "HDF5 File Format Specification Version 3.0", for files of superblock version 0: the h5py that Keras writes
with makes no others.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from functools import cached_property
from math import prod
from typing import Any

import numpy as np

from cnn_core.arrays import Array, freeze
from cnn_core.errors import Damaged

__all__ = ["Hdf5"]

_SIGNATURE = b"\x89HDF\r\n\x1a\n"
_DEEPEST = 12
_MOST_READS = 2_000_000
"""So that no file can go round in circles."""
_DATASPACE, _DATATYPE, _LAYOUT, _CONTINUATION, _GROUP = 1, 3, 8, 16, 17


class Hdf5:
    """A file whose arrays are found by paths such as `layers/conv2d/vars/0`."""

    def __init__(self, data: bytes) -> None:
        self.data = memoryview(data)
        self.reads = 0
        if data[:8] != _SIGNATURE or tuple(data[8:9]) != (0,) or tuple(data[13:15]) != (8, 8):
            raise Damaged("its weights are no HDF5 file of the kind that Keras writes")

    @cached_property
    def places(self) -> dict[str, int]:
        """Where the description of each group and array begins."""
        return dict(self._below("", self._numbers("Q", 64)[0], 0))

    def arrays(self, folder: str) -> list[Array]:
        """Return the arrays of a folder that are called 0, 1, 2, ..."""
        found: list[Array] = []
        while (path := f"{folder}/{len(found)}") in self.places:
            found.append(self.array(path))
        return found

    def array(self, path: str) -> Array:
        """Return an array in double precision."""
        parts = dict(self._messages(self.places[path]))
        if not {_DATASPACE, _DATATYPE, _LAYOUT} <= parts.keys():
            raise Damaged(f"{path} of its weights is no array")
        shape, dtype = self._shape(parts[_DATASPACE]), self._dtype(path, parts[_DATATYPE])
        at, size = self._extent(path, parts[_LAYOUT])
        if prod(shape) * dtype.itemsize != size:
            raise Damaged(f"{path} of its weights has {size:,} bytes for the shape {shape}")
        return freeze(np.frombuffer(self._bytes(at, size), dtype).astype(np.float64).reshape(shape))

    def _shape(self, at: int) -> tuple[int, ...]:
        version, rank = self._bytes(at, 2)
        if version not in (1, 2) or rank > 8:
            raise Damaged("an array of its weights has no shape")
        return self._numbers(f"{rank}Q", at + (8 if version == 1 else 4))

    def _dtype(self, path: str, at: int) -> np.dtype[Any]:
        kind, order, _, _, size = self._numbers("4BI", at)
        if kind & 15 > 1 or order & 1 or size not in (2, 4, 8):
            raise Damaged(f"{path} of its weights is not made of numbers")
        return np.dtype(f"<{'if'[kind & 15]}{size}")

    def _extent(self, path: str, at: int) -> tuple[int, int]:
        """Return where an array's numbers begin, and how many bytes they are."""
        version, kind = self._bytes(at, 2)
        if version != 3 or kind not in (0, 1):
            raise Damaged(f"{path} of its weights is compressed or in pieces, which Keras does not do")
        if kind == 0:
            return at + 4, self._numbers("H", at + 2)[0]
        start, size = self._numbers("2Q", at + 2)
        return start, size

    def _below(self, path: str, at: int, depth: int) -> Iterator[tuple[str, int]]:
        """Give a group or an array and all that is in it."""
        if depth > _DEEPEST:
            raise Damaged("its weights are nested too deeply")
        yield path, at
        for kind, place in self._messages(at):
            if kind == _GROUP:
                tree, heap = self._numbers("2Q", place)
                self._expect(b"HEAP", heap)
                names = self._numbers("Q", heap + 24)[0]
                for name, below in self._leaves(tree, names, 0):
                    yield from self._below(f"{path}/{name}" if path else name, below, depth + 1)

    def _leaves(self, at: int, names: int, depth: int) -> Iterator[tuple[str, int]]:
        """Give the names in a group's tree, and where what they name begins."""
        if bytes(self._bytes(at, 4)) == b"SNOD":
            for k in range(self._numbers("H", at + 6)[0]):
                name, place = self._numbers("2Q", at + 8 + 40 * k)
                yield self._name(names + name), place
            return
        self._expect(b"TREE", at)
        if depth > _DEEPEST:
            raise Damaged("its weights are nested too deeply")
        for k in range(self._numbers("H", at + 6)[0]):
            yield from self._leaves(self._numbers("Q", at + 32 + 16 * k)[0], names, depth + 1)

    def _messages(self, at: int) -> Iterator[tuple[int, int]]:
        """Give the kind of each part of a description, and where it begins."""
        version, _, count, _, size = self._numbers("BBHII", at)
        if version != 1:
            raise Damaged("its weights are no HDF5 file of the kind that Keras writes")
        blocks = [(at + 16, size)]
        while blocks and count:
            at, size = blocks.pop(0)
            end = at + size
            while at + 8 <= end and count:
                kind, length = self._numbers("HH", at)
                if kind == _CONTINUATION:
                    start, more = self._numbers("2Q", at + 8)
                    blocks.append((start, more))
                yield kind, at + 8
                at, count = at + 8 + length, count - 1

    def _name(self, at: int) -> str:
        text = bytes(self.data[at : at + 256]).partition(b"\0")[0]
        return text.decode("utf-8", "replace")

    def _expect(self, signature: bytes, at: int) -> None:
        if bytes(self._bytes(at, 4)) != signature:
            raise Damaged(f"its weights lack {signature.decode()} at byte {at:,}")

    def _numbers(self, form: str, at: int) -> tuple[int, ...]:
        return struct.unpack(f"<{form}", self._bytes(at, struct.calcsize(f"<{form}")))

    def _bytes(self, at: int, size: int) -> memoryview:
        self.reads += 1
        if at + size > len(self.data) or self.reads > _MOST_READS:
            raise Damaged("its weights end too early, or never")
        return self.data[at : at + size]
