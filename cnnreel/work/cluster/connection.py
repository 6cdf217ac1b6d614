"""A client of a cluster, which has been found to be there, to have workers, and to be like this machine."""

from __future__ import annotations

import asyncio
import logging
import warnings
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any

from distributed import Client, Security
from distributed.core import rpc

from cnn_core.errors import CnnreelError, InputError
from cnnreel.work.cluster.likeness import Traits, check_alike, traits
from cnnreel.work.cluster.local import local_cluster

__all__ = ["check_cluster", "connected"]

_PATIENCE = 4
"""Seconds in which a scheduler must answer."""


@contextmanager
def connected(scheduler: str | None, workers: int) -> Iterator[Client]:
    """Give a client of the scheduler at an address, or of a cluster of so many workers on this machine."""
    for logger in ("distributed", "distributed.client"):  # what goes wrong is said by us, in one sentence
        logging.getLogger(logger).setLevel(logging.CRITICAL)
    with ExitStack() as stack:
        here = stack.enter_context(local_cluster(workers)) if scheduler is None else (scheduler, Security())
        yield stack.enter_context(closing(client_of(*here)))


def client_of(scheduler: str, security: Security) -> Client:
    """Connect to a scheduler.

    Raises
    ------
    InputError
        If that is no address.
    CnnreelError
        If nobody answers there, or nobody works there.
    """
    try:
        with ThreadPoolExecutor(1) as thread:  # of its own, for in a notebook an event loop runs in this one
            identity = thread.submit(asyncio.run, identity_of(scheduler, security)).result()
    except ValueError as error:
        wanted = "an address such as tcp://scheduler:8786"
        raise InputError(f"--scheduler must be {wanted}, but it is {scheduler!r}.") from error
    except Exception as error:  # whatever it is that speaks there
        raise CnnreelError(f"no Dask scheduler answers at {scheduler}{f': {error}' if str(error) else ''}.") from error
    if not identity.get("workers"):
        raise CnnreelError(f"the scheduler at {scheduler} has no workers; start some: dask worker {scheduler}.")
    with warnings.catch_warnings(action="ignore"):  # about versions: we compare those that matter
        return Client(scheduler, timeout=_PATIENCE, set_as_default=False, security=security)


async def identity_of(scheduler: str, security: Security) -> dict[str, Any]:
    """Ask a scheduler who it is, for a client would not close before long where nobody answers."""
    async with (
        asyncio.timeout(_PATIENCE),
        rpc(scheduler, connection_args=security.get_connection_args("client")) as remote,
    ):
        return dict(await remote.identity())


def check_cluster(client: Client, shared: Path | None) -> None:
    """Refuse a cluster that would not make the same films as this machine."""
    try:
        scheduler: Traits | Exception = client.run_on_scheduler(traits, None)
    except Exception as error:
        scheduler = error
    check_alike(traits(None), {"the scheduler": scheduler})
    check_alike(traits(shared), client.run(traits, shared, on_error="return"))
