"""Files appear complete or not at all: written in a hidden folder beside, then renamed."""

from __future__ import annotations

import errno
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import TypeVar

from filelock import lock_descriptor

from cnn_core.errors import CnnreelError, InputError

__all__ = [
    "check_free",
    "check_name",
    "locked",
    "made_if_missing",
    "publish",
    "read_published",
    "said_plainly",
    "staging",
]

HIDDEN = ".cnnreel-"
FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
NO_FOLDER = frozenset({errno.EEXIST, errno.ENOTDIR})
RESERVED = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\..*)?", re.IGNORECASE)
"""What Windows takes for a device, whatever the ending."""
PLAIN_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}")


TRIES = 100
BETWEEN_TRIES = 0.01
"""Seconds after which a lock is asked for again."""

T = TypeVar("T")


def check_name(argument: str, name: str) -> str:
    """Return a name that can be a file's on every system, and nothing else than a name.

    >>> check_name("name", "max-pool")
    'max-pool'
    """
    if PLAIN_NAME.fullmatch(name) is None or name.endswith("."):
        raise InputError(
            f"{argument} must be a plain file name of letters, digits, '-', '_' and '.', at most 100 of them, "
            f"but it is {name[:60]!r}."
        )
    if RESERVED.fullmatch(name):
        raise InputError(f"{argument} must be a name that every system takes, but Windows reserves {name!r}.")
    return name


def check_free(folder: Path) -> None:
    """Refuse a place where something stands that is no folder, or where folders stand in the places of its files."""
    if folder.exists() and not folder.is_dir():
        raise InputError(f"output must be a folder, but {str(folder)!r} is a file.")
    check_files(folder.glob(f"{folder.name}.*"))


def check_files(paths: Iterable[Path]) -> None:
    """Refuse folders that stand in the places of files."""
    for path in paths:
        if path.is_dir():
            raise InputError(f"output must have a place for a file, but {str(path)!r} is a folder.")


@contextmanager
def made_if_missing(folder: Path) -> Iterator[None]:
    """Make a folder and those above it; those that were made and stayed empty are taken away again."""
    missing = [one for one in (folder, *folder.parents) if not one.exists()]
    with said_plainly(folder):
        again_if_gone(partial(folder.mkdir, parents=True, exist_ok=True))
    try:
        yield
    finally:
        with suppress(OSError):
            for one in missing:
                one.rmdir()


@contextmanager
def staging(folder: Path) -> Iterator[Path]:
    """Give an empty hidden folder inside `folder`, which is made if need be; both vanish if nothing was published.

    The hidden folder is locked for as long as this process lives, so that what a killed process left behind can be
    told from what another one is working on, and is swept away.
    """
    with made_if_missing(folder), said_plainly(folder, only=FULL), ExitStack() as stack:
        with said_plainly(folder):
            hidden = again_if_gone(partial(hide_in, folder, stack))
        stack.callback(shutil.rmtree, hidden, ignore_errors=True)
        yield hidden


def hide_in(folder: Path, stack: ExitStack) -> Path:
    """Make a hidden folder, and hold a lock on it until the stack is closed.

    Its path is absolute: FFmpeg takes `10:00/film.mp4` for a protocol named 10.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with locked(folder):
        sweep(folder)
        hidden = Path(tempfile.mkdtemp(prefix=HIDDEN, dir=folder.absolute()))
        stack.enter_context(locked(hidden))
        return hidden


def again_if_gone(make: Callable[[], T]) -> T:
    """Try again where another process, which had made the folder, takes it away just now."""
    for _ in range(TRIES):
        with suppress(FileNotFoundError):
            return make()
    return make()


def publish(staged: Path, folder: Path, names: list[str]) -> None:
    """Move finished files into a folder, in this order; each one replaces what was there at once.

    Names may have a folder before them, such as `stills/01-explain.png`; what else was in such a folder is removed.

    The last one is the record of the others: an old record is taken away first, so that a record is never found beside
    files that it does not describe.
    """
    with said_plainly(folder):
        folder.mkdir(exist_ok=True)
        with locked(folder):
            check_places(folder, names)
            (folder / names[-1]).unlink(missing_ok=True)
            for name in names[:-1]:
                (folder / name).parent.mkdir(exist_ok=True)
                os.replace(staged / name, folder / name)
            remove_others(folder, {Path(name) for name in names})
            os.replace(staged / names[-1], folder / names[-1])


def remove_others(folder: Path, names: set[Path]) -> None:
    """Remove the files of an older film, such as its 20th still, from the folders that the names have before them."""
    for below in {name.parent for name in names} - {Path()}:
        for path in (folder / below).iterdir():
            if path.is_file() and below / path.name not in names:
                path.unlink()


def check_places(folder: Path, names: Iterable[str]) -> None:
    """Refuse to replace folders by files, and files by folders, before anything is replaced."""
    paths = [folder / name for name in names]
    check_files(paths)
    for parent in {path.parent for path in paths}:
        check_free(parent)


@contextmanager
def locked(folder: Path, *, wait: bool = True) -> Iterator[None]:
    """Hold a lock on a folder; the system releases it when the process ends, however it ends.

    Raises
    ------
    BlockingIOError
        If another process holds it, and nobody wants to wait.
    """
    handle = os.open(folder, os.O_RDONLY)
    try:
        if not lock_descriptor(handle, blocking=wait, poll_interval=BETWEEN_TRIES):
            raise BlockingIOError(errno.EWOULDBLOCK, "locked by another process", str(folder))
        yield
    finally:
        os.close(handle)


def read_published(file: Path) -> bytes:
    """Return a record that `publish` wrote, even while another process is replacing what it describes."""
    with locked(file.parent):
        return file.read_bytes()


def sweep(folder: Path) -> None:
    """Remove hidden folders that no living process has locked."""
    for left in folder.glob(f"{HIDDEN}*"):
        with suppress(OSError), locked(left, wait=False):
            shutil.rmtree(left)


@contextmanager
def said_plainly(folder: Path, only: frozenset[int] | None = None) -> Iterator[None]:
    """Turn what the system says about a folder into one sentence; of `only` these kinds, if given.

    Raises
    ------
    InputError
        If something that is no folder stands where one is wanted.
    CnnreelError
        If the disk is full, or the folder cannot be written to.
    """
    try:
        yield
    except OSError as error:
        if only is not None and error.errno not in only:
            raise
        raise as_sentence(folder, error) from error


def as_sentence(folder: Path, error: OSError) -> CnnreelError:
    if error.errno in FULL:
        return CnnreelError(f"The disk is full: there is no room for the film in {str(folder)!r}.")
    if error.errno in NO_FOLDER:
        return InputError(f"output must be a folder, but {str(folder)!r} is a file or lies below one.")
    return CnnreelError(f"The output folder {str(folder)!r} cannot be written to: {error.strerror}.")
