"""`studio` on the command line: what it prints, and what it refuses before it listens."""

from __future__ import annotations

import socket
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

from cnnreel.studio import running
from tests.cnnreel.commands import run


@pytest.fixture
def ran(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> list[Any]:
    """Run no server, and remember how one would have been run."""
    calls: list[Any] = []
    monkeypatch.setenv("CNNREEL_CACHE", str(tmp_path))

    def run_studio(door: Any, line: socket.socket, folder: Path, *_: Any, local: bool) -> None:
        calls.append((door, line.getsockname()[0], folder, local))

    monkeypatch.setattr(running, "run_studio", run_studio)
    return calls


def studio(*command: str) -> Result:
    return run("studio", "--no-open", *command)


def test_it_prints_a_link_to_this_computer_that_holds_a_token(ran: list[Any], tmp_path: Path) -> None:
    done = studio("--port", "0")
    door, host, folder, local = ran[0]
    assert (done.exit_code, local, host) == (0, True, "127.0.0.1")
    assert f"The studio is at {door.link}\n" in done.stderr
    assert len(door.token) > 30
    assert list((tmp_path / "studio").glob("*")) == []  # what it kept there is gone
    assert folder.parent == tmp_path / "studio"


def test_letting_others_in_is_said_aloud(ran: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CNNREEL_STUDIO_TOKEN", "a-word")
    done = studio("--port", "0", "--host", "0.0.0.0", "--address", "https://studio.example.org/")
    door, *_, local = ran[0]
    assert "Other computers can reach this studio" in done.stderr
    assert (local, door.link) == (False, "https://studio.example.org/?token=a-word")


def test_a_port_that_is_taken_is_refused_where_it_was_asked_for(ran: list[Any]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = str(other.getsockname()[1])
        done = studio("--port", port)
    assert done.exit_code == 2
    assert done.stderr.startswith(f"Error: --port must be free at 127.0.0.1, but {port} is not")
    assert ran == []


@pytest.mark.parametrize("host", ["", "no.such.host.invalid", f"{'a' * 70}.org", "192.0.2.1"])
def test_a_host_that_is_none_of_this_computer_is_refused(ran: list[Any], host: str) -> None:
    done = studio("--port", "0", "--host", host)
    assert (done.exit_code, ran) == (2, [])
    sentence = f"Error: --host must be an IPv4 address or a name of this computer, but it is {host!r}.\n"
    assert done.stderr == sentence


@pytest.mark.parametrize(
    "address",
    [
        *("studio.example.org", "ftp://a.org", "https://a.org/below", "https://"),
        *("http://[::1", "http://a.org:99999", "https://:443"),
    ],
)
def test_an_address_that_is_none_is_refused(ran: list[Any], address: str) -> None:
    done = studio("--port", "0", "--address", address)
    assert (done.exit_code, "--address must be like https://" in done.stderr, ran) == (2, True, [])


def test_without_the_extra_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "cnnreel.studio.guard")
    monkeypatch.setitem(sys.modules, "starlette.datastructures", None)
    done = studio("--port", "0")
    assert (done.exit_code, "pip install -e '.[studio]'" in done.stderr) == (1, True)
