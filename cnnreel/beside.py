"""Makes sure that `scenes` and `cnn_core` are the packages beside this one; every room imports it first.

Python looks into the working directory first, where users have folders with such names.
docs/decisions/1003-names-that-users-have.md says why it is done here.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec, PathFinder
from pathlib import Path
from types import ModuleType

__all__ = ["HOME", "OURS"]

HOME = Path(__file__).resolve().parents[1]
OURS = ("cnn_core", "scenes")


class Beside(MetaPathFinder):
    """Finds our packages beside this one, before anything else is asked."""

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """Return where one of our packages is; nothing for all other names."""
        return PathFinder.find_spec(fullname, [str(HOME)]) if fullname in OURS else None


def check_loaded() -> None:
    """Refuse to go on where a package of one of our names, but not ours, has been imported already."""
    for name in OURS:
        loaded = sys.modules.get(name)
        where = [Path(folder).resolve() for folder in getattr(loaded, "__path__", ())]
        if loaded is not None and HOME / name not in where:
            found = where[0] if where else getattr(loaded, "__file__", "elsewhere")
            raise ImportError(
                f"cnnreel needs its own package {name}, but {found} was imported under this name before: "
                "import cnnreel in a process that has not imported it, or give it another name."
            )


check_loaded()
sys.meta_path.insert(0, Beside())
