"""Encode in a thread while the next frame is drawn: cairo holds one core, the encoder another."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from queue import Queue
from threading import Event, Thread
from typing import TypeAlias

from reel.patches import Patch, Sink

__all__ = ["Later", "in_background"]

TASKS_AHEAD = 8
"""How far drawing may run ahead; a task holds at most a frame, which is 33 MB at 4k."""

Task: TypeAlias = Callable[[], object]
Do: TypeAlias = Callable[[Task], None]


class Background:
    """Does tasks in a thread, one after the other."""

    def __init__(self) -> None:
        self._queue: Queue[Task | None] = Queue(TASKS_AHEAD)
        self._failure: BaseException | None = None
        self._abandoned = False
        self._ended = Event()
        self._thread = Thread(target=self._run, name="encoder", daemon=True)
        self._thread.start()

    def do(self, task: Task) -> None:
        """Queue a task; raises what went wrong with an earlier one."""
        self.raise_failure()
        self._queue.put(task)

    def finish(self, *, abandon: bool) -> None:
        """Wait until the thread has ended; abandoned tasks are not done any more."""
        self._abandoned = abandon
        self._queue.put(None)
        self._ended.wait()  # `join` alone, interrupted once, takes a thread for ended (Python 3.11, 3.12)
        self._thread.join()

    def raise_failure(self) -> None:
        """Raise what went wrong in the thread, if anything did."""
        if self._failure is not None:
            raise self._failure

    def _run(self) -> None:
        while (task := self._queue.get()) is not None:
            if self._failure or self._abandoned:
                continue  # the queue is emptied all the same, so that nobody waits for room in it
            try:
                task()
            except BaseException as failure:
                self._failure = failure
        self._ended.set()


class Later:
    """A sink that has another one take everything in the background."""

    def __init__(self, sink: Sink, do: Do) -> None:
        self._sink = sink
        self._do = do

    def add(self, patch: Patch | None, repeat: int = 1) -> None:
        """Queue what changes in the picture."""
        self._do(partial(self._sink.add, patch, repeat))


@contextmanager
def in_background() -> Iterator[Do]:
    """Give a function that does tasks in a thread; all of them are done when the block has been left."""
    background = Background()
    try:
        yield background.do
        background.finish(abandon=False)
    except BaseException:  # it may come while the thread is waited for, which must not go on without us
        background.finish(abandon=True)
        raise
    background.raise_failure()
