"""Equations: an expression joined to what it comes to, with digits that are true and a sign that is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal, Self, TypeAlias

from cnn_core.expression import Expression, Value
from cnn_core.frozen import Frozen
from cnn_core.numerals import EXACT, FEWEST

__all__ = ["Equation", "Explanation", "Given", "sign_between"]

CLOSEST = 6
"""Decimals that are written at most, to make a line add up."""
WRITTEN_OUT = 36
"""Terms that a line has at most before its parts are written as what they come to."""
SUMMED = 20
"""The same for a line whose terms are such parts."""
ROUNDING = 1e-9
"""What floats may differ by, relatively, where fractions are equal."""


@dataclass(frozen=True)
class Equation(Frozen):
    """An expression and what it comes to.

    Build one with `Equation.of`, which chooses the digits.
    """

    left: Expression
    result: Value

    @classmethod
    def of(cls, left: Expression, result: Value) -> Self:
        """Choose digits with which a calculator gets from the left side to the result as it is shown.

        Numbers of up to 4 decimals are written in full. Others begin with 2, and have one more until the result comes
        out; where 6 are not enough, or not all terms can be written, the line says `≈`.
        """
        for decimals in (*range(FEWEST, CLOSEST + 1), EXACT):
            found = cls(left.map(lambda value, d=decimals: value.shown(d)), result)  # type: ignore[misc]
            if found.comes_out or found.brief.terms > WRITTEN_OUT:
                break
        return found

    @property
    def address(self) -> str:
        return self.result.address

    @cached_property
    def comes_out(self) -> bool:
        """Whether a calculator that is given the digits shown, at any stage that is written, shows the result."""
        if "e" in self.result.text:
            return True
        printed = float(self.result.text)
        half = 0.5 * 10.0 ** -len(self.result.text.partition(".")[2]) + ROUNDING * abs(printed)
        return all(abs(stage.calculate() - printed) <= half for stage in self.stages()[self._first : -1])

    @cached_property
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
        return self.stages()[self._first]

    @cached_property
    def _first(self) -> int:
        stages = self.stages()[:-1]
        limits = (WRITTEN_OUT, *[SUMMED] * (len(stages) - 1))
        fitting = (k for k, (stage, most) in enumerate(zip(stages, limits, strict=True)) if stage.terms <= most)
        return next(fitting, len(stages) - 1)

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
        return self._stages

    @cached_property
    def _stages(self) -> tuple[Expression, ...]:
        found = [self.left.of(self.left.parts, None)]
        while (stage := found[-1].reduced()) is not found[-1]:
            found.append(stage)
        return (*found, self.result)

    def find(self, address: str) -> Equation | None:
        """Return how a number inside the left side came about, such as a product; None if it is not there."""
        found = self._inside.get(address)
        if isinstance(found, Expression) and found.known is not None:
            found = self._inside[address] = Equation.of(found.of(found.parts, None), found.known)
        return found if isinstance(found, Equation) else None

    @cached_property
    def _inside(self) -> dict[str, Expression | Equation]:
        return {node.known.address: node for node in self.left.nodes() if node.parts and node.known is not None}

    def renamed(self, new: Callable[[str], str]) -> Equation:
        """Return it with other addresses: where an operation is a layer, its `x` is another layer's output."""

        def change(value: Value) -> Value:
            if not value.address:
                return value
            return Value(value.number, new(value.address), value.name, value.decimals, value.text)

        return Equation(self.left.map(change), change(self.result))


def sign_between(left: Expression, right: Expression) -> Literal["=", "≈"]:
    """Return `=` if the digits shown on both sides make exactly the same, else `≈`."""
    first, second = left.calculate(), right.calculate()
    if abs(first - second) > ROUNDING * (1 + abs(second)):
        return "≈"
    return "=" if left.exact is not None and left.exact == right.exact else "≈"


@dataclass(frozen=True)
class Given(Frozen):
    """A number that was not computed: where it comes from.

    Attributes
    ----------
    origin
        `given` by the user, `learned` in training, a zero of the `padding`, something `counted`, a `running`
        statistic, the class that a network decides for, its `prediction`, or what was `recorded` while it was trained.
    """

    origin: Literal["given", "learned", "padding", "counted", "running", "prediction", "recorded"]


Explanation: TypeAlias = Equation | Given
