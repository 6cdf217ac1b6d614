"""Runs the studio's server until it is stopped, or its last page has been closed."""

from __future__ import annotations

import socket
from functools import partial
from pathlib import Path

import uvicorn

from cnnreel.studio.guard import Door
from cnnreel.studio.server import Studio, app_of
from cnnreel.work.cache import Cache
from cnnreel.work.pool import kill_forkserver

__all__ = ["run_studio"]

_GRACE = 2
"""Seconds that requests have to end."""
_MOST_CONNECTIONS = 300


class _Server(uvicorn.Server):
    """A server that ends what its app is doing before it waits for open lines to be closed."""

    studio: Studio

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """End all work first."""
        await self.studio.close()
        await super().shutdown(sockets)


def run_studio(door: Door, line: socket.socket, folder: Path, kept: Cache | None, *, local: bool) -> None:
    """Serve at a socket that listens; a studio that is reached from elsewhere stays when nobody is there."""
    studio = Studio(door, folder, local=local, cache=kept)
    config = uvicorn.Config(
        app_of(studio),
        log_level="error",
        timeout_graceful_shutdown=_GRACE,
        limit_concurrency=_MOST_CONNECTIONS,
        server_header=False,
        proxy_headers=False,
    )
    server = _Server(config)
    server.studio = studio
    if local:
        studio.alone = partial(setattr, server, "should_exit", True)
    try:
        server.run(sockets=[line])
    finally:
        kill_forkserver()
