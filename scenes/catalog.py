"""Everything that can be filmed: the specs in the files of this package, and of the folders that belong to it."""

from __future__ import annotations

import difflib
import importlib
import pkgutil
import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path

import scenes
from cnn_core.errors import InputError
from scenes.specs import SceneSpec

__all__ = ["SCENES", "Catalog", "find"]

ORDER = (
    "title",
    "conv2d",
    "max-pool",
    "avg-pool",
    "relu",
    "leaky-relu",
    "sigmoid",
    "tanh",
    "batch-norm",
    "softmax",
    "flatten",
    "linear",
    "digit",
    "mistake",
    "softmax-cross-entropy",
    "linear-backward",
    "max-pool-backward",
    "avg-pool-backward",
    "relu-backward",
    "leaky-relu-backward",
    "sigmoid-backward",
    "tanh-backward",
    "batch-norm-backward",
    "conv2d-backward",
)
"""Scenes that are listed first; the others follow by name."""

NAMES_A_SCENE = re.compile(r"^    name\b.*= [\"']", re.MULTILINE)
"""What stands in the source of every scene's file. Others are not imported, for most of them need Manim."""


class Catalog(Mapping[str, type[SceneSpec]]):
    """Specs by the names of their scenes; they are looked for when the first one is asked for.

    Parameters
    ----------
    folders
        Where scenes' files are: modules or packages of `scenes`.
    """

    def __init__(self, folders: Sequence[str]) -> None:
        self.folders = folders

    def __getitem__(self, name: str) -> type[SceneSpec]:
        return self._specs[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._specs)

    def __len__(self) -> int:
        return len(self._specs)

    @cached_property
    def _specs(self) -> dict[str, type[SceneSpec]]:
        found: dict[str, type[SceneSpec]] = {}
        for file, module in self._files().items():
            for spec in specs_in(file, module):
                if spec.name in found:
                    raise InputError(f"a scene's name must be its own, but {spec.name} is in {file} and elsewhere.")
                found[spec.name] = spec
        return {name: found[name] for name in (*filter(found.get, ORDER), *sorted(found.keys() - set(ORDER)))}

    def _files(self) -> dict[Path, str]:
        """Return the file of each module of each folder, and the module's name."""
        modules: dict[str, Path] = {}
        for folder in self.folders:
            for info in pkgutil.iter_modules([folder]):
                file = Path(folder) / info.name / "__init__.py" if info.ispkg else Path(folder) / f"{info.name}.py"
                if info.name in modules:
                    raise InputError(f"a scene's file must have a name of its own, but {file} is called like another.")
                modules[info.name] = file
        return {file: f"scenes.{name}" for name, file in modules.items()}


def specs_in(file: Path, module: str) -> Iterator[type[SceneSpec]]:
    if not NAMES_A_SCENE.search(file.read_text(encoding="utf-8")):
        return
    try:
        members = vars(importlib.import_module(module)).values()
    except Exception as error:
        raise InputError(f"{file} cannot be read as a scene: {type(error).__name__}: {error}.") from error
    for one in members:
        if isinstance(one, type) and issubclass(one, SceneSpec) and one.__module__ == module and "name" in vars(one):
            yield one


SCENES = Catalog(scenes.__path__)


def find(name: str) -> type[SceneSpec]:
    """Return the spec of a scene.

    Raises
    ------
    InputError
        If there is no such scene; says which there are, and which was probably meant.
    """
    if name in SCENES:
        return SCENES[name]
    near = difflib.get_close_matches(name, SCENES, n=1)
    hint = f" Did you mean {near[0]}?" if near else ""
    raise InputError(f"scene must be one of {', '.join(SCENES)}, but it is {name!r}.{hint}")
