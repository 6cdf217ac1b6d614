"""Encode in a thread while the next frame is drawn: cairo holds one core, the encoder another."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from queue import Queue
from threading import Thread

from reel.patches import Patch, Sink

__all__ = ["in_background"]

PATCHES_AHEAD = 8
"""How far drawing may run ahead; a patch is at most a frame, which is 33 MB at 4k."""


class Feeder:
    """Hands patches to another sink in a thread."""

    def __init__(self, sink: Sink) -> None:
        self._sink = sink
        self._queue: Queue[tuple[Patch | None, int] | None] = Queue(PATCHES_AHEAD)
        self._failure: BaseException | None = None
        self._abandoned = False
        self._thread = Thread(target=self._run, name="encoder", daemon=True)
        self._thread.start()

    def add(self, patch: Patch | None, repeat: int = 1) -> None:
        """Queue a patch; raises what went wrong with an earlier one."""
        self.raise_failure()
        self._queue.put((patch, repeat))

    def finish(self, *, abandon: bool) -> None:
        """Wait until the thread has ended; abandoned patches are not encoded any more."""
        self._abandoned = abandon
        self._queue.put(None)
        self._thread.join()

    def raise_failure(self) -> None:
        """Raise what went wrong in the thread, if anything did."""
        if self._failure is not None:
            raise self._failure

    def _run(self) -> None:
        while (item := self._queue.get()) is not None:
            if self._failure or self._abandoned:
                continue  # the queue is emptied all the same, so that nobody waits for room in it
            try:
                self._sink.add(*item)
            except BaseException as failure:
                self._failure = failure


@contextmanager
def in_background(sink: Sink) -> Iterator[Sink]:
    """Give a sink that encodes in a thread; all of it is encoded when the block has been left."""
    feeder = Feeder(sink)
    try:
        yield feeder
    except BaseException:
        feeder.finish(abandon=True)
        raise
    feeder.finish(abandon=False)
    feeder.raise_failure()
