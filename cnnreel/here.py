"""How cnnreel came to this machine, and so what its messages tell people to type."""

from __future__ import annotations

import sys
from pathlib import Path

from cnnreel.beside import HOME

__all__ = ["installing", "program", "repairing"]


def program() -> str:
    """Return what the running program was called with: `cnnreel`, or `python render.py` in a clone."""
    return "python render.py" if Path(sys.argv[0]).name == "render.py" else "cnnreel"


def installing(extra: str) -> str:
    """Return the command that installs what an extra needs."""
    return f".venv/bin/pip install -e '.[{extra}]'" if _is_clone() else f'pip install "cnnreel[{extra}]"'


def repairing(package: str) -> str:
    """Return the command that installs a package again that cnnreel needs."""
    return "make setup" if _is_clone() else f"pip install --force-reinstall {package}"


def _is_clone() -> bool:
    return (HOME / "pyproject.toml").is_file()
