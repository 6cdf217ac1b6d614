"""Imports point down only: render.py -> cnnreel -> scenes -> cnn_core."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections import Counter
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from scenes.catalog import SCENES

HOUSE = Path(__file__).parents[1]
FLOORS = ("cnn_core", "scenes", "cnnreel", "render")
FILES = sorted([HOUSE / "render.py", *(file for floor in FLOORS for file in (HOUSE / floor).rglob("*.py"))])
WITH_TORCH = {"cnn_core/model.py", "cnn_core/recording.py", "cnn_core/torch_reader.py", "cnn_core/training.py"}
DRAWING = {
    "camera",
    "actors",
    "engine",
    "filming",
    "looks",
    "motion",
    "paths",
    "picture_actors",
    "recorder",
    "segments",
    "stills",
    "takes",
}
"""What of `cnnreel` drives the renderer or looks like the films, and so may load Manim."""
FOR_MANIM = {"max_pool": "pooling", "avg_pool": "pooling"}
"""Files that give a scene to Manim's own command, and where that scene is."""


@cache
def imported(file: Path) -> tuple[str, ...]:
    """Return the full name of everything that a file imports, wherever in it."""
    found: list[str] = []
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found += (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file} imports relatively"
            found += (f"{node.module}.{name.name}" for name in node.names)
    return tuple(found)


def place(file: Path) -> str:
    return file.relative_to(HOUSE).as_posix()


def floor(file: Path) -> str:
    return file.relative_to(HOUSE).parts[0].removesuffix(".py")


def importing(files: Iterable[Path], packages: Iterable[str]) -> list[tuple[str, str]]:
    """Return which file imports what of these packages."""
    return [(place(file), name) for file in files for name in imported(file) if name.split(".")[0] in packages]


def test_imports_point_down() -> None:
    assert len(FILES) > 300
    for below, name in enumerate(FLOORS):
        assert importing((file for file in FILES if floor(file) == name), FLOORS[below + 1 :]) == []


def test_torch_stays_where_nets_are_trained() -> None:
    assert importing((file for file in FILES if place(file) not in WITH_TORCH), ["torch"]) == []


def test_numbers_know_nothing_of_films_or_commands() -> None:
    files = (file for file in FILES if floor(file) == "cnn_core")
    assert importing(files, ["manim", "click", "av", "rich", "pydantic"]) == []


def test_manim_is_loaded_only_by_what_draws() -> None:
    assert importing((file for file in FILES if floor(file) != "scenes" and file.stem not in DRAWING), ["manim"]) == []


def names_of(file: Path) -> list[str]:
    """Return what a file defines for others, at module level."""
    found: list[str] = []
    for node in ast.parse(file.read_text(encoding="utf-8")).body:
        match node:
            case ast.FunctionDef(name=name) | ast.ClassDef(name=name):
                found.append(name)
            case ast.Assign(targets=targets):
                found += (target.id for target in targets if isinstance(target, ast.Name))
            case ast.AnnAssign(target=ast.Name(id=name)):
                found.append(name)
    return [name for name in found if not name.startswith("_")]


def test_a_name_stands_for_one_thing() -> None:
    known = Counter(name for file in FILES for name in names_of(file))
    assert [name for name, count in known.items() if count > 1 and name not in TOLD_APART_BY_MODULE] == []


TOLD_APART_BY_MODULE = {
    "main",  # of a program
    "write",  # of an export, which `cnnreel.play.exports` finds by its name
}


def test_a_scene_is_imported_by_nothing_but_its_own_files() -> None:
    scenes = {spec.__module__ for spec in SCENES.values()}
    for file in (file for file in FILES if floor(file) == "scenes"):
        first = file.relative_to(HOUSE / "scenes").parts[0].removesuffix(".py")
        parents = {name.rpartition(".")[0].removesuffix(".scene") for name in imported(file)}
        assert (place(file), parents & scenes - {f"scenes.{FOR_MANIM.get(first, first)}"}) == (place(file), set())


LOOK = """
import sys
from contextlib import suppress
import cnnreel.cli.main as cli
for command in ["--help"], ["list"], ["inspect", "max-pool"], ["scene", "max-pool", "--help"]:
    with suppress(SystemExit):
        cli.main(command)
    print("loaded:", *sorted({"manim", "torch", "rich"} & set(sys.modules)))
"""


def test_answers_that_need_no_film_load_neither_manim_nor_torch_nor_rich() -> None:
    done = subprocess.run([sys.executable, "-c", LOOK], cwd=HOUSE, capture_output=True, text=True, check=True)
    assert [line for line in done.stdout.splitlines() if line.startswith("loaded:")] == 4 * ["loaded:"]
