"""The functions that activations apply: how each is computed, and how it is written for a number."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
import numpy.typing as npt

from cnn_core.arrays import Array
from cnn_core.expression import (
    Call,
    Cell,
    Difference,
    Exp,
    Expression,
    Maximum,
    Negative,
    Power,
    Product,
    Quotient,
    Root,
    Sum,
    Value,
)

__all__ = ["FUNCTIONS", "Function"]

ZERO, ONE, TWO = Value(0.0), Value(1.0), Value(2.0)
GELU_SCALE, GELU_CUBE = math.sqrt(2 / math.pi), 0.044715
"""Those of the tanh that comes close to the error function."""


@dataclass(frozen=True)
class Function:
    """A function of one number, and of options.

    Attributes
    ----------
    compute
        Takes and returns an array.
    write
        Takes the number and returns what is computed.
    """

    compute: Callable[..., Array]
    write: Callable[..., Expression]

    def __call__(self, t: npt.ArrayLike, /, **options: float | Array) -> Array:
        return np.asarray(self.compute(np.asarray(t, dtype=np.float64), **options), dtype=np.float64)


def _relu(t: Array) -> Array:
    return np.maximum(t, 0.0)


def _prelu(t: Array, slope: float | Array) -> Array:
    return np.where(t > 0, t, t * slope)


def _leaky_relu(t: Array, negative_slope: float) -> Array:
    return _prelu(t, negative_slope)


def _sigmoid(t: Array) -> Array:
    """Evaluate `1 / (1 + exp(-t))` with a power that is never positive, so that it cannot overflow."""
    power = np.exp(-np.abs(t))
    return np.where(t >= 0, 1.0, power) / (1.0 + power)


def _tanh(t: Array) -> Array:
    return np.tanh(t)


def _elu(t: Array, alpha: float) -> Array:
    return np.where(t > 0, t, alpha * np.expm1(np.minimum(t, 0.0)))


def _silu(t: Array) -> Array:
    return t * _sigmoid(t)


def _gelu(t: Array) -> Array:
    below = np.frompyfunc(math.erf, 1, 1)(t / math.sqrt(2))
    return t * 0.5 * (1.0 + np.asarray(below, dtype=np.float64))


def _gelu_by_tanh(t: Array) -> Array:
    return t * 0.5 * (1.0 + np.tanh(GELU_SCALE * (t + GELU_CUBE * np.clip(t, -100.0, 100.0) ** 3)))


def _hardsigmoid(t: Array, alpha: float = 1 / 6, beta: float = 0.5) -> Array:
    return np.clip(t * alpha + beta, 0.0, 1.0)


def _hardswish(t: Array) -> Array:
    return t * _hardsigmoid(t)


def _clamp(t: Array, min: float = -math.inf, max: float = math.inf) -> Array:
    return np.minimum(np.maximum(t, min), max)


def _same(t: Array) -> Array:
    return t.copy()


def _write_relu(x: Value) -> Expression:
    return Maximum((ZERO, x), name="max")


def _write_leaky_relu(x: Value, negative_slope: float) -> Expression:
    return _write_prelu(x, Value(negative_slope, "negative_slope", "negative_slope"))


def _write_sigmoid(x: Value) -> Expression:
    return Quotient((ONE, Sum((ONE, Exp((Negative((x,)),))))))


def _write_tanh(x: Value) -> Expression:
    up, down = Exp((x,)), Exp((Negative((x,)),))
    return Quotient((Difference((up, down)), Sum((up, down))))


def _write_prelu(x: Value, slope: Value) -> Expression:
    """Write `max(-1, 0.1·(-1))`: a slope from 0 to 1 makes the larger one right on both sides of 0."""
    shrunk = Product((slope, x))
    if 0 <= slope.number <= 1:
        return Maximum((x, shrunk), name="max")
    return Cell((x,)) if x.number > 0 else shrunk


def _write_elu(x: Value, alpha: float) -> Expression:
    if x.number > 0:
        return Cell((x,))
    fallen = Difference((Exp((x,)), ONE))
    return fallen if alpha == 1 else Product((Value(alpha, "alpha", "alpha"), fallen))


def _write_silu(x: Value) -> Expression:
    return Quotient((x, Sum((ONE, Exp((Negative((x,)),))))))


def _write_gelu(x: Value) -> Expression:
    below = Sum((ONE, Call((Quotient((x, Root((TWO,)))),), name="erf")))
    return Quotient((Product((x, below)), TWO))


def _write_gelu_by_tanh(x: Value) -> Expression:
    inside = Sum((x, Product((Value(GELU_CUBE), Power((x,), exponent=3)))))
    below = Sum((ONE, Call((Product((Value(GELU_SCALE), inside)),), name="tanh")))
    return Quotient((Product((x, below)), TWO))


def _write_hardsigmoid(x: Value, alpha: float = 1 / 6, beta: float = 0.5) -> Expression:
    if (alpha, beta) == (1 / 6, 0.5):
        return Quotient((_write_clamp(Sum((x, Value(3.0))), 0.0, 6.0), Value(6.0)))
    line = Sum((Product((Value(alpha, "alpha", "alpha"), x)), Value(beta, "beta", "beta")))
    return _write_clamp(line, 0.0, 1.0)


def _write_hardswish(x: Value) -> Expression:
    return Product((x, _write_hardsigmoid(x)))


def _write_clamp(x: Expression, min: float | None = None, max: float | None = None) -> Expression:
    raised = x if min is None else Maximum((Value(min), x), name="max")
    return raised if max is None else Call((Value(max), raised), name="min")


def _write_same(x: Value) -> Expression:
    return Cell((x,))


FUNCTIONS: Mapping[str, Function] = MappingProxyType(
    {
        "clamp": Function(_clamp, _write_clamp),
        "dropout": Function(_same, _write_same),
        "elu": Function(_elu, _write_elu),
        "gelu": Function(_gelu, _write_gelu),
        "gelu by tanh": Function(_gelu_by_tanh, _write_gelu_by_tanh),
        "hardsigmoid": Function(_hardsigmoid, _write_hardsigmoid),
        "hardswish": Function(_hardswish, _write_hardswish),
        "leaky_relu": Function(_leaky_relu, _write_leaky_relu),
        "prelu": Function(_prelu, _write_prelu),
        "relu": Function(_relu, _write_relu),
        "sigmoid": Function(_sigmoid, _write_sigmoid),
        "silu": Function(_silu, _write_silu),
        "tanh": Function(_tanh, _write_tanh),
    }
)
