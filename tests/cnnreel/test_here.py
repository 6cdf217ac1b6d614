"""Messages name commands that fit how cnnreel came to this machine."""

from __future__ import annotations

import pytest

from cnnreel import here


@pytest.mark.parametrize(
    ("started", "said"),
    [
        ("/home/ada/.venv/bin/cnnreel", "cnnreel"),
        ("render.py", "python render.py"),
        ("clone/render.py", "python render.py"),
        ("ipykernel_launcher.py", "cnnreel"),
    ],
)
def test_a_program_is_called_as_it_was_started(monkeypatch, started: str, said: str) -> None:
    monkeypatch.setattr("sys.argv", [started, "scene"])
    assert here.program() == said


def test_in_a_clone_extras_go_into_its_environment_and_stay_editable() -> None:
    assert here.installing("studio") == ".venv/bin/pip install -e '.[studio]'"
    assert here.repairing("av") == "make setup"


def test_elsewhere_they_are_installed_as_people_do(monkeypatch, tmp_path) -> None:
    monkeypatch.setattr(here, "HOME", tmp_path)
    assert here.installing("studio") == 'pip install "cnnreel[studio]"'
    assert here.repairing("av") == "pip install --force-reinstall av"
