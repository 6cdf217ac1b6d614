"""Padding as a spec's field: everything that PyTorch and TensorFlow take for it."""

from __future__ import annotations

import re
from typing import Annotated, Any

from pydantic import BeforeValidator, ValidationInfo, WithJsonSchema

from cnn_core.arrays import Pair
from cnn_core.errors import InputError
from cnn_core.windows import Padding as Border
from scenes.specs.limits import MAX_PADDED

__all__ = ["Padding"]


def read_padding(value: Any, info: ValidationInfo) -> Any:
    """Read `1`, `"1 2"`, `[1, 2]`, `"0,1,0,1"`, `"1 2; 0 1"`, `"((1, 2), (0, 1))"`, `[[1, 2], [0, 1]]`, or a word."""
    if isinstance(value, str) and value.strip() in WORDS:
        return value.strip()
    numbers = whole_numbers(value)
    if len(numbers) not in (1, 2, 4) or max(numbers) > MAX_PADDED:
        raise InputError(
            f"{info.field_name} must be a whole number, a pair (rows, columns), four (top, bottom, left, right), "
            f'"same" or "valid", each side at most {MAX_PADDED}, but it is {value!r}.'
        )
    if len(numbers) == 4:
        return numbers[:2], numbers[2:]
    return numbers if len(numbers) == 2 else numbers[0]


def whole_numbers(value: Any) -> tuple[int, ...]:
    """Return one number, a pair, or two pairs in one row; nothing if it is anything else."""
    if isinstance(value, str):
        words = value.translate(str.maketrans("()[],;", "      ")).split()
        return tuple(map(int, words)) if all(re.fullmatch(r"-?\d{1,9}", word, re.ASCII) for word in words) else ()
    if isinstance(value, int) and not isinstance(value, bool):
        return (value,)
    if not isinstance(value, list | tuple) or len(value) not in (2, 4):
        return ()
    parts = [whole_numbers(part) for part in value]
    sizes = {len(part) for part in parts}
    return sum(parts, ()) if sizes == {1} or (sizes == {2} and len(value) == 2) else ()


WORDS = ("same", "valid")
PADDING = {"anyOf": [{"type": "integer"}, {"type": "array"}, {"enum": list(WORDS)}]}

Padding = Annotated[int | Pair | Border | str, BeforeValidator(read_padding), WithJsonSchema(PADDING)]
