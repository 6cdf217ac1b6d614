"""Processes as Linux describes them, and some to film in."""

from __future__ import annotations

import multiprocessing
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

from cnnreel.work.scheduler import PRELOAD


def ready() -> Any:
    """Return what starts processes that have Manim already."""
    found = multiprocessing.get_context("forkserver")
    found.set_forkserver_preload(list(PRELOAD))
    return found


def described() -> Iterator[tuple[int, int]]:
    """Give number and group of each process that has not ended."""
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):  # it may end while we look
            state, _, group = stat.read_text().rpartition(")")[2].split()[:3]
            if state != "Z":
                yield int(stat.parent.name), int(group)


def living(group: int) -> list[int]:
    """Return the processes of a group."""
    return [process for process, its_group in described() if its_group == group]


def children(parent: int) -> list[int]:
    """Return the processes that a process has started."""
    with suppress(OSError):  # it may end while we look
        found = [thread.read_text() for thread in Path(f"/proc/{parent}/task").glob("*/children")]
        return [int(child) for child in " ".join(found).split()]
    return []


def wait_until(done: Callable[[], object], seconds: float = 180) -> None:
    """Wait until something is so; give up after three minutes, for then it never will be."""
    deadline = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < deadline, "this never came"
        time.sleep(0.01)


def wait_until_gone(group: int) -> None:
    """Wait until no process of a group is left."""
    wait_until(lambda: not living(group))


def found_in(folder: Path, pattern: str) -> list[Path]:
    """Return what is there, in a folder in which others come and go."""
    try:
        return list(folder.glob(pattern))
    except FileNotFoundError:
        return []


def wait_for(process: subprocess.Popen[bytes], folder: Path, pattern: str) -> None:
    """Wait until there is such a file, or the process has ended."""
    wait_until(lambda: found_in(folder, pattern) or process.poll() is not None)
