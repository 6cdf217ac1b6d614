"""The left side of a step's line: what was computed is told by the names of its numbers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

import numpy as np

from cnn_core.numerals import parenthesised
from cnnreel.tell.arithmetic.lines import Expression, added, flat, plus, written

__all__ = ["left_side"]

WRITTEN_OUT = 36
"""Products that are written in one line; of more, the sums of their channels."""

FOR_AND_AGAINST = ("positive_total", "negative_total", "bias")


def left_side(step: Mapping[str, Any], *, position: Sequence[int], layer: Mapping[str, Any]) -> Expression | None:
    """Write what one value was computed from.

    Parameters
    ----------
    position
        Of the value in the output.
    layer
        The values of the operation, where its kernels are.
    """
    expression = None
    match step:
        case {"inside_values": window}:
            expression = largest(window)
        case {"window": window, "divisor": divisor}:
            expression = mean(flat(window), divisor)
        case {"positive_total": _, "negative_total": _}:
            expression = added({name: step[name] for name in FOR_AND_AGAINST if name in step})
        case {"window": window, "products": products}:
            expression = convolved(step, layer, position) if np.size(products) <= WRITTEN_OUT else by_channel(step)
        case {"x": x, "weight": weight, "products": _}:
            expression = dot(flat(x), flat(weight), step.get("bias"))
        case {"x": float(), "x_hat": _}:
            expression = normalised(step)
    return expression


def largest(values: Sequence[float]) -> Expression:
    """Write `Max(4, 1, 1, 1)`."""
    texts = [written(value) for value in values]
    return Expression({"values": values}, f"Max({', '.join(texts)})", max(map(Fraction, texts)))


def mean(values: Sequence[float], divisor: float) -> Expression:
    """Write `(4 + 1 + 1 + 1) / 4`."""
    exact = sum(Fraction(written(value)) for value in values) / Fraction(written(divisor))
    text = f"({plus(written(value) for value in values)}) / {written(divisor)}"
    return Expression({"values": values, "divisor": divisor}, text, exact)


def convolved(step: Mapping[str, Any], layer: Mapping[str, Any], position: Sequence[int]) -> Expression:
    """Write `0·(-1) + 1·2 + 0.5`, with the kernel of an output channel."""
    kernel = layer.get("weight_flipped", layer["weight"])[position[1]]
    return dot(flat(step["window"]), flat(kernel), step.get("bias"))


def dot(x: Sequence[float], weight: Sequence[float], bias: float | None) -> Expression:
    """Write `0·(-1) + 1·2 + 0.5`."""
    pairs = [(written(a), written(b)) for a, b in zip(x, weight, strict=True)]
    terms = [f"{parenthesised(a)}·{parenthesised(b)}" for a, b in pairs]
    exact = sum((Fraction(a) * Fraction(b) for a, b in pairs), Fraction(0))
    operands: dict[str, Any] = {"x": x, "weight": weight}
    if bias is None:
        return Expression(operands, plus(terms), exact)
    return Expression({**operands, "bias": bias}, plus([*terms, written(bias)]), exact + Fraction(written(bias)))


def by_channel(step: Mapping[str, Any]) -> Expression:
    """Write a sum of too many products as that of their channels, `2.3 + (-0.4) + 0.5`."""
    return added({name: step[name] for name in ("channel_sums", "bias") if name in step})


def normalised(step: Mapping[str, Any]) -> Expression:
    """Write `(4 - 3) / 2.5 · 2 + 1`, without a scale of 1 and a shift of 0."""
    names = ("x", "mean", "std", "weight", "bias")
    x, centre, std, weight, bias = (written(step[name]) for name in names)
    text = f"({x} - {parenthesised(centre)}) / {std}"
    text += f" · {parenthesised(weight)}" if weight != "1" else ""
    text += f" + {parenthesised(bias)}" if bias != "0" else ""
    exact = (Fraction(x) - Fraction(centre)) / Fraction(std) * Fraction(weight) + Fraction(bias)
    return Expression({name: step[name] for name in names}, text, exact)
