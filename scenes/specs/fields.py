"""The kinds of value that a spec's fields hold, and how each is read from what a user gave."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Annotated, Any

import numpy as np
from pydantic import AfterValidator, BeforeValidator, Field, PlainSerializer, ValidationInfo, WithJsonSchema

from cnn_core.arrays import Array, Pair, freeze
from cnn_core.errors import InputError, ShapeError
from cnn_core.kernels import KERNELS, kernel
from cnn_core.reading.grids import Grid, read_grid
from cnn_core.reading.quoting import as_came
from cnn_core.windows import Padding as Border
from scenes.specs.base import printable
from scenes.specs.limits import MAX_CHANNELS, MAX_KERNEL, MAX_PADDED, MAX_SIDE, MAX_VALUE, PICTURE_SIZE

__all__ = ["Image", "Kernels", "Matrix", "Names", "PaddingOption", "Place", "Size", "Vector", "batched", "kernels_of"]


WORDS = ("same", "same-tf", "valid")
"""Padding that is asked for in words."""


def batched(grid: Grid) -> Array:
    """Return a grid of (H, W) or (C, H, W) as a batch of one: (1, C, H, W)."""
    return grid.array.reshape((1,) * (4 - grid.array.ndim) + grid.array.shape)


def kernels_of(array: Array, channels: int, groups: int) -> Array:
    """Return kernels as given, (C_out, C_in / groups, kH, kW): what was given once is repeated."""
    if array.ndim == 2:
        array = np.tile(array, (groups, 1, 1, 1))
    elif array.ndim == 3:
        array = array[:, None] if groups > 1 else array[None]
    return freeze(np.repeat(array, max(1, channels // groups), axis=1) if array.shape[1] == 1 else array.copy())


def read_image(source: Any, info: ValidationInfo) -> Grid:
    """Read a map of (H, W) or (C, H, W) from rows, nested lists, a file or a digit's name."""
    name = str(info.field_name)
    if isinstance(source, str) and source.startswith("mnist:"):
        source = digit_in_7x7(name, source)
    grid = checked(name, source if isinstance(source, Grid) else read_grid(name, source, size=PICTURE_SIZE))
    array = grid.array if grid.array.ndim == 3 else grid.array[None]
    check_count(name, "channels", array.shape[0], MAX_CHANNELS)
    check_sides(name, array.shape[1:], MAX_SIDE)
    return grid


def digit_in_7x7(name: str, which: str) -> Grid:
    """Return an MNIST digit, averaged over 4 x 4 blocks so that its numbers can be read."""
    from cnn_core.mnist import digit  # noqa: PLC0415 (reads ten thousand images)

    found = digit(which, name)
    blocks = np.asarray(found.pixels, dtype=np.float64).reshape(7, 4, 7, 4).mean(axis=(1, 3)) / 255
    return Grid(freeze(np.round(blocks, 1)), f"{which}, 28×28 averaged to 7×7")


def checked(name: str, grid: Grid) -> Grid:
    """Refuse numbers that are too long to be read in a cell."""
    largest = float(np.abs(grid.array).max())
    if largest > MAX_VALUE:
        raise InputError(
            f"{name} must hold numbers from -{MAX_VALUE} to {MAX_VALUE}, but it holds one of size {largest:g}."
        )
    return grid


def read_kernels(source: Any, info: ValidationInfo) -> Grid:
    """Read kernels of (kH, kW), (C, kH, kW) or (C_out, C, kH, kW): by name, as rows, from a file.

    A list of names or of texts gives an output channel each.
    """
    name = str(info.field_name)
    if isinstance(source, Grid):
        grid = source
    elif isinstance(source, Sequence) and source and all(isinstance(one, str) for one in source):
        grid = _stacked(name, [one_kernel(name, text) for text in ([source] if isinstance(source, str) else source)])
    else:
        grid = one_kernel(name, source)
    check_sides(name, grid.array.shape[-2:], MAX_KERNEL)
    if grid.array.ndim == 4:
        check_count(name, "output channels", grid.array.shape[0], MAX_CHANNELS)
    return grid


def one_kernel(name: str, source: Any) -> Grid:
    """Read one kernel, which may be a name such as `sobel-x`."""
    if isinstance(source, str) and is_name(source):
        return Grid(kernel(source.strip(), name).weight, source.strip())
    if depth(source) == 4 or getattr(source, "ndim", 0) == 4:
        return _stacked(name, [checked(name, read_grid(name, one, channels_first=True)) for one in source])
    return checked(name, read_grid(name, source, channels_first=True))


def is_name(text: str) -> bool:
    """Tell whether a text looks like a kernel's name rather than like rows or a file."""
    return text.strip() in KERNELS or re.fullmatch(r"\s*[A-Za-z][A-Za-z_-]*\s*", text) is not None


def depth(source: Any) -> int:
    """Return how deep lists are nested, going by the first of each; 5 for anything deeper."""
    levels = 0
    while isinstance(source, list | tuple) and levels < 5:
        levels += 1
        source = source[0] if source else None
    return levels


def _stacked(name: str, grids: list[Grid]) -> Grid:
    """Stack kernels into output channels; a single one stays as it is."""
    if len(grids) == 1:
        return grids[0]
    shapes = [grid.array.shape for grid in grids]
    if len(set(shapes)) > 1:
        raise ShapeError(f"{name} must be kernels of one shape, but their shapes are {_listed(shapes)}.")
    array = np.stack([grid.array if grid.array.ndim == 3 else grid.array[None] for grid in grids])
    return Grid(freeze(array), ", ".join(grid.origin for grid in grids))


def _listed(items: Sequence[object]) -> str:
    words = [str(item) for item in items]
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def check_sides(name: str, shape: tuple[int, ...], most: int) -> None:
    """Refuse grids that are too large to be read in a film."""
    if max(shape) > most:
        came = "×".join(map(str, shape))
        raise InputError(f"{name} must be at most {most}×{most} to be legible in a film, but it is {came}.")


def check_count(name: str, what: str, count: int, most: int) -> None:
    """Refuse more channels than fit beside each other."""
    if count > most:
        raise InputError(f"{name} must have at most {most} {what}, but it has {count}.")


def read_vector(source: Any, info: ValidationInfo) -> Grid:
    """Read a row of numbers, one for each channel."""
    name = str(info.field_name)
    if isinstance(source, int | float) and not isinstance(source, bool):
        source = [source]
    grid = checked(name, source if isinstance(source, Grid) else read_grid(name, source))
    if grid.array.ndim != 2 or grid.array.shape[0] != 1:
        raise ShapeError(f"{name} must be one row of numbers, but its shape is {grid.array.shape}.")
    return grid


def read_size(value: Any, info: ValidationInfo) -> int | tuple[int, int]:
    """Read `3`, `"3"`, `"2 1"`, `"2,1"` or `[2, 1]` as a whole number or a pair of them."""
    wanted = f"{info.field_name} must be a whole number or a pair of them"
    parts = value.replace(",", " ").split() if isinstance(value, str) else value
    parts = [parts] if isinstance(parts, int) else parts
    try:
        numbers = [int(part) for part in parts if not isinstance(part, bool | float)]
    except (TypeError, ValueError):
        numbers = []
    if len(numbers) not in (1, 2) or len(numbers) != len(parts):
        raise InputError(f"{wanted}, but it is {as_came(value)}.")
    if max(numbers) > MAX_SIDE:
        raise InputError(
            f"{info.field_name} must be at most {MAX_SIDE} to be legible in a film, but it is {as_came(value)}."
        )
    return numbers[0] if len(numbers) == 1 else (numbers[0], numbers[1])


def read_matrix(source: Any, info: ValidationInfo) -> Grid:
    name = str(info.field_name)
    grid = checked(name, source if isinstance(source, Grid) else read_grid(name, source))
    if grid.array.ndim != 2:
        raise ShapeError(
            f"{name} must be rows of numbers, one row for each output, but its shape is {grid.array.shape}."
        )
    return grid


def read_padding(value: Any, info: ValidationInfo) -> Any:
    """Read `1`, `"1 2"`, `[1, 2]`, `"0,1,0,1"`, `"1 2; 0 1"`, `"((1, 2), (0, 1))"`, `[[1, 2], [0, 1]]`, or a word."""
    if isinstance(value, str) and value.strip().lower() in WORDS:
        return "same-tf" if value.strip() == "SAME" else value.strip().lower()  # as TensorFlow spells its own
    numbers = whole_numbers(value)
    if len(numbers) not in (1, 2, 4) or max(numbers) > MAX_PADDED:
        raise InputError(
            f"{info.field_name} must be a whole number, a pair (rows, columns), four (top, bottom, left, right), "
            f'"same", "same-tf" or "valid", each side at most {MAX_PADDED}, but it is {as_came(value)}.'
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
    if not isinstance(value, list | tuple) or len(value) not in (1, 2, 4):
        return ()
    parts = [whole_numbers(part) for part in value]
    in_pairs = any(isinstance(part, list | tuple) for part in value)
    if in_pairs and len(value) != 2:
        return ()
    return sum(parts, ()) if {len(part) for part in parts} == {2 if in_pairs else 1} else ()


def read_place(value: Any, info: ValidationInfo) -> tuple[int, int, int]:
    """Read `"1 0 2"`, `"1,0,2"` or `[1, 0, 2]` as channel, row and column."""
    parts = value.replace(",", " ").split() if isinstance(value, str) else value
    try:
        c, i, j = (int(part) for part in parts if not isinstance(part, bool | float))
    except (TypeError, ValueError):
        wanted = f"{info.field_name} must be channel, row and column, such as 1 0 2"
        raise InputError(f"{wanted}, but it is {as_came(value)}.") from None
    return c, i, j


def split_names(source: Any) -> Any:
    """Take names from a text with commas, or as a list."""
    return tuple(name.strip() for name in source.split(",")) if isinstance(source, str) else source


def as_lists(grid: Grid) -> Any:
    return grid.array.tolist()


def rows_called(format: str) -> WithJsonSchema:
    """Describe rows of numbers; the format tells a form what they are."""
    return WithJsonSchema({"type": ["string", "array"], "format": format})


WHOLE_NUMBERS = [{"type": "integer"}, {"type": "array"}]

Image = Annotated[Grid, BeforeValidator(read_image), PlainSerializer(as_lists), rows_called("grid")]
Kernels = Annotated[Grid, BeforeValidator(read_kernels), PlainSerializer(as_lists), rows_called("kernels")]
Vector = Annotated[Grid, BeforeValidator(read_vector), PlainSerializer(as_lists), rows_called("row")]
Size = Annotated[
    int | tuple[int, int], BeforeValidator(read_size), WithJsonSchema({"anyOf": WHOLE_NUMBERS, "format": "size"})
]
Matrix = Annotated[Grid, BeforeValidator(read_matrix), PlainSerializer(as_lists), rows_called("matrix")]

PaddingOption = Annotated[
    int | Pair | Border | str,
    BeforeValidator(read_padding),
    WithJsonSchema({"anyOf": [*WHOLE_NUMBERS, {"enum": list(WORDS)}], "format": "padding"}),
]

Place = Annotated[tuple[int, int, int], BeforeValidator(read_place), rows_called("place")]
"""Channel, row and column, counted from 0."""

Name = Annotated[str, Field(min_length=1, max_length=8), AfterValidator(printable)]
Names = Annotated[tuple[Name, ...], BeforeValidator(split_names)]
