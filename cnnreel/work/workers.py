"""Clips filmed by several processes: long ones in parts, so that all cores have something to do until the end."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from contextlib import ExitStack, closing

from cnnreel.work.crew import Crew
from cnnreel.work.jobs import Failed, Filmed, Job, OnJob, Outcome
from cnnreel.work.studio import Studio

__all__ = ["Failed", "Filmed", "Job", "OnJob", "Outcome", "film_all", "usable_cores"]


def film_all(jobs: Sequence[Job], workers: int, on_job: OnJob | None = None) -> list[Outcome]:
    """Film all jobs and return what became of each.

    A job that fails does not stop the others, even if its process dies.
    """
    studio = Studio(jobs, workers, on_job)
    with ExitStack() as folders:
        studio.begin(folders)
        with closing(Crew(workers)) as crew:
            try:
                while not studio.done:
                    crew.hand_out(studio.errands)
                    for errand, news in crew.news():
                        studio.hear(errand, news)
            except KeyboardInterrupt:
                crew.stop()
                raise
    return [studio.outcomes[number] for number in range(len(jobs))]


def usable_cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1
