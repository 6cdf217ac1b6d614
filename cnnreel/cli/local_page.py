"""`studio`: the page on which films are made without programming."""

from __future__ import annotations

import os
import secrets
import socket
import sys
import threading
import webbrowser
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit

import click
import platformdirs

from cnn_core.errors import CnnreelError, InputError
from cnnreel.cli.program import ExampleCommand
from cnnreel.here import installing
from cnnreel.work.cache import Cache
from cnnreel.work.files import staging

# The server is an extra, and is loaded when it is started.
# ruff: noqa: PLC0415

__all__ = ["studio"]

_HERE = "127.0.0.1"
_PORT = 8765
_TOKEN = "CNNREEL_STUDIO_TOKEN"


@click.command(cls=ExampleCommand, example="--port 9000")
@click.option("--port", type=click.IntRange(0, 65535), help=f"Port; {_PORT}, or a free one where that is taken.")
@click.option("--open/--no-open", "opening", default=None, help="Open the page in a browser, or do not; it is opened.")
@click.option("--host", default=_HERE, show_default=True, help="Where to listen; 0.0.0.0 lets other computers in.")
@click.option("--address", metavar="URL", help="Where browsers find it, where that is elsewhere: behind a proxy.")
def studio(port: int | None, opening: bool | None, host: str, address: str | None) -> None:
    """Open a page on which films are made without programming.

    It listens to this computer alone, and ends with Ctrl-C or when its last page has been closed. For a class,
    give --host and --address; CNNREEL_STUDIO_TOKEN keeps the link the same.
    """
    try:
        from cnnreel.studio.guard import Door
        from cnnreel.studio.running import run_studio
    except ModuleNotFoundError as error:
        raise CnnreelError(f"studio needs {error.name}, which is not installed: {installing('studio')}.") from error
    local = host in (_HERE, "localhost")
    with _listening(host, port) as line, staging(_folder()) as folder:
        origins = tuple(_origins(line.getsockname()[1], address))
        door = Door(origins, os.environ.get(_TOKEN) or secrets.token_urlsafe())
        if not local:
            click.echo(f"Other computers can reach this studio at {host}: whoever has the link can use it.", err=True)
        click.echo(f"The studio is at {door.link}\nCtrl-C ends it.", err=True)
        if opening or (opening is None and local and sys.stderr.isatty()):
            threading.Timer(0.5, webbrowser.open, [door.link]).start()
        run_studio(door, line, folder, Cache.of_user(), local=local)
    click.echo("The studio has ended; nothing is left running.", err=True)


def _listening(host: str, port: int | None) -> socket.socket:
    """Return a socket that listens; where no port was asked for and the usual one is taken, at a free one."""
    _check_host(host)
    for candidate in (_PORT, 0) if port is None else (port,):
        try:
            return socket.create_server((host, candidate))
        except OSError as error:
            refusal = error
    raise InputError(f"--port must be free at {host}, but {port} is not: {refusal.strerror}.") from refusal


def _check_host(host: str) -> None:
    """Refuse where this computer cannot listen, so that no port is blamed for it."""
    try:
        if not host:
            raise OSError
        socket.create_server((host, 0)).close()
    except (OSError, UnicodeError) as error:
        raise InputError(f"--host must be an IPv4 address or a name of this computer, but it is {host!r}.") from error


def _origins(port: int, address: str | None) -> Iterator[str]:
    """Give the addresses under which browsers may come, the one that is printed first."""
    if address is not None:
        yield _origin_of(address)
    yield from (f"http://{name}:{port}" for name in (_HERE, "localhost"))


def _origin_of(address: str) -> str:
    with suppress(ValueError):  # of brackets without an end, and of ports that are none
        parts = urlsplit(address)
        if parts.scheme in ("http", "https") and parts.hostname and parts.port != 0 and not parts.path.strip("/"):
            return f"{parts.scheme}://{parts.netloc}"
    raise InputError(f"--address must be like https://studio.example.org, but it is {address!r}.")


def _folder() -> Path:
    """Return where the studio keeps what it makes while it runs."""
    return Path(os.environ.get("CNNREEL_CACHE") or platformdirs.user_cache_dir("cnnreel")) / "studio"
