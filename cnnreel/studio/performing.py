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
from cnnreel.film.recorder import Recording, record_film
from cnnreel.play.page.html import as_html, clip_page
from cnnreel.studio.stage import BEGUN, FILM, REFUSED, SUPERSEDED, Answer, Performance
from cnnreel.tell.story import Story
from cnnreel.work.limits import CLIP_SECONDS
from scenes.rehearsal import FRAME_SIZES
from scenes.specs import SceneSpec
from scenes.timeline import Timeline

__all__ = ["perform_until_closed"]

_MOST_MEMORY = 6_000_000_000
"""Bytes of address space that the process may take, where the system can be told so."""
_NO_PICTURE = "data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw=="
_UNTIL_WHOLE = ".clock, .bar .track { visibility: hidden; }"
"""Rules of a page whose film has a begin, but not yet a length."""
_ENOUGH = 2.5
"""Seconds of film that are shown before the rest has been performed."""


class _SupersededError(Exception):
    """Something newer is wanted."""


def perform_until_closed(line: Connection, wanted: Any) -> None:
    """Perform what comes over the line, and answer each wish, as long as its number is the wanted one."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _bound_memory()
    while True:
        try:
            number, performance, style = line.recv()
            line.send(_answer(performance, style, partial(_heed, wanted, number), line.send))
        except (EOFError, OSError):
            return


def _answer(wish: Performance, style: str, heed: Callable[[], None], tell: Callable[[Answer], None]) -> Answer:
    try:
        return FILM, performed(wish, heed) if wish.bare else performed_page(wish, style, heed, tell)
    except _SupersededError:
        return SUPERSEDED, None
    except CnnreelError as error:
        return REFUSED, str(error)
    except Exception as error:
        return REFUSED, f"{type(error).__name__}: {error}"


def _heed(wanted: Any, number: int) -> None:
    """End a performance that nobody waits for any more."""
    parent = parent_process()
    if wanted.value != number or (parent is not None and not parent.is_alive()):
        raise _SupersededError


def performed(wish: Performance, heed: Callable[[], None]) -> bytes:
    """Return a film as data, gzipped."""
    recording = record_film(wish.spec, FRAME_SIZES[wish.spec.ratio], heed)
    return gzip.compress(film_text(recording.film).encode(), 6, mtime=0)


def performed_page(
    wish: Performance, style: str, heed: Callable[[], None], tell: Callable[[Answer], None]
) -> dict[str, Any]:
    """Return a film's page; tell that of its begin as soon as that can be played from the wanted step on."""
    told: list[Answer] = []

    def look(timeline: Timeline, so_far: Callable[[], Recording]) -> None:
        if wish.step is None or told or len(timeline.beats) <= wish.step:
            return
        if timeline.duration - timeline.beats[wish.step].start >= _ENOUGH:
            told.append((BEGUN, _page(wish.spec, so_far(), style + _UNTIL_WHOLE)))
            tell(told[0])

    recording = record_film(wish.spec, FRAME_SIZES[wish.spec.ratio], heed, look)
    CLIP_SECONDS.check(recording.timeline.duration)
    heed()
    return _page(wish.spec, recording, style)


def _page(spec: SceneSpec, recording: Recording, style: str) -> dict[str, Any]:
    """Return a page, gzipped, with its film's length and number of steps."""
    width, height = FRAME_SIZES[spec.ratio]
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
