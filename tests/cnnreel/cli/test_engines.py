from __future__ import annotations

import sys

import pytest

from cnn_core.errors import CnnreelError
from cnnreel.cli.engines import engine_of
from tests.cnnreel.commands import run


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--scheduler", "tcp://scheduler:8786"], "--scheduler goes with --engine dask, but the engine is local."),
        (["--shared", "."], "--shared goes with --engine dask, but the engine is local."),
        (
            ["--engine", "dask", "--workers", "2", "--scheduler", "tcp://scheduler:8786"],
            "--workers is for a cluster on this machine, but --scheduler names one that is there.",
        ),
    ],
)
def test_options_that_do_not_go_together_are_refused(tmp_path, options: list[str], message: str) -> None:
    (tmp_path / "l.toml").write_text('[[clip]]\nscene = "max-pool"\n')
    done = run("lesson", tmp_path / "l.toml", "-o", tmp_path / "out", *options)
    assert (done.exit_code, done.stdout, done.stderr) == (2, "", f"Error: {message}\n")
    assert not (tmp_path / "out").exists()


def test_without_the_extra_it_is_named(tmp_path, monkeypatch: pytest.MonkeyPatch) -> None:

    for module in [name for name in sys.modules if name.startswith("cnnreel.work.cluster.")]:
        monkeypatch.delitem(sys.modules, module)
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(
        CnnreelError, match=r"--engine dask needs the package distributed: .venv/bin/pip install -e '.\[dask\]'"
    ):
        engine_of("dask", None, None, None)
