"""Clips filmed by several processes: each is prepared, then filmed in parts, the longest first, and finished.

Filming begins when the last preparation has begun: nobody waits for it to end. Nothing is finished before it is known
how long all of them are.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any, TypeAlias

from cnn_core.errors import CnnreelError
from cnnreel.work.clip import Clip, OnClip, Result, in_one_sentence
from cnnreel.work.files import said_plainly, staging
from cnnreel.work.filming import Prepared, film_part, finish, prepare_clip
from cnnreel.work.limits import check_lessons
from cnnreel.work.pool import Job, News, Pool, Task, report

__all__ = ["PRELOAD", "Scheduler", "film_all"]

SHORTEST = 10
"""Seconds of film that are worth a part of their own: whoever films it has to play all that comes before."""

PRELOAD = ("cnnreel.work.preloaded",)
"""What workers have in common; it imports Manim, which this process does not need."""

Beats: TypeAlias = tuple[int, ...]
_Step: TypeAlias = Callable[..., Any]


def film_all(clips: Sequence[Clip], workers: int, on_clip: OnClip | None = None) -> list[Result]:
    """Film all clips in so many processes, and return what became of each.

    A clip that fails does not stop the others, even if its process dies.
    """
    scheduler = Scheduler(clips, workers, on_clip or (lambda *_: None))
    with ExitStack() as folders, Pool(workers, PRELOAD) as pool:
        scheduler.begin(folders)
        pool.run(scheduler.waiting)
    return [scheduler.results[number] for number in range(len(clips))]


def step(function: _Step, clip: Clip, *arguments: Any) -> Any:
    with in_one_sentence(clip):
        return function(clip, *arguments)


@dataclass(eq=False)
class Filming:
    """A clip on its way.

    Attributes
    ----------
    parts
        The fraction of each part that is filmed, once it is known which parts there are.
    to_come
        Number of parts that are not finished.
    """

    number: int
    clip: Clip
    folder: Path
    prepared: Prepared | None = None
    parts: dict[Beats, float] = field(default_factory=dict)
    to_come: int = 0

    def seconds(self, beats: Beats) -> float:
        return self.prepared.seconds(beats) if self.prepared else 0.0

    @property
    def missing(self) -> float:
        return self.seconds(self.prepared.missing) if self.prepared else 0.0

    def cut(self, longest: float) -> None:
        """Cut what is to be filmed into runs of beats, about equally long, and hardly longer than `longest` seconds."""
        if self.prepared is None or not self.prepared.missing:
            return
        length = self.missing / math.ceil(self.missing / longest)
        runs: dict[int, list[int]] = defaultdict(list)
        passed = 0.0
        for beat in self.prepared.missing:
            own = self.seconds((beat,))
            runs[int((passed + own / 2) / length)].append(beat)
            passed += own
        self.parts = dict.fromkeys(map(tuple, runs.values()), 0.0)
        self.to_come = len(self.parts)


class Scheduler:
    """Says what is to be done next, hears what became of it, and notes the results."""

    def __init__(self, clips: Sequence[Clip], workers: int, on_clip: OnClip) -> None:
        self.results: dict[int, Result] = {}
        self.waiting: list[Task] = []
        self._clips = clips
        self._workers = workers
        self._on_clip = on_clip
        self._unprepared: set[Filming] = set()
        self._prepared: list[Filming] = []
        self._uncut: list[Filming] = []
        self._finishable: list[Filming] = []

    def begin(self, folders: ExitStack) -> None:
        """Take what is in the cache, and have the rest prepared, each in a folder that vanishes in the end."""
        hidden: dict[Path, Path] = {}
        for number, clip in enumerate(self._clips):
            try:
                if clip.fetch():
                    self._end(number, clip)
                    continue
                if clip.out_dir not in hidden:  # one for the whole lesson: each of those holds a file open
                    hidden[clip.out_dir] = folders.enter_context(staging(clip.out_dir))
                folder = hidden[clip.out_dir] / str(number)
                with said_plainly(clip.out_dir):
                    folder.mkdir()
            except CnnreelError as error:
                self._end(number, error)
                continue
            one = Filming(number, clip, folder)
            self._unprepared.add(one)
            self._wait(one, math.inf, partial(self._hear_prepared, one), prepare_clip)

    def _wait(self, one: Filming, length: float, hear: Callable[[News], None], function: _Step, *given: Any) -> None:
        def heard(news: News) -> None:
            failure = failure_of(news)
            if one.number in self.results:  # another part has failed
                return
            if failure is None:
                hear(news)
            else:
                self.waiting[:] = [task for task in self.waiting if task.about is not one]
                self._end(one.number, failure)
            if one in self._unprepared and isinstance(news, Future):
                self._go_on_without(one)

        self.waiting.append(Task(Job(step, (function, one.clip, one.folder, *given)), length, heard, one))

    def _hear_prepared(self, one: Filming, news: News) -> None:
        if isinstance(news, Future):
            one.prepared = news.result()
            self._prepared.append(one)
            self._uncut.append(one)
        else:
            self._on_clip(one.number, 0.0)

    def _go_on_without(self, one: Filming) -> None:
        """Go on when one clip more is prepared, or never will be: when it is the last one to begin, or to end."""
        self._unprepared.discard(one)
        check_lessons((clip.out_dir, self._seconds(number)) for number, clip in enumerate(self._clips))
        if not any(task.about in self._unprepared for task in self.waiting):
            self._film()
        if not self._unprepared:
            while self._finishable:
                self._finish(self._finishable.pop(0))

    def _seconds(self, number: int) -> float:
        """Return how long a clip is, as far as that is known."""
        if number in self.results:
            result = self.results[number]
            return result.seconds if isinstance(result, Clip) else 0.0
        return sum(one.prepared.timeline.duration for one in self._prepared if one.number == number and one.prepared)

    def _film(self) -> None:
        longest = max(SHORTEST, sum(one.missing for one in self._prepared) / self._workers)
        while self._uncut:
            one = self._uncut.pop(0)
            one.cut(longest)
            for part in one.parts:
                hear = partial(self._hear_part, one, part)
                self._wait(one, one.seconds(part), hear, film_part, one.prepared, part, report)
            if not one.parts:
                self._finish(one)

    def _hear_part(self, one: Filming, part: Beats, news: News) -> None:
        one.parts[part] = 1.0 if isinstance(news, Future) else news
        filmed = sum(one.seconds(beats) * fraction for beats, fraction in one.parts.items())
        self._on_clip(one.number, filmed / one.missing)
        one.to_come -= isinstance(news, Future)
        if not one.to_come:
            self._finish(one)

    def _finish(self, one: Filming) -> None:
        """Have a clip finished, but not before it is known that all of them may be."""
        if self._unprepared:
            self._finishable.append(one)
        else:
            self._wait(one, math.inf, partial(self._hear_finished, one), finish, one.prepared)

    def _hear_finished(self, one: Filming, news: News) -> None:
        if isinstance(news, Future):
            self._end(one.number, one.clip)
        else:
            self._on_clip(one.number, 1.0)

    def _end(self, number: int, result: Result) -> None:
        self.results[number] = result
        self._on_clip(number, 1.0)


def failure_of(news: News) -> CnnreelError | None:
    """Return why a task failed, if it did."""
    match news.exception() if isinstance(news, Future) else None:
        case None:
            return None
        case CnnreelError() as error:
            return error
        case BrokenProcessPool() | SystemExit():
            return CnnreelError("the process that filmed it ended unexpectedly; perhaps memory ran out.")
        case error:
            return CnnreelError(f"{type(error).__name__}: {error}")
