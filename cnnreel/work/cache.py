"""Finished clips and beats, kept under a hash of all they are made of, so that nothing is filmed twice."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Self

import cairo
import platformdirs

import scenes
from cnn_core.errors import CnnreelError, InputError
from cnnreel.film.record import sha256_of
from cnnreel.work.files import FULL, HIDDEN, staging

__all__ = ["Cache", "key_of"]

HASHES = "hashes.json"
ROOMY = 2000
"""MB that the cache may take if nothing else is said."""

ROOT = Path(__file__).parents[2]
SOURCES = ("cnn_core", "scenes", "cnnreel")
DRAWN_WITH = ("av", "manim", "ManimPango", "numpy", "pillow", "pycairo", "typst", "uharfbuzz")


@dataclass(frozen=True)
class Cache:
    """A folder of finished clips and beats; each is a folder of files and of their hashes.

    Attributes
    ----------
    limit
        Bytes that it may take; when it is more, `shrink` removes what was not used for longest.
    """

    folder: Path
    limit: int

    @classmethod
    def of_user(cls) -> Self:
        """Return the user's own, or the one that CNNREEL_CACHE and CNNREEL_CACHE_MB name."""
        given = os.environ.get("CNNREEL_CACHE_MB", str(ROOMY))
        if not given.isdecimal():
            raise InputError(f"CNNREEL_CACHE_MB must be a number of MB, but it is {given!r}.")
        folder = os.environ.get("CNNREEL_CACHE") or platformdirs.user_cache_dir("cnnreel")
        return cls(Path(folder) / "clips", int(given) * 1_000_000)

    def fetch(self, key: str, into: Path) -> bool:
        """Copy what is kept into an empty folder, or say that it is not here; what is damaged is removed.

        Raises
        ------
        OSError
            If there is no room in the folder.
        """
        entry = self.folder / key
        try:
            hashes: dict[str, str] = json.loads((entry / HASHES).read_bytes())
            for name, digest in hashes.items():
                (into / name).parent.mkdir(exist_ok=True)
                shutil.copyfile(entry / name, into / name)
                if sha256_of(into / name) != digest:
                    raise ValueError(f"{name} is damaged")
        except (OSError, ValueError, AttributeError) as error:
            if isinstance(error, OSError) and error.errno in FULL:
                raise  # there is no room to copy it to; it is not damaged
            shutil.rmtree(entry, ignore_errors=True)
            empty(into)
            return False
        with suppress(OSError):
            os.utime(entry)
        return True

    def store(self, key: str, made: Path) -> None:
        """Keep a copy of a folder's files; where that cannot be done, they are made again next time."""
        with suppress(OSError, CnnreelError), staging(self.folder) as staged:
            shutil.copytree(made, staged / key)
            hashes = {str(path.relative_to(made)): sha256_of(path) for path in files(made)}
            (staged / key / HASHES).write_text(json.dumps(hashes))
            os.rename(staged / key, self.folder / key)

    def shrink(self, limit: int | None = None) -> None:
        """Remove what was not used for longest, until the rest is within the limit."""
        room = self.limit if limit is None else limit
        for entry, size in self.entries():
            room -= size
            if room < 0:
                shutil.rmtree(entry, ignore_errors=True)

    def entries(self) -> list[tuple[Path, int]]:
        """Return what is kept and its sizes in bytes, what was used last first."""
        found = []
        with suppress(OSError):
            for entry in self.folder.iterdir():
                with suppress(OSError):  # another process may remove it just now
                    if not entry.name.startswith(HIDDEN):
                        found.append((entry.stat().st_mtime, entry, sum(path.stat().st_size for path in files(entry))))
        return [(entry, size) for _, entry, size in sorted(found, reverse=True)]


def key_of(**made_of: Any) -> str:
    """Return the hash of what a clip is made of, and of all that makes it: the sources and what they draw with."""
    content = json.dumps([made_of, sources_hash(), versions()], sort_keys=True, default=str)
    return hashlib.sha256(content.encode()).hexdigest()


@cache
def sources_hash() -> str:
    """Return one hash of everything in the packages: code, fonts, templates, weights; and of users' own scenes."""
    digest = hashlib.sha256()
    for folder in (*(ROOT / package for package in SOURCES), *map(Path, scenes.__path__[1:])):
        for path in sorted(files(folder)):
            if "__pycache__" not in path.parts:
                digest.update(f"{path.relative_to(folder.parent)} {sha256_of(path)}\n".encode())
    return digest.hexdigest()


@cache
def versions() -> dict[str, str]:
    found = {"cairo": cairo.cairo_version_string()}  # the system's
    for package in DRAWN_WITH:
        with suppress(PackageNotFoundError):
            found[package] = version(package)
    return found


def files(folder: Path) -> Iterator[Path]:
    return (path for path in folder.rglob("*") if path.is_file())


def empty(folder: Path) -> None:
    for path in folder.iterdir():
        shutil.rmtree(path) if path.is_dir() else path.unlink()
