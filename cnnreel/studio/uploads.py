"""Files that visitors open: kept under names of ours in one folder, and known by keys, never by paths."""

from __future__ import annotations

import re
import secrets
import shutil
from collections import OrderedDict
from dataclasses import dataclass, field
from pathlib import Path

from cnn_core.errors import InputError

__all__ = ["MOST_UPLOADED", "Uploads"]

MOST_UPLOADED = 20_000_000
"""Bytes of a file."""
_MOST_KEPT = 100
_ENDING = re.compile(r"\.[A-Za-z0-9]{1,12}")
_PREFIX = "upload:"


@dataclass(eq=False)
class Uploads:
    """What was opened, the newest last; the oldest makes room."""

    folder: Path
    _files: OrderedDict[str, Path] = field(default_factory=OrderedDict)

    def keep(self, name: str, content: bytes) -> str:
        """Keep a file and return what it is called from now on: `upload:KEY/NAME`."""
        if not 0 < len(content) <= MOST_UPLOADED:
            raise InputError(f"a file must have 1 to {MOST_UPLOADED:,} bytes, but this one has {len(content):,}.")
        key = secrets.token_urlsafe(9)
        plain = re.sub(r"[^A-Za-z0-9_.-]+", "-", Path(name.replace("\\", "/")).name)[-60:].strip(".-") or "file"
        if not _ENDING.fullmatch(Path(plain).suffix):
            raise InputError(f"a file must have an ending that says what it is, but it is called {name[:60]!r}.")
        path = self.folder / key / plain
        path.parent.mkdir(parents=True)
        path.write_bytes(content)
        self._files[key] = path
        while len(self._files) > _MOST_KEPT:
            shutil.rmtree(self._files.popitem(last=False)[1].parent, ignore_errors=True)
        return f"{_PREFIX}{key}/{plain}"

    def find(self, called: str) -> Path | None:
        """Return the file, or None for anything that was not opened here."""
        if not called.startswith(_PREFIX):
            return None
        found = self._files.get(called.removeprefix(_PREFIX).partition("/")[0])
        if found is None:
            raise InputError("the file is no longer here: open it again.")
        return found
