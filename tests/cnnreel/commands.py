"""Commands as they are typed: run by this process, or by one of their own where that is what matters."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from click.testing import CliRunner, Result

from cnnreel.cli.main import main

__all__ = ["RENDER", "WITH_OWN_SCENES", "in_a_process", "run"]

RENDER = Path(__file__).parents[2] / "render.py"
WITH_OWN_SCENES = {"CNNREEL_SCENES": str(Path(__file__).parent / "own_scenes")}
"""The environment of a program that films scenes of ours, too."""


def run(*command: object) -> Result:
    """Run a command; its films are made by workers that the tests of this process share."""
    return CliRunner().invoke(main, [str(part) for part in command], prog_name="render.py")


def in_a_process(*command: object, **options: object) -> subprocess.CompletedProcess[str]:
    """Run a command as a person does, in about three seconds more."""
    given = [sys.executable, str(RENDER), *(str(part) for part in command)]
    return subprocess.run(given, capture_output=True, text=True, check=False, **options)  # type: ignore[call-overload]
