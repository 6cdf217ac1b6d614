from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.util import get_temp_dir
from pathlib import Path
from typing import Any

import pytest

from cnnreel.work.files import HIDDEN
from cnnreel.work.pool import Job, News, Pool, Task, report
from cnnreel.work.scheduler import PRELOAD
from tests.cnnreel.processes import wait_until

HOUSE = Path(__file__).parents[3]
AN_HOUR = 3600


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def number(given: int) -> int:
    return given


def a_function() -> Any:
    return lambda: None  # which cannot be sent


def half_way(go_on: Path) -> None:
    report(0.5)
    wait_until(go_on.exists)


def slow(begun: Path, tidied: Path, tidying: float = 0.0) -> None:
    begun.touch()
    try:
        time.sleep(AN_HOUR)
    finally:
        time.sleep(tidying)
        tidied.touch()


def done(pool: Pool, *calls: tuple[Callable[..., Any], Any]) -> list[Any]:
    """Return what became of calls: results, and names of errors."""
    futures: dict[int, Future[Any]] = {}

    def hear(at: int, news: News) -> None:
        if isinstance(news, Future):
            futures[at] = news

    tasks = [
        Task(Job(function, given), 0.0, lambda news, at=at: hear(at, news))
        for at, (function, *given) in enumerate(calls)
    ]
    pool.run(tasks)
    return [type(one.exception()).__name__ if one.exception() else one.result() for _, one in sorted(futures.items())]


def test_a_worker_that_dies_fails_its_own_task_alone() -> None:
    with Pool(2, PRELOAD) as pool:
        assert done(pool, (number, 1), (die,), (number, 2), (die,), (number, 3)) == [
            1,
            BrokenProcessPool.__name__,
            2,
            BrokenProcessPool.__name__,
            3,
        ]


def test_a_worker_that_died_while_it_had_nothing_to_do_is_replaced() -> None:
    with Pool(1, PRELOAD) as pool:
        (process,) = done(pool, (os.getpid,))
        os.kill(process, signal.SIGKILL)
        (idle,) = pool._idle
        wait_until(lambda: idle.executor._broken)
        (another,) = done(pool, (os.getpid,))
    assert another != process


def test_what_cannot_be_sent_back_fails_its_own_task_alone() -> None:
    with Pool(1, PRELOAD) as pool:
        assert done(pool, (a_function,), (number, 1)) == ["AttributeError", 1]


def test_the_longest_task_is_done_first_and_whoever_hears_of_one_may_add_others() -> None:
    ended: list[int] = []
    waiting: list[Task] = []

    def hear(news: News) -> None:
        if isinstance(news, Future):
            ended.append(news.result())
            if ended == [3]:
                waiting.append(Task(Job(number, (9,)), 9.0, hear))

    waiting += [Task(Job(number, (length,)), float(length), hear) for length in (1, 3, 2)]
    with Pool(1, PRELOAD) as pool:
        pool.run(waiting)
    assert ended == [3, 9, 2, 1]


def test_what_a_task_says_of_its_progress_is_heard_while_it_is_done(tmp_path: Path) -> None:
    heard: list[float] = []

    def hear(news: News) -> None:
        if news == 0.5:
            heard.append(news)
            (tmp_path / "go on").touch()

    with Pool(1, PRELOAD) as pool:
        pool.run([Task(Job(half_way, (tmp_path / "go on",)), 0.0, hear)])
    assert heard


@pytest.mark.parametrize(("tidying", "tidied"), [(0.0, True), (AN_HOUR, False)])
def test_whatever_workers_do_they_end_when_the_pool_is_left_and_tidy_up_if_that_is_quick(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, tidying: float, tidied: bool
) -> None:
    killed = []
    monkeypatch.setattr("cnnreel.work.pool.kill_forkserver", lambda: killed.append(1))  # others still need it

    def interrupt(_: News) -> None:
        if (tmp_path / "begun").exists():
            raise KeyboardInterrupt

    call = Job(slow, (tmp_path / "begun", tmp_path / "tidied", tidying))
    with pytest.raises(KeyboardInterrupt), Pool(1, PRELOAD) as pool:
        pool.run([Task(call, 0.0, interrupt)])
    assert (tmp_path / "tidied").exists() == tidied
    assert killed


ELSEWHERE = """
from cnnreel.work.files import HIDDEN
from cnnreel.work.pool import Job, Pool, Task, kill_forkserver
from tests.cnnreel.work.test_pool import where
from cnnreel.work.scheduler import PRELOAD
heard = []
with Pool(1, PRELOAD) as pool:
    pool.run([Task(Job(where, ()), 0.0, heard.append)])
print(heard[-1].result())
kill_forkserver()
with Pool(1) as pool:
    pool.run([Task(Job(pow, (2, 3)), 0.0, heard.append)])
print(heard[-1].result())
"""


def where() -> tuple[str, bool]:
    import scenes

    return str(Path(scenes.__file__).parent), "manim" in sys.modules


@pytest.mark.slow
def test_workers_share_our_scenes_and_manim_whatever_the_working_directory_has_and_come_again(tmp_path: Path) -> None:
    (tmp_path / "scenes").mkdir()
    (tmp_path / "scenes/__init__.py").write_text("")
    command = [sys.executable, "-P", "-c", ELSEWHERE]
    surroundings = {**os.environ, "PYTHONPATH": str(HOUSE)}
    said = subprocess.run(command, cwd=tmp_path, env=surroundings, capture_output=True, text=True, check=True).stdout
    assert said == f"{(str(HOUSE / 'scenes'), True)}\n8\n"


def test_sockets_of_workers_lie_in_a_folder_that_the_next_run_sweeps() -> None:
    with Pool(1, PRELOAD) as pool:
        assert done(pool, (number, 7)) == [7]
    assert Path(get_temp_dir()).name.startswith(HIDDEN)
