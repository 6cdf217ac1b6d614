"""Sheets of Excel (`.xlsx`) and LibreOffice (`.ods`): both are archives of XML, read within bounds."""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from typing import TypeAlias
from xml.etree import ElementTree
from zipfile import BadZipFile, ZipFile

from cnn_core.errors import InputError
from cnn_core.reading.commas import with_points
from cnn_core.reading.quoting import quoted
from cnn_core.reading.tables import Cells, column_of

__all__ = ["decode_sheet", "member"]

Sparse: TypeAlias = dict[tuple[int, int], str]

_MOST_BYTES = 30_000_000
_MOST_CELLS = 500_000
_PLACE = re.compile(r"([A-Z]{1,3})(\d{1,7})")
_OPEN_DOCUMENT = "{urn:oasis:names:tc:opendocument:xmlns:%s:1.0}"
_TABLE, _OFFICE = _OPEN_DOCUMENT % "table", _OPEN_DOCUMENT % "office"


def decode_sheet(name: str, kind: str, data: bytes, wanted: str | None) -> tuple[Cells, str]:
    """Return a sheet's cells as words, and in words which of several sheets it is.

    Parameters
    ----------
    kind
        `".xlsx"` or `".ods"`.
    wanted
        The sheet's name; the first one if None.

    Raises
    ------
    InputError
        If it is no such file, is damaged or too large, or has no such sheet.
    """
    try:
        with ZipFile(io.BytesIO(data)) as archive:
            sheets = dict(_open_document(name, archive) if kind == ".ods" else _excel(name, archive, wanted))
    except InputError:
        raise
    except Exception:  # a damaged archive fails in as many ways as it has parts
        raise InputError(f"{name} must be a sheet of Excel or LibreOffice, but it is none, or is damaged.") from None
    if not sheets or (wanted is not None and wanted not in sheets):
        came = f"no {quoted(wanted)}" if wanted is not None else "none"
        raise InputError(f"{name} must have one of its sheets, {', '.join(map(quoted, sheets))}, but there is {came}.")
    chosen = next(iter(sheets)) if wanted is None else wanted
    first = f"the first of {len(sheets)} sheets" if wanted is None and len(sheets) > 1 else ""
    return with_points(name, _dense(name, sheets[chosen])), first


def member(name: str, archive: ZipFile, path: str, most: int = _MOST_BYTES) -> bytes:
    """Return a part of an archive, of at most so many bytes whatever the archive says of it."""
    with archive.open(path) as file:
        data = file.read(most + 1)
    if len(data) > most:
        raise InputError(f"{name} must hold at most {most:,} bytes, but it unpacks to more.")
    return data


def _xml(name: str, archive: ZipFile, path: str) -> ElementTree.Element:
    data = member(name, archive, path)
    if b"<!DOCTYPE" in data or b"<!ENTITY" in data:
        raise BadZipFile("entities have no place in a sheet")
    return ElementTree.fromstring(data)


def _excel(name: str, archive: ZipFile, wanted: str | None) -> Iterator[tuple[str, Sparse]]:
    """Give the sheets by name; only the one that is wanted, or the first, is read."""
    links = _xml(name, archive, "xl/_rels/workbook.xml.rels")
    files = {link.attrib["Id"]: link.attrib["Target"].removeprefix("/xl/") for link in links}
    texts: list[str] = []
    if "xl/sharedStrings.xml" in archive.namelist():
        texts = ["".join(one.itertext()) for one in _xml(name, archive, "xl/sharedStrings.xml")]
    for number, sheet in enumerate(_xml(name, archive, "xl/workbook.xml").findall(".//{*}sheet")):
        title = sheet.attrib["name"]
        link = next(value for key, value in sheet.attrib.items() if key.endswith("}id"))
        is_read = title == wanted or (wanted is None and number == 0)
        yield title, dict(_excel_cells(_xml(name, archive, f"xl/{files[link]}"), texts)) if is_read else {}


def _excel_cells(sheet: ElementTree.Element, texts: list[str]) -> Iterator[tuple[tuple[int, int], str]]:
    for number, row in enumerate(sheet.findall(".//{*}row")):
        for at, cell in enumerate(row.findall(".//{*}c")):
            place = _PLACE.fullmatch(cell.get("r", ""))
            value, kind = cell.findtext("{*}v", ""), cell.get("t")
            if kind == "s":
                value = texts[int(value)]
            elif kind == "inlineStr":
                value = "".join(cell.itertext())
            if value.strip():
                yield (int(place[2]) - 1, column_of(place[1])) if place else (number, at), value.strip()


def _open_document(name: str, archive: ZipFile) -> Iterator[tuple[str, Sparse]]:
    for table in _xml(name, archive, "content.xml").iter(f"{_TABLE}table"):
        cells: Sparse = {}
        i = 0
        for row in table.iter(f"{_TABLE}table-row"):
            again = int(row.get(f"{_TABLE}number-rows-repeated", "1"))
            words = dict(_open_document_row(row))
            for repeated in range(again if words else 0):
                cells.update({(i + repeated, j): word for j, word in words.items()})
                _check_count(name, len(cells))
            i += again
        yield table.get(f"{_TABLE}name", ""), cells


def _open_document_row(row: ElementTree.Element) -> Iterator[tuple[int, str]]:
    j = 0
    for cell in row:
        again = int(cell.get(f"{_TABLE}number-columns-repeated", "1"))
        word = cell.get(f"{_OFFICE}value") or "".join(cell.itertext()).strip()
        if word:
            yield from ((j + repeated, word) for repeated in range(min(again, _MOST_CELLS)))
        j += again


def _dense(name: str, cells: Sparse) -> Cells:
    """Return rows from the top left of the sheet; a cell far out does not make it larger than it may be."""
    height, width = (1 + max((place[axis] for place in cells), default=-1) for axis in (0, 1))
    _check_count(name, height * width)
    return [[cells.get((i, j), "") for j in range(width)] for i in range(height)]


def _check_count(name: str, count: int) -> None:
    if count > _MOST_CELLS:
        raise InputError(f"{name} must have at most {_MOST_CELLS:,} cells, but it has more.")
