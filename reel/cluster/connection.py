"""A client of a cluster: of one that is there, or of one that is started on this machine and ends with the block."""

from __future__ import annotations

import asyncio
import logging
import signal
import warnings
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from distributed import Client, LocalCluster, Security
from distributed.core import rpc

from cnn_core.errors import CnnreelError, InputError
from reel.cluster.likeness import Traits, check_alike, traits

__all__ = ["check_cluster", "connected"]

PATIENCE = 4
"""Seconds in which a scheduler must answer."""

LEAVING = 1
"""Seconds in which a worker process of ours must have ended before it is killed."""


@contextmanager
def connected(scheduler: str | None, workers: int) -> Iterator[Client]:
    """Give a client of the scheduler at an address, or of so many workers on this machine."""
    for logger in ("distributed", "distributed.client"):  # what goes wrong is said by us, in one sentence
        logging.getLogger(logger).setLevel(logging.CRITICAL)
    if scheduler is not None:
        with closing(client_of(scheduler)) as client:
            yield client
    else:
        with local_cluster(workers) as cluster, closing(Client(cluster, set_as_default=False)) as client:
            yield client


def client_of(scheduler: str) -> Client:
    """Connect to a scheduler.

    Raises
    ------
    InputError
        If that is no address.
    CnnreelError
        If nobody answers there, or nobody works there.
    """
    try:
        identity = asyncio.run(identity_of(scheduler))
    except ValueError as error:
        wanted = "an address such as tcp://scheduler:8786"
        raise InputError(f"--scheduler must be {wanted}, but it is {scheduler!r}.") from error
    except Exception as error:  # whatever it is that speaks there
        raise CnnreelError(f"no Dask scheduler answers at {scheduler}{f': {error}' if str(error) else ''}.") from error
    if not identity.get("workers"):
        raise CnnreelError(f"the scheduler at {scheduler} has no workers; start some: dask worker {scheduler}.")
    with warnings.catch_warnings(action="ignore"):  # about versions: we compare those that matter
        return Client(scheduler, timeout=PATIENCE, set_as_default=False)


async def identity_of(scheduler: str) -> dict[str, Any]:
    """Ask a scheduler who it is, for a client would not close before long where nobody answers."""
    async with (
        asyncio.timeout(PATIENCE),
        rpc(scheduler, connection_args=Security().get_connection_args("client")) as remote,
    ):
        return dict(await remote.identity())


@contextmanager
def local_cluster(workers: int) -> Iterator[LocalCluster]:
    """Give a scheduler in this process, and worker processes."""
    quiet = {"memory_limit": None, "dashboard_address": None, "silence_logs": logging.CRITICAL}
    before = signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGINT])  # what starts now inherits this for good:
    try:  # Ctrl-C is for this thread alone, and not before all workers are there to be sent home
        cluster = LocalCluster(n_workers=workers, threads_per_worker=1, **quiet)
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
    try:
        yield cluster
    finally:
        cluster.sync(dismiss, cluster)
        cluster.close()


async def dismiss(cluster: LocalCluster) -> None:
    """End all worker processes; one that is too busy to listen is killed."""
    await asyncio.gather(*(worker.close(timeout=LEAVING) for worker in cluster.workers.values()))


def check_cluster(client: Client, shared: Path | None) -> None:
    """Refuse a cluster that would not make the same films as this machine."""
    try:
        scheduler: Traits | Exception = client.run_on_scheduler(traits, None)
    except Exception as error:
        scheduler = error
    check_alike(traits(None), {"the scheduler": scheduler})
    check_alike(traits(shared), client.run(traits, shared, on_error="return"))
