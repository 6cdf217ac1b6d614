"""Worker processes that film clips, each with Manim imported once."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import Any, NoReturn, TypeAlias

from cnn_core.errors import CnnreelError
from reel.cache import Cache
from reel.finished import clip_key, from_cache
from scenes.specs import SceneSpec

__all__ = ["Failed", "Filmed", "Job", "Outcome", "film_all", "usable_cores"]

PATIENCE = 1.5
"""Seconds that a worker is given to tidy up before it is killed."""

BETWEEN_NEWS = 0.1
"""Seconds from one word on progress to the next."""


@dataclass(frozen=True)
class Job:
    """A clip to film."""

    spec: SceneSpec
    out_dir: Path
    name: str
    quality: str
    constant_frame_rate: bool = False
    cache: Cache | None = None

    def from_cache(self) -> dict[str, Any] | None:
        """Put the clip in its place if it is kept in the cache, and return its record."""
        if self.cache is None:
            return None
        key = clip_key(self.spec, self.name, quality=self.quality, constant_frame_rate=self.constant_frame_rate)
        with suppress(CnnreelError):  # whoever films it will say what is wrong
            return from_cache(self.cache, key, self.out_dir, self.name)
        return None


@dataclass(frozen=True)
class Filmed:
    """A clip that is on disk."""

    record: dict[str, Any]
    """What its JSON says."""


@dataclass(frozen=True)
class Failed:
    """A clip that could not be filmed."""

    reason: str


Outcome: TypeAlias = Filmed | Failed
OnJob: TypeAlias = Callable[[int, float], None]
"""Called with a job's number and the fraction of it that is done."""


def film_all(jobs: Sequence[Job], workers: int, on_job: OnJob | None = None) -> list[Outcome]:
    """Film all jobs and return what became of each.

    A job that fails does not stop the others, even if its process dies.
    """
    outcomes: dict[int, Outcome] = {}
    waiting: deque[tuple[int, Job]] = deque()
    for number, job in enumerate(jobs):
        record = job.from_cache()
        if record is None:
            waiting.append((number, job))
            continue
        outcomes[number] = Filmed(record)
        if on_job is not None:
            on_job(number, 1.0)
    with closing(Crew(min(workers, len(waiting)))) as crew:
        while len(outcomes) < len(jobs):
            crew.hand_out(waiting)
            for number, news in crew.news():
                if isinstance(news, Filmed | Failed):
                    outcomes[number] = news
                if on_job is not None:
                    on_job(number, news if isinstance(news, float) else 1.0)
    return [outcomes[number] for number in range(len(jobs))]


def usable_cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1


class Worker:
    """A worker process, as its employer sees it."""

    def __init__(self, context: Any) -> None:
        self.connection, theirs = context.Pipe()
        self.process = context.Process(target=work, args=(theirs,), daemon=True)
        self.process.start()
        theirs.close()
        self.job: int | None = None

    def receive(self) -> Outcome | float:
        """Return what the worker says, or that it has died."""
        try:
            news: Outcome | float = self.connection.recv()
        except (EOFError, ConnectionError):
            self.process.join()
            news = Failed(f"the process that filmed it ended unexpectedly, with status {self.process.exitcode}.")
        return news

    def end(self) -> None:
        """Wait until the process has tidied up, and no longer."""
        self.connection.close()
        self.process.join(PATIENCE)
        self.process.kill()
        self.process.join()


class Crew:
    """Some workers; one that dies is replaced."""

    def __init__(self, size: int) -> None:
        for library in ("OMP", "OPENBLAS", "MKL"):  # the workers share the cores; read when they import NumPy
            os.environ.setdefault(f"{library}_NUM_THREADS", "1")
        self._context: Any = multiprocessing.get_context("forkserver" if sys.platform == "linux" else "spawn")
        self._context.set_forkserver_preload(["reel.filming"])
        self._workers = [Worker(self._context) for _ in range(size)]

    def hand_out(self, waiting: deque[tuple[int, Job]]) -> None:
        """Give each idle worker a job."""
        for worker in self._workers:
            if worker.job is None and waiting:
                worker.job, job = waiting.popleft()
                with suppress(ConnectionError):  # it has died; that is heard with the news
                    worker.connection.send(job)

    def news(self) -> Iterator[tuple[int, Outcome | float]]:
        """Wait until somebody says something; give the numbers of jobs and what there is to say of them."""
        busy = {worker.connection: worker for worker in self._workers if worker.job is not None}
        for connection in wait(list(busy)):
            worker = busy[connection]
            number, news = worker.job, worker.receive()
            assert number is not None
            if not isinstance(news, float):
                worker.job = None
            if worker.process.exitcode is not None:
                self._workers[self._workers.index(worker)] = Worker(self._context)
            yield number, news

    def close(self) -> None:
        """Send everybody home."""
        for worker in self._workers:
            worker.process.terminate()
        for worker in self._workers:
            worker.end()


def work(connection: Connection) -> None:
    """Film what comes through the connection, until it is closed: the life of a worker process."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches every process; the employer decides
    signal.signal(signal.SIGTERM, leave)
    while True:
        try:
            job = connection.recv()
        except EOFError:
            return
        connection.send(outcome_of(job, connection))


def leave(*_: object) -> NoReturn:
    """End the process tidily: what is half-made is taken away on the way out."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    sys.exit(128 + signal.SIGTERM)


def outcome_of(job: Job, connection: Connection) -> Outcome:
    """Film a clip and say what became of it."""
    from reel.filming import film  # noqa: PLC0415 (imports Manim, which the employer does not need)

    told = 0.0

    def tell(fraction: float) -> None:
        nonlocal told
        if time.monotonic() - told > BETWEEN_NEWS:
            told = time.monotonic()
            connection.send(fraction)

    try:
        clip = film(
            job.spec,
            job.out_dir,
            name=job.name,
            quality=job.quality,
            constant_frame_rate=job.constant_frame_rate,
            cache=job.cache,
            on_progress=tell,
        )
    except CnnreelError as error:
        return Failed(str(error))
    except ConnectionError:
        raise  # the employer is gone
    except Exception as error:
        return Failed(f"{type(error).__name__}: {error}")
    return Filmed(clip.record)
