"""Read a lesson file: which clips, in which order, and how they look."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cnn_core.errors import InputError
from cnn_core.reading.grids import FileSource
from cnn_core.reading.quoting import escaped
from cnnreel.work.files import check_name
from cnnreel.work.limits import LESSON_CLIPS
from scenes import catalog
from scenes.specs import SceneSpec

__all__ = ["Lesson", "PlannedClip", "read_lesson"]

_SHIPPED = Path(__file__).parents[1] / "lessons"
"""Lessons that come with cnnreel."""
MOST_BYTES = 1_000_000
MOST_NESTED = 12
"""Brackets within brackets, and parts of a dotted key: what these cost grows with their square."""
STRINGS = re.compile(r'"""(?:[^\\]|\\.)*?"""|\'\'\'.*?\'\'\'|"(?:[^"\\\n]|\\.)*"|\'[^\'\n]*\'|#[^\n]*', re.DOTALL)
DOTTED = re.compile(rf"(?:[^\s.=,\[\]{{}}]+[ \t]*\.[ \t]*){{{MOST_NESTED}}}")
LOOK = ("theme", "ratio", "pace", "language")
OF_ALL_CLIPS = ("ratio", "language")
"""What the clips of a lesson have in common, as they are joined into one film."""


@dataclass(frozen=True)
class PlannedClip:
    """A clip of a lesson that is to be filmed; its spec has been checked."""

    name: str
    chapter: str
    spec: SceneSpec


@dataclass(frozen=True)
class Lesson:
    """A lesson as its file describes it; `name` is the file's, without its ending."""

    name: str
    title: str
    clips: tuple[PlannedClip, ...]


def read_lesson(path: Path) -> Lesson:
    """Read a lesson file and check everything in it; a name alone is that of a lesson that comes with cnnreel.

    Raises
    ------
    InputError
        With one sentence that names the file, and where it can, the clip's number and the key.
    """
    shipped = _SHIPPED / f"{path}.toml"
    path = shipped if len(path.parts) == 1 and shipped.is_file() and not path.exists() else path
    try:
        return as_lesson(path, _load(path))
    except InputError as error:
        raise InputError(f"{path.name}: {error}") from error


def _load(path: Path) -> dict[str, Any]:
    try:
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
        if len(data) > MOST_BYTES:
            raise InputError(f"a lesson file must be at most {MOST_BYTES:,} bytes, but this one is larger.")
        text = data.decode("utf-8")
        check_nesting(text)
        return tomllib.loads(text)
    except OSError as error:
        names = ", ".join(sorted(file.stem for file in _SHIPPED.glob("*.toml")))
        raise InputError(f"a lesson must be a file, or one of {names}, but: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        raise InputError(f"a lesson file must be UTF-8 text, but byte {error.start} of it is not.") from error
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise InputError(f"a lesson file must be TOML, but it is not: {error}.") from error


def check_nesting(text: str) -> None:
    """Refuse what is nested so deeply that to parse it would take more memory than there is."""
    bare = STRINGS.sub("_", text)
    depth = deepest = 0
    for bracket in re.findall(r"[\[\]{}]", bare):
        depth = max(0, depth + (1 if bracket in "[{" else -1))
        deepest = max(deepest, depth)
    if deepest > MOST_NESTED or DOTTED.search(bare):
        what = "brackets" if deepest > MOST_NESTED else "dots in a key"
        raise InputError(f"a lesson file must be nested at most {MOST_NESTED} deep, but this one has more {what}.")


def as_lesson(path: Path, given: Mapping[str, Any]) -> Lesson:
    check_keys("a lesson", given, ("title", "look", "clip"))
    name = check_name("the lesson file's name, which becomes a folder's,", path.stem)
    clips = given.get("clip", [])
    if not isinstance(clips, list) or not clips or not all(isinstance(clip, dict) for clip in clips):
        raise InputError('a lesson must have clips, each below a line "[[clip]]", but it has none.')
    LESSON_CLIPS.check(len(clips))
    look = _table("look", given.get("look", {}))
    check_keys("look", look, LOOK)
    planned = [planned_clip(number, clip, look, path.parent) for number, clip in enumerate(clips, 1)]
    check_apart(name, planned)
    return Lesson(name, text("title", given.get("title", name)), tuple(with_own_names(planned)))


def planned_clip(number: int, given: Mapping[str, Any], look: Mapping[str, Any], folder: Path) -> PlannedClip:
    """Check one clip; what it says of its look goes before what the lesson says."""
    try:
        kind = catalog.find(text("scene", given.get("scene", "")))
        own = {key: value for key, value in given.items() if key not in ("scene", "name", "chapter")}
        for key in OF_ALL_CLIPS:
            if key in own:
                raise InputError(f"{key} must stand below [look], for a lesson's clips are joined into one film.")
        spec = kind.build({key: beside(folder, value) for key, value in {**look, **own}.items()})
        name = check_name("name", text("name", given.get("name", kind.name)))
        return PlannedClip(name, text("chapter", given.get("chapter", name)), spec)
    except InputError as error:
        raise InputError(f"clip {number}: {error}") from error


def check_apart(lesson: str, clips: Sequence[PlannedClip]) -> None:
    """Refuse clips whose folders would meet: those of other clips, on systems that do not tell cases, or files."""
    spelt: dict[str, str] = {}
    for number, clip in enumerate(clips, 1):
        other = spelt.setdefault(clip.name.lower(), clip.name)
        if other != clip.name:
            raise InputError(
                f"clip {number}: name must differ from others by more than case, but it is {clip.name!r}, "
                f"and there is {other!r}."
            )
        if clip.name.lower() == "index.html" or clip.name.lower().startswith(f"{lesson}.".lower()):
            raise InputError(f"clip {number}: name must not be one of the lesson's own files, but it is {clip.name!r}.")


def with_own_names(clips: list[PlannedClip]) -> list[PlannedClip]:
    """Give each clip a name, and so a folder, of its own: `max-pool`, `max-pool-2`."""
    taken: set[str] = set()
    named = []
    for clip in clips:
        name, number = clip.name, 1
        while name in taken:
            number += 1
            name = f"{clip.name}-{number}"
        taken.add(name)
        named.append(PlannedClip(name, clip.chapter, clip.spec))
    return named


def beside(folder: Path, value: Any) -> Any:
    """Find files that are named in a lesson beside the lesson, wherever the command is run."""
    if isinstance(value, list):
        return [beside(folder, one) for one in value]
    file = FileSource.of(value) if isinstance(value, str) else None
    if file is not None and is_file(folder / file.path):
        return f"{folder / file.path}{file.rest}"
    return str(folder / value) if isinstance(value, str) and is_file(folder / value) else value


def is_file(path: Path) -> bool:
    """Tell whether there is a file; rows of numbers may make a path that no system knows."""
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False


def check_keys(what: str, given: Mapping[str, Any], known: tuple[str, ...]) -> None:
    """Refuse what is not known."""
    for key in given:
        if key not in known:
            raise InputError(f"{what} does not take {escaped(key[:60])}; it takes {', '.join(known)}.")


def text(key: str, value: Any) -> str:
    if not isinstance(value, str) or not value or not value.isprintable() or len(value) > 100:
        raise InputError(f"{key} must be a text of one line and at most 100 letters, but it is {value!r}.")
    return value


def _table(key: str, value: Any) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise InputError(f'{key} must be a table, below a line "[{key}]", but it is {value!r}.')
    return value
