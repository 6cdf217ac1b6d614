"""How a number is written, and when an equals sign is true."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import ROUND_HALF_EVEN, Decimal
from fractions import Fraction

import numpy as np
import numpy.typing as npt

__all__ = ["MINUS", "as_text", "decimals_for", "parenthesised", "relation", "typeset"]

MINUS = "\N{MINUS SIGN}"


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
