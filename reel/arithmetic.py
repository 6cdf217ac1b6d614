"""How a value came about, in one line: read from what was computed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np

from scenes.numerals import as_text, decimals_for, parenthesised, typeset

__all__ = ["Working", "workings", "written"]

DECIMALS = 4
"""Shown at most; where that is not exact, the line has a ≈."""


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


def workings(values: Any, prefix: str = "") -> Iterator[Working]:
    """Find everything inside `values` (those of a record) of which it is known how to write it down."""
    if isinstance(values, list):
        for number, part in enumerate(values):
            yield from workings(part, f"{prefix.removesuffix('.')}[{number}].") if isinstance(part, Mapping) else ()
    elif isinstance(values, Mapping):
        yield from quotients(values, prefix)
        yield from steps(values, prefix)
        for name, part in values.items():
            yield from workings(part, f"{prefix}{name}.") if name != "steps" else ()


def steps(values: Mapping[str, Any], prefix: str) -> Iterator[Working]:
    """Write down each step; its result is the output value that has the step's number in reading order."""
    found = values.get("steps")
    output = np.asarray(values.get("output", ()))
    if not isinstance(found, list) or len(found) != output.size:
        return
    for number, (step, position) in enumerate(zip(found, np.ndindex(output.shape), strict=True)):
        expression = left_side({**values, **step, "position": position})
        if expression is not None:
            yield expression.equals(f"{prefix}output[{','.join(map(str, position))}]", found[number]["value"])


def quotients(values: Mapping[str, Any], prefix: str) -> Iterator[Working]:
    """Write down the mean and the variance of each channel."""
    count = values.get("count")
    for name, total in (("mean", "total"), ("variance", "squared_deviations_total")):
        if isinstance(count, int) and isinstance(values.get(total), list) and isinstance(values.get(name), list):
            for channel, (above, result) in enumerate(zip(values[total], values[name], strict=True)):
                expression = Expression(
                    {total: above, "count": count}, f"{written(above)} / {count}", Fraction(written(above)) / count
                )
                if np.isclose(above / count, result):  # running statistics are given, not computed
                    yield expression.equals(f"{prefix}{name}[{channel}]", result)


def left_side(step: Mapping[str, Any]) -> Expression | None:
    """Tell from the names in a step what was computed, and write that."""
    expression = None
    match step:
        case {"inside_values": window}:
            expression = largest(window)
        case {"window": window, "divisor": divisor}:
            expression = mean(flat(window), divisor)
        case {"window": window, "products": _, "weight": weight, "position": position}:
            kernel = step.get("weight_flipped", weight)[position[1]]
            expression = dot(flat(window), flat(kernel), step_bias(step))
        case {"x": x, "weight": weight, "products": _}:
            expression = dot(flat(x), flat(weight), step_bias(step))
        case {"x": float(), "x_hat": _}:
            expression = normalised(step)
        case {"exponential": exponential, "total": total}:
            operands = {"exponential": exponential, "total": total}
            expression = Expression(operands, f"{written(exponential)} / {written(total)}")
    return expression


def step_bias(step: Mapping[str, Any]) -> float | None:
    """Return what is added to a sum; a layer's whole bias is not meant."""
    bias = step.get("bias")
    return bias if isinstance(bias, float) else None


def largest(values: Sequence[float]) -> Expression:
    """Write `Max(4, 1, 1, 1)`."""
    texts = [written(value) for value in values]
    return Expression({"values": values}, f"Max({', '.join(texts)})", max(map(Fraction, texts)))


def mean(values: Sequence[float], divisor: float) -> Expression:
    """Write `(4 + 1 + 1 + 1) / 4`."""
    exact = sum(Fraction(written(value)) for value in values) / Fraction(written(divisor))
    text = f"({plus(written(value) for value in values)}) / {written(divisor)}"
    return Expression({"values": values, "divisor": divisor}, text, exact)


def dot(x: Sequence[float], weight: Sequence[float], bias: float | None) -> Expression:
    """Write `0·(-1) + 1·2 + 0.5`."""
    pairs = [(written(a), written(b)) for a, b in zip(x, weight, strict=True)]
    terms = [f"{parenthesised(a)}·{parenthesised(b)}" for a, b in pairs]
    exact = sum((Fraction(a) * Fraction(b) for a, b in pairs), Fraction(0))
    if bias is None:
        return Expression({"x": x, "weight": weight}, plus(terms), exact)
    return Expression(
        {"x": x, "weight": weight, "bias": bias}, plus([*terms, written(bias)]), exact + Fraction(written(bias))
    )


def normalised(step: Mapping[str, Any]) -> Expression:
    """Write `(4 - 3) / 2.5 · 2 + 1`, without a scale of 1 and a shift of 0."""
    names = ("x", "mean", "std", "weight", "bias")
    x, centre, std, weight, bias = (written(step[name]) for name in names)
    text = f"({x} - {parenthesised(centre)}) / {std}"
    text += f" · {parenthesised(weight)}" if weight != "1" else ""
    text += f" + {parenthesised(bias)}" if bias != "0" else ""
    exact = (Fraction(x) - Fraction(centre)) / Fraction(std) * Fraction(weight) + Fraction(bias)
    return Expression({name: step[name] for name in names}, text, exact)


def plus(terms: Iterable[str]) -> str:
    """Write a sum; a negative number behind its sign stands in parentheses."""
    first, *others = terms
    return " + ".join([first, *(parenthesised(term) if is_number(term) else term for term in others)])


def is_number(term: str) -> bool:
    """Tell a number from a product."""
    return "·" not in term


def written(value: float) -> str:
    """Write a number with as few decimals as it needs, at most 4, and an ASCII minus; a tiny one as 2.5e-07.

    >>> written(2.0), written(-0.5), written(1 / 3), written(2.5e-7)
    ('2', '-0.5', '0.3333', '2.5e-07')
    """
    if 0 < abs(value) < 10.0 ** (1 - DECIMALS):
        return f"{value:.{DECIMALS}g}"
    return as_text(value, decimals_for([value], DECIMALS))


def flat(nested: Any) -> list[float]:
    """Return the numbers of nested lists in reading order."""
    return [float(value) for value in np.asarray(nested, dtype=np.float64).ravel()]
