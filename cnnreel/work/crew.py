"""Worker processes that run errands, each with Manim imported once."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
import time
import traceback
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from multiprocessing import forkserver, resource_tracker
from multiprocessing.connection import Connection, wait
from typing import Any, NoReturn, TypeAlias

from cnn_core.errors import CnnreelError, InputError
from cnnreel.work.files import FULL, said_plainly
from cnnreel.work.orders import Order

__all__ = ["Crew", "Done", "Errand", "Failed", "News"]

PATIENCE = 1.0
"""Seconds that workers are given to tidy up, all at the same time, before they are killed."""

BETWEEN_NEWS = 0.1
"""Seconds from one word on progress to the next."""


@dataclass(frozen=True)
class Errand:
    """Something to be done for a clip: a function of `cnnreel.work.filming`, and what it is given.

    Attributes
    ----------
    number
        Whatever tells errands apart; it comes back with the news.
    tells
        Whether the function takes `on_progress`.
    """

    number: int
    function: str
    order: Order
    given: tuple[Any, ...]
    tells: bool = True


@dataclass(frozen=True)
class Done:
    """An errand that was done."""

    result: Any


@dataclass(frozen=True)
class Failed:
    """An errand that could not be done, and so a clip that could not be filmed.

    Attributes
    ----------
    wrong_input
        Whether the user asked for what cannot be.
    details
        A traceback, if nobody had foreseen it.
    """

    reason: str
    wrong_input: bool = False
    details: str = ""

    @property
    def error(self) -> CnnreelError:
        """What would have been raised in this process."""
        return InputError(self.reason) if self.wrong_input else CnnreelError(self.reason)


News: TypeAlias = Done | Failed | float
"""What a worker says: that it is ready, or what fraction is done."""


class Worker:
    """A worker process, as its employer sees it."""

    def __init__(self, context: Any) -> None:
        self.connection, theirs = context.Pipe()
        self.process = context.Process(target=work, args=(theirs,), daemon=True)
        if context.get_start_method() == "forkserver":
            with deaf_to_ctrl_c():
                forkserver.ensure_running()
            self.process.start()  # waits until the server has imported Manim, and may be interrupted
        else:
            with deaf_to_ctrl_c():
                self.process.start()
        theirs.close()
        self.errand: Errand | None = None

    def receive(self) -> News:
        """Return what the worker says, or that it has died."""
        try:
            news: News = self.connection.recv()
        except (EOFError, OSError):  # at the end of a message, or in the middle of one
            self.process.join()
            news = Failed(f"the process that filmed it ended unexpectedly, with status {self.process.exitcode}.")
        return news

    def end(self, patience: float) -> None:
        """Wait until the process has tidied up, but no longer than so many seconds."""
        self.connection.close()
        self.process.join(max(0.0, patience))
        self.process.kill()
        self.process.join()


class Crew:
    """At most so many workers, who come when there is something to do; one that dies is replaced."""

    def __init__(self, size: int) -> None:
        for library in ("OMP", "OPENBLAS", "MKL"):  # the workers share the cores; read when they import NumPy
            os.environ.setdefault(f"{library}_NUM_THREADS", "1")
        self._context: Any = multiprocessing.get_context("forkserver" if sys.platform == "linux" else "spawn")
        self._context.set_forkserver_preload(["cnnreel.work.filming"])
        self._size = size
        self._workers: list[Worker] = []

    def hand_out(self, errands: deque[Errand]) -> None:
        """Give each idle worker an errand."""
        while errands and (worker := self._idle()):
            worker.errand = errands.popleft()
            with suppress(ConnectionError):  # it has died; that is heard with the news
                worker.connection.send(worker.errand)

    def news(self) -> Iterator[tuple[Errand, News]]:
        """Wait until somebody says something; give the errands and what there is to say of them."""
        busy = {worker.connection: worker for worker in self._workers if worker.errand is not None}
        for connection in wait(list(busy)):
            worker = busy[connection]
            errand, news = worker.errand, worker.receive()
            assert errand is not None
            if not isinstance(news, float):
                worker.errand = None
            if worker.process.exitcode is not None:
                self._workers.remove(worker)
            yield errand, news

    def close(self) -> None:
        """Send everybody home."""
        for worker in self._workers:
            worker.process.terminate()
        deadline = time.monotonic() + PATIENCE
        for worker in self._workers:
            worker.end(deadline - time.monotonic())

    def stop(self) -> None:
        """Send everybody home, and the server that imports Manim for them, too."""
        self.close()
        server = getattr(forkserver, "_forkserver", None)
        if pid := getattr(server, "_forkserver_pid", None):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)

    def _idle(self) -> Worker | None:
        self._workers = [worker for worker in self._workers if worker.errand or worker.process.is_alive()]
        for worker in self._workers:
            if worker.errand is None:
                return worker
        if len(self._workers) < self._size:
            self._workers.append(Worker(self._context))
            return self._workers[-1]
        return None


@contextmanager
def deaf_to_ctrl_c() -> Iterator[None]:
    """Start processes that do not hear Ctrl-C, not even while they import Manim; their employer decides."""
    resource_tracker.ensure_running()  # started later, it would end the deafness
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def work(connection: Connection) -> None:
    """Do what comes through the connection, until it is closed: the life of a worker process."""
    signal.signal(signal.SIGTERM, leave)
    threading.Thread(target=leave_with_employer, daemon=True).start()
    with suppress(EOFError, OSError):  # the employer is gone
        while True:
            errand = connection.recv()
            connection.send(run(errand, connection))


def leave_with_employer() -> None:
    """End this process soon after its employer has ended, however that ended and whatever is being done here."""
    employer = multiprocessing.parent_process()
    assert employer is not None
    employer.join()
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(PATIENCE)
    os._exit(128 + signal.SIGTERM)


def leave(*_: object) -> NoReturn:
    """End the process tidily: what is half-made is taken away on the way out."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    sys.exit(128 + signal.SIGTERM)


def run(errand: Errand, connection: Connection) -> Done | Failed:
    """Do an errand and say what became of it."""
    from cnnreel.work import filming  # noqa: PLC0415 (imports Manim, which the employer does not need)

    told = 0.0

    def tell(fraction: float) -> None:
        nonlocal told
        if time.monotonic() - told > BETWEEN_NEWS:
            told = time.monotonic()
            connection.send(fraction)

    try:
        with said_plainly(errand.order.out_dir, only=FULL):
            heard = {"on_progress": tell} if errand.tells else {}
            return Done(getattr(filming, errand.function)(errand.order, *errand.given, **heard))
    except CnnreelError as error:
        return Failed(str(error), isinstance(error, InputError))
    except ConnectionError:
        raise  # the employer is gone
    except Exception as error:
        return Failed(f"{type(error).__name__}: {error}", details=traceback.format_exc())
