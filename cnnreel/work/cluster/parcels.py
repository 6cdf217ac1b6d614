"""What travels between machines, with its hash: inside messages, or as files in a folder that all of them see."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Self, TypeAlias
from uuid import uuid4

from cnn_core.errors import CnnreelError
from cnnreel.work.files import said_plainly

__all__ = ["Box", "Parcel", "pack_folder", "unpack_folder"]


@dataclass(frozen=True)
class Parcel:
    """Some bytes on their way.

    Attributes
    ----------
    digest
        The SHA-256 of the bytes.
    content
        The bytes, or the file in the shared folder that holds them.
    """

    digest: str
    content: bytes | Path

    @classmethod
    def pack(cls, content: bytes, shared: Path | None) -> Self:
        """Take bytes along, or lay them down in the shared folder."""
        digest = hashlib.sha256(content).hexdigest()
        if shared is None:
            return cls(digest, content)
        file = shared / uuid4().hex  # a name of its own: the same clip may be filmed twice, if a worker was lost
        with said_plainly(shared):
            file.write_bytes(content)
        return cls(digest, file)

    def unpack(self) -> bytes:
        """Return the bytes.

        Raises
        ------
        CnnreelError
            If they are not there, or are not what was sent.
        """
        try:
            content = self.content if isinstance(self.content, bytes) else self.content.read_bytes()
        except OSError as error:
            raise CnnreelError(f"what was sent cannot be read: {error.strerror}, {error.filename}.") from error
        if hashlib.sha256(content).hexdigest() != self.digest:
            raise CnnreelError("what arrived is not what was sent: its hash differs.")
        return content


Box: TypeAlias = dict[str, Parcel]
"""The files of a folder, by their names in it."""


def pack_folder(folder: Path, shared: Path | None) -> Box:
    """Pack all files of a folder."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {path.relative_to(folder).as_posix(): Parcel.pack(path.read_bytes(), shared) for path in files}


def unpack_folder(box: Box, folder: Path) -> None:
    """Write all files into a folder, each of them as it was sent."""
    for name, parcel in box.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_bytes(parcel.unpack())
