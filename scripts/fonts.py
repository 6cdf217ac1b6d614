"""Make the fonts of the pages: `.venv/bin/python scripts/fonts.py` (after `scripts/setup dev`).

A page needs a font for its own words alone, since films are drawn from outlines. Here are Latin and Greek letters,
digits and signs of Source Sans Pro, as WOFF2: a tenth of the size. The licence keeps the name "Source" for the whole
font, so the parts are called Cnnreel Sans.
"""

from __future__ import annotations

from pathlib import Path

from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTFont

HOUSE = Path(__file__).parents[1]
SOURCES = HOUSE / "scenes" / "fonts"
PARTS = HOUSE / "cnnreel" / "play" / "page" / "fonts"

CHARACTERS = [
    *range(0x20, 0x7F),
    *range(0xA0, 0x180),
    *range(0x384, 0x3CF),
    *range(0x2010, 0x2027),
    *range(0x2030, 0x203B),
    *range(0x2070, 0x20AD),
    *range(0x2190, 0x2194),
    *range(0x2200, 0x2266),
    0x2713,
]


def part_of(source: Path) -> TTFont:
    """Return what the pages need of a font, named anew."""
    options = Options()
    options.layout_features = ["ccmp", "kern", "locl", "mark", "mkmk", "tnum"]
    options.hinting = options.desubroutinize = False
    font = TTFont(source, recalcTimestamp=False)
    subsetter = Subsetter(options)
    subsetter.populate(unicodes=CHARACTERS)
    subsetter.subset(font)
    rename(font, source.stem.replace("SourceSansPro", "CnnreelSans"))
    font.flavor = "woff2"
    return font


def rename(font: TTFont, name: str) -> None:
    """Give a font a PostScript name such as CnnreelSans-Regular."""
    family, style = "Cnnreel Sans", name.rpartition("-")[2]
    for number, text in {1: family, 2: style, 3: name, 4: f"{family} {style}", 6: name}.items():
        font["name"].setName(text, number, 3, 1, 0x409)
    font["name"].names = [
        one for one in font["name"].names if one.nameID in (0, 1, 2, 3, 4, 5, 6) and one.platformID == 3
    ]
    outlines = font["CFF "].cff
    outlines.fontNames = [name]
    outlines.topDictIndex[0].FamilyName, outlines.topDictIndex[0].FullName = family, f"{family} {style}"


def main() -> None:
    """Write both weights."""
    PARTS.mkdir(exist_ok=True)
    for weight in ("Regular", "Semibold"):
        part_of(SOURCES / f"SourceSansPro-{weight}.otf").save(PARTS / f"CnnreelSans-{weight}.woff2")


if __name__ == "__main__":
    main()
