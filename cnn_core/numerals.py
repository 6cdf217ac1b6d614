"""How a number is written, and when an equals sign is true."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction

import numpy as np
import numpy.typing as npt

__all__ = ["MINUS", "as_text", "decimals_for", "decimals_of", "parenthesised", "relation", "typeset", "written"]

MINUS = "\N{MINUS SIGN}"
MOST_DECIMALS = 6
TINY = 1e-6
"""What is smaller is written with a power of ten."""


def as_text(value: float, decimals: int) -> str:
    """Write a value rounded to `decimals`, never as "-0".

    >>> as_text(-0.04, 1), as_text(2.0, 0), as_text(0.125, 2)
    ('0.0', '2', '0.12')
    """
    quantum = Decimal(1).scaleb(-decimals)
    rounded = Decimal(float(value)).quantize(quantum, rounding=ROUND_HALF_EVEN)
    return f"{abs(rounded) if rounded == 0 else rounded:f}"


def typeset(text: str) -> str:
    """Return the text as it stands on screen: with a true minus sign.

    >>> typeset("-1.5")
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
    return as_text(value, decimals_for([value], decimals))


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
        if np.abs(array - np.round(array, decimals)).max(initial=0) <= 1e-9:
            return decimals
    return most


def decimals_of(values: npt.ArrayLike, most: int = 2) -> int:
    """Return the decimals with which an array is shown: at most two, but nothing but 0 looks like 0.

    >>> decimals_of([1.0, 0.5]), decimals_of([1 / 3, 2.0]), decimals_of([0.001, 0.25])
    (1, 2, 3)
    """
    array = np.abs(np.asarray(values, dtype=np.float64))
    decimals = decimals_for(array, most)
    while decimals < MOST_DECIMALS and bool(((array > 0) & (np.round(array, decimals) == 0)).any()):
        decimals += 1
    return decimals


def relation(shown: Iterable[Iterable[str]], result: str) -> str:
    """Return `=` if the sum of products of the numbers *as shown* is the result as shown, else `≈`.

    Each term is a sequence of factors; digits are taken at face value, so nothing hides in rounding.

    >>> relation([["1", "2"], ["0.5", "-1"]], "1.5"), relation([["0.33", "3"]], "1")
    ('=', '≈')
    """
    total = Fraction(0)
    for factors in shown:
        product = Fraction(1)
        for factor in factors:
            product *= Fraction(factor)
        total += product
    return "=" if total == Fraction(result) else "≈"
