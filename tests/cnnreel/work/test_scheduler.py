from __future__ import annotations

import os
import pickle
import resource
import subprocess
import sys
from concurrent.futures import Future
from contextlib import ExitStack
from pathlib import Path

import pytest

from cnn_core.errors import CnnreelError, InputError
from cnnreel.work.clip import Clip, Output
from cnnreel.work.filming import Prepared
from cnnreel.work.pool import News, Task
from cnnreel.work.scheduler import Scheduler
from scenes.specs import SceneSpec
from scenes.timeline import Beat, Timeline

HOUSE = Path(__file__).parents[3]
FAILURE = CnnreelError("it is broken.")


def done(result: object = None) -> Future[object]:
    """Return a task's end."""
    future: Future[object] = Future()
    future.set_result(result)
    return future


def failed() -> Future[object]:
    future: Future[object] = Future()
    future.set_exception(FAILURE)
    return future


def prepared(*lengths: float, kept: tuple[int, ...] = ()) -> Future[object]:
    """Return a film whose beats last so long; some of them are in the cache."""
    ends = [sum(lengths[: number + 1]) for number in range(len(lengths))]
    beats = [Beat("explain", "", end - length, end) for end, length in zip(ends, lengths, strict=True)]
    missing = tuple(number for number in range(len(lengths)) if number not in kept)
    return done(Prepared(Timeline(beats), tuple(map(str, range(len(lengths)))), missing))


class Rehearsal:
    """A scheduler whose tasks are done in thought."""

    def __init__(self, spec: SceneSpec, out: Path, clips: int, workers: int, folders: ExitStack) -> None:
        self.told: list[tuple[int, float]] = []
        self.clips = [Clip(spec, f"clip-{number}", out, Output("low")) for number in range(clips)]
        self.scheduler = Scheduler(self.clips, workers, lambda *news: self.told.append(news))
        self.scheduler.begin(folders)

    def take(self) -> Task:
        self.scheduler.waiting.sort(key=lambda task: task.length, reverse=True)
        return self.scheduler.waiting.pop(0)

    def prepare(self, *films: News) -> None:
        for film in films:
            task = self.take()
            assert what(task)[1] == "prepare_clip"
            task.hear(film)

    def waiting(self) -> list[tuple[int, str, object]]:
        """Return clip, step and beats of all tasks, in the order in which they are done."""
        return [what(task) for task in sorted(self.scheduler.waiting, key=lambda task: task.length, reverse=True)]


def what(task: Task) -> tuple[int, str, object]:
    function, clip, _, *given = task.call.arguments
    return int(clip.name.removeprefix("clip-")), function.__name__, given[1] if len(given) > 1 else None


@pytest.fixture
def begin(short_spec: SceneSpec, tmp_path):
    with ExitStack() as folders:
        yield lambda clips, workers: Rehearsal(short_spec, tmp_path, clips, workers, folders)


def test_the_longest_part_is_filmed_first(begin) -> None:
    rehearsal = begin(3, 2)
    rehearsal.prepare(prepared(20), prepared(40), prepared(30))
    assert rehearsal.waiting() == [(1, "film_part", (0,)), (2, "film_part", (0,)), (0, "film_part", (0,))]


def test_a_film_is_cut_where_some_workers_would_have_nothing_to_do(begin) -> None:
    rehearsal = begin(1, 3)
    rehearsal.prepare(prepared(*[10] * 9))
    assert sorted(part for *_, part in rehearsal.waiting()) == [(0, 1, 2), (3, 4, 5), (6, 7, 8)]


def test_a_short_film_is_not_cut(begin) -> None:
    rehearsal = begin(1, 8)
    rehearsal.prepare(prepared(3, 3, 3))
    assert rehearsal.waiting() == [(0, "film_part", (0, 1, 2))]


def test_only_what_is_not_kept_is_filmed(begin) -> None:
    rehearsal = begin(2, 1)
    rehearsal.prepare(prepared(5, 6, 7, kept=(0, 2)), prepared(5, kept=(0,)))
    assert rehearsal.waiting() == [(1, "finish", None), (0, "film_part", (1,))]


def test_nothing_is_filmed_while_something_waits_to_be_prepared(begin) -> None:
    rehearsal = begin(2, 2)
    rehearsal.prepare(prepared(5))
    assert rehearsal.waiting() == [(1, "prepare_clip", None)]


def test_while_the_last_film_is_prepared_the_others_are_filmed(begin) -> None:
    rehearsal = begin(3, 2)
    first, second, third = rehearsal.take(), rehearsal.take(), rehearsal.take()
    first.hear(prepared(20))
    second.hear(prepared(40))
    assert rehearsal.waiting() == [(1, "film_part", (0,)), (0, "film_part", (0,))]
    third.hear(prepared(30))
    assert rehearsal.waiting() == [(1, "film_part", (0,)), (2, "film_part", (0,)), (0, "film_part", (0,))]


def test_no_film_is_finished_before_the_length_of_all_is_known(begin) -> None:
    rehearsal = begin(2, 2)
    kept, last = rehearsal.take(), rehearsal.take()
    kept.hear(prepared(5, kept=(0,)))
    assert rehearsal.waiting() == []
    last.hear(prepared(6))
    assert rehearsal.waiting() == [(0, "finish", None), (1, "film_part", (0,))]


def test_a_film_is_finished_when_all_its_parts_are_filmed(begin) -> None:
    rehearsal = begin(1, 2)
    rehearsal.prepare(prepared(10, 10))
    one, other = rehearsal.take(), rehearsal.take()
    one.hear(0.5)
    other.hear(done())
    assert rehearsal.waiting() == []
    one.hear(done())
    assert rehearsal.told == [(0, 0.25), (0, 0.75), (0, 1.0)]
    finish = rehearsal.take()
    assert what(finish)[1] == "finish"
    finish.hear(done())
    assert rehearsal.scheduler.results == {0: rehearsal.clips[0]}


def test_of_a_film_of_which_a_part_failed_nothing_more_is_filmed(begin) -> None:
    rehearsal = begin(2, 4)
    rehearsal.prepare(prepared(20, 20), prepared(10))
    first = rehearsal.take()
    first.hear(failed())
    assert rehearsal.waiting() == [(1, "film_part", (0,))]
    first.hear(done())
    assert rehearsal.scheduler.results == {0: FAILURE}


def test_a_film_that_cannot_be_prepared_does_not_stop_the_others(begin) -> None:
    rehearsal = begin(2, 1)
    rehearsal.prepare(prepared(5))
    rehearsal.take().hear(failed())
    assert rehearsal.waiting() == [(0, "film_part", (0,))]


def test_a_folder_that_cannot_be_made_fails_its_clip(short_spec: SceneSpec, tmp_path) -> None:
    (tmp_path / "file").write_text("")
    scheduler = Scheduler([Clip(short_spec, "a", tmp_path / "file")], 1, lambda *_: None)
    with ExitStack() as folders:
        scheduler.begin(folders)
    assert isinstance(scheduler.results[0], InputError)


def test_a_lesson_may_have_more_clips_than_a_process_may_have_open_files(begin) -> None:
    most = resource.getrlimit(resource.RLIMIT_NOFILE)
    last, taken = max(map(int, os.listdir("/dev/fd"))), [os.dup(0)]
    while taken[-1] <= last:  # no handle below the limit is free but the last ten
        taken.append(os.dup(0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (taken[-1] + 10, most[1]))
    try:
        assert len(begin(20, 1).waiting()) == 20
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, most)
        for handle in taken:
            os.close(handle)


def test_what_a_film_will_show_is_heard_and_a_lesson_is_taken_from_the_cache_without_loading_manim() -> None:
    asked = "import pickle, sys, cnnreel.work.scheduler, cnnreel.work.lesson; one = pickle.load(sys.stdin.buffer)"
    look = f"{asked}; print(one.missing, 'manim' in sys.modules)"
    sent = pickle.dumps(prepared(20, 10).result())
    said = subprocess.run([sys.executable, "-c", look], input=sent, capture_output=True, check=True, cwd=HOUSE).stdout
    assert said.split() == b"(0, 1) False".split()
