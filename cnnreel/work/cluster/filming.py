"""Filming on a cluster: each clip is a task, whose files come back, are checked, and appear all at once."""

from __future__ import annotations

import pickle
from collections.abc import Sequence
from concurrent.futures import CancelledError
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from typing import Any

from dask.typing import Key
from distributed import Client, Future, KilledWorker

from cnn_core.errors import CnnreelError
from cnnreel.work.cluster.connection import check_cluster, connected
from cnnreel.work.cluster.errand import PROGRESS, Answer, run_errand
from cnnreel.work.cluster.likeness import traits
from cnnreel.work.cluster.parcels import Box, Parcel, unpack_folder
from cnnreel.work.files import check_free, staging
from cnnreel.work.finished import publish_clip
from cnnreel.work.jobs import Failed, Filmed, Job, OnJob, Outcome
from cnnreel.work.limits import check_lessons

__all__ = ["film_on_cluster"]

DIED = Failed("every worker that filmed it died.")
GONE = Failed("the scheduler has gone; what was finished is kept, and the same command continues.")

ALL_BUT_DONE = 0.99
"""The most that is said to be done of a clip that is not in its place yet, though its film be drawn."""


def film_on_cluster(
    jobs: Sequence[Job],
    workers: int,
    on_job: OnJob | None = None,
    *,
    scheduler: str | None = None,
    shared: Path | None = None,
) -> list[Outcome]:
    """Film all jobs on a Dask cluster and return what became of each, as `cnnreel.work.workers.film_all` does.

    Parameters
    ----------
    workers
        Processes on this machine, if no scheduler is given.
    scheduler
        Its address, such as `tcp://scheduler:8786`.
    shared
        A folder that all machines see under this path, through which clips travel; else they do in messages.

    Raises
    ------
    InputError
        If the scheduler's address is none, or a lesson turns out to be too long.
    CnnreelError
        If the cluster cannot be reached, or differs from this machine.
    """
    tell = on_job or (lambda number, fraction: None)
    outcomes = {number: outcome for number, job in enumerate(jobs) if (outcome := settled(job))}
    for number in outcomes:
        tell(number, 1.0)
    left = len(jobs) - len(outcomes)
    if left:
        with ExitStack() as stack:
            folder = stack.enter_context(staging(shared.absolute())) if shared else None
            client = stack.enter_context(connected(scheduler, min(workers, left)))
            check_cluster(client, folder)
            Desk(client, folder, tell, jobs, outcomes).film_all()
    return [outcomes[number] for number in range(len(jobs))]


def settled(job: Job) -> Outcome | None:
    """Say what becomes of a job that need not be filmed, or cannot."""
    try:
        check_free(job.out_dir / job.name)
    except CnnreelError as error:
        return Failed(str(error))
    record = job.from_cache()
    return None if record is None else Filmed(record)


@dataclass(frozen=True)
class Desk:
    """Sends jobs out, takes clips in, and notes what became of each job."""

    client: Client
    shared: Path | None
    on_job: OnJob
    jobs: Sequence[Job]
    outcomes: dict[int, Outcome]

    def film_all(self) -> None:
        """Film all jobs of which nothing has become, together; those whose workers died, then again one by one.

        For a clip that waits where another one kills the worker shares the blame, as far as the scheduler can see.
        """
        left = [number for number in range(len(self.jobs)) if number not in self.outcomes]
        self.film_together(left)
        for number in left:
            if self.outcomes[number] == DIED:
                self.film_together([number])

    def film_together(self, some: Sequence[int]) -> None:
        """Send some jobs, and take clips in as they come."""
        heard: SimpleQueue[tuple[Key, float]] = SimpleQueue()
        self.client.subscribe_topic(PROGRESS, lambda event: heard.put(event[1]))
        futures = {number: self.send(self.jobs[number]) for number in some}
        numbers = {future.key: number for number, future in futures.items()}
        for future in futures.values():
            future.add_done_callback(lambda done: heard.put((done.key, 1.0)))
        while futures:
            key, fraction = heard.get()
            number = numbers.get(key)
            if number is None or number not in futures:
                continue  # it is about another client's clip, or comes late
            if futures[number].done():  # with its future goes what the cluster keeps of it
                self.outcomes[number] = outcome_of(self.jobs[number], futures.pop(number))
                self.on_job(number, 1.0)
                self.check_lengths()
            else:
                self.on_job(number, min(fraction, ALL_BUT_DONE))

    def check_lengths(self) -> None:
        """Refuse lessons that have turned out to be too long; the clips of each are made in one folder."""
        filmed = ((number, one.seconds) for number, one in self.outcomes.items() if isinstance(one, Filmed))
        check_lessons((self.jobs[number].out_dir, seconds) for number, seconds in filmed)

    def send(self, job: Job) -> Future[Answer]:
        """Let some worker film a job."""
        errand = Parcel.pack(pickle.dumps(job), self.shared)
        return self.client.submit(run_errand, errand, traits(self.shared), self.shared, pure=False)


def outcome_of(job: Job, future: Future[Answer]) -> Outcome:
    """Take a clip in, or say why there is none."""
    try:
        answer = future.result()
        return answer if isinstance(answer, Failed) else Filmed(take_in(job, answer))
    except KilledWorker:
        return DIED
    except CancelledError:
        return GONE
    except CnnreelError as error:
        return Failed(str(error))
    except Exception as error:
        return Failed(f"{type(error).__name__}: {error}")


def take_in(job: Job, box: Box) -> dict[str, Any]:
    """Put a clip that came whole into its place, and into the cache; return its record."""
    with staging(job.out_dir) as staged:
        unpack_folder(box, staged)
        if job.cache is not None:
            job.cache.store(job.key, staged)
        return publish_clip(staged, job.out_dir / job.name, job.name)
