from __future__ import annotations

import os
import pickle
import resource
import subprocess
import sys
from contextlib import ExitStack
from pathlib import Path

import pytest
from cnnreel.work.crew import Done, Errand, Failed
from cnnreel.work.jobs import Filmed, Job
from cnnreel.work.orders import Prepared
from cnnreel.work.studio import Studio

from scenes.specs import SceneSpec
from scenes.timeline import Beat, Timeline

HOUSE = Path(__file__).parents[3]
FAILED = Failed("it is broken.")


def prepared(*lengths: float, kept: tuple[int, ...] = ()) -> Prepared:
    """Return a film whose beats last so long; some of them are in the cache."""
    ends = [sum(lengths[: number + 1]) for number in range(len(lengths))]
    beats = [Beat("explain", "", end - length, end) for end, length in zip(ends, lengths, strict=True)]
    missing = tuple(number for number in range(len(lengths)) if number not in kept)
    return Prepared(Timeline(beats), tuple(map(str, range(len(lengths)))), missing)


class Rehearsal:
    """A studio whose errands are done in thought."""

    def __init__(self, spec: SceneSpec, out: Path, clips: int, workers: int, folders: ExitStack) -> None:
        self.told: list[tuple[int, float]] = []
        jobs = [Job(spec, out, f"clip-{number}", "low") for number in range(clips)]
        self.studio = Studio(jobs, workers, lambda *news: self.told.append(news))
        self.studio.begin(folders)

    def take(self) -> Errand:
        return self.studio.errands.popleft()

    def prepare(self, *films: Prepared | None) -> None:
        for film in films:
            errand = self.take()
            assert errand.function == "prepare"
            self.studio.hear(errand, Done(film))

    def waiting(self) -> list[tuple[int, str, object]]:
        """Return clip, function and beats of all errands."""
        return [
            (one.number, one.function, one.given[1] if one.function == "film_part" else None)
            for one in self.studio.errands
        ]


@pytest.fixture
def begin(short_spec: SceneSpec, tmp_path):
    with ExitStack() as folders:
        yield lambda clips, workers: Rehearsal(short_spec, tmp_path, clips, workers, folders)


def test_the_longest_part_is_filmed_first(begin) -> None:
    crew = begin(3, 2)
    crew.prepare(prepared(20), prepared(40), prepared(30))
    assert crew.waiting() == [(1, "film_part", (0,)), (2, "film_part", (0,)), (0, "film_part", (0,))]


def test_a_film_is_cut_where_some_workers_would_have_nothing_to_do(begin) -> None:
    crew = begin(1, 3)
    crew.prepare(prepared(*[10] * 9))
    assert sorted(part for *_, part in crew.waiting()) == [(0, 1, 2), (3, 4, 5), (6, 7, 8)]


def test_a_short_film_is_not_cut(begin) -> None:
    crew = begin(1, 8)
    crew.prepare(prepared(3, 3, 3))
    assert crew.waiting() == [(0, "film_part", (0, 1, 2))]


def test_only_what_is_not_kept_is_filmed(begin) -> None:
    crew = begin(2, 1)
    crew.prepare(prepared(5, 6, 7, kept=(0, 2)), prepared(5, kept=(0,)))
    assert crew.waiting() == [(1, "finish", None), (0, "film_part", (1,))]


def test_nothing_is_filmed_while_something_waits_to_be_prepared(begin) -> None:
    crew = begin(2, 2)
    crew.prepare(prepared(5))
    assert crew.waiting() == [(1, "prepare", None)]


def test_while_the_last_film_is_prepared_the_others_are_filmed(begin) -> None:
    crew = begin(3, 2)
    first, second, third = crew.take(), crew.take(), crew.take()
    crew.studio.hear(first, Done(prepared(20)))
    crew.studio.hear(second, Done(prepared(40)))
    assert crew.waiting() == [(1, "film_part", (0,)), (0, "film_part", (0,))]
    crew.studio.hear(third, Done(prepared(30)))
    assert crew.waiting() == [(1, "film_part", (0,)), (2, "film_part", (0,)), (0, "film_part", (0,))]


def test_no_film_is_finished_before_the_length_of_all_is_known(begin) -> None:
    crew = begin(2, 2)
    kept, last = crew.take(), crew.take()
    crew.studio.hear(kept, Done(prepared(5, kept=(0,))))
    assert crew.waiting() == []
    crew.studio.hear(last, Done(prepared(6)))
    assert crew.waiting() == [(0, "finish", None), (1, "film_part", (0,))]


def test_a_film_is_finished_when_all_its_parts_are_filmed(begin) -> None:
    crew = begin(1, 2)
    crew.prepare(prepared(10, 10))
    one, other = crew.take(), crew.take()
    crew.studio.hear(one, 0.5)
    crew.studio.hear(other, Done(None))
    assert crew.waiting() == []
    crew.studio.hear(one, Done(None))
    assert crew.told == [(0, 0.25), (0, 0.75), (0, 1.0)]
    finish = crew.take()
    assert finish.function == "finish"
    crew.studio.hear(finish, Done({"scene": "max-pool"}))
    assert crew.studio.done
    assert crew.studio.outcomes == {0: Filmed({"scene": "max-pool"})}


def test_of_a_film_of_which_a_part_failed_nothing_more_is_filmed(begin) -> None:
    crew = begin(2, 4)
    crew.prepare(prepared(20, 20), prepared(10))
    first = crew.take()
    crew.studio.hear(first, FAILED)
    assert crew.waiting() == [(1, "film_part", (0,))]
    crew.studio.hear(first, Done(None))
    assert crew.studio.outcomes == {0: FAILED}


def test_a_film_that_cannot_be_prepared_does_not_stop_the_others(begin) -> None:
    crew = begin(2, 1)
    crew.prepare(prepared(5))
    crew.studio.hear(crew.take(), FAILED)
    assert crew.waiting() == [(0, "film_part", (0,))]


def test_a_folder_that_cannot_be_made_fails_its_clip(short_spec: SceneSpec, tmp_path) -> None:
    (tmp_path / "file").write_text("")
    studio = Studio([Job(short_spec, tmp_path / "file", "a", "low")], 1, None)
    with ExitStack() as folders:
        studio.begin(folders)
    assert studio.done
    (outcome,) = studio.outcomes.values()
    assert isinstance(outcome, Failed)
    assert outcome.wrong_input


def test_a_lesson_may_have_more_clips_than_a_process_may_have_open_files(begin) -> None:
    most = resource.getrlimit(resource.RLIMIT_NOFILE)
    os.close(next_handle := os.dup(0))
    resource.setrlimit(resource.RLIMIT_NOFILE, (next_handle + 10, most[1]))
    try:
        assert len(begin(20, 1).waiting()) == 20
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, most)


def test_the_employer_hears_what_a_film_will_show_without_loading_manim() -> None:
    look = (
        "import pickle, sys; news = pickle.load(sys.stdin.buffer); print(news.result.missing, 'manim' in sys.modules)"
    )
    news = pickle.dumps(Done(prepared(20, 10)))
    done = subprocess.run([sys.executable, "-c", look], input=news, capture_output=True, check=True, cwd=HOUSE)
    assert done.stdout.split() == b"(0, 1) False".split()
