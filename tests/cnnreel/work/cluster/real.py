from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from distributed import Client

from cnnreel.work.cache import Cache
from cnnreel.work.clip import Clip, Output
from scenes.specs import SceneSpec
from tests.cnnreel.own_scenes.brief import BriefSpec

HOUSE = Path(__file__).parents[4]
DASK = [sys.executable, "-P", "-m", "dask"]
WORKER = ["worker", "--nthreads", "1", "--no-nanny", "--no-dashboard"]
SOON = 0.1
PATIENCE = 30


class RealCluster:
    """A scheduler and its workers, processes as anyone would start them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.processes: list[subprocess.Popen[bytes]] = []
        self.start("scheduler", "--port", "0", "--no-dashboard", "--scheduler-file", str(folder / "scheduler.json"))
        with self.client() as client:
            self.address = client.scheduler.address

    def start(self, *command: str, path: Path = HOUSE) -> subprocess.Popen[bytes]:
        environment = {**os.environ, "PYTHONPATH": f"{path}:{HOUSE}", "TMPDIR": str(self.folder)}
        with (self.folder / "log").open("ab") as log:
            process = subprocess.Popen([*DASK, *command], env=environment, cwd=HOUSE, stdout=log, stderr=log)
        self.processes.append(process)
        return process

    def join(self, number: int, path: Path = HOUSE) -> list[subprocess.Popen[bytes]]:
        """Start some workers and wait for them."""
        with self.client() as client:
            wanted = len(client.nthreads()) + number
            started = [self.start(*WORKER, self.address, path=path) for _ in range(number)]
            client.wait_for_workers(wanted, timeout=PATIENCE)
        return started

    @contextmanager
    def client(self) -> Iterator[Client]:
        file = self.folder / "scheduler.json"
        deadline = time.monotonic() + PATIENCE
        while not file.is_file() and time.monotonic() < deadline:
            time.sleep(SOON)
        with Client(scheduler_file=str(file), timeout=PATIENCE, set_as_default=False) as client:
            yield client

    def kill_a_busy_worker(self) -> None:
        """Kill the process of a worker that has a task."""
        with self.client() as client:
            pids = client.run(os.getpid)
            os.kill(next(pids[worker] for worker, tasks in client.processing().items() if tasks), signal.SIGKILL)

    def close(self) -> None:
        for process in self.processes:
            process.kill()
            process.wait()


def clips_of(
    out: Path,
    number: int = 1,
    cache: Cache | None = None,
    spec: SceneSpec = BriefSpec(),  # noqa: B008 (frozen)
) -> list[Clip]:
    return [Clip(spec, f"clip-{one}", out, Output("low"), cache) for one in range(number)]


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
