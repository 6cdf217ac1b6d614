"""Formulas in Typst's math language become outlines: in memory, without files, and without the fonts of the machine.

Manim's own `Typst` mobjects write two files a formula and look through the machine's fonts each time; here each glyph
is read once, and the same code gives the same outlines everywhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TypeAlias
from xml.etree.ElementTree import Element, fromstring

import numpy as np
import numpy.typing as npt
import svgelements as se
import typst
from manim import VMobjectFromSVGPath

from scenes.mobjects.lettering import Curves

__all__ = ["Outline", "typeset"]

_FONTS = Path(__file__).parent.parent / "fonts"
EM = 100.0
"""Size at which everything is set, in points; large, because Typst rounds outlines to 0.1 pt."""

HEAD = f"""
#set page(width: auto, height: auto, margin: 0pt, fill: none)
#set text(size: {EM}pt, font: "Source Sans Pro", number-width: "tabular")
#let part(i, body) = text(fill: rgb(0, 0, int(i)), body)
"""

_SVG = "{http://www.w3.org/2000/svg}"
_HREF = "{http://www.w3.org/1999/xlink}href"

_Matrix: TypeAlias = npt.NDArray[np.float64]
"""(3, 3), for points (x, y, 1)."""


@dataclass(frozen=True)
class Outline:
    """One glyph or line, in em.

    Attributes
    ----------
    part
        Number of the part it belongs to: its colour; 0 outside of every part.
    stroke
        Width of the line in em; 0 for a glyph, which is filled.
    """

    points: Curves
    part: int
    stroke: float


@cache
def compiler() -> typst.Compiler:
    """Return the compiler, which knows no font of the machine."""
    return typst.Compiler(font_paths=typst.Fonts(include_system_fonts=False, font_paths=[_FONTS]))


def typeset(code: str) -> list[Outline]:
    """Set Typst code; `part("1", body)` numbers a part of it."""
    svg = compiler().compile(input=(HEAD + code).encode(), format="svg")
    assert isinstance(svg, bytes)
    drawing = fromstring(svg)
    symbols = {f"#{symbol.get('id')}": symbol[0] for symbol in drawing.iter(f"{_SVG}symbol")}
    return list(_outlines(drawing, np.diag([1 / EM, -1 / EM, 1]), symbols))


def _outlines(group: Element, placed: _Matrix, symbols: dict[str, Element]) -> Iterator[Outline]:
    for one in group:
        at = placed @ _matrix(one.get("transform", ""))
        if one.tag == f"{_SVG}g":
            yield from _outlines(one, at, symbols)
        elif one.tag == f"{_SVG}use":
            at = at @ _matrix(f"translate({one.get('x')} {one.get('y')})")
            yield _outline(symbols[one.attrib[_HREF]], at, one.attrib["fill"], 0.0)
        elif one.tag == f"{_SVG}path" and one.get("fill") == "none":
            yield _outline(one, at, one.attrib["stroke"], float(one.attrib["stroke-width"]) / EM)
        elif one.tag == f"{_SVG}path":
            yield _outline(one, at, one.attrib["fill"], 0.0)


def _outline(path: Element, at: _Matrix, ink: str, stroke: float) -> Outline:
    return Outline(_curves(path.attrib["d"]) @ at.T * [1, 1, 0], int(ink.removeprefix("#"), 16), stroke)


def _matrix(transform: str) -> _Matrix:
    read = se.Matrix(transform)
    return np.array([[read.a, read.c, read.e], [read.b, read.d, read.f], [0, 0, 1]])


@cache
def _curves(path: str) -> Curves:
    """Return the points (x, y, 1) of SVG path data."""
    points: Curves = VMobjectFromSVGPath(se.Path(path)).points + np.array([0, 0, 1])
    return points
