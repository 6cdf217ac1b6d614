"""Worker processes, each of which does one task at a time; one that dies fails its own task alone.

`concurrent.futures` gives up all tasks when one worker dies: so each worker is an executor with one process.
"""

from __future__ import annotations

import atexit
import multiprocessing
import os
import signal
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack, contextmanager, nullcontext, suppress
from contextvars import ContextVar
from dataclasses import dataclass
from functools import cache
from multiprocessing import forkserver, resource_tracker
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, NoReturn, Self, TypeAlias

from cnn_core.errors import CnnreelError
from cnnreel.work.files import staging

__all__ = ["Job", "News", "Pool", "Task", "kill_forkserver", "our_path", "report", "usable_cores"]

PATIENCE = 1.0
"""Seconds that a worker is given to tidy up before it ends."""

BETWEEN_NEWS = 0.1
"""Seconds from one word on progress to the next."""

FORKING = sys.platform == "linux"
"""Whether workers are forked from a process that has imported everything; elsewhere each imports for itself."""

News: TypeAlias = float | Future[Any]
"""The fraction of a task that is done, or what has become of it."""


@dataclass(frozen=True, eq=False)
class Job:
    """What a worker does: it calls a function."""

    function: Callable[..., Any]
    arguments: tuple[Any, ...]

    def __call__(self) -> Any:
        """Do it; a worker that is to leave waits for it to unwind."""
        with BUSY:
            return self.function(*self.arguments)


@dataclass(frozen=True, eq=False)
class Task:
    """Something that a worker is to do.

    Attributes
    ----------
    length
        The longest tasks are done first; in seconds, or whatever they are measured in.
    hear
        Called here with what there is to say of it.
    about
        Whatever tells tasks apart.
    """

    call: Job
    length: float
    hear: Callable[[News], None]
    about: object = None


class Worker:
    """A process that is started with its first task."""

    def __init__(self, context: Any, line: Connection) -> None:
        self._progress = context.RawValue("d", 0.0)
        self.executor = ProcessPoolExecutor(1, context, begin, (line, self._progress))
        self.task: Task | None = None

    def start(self, task: Task) -> Future[Any]:
        self._progress.value, self.task = 0.0, task
        # where the worker is forked, this waits for all imports, and may be interrupted
        with nullcontext() if FORKING else deaf_to_ctrl_c():
            return self.executor.submit(task.call)

    def tell(self, news: Future[Any] | None = None) -> None:
        """Tell whoever gave the task what has become of it, or how far it is."""
        if self.task is not None:
            self.task.hear(self._progress.value if news is None else news)


class Pool:
    """At most so many workers, who come when there is something to do; one that dies is replaced. A context manager.

    Parameters
    ----------
    preload
        Modules that workers share, imported once for all of them where processes can be forked.
    """

    def __init__(self, size: int, preload: Sequence[str] = ()) -> None:
        self._size = size
        self._preload = list(preload)
        self._context: Any = multiprocessing.get_context("forkserver" if FORKING else "spawn")
        self._line, self._end = self._context.Pipe(duplex=False)
        self._idle: list[Worker] = []
        self._busy: dict[Future[Any], Worker] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, failure: type[BaseException] | None, *_: object) -> None:
        """Send everybody home, whatever they do; after Ctrl-C, the process that imports for them, too."""
        if failure is not None:
            self._end.close()
        for worker in (*self._idle, *self._busy.values()):
            worker.executor.shutdown()
        self._end.close()
        if failure is not None and not issubclass(failure, Exception):
            kill_forkserver()

    def run(self, waiting: list[Task]) -> None:
        """Do all that waits, the longest first; whoever hears of a task may let others wait."""
        while waiting or self._busy:
            waiting.sort(key=lambda task: task.length, reverse=True)
            while waiting and len(self._busy) < self._size:
                self._start(waiting.pop(0))
            for future in wait(self._busy, BETWEEN_NEWS, FIRST_COMPLETED).done:
                worker = self._busy.pop(future)
                if isinstance(future.exception(), BrokenProcessPool):
                    worker.executor.shutdown()
                else:
                    self._idle.append(worker)
                worker.tell(future)
            for worker in self._busy.values():
                worker.tell()

    def _start(self, task: Task) -> None:
        """Let a worker do a task; while it is started, it counts as idle, for that may be interrupted."""
        while True:
            if not self._idle:
                self._add_worker()
            with suppress(BrokenProcessPool):  # it died while it had nothing to do
                future = self._idle[-1].start(task)
                self._busy[future] = self._idle.pop()
                return
            self._idle.pop().executor.shutdown()

    def _add_worker(self) -> None:
        """Let workers share the cores; NumPy reads that when it is imported. Where they are forked, begin to import."""
        for library in ("OMP", "OPENBLAS", "MKL"):
            os.environ.setdefault(f"{library}_NUM_THREADS", "1")
        with deaf_to_ctrl_c():
            swept_temporary_folder()
            if FORKING:
                self._context.set_forkserver_preload(self._preload)
                with our_path():
                    forkserver.ensure_running()
            self._idle.append(Worker(self._context, self._line))


@cache
def swept_temporary_folder() -> None:
    """Give sockets of worker processes a folder that is swept away by the next run, if this process is killed."""
    stack = ExitStack()
    with suppress(CnnreelError):  # then multiprocessing makes one of its own, or says why it cannot
        folder = stack.enter_context(staging(Path(tempfile.gettempdir())))
        multiprocessing.process.current_process()._config["tempdir"] = str(folder)  # type: ignore[attr-defined]
        atexit.register(stack.close)


def usable_cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1


@contextmanager
def deaf_to_ctrl_c() -> Iterator[None]:
    """Start processes that do not hear Ctrl-C, not even while they import; whoever starts them decides."""
    resource_tracker.ensure_running()  # started later, it would end the deafness
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


@contextmanager
def our_path() -> Iterator[None]:
    """Start processes that find the modules that this one finds, whatever lies in the working directory."""
    ours = {"PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "PYTHONSAFEPATH": "1"}
    before = {name: os.environ.get(name) for name in ours}
    os.environ.update(ours)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def kill_forkserver() -> None:
    """End the process from which workers are forked, though it be importing; the next pool finds it gone."""
    server = getattr(forkserver, "_forkserver", None)
    if pid := getattr(server, "_forkserver_pid", None):
        with suppress(ProcessLookupError, ChildProcessError):
            os.kill(pid, signal.SIGKILL)
            os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)


BUSY = threading.Lock()
"""Held by a worker, in its own process, while it does something."""

PROGRESS: ContextVar[Any] = ContextVar("progress")
"""A number that a worker shares with whoever started it."""


def report(fraction: float) -> None:
    """Say, in a worker, what fraction of its task is done."""
    PROGRESS.get().value = fraction


def begin(line: Connection, progress: Any) -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, leave)
    PROGRESS.set(progress)
    threading.Thread(target=leave_when_cut, args=(line,), daemon=True).start()


def leave(*_: object) -> NoReturn:
    """Unwind what is being done, so that nothing half-made stays; if nothing is, end the process as it should end."""
    if not BUSY.locked():
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    sys.exit(128 + signal.SIGTERM)


def leave_when_cut(line: Connection) -> None:
    """End this process soon after the line to whoever started it is cut, by intent or because that has ended."""
    with suppress(EOFError, OSError):
        line.recv()
    at_work = BUSY.locked()
    signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGTERM)
    if at_work and BUSY.acquire(timeout=PATIENCE):
        BUSY.release()
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGTERM)
    time.sleep(PATIENCE)
    os._exit(128 + signal.SIGTERM)
