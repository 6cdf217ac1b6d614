"""What was given, checked at once: the values that it makes, or every fault at the cell or control that has it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from cnn_core.arrays import Array
from cnn_core.errors import InputError
from cnn_core.numerals import as_text, decimals_for, true_minus
from cnn_core.reading.printed import plainly
from cnn_core.reading.rows import parse_number
from cnnreel.studio.form import GRIDS, fields_of, kinds_of
from cnnreel.studio.uploads import Uploads
from scenes.catalog import find
from scenes.specs import SceneSpec
from scenes.specs.base import DefaultError

__all__ = ["Wish", "check_wish", "grid_as_data", "spec_of"]

Wish = Mapping[str, Any]
"""What is asked of a scene: `{"scene": ..., "given": {field: value}}`; cells are texts."""

_PLAIN_SOURCE = re.compile(r"[a-z][a-z-]*|mnist:#?\d+|[\d\s.,;|/e+−-]*|data:image/png;base64,[\w+/=]*", re.IGNORECASE)
"""What may be said of a grid in a text: a name, a digit of MNIST's, rows, or a photo. Never a file."""
_MOST_REMEDIES = 2
_MOST_SHOWN = 4
_MOST_CELLS = 400


def spec_of(wish: Wish, uploads: Uploads) -> SceneSpec:
    """Return the checked spec of what was asked for.

    Raises
    ------
    InputError
        In the command line's sentence, with the field's name.
    """
    kind = find(str(wish.get("scene")))
    return kind.build(_readable(kind, wish, uploads))


def check_wish(wish: Wish, uploads: Uploads) -> dict[str, Any]:
    """Return the computed values that a form shows beside what is typed, or what is wrong with it."""
    kind = find(str(wish.get("scene")))
    faults = list(_cell_faults(kind, wish))
    if faults:
        return {"faults": faults}
    try:
        given = _readable(kind, wish, uploads)
    except InputError as error:
        return {"faults": [_fault(kind, str(error))]}
    try:
        return {"faults": [], "shown": list(islice(_shown(kind.build(given)), _MOST_SHOWN))}
    except InputError as error:
        reason, culprit = (error.reason, error.given[0]) if isinstance(error, DefaultError) else (str(error), "")
        return {"faults": [{**_fault(kind, reason, culprit), "remedies": list(_remedies(kind, given))}]}


def _given(wish: Wish) -> Mapping[str, Any]:
    given = wish.get("given", {})
    if not isinstance(given, Mapping):
        raise InputError("given must be an object with a value for each field.")
    return given


def _readable(kind: type[SceneSpec], wish: Wish, uploads: Uploads) -> dict[str, Any]:
    """Return what was given as a spec reads it: cells as numbers, uploads as files, and no other file."""
    kinds = kinds_of(kind.name)
    return {name: _value(name, kinds.get(name, ""), value, uploads) for name, value in _given(wish).items()}


def _value(name: str, kind: str, value: Any, uploads: Uploads) -> Any:
    if kind in ("text", "choice", "words", "switch", "whole", "number"):
        return value
    if isinstance(value, str) and (file := uploads.find(value)) is not None:
        return Path(file)
    if isinstance(value, str) and (kind == "path" or not _PLAIN_SOURCE.fullmatch(value)):
        raise InputError(f"{name} must be numbers, a name, or a file that was opened here, but it is {value[:60]!r}.")
    if isinstance(value, list) and kind in GRIDS and not _named(value):
        return _numbers(value)
    if isinstance(value, list):
        return [_value(name, kind, one, uploads) for one in value]
    return value


def _named(value: Any) -> bool:
    """Tell whether a list is one of names, such as kernels have."""
    return all(isinstance(one, str) and re.fullmatch(r"[a-z][a-z-]*", one) for one in value)


def _numbers(cells: Any) -> Any:
    if isinstance(cells, list):
        return [_numbers(one) for one in cells]
    return parse_number(plainly(cells).strip()) if isinstance(cells, str) else cells


def _cell_faults(kind: type[SceneSpec], wish: Wish) -> Iterator[dict[str, Any]]:
    """Find every cell that holds no number."""
    for name, field in fields_of(kind.name).items():
        value = _given(wish).get(name)
        if field["kind"] in GRIDS and isinstance(value, list) and not _named(value):
            for place, cell in islice(_cells(value), _MOST_CELLS):
                try:
                    _numbers(cell)
                except ValueError as reason:
                    yield _cell_fault(name, place, str(cell), str(reason))


def _cells(value: Any, place: tuple[int, ...] = ()) -> Iterator[tuple[tuple[int, ...], Any]]:
    if isinstance(value, list):
        for number, one in enumerate(value):
            yield from _cells(one, (*place, number))
    else:
        yield place, value


def _cell_fault(name: str, place: tuple[int, ...], cell: str, reason: str) -> dict[str, Any]:
    row, column = ((0,) * 2 + place)[-2:]
    lead = f"Row {row + 1}, column {column + 1}"
    point = cell.strip().replace(",", ".")
    remedies = [] if point == cell.strip() or not _is_number(point) else [_remedy(f"Make it {point}", name, point)]
    sentence = f"{reason.partition(';')[0]}. A cell takes a number, such as 2 or −0.5."
    return {"field": name, "cell": list(place), "lead": lead, "sentence": sentence, "remedies": remedies}


def _is_number(word: str) -> bool:
    try:
        parse_number(word)
    except ValueError:
        return False
    return True


def _remedy(label: str, field: str, value: Any) -> dict[str, Any]:
    return {"label": label, "field": field, "value": value}


def _called(kind: type[SceneSpec], name: str) -> str:
    return str(fields_of(kind.name)[name]["label"]) if name in fields_of(kind.name) else name


def _fault(kind: type[SceneSpec], message: str, culprit: str = "") -> dict[str, Any]:
    """Put a sentence at the field with which it begins, and name fields as the form does."""
    first = re.match(r"\w*", message)[0]  # type: ignore[index]
    fields = sorted(fields_of(kind.name), key=len, reverse=True)
    where = culprit or (first if first in fields else "")
    begin, rest = (_called(kind, first), message[len(first) :]) if first in fields else ("", message)
    long = [re.escape(name) for name in fields if "_" in name]
    if long:
        rest = re.sub(rf"\b({'|'.join(long)})\b", lambda found: _called(kind, found[0]), rest)
    if "x" in fields:
        label = _called(kind, "x").lower()
        rest = re.sub(r"\bx\b(?! \d)", label if label.startswith("your") else f"the {label}", rest)
    if re.search(r"(?<!ia)s$", begin):  # many of them, unlike a bias
        rest = rest.replace("but it is ", "but they are ", 1)
    return {"field": where, "cell": None, "lead": begin, "sentence": rest.strip(), "remedies": []}


def _remedies(kind: type[SceneSpec], given: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    """Offer single changes that make it right; each has been tried."""
    found = 0
    for label, name, value in _changes(kind, given):
        try:
            kind.build({**given, name: value})
        except InputError:
            continue
        yield _remedy(label, name, value)
        found += 1
        if found == _MOST_REMEDIES:
            return


def _changes(kind: type[SceneSpec], given: Mapping[str, Any]) -> Iterator[tuple[str, str, Any]]:
    """Give what may help: smaller kernels, other windows and steps, a border."""
    for name, field in fields_of(kind.name).items():
        now = given.get(name, field["default"])
        if field["kind"] == "kernels" and isinstance(now, list) and np.ndim(now) == 2:
            for side in (3, 2, 1):
                if side < max(np.shape(now)):
                    yield f"Make the kernel {side}×{side}", name, [row[:side] for row in now[:side]]
        elif field["kind"] == "size" and name not in ("padding", "dilation"):
            for size in (2, 1, 3):
                if size != now:
                    yield f"Make {field['label'].lower()} {size}", name, size
    for name in ("padding", "dilation"):
        if name in fields_of(kind.name):
            for size in (0, 1, 2):
                label = f"Add a border of {size}" if size else "Take the border away"
                yield (label if name == "padding" else f"Make spread {size}"), name, size


def _shown(spec: SceneSpec) -> Iterator[dict[str, Any]]:
    """Give the results that a form shows, the output first."""
    values = spec.values()
    names = dict.fromkeys(address.partition("[")[0] for address in spec.results())
    for name in sorted(names, key=lambda name: (name != "output", name not in ("mean", "variance", "loss"))):
        array = values.get(name)
        if isinstance(array, np.ndarray) and 0 < array.size <= _MOST_CELLS and array.dtype.kind in "biuf":
            yield grid_as_data(name, array)
    if isinstance(prediction := values.get("prediction"), int | np.integer):
        yield grid_as_data("prediction", np.array(prediction))


def grid_as_data(name: str, array: Array) -> dict[str, Any]:
    """Return an array as planes of cells, as texts, and as strengths from -1 to 1 for their tint."""
    planes = np.reshape(array, (-1, *((1,) * max(0, 2 - array.ndim)), *array.shape[-2:]))
    largest = float(np.abs(planes).max()) or 1.0
    decimals = decimals_for(array, 3)
    return {
        "name": name,
        "planes": [[[true_minus(as_text(float(v), decimals)) for v in row] for row in plane] for plane in planes],
        "strengths": np.round(planes / largest, 3).tolist(),
    }
