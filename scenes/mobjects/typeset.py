"""Typst code in, outlines out: in memory, without files, and without the fonts of the machine.

Manim's own `Typst` mobjects write two files a text and look through the machine's fonts each time (7 ms and more);
this takes a fraction of a millisecond, and the same code gives the same outlines everywhere.
"""

from __future__ import annotations

import io
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path

import numpy as np
import numpy.typing as npt
import svgelements as se
import typst
from manim import VMobjectFromSVGPath

__all__ = ["Outline", "Setting", "literal", "typeset"]

FONTS = Path(__file__).parent.parent / "fonts"
EM = 100.0
"""Size at which everything is set, in points; large, because Typst rounds outlines to 0.1 pt."""

HEAD = f"""
#set page(width: auto, height: auto, margin: 0pt, fill: none)
#set text(size: {EM}pt, font: "Source Sans Pro", number-width: "tabular")
#let part(i, body) = text(fill: rgb(0, 0, int(i)), body)
"""


@dataclass(frozen=True)
class Outline:
    """One glyph or line, in em.

    Attributes
    ----------
    points
        Cubic Bezier points (4 a curve) as Manim keeps them, (n, 3); y points up.
    part
        Number of the part it belongs to; 0 outside of every part.
    stroke
        Width of the line in em; 0 for a glyph, which is filled.
    """

    points: npt.NDArray[np.float64]
    part: int
    stroke: float


@dataclass(frozen=True)
class Setting:
    """A piece of Typst that has been set; `baseline` is that of its first line, both lengths in em."""

    outlines: tuple[Outline, ...]
    width: float
    baseline: float


def literal(text: str) -> str:
    r"""Return Typst code for a string that is shown as it is, whatever it holds.

    >>> literal('a"]')
    '"a\\u{22}\\u{5d}"'
    """
    return '"' + "".join(c if c.isascii() and c.isalnum() else f"\\u{{{ord(c):x}}}" for c in text) + '"'


@cache
def compiler() -> typst.Compiler:
    """Return the compiler, which knows no font of the machine."""
    return typst.Compiler(font_paths=typst.Fonts(include_system_fonts=False, font_paths=[FONTS]))


@lru_cache(maxsize=4096)
def typeset(code: str) -> Setting:
    """Set Typst code; `part("1", body)` numbers a part of it."""
    svg = compiler().compile(input=(HEAD + code).encode(), format="svg")
    assert isinstance(svg, bytes)
    # Glyphs of a line stand in a group `matrix(1 0 0 -1 x baseline)`; svgelements resolves it.
    drawing = se.SVG.parse(io.BytesIO(svg.replace(b'pt"', b'"', 2)), reify=True)
    outlines = tuple(as_outline(shape) for shape in drawing.elements() if isinstance(shape, se.Path) and len(shape))
    return Setting(outlines, drawing.width / EM, first_baseline(svg) / EM)


def first_baseline(svg: bytes) -> float:
    """Return the distance of the first line's baseline from the top, in points."""
    _, found, rest = svg.partition(b"matrix(1 0 0 -1 ")
    return float(rest.partition(b")")[0].split()[1]) if found else EM / 2


def as_outline(shape: se.Path) -> Outline:
    """Turn a path of the drawing into Manim's points."""
    points = VMobjectFromSVGPath(shape).points / EM * np.array([1, -1, 1])
    stroked = shape.stroke.value is not None and shape.stroke_width is not None and shape.fill.value is None
    ink = shape.stroke if stroked else shape.fill
    return Outline(points, (ink.blue or 0), float(shape.stroke_width) / EM if stroked else 0.0)
