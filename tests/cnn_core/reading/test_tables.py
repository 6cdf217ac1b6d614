"""Tables are read whatever wrote them, and what is only a heading is left out and said."""

import re
from collections.abc import Callable
from pathlib import Path
from zipfile import ZipFile

import numpy as np
import pytest

from cnn_core.errors import InputError
from cnn_core.reading.grids import Grid, read_grid

MATRIX = [[1.5, -2], [3, 4]]
Write = Callable[[str, bytes], str]


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    """Return a function that writes a file into an empty folder, where relative paths start, and returns its name."""
    monkeypatch.chdir(tmp_path)

    def written(name: str, data: bytes) -> str:
        (tmp_path / name).write_bytes(data)
        return name

    return written


def read(source: str) -> Grid:
    return read_grid("x", source)


SAME = {
    "commas": b"1.5,-2\n3,4\n",
    "a German Excel": b"\xef\xbb\xbf1,5;-2\r\n3;4\r\n",
    "sep=": b"sep=;\r\n1,5;-2\r\n3;4\r\n",
    "tabs": b"1,5\t-2\n3\t4\n",
    "bars": b"1.5|-2\n3|4\n",
    "blanks, as numpy.savetxt": b"# made by numpy\n1.500e+00 -2.000e+00\n3.000e+00 4.000e+00\n",
    "quotation marks": b'"1,5","-2"\n"3","4"\n',
    "trailing columns and rows": b"1.5,-2,\n3,4,\n,,\n\n",
    "a margin": b";;\n;1,5;-2\n\n;3;4\n",
    "UTF-16": "1,5\t-2\r\n3\t4".encode("utf-16"),
}


@pytest.mark.parametrize("data", SAME.values(), ids=SAME)
def test_numbers_alone_are_read_and_nothing_is_said(write: Write, data: bytes) -> None:
    grid = read(write("my.csv", data))
    assert grid.array.tolist() == MATRIX
    assert grid.origin == "my.csv"


HEADED = {
    "header row": b"left,right\n1.5,-2\n3,4\n",
    "header row ": "Größe;Länge\n1,5;-2\n3;4\n".encode("cp1252"),
    "2 header rows": b"Class 7b;\nleft;right\n1,5;-2\n3;4\n",
    "header row and index column": b",0,1\n0,1.5,-2\n1,3,4\n",
    "header row and index column ": b"id,a,b\n1,1.5,-2\n2,3,4\n",
    "header row and row names": b",a,b\nup,1.5,-2\ndown,3,4\n",
    "row names": b"up,1.5,-2\ndown,3,4\n",
    "header row  ": b"0,1\n1.5,-2\n3,4\n",
}


@pytest.mark.parametrize(("said", "data"), HEADED.items())
def test_headings_are_left_out_and_said(write: Write, said: str, data: bytes) -> None:
    grid = read(write("my.csv", data))
    assert grid.array.tolist() == MATRIX
    assert grid.origin == f"my.csv, without its {said.strip()}"


def test_column_numbers_of_pandas_are_a_header_but_numbers_that_count_on_are_not(write: Write) -> None:
    assert read(write("a.csv", b"0,1,2\n7,3,8\n")).array.tolist() == [[7, 3, 8]]
    assert read(write("a.csv", b"0,1,2\n3,4,5\n")).array.tolist() == [[0, 1, 2], [3, 4, 5]]
    assert read("a.csv!A1:C2").array.tolist() == [[0, 1, 2], [3, 4, 5]]


def test_a_header_with_commas_tells_what_those_below_it_mean(write: Write) -> None:
    with pytest.raises(InputError, match=r'type "1\.5; 2\.5" or "1, 5; 2, 5"'):
        read(write("a.csv", b"mark\n1,5\n2,5\n"))
    assert read(write("a.csv", b"a,b\n1,5\n2,5\n")).array.tolist() == [[1, 5], [2, 5]]


def test_what_numpy_saves_as_text_is_read_back(write: Write) -> None:
    for name, options in {"a.txt": {}, "a.csv": {"delimiter": ","}, "a.tsv": {"delimiter": "\t"}}.items():
        np.savetxt(name, MATRIX, **options)  # type: ignore[arg-type]
        assert read(name).array.tolist() == MATRIX


def test_an_area_of_a_table_can_be_named(write: Write) -> None:
    write("a.csv", b"9,9,9,9\n9,1.5,-2,9\n9,3,4,9\n")
    assert read("a.csv!B2:C3").array.tolist() == MATRIX
    with pytest.raises(
        InputError, match=r"^x \(a\.csv!rows\) must have cells such as A1:D4 behind its !, but there is"
    ):
        read("a.csv!rows")


def xlsx(path: str, sheets: dict[str, dict[str, str]]) -> None:
    """Write a workbook of cells as Excel does, texts shared."""
    texts: list[str] = []
    main, links = "http://schemas.openxmlformats.org/spreadsheetml/2006/main", "http://schemas.openxmlformats.org/r"

    def cell(place: str, value: str) -> str:
        if re.fullmatch(r"[-\d.]+", value):
            return f'<c r="{place}"><v>{value}</v></c>'
        texts.append(value)
        return f'<c r="{place}" t="s"><v>{len(texts) - 1}</v></c>'

    with ZipFile(path, "w") as archive:
        names = "".join(f'<sheet name="{name}" r:id="r{k}"/>' for k, name in enumerate(sheets))
        archive.writestr("xl/workbook.xml", f'<w xmlns="{main}" xmlns:r="{links}"><sheets>{names}</sheets></w>')
        found = "".join(f'<Relationship Id="r{k}" Target="worksheets/s{k}.xml"/>' for k in range(len(sheets)))
        archive.writestr("xl/_rels/workbook.xml.rels", f"<Relationships>{found}</Relationships>")
        for k, cells in enumerate(sheets.values()):
            row = "".join(cell(*one) for one in cells.items())
            archive.writestr(
                f"xl/worksheets/s{k}.xml", f'<w xmlns="{main}"><sheetData><row>{row}</row></sheetData></w>'
            )
        shared = "".join(f"<si><t>{text}</t></si>" for text in texts)
        archive.writestr("xl/sharedStrings.xml", f'<sst xmlns="{main}">{shared}</sst>')


def test_a_sheet_of_excel_is_read_by_its_name_and_by_its_cells(write: Write) -> None:
    numbers = {"B2": "1.5", "C2": "-2", "B3": "3", "C3": "4"}
    xlsx("a.xlsx", {"Mai 1": {"B1": "left", "C1": "right", **numbers}, "Zwei": {"A1": "7"}})
    assert read("a.xlsx").array.tolist() == MATRIX
    assert read("a.xlsx").origin == "a.xlsx, the first of 2 sheets, without its header row"
    assert read("a.xlsx!Zwei").array.tolist() == [[7]]
    assert read("a.xlsx!Mai 1!B2:C2").array.tolist() == [[1.5, -2]]
    assert read("a.xlsx!B3:C3").array.tolist() == [[3, 4]]
    with pytest.raises(InputError, match=r'must have one of its sheets, "Mai 1", "Zwei", but there is no "Drei"\.$'):
        read("a.xlsx!Drei")


def ods(path: str, rows: str) -> None:
    spaces = " ".join(f'xmlns:{n}="urn:oasis:names:tc:opendocument:xmlns:{n}:1.0"' for n in ("table", "office", "text"))
    with ZipFile(path, "w") as archive:
        archive.writestr("content.xml", f'<o {spaces}><table:table table:name="T">{rows}</table:table></o>')


def test_a_sheet_of_libreoffice_is_read_with_its_repeated_cells(write: Write) -> None:
    empty = '<table:table-row table:number-rows-repeated="1048573"><table:table-cell/></table:table-row>'
    five = '<table:table-cell office:value="5" table:number-columns-repeated="2"/>'
    text = "<table:table-cell><text:p>1,5</text:p></table:table-cell>"
    ods("a.ods", f"<table:table-row>{five}{text}</table:table-row>{empty}")
    assert read("a.ods").array.tolist() == [[5, 5, 1.5]]


def test_sheets_that_would_be_huge_are_refused_before_they_are(write: Write) -> None:
    xlsx("far.xlsx", {"S": {"A1": "1", "XFD1048576": "2"}})
    cell = '<table:table-cell office:value="5" table:number-columns-repeated="2000000000"/>'
    ods("many.ods", f'<table:table-row table:number-rows-repeated="2000000000">{cell}</table:table-row>')
    with ZipFile("bomb.xlsx", "w", compression=8) as archive:
        archive.writestr("xl/_rels/workbook.xml.rels", b" " * 40_000_000)
    with ZipFile("laughs.ods", "w") as archive:
        archive.writestr("content.xml", '<!DOCTYPE a [<!ENTITY b "lol">]><a>&b;</a>')
    for name, message in {
        "far.xlsx": "must have at most 500,000 cells",
        "many.ods": "must have at most 500,000 cells",
        "bomb.xlsx": "must hold at most 30,000,000 bytes, but it unpacks to more",
        "laughs.ods": "must be a sheet of Excel or LibreOffice",
    }.items():
        with pytest.raises(InputError, match=message):
            read(name)
