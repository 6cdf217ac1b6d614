"""Which characters the films can show: those that both of their fonts have."""

from __future__ import annotations

import struct
import unicodedata
from functools import cache
from pathlib import Path

from cnn_core.errors import InputError

__all__ = ["FONT_FILES", "characters_of", "check_letters", "letters"]

FOLDER = Path(__file__).parent / "fonts"
FONT_FILES = (FOLDER / "SourceSansPro-Regular.otf", FOLDER / "SourceSansPro-Semibold.otf")

SEGMENTED = 12
"""The format of a font's table of characters that reaches beyond U+FFFF (OpenType, "cmap")."""


def check_letters(name: str, text: str) -> None:
    """Refuse a text that the films would show with an empty box.

    Raises
    ------
    InputError
        Names the first character that no font of ours has.
    """
    for character in text:
        if character not in letters():
            raise InputError(f"{name} has the character {described(character)}, which the films' font does not have.")


def described(character: str) -> str:
    r"""Return a character in quotation marks, or its number if it cannot be seen.

    >>> described("漢"), described("\u200d")
    ('“漢”', 'U+200D')
    """
    return f"“{character}”" if unicodedata.category(character)[0] in "LNPS" else f"U+{ord(character):04X}"


@cache
def letters() -> frozenset[str]:
    """Return every character that is in the regular and in the semibold font."""
    return frozenset.intersection(*map(characters_of, FONT_FILES))


def characters_of(font: Path) -> frozenset[str]:
    """Read a font's table of characters."""
    data = font.read_bytes()
    tables = (struct.unpack_from(">4s4xI", data, 12 + 16 * k) for k in range(struct.unpack_from(">H", data, 4)[0]))
    cmap = dict(tables)[b"cmap"]
    subtables = (struct.unpack_from(">I", data, cmap + 8 + 8 * k)[0] for k in range(data[cmap + 3]))
    at = next(cmap + start for start in subtables if struct.unpack_from(">H", data, cmap + start)[0] == SEGMENTED)
    groups = data[at + 16 : at + 16 + 12 * struct.unpack_from(">I", data, at + 12)[0]]
    return frozenset(
        chr(code) for first, last, _ in struct.iter_unpack(">III", groups) for code in range(first, last + 1)
    )
