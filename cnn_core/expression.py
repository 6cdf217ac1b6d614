"""Expressions: how a value came about, as a tree that computes itself from the digits that are shown.

`trace.explain(address)` returns an `Equation`, or a `Given` where nothing was computed. Screen, captions, transcript,
answer key and page all write the same tree (`cnn_core.notation`); none of them knows an operation.
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from typing import Any, ClassVar, Literal, Self

from cnn_core.numerals import as_text, decimals_for, written

__all__ = [
    "Cell",
    "Difference",
    "Equation",
    "Exp",
    "Expression",
    "Floor",
    "Given",
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

EXACT = 4
"""Decimals up to which a number is written in full."""
CLOSEST = 6
"""Decimals that are written at most, to make a line add up."""
WRITTEN_OUT = 36
"""Numbers that a line has at most before its parts are written as what they come to."""


class Expression(ABC):
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

    @abstractmethod
    def with_parts(self, parts: Sequence[Expression]) -> Self:
        """Return the same expression of other parts."""

    @abstractmethod
    def rule(self, *numbers: Any) -> Any:
        """Compute it from the numbers of its parts, fractions or floats; None where a fraction cannot say it."""

    def exact(self) -> Fraction | None:
        """Return what the digits shown make exactly; None where that is not a fraction."""
        numbers = [part.exact() for part in self.parts]
        return None if None in numbers else self.rule(*numbers)

    def calculate(self) -> float:
        """Return what a calculator makes of the digits shown."""
        exact = self.exact()
        return float(self.rule(*(part.calculate() for part in self.parts)) if exact is None else exact)

    def leaves(self) -> Iterator[Value]:
        """Give every number in it, in reading order."""
        for part in self.parts:
            yield from part.leaves()

    @property
    def height(self) -> int:
        """How many computations deep it is; 0 for a number."""
        return 1 + max((part.height for part in self.parts), default=0)

    def map(self, change: Callable[[Value], Value]) -> Expression:
        """Return it with every number changed, known ones included."""
        changed = self.with_parts([part.map(change) for part in self.parts])
        return changed if self.known is None else replace(changed, known=change(self.known))  # type: ignore[type-var]

    def collapsed(self, height: int) -> Expression:
        """Return it with all parts of at most this height written as what they come to, where that is known."""
        if self.height <= height and self.known is not None:
            return self.known
        return self.with_parts([part.collapsed(height) for part in self.parts])

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
        Its digits, with an ASCII minus.
    """

    number: float
    address: str = ""
    name: str = ""
    decimals: int | None = None
    text: str = ""
    parts: ClassVar[tuple[Expression, ...]] = ()  # type: ignore[misc]
    binding: ClassVar[int] = 4

    def __post_init__(self) -> None:
        if not self.text:
            text = written(self.number) if self.decimals is None else as_text(self.number, self.decimals)
            object.__setattr__(self, "text", text)

    @property
    def known(self) -> Value | None:  # type: ignore[override]
        """The number itself."""
        return self

    def with_parts(self, parts: Sequence[Expression]) -> Self:
        """Return it as it is."""
        return self

    def rule(self, *numbers: Any) -> Fraction:
        """Return its digits."""
        return Fraction(self.text)

    @property
    def height(self) -> int:
        """Nothing is computed."""
        return 0

    def leaves(self) -> Iterator[Value]:
        """Give it."""
        yield self

    def map(self, change: Callable[[Value], Value]) -> Value:
        """Return it changed."""
        return change(self)

    @property
    def is_rounded(self) -> bool:
        """Whether its digits are not all of it."""
        return not math.isclose(float(self.text), self.number, rel_tol=1e-9, abs_tol=1e-9)

    def shown(self, decimals: int) -> Value:
        """Return it with so many decimals, or as few as write it in full; a tiny one with a digit that is not 0."""
        full = decimals_for([self.number], most=EXACT + 1)
        if full <= EXACT and not 0 < abs(self.number) < 10.0**-EXACT:
            return replace(self, text=as_text(self.number, full))
        text = as_text(self.number, max(decimals, self.decimals or 0))
        return replace(self, text=text if float(text) else written(self.number, 2))


@dataclass(frozen=True)
class Several(Expression):
    """What is computed from any number of parts."""

    parts: tuple[Expression, ...]
    known: Value | None = field(default=None, kw_only=True)

    def with_parts(self, parts: Sequence[Expression]) -> Self:
        """Return the same of other parts."""
        return replace(self, parts=tuple(parts))


@dataclass(frozen=True)
class Sum(Several):
    """`4 + 1 + (-1)`; the parts of a sum inside it need no parentheses."""

    binding: ClassVar[int] = 1

    def rule(self, *numbers: Any) -> Any:
        """Add them up."""
        return sum(numbers)


@dataclass(frozen=True)
class Difference(Several):
    """`4 - (-1)`."""

    binding: ClassVar[int] = 1

    def rule(self, *numbers: Any) -> Any:
        """Take the second from the first."""
        first, second = numbers
        return first - second


@dataclass(frozen=True)
class Negative(Several):
    """`-x`, of one part."""

    binding: ClassVar[int] = 1

    def rule(self, *numbers: Any) -> Any:
        """Turn the sign."""
        return -numbers[0]


@dataclass(frozen=True)
class Product(Several):
    """`2·(-1)`."""

    binding: ClassVar[int] = 2

    def rule(self, *numbers: Any) -> Any:
        """Multiply them."""
        return math.prod(numbers)


@dataclass(frozen=True)
class Quotient(Several):
    """`48 / 16`."""

    binding: ClassVar[int] = 2

    def rule(self, *numbers: Any) -> Any:
        """Divide the first by the second; digits that are all 0 divide nothing."""
        above, below = numbers
        return None if below == 0 else above / below


@dataclass(frozen=True)
class Maximum(Several):
    """`Max(4, 1, 1, 1)`."""

    binding: ClassVar[int] = 4

    def rule(self, *numbers: Any) -> Any:
        """Take the largest."""
        return max(numbers)


@dataclass(frozen=True)
class Power(Several):
    """`(4 - 3)²`, of one part."""

    exponent: int = 2
    binding: ClassVar[int] = 3

    def rule(self, *numbers: Any) -> Any:
        """Raise it."""
        return numbers[0] ** self.exponent


@dataclass(frozen=True)
class Root(Several):
    """`√6.25`, of one part."""

    binding: ClassVar[int] = 3

    def rule(self, *numbers: Any) -> Any:
        """Return the root; a fraction's only where it is one."""
        (number,) = numbers
        if not isinstance(number, Fraction):
            return math.sqrt(number)
        whole = [math.isqrt(abs(part)) for part in (number.numerator, number.denominator)]
        found = Fraction(*whole)
        return found if found**2 == number else None


@dataclass(frozen=True)
class Exp(Several):
    """`e^(-1)`, of one part; only that of 0 is exact."""

    binding: ClassVar[int] = 3

    def rule(self, *numbers: Any) -> Any:
        """Return e to its power."""
        (number,) = numbers
        if isinstance(number, Fraction):
            return Fraction(1) if number == 0 else None
        return math.exp(min(number, 700.0))


@dataclass(frozen=True)
class Log(Several):
    """`ln 2`, of one part; only that of 1 is exact."""

    binding: ClassVar[int] = 3

    def rule(self, *numbers: Any) -> Any:
        """Return the natural logarithm."""
        (number,) = numbers
        if isinstance(number, Fraction):
            return Fraction(0) if number == 1 else None
        return math.log(number) if number > 0 else -math.inf


@dataclass(frozen=True)
class Floor(Several):
    """`floor(7 / 2)`, of one part."""

    binding: ClassVar[int] = 4

    def rule(self, *numbers: Any) -> Any:
        """Round down."""
        return type(numbers[0])(math.floor(numbers[0]))


@dataclass(frozen=True)
class Cell(Several):
    """`x[0,1,0,2]`: a number that is only carried to another place, named by where it stood."""

    binding: ClassVar[int] = 4

    def rule(self, *numbers: Any) -> Any:
        """Return it."""
        return numbers[0]


@dataclass(frozen=True)
class OfMany(Expression):
    """`the largest of the 784 values of importance`: of more numbers than a line can hold.

    Attributes
    ----------
    what
        Which of them, or what is made of them.
    array
        The name of the array that holds them.
    number
        What it comes to.
    """

    what: Literal["largest", "smallest", "sum", "mean", "count"]
    array: str
    count: int
    number: float
    known: Value | None = field(default=None, kw_only=True)
    parts: ClassVar[tuple[Expression, ...]] = ()  # type: ignore[misc]
    binding: ClassVar[int] = 4

    def with_parts(self, parts: Sequence[Expression]) -> Self:
        """Return it as it is."""
        return self

    def rule(self, *numbers: Any) -> Fraction:
        """Return what it comes to."""
        return Fraction(self.number)


@dataclass(frozen=True)
class Equation:
    """An expression and what it comes to.

    Build one with `Equation.of`, which chooses the digits.
    """

    left: Expression
    result: Value

    @classmethod
    def of(cls, left: Expression, result: Value) -> Self:
        """Choose digits with which a calculator gets from the left side to the result as it is shown.

        Numbers of up to 4 decimals are written in full. Others begin with 2, and have one more until the result comes
        out; where 6 are not enough, the line says `≈`.
        """
        for decimals in (*range(2, CLOSEST + 1), EXACT):
            found = cls(left.map(lambda value, d=decimals: value.shown(d)), result)  # type: ignore[misc]
            if found.comes_out:
                break
        return found

    @property
    def address(self) -> str:
        """Where the result stands."""
        return self.result.address

    @property
    def comes_out(self) -> bool:
        """Whether a calculator that is given the digits shown, at any stage, shows the result."""
        last = len(self.result.text.partition(".")[2])
        if "e" in self.result.text:
            return True
        stages = self.stages()[:-1]
        return all(as_text(stage.calculate(), last) == as_text(float(self.result.text), last) for stage in stages)

    @property
    def sign(self) -> Literal["=", "≈"]:
        """`=` only where the digits shown make it exactly true."""
        return sign_between(self.brief, self.result)

    @property
    def is_rounded(self) -> bool:
        """Whether the result is only about what stands on the left side."""
        return self.sign == "≈"

    @property
    def brief(self) -> Expression:
        """The left side, with as much written out as a line can hold."""
        stages = self.stages()[:-1] or (self.left,)
        return next((stage for stage in stages if sum(1 for _ in stage.leaves()) <= WRITTEN_OUT), stages[-1])

    @property
    def operands(self) -> dict[str, Any]:
        """The numbers on the left side by name: one, or a list in reading order. Constants have none."""
        found: dict[str, list[float]] = {}
        for leaf in self.brief.leaves():
            if leaf.name:
                found.setdefault(leaf.name, []).append(leaf.number)
        return {name: numbers[0] if len(numbers) == 1 else numbers for name, numbers in found.items()}

    def stages(self) -> tuple[Expression, ...]:
        """Return the way from all numbers to the result: products are written as what they come to, then sums, ..."""
        found: list[Expression] = []
        for height in range(self.left.height):
            stage = self.left.collapsed(height)
            if not found or stage != found[-1]:
                found.append(stage)
        return (*found, self.result)

    def find(self, address: str) -> Equation | None:
        """Return how a number inside the left side came about, such as a product; None if it is not there."""
        for node in self.left.nodes():
            if node.height and node.known is not None and node.known.address == address:
                return Equation.of(replace(node, known=None), node.known)  # type: ignore[type-var]
        return None

    def renamed(self, new: Callable[[str], str]) -> Equation:
        """Return it with other addresses: where an operation is a layer, its `x` is another layer's output."""

        def change(value: Value) -> Value:
            return replace(value, address=new(value.address)) if value.address else value

        return Equation(self.left.map(change), change(self.result))


def sign_between(left: Expression, right: Expression) -> Literal["=", "≈"]:
    """Return `=` if the digits shown on both sides make exactly the same, else `≈`."""
    exact = left.exact()
    return "=" if exact is not None and exact == right.exact() else "≈"


@dataclass(frozen=True)
class Given:
    """A number that was not computed: where it comes from.

    Attributes
    ----------
    origin
        `given` by the user, `learned` in training, a zero of the `padding`, something `counted`, a `running`
        statistic, or the `input` of a network.
    """

    origin: Literal["given", "learned", "padding", "counted", "running", "input"]
