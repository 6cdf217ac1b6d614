"""A lesson of the page as the TOML that the command line films, and back."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import ConfigDict, ValidationError, create_model

from cnn_core.errors import InputError
from cnn_core.reading.grids import Grid
from cnn_core.reading.quoting import escaped
from cnnreel.here import program
from cnnreel.studio.checking import Wish, spec_of
from cnnreel.studio.form import GRIDS, kinds_of
from cnnreel.studio.uploads import Uploads
from cnnreel.studio.words import call_scene
from cnnreel.work.files import check_name
from cnnreel.work.lesson_file import Lesson, PlannedClip, check_nesting, with_own_names
from cnnreel.work.limits import LESSON_CLIPS
from scenes.catalog import find
from scenes.specs import SceneSpec
from scenes.specs.base import sentence

__all__ = ["command_of", "lesson_of_wishes", "opened_lesson", "planned_clip_of", "read_given", "saved_lesson"]

_LOOK = ("theme", "ratio", "pace")
_MOST_BYTES = 200_000
_FILE = re.compile(r"\.[A-Za-z][A-Za-z0-9]{1,11}([!:#][^\n]*)?\s*\Z")
"""How a text ends that would be taken for a file's name: no file is read that was not opened on the page."""


def planned_clip_of(wish: Wish, uploads: Uploads) -> PlannedClip:
    """Return a clip that can be filmed, named after its scene, with its title as its chapter."""
    spec = spec_of(wish, uploads)
    chapter = str(wish.get("chapter") or spec.title or call_scene(spec.name))
    return PlannedClip(spec.name, " ".join(chapter.split())[:100], spec)


def lesson_of_wishes(given: Mapping[str, Any], uploads: Uploads) -> Lesson:
    """Return a lesson that can be filmed; its first clip says how all of them look.

    Raises
    ------
    InputError
        If there are no clips or too many, or one of them cannot be filmed.
    """
    wishes = given.get("clips")
    if not isinstance(wishes, list) or not wishes or not all(isinstance(wish, dict) for wish in wishes):
        raise InputError("a lesson must have clips, but it has none.")
    LESSON_CLIPS.check(len(wishes))
    look = _look(given)
    clips = []
    for number, wish in enumerate(wishes, 1):
        try:
            clips.append(planned_clip_of({**wish, "given": {**wish.get("given", {}), **look}}, uploads))
        except InputError as error:
            raise InputError(f"clip {number}: {error}") from error
    title = " ".join(str(given.get("title") or "Lesson").split())[:100]
    return Lesson(_file_name(title), title, tuple(with_own_names(clips)))


def _look(given: Mapping[str, Any]) -> dict[str, Any]:
    look = given.get("look", {})
    return {key: look[key] for key in _LOOK if key in look} if isinstance(look, Mapping) else {}


def _file_name(title: str) -> str:
    """Return a file's name from a title.

    >>> _file_name("Create a CNN: part 4")
    'create-a-cnn-part-4'
    """
    return check_name("title", re.sub(r"[^a-z0-9]+", "-", title.lower()).strip("-")[:60] or "lesson")


def saved_lesson(given: Mapping[str, Any], uploads: Uploads) -> dict[str, str]:
    """Return a lesson's file: its name and its text."""
    lesson = lesson_of_wishes(given, uploads)
    look = _look(given)
    lines = [f"title = {_toml(lesson.title)}", "", "[look]", *(f"{key} = {_toml(look[key])}" for key in look)]
    for clip in lesson.clips:
        lines += ["", "[[clip]]", f"scene = {_toml(clip.spec.name)}", f"chapter = {_toml(clip.chapter)}"]
        lines += [f"{key} = {_toml(value)}" for key, value in _changed(clip.spec) if key not in look]
    return {"name": f"{lesson.name}.toml", "text": "\n".join(lines) + "\n"}


def _changed(spec: SceneSpec) -> Iterator[tuple[str, Any]]:
    """Give what is not as it is by default, as lists and plain values."""
    default = type(spec).build({}).as_json()
    for name, value in spec.as_json().items():
        source = getattr(spec, name)
        if value is not None and value != default[name]:
            yield name, source.origin if isinstance(source, Grid) and _is_name(source.origin) else value


def _is_name(origin: str) -> bool:
    return re.fullmatch(r"[a-z]+-[a-z-]+|identity|gaussian|sharpen|laplacian|emboss", origin) is not None


def _toml(value: Any) -> str:
    r"""Write a value as TOML, whose texts and lists are written as JSON's are.

    >>> _toml([[7, 3.0], [0.5, -1]]), _toml(True), _toml('a "b"')
    ('[[7, 3], [0.5, -1]]', 'true', '"a \\"b\\""')
    """
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_toml, value))}]"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return json.dumps(value, ensure_ascii=False)


def opened_lesson(name: str, text: str) -> dict[str, Any]:
    """Return what the page needs of a lesson's file: what all clips look like, and a wish for each.

    Raises
    ------
    InputError
        If it is no lesson. Clips are checked one by one later, so that a fault stands where it is.
    """
    if len(text.encode()) > _MOST_BYTES:
        raise InputError(f"a lesson must have at most {_MOST_BYTES:,} bytes.")
    check_nesting(text)
    try:
        found = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise InputError(f"{name[:60]} must be a lesson's TOML, but it is not: {str(error)[:120]}.") from error
    clips = found.get("clip", [])
    if not isinstance(clips, list) or not clips or not all(isinstance(clip, dict) for clip in clips):
        raise InputError('a lesson must have clips, each below a line "[[clip]]", but it has none.')
    LESSON_CLIPS.check(len(clips))
    return {
        "title": str(found.get("title", Path(name).stem)),
        "look": _look(found),
        "clips": [_wish_of(number, clip) for number, clip in enumerate(clips, 1)],
    }


def _wish_of(number: int, clip: Mapping[str, Any]) -> dict[str, Any]:
    try:
        kind = find(str(clip.get("scene")))
    except InputError as error:
        raise InputError(f"clip {number}: {error}") from error
    kinds = kinds_of(kind.name)
    own = {kind.aliases.get(key, key): value for key, value in clip.items() if key not in ("scene", "name", "chapter")}
    given = {key: as_cells(kind, key, value) if kinds.get(key) in GRIDS else value for key, value in own.items()}
    return {"scene": kind.name, "chapter": str(clip.get("chapter", clip.get("name", ""))), "given": given}


def as_cells(kind: type[SceneSpec], field: str, value: Any) -> Any:
    """Return rows of a text as lists of numbers, as the page's cells hold them; all else as it is."""
    if not isinstance(value, str) or _FILE.search(value) or re.fullmatch(r"[a-z][a-z-]*|mnist:#?\d+", value):
        return value
    return read_alone(kind, field, value)[0]


def read_alone(kind: type[SceneSpec], field: str, value: Any) -> tuple[Any, str]:
    """Read one field as the spec does, without the others: lists of numbers, and where they are from."""
    info = kind.model_fields[field]
    settings = ConfigDict(arbitrary_types_allowed=True)
    alone = create_model("Alone", __config__=settings, **{field: (info.rebuild_annotation(), ...)})  # type: ignore[call-overload]
    try:
        found = getattr(alone.model_validate({field: value}), field)
    except ValidationError as error:
        cause = error.errors()[0].get("ctx", {}).get("error")
        raise cause if isinstance(cause, InputError) else InputError(sentence(kind, error)) from error
    return (found.array.tolist(), found.origin) if isinstance(found, Grid) else (np.asarray(found).tolist(), "")


def read_given(asked: Mapping[str, Any], source: str, uploads: Uploads | None) -> dict[str, Any]:
    """Read what was pasted or opened as a field reads it, for the page's cells; a digit or a model stays a file.

    Raises
    ------
    InputError
        In the sentence of the field's reader.
    """
    kind, field = find(str(asked.get("scene"))), str(asked.get("field"))
    kinds = kinds_of(kind.name)
    if field not in kinds:
        raise InputError(f"{kind.name} does not take {escaped(field[:40])}.")
    if kinds[field] not in GRIDS:
        return {"value": source, "origin": source.rpartition("/")[2]}
    path = uploads.find(source) if uploads is not None else None
    if path is None and _FILE.search(source):
        raise InputError(f"{field} must be numbers, but it is {source.strip()[:60]!r}: open a file, or drop it here.")
    cells, origin = read_alone(kind, field, source if path is None else path)
    return {"value": cells, "origin": origin}


def command_of(wish: Wish, uploads: Uploads) -> str:
    """Return the command that makes the same film."""
    spec = spec_of(wish, uploads)
    words = [f"{program()} scene", spec.name]
    for name, value in _changed(spec):
        flag = name.replace("_", "-")
        if isinstance(value, bool):
            words.append(f"--{flag}" if value else f"--no-{flag}")
        else:
            words.append(f"--{flag} {_shell(value)}")
    return " ".join(words)


def _shell(value: Any) -> str:
    """Write a value in quotation marks that every shell knows.

    >>> _shell([[7.0, 3.0], [3.0, 8.0]])
    '"7 3; 3 8"'
    """
    if not isinstance(value, list | tuple):
        return json.dumps(str(value), ensure_ascii=False)
    if all(isinstance(one, str) for one in value):
        return _shell(", ".join(value))
    depth = np.ndim(value)
    joints = {1: (" ",), 2: ("; ", " "), 3: (" | ", "; ", " ")}[min(depth, 3)]

    def write(one: Any, level: int = 0) -> str:
        return (
            joints[level].join(write(part, level + 1) for part in one) if isinstance(one, list | tuple) else f"{one:g}"
        )

    return f'"{write(value)}"'
