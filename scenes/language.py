"""Sentences in the language of a film: gettext with named values, lists, plurals, and numbers with their decimal sign.

A sentence stands whole in one place and is never glued from pieces: `say("The sum is {total}.", total="7")`. What is
said is in the language that `speaking` has set; English is the language of the source.
"""

from __future__ import annotations

import gettext
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from pathlib import Path
from typing import Any

from babel import Locale
from babel.lists import format_list

from cnn_core.errors import InputError
from cnn_core.numerals import true_minus

__all__ = [
    "LANGUAGES",
    "Language",
    "Pseudo",
    "about",
    "language",
    "listed",
    "marked",
    "number",
    "say",
    "say_many",
    "speaking",
]

CATALOGS = Path(__file__).parent / "locale"
SOURCE = "en"
PSEUDO = "en-XA"
"""What is not a language: every sentence is marked and longer, so that tests see what was left out."""

LANGUAGES = (SOURCE, PSEUDO)


class Pseudo(gettext.NullTranslations):
    """Marks every sentence and makes it 40 % longer; values stay as they are."""

    def gettext(self, message: str) -> str:
        return f"[{message}{'~' * round(0.4 * len(message))}]"

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return self.gettext(msgid1 if n == 1 else msgid2)


class Language:
    """How sentences, lists and numbers are written.

    Attributes
    ----------
    code
        Such as `en`.
    """

    def __init__(self, code: str) -> None:
        if code not in LANGUAGES:
            raise InputError(f"language must be {SOURCE}, but it is {code!r}.")
        self.code = code
        self.locale = Locale("en", "GB") if code.startswith(SOURCE) else Locale.parse(code)
        self.translations = Pseudo() if code == PSEUDO else gettext.translation("cnnreel", CATALOGS, [code], None, True)
        self.decimal_sign = str(self.locale.number_symbols["latn"]["decimal"])


@lru_cache
def language_of(code: str) -> Language:
    return Language(code)


_spoken: ContextVar[str] = ContextVar("language", default=SOURCE)


def language() -> Language:
    """Return the language that is spoken now."""
    return language_of(_spoken.get())


@contextmanager
def speaking(code: str) -> Iterator[None]:
    """Speak a language for a while."""
    language_of(code)
    before = _spoken.set(code)
    try:
        yield
    finally:
        _spoken.reset(before)


def say(sentence: str, /, **values: Any) -> str:
    """Say a sentence with its values in their places.

    >>> say("The sum is {total}.", total=7)
    'The sum is 7.'
    """
    return language().translations.gettext(sentence).format(**values)


def marked(sentence: str) -> str:
    """Return a sentence that is said later as it is, so that translators find it."""
    return sentence


def say_many(one: str, many: str, count: int, /, **values: Any) -> str:
    """Say a sentence in singular or plural; the count is one of its values.

    >>> say_many("{count} cell is left out.", "{count} cells are left out.", 2)
    '2 cells are left out.'
    """
    return language().translations.ngettext(one, many, count).format(count=count, **values)


def listed(items: Sequence[object]) -> str:
    """Join with commas and an "and".

    >>> listed([4, 1, 1])
    '4, 1 and 1'
    """
    return format_list([str(item) for item in items], style="standard", locale=language().locale)


def number(text: str) -> str:
    """Return a number's digits as they are set in this language: with a true minus and its decimal sign.

    >>> number("-0.5")
    '−0.5'
    """
    return true_minus(text).replace(".", language().decimal_sign)


def about(text: str, *, is_rounded: bool) -> str:
    """Return a number for a sentence, with an "about" where its digits are not all of it.

    >>> about("-0.5", is_rounded=False), about("0.33", is_rounded=True)
    ('−0.5', 'about 0.33')
    """
    return say("about {number}", number=number(text)) if is_rounded else number(text)
