"""What a worker of a cluster does: it films a clip and hands over its files. Each message comes with its hash."""

from __future__ import annotations

import hashlib
import io
import pickle
import time
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Lock
from typing import Self
from uuid import uuid4
from zipfile import ZipFile

from distributed import get_worker

from cnn_core.errors import CnnreelError
from cnnreel.work.cache import Cache
from cnnreel.work.clip import Clip, in_one_sentence
from cnnreel.work.cluster.likeness import Traits, check_alike, traits
from cnnreel.work.files import said_plainly, staging
from cnnreel.work.filming import film_clip

__all__ = ["PROGRESS_TOPIC", "Message", "film_there", "pack_folder", "unpack_folder"]

PROGRESS_TOPIC = "cnnreel-progress"
"""The topic of events that say `[key of the task, fraction that is done]`."""

BETWEEN_EVENTS = 0.5
"""Seconds from one word on progress to the next."""

ONE_AT_A_TIME = Lock()
"""Manim's settings are of the whole process, and a worker may have several threads."""


@dataclass(frozen=True)
class Message:
    """Some bytes on their way to another machine.

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


def pack_folder(folder: Path, shared: Path | None) -> Message:
    """Pack all files of a folder."""
    content = io.BytesIO()
    with ZipFile(content, "w") as archive:  # not compressed: films and pictures are
        for path in sorted(folder.rglob("*")):
            archive.write(path, path.relative_to(folder))
    return Message.pack(content.getvalue(), shared)


def unpack_folder(message: Message, folder: Path) -> None:
    """Write all files of a packed folder into another one."""
    with ZipFile(io.BytesIO(message.unpack())) as archive:
        archive.extractall(folder)


def film_there(packed: Message, wanted: Traits, shared: Path | None) -> Message:
    """Film a clip in a folder of this worker's own, and pack what was made.

    It can be done any number of times, anywhere: nothing is seen of it but what it returns.

    Raises
    ------
    CnnreelError
        If the clip cannot be filmed, or this machine has not what is wanted: it may have joined late.
    """
    worker = get_worker()
    check_alike(wanted, {worker.address: traits(shared)})
    clip: Clip = pickle.loads(packed.unpack())
    with ONE_AT_A_TIME, in_one_sentence(clip), staging(Path(worker.local_directory)) as folder:
        made = film_clip(replace(clip, out_dir=folder / "out", cache=clip.cache and Cache.of_user()), Reporter())
        return pack_folder(made.folder, shared)


class Unwanted(Exception):
    """Nobody waits for this clip any more."""


class Reporter:
    """Tells the client how far its clip is, and stops filming when the client has gone."""

    def __init__(self) -> None:
        self._worker = get_worker()
        self._key = self._worker.get_current_task()
        self._told = 0.0

    def __call__(self, fraction: float) -> None:
        if time.monotonic() - self._told > BETWEEN_EVENTS:
            self._told = time.monotonic()
            if self._worker.state.tasks[self._key].state == "cancelled":
                raise Unwanted
            self._worker.log_event(PROGRESS_TOPIC, [self._key, fraction])
