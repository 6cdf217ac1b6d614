"""A renderer that is killed at any moment leaves nothing broken, and the next one completes."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from random import Random
from typing import Any

import av
import pytest

from cnnreel.cli.program import STOPPED
from cnnreel.film.record import sha256_of
from cnnreel.work.cache import Cache
from cnnreel.work.clip import Clip
from cnnreel.work.filming import film
from tests.cnnreel.commands import RENDER, WITH_OWN_SCENES
from tests.cnnreel.own_scenes.brief import BriefSpec
from tests.cnnreel.processes import children, ready, wait_for, wait_until, wait_until_gone

FEW_RENAMES = pytest.param(7, 100_000_000)
EACH_RENAME = [pytest.param(1, room, marks=pytest.mark.soak) for room in (100_000_000, None)]
"""At which renames a renderer dies, counted in steps, and how many bytes its cache may hold; `None` is no cache."""

MOMENTS = 50
PER_CACHE = 5
"""So many renderers share a cache before there is a fresh one, so that some find the clip there and others do not."""


def render(out: Path, cache: Path) -> None:
    film(BriefSpec(), out, quality="low", cache=Cache(cache, 100_000_000))


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
        if path.suffix == ".json" and not path.name.endswith(".film.json"):
            said = json.loads(path.read_text())["video"]
            assert sha256_of(path.with_name(said["file"])) == said["sha256"]


def render_up_to(step: int, out: Path, cache: Cache | None) -> None:
    """Film, but die at one of the renames, counted from 1."""
    left = [step]

    def or_die(rename: Callable[..., None], *places: Any) -> None:
        left[0] -= 1
        if left[0] == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        rename(*places)

    os.rename, os.replace = partial(or_die, os.rename), partial(or_die, os.replace)
    film(BriefSpec(), out, quality="low", cache=cache)


def killed_at(step: int, *given: Any) -> bool:
    """Film in a process that kills itself at one of its renames; tell whether it came so far."""
    process = ready().Process(target=render_up_to, args=(step, *given))
    process.start()
    process.join()
    assert process.exitcode in (0, -signal.SIGKILL)
    return process.exitcode != 0


def check_next_one_completes(out: Path, undisturbed: Path) -> None:
    """Check that the next film is as if nobody had been killed, and that nothing is left of those who were."""
    again = film(BriefSpec(), out, quality="low")
    assert {path.relative_to(out): path.read_bytes() for path in visible(out)} == {
        path.relative_to(undisturbed): path.read_bytes() for path in visible(undisturbed)
    }
    assert [path.name for path in out.iterdir()] == [again.folder.name]


@pytest.mark.slow
@pytest.mark.parametrize(("every", "room"), [FEW_RENAMES, *EACH_RENAME])
def test_a_renderer_killed_at_any_of_its_renames_leaves_nothing_broken(
    brief_clip: Clip, tmp_path, every: int, room: int | None
) -> None:
    cache, step = Cache(tmp_path / "cache", room) if room else None, 1
    while killed_at(step, tmp_path / "out", cache):
        check_whole(tmp_path / "out")
        step += every
    assert step > len(visible(brief_clip.folder))
    check_next_one_completes(tmp_path / "out", brief_clip.folder.parent)


@pytest.mark.soak
def test_fifty_renderers_killed_at_random_moments_leave_nothing_broken(brief_clip: Clip, tmp_path) -> None:
    random, out, longest, ended = Random(0), tmp_path / "out", 1.0, 0
    for moment in range(MOMENTS):
        arguments = (out, tmp_path / f"cache-{moment // PER_CACHE}")
        process = ready().Process(target=render, args=arguments)
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
    check_next_one_completes(out, brief_clip.folder.parent)


LESSON = """
[[clip]]
scene = "brief"
[[clip]]
scene = "brief"
question = true
"""

COMMANDS_KILLED = 6
COMMANDS_STOPPED = 5
WORKERS_KILLED = 4


def begin(folder: Path, out: Path, cache: str) -> subprocess.Popen[bytes]:
    """Begin to film a lesson of two short clips in a process group of its own."""
    (folder / "l.toml").write_text(LESSON)
    command = [sys.executable, RENDER, "lesson", folder / "l.toml", "-q", "low", "--workers", "2", "-o", out]
    surroundings = {**os.environ, **WITH_OWN_SCENES, "CNNREEL_CACHE": str(folder / cache)}
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
    assert sorted(path.name for path in (folder / "out/l").iterdir() if path.is_dir()) == ["brief", "brief-2", "page"]


def begun(process: subprocess.Popen[bytes]) -> None:
    """Wait until a command imports what its workers need, or has ended."""
    wait_until(lambda: children(process.pid) or process.poll() is not None)


@pytest.mark.slow
def test_ctrl_c_while_workers_import_is_one_sentence(tmp_path) -> None:
    process = begin(tmp_path, tmp_path / "out", "cache")
    begun(process)
    check_stopped(process, tmp_path)
    assert process.returncode == STOPPED


def check_stopped(process: subprocess.Popen[bytes], folder: Path) -> None:
    """Press Ctrl-C, and check that there is one sentence, and nothing half-made."""
    os.killpg(process.pid, signal.SIGINT)
    _, said = process.communicate(timeout=60)
    assert said.strip() == (b"Stopped; nothing half-made is left." if process.returncode == STOPPED else b"")
    assert not (folder / "out").exists() or list((folder / "out").rglob(".*")) == []
    check_whole(folder / "out")


@pytest.mark.soak
def test_ctrl_c_at_any_moment_is_one_sentence(undisturbed, tmp_path) -> None:
    expected, whole = undisturbed
    random = Random(3)
    for moment in range(COMMANDS_STOPPED):
        process = begin(tmp_path, tmp_path / "out", f"cache-{moment}")
        begun(process)
        time.sleep(random.uniform(0, 0.7) * whole)
        check_stopped(process, tmp_path)
    check_completes(tmp_path, expected)


@pytest.mark.soak
def test_when_the_command_is_killed_its_workers_end_and_the_next_one_makes_the_same(undisturbed, tmp_path) -> None:
    expected, whole = undisturbed
    random = Random(1)
    for moment in range(COMMANDS_KILLED):
        process = begin(tmp_path, tmp_path / "out", f"cache-{moment}")
        time.sleep(random.uniform(0.2, 0.9) * whole)
        process.kill()
        _, said = process.communicate(timeout=60)  # ends when nobody can write there any more
        wait_until_gone(process.pid)  # what is importing Manim does that first
        assert b"BrokenPipe" not in said
        check_whole(tmp_path / "out")
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


SILENT = "import time; open('begun', 'w'); time.sleep(3600)"
COMMAND = f"""
import cnnreel.cli.program, click
from cnnreel.work.pool import Job, Pool, Task

@click.command(cls=cnnreel.cli.program.Program)
def main(): ...

def wait(_):
    with Pool(1) as pool:
        pool.run([Task(Job(exec, ({SILENT!r},)), 0.0, lambda _: None)])

main.invoke = wait
main.main(["now"])
"""


@pytest.fixture
def silent(tmp_path) -> subprocess.Popen[bytes]:
    """Begin a command whose worker says nothing for an hour."""
    surroundings = {**os.environ, "PYTHONPATH": str(RENDER.parent)}
    process = subprocess.Popen(
        [sys.executable, "-c", COMMAND], env=surroundings, cwd=tmp_path, stderr=subprocess.PIPE, start_new_session=True
    )
    wait_for(process, tmp_path, "begun")
    return process


@pytest.mark.soak
def test_a_worker_that_says_nothing_ends_with_the_command_that_is_killed(silent) -> None:
    silent.kill()
    silent.communicate(timeout=60)  # ends when nobody can write there any more
    wait_until_gone(silent.pid)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("sent", "status", "sentence"),
    [
        (signal.SIGINT, STOPPED, b"Stopped; nothing half-made is left."),
        pytest.param(signal.SIGTERM, 143, b"", marks=pytest.mark.soak),
    ],
)
def test_a_worker_that_says_nothing_ends_with_the_command_that_is_stopped(
    silent, tmp_path, sent, status, sentence
) -> None:
    os.killpg(silent.pid, sent) if sent == signal.SIGINT else silent.send_signal(sent)
    _, said = silent.communicate(timeout=60)
    assert (silent.returncode, said.strip()) == (status, sentence)
    wait_until_gone(silent.pid)


def workers_of(process: subprocess.Popen[bytes]) -> list[int]:
    """Return the processes that film: they are started by a process that has imported Manim."""
    return [grandchild for child in children(process.pid) for grandchild in children(child)]


def lose_a_worker(folder: Path, cache: str, after: float) -> bool:
    """Film while a worker is killed some seconds after there is one; tell whether a clip was lost with it."""
    process = begin(folder, folder / "out", cache)
    wait_until(lambda: workers_of(process) or process.poll() is not None)
    time.sleep(after)
    for worker in workers_of(process)[-1:]:
        os.kill(worker, signal.SIGKILL)
    _, said = process.communicate(timeout=120)
    failed = b"the process that filmed it ended unexpectedly; perhaps memory ran out." in said
    assert (process.returncode, b"Traceback" in said) == (int(failed), False), said
    check_whole(folder / "out")
    assert list((folder / "out").rglob(".*")) == []
    return failed


@pytest.mark.slow
def test_when_a_worker_is_killed_the_clip_is_named_and_nothing_half_made_is_left(tmp_path) -> None:
    assert lose_a_worker(tmp_path, "cache", 0.0)


@pytest.mark.soak
def test_whenever_a_worker_is_killed_the_next_command_makes_the_same(undisturbed, tmp_path) -> None:
    expected, whole = undisturbed
    random = Random(2)
    for moment in range(WORKERS_KILLED):
        lose_a_worker(tmp_path, f"cache-{moment}", random.uniform(0, 0.4) * whole)
    check_completes(tmp_path, expected)
