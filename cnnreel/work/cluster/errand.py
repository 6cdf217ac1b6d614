"""What a worker of the cluster does: it films a clip and hands over its files."""

from __future__ import annotations

import pickle
import time
from pathlib import Path
from threading import Lock
from typing import TypeAlias

from distributed import get_worker

from cnn_core.errors import CnnreelError
from cnnreel.work.cache import Cache
from cnnreel.work.cluster.likeness import Traits, check_alike, traits
from cnnreel.work.cluster.parcels import Box, Parcel, pack_folder
from cnnreel.work.files import staging
from cnnreel.work.jobs import Failed, Job

__all__ = ["PROGRESS", "Answer", "run_errand"]

PROGRESS = "cnnreel-progress"
"""The topic of events that say `[key of the task, fraction that is done]`."""

BETWEEN_NEWS = 0.5
"""Seconds from one word on progress to the next."""

ONE_AT_A_TIME = Lock()
"""Manim's settings are of the whole process, and a worker may have several threads."""

Answer: TypeAlias = Box | Failed


def run_errand(errand: Parcel, wanted: Traits, shared: Path | None) -> Answer:
    """Film a clip in a folder of this worker's own, and pack what was made.

    It can be done any number of times, anywhere: nothing is seen of it but its answer.
    """
    worker = get_worker()
    try:
        check_alike(wanted, {worker.address: traits(shared)})  # it may have joined after the others were checked
        with ONE_AT_A_TIME, staging(Path(worker.local_directory)) as folder:
            return pack_folder(filmed(pickle.loads(errand.unpack()), folder / "out"), shared)
    except CnnreelError as error:
        return Failed(str(error))
    except Exception as error:
        return Failed(f"{type(error).__name__}: {error}")


def filmed(job: Job, out_dir: Path) -> Path:
    """Film a clip and return its folder."""
    from cnnreel.work.filming import film  # noqa: PLC0415 (imports Manim, which client and scheduler do not need)

    clip = film(
        job.spec,
        out_dir,
        name=job.name,
        **job.how,
        cache=job.cache and Cache.of_user(),  # this machine's own
        on_progress=Reporter(),
    )
    return clip.folder


class Unwanted(Exception):
    """Nobody waits for this clip any more."""


class Reporter:
    """Tells the client how far its clip is, and stops filming when the client has gone."""

    def __init__(self) -> None:
        self._worker = get_worker()
        self._key = self._worker.get_current_task()
        self._told = 0.0

    def __call__(self, fraction: float) -> None:
        """Tell, now and then."""
        if time.monotonic() - self._told > BETWEEN_NEWS:
            self._told = time.monotonic()
            if self._worker.state.tasks[self._key].state == "cancelled":
                raise Unwanted
            self._worker.log_event(PROGRESS, [self._key, fraction])
