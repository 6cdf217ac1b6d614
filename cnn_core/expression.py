"""Expressions: how a value came about, as a tree that computes itself from the digits that are shown.

Screen, captions, transcript, answer key and page write the same tree (`cnn_core.notation`); none knows an operation.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from operator import is_
from typing import Any, ClassVar, Literal, Self

from cnn_core.frozen import Frozen
from cnn_core.numerals import EXACTLY, FEWEST, as_text, digits_shown, fraction_of

__all__ = [
    "Call",
    "Cell",
    "Difference",
    "Exp",
    "Expression",
    "Log",
    "Maximum",
    "Negative",
    "OfMany",
    "Power",
    "Product",
    "Quotient",
    "Root",
    "Sum",
    "Value",
]


class Expression(Frozen):
    """Something that can be computed.

    Attributes
    ----------
    known
        What it comes to, where that is a value with an address of its own, such as a product or the sum of a row.
    """

    known: Value | None
    parts: tuple[Expression, ...]
    """What it is computed from, in reading order."""
    binding: ClassVar[int]
    """How strongly it holds its parts together: 1 a sum, 2 a product, 3 a power, 4 what needs no parentheses."""

    def of(self, parts: Sequence[Expression], known: Value | None) -> Self:
        raise NotImplementedError

    def _rule(self, *numbers: Any) -> Any:
        """Compute it from the numbers of its parts, fractions or floats; None where a fraction cannot say it."""
        raise NotImplementedError

    def calculate(self) -> float:
        """Return what a calculator makes of the digits shown; infinity where they divide by 0."""
        found = self._rule(*[part.calculate() for part in self.parts])
        return math.inf if found is None else found

    @cached_property
    def exact(self) -> Fraction | None:
        """What the digits shown make exactly; None where that is not a fraction."""
        numbers = [part.exact for part in self.parts]
        return None if None in numbers else self._rule(*numbers)

    def leaves(self) -> Iterator[Value]:
        """Give every number in it, in reading order."""
        for part in self.parts:
            yield from part.leaves()

    @property
    def terms(self) -> int:
        """How many numbers a line has to hold; a product of numbers counts as one."""
        return max(1, sum([part.terms for part in self.parts]))

    def map(self, change: Callable[[Value], Value]) -> Expression:
        """Return it with every number changed, known ones included."""
        known = None if self.known is None else change(self.known)
        parts = [part.map(change) for part in self.parts]
        is_same = known is self.known and all(map(is_, parts, self.parts))
        return self if is_same else self.of(parts, known)

    def reduced(self) -> Expression:
        """Return it with the innermost computations written as what they come to, where that is known."""
        parts = [part.reduced() for part in self.parts]
        if not all(map(is_, parts, self.parts)):
            return self.of(parts, self.known)
        return self if self.known is None else self.known

    def nodes(self) -> Iterator[Expression]:
        """Give it and everything inside it, the innermost first."""
        for part in self.parts:
            yield from part.nodes()
        yield self


@dataclass(frozen=True)
class Value(Expression):
    """A number, and where it stands.

    Attributes
    ----------
    address
        Inside a trace's `values`, such as `x[0,0,1,2]`; empty for a constant such as the 1 of a sigmoid.
    name
        What kind of operand it is, such as `x` or `weight`.
    decimals
        With which it is shown in its cell; None if it has none.
    text
        Its digits, with an ASCII minus: those of its cell, unless others are chosen.
    """

    number: float
    address: str = ""
    name: str = ""
    decimals: int | None = None
    text: str = ""
    parts: ClassVar[tuple[Expression, ...]] = ()  # type: ignore[misc]
    binding: ClassVar[int] = 4
    terms: ClassVar[int] = 1

    def __post_init__(self) -> None:
        if not self.text:
            text = digits_shown(self.number, FEWEST) if self.decimals is None else as_text(self.number, self.decimals)
            object.__setattr__(self, "text", text)

    @property
    def known(self) -> Value | None:  # type: ignore[override]
        return self

    def of(self, parts: Sequence[Expression], known: Value | None) -> Self:
        return self

    def _rule(self, *numbers: Any) -> Fraction:
        return fraction_of(self.text)

    def calculate(self) -> float:
        return float(self.text)

    def leaves(self) -> Iterator[Value]:
        yield self

    def reduced(self) -> Value:
        return self

    def map(self, change: Callable[[Value], Value]) -> Value:
        return change(self)

    @property
    def is_rounded(self) -> bool:
        return not math.isclose(float(self.text), self.number, rel_tol=EXACTLY, abs_tol=EXACTLY)

    def shown(self, decimals: int) -> Value:
        """Return it with so many decimals, or as few as write it in full; a tiny one with a digit that is not 0."""
        text = digits_shown(self.number, max(decimals, self.decimals or 0))
        return self if text == self.text else Value(self.number, self.address, self.name, self.decimals, text)


@dataclass(frozen=True)
class Several(Expression):
    """What is computed from any number of parts."""

    parts: tuple[Expression, ...]
    known: Value | None = field(default=None, kw_only=True)

    def of(self, parts: Sequence[Expression], known: Value | None) -> Self:
        return type(self)(tuple(parts), known=known)


@dataclass(frozen=True)
class Sum(Several):
    """`4 + 1 + (-1)`; the parts of a sum inside it need no parentheses."""

    binding: ClassVar[int] = 1

    def _rule(self, *numbers: Any) -> Any:
        return sum(numbers)


@dataclass(frozen=True)
class Difference(Several):
    """`4 - (-1)`, of two parts."""

    binding: ClassVar[int] = 1

    def _rule(self, *numbers: Any) -> Any:
        first, second = numbers
        return first - second


@dataclass(frozen=True)
class Negative(Several):
    """`-x`, of one part."""

    binding: ClassVar[int] = 1

    def _rule(self, *numbers: Any) -> Any:
        return -numbers[0]


@dataclass(frozen=True)
class Product(Several):
    """`2·(-1)`."""

    binding: ClassVar[int] = 2

    @property
    def terms(self) -> int:
        count = super().terms
        return 1 if count == len(self.parts) else count

    def _rule(self, *numbers: Any) -> Any:
        return math.prod(numbers)


@dataclass(frozen=True)
class Quotient(Several):
    """`48 / 16`, of two parts; digits that are all 0 divide nothing."""

    binding: ClassVar[int] = 2

    def _rule(self, *numbers: Any) -> Any:
        above, below = numbers
        return None if below == 0 else above / below


@dataclass(frozen=True)
class Maximum(Several):
    """`Max(4, 1, 1, 1)` of a window, `max(0, -1)` of a function."""

    name: str = field(default="Max", kw_only=True)
    binding: ClassVar[int] = 4

    def of(self, parts: Sequence[Expression], known: Value | None) -> Self:
        return type(self)(tuple(parts), known=known, name=self.name)

    def _rule(self, *numbers: Any) -> Any:
        return max(numbers)


@dataclass(frozen=True)
class Power(Several):
    """`(4 - 3)²`, of one part; a fraction only where the exponent is a whole number."""

    exponent: float = field(default=2, kw_only=True)
    binding: ClassVar[int] = 3

    def of(self, parts: Sequence[Expression], known: Value | None) -> Self:
        return type(self)(tuple(parts), known=known, exponent=self.exponent)

    def _rule(self, *numbers: Any) -> Any:
        (number,) = numbers
        if isinstance(number, Fraction) and self.exponent != int(self.exponent) and number != 1:
            return None
        return number ** (int(self.exponent) if self.exponent == int(self.exponent) else self.exponent)


@dataclass(frozen=True)
class Root(Several):
    """`√6.25`, of one part; exact only where the root is a fraction."""

    binding: ClassVar[int] = 3

    def _rule(self, *numbers: Any) -> Any:
        (number,) = numbers
        if not isinstance(number, Fraction):
            return math.sqrt(number)
        if number < 0:
            return None
        found = Fraction(math.isqrt(number.numerator), math.isqrt(number.denominator))
        return found if found**2 == number else None


@dataclass(frozen=True)
class Exp(Several):
    """`e^(-1)`, of one part; only that of 0 is exact."""

    binding: ClassVar[int] = 3

    def _rule(self, *numbers: Any) -> Any:
        (number,) = numbers
        if isinstance(number, Fraction):
            return Fraction(1) if number == 0 else None
        return math.exp(min(number, 700.0))


@dataclass(frozen=True)
class Log(Several):
    """`ln 2`, of one part; only that of 1 is exact."""

    binding: ClassVar[int] = 3

    def _rule(self, *numbers: Any) -> Any:
        (number,) = numbers
        if isinstance(number, Fraction):
            return Fraction(0) if number == 1 else None
        return math.log(number) if number > 0 else -math.inf


@dataclass(frozen=True)
class Call(Several):
    """`floor(7 / 2)`, `min(6, 7)`, `erf(0.5)`, `tanh(0.5)`: what is written by its name."""

    name: Literal["floor", "min", "erf", "tanh"] = field(kw_only=True)
    binding: ClassVar[int] = 4

    def of(self, parts: Sequence[Expression], known: Value | None) -> Self:
        return type(self)(tuple(parts), known=known, name=self.name)

    def _rule(self, *numbers: Any) -> Any:
        first = numbers[0]
        if self.name in ("floor", "min"):
            return min(numbers) if self.name == "min" else type(first)(math.floor(first))
        if isinstance(first, Fraction):
            return first if first == 0 else None
        return math.erf(first) if self.name == "erf" else math.tanh(first)


@dataclass(frozen=True)
class Cell(Several):
    """`x[0,1,0,2]`: a number that was only carried to another place, named by where it stood."""

    binding: ClassVar[int] = 4

    def _rule(self, *numbers: Any) -> Any:
        return numbers[0]


@dataclass(frozen=True)
class OfMany(Expression):
    """`the largest of the 784 values of importance`: of more than a line can hold; `(3 others)` of a sum."""

    what: Literal["largest", "smallest", "others"]
    array: str
    count: int
    number: float
    known: Value | None = field(default=None, kw_only=True)
    parts: ClassVar[tuple[Expression, ...]] = ()  # type: ignore[misc]
    binding: ClassVar[int] = 4

    def of(self, parts: Sequence[Expression], known: Value | None) -> Self:
        return self

    def _rule(self, *numbers: Any) -> Fraction:
        return Fraction(self.number)
