"""A cluster on this machine: `local_cluster` starts this module as a process, which starts scheduler and workers."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from tempfile import TemporaryDirectory

from distributed import LocalCluster

from cnn_core.errors import CnnreelError

__all__ = ["local_cluster"]


@contextmanager
def local_cluster(workers: int) -> Iterator[str]:
    """Give the address of a scheduler that has so many worker processes; all of them end with the block.

    They are a session of their own, for a terminal sends Ctrl-C to every process of ours.
    """
    with TemporaryDirectory(prefix="cnnreel-", ignore_cleanup_errors=True) as folder:
        process = subprocess.Popen(
            [sys.executable, "-P", "-m", __name__, str(workers)],
            env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "TMPDIR": folder},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            text=True,
        )
        with process:
            try:
                yield address_from(process)
            finally:
                os.killpg(process.pid, signal.SIGKILL)


def address_from(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    address = process.stdout.readline().strip()
    if not address:
        raise CnnreelError("Dask could not start a cluster on this machine.")
    return address


def main() -> None:
    """Be the cluster, until whoever started us has gone."""
    with LocalCluster(
        n_workers=int(sys.argv[1]),
        threads_per_worker=1,
        memory_limit=None,
        dashboard_address=None,
        scheduler_kwargs={"allowed_failures": 1},
    ) as cluster:
        print(cluster.scheduler_address, flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main()
