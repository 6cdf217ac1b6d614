"""What a user gave for a grid, whatever its form, turned into an array."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from cnn_core.arrays import Array, Pair
from cnn_core.errors import InputError
from cnn_core.frozen import Frozen
from cnn_core.reading.array_files import decode_json, decode_npy, decode_npz, one_of
from cnn_core.reading.axes import ordered
from cnn_core.reading.files import decode_text, read_bytes, read_line
from cnn_core.reading.nested import from_array, from_lists
from cnn_core.reading.pictures import PICTURES, decode_picture
from cnn_core.reading.printed import plainly
from cnn_core.reading.quoting import quoted
from cnn_core.reading.rows import looks_like_rows
from cnn_core.reading.sheets import decode_sheet
from cnn_core.reading.tables import Cells, part_of, split_table
from cnn_core.reading.tensor_files import decode_tensors
from cnn_core.reading.text import Said, from_cells, read_text

__all__ = ["FileSource", "Grid", "read_grid"]

MAX_TABLE_BYTES = 5_000_000
MAX_ARRAY_BYTES = 64_000_000
MAX_PICTURE_BYTES = 50_000_000
MAX_LINES_BYTES = 400_000_000
TABLES = (".csv", ".ods", ".tsv", ".txt", ".xlsx")
ARRAYS = (".json", ".npy", ".npz", ".safetensors")
REMEDIES = {
    ".pt .pth .pkl .pickle .ckpt": "is a pickle, which can run any program when it is opened; save the array "
    'where you trust it: numpy.save("x.npy", x)',
    ".mat .h5 .hdf5 .parquet .feather": 'is of a kind that is not read here; save it with numpy.save("x.npy", x)',
    ".xls .numbers .xlsm .xlsb": "is of a kind that is not read here; save the sheet as .xlsx or .csv",
    ".pdf .svg .eps .avif .psd .jp2": "is of a kind that is not read here; save the picture as PNG",
    ".docx .pptx .doc .html .md": "is a document; copy the table out of it and paste it",
    ".onnx .tflite .keras .pb": "is a model, not numbers; give one of its arrays, saved with numpy.save",
}
_NUMBER_FIRST = re.compile(r"[\"'“”„‘’]*[+−–.,\d-][\d.,'’%_/eE+−–-]*[\"'“”‘’]*(\s|,|$)")
_AREA = re.compile(r"\$?[A-Z]{1,3}\$?\d+(:\$?[A-Z]{1,3}\$?\d+)?", re.IGNORECASE)


@dataclass(frozen=True)
class FileSource:
    """A file, and what of it is meant: `FILE.xlsx!Sheet!A1:D4`, `FILE.npz:name`, `FILE.csv#17`.

    Attributes
    ----------
    array, sheet, area
        The name of an array or a sheet, and cells such as `A1:D4`.
    number
        Which of several, from 0.
    rest
        All of that as it was written.
    """

    path: Path
    array: str | None = None
    sheet: str | None = None
    area: str | None = None
    number: int | None = None
    rest: str = ""

    @property
    def kind(self) -> str:
        return self.path.suffix.lower()

    @property
    def label(self) -> str:
        """Its name for a message or a film, on one line."""
        return quoted(self.path.name + self.rest)[1:-1]

    @classmethod
    def of(cls, text: str) -> Self | None:
        """Return the file that a text names; None if it ends like none that is read.

        >>> FileSource.of("my.xlsx!Mai!A1:B2").sheet
        'Mai'
        """
        found = _FILE.fullmatch(text.strip())
        if found is None:
            return None
        sheet, area = found["sheet"], found["area"]
        if sheet is not None and area is None and _AREA.fullmatch(sheet):
            sheet, area = None, sheet
        path, number = Path(found["path"]), found["number"]
        return cls(path, found["array"], sheet, area, None if number is None else int(number), found["rest"])


_ENDINGS = "|".join(re.escape(kind) for kind in (*PICTURES, *TABLES, *ARRAYS))
_FILE = re.compile(
    rf"(?P<path>.+?(?:{_ENDINGS}))"
    r"(?P<rest>(?::(?P<array>[^:!#]+))?(?:!(?P<sheet>[^!#]+))?(?:!(?P<area>[^!#]+))?(?:#(?P<number>\d{1,7}))?)",
    re.IGNORECASE,
)


@dataclass(frozen=True, eq=False)
class Grid(Frozen):
    """An array a user gave, and where it came from.

    Attributes
    ----------
    array : (H, W) or (C, H, W)
        Read-only.
    origin
        For a film to say: `"rows"`, `"array"`, `"digits.csv"`, or also what was done to read it, such as
        `"photo.jpg, turned to grey, 640×480 scaled to 8×8"` or `"marks.csv, without its header row"`.
    remark
        The part of it that says what was done.
    """

    array: Array
    origin: str
    remark: str = ""


def read_grid(
    name: str, source: object, *, size: Pair | None = None, decimals: int = 1, channels_first: bool = False
) -> Grid:
    """Return the grid that a user described.

    Parameters
    ----------
    name
        What the caller calls it; stands in the error message.
    source
        Nested lists, an array or tensor (perhaps a batch of one), a text as `read_text` takes it, or the path of a
        table, an array file or a picture (see `FileSource`). A text that ends like such a file is a path.
    size : (H, W)
        What a picture is scaled to; everything else keeps its shape.
    decimals
        What the values of a picture, from 0 to 1, are rounded to.
    channels_first
        Whether that is known of arrays; otherwise it is guessed, and said in `origin`.

    Raises
    ------
    InputError
        If it is none of these, or not a grid of finite numbers.

    >>> read_grid("x", "4 1; 1 1")
    Grid(array=array([[4., 1.],
           [1., 1.]]), origin='rows', remark='')
    """
    if isinstance(source, str | Path):
        file = FileSource.of(str(source))
        if file is None:
            check_text(name, source)
            return _grid(read_text(name, str(source)), "rows")
        if file.kind in PICTURES:
            data = read_bytes(name, file.path, MAX_PICTURE_BYTES)
            picture = decode_picture(f"{name} ({file.label})", data, size=size, decimals=decimals)
            return _grid(picture, file.label)
        return _grid(_read_numbers(name, file, guess=not channels_first), file.label)
    if hasattr(source, "__array__"):
        array, said = ordered(name, as_numpy(source), guess=not channels_first)
        return _grid((from_array(name, array), said), "array")
    return Grid(from_lists(name, source), "rows")


def as_numpy(source: Any) -> npt.NDArray[Any]:
    """Return an array, or a tensor of PyTorch's, as an array."""
    return np.asarray(source.detach().cpu() if hasattr(source, "detach") else source)


def _grid(found: Said, label: str) -> Grid:
    array, said = found
    if said and label in ("rows", "array"):
        label = {"rows": "a table", "array": "an array"}[label]
    return Grid(array, ", ".join(filter(None, (label, said))), said)


def check_text(name: str, source: str | Path) -> None:
    """Refuse files of other kinds, with what to do about them, and what cannot have been meant as numbers."""
    kind = Path(source).suffix.lower()
    remedy = next((remedy for kinds, remedy in REMEDIES.items() if kind and kind in kinds.split()), None)
    if remedy is not None:
        raise InputError(f"{name} must be a table, an array or a picture, but {quoted(Path(source).name)} {remedy}.")
    if isinstance(source, str) and (not source.strip() or any(mark in source for mark in ";|\n\t[{&=")):
        return  # numbers, if with a mistake: the message then says where
    if isinstance(source, Path) or not (source.startswith("((") or _NUMBER_FIRST.match(plainly(source).strip())):
        came = source.name if isinstance(source, Path) else source
        wanted = "a table (.csv, .xlsx), an array (.npy, .json) or a picture (.png, .jpg)"
        raise InputError(f'{name} must be rows such as "4 1; 1 1", or the file of {wanted}, but it is {quoted(came)}.')


def _read_numbers(name: str, file: FileSource, *, guess: bool) -> Said:
    """Return the numbers of a table or an array file."""
    called = f"{name} ({file.label})"
    if file.kind in ARRAYS:
        data = read_bytes(name, file.path, MAX_ARRAY_BYTES)
        found = _chosen(called, ARRAY_READERS[file.kind](called, data, file), file.number)
        array, said = ordered(called, found, guess=guess)
        return from_array(called, array), said
    if file.kind in (".xlsx", ".ods"):
        cells, said = decode_sheet(called, file.kind, read_bytes(name, file.path, MAX_TABLE_BYTES), file.sheet)
        array, also = _of_cells(called, cells, file.area, file.number)
        return array, ", ".join(filter(None, (said, also)))
    if file.number is not None:
        return from_cells(called, split_table(called, _line_of(name, file.path, file.number)))
    data = read_bytes(name, file.path, MAX_TABLE_BYTES)
    return _of_cells(called, split_table(called, decode_text(called, data)), file.area or file.sheet)


def _line_of(name: str, path: Path, number: int) -> str:
    """Return a row of a table with one row for each of many, such as MNIST's digits; a header is not counted."""
    first = decode_text(name, read_line(name, path, 0, MAX_LINES_BYTES))
    return decode_text(name, read_line(name, path, number + (not looks_like_rows(first)), MAX_LINES_BYTES))


def _of_cells(called: str, cells: Cells, area: str | None, number: int | None = None) -> Said:
    array, said = from_cells(called, cells if area is None else part_of(called, cells, area), whole=area is not None)
    return _chosen(called, array, number).reshape(-1, array.shape[1]), said


def _chosen(called: str, array: npt.NDArray[Any], number: int | None) -> npt.NDArray[Any]:
    """Return one of several."""
    if number is None:
        return array
    if number >= len(array):
        raise InputError(f"{called} must have a number below {len(array)} behind its #, but it is {number}.")
    chosen: npt.NDArray[Any] = array[number]
    return chosen


def _json(called: str, data: bytes, file: FileSource) -> npt.NDArray[Any]:
    found = decode_json(called, data)
    if isinstance(found, dict) and found:
        found = found[one_of(called, found, file.array)]
    if file.number is not None and isinstance(found, list):
        return np.asarray([from_lists(called, one) for one in found])
    return from_lists(called, found)


def _safetensors(called: str, data: bytes, file: FileSource) -> npt.NDArray[Any]:
    arrays = decode_tensors(called, file.path, data)
    return arrays[one_of(called, arrays, file.array)]


ARRAY_READERS: dict[str, Callable[[str, bytes, FileSource], npt.NDArray[Any]]] = {
    ".json": _json,
    ".npy": lambda called, data, _: decode_npy(called, data),
    ".npz": lambda called, data, file: decode_npz(called, data, file.array),
    ".safetensors": _safetensors,
}
