"""The left side of a line about an activation, by the name of its scene."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fractions import Fraction
from typing import Any, TypeAlias

from cnn_core.numerals import parenthesised
from cnnreel.tell.arithmetic.lines import Expression, written

__all__ = ["ACTIVATIONS"]

LeftSide: TypeAlias = Callable[[float, Mapping[str, Any]], Expression]


def relu(x: float, _: Mapping[str, Any]) -> Expression:
    """Write `max(0, -1)`."""
    text = written(x)
    return Expression({"x": x}, f"max(0, {text})", max(Fraction(0), Fraction(text)))


def leaky_relu(x: float, values: Mapping[str, Any]) -> Expression:
    """Write `max(-1, 0.1·(-1))`: the slope is at most 1, so below 0 the second is the larger one."""
    slope = values["negative_slope"]
    texts = written(x), written(slope)
    exact = max(Fraction(texts[0]), Fraction(texts[0]) * Fraction(texts[1]))
    text = f"max({texts[0]}, {texts[1]}·{parenthesised(texts[0])})"
    return Expression({"x": x, "negative_slope": slope}, text, exact)


def sigmoid(x: float, _: Mapping[str, Any]) -> Expression:
    """Write `1 / (1 + e^(-5))`."""
    return Expression({"x": x}, f"1 / (1 + {power(-x)})", None if x else Fraction(1, 2))


def tanh(x: float, _: Mapping[str, Any]) -> Expression:
    """Write `(e^5 - e^(-5)) / (e^5 + e^(-5))`."""
    up, down = power(x), power(-x)
    return Expression({"x": x}, f"({up} - {down}) / ({up} + {down})", None if x else Fraction(0))


def power(x: float) -> str:
    """Write `e^(-1)`."""
    return f"e^{parenthesised(written(x))}"


ACTIVATIONS: Mapping[str, LeftSide] = {"relu": relu, "leaky-relu": leaky_relu, "sigmoid": sigmoid, "tanh": tanh}
