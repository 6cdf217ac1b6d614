"""Photos: grids that are too large for digits, and the output cells whose windows are looked at closely."""

from __future__ import annotations

import re
from abc import abstractmethod
from collections.abc import Callable, Iterable, Sequence
from typing import Annotated, Any

import numpy as np
from pydantic import BeforeValidator, Field, PlainSerializer, ValidationInfo

from cnn_core.arrays import Array, Pair
from cnn_core.errors import InputError
from cnn_core.numerals import EXACTLY
from cnn_core.reading.grids import Grid, read_grid
from cnn_core.reading.photos import as_base64, photo_grid
from cnn_core.reading.quoting import as_came
from cnn_core.trace import Position, address_of
from scenes.specs.base import SceneSpec, SpecValues
from scenes.specs.fields import as_lists, check_sides, checked, read_image, rows_called
from scenes.specs.limits import MAX_PHOTO, MAX_SIDE, MIN_PHOTO, SCALED_PHOTO

__all__ = [
    "Photo",
    "PhotoSpec",
    "has_pixels",
    "is_photo",
    "read_cells",
    "read_photo_or_grid",
    "strongest_and_typical",
]

_MOST_CELLS = 4
_CELL = re.compile(r"\s*\(?\s*(\d{1,4})\s*[,\s]\s*(\d{1,4})\s*\)?\s*", re.ASCII)
_WHITE = 255
"""The value of white."""


def is_photo(grid: Grid) -> bool:
    """Tell whether a grid is too large for digits in its cells."""
    return bool(max(grid.array.shape[-2:]) > MAX_SIDE)


def read_photo_or_grid(source: Any, info: ValidationInfo) -> Grid:
    """Read a photo of up to 256×256 in grey or in colour, or a smaller grid as `read_image` does."""
    name = str(info.field_name)
    if isinstance(source, str) and source.startswith("mnist:"):
        return read_image(source, info)
    grid = source if isinstance(source, Grid) else photo_grid(name, source, most=MAX_PHOTO, scaled=SCALED_PHOTO)
    grid = read_grid(name, source) if grid is None else grid
    if not is_photo(grid):
        return read_image(grid, info)
    channels, sides = grid.array.shape[0] if grid.array.ndim == 3 else 1, grid.array.shape[-2:]
    if min(sides) < MIN_PHOTO:
        check_sides(name, sides, MAX_SIDE)
    if max(sides) > MAX_PHOTO:
        came = "×".join(map(str, sides))
        raise InputError(f"{name} must be at most {MAX_PHOTO}×{MAX_PHOTO}, but it is {came}.")
    if channels not in (1, 3):
        raise InputError(f"{name} must have 1 channel or 3 if it is larger than {MAX_SIDE}, but it has {channels}.")
    return checked(name, grid)


def as_pixels_or_lists(grid: Grid) -> Any:
    """Write a photo as a PNG where that holds its numbers, and other grids as lists."""
    array = grid.array
    return as_base64(array) if has_pixels(grid) and array.shape[0] in (3, array.shape[-2]) else as_lists(grid)


def has_pixels(grid: Grid) -> bool:
    """Tell whether a photo's values are what pictures hold: whole numbers from 0, black, to 255, white."""
    array = grid.array
    is_whole = array.min() >= 0 and array.max() <= _WHITE and np.array_equal(array, array.round())
    return is_photo(grid) and bool(is_whole)


def read_cells(value: Any, info: ValidationInfo) -> tuple[Pair, ...]:
    """Read `"12,30"`, `"12,30; 4,5"`, `[12, 30]`, `["12,30", "4,5"]` or `[[12, 30], [4, 5]]`."""
    cells = [_cell(part) for part in _parts(value)]
    if not cells or None in cells or len(cells) > _MOST_CELLS:
        raise InputError(
            f"{info.field_name} must be the row and the column of an output cell, counted from 0, such as 12,30, "
            f"or up to {_MOST_CELLS} of them, but it is {as_came(value)}."
        )
    return tuple(dict.fromkeys(cell for cell in cells if cell is not None))


def _parts(value: Any) -> Sequence[Any]:
    if isinstance(value, str):
        return value.strip(" ;").split(";")
    if not isinstance(value, list | tuple):
        return ()
    is_one = len(value) == 2 and all(isinstance(part, int) for part in value)
    return [value] if is_one else [one for part in value for one in (_parts(part) if isinstance(part, str) else [part])]


def _cell(part: Any) -> Pair | None:
    found = _CELL.fullmatch(part) if isinstance(part, str) else None
    if found:
        return int(found[1]), int(found[2])
    is_pair = isinstance(part, list | tuple) and len(part) == 2
    if is_pair and all(isinstance(one, int) and not isinstance(one, bool) and one >= 0 for one in part):
        return part[0], part[1]
    return None


Photo = Annotated[Grid, BeforeValidator(read_photo_or_grid), PlainSerializer(as_pixels_or_lists), rows_called("grid")]

_Cells = Annotated[tuple[Pair, ...], BeforeValidator(read_cells), rows_called("cells")]
"""Row and column of each, counted from 0."""


class PhotoSpec(SceneSpec):
    """What scenes take that show photos as photos, and the working of some windows closely."""

    x: Photo
    at: _Cells | None = Field(
        None,
        description='Row and column of an output cell of a photo, counted from 0, such as "12,30": its window is '
        "looked at closely; otherwise the strongest and a typical one.",
    )

    @property
    def is_photo(self) -> bool:
        return is_photo(self.x)

    def closely(self, output: Array) -> list[Pair]:
        """Return the cells of an output (C, H_out, W_out) whose windows are looked at closely, in reading order.

        Raises
        ------
        InputError
            If one is none of its cells.
        """
        for cell in self.at or ():
            if cell[0] >= output.shape[1] or cell[1] >= output.shape[2]:
                size, came = "×".join(map(str, output.shape[1:])), ",".join(map(str, cell))
                raise InputError(
                    f"at must be a row and a column of the output, counted from 0, which is {size}, but it is {came}."
                )
        return sorted(self.at or strongest_and_typical(output))

    @abstractmethod
    def told(self) -> list[Position]:
        """Return the positions of a photo's output that are worked out."""

    def worked_out(self) -> dict[int, Position]:
        """Return these positions by the numbers of their steps."""
        shape = self.trace().output.shape
        return {int(np.ravel_multi_index(position, shape)): position for position in self.told()}

    def few_steps(self, values: Callable[[Any], SpecValues] = lambda step: step.values()) -> dict[str, SpecValues]:
        """Return what a photo's steps that are worked out came from, by their numbers."""
        return {str(number): values(self.trace().step(*position)) for number, position in self.worked_out().items()}

    def results(self) -> Iterable[str]:
        """Give all outputs, or of a photo's those that are worked out."""
        if not self.is_photo:
            return super().results()
        return [address_of("output", position) for position in self.worked_out().values()]

    def check_at(self) -> None:
        """Refuse cells of a grid that is no photo, of which every window is shown anyway."""
        if self.at:
            raise InputError(f"at must be left out unless x is larger than {MAX_SIDE}×{MAX_SIDE}, but it is given.")


def strongest_and_typical(output: Array) -> list[Pair]:
    """Return the cell farthest from 0 of each map (C, H, W); of a single map also one that half are closer to 0 than.

    Of several that are equal, the one nearest to the middle.
    """
    sizes = np.abs(output)
    cells = [_place(one, one.max()) for one in sizes]
    if len(output) == 1:
        cells.append(_place(sizes[0], np.sort(sizes, axis=None)[(sizes.size - 1) // 2]))
    return list(dict.fromkeys(cells))


def _place(sizes: Array, size: float) -> Pair:
    found = np.argwhere(np.abs(sizes - size) <= EXACTLY)
    row, column = found[np.abs(found - (np.array(sizes.shape) - 1) / 2).sum(axis=1).argmin()]
    return int(row), int(column)
