"""A renderer that is killed at any moment leaves nothing broken, and the next one completes."""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from random import Random

import av
import pytest

from cnnreel.cli.program import STOPPED
from cnnreel.film.record import sha256_of
from cnnreel.work.cache import Cache
from cnnreel.work.filming import Clip, film
from scenes.specs import SceneSpec
from tests.cnnreel.processes import children, living, wait_for

RENDER = Path(__file__).parents[2] / "render.py"

MOMENTS = 50
PER_CACHE = 5
"""So many renderers share a cache before there is a fresh one, so that some find the clip there and others do not."""


def render(spec: SceneSpec, out: Path, cache: Path) -> None:
    film(spec, out, quality="low", cache=Cache(cache, 100_000_000))


def visible(folder: Path) -> list[Path]:
    """Return the files that a user sees; what is being made is in hidden folders."""
    found = [path for path in folder.rglob("*") if path.is_file()]
    return [path for path in found if not any(part.startswith(".") for part in path.relative_to(folder).parts)]


def check_whole(out: Path) -> None:
    """Check that what is there can be played, read, and is what its record says."""
    for path in visible(out):
        if path.suffix == ".mp4":
            with av.open(path) as video:
                assert sum(1 for _ in video.decode(video=0)) > 10
        if path.suffix == ".json":
            said = json.loads(path.read_text())["video"]
            assert sha256_of(path.with_name(said["file"])) == said["sha256"]


@pytest.mark.slow
def test_fifty_renderers_killed_at_random_moments_leave_nothing_broken(
    short_spec: SceneSpec, short_clip: Clip, tmp_path
) -> None:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["cnnreel.work.filming"])
    random, out, longest, ended = Random(0), tmp_path / "out", 1.0, 0
    for moment in range(MOMENTS):
        arguments = (short_spec, out, tmp_path / f"cache-{moment // PER_CACHE}")
        process = context.Process(target=render, args=arguments)
        start = time.monotonic()
        process.start()
        process.join(None if moment == 0 else random.uniform(0, longest))
        if moment == 0:  # one may end, so that the others replace what is there
            longest = 1.1 * (time.monotonic() - start)
        ended += process.exitcode is not None
        process.kill()
        process.join()
        check_whole(out)
    assert 0 < ended < MOMENTS
    again = film(short_spec, out, quality="low")
    assert {path.relative_to(out): path.read_bytes() for path in visible(out)} == {
        path.relative_to(short_clip.folder.parent): path.read_bytes() for path in visible(short_clip.folder.parent)
    }
    assert [path.name for path in out.iterdir()] == [again.folder.name]


LESSON = """
[look]
pace = "fast"
[[clip]]
scene = "max-pool"
x = "7 3; 3 8"
question = false
[[clip]]
scene = "relu"
x = "1 -2"
"""

COMMANDS_KILLED = 6
COMMANDS_STOPPED = 5
WORKERS_KILLED = 4


def begin(folder: Path, out: Path, cache: str) -> subprocess.Popen[bytes]:
    """Begin to film a lesson of two short clips in a process group of its own."""
    (folder / "l.toml").write_text(LESSON)
    command = [sys.executable, RENDER, "lesson", folder / "l.toml", "-q", "low", "--workers", "2", "-o", out]
    surroundings = {**os.environ, "CNNREEL_CACHE": str(folder / cache)}
    return subprocess.Popen(
        command, env=surroundings, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, start_new_session=True
    )


def contents(folder: Path) -> dict[str, bytes]:
    """Return all files and what is in them."""
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, bytes], float]:
    """Film the lesson once; return its files, and how many seconds that took."""
    folder, start = tmp_path_factory.mktemp("undisturbed"), time.monotonic()
    begin(folder, folder / "out", "cache").communicate()
    return contents(folder / "out"), time.monotonic() - start


def check_completes(folder: Path, expected: dict[str, bytes]) -> None:
    """Check that the lesson can be filmed where others were killed, and that nothing of theirs stays."""
    _, said = begin(folder, folder / "out", "last cache").communicate()
    assert said == b""
    assert contents(folder / "out") == expected
    assert sorted(path.name for path in (folder / "out/l").iterdir() if path.is_dir()) == ["max-pool", "page", "relu"]


@pytest.mark.slow
def test_when_the_command_is_killed_its_workers_end_and_the_next_one_makes_the_same(undisturbed, tmp_path) -> None:
    expected, whole = undisturbed
    random = Random(1)
    for moment in range(COMMANDS_KILLED):
        process = begin(tmp_path, tmp_path / "out", f"cache-{moment}")
        time.sleep(random.uniform(0.2, 0.9) * whole)
        process.kill()
        killed = time.monotonic()
        _, said = process.communicate(timeout=30)  # ends when nobody can write there any more
        while living(process.pid) and time.monotonic() - killed < 10:  # what is importing Manim does that first
            time.sleep(0.02)
        assert living(process.pid) == []
        assert b"BrokenPipe" not in said
        check_whole(tmp_path / "out")
    check_completes(tmp_path, expected)


@pytest.mark.slow
def test_ctrl_c_at_any_moment_is_one_sentence_within_two_seconds(undisturbed, tmp_path) -> None:
    expected, whole = undisturbed
    random, statuses = Random(3), []
    for moment in range(COMMANDS_STOPPED):
        process = begin(tmp_path, tmp_path / "out", f"cache-{moment}")
        while process.poll() is None and not children(process.pid):
            time.sleep(0.01)
        time.sleep(random.uniform(0, 0.7) * whole if moment else 0.1)  # at first, while Manim is imported
        os.killpg(process.pid, signal.SIGINT)
        pressed = time.monotonic()
        _, said = process.communicate(timeout=30)
        assert time.monotonic() - pressed < 2
        statuses.append(process.returncode)
        assert said.strip() == (b"Stopped; nothing half-made is left." if process.returncode == STOPPED else b"")
        assert not (tmp_path / "out").exists() or list((tmp_path / "out").rglob(".*")) == []
        check_whole(tmp_path / "out")
    assert statuses[0] == STOPPED
    check_completes(tmp_path, expected)


@pytest.mark.slow
@pytest.mark.parametrize("library", ["_multiarray_umath", "_pydantic_core"])
def test_ctrl_c_while_the_program_is_loaded_is_no_traceback(tmp_path, library) -> None:
    process = begin(tmp_path, tmp_path / "out", "cache")
    while library not in Path(f"/proc/{process.pid}/maps").read_text():
        time.sleep(0.002)
    os.killpg(process.pid, signal.SIGINT)
    _, said = process.communicate(timeout=30)
    assert (process.returncode, said.strip()) in (
        (-signal.SIGINT, b""),
        (STOPPED, b"Stopped; nothing half-made is left."),
    )


class SilentSpec(SceneSpec):
    """A spec whose scene takes longer than anybody waits, and says nothing of it."""

    name = "silent"

    @classmethod
    def scene_class(cls) -> type:
        (Path(os.environ["CNNREEL_CACHE"]) / "begun").touch()
        time.sleep(60)
        raise AssertionError


EMPLOYER = """
from pathlib import Path
from cnnreel.work.workers import Job, film_all
film_all([Job(SilentSpec(), Path("out"), "silent", "low")], 1)
"""


@pytest.mark.slow
def test_a_worker_that_says_nothing_ends_with_its_employer_too(tmp_path) -> None:
    surroundings = {**os.environ, "CNNREEL_CACHE": str(tmp_path), "PYTHONPATH": str(RENDER.parent)}
    process = subprocess.Popen([sys.executable, "-c", EMPLOYER], env=surroundings, cwd=tmp_path, start_new_session=True)
    wait_for(process, tmp_path, "begun")
    process.kill()
    process.wait()
    killed = time.monotonic()
    while living(process.pid) and time.monotonic() - killed < 10:
        time.sleep(0.02)
    assert living(process.pid) == []


def kill_a_worker(process: subprocess.Popen[bytes], after: float) -> None:
    """Wait until there are workers, then for some seconds, and kill one of them."""
    while process.poll() is None and not workers_of(process):
        time.sleep(0.02)
    time.sleep(after)
    for worker in workers_of(process)[-1:]:
        os.kill(worker, signal.SIGKILL)


def workers_of(process: subprocess.Popen[bytes]) -> list[int]:
    """Return the processes that film: they are started by a process that has imported Manim."""
    return [grandchild for child in children(process.pid) for grandchild in children(child)]


@pytest.mark.slow
def test_when_a_worker_is_killed_the_clip_is_named_and_the_next_command_makes_the_same(undisturbed, tmp_path) -> None:
    expected, whole = undisturbed
    random, statuses = Random(2), []
    for moment in range(WORKERS_KILLED):
        process = begin(tmp_path, tmp_path / "out", f"cache-{moment}")
        kill_a_worker(process, random.uniform(0, 0.4) * whole if moment else 0.0)
        _, said = process.communicate(timeout=60)
        statuses.append(process.returncode)
        failed = b"the process that filmed it ended unexpectedly, with status -9." in said
        assert (process.returncode, b"Traceback" in said) == (int(failed), False), said
        check_whole(tmp_path / "out")
        assert list((tmp_path / "out").rglob(".*")) == []
    assert 1 in statuses
    check_completes(tmp_path, expected)
