"""Filming on a cluster: each clip is a task, whose files come back, are checked, and appear all at once."""

from __future__ import annotations

import pickle
from collections.abc import Sequence
from concurrent.futures import CancelledError
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue

from dask.typing import Key
from distributed import Client, Future, KilledWorker

from cnn_core.errors import CnnreelError
from cnnreel.work.clip import Clip, OnClip, Result
from cnnreel.work.cluster.connection import check_cluster, connected
from cnnreel.work.cluster.likeness import traits
from cnnreel.work.cluster.worker import PROGRESS_TOPIC, Message, film_there, unpack_folder
from cnnreel.work.files import staging
from cnnreel.work.limits import check_lessons

__all__ = ["film_on_cluster"]

DIED = "every worker that filmed it died."
GONE = "the scheduler has gone; what was finished is kept, and the same command continues."

ALL_BUT_DONE = 0.99
"""The most that is said to be done of a clip that is not in its place yet, though its film be drawn."""


def film_on_cluster(
    clips: Sequence[Clip],
    workers: int,
    on_clip: OnClip | None = None,
    *,
    scheduler: str | None = None,
    shared: Path | None = None,
) -> list[Result]:
    """Film all clips on a Dask cluster and return what became of each, as `cnnreel.work.scheduler.film_all` does.

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
    tell = on_clip or (lambda number, fraction: None)
    results = {number: result for number, clip in enumerate(clips) if (result := settled(clip))}
    for number in results:
        tell(number, 1.0)
    left = [number for number in range(len(clips)) if number not in results]
    if left:
        with ExitStack() as stack:
            folder = stack.enter_context(staging(shared.absolute())) if shared else None
            client = stack.enter_context(connected(scheduler, min(workers, len(left))))
            check_cluster(client, folder)
            Remote(client, folder, tell, clips, results).film_all(left)
    return [results[number] for number in range(len(clips))]


def settled(clip: Clip) -> Result | None:
    """Say what becomes of a clip that need not be filmed, or cannot."""
    try:
        return clip if clip.fetch() else None
    except CnnreelError as error:
        return error


@dataclass(frozen=True)
class Remote:
    """Sends clips out, takes their files in, and notes what became of each."""

    client: Client
    shared: Path | None
    on_clip: OnClip
    clips: Sequence[Clip]
    results: dict[int, Result]

    def film_all(self, left: Sequence[int]) -> None:
        """Film some clips together; those whose workers died, then again one by one.

        For a clip that waits where another one kills the worker shares the blame, as far as the scheduler can see.
        """
        self.film_together(left)
        for number in left:
            if str(self.results[number]) == DIED:
                self.film_together([number])

    def film_together(self, some: Sequence[int]) -> None:
        """Send some clips, and take what was made in as it comes."""
        heard: SimpleQueue[tuple[Key, float]] = SimpleQueue()
        self.client.subscribe_topic(PROGRESS_TOPIC, lambda event: heard.put(event[1]))
        futures = {number: self.send(self.clips[number]) for number in some}
        numbers = {future.key: number for number, future in futures.items()}
        for future in futures.values():
            future.add_done_callback(lambda done: heard.put((done.key, 1.0)))
        while futures:
            key, fraction = heard.get()
            number = numbers.get(key)
            if number is None or number not in futures:
                continue  # it is about another client's clip, or comes late
            if futures[number].done():  # with its future goes what the cluster keeps of it
                self.results[number] = _result_of(self.clips[number], futures.pop(number))
                self.on_clip(number, 1.0)
                filmed = [one for one in self.results.values() if isinstance(one, Clip)]
                check_lessons((one.out_dir, one.seconds) for one in filmed)
            else:
                self.on_clip(number, min(fraction, ALL_BUT_DONE))

    def send(self, clip: Clip) -> Future[Message]:
        packed = Message.pack(pickle.dumps(clip), self.shared)
        return self.client.submit(film_there, packed, traits(self.shared), self.shared, pure=False)


def _result_of(clip: Clip, future: Future[Message]) -> Result:
    """Put a clip that came whole into its place, and into the cache; or say why there is none."""
    try:
        with staging(clip.out_dir) as staged:
            unpack_folder(future.result(), staged)
            if clip.cache is not None:
                clip.cache.store(clip.key, staged)
            clip.publish(staged)
        return clip
    except KilledWorker:
        return CnnreelError(DIED)
    except CancelledError:
        return CnnreelError(GONE)
    except CnnreelError as error:
        return error
    except Exception as error:
        return CnnreelError(f"{type(error).__name__}: {error}")
