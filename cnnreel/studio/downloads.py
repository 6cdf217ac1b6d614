"""What visitors download: made one after the other, as the command line makes it, in folders that vanish."""

from __future__ import annotations

import secrets
import shutil
import time
import zipfile
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

from cnn_core.errors import CnnreelError, InputError
from cnnreel.play.exports import EXPORTS, check_installed, export
from cnnreel.studio.stage import BusyError
from cnnreel.work.cache import Cache
from cnnreel.work.clip import Clip, Output
from cnnreel.work.lesson import produce
from cnnreel.work.lesson_file import Lesson, PlannedClip
from cnnreel.work.pool import usable_cores
from cnnreel.work.scheduler import film_all

__all__ = ["DOWNLOADS", "Download", "Downloads"]

_MOST_WAITING = 8
_MOST_OF_ONE = 2
_MOST_KEPT = 12


@dataclass(frozen=True)
class _Kind:
    """How a file is made.

    Attributes
    ----------
    format
        Of the film that is made first.
    export
        What the film is then exported as.
    ending
        Of the file, among those beside the film, that is wanted; the film itself if empty.
    """

    format: str = "mp4"
    export: str = ""
    ending: str = ""
    single_file: bool = False


DOWNLOADS: Mapping[str, _Kind] = MappingProxyType(
    {
        "mp4": _Kind(),
        "webm": _Kind("webm"),
        "gif": _Kind("gif"),
        "stills": _Kind("stills", ending=".png"),
        "page": _Kind(ending=".html", single_file=True),
        "captions": _Kind(ending=".srt"),
        "answers": _Kind(ending=".answers.csv"),
        **{name: _Kind(export=name) for name in EXPORTS},
    }
)
"""By the name that the page knows them by."""
_OF_LESSONS = frozenset(DOWNLOADS) - {"webm", "gif", "stills"}


class _CancelledError(CnnreelError):
    """Nobody wants it any more."""


@dataclass(eq=False)
class Download:
    """A file that is being made, or has been.

    Attributes
    ----------
    fraction
        How much of its film there is.
    """

    key: str
    visitor: str
    kind: str
    quality: str
    lesson: Lesson
    folder: Path
    asked: float = field(default_factory=time.monotonic)
    begun: float | None = None
    fractions: dict[str, float] = field(default_factory=dict)
    file: Path | None = None
    error: str = ""
    cancelled: bool = False

    @property
    def fraction(self) -> float:
        return sum(self.fractions.values()) / len(self.lesson.clips)

    @property
    def ended(self) -> bool:
        return self.file is not None or bool(self.error)

    def as_json(self) -> dict[str, Any]:
        """Return how far it is; the seconds that are left only when that can be said."""
        passed = 0.0 if self.begun is None else time.monotonic() - self.begun
        left = passed * (1 - self.fraction) / self.fraction if passed > 1 and self.fraction > 0.05 else None
        done = sum(fraction >= 1 for fraction in self.fractions.values())
        at = self.lesson.clips[min(done, len(self.lesson.clips) - 1)]
        return {
            "key": self.key,
            "state": "failed" if self.error else "ready" if self.file else "waiting" if self.begun is None else "made",
            "fraction": round(self.fraction, 3),
            "left": left,
            "error": self.error,
            "clip": at.chapter,
            "number": min(done + 1, len(self.lesson.clips)),
            "count": len(self.lesson.clips),
            "file": self.file.name if self.file else None,
            "size": self.file.stat().st_size if self.file and self.file.exists() else None,
        }

    def tell(self, name: str, fraction: float) -> None:
        """Take down how far a clip is; end here if nobody waits."""
        if self.cancelled:
            raise _CancelledError("Cancelled.")
        self.fractions[name] = fraction


class Downloads:
    """Makes one download after the other, with all cores.

    Parameters
    ----------
    folder
        Where each has its folder.
    """

    def __init__(self, folder: Path, cache: Cache | None) -> None:
        self._folder, self._cache = folder, cache
        self._hand = ThreadPoolExecutor(1, thread_name_prefix="downloads")
        self._known: OrderedDict[str, Download] = OrderedDict()

    def ask(
        self, visitor: str, kind: str, quality: str, clips: Sequence[PlannedClip], lesson: Lesson | None
    ) -> Download:
        """Let a clip, or a lesson, be made into a file.

        Raises
        ------
        BusyError
            If too many are waiting.
        CnnreelError
            If there is no such file, or what makes it is not installed.
        """
        if kind not in (DOWNLOADS if lesson is None else _OF_LESSONS):
            raise InputError(f"kind must be one of {', '.join(sorted(DOWNLOADS))}, but it is {kind!r}.")
        Output(quality)
        check_installed(DOWNLOADS[kind].export)
        waiting = [one for one in self._known.values() if not one.ended]
        if len(waiting) >= _MOST_WAITING or sum(one.visitor == visitor for one in waiting) >= _MOST_OF_ONE:
            raise BusyError("The studio has too much to make just now: try again when a download is ready.")
        key = secrets.token_urlsafe(12)
        asked = lesson or Lesson(clips[0].name, clips[0].chapter, tuple(clips))
        made = self._known[key] = Download(key, visitor, kind, quality, asked, self._folder / key)
        self._hand.submit(self._make, made, single=lesson is None)
        self._forget_old()
        return made

    def find(self, key: str) -> Download | None:
        return self._known.get(key)

    def cancel(self, made: Download) -> None:
        made.cancelled = True

    def forget(self, visitor: str) -> None:
        """Cancel what a visitor waits for."""
        for made in self._known.values():
            if made.visitor == visitor and not made.ended:
                self.cancel(made)

    def close(self) -> None:
        """End all work, and wait until it has ended."""
        for made in self._known.values():
            self.cancel(made)
        self._hand.shutdown(cancel_futures=True)

    def _make(self, made: Download, *, single: bool) -> None:
        made.begun = time.monotonic()
        try:
            made.tell("", 0.0)
            made.fractions.clear()
            made.file = (self._film if single else self._produce)(made, DOWNLOADS[made.kind])
        except _CancelledError:
            made.error = "Cancelled."
        except CnnreelError as error:
            made.error = str(error)
        except Exception as error:
            made.error = f"{type(error).__name__}: {error}"
        if made.error:
            shutil.rmtree(made.folder, ignore_errors=True)

    def _film(self, made: Download, kind: _Kind) -> Path:
        planned = made.lesson.clips[0]
        output = Output(made.quality, kind.format, single_file=kind.single_file)
        clip = Clip(planned.spec, planned.name, made.folder, output, self._cache)
        (result,) = film_all([clip], usable_cores(), lambda _, fraction: made.tell(planned.name, fraction))
        if isinstance(result, CnnreelError):
            raise result
        return _wanted(clip.main, clip.name, kind)

    def _produce(self, made: Download, kind: _Kind) -> Path:
        output = Output(made.quality, single_file=kind.single_file)
        (produced,) = produce([made.lesson], made.folder, output, usable_cores(), made.tell, cache=self._cache)
        if produced.film is None:
            raise CnnreelError(" ".join(produced.failures))
        return _wanted(produced.film, made.lesson.name, kind)

    def _forget_old(self) -> None:
        ended = [one for one in self._known.values() if one.ended]
        for made in ended[: max(0, len(ended) - _MOST_KEPT)]:
            del self._known[made.key]
            shutil.rmtree(made.folder, ignore_errors=True)


def _wanted(main: Path, name: str, kind: _Kind) -> Path:
    """Return the file that was asked for, of those beside a film; stills come together in one file."""
    if kind.export:
        return export(main.parent, kind.export)
    if kind.format == "stills":
        return _zipped(main.parent, name)
    if kind.ending == ".html" and not (main.parent / f"{name}.html").exists():
        return main.parent / "index.html"
    return main if not kind.ending else main.parent / f"{name}{kind.ending}"


def _zipped(folder: Path, name: str) -> Path:
    path = folder / f"{name}.stills.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as file:
        for still in sorted(folder.glob("*.png")):
            file.write(still, still.name)
    return path
