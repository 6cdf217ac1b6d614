"""Lines of arithmetic: what stands on their left side, and when it equals what stands on the right."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import prod
from typing import Any

import numpy as np

from cnn_core.numerals import as_text, decimals_for, parenthesised, typeset

__all__ = [
    "Expression",
    "Working",
    "added",
    "address",
    "difference",
    "flat",
    "plus",
    "power_of_e",
    "product",
    "quotient",
    "root",
    "written",
]

DECIMALS = 4
"""Shown at most; where that is not exact, the line has a ≈."""
TINY = 1e-6
"""What is smaller is written with a power of ten."""


@dataclass(frozen=True)
class Working:
    """How one value came about.

    Attributes
    ----------
    of
        Its address inside `values`, such as `output[0,0,1,2]`.
    operands
        What it was computed from, by name: numbers and lists of them.
    line
        The arithmetic as people write it, such as `Max(4, 1, 1, 1) = 4`.
    """

    of: str
    operands: Mapping[str, Any]
    result: float
    line: str


@dataclass(frozen=True)
class Expression:
    """The left side of a line: its operands, its text, and what the digits in it make exactly, if that is known."""

    operands: Mapping[str, Any]
    text: str
    exact: Fraction | None = None

    def equals(self, of: str, result: float) -> Working:
        """Put the result on the right side; `=` only where the digits shown make it true."""
        text = written(result)
        sign = "=" if self.exact is not None and self.exact == Fraction(text) else "≈"
        return Working(of, self.operands, result, typeset(f"{self.text} {sign} {text}"))


def added(operands: Mapping[str, Any]) -> Expression:
    """Write `4 + 1 + (-1)`, from numbers and lists of numbers."""
    texts = [written(value) for operand in operands.values() for value in flat(operand)]
    return Expression(operands, plus(texts), sum(map(Fraction, texts), Fraction(0)))


def difference(operands: Mapping[str, float]) -> Expression:
    """Write `4 - (-1)`, from two numbers and their names."""
    first, second = map(written, operands.values())
    return Expression(operands, f"{first} - {parenthesised(second)}", Fraction(first) - Fraction(second))


def product(operands: Mapping[str, float]) -> Expression:
    """Write `2·(-1)`."""
    texts = [written(value) for value in operands.values()]
    return Expression(operands, "·".join(map(parenthesised, texts)), prod(map(Fraction, texts), start=Fraction(1)))


def quotient(operands: Mapping[str, float]) -> Expression:
    """Write `48 / 16`, from two numbers and their names."""
    above, below = map(written, operands.values())
    return Expression(operands, f"{above} / {parenthesised(below)}", Fraction(above) / Fraction(below))


def root(operands: Mapping[str, float]) -> Expression:
    """Write `√6.25`, or `√(6.25 + 0.00001)`; the root is exact where the digits of its square are those below it."""
    texts = [written(value) for value in operands.values()]
    below = sum(map(Fraction, texts), Fraction(0))
    whole = Fraction(written(float(below) ** 0.5))
    text = f"√{texts[0]}" if len(texts) == 1 else f"√({plus(texts)})"
    return Expression(operands, text, whole if whole**2 == below else None)


def power_of_e(x: float) -> Expression:
    """Write `e^(-1)`; only that of 0 is exact."""
    text = f"e^{parenthesised(written(x))}"
    return Expression({"x": x}, text, Fraction(1) if Fraction(written(x)) == 0 else None)


def plus(terms: Iterable[str]) -> str:
    """Write a sum; a negative number behind its sign stands in parentheses."""
    first, *others = terms
    return " + ".join([first, *(parenthesised(term) if "·" not in term else term for term in others)])


def written(value: float) -> str:
    """Write a number with as few decimals as it needs, at most 4, and an ASCII minus; a tiny one as 2.5e-07.

    >>> written(2.0), written(-0.5), written(1 / 3), written(0.00001), written(2.5e-7)
    ('2', '-0.5', '0.3333', '0.00001', '2.5e-07')
    """
    if 0 < abs(value) < 10.0 ** (1 - DECIMALS):
        digits = f"{value:.{DECIMALS}g}"
        return f"{Decimal(digits):f}" if abs(value) >= TINY else digits
    return as_text(value, decimals_for([value], DECIMALS))


def address(name: str, position: Iterable[int]) -> str:
    """Write where in an array a value is.

    >>> address("output", (0, 1))
    'output[0,1]'
    """
    return f"{name}[{','.join(map(str, position))}]"


def flat(nested: Any) -> list[float]:
    """Return the numbers of nested lists in reading order."""
    return [float(value) for value in np.asarray(nested, dtype=np.float64).ravel()]
