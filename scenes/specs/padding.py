"""Padding as a spec's field: everything that PyTorch and TensorFlow take for it."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BeforeValidator, ValidationInfo, WithJsonSchema

from cnn_core.arrays import Pair
from cnn_core.errors import InputError
from cnn_core.windows import Padding as Border
from scenes.specs.limits import MAX_PADDED

__all__ = ["Padding"]


def read_padding(value: Any, info: ValidationInfo) -> Any:
    """Read `1`, `"1"`, `"1 2"`, `"1 2; 0 1"`, `[[1, 2], [0, 1]]`, `"same"` or `"valid"`."""
    if isinstance(value, str) and value.strip() in ("same", "valid"):
        return value.strip()
    rows = value.split(";") if isinstance(value, str) else value
    if isinstance(rows, int) or (isinstance(rows, list | tuple) and all(isinstance(row, int) for row in rows)):
        rows = [rows]
    try:
        sides = [whole_numbers(row) for row in rows]
    except (TypeError, ValueError):
        sides = []
    if len(sides) == 1:
        return sides[0] if len(sides[0]) > 1 else sides[0][0]
    if len(sides) != 2 or len(sides[0]) != 2 or len(sides[1]) != 2:
        raise InputError(
            f'{info.field_name} must be a whole number, a pair (rows, columns), ((top, bottom), (left, right)), "same" '
            f'or "valid", each side at most {MAX_PADDED}, but it is {value!r}.'
        )
    return tuple(sides)


def whole_numbers(row: Any) -> tuple[int, ...]:
    """Read one or two whole numbers; a ValueError or TypeError says that these are none."""
    parts = row.replace(",", " ").split() if isinstance(row, str) else [row] if isinstance(row, int) else row
    if len(parts) not in (1, 2) or any(isinstance(part, bool | float) for part in parts):
        raise ValueError
    numbers = tuple(int(part) for part in parts)
    if max(numbers) > MAX_PADDED:
        raise ValueError
    return numbers


PADDING = {"anyOf": [{"type": "integer"}, {"type": "array"}, {"enum": ["same", "valid"]}]}

Padding = Annotated[int | Pair | Border | str, BeforeValidator(read_padding), WithJsonSchema(PADDING)]
