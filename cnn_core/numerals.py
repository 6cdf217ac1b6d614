"""How a number is written, and when an equals sign is true."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction
from functools import lru_cache

import numpy as np
import numpy.typing as npt

__all__ = [
    "EXACT",
    "EXACTLY",
    "FEWEST",
    "MINUS",
    "as_text",
    "decimals_for",
    "decimals_needed",
    "decimals_of",
    "digits_shown",
    "fraction_of",
    "parenthesised",
    "true_minus",
    "written",
]

MINUS = "\N{MINUS SIGN}"
MOST_DECIMALS = 6
WRITTEN_DOWN = 600
"""Numbers of an array that is seen in cells at most."""
FEWEST = 2
"""Decimals with which a number begins that is not written in full."""
EXACT = 4
"""Decimals up to which a number is written in full."""
LEFT_OVER = 1e-12
"""Up to which a number is what floats leave over."""
TINY = 1e-6
"""What is smaller is written with a power of ten."""
EXACTLY = 1e-9
"""What digits may leave out of a number that they write in full."""


def as_text(value: float, decimals: int) -> str:
    """Write a value rounded to `decimals` (halves to even), never as "-0".

    >>> as_text(-0.04, 1), as_text(2.0, 0), as_text(0.125, 2)
    ('0.0', '2', '0.12')
    """
    text = f"{value:.{decimals}f}"
    return text[1:] if text.startswith("-") and not text.strip("-0.") else text


def true_minus(text: str) -> str:
    """Return the text as it stands on screen: with a true minus sign.

    >>> true_minus("-1.5")
    '−1.5'
    """
    return text.replace("-", MINUS)


def written(value: float, decimals: int = 4) -> str:
    """Write a number with as few decimals as it needs, at most `decimals`; a small one with a digit that is not 0.

    >>> written(2.0), written(-0.5), written(1 / 3), written(0.00001), written(2.5e-7)
    ('2', '-0.5', '0.3333', '0.00001', '2.5e-07')
    """
    if 0 < abs(value) < 10.0 ** (1 - decimals):
        digits = f"{value:.{decimals}g}"
        return f"{Decimal(digits):f}" if abs(value) >= TINY else digits
    return as_text(value, decimals_needed(value, decimals))


def decimals_needed(value: float, most: int) -> int:
    """Return the fewest decimals that write one value exactly, or `most` if none do.

    >>> decimals_needed(0.5, 2), decimals_needed(1 / 3, 2)
    (1, 2)
    """
    if abs(value - round(value, most - 1)) > EXACTLY:
        return most
    return next(decimals for decimals in range(most) if abs(value - round(value, decimals)) <= EXACTLY)


@lru_cache(maxsize=1 << 16)
def digits_shown(value: float, decimals: int) -> str:
    """Write a number in full where up to 4 decimals do, otherwise with so many; never as 0 unless it is.

    What floats leave over where a sum is 0 is 0.

    >>> digits_shown(0.125, 2), digits_shown(1 / 3, 2), digits_shown(0.00002, 2), digits_shown(1e-17, 2)
    ('0.125', '0.33', '0.00002', '0')
    """
    if abs(value) <= LEFT_OVER:
        return "0"
    is_tiny = 0 < abs(value) < 10.0**-EXACT
    full = EXACT + 1 if is_tiny else decimals_needed(value, EXACT + 1)
    text = as_text(value, full if full <= EXACT else decimals)
    return text if float(text) else f"{Decimal(written(value, 2)):f}"


@lru_cache(maxsize=1 << 16)
def fraction_of(text: str) -> Fraction:
    """Return what digits say."""
    return Fraction(text)


def parenthesised(text: str) -> str:
    """Put a negative number in parentheses, as behind an operator.

    >>> parenthesised("-1"), parenthesised("2")
    ('(-1)', '2')
    """
    return f"({text})" if text.startswith("-") else text


def decimals_for(values: npt.ArrayLike, most: int = 2) -> int:
    """Return the fewest decimals that write every finite value exactly, or `most` if none do.

    >>> decimals_for([1.0, 0.5]), decimals_for([1 / 3])
    (1, 2)
    """
    array = np.asarray(values, dtype=np.float64)
    array = array[np.isfinite(array)]
    for decimals in range(most):
        if np.abs(array - np.round(array, decimals)).max(initial=0) <= EXACTLY:
            return decimals
    return most


def decimals_of(values: npt.ArrayLike, most: int = 2) -> int:
    """Return the decimals with which an array is shown: at most two, but nothing but 0 looks like 0.

    Of an array too large to be written down, two: the few numbers picked from it are not those next to 0.

    >>> decimals_of([1.0, 0.5]), decimals_of([1 / 3, 2.0]), decimals_of([0.001, 0.25])
    (1, 2, 3)
    """
    array = np.abs(np.asarray(values, dtype=np.float64))
    decimals = decimals_for(array, most)
    small = array[array > EXACTLY].min(initial=1.0) if array.size <= WRITTEN_DOWN else 1.0
    while decimals < MOST_DECIMALS and np.round(small, decimals) == 0:
        decimals += 1
    return decimals
