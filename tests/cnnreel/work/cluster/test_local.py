from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest
from distributed import Client, Security

from cnnreel.work.cluster.connection import connected
from tests.cnnreel.processes import wait_until
from tests.cnnreel.work.cluster.real import HOUSE


def living(text: str) -> list[str]:
    """Return the command lines of processes that hold a text."""
    found = []
    for file in Path("/proc").glob("[0-9]*/environ"):
        with suppress(OSError):
            if text.encode() in file.read_bytes():
                found.append(file.with_name("cmdline").read_text())
    return found


def films_in(folder: Path) -> list[str]:
    """Return what films there are, below a folder in which others come and go."""
    return [file for _, _, files in os.walk(folder) for file in files if file.endswith(".mp4")]


@pytest.mark.slow
def test_a_cluster_on_this_machine_lets_nobody_else_in_and_serves_no_page() -> None:
    pytest.importorskip("cryptography")
    with connected(None, 1) as client:
        address = client.scheduler.address
        assert address.startswith("tls://127.0.0.1:")
        assert client.submit(sum, [1, 2]).result() == 3
        assert "dashboard" not in client.scheduler_info()["services"]
        with pytest.raises(OSError, match="TLS certificate does not match"):
            Client(address, security=Security.temporary(), timeout=2, set_as_default=False)
        with pytest.raises(OSError, match=r"closed|[Tt]imed out"):
            Client(address.replace("tls", "tcp"), timeout=2, set_as_default=False)


@pytest.mark.soak
def test_ctrl_c_ends_a_cluster_on_this_machine_and_leaves_nothing(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "tmp").mkdir()
    monkeypatch.setenv("TMPDIR", str(tmp_path / "tmp"))
    (tmp_path / "l.toml").write_text(
        '[look]\npace = "slow"\n' + '[[clip]]\nscene = "max-pool"\nx = "7 3; 3 8"\nquestion = false\n' * 4
    )
    options = ["-q", "high", "-o", tmp_path / "out", "--engine", "dask", "--workers", "2"]
    process = subprocess.Popen(
        [sys.executable, HOUSE / "render.py", "lesson", tmp_path / "l.toml", *options],
        stderr=subprocess.PIPE,
        start_new_session=True,
    )
    wait_until(lambda: films_in(tmp_path / "tmp") or process.poll() is not None)
    assert len(living(str(tmp_path))) >= 4
    os.killpg(process.pid, signal.SIGINT)
    _, said = process.communicate(timeout=30)
    assert (process.returncode, said.strip()) == (130, b"Stopped; nothing half-made is left.")
    wait_until(lambda: not living(str(tmp_path)))
    assert not (tmp_path / "out").exists()
    assert list((tmp_path / "tmp").iterdir()) == []
