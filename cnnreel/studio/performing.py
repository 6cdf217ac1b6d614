"""What the warm process does: it performs films without painting them, until it is no longer wanted."""

from __future__ import annotations

import gzip
import signal
import sys
from collections.abc import Callable
from functools import partial
from multiprocessing import parent_process
from multiprocessing.connection import Connection
from typing import Any

from cnn_core.errors import CnnreelError
from cnnreel.film.format import film_text
from cnnreel.film.record import explained, inspected
from cnnreel.film.recorder import record_film
from cnnreel.play.page.html import as_html, clip_page
from cnnreel.tell.story import Story
from cnnreel.work.limits import CLIP_SECONDS
from scenes.rehearsal import FRAME_SIZES
from scenes.specs import SceneSpec

__all__ = ["perform_until_closed"]

_MOST_MEMORY = 6_000_000_000
"""Bytes of address space that the process may take, where the system can be told so."""
_NO_PICTURE = "data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw=="


class _SupersededError(Exception):
    """Something newer is wanted."""


def perform_until_closed(line: Connection, wanted: Any) -> None:
    """Perform what comes over the line, and answer each wish, as long as its number is the wanted one."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _bound_memory()
    while True:
        try:
            number, spec, bare, style = line.recv()
            line.send((number, *_answer(spec, bare, style, partial(_heed, wanted, number))))
        except (EOFError, OSError):
            return


def _answer(spec: SceneSpec, bare: bool, style: str, heed: Callable[[], None]) -> tuple[str, Any]:
    try:
        return "film", (performed if bare else performed_page)(spec, heed, style)
    except _SupersededError:
        return "superseded", None
    except CnnreelError as error:
        return "refused", str(error)
    except Exception as error:
        return "refused", f"{type(error).__name__}: {error}"


def _heed(wanted: Any, number: int) -> None:
    """End a performance that nobody waits for any more."""
    parent = parent_process()
    if wanted.value != number or (parent is not None and not parent.is_alive()):
        raise _SupersededError


def performed(spec: SceneSpec, heed: Callable[[], None], _: str = "") -> bytes:
    """Return a film as data, gzipped."""
    recording = record_film(spec, FRAME_SIZES[spec.ratio], heed)
    return gzip.compress(film_text(recording.film).encode(), 6, mtime=0)


def performed_page(spec: SceneSpec, heed: Callable[[], None], style: str) -> dict[str, Any]:
    """Return a film's page, gzipped, with its length and number of steps."""
    width, height = FRAME_SIZES[spec.ratio]
    recording = record_film(spec, (width, height), heed)
    CLIP_SECONDS.check(recording.timeline.duration)
    beats = recording.timeline.as_json()
    video = {"file": "preview.mp4", "width": width, "height": height, "duration": recording.timeline.duration}
    record = {**inspected(spec), "video": video, "beats": beats, **explained(spec, beats)}
    html = as_html(clip_page(Story(record)), [recording.film], _address, alone=True, styled=style, theme=spec.theme)
    questions = sum(beat["kind"] == "question" for beat in beats)
    return {
        "page": gzip.compress(html.encode(), 1, mtime=0),
        "seconds": recording.timeline.duration,
        "steps": len(beats),
        "questions": questions,
    }


def _address(name: str) -> str:
    """Return where the server has what lies beside a page; the picture in place of a film is not needed."""
    return f"/{name}" if name.startswith("page/") else _NO_PICTURE


def _bound_memory() -> None:
    if sys.platform == "linux":
        import resource  # noqa: PLC0415 (not on every system)

        _, most = resource.getrlimit(resource.RLIMIT_AS)
        limit = _MOST_MEMORY if most == resource.RLIM_INFINITY else min(_MOST_MEMORY, most)
        resource.setrlimit(resource.RLIMIT_AS, (limit, most))
