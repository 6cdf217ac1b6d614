"""What is to be done next: films are prepared, then filmed in parts, the longest first, and finished.

Filming begins when the last preparation has begun: nobody waits for it to end.
"""

from __future__ import annotations

import math
from collections import defaultdict, deque
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias

from cnn_core.errors import CnnreelError, InputError
from cnnreel.work.crew import Done, Errand, Failed, News
from cnnreel.work.files import check_free, said_plainly, staging
from cnnreel.work.jobs import Filmed, Job, OnJob, Outcome
from cnnreel.work.limits import check_lessons
from cnnreel.work.orders import Order, Prepared

__all__ = ["Studio"]

SHORTEST = 10
"""Seconds of film that are worth a part of their own: whoever films it has to play all that comes before."""

Beats: TypeAlias = tuple[int, ...]


@dataclass
class Production:
    """A clip on its way.

    Attributes
    ----------
    filmed
        Seconds of each part that are filmed; None until it is cut into parts.
    to_come
        Number of parts that are not finished.
    """

    job: Job
    order: Order
    prepared: Prepared | None = None
    filmed: dict[Beats, float] | None = None
    to_come: int = 0

    @property
    def missing(self) -> float:
        """How many seconds are not in the cache."""
        return self.seconds(self.prepared.missing) if self.prepared else 0.0

    def seconds(self, beats: Sequence[int]) -> float:
        """Return how long some beats last."""
        assert self.prepared is not None
        return sum(beat.end - beat.start for beat in (self.prepared.timeline.beats[number] for number in beats))

    def parts(self, longest: float) -> list[Beats]:
        """Cut what is to be filmed into runs of beats, about equally long, and hardly longer than `longest` seconds."""
        if self.prepared is None or not self.prepared.missing:
            return []
        length = self.missing / math.ceil(self.missing / longest)
        runs: dict[int, list[int]] = defaultdict(list)
        passed = 0.0
        for beat in self.prepared.missing:
            own = self.seconds([beat])
            runs[int((passed + own / 2) / length)].append(beat)
            passed += own
        return [tuple(run) for run in runs.values()]

    def errand(self, number: int, function: str, *given: Any) -> Errand:
        """Return what a worker is to do for this clip."""
        return Errand(number, function, self.order, given, tells=function != "prepare")


class Studio:
    """Gives errands, hears what becomes of them, and knows when all is done."""

    def __init__(self, jobs: Sequence[Job], workers: int, on_job: OnJob | None) -> None:
        self.outcomes: dict[int, Outcome] = {}
        self.errands: deque[Errand] = deque()
        self._jobs = jobs
        self._workers = workers
        self._on_job = on_job or (lambda *_: None)
        self._productions: dict[int, Production] = {}
        self._unprepared: set[int] = set()
        self._finishable: list[int] = []
        self._hidden: dict[Path, Path] = {}

    @property
    def done(self) -> bool:
        """Whether something has become of every job."""
        return len(self.outcomes) == len(self._jobs)

    def begin(self, folders: ExitStack) -> None:
        """Take what is in the cache, and have the rest prepared, each in a folder that vanishes in the end."""
        for number, job in enumerate(self._jobs):
            record = job.from_cache()
            if record is not None:
                self._end(number, Filmed(record))
                continue
            try:
                check_free(job.out_dir / job.name)
                production = Production(job, job.order(self._folder_for(number, job, folders)))
            except CnnreelError as error:
                self._end(number, Failed(str(error), isinstance(error, InputError)))
                continue
            self._productions[number] = production
            self._unprepared.add(number)
            self.errands.append(production.errand(number, "prepare", job.cache))

    def _folder_for(self, number: int, job: Job, folders: ExitStack) -> Path:
        """Make a folder for a clip, in a hidden one for the whole lesson: each of those holds a file open."""
        if job.out_dir not in self._hidden:
            self._hidden[job.out_dir] = folders.enter_context(staging(job.out_dir))
        folder = self._hidden[job.out_dir] / str(number)
        with said_plainly(job.out_dir):
            folder.mkdir()
        return folder

    def hear(self, errand: Errand, news: News) -> None:
        """Take note of what became of an errand, and give new ones."""
        number = errand.number
        match errand.function, news:
            case _ if number in self.outcomes:  # another part has failed
                return
            case _, Failed():
                self.errands = deque(other for other in self.errands if other.number != number)
                self._end(number, news)
            case "prepare", Done(prepared):
                self._productions[number].prepared = prepared
            case "film_part", _:
                self._hear_of_part(number, errand.given[1], news)
            case "finish", Done(record):
                self._end(number, Filmed(record))
            case "finish", float(fraction):
                self._on_job(number, fraction)
        if errand.function == "prepare" and isinstance(news, Done | Failed):
            self._unprepared.discard(number)
            self._check_lengths()
            if not any(other.function == "prepare" for other in self.errands):
                self._film()
            if not self._unprepared:
                self._finish_all()

    def _check_lengths(self) -> None:
        """Refuse lessons that would be too long; the clips of each are made in one folder."""
        check_lessons((job.out_dir, self._seconds(number)) for number, job in enumerate(self._jobs))

    def _seconds(self, number: int) -> float:
        """Return how long a clip is, as far as that is known."""
        match self.outcomes.get(number), self._productions.get(number):
            case Filmed() as filmed, _:
                return filmed.seconds
            case None, Production(prepared=prepared) if prepared is not None:
                return prepared.timeline.duration
        return 0.0

    def _film(self) -> None:
        """Have everything filmed that is prepared and not in the cache, the longest parts first."""
        prepared = {
            number: one
            for number, one in self._productions.items()
            if number not in self.outcomes and number not in self._unprepared
        }
        longest = max(SHORTEST, sum(one.missing for one in prepared.values()) / self._workers)
        for number, one in prepared.items():
            if one.filmed is None:
                one.filmed = dict.fromkeys(one.parts(longest), 0.0)
                one.to_come = len(one.filmed)
                if not one.filmed:
                    self._finish(number)
                self.errands.extend(
                    one.errand(number, "film_part", one.prepared, part, one.job.cache) for part in one.filmed
                )
        self.errands = deque(sorted(self.errands, key=self._length, reverse=True))

    def _length(self, errand: Errand) -> float:
        """Return how many seconds of film are to be made; what is not filming comes before it."""
        if errand.function != "film_part":
            return math.inf
        return self._productions[errand.number].seconds(errand.given[1])

    def _hear_of_part(self, number: int, part: Beats, news: News) -> None:
        one = self._productions[number]
        assert one.filmed is not None
        one.filmed[part] = one.seconds(part) * (news if isinstance(news, float) else 1.0)
        self._on_job(number, sum(one.filmed.values()) / one.missing)
        one.to_come -= isinstance(news, Done)
        if not one.to_come:
            self._finish(number)

    def _finish(self, number: int) -> None:
        """Have a clip finished, but not before it is known that all of them may be."""
        if self._unprepared:
            self._finishable.append(number)
            return
        one = self._productions[number]
        self.errands.appendleft(one.errand(number, "finish", one.prepared, one.job.key, one.job.cache))

    def _finish_all(self) -> None:
        """Have those clips finished that waited for the last one to be prepared."""
        waiting, self._finishable = self._finishable, []
        for number in waiting:
            self._finish(number)

    def _end(self, number: int, outcome: Outcome) -> None:
        self.outcomes[number] = outcome
        self._on_job(number, 1.0)
