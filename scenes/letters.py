"""Which characters the films can show: those that both of their fonts have."""

from __future__ import annotations

import unicodedata
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from cnn_core.errors import InputError

if TYPE_CHECKING:
    import uharfbuzz

__all__ = [
    "check_letters",
    "face",
]

FOLDER = Path(__file__).parent / "fonts"
_WEIGHTS = ("Regular", "Semibold")


def check_letters(name: str, text: str) -> None:
    """Refuse a text that the films would show with an empty box.

    Raises
    ------
    InputError
        Names the first character that no font of ours has.
    """
    for character in text:
        if character not in _letters():
            raise InputError(f"{name} has the character {described(character)}, which the films' font does not have.")


def described(character: str) -> str:
    r"""Return a character in quotation marks, or its number if it cannot be seen.

    >>> described("漢"), described("\u200d")
    ('“漢”', 'U+200D')
    """
    return f"“{character}”" if unicodedata.category(character)[0] in "LNPS" else f"U+{ord(character):04X}"


@cache
def face(weight: str) -> uharfbuzz.Face:
    """Return the font of a weight, `Regular` or `Semibold`."""
    import uharfbuzz  # noqa: PLC0415  # the command line starts without it

    return uharfbuzz.Face(uharfbuzz.Blob.from_file_path(str(FOLDER / f"SourceSansPro-{weight}.otf")))


@cache
def _letters() -> frozenset[str]:
    """Return every character that is in the regular and in the semibold font."""
    return frozenset.intersection(*(frozenset(map(chr, face(weight).unicodes)) for weight in _WEIGHTS))
