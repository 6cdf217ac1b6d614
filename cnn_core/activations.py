"""Activations: one function applied to every value for itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
import numpy.typing as npt

from cnn_core.activation_backward import ActivationBackward
from cnn_core.arrays import Array, as_array, as_number, freeze
from cnn_core.backward import as_gradient
from cnn_core.equation import Equation, Explanation, Given
from cnn_core.expression import Cell, Difference, Exp, Expression, Maximum, Negative, Product, Quotient, Sum, Value
from cnn_core.numerals import decimals_of
from cnn_core.trace import Trace, Values, address_of, check_position, scalar

__all__ = ["ActivationStep", "ActivationTrace", "leaky_relu", "relu", "sigmoid", "tanh"]

ZERO, ONE = Value(0.0), Value(1.0)


@dataclass(frozen=True, eq=False)
class ActivationStep:
    """One value before and after."""

    position: tuple[int, ...]
    x: float
    value: float

    def values(self) -> Values:
        return {"x": scalar(self.x), "value": scalar(self.value)}


@dataclass(frozen=True, eq=False)
class ActivationTrace(Trace):
    """An activation that has been computed.

    Attributes
    ----------
    name
        As the function is called here.
    x, output : (...)
        Of any shape, the same for both.
    function
        The function itself, for other points: to draw its curve.
    write
        Writes it down, for a number.
    negative_slope
        Of a leaky ReLU.
    """

    name: str
    x: Array
    output: Array
    function: Callable[[npt.ArrayLike], Array]
    write: Callable[[Value], Expression]
    negative_slope: float | None = None

    def equation(self, *position: int) -> Equation:
        """Return `max(0, -1) = 0`, or what the function is."""
        return Equation.of(self.write(self.value("x", *position)), self.result("output", *position))

    def other(self, name: str, indices: tuple[int, ...]) -> Explanation:
        return Given("given") if name == "negative_slope" else super().other(name, indices)

    def decimals(self, name: str) -> int:
        """Return three at most for what a leaky ReLU returns, for a small slope leaves little."""
        is_shrunk = name == "output" and self.negative_slope is not None
        return decimals_of(self.output, most=3) if is_shrunk else super().decimals(name)

    def operand(self, position: tuple[int, ...], name: str, indices: tuple[int, ...]) -> str:
        return address_of("x", position) if name == "x" else super().operand(position, name, indices)

    def step(self, *position: int) -> ActivationStep:
        check_position(position, self.output.shape)
        return ActivationStep(position, x=float(self.x[position]), value=float(self.output[position]))

    def backward(self, grad_output: npt.ArrayLike) -> ActivationBackward:
        return ActivationBackward(self, as_gradient(grad_output, self.output))

    def values(self) -> Values:
        return {"x": self.x, "output": self.output}


def relu(x: npt.ArrayLike) -> ActivationTrace:
    """Replace what is negative by 0, as `torch.nn.functional.relu` does.

    >>> relu([-2, 3]).output.tolist()
    [0.0, 3.0]
    """
    return _apply("relu", x, _relu, _write_relu)


def leaky_relu(x: npt.ArrayLike, negative_slope: float = 0.01) -> ActivationTrace:
    """Multiply what is negative by `negative_slope`, as `torch.nn.functional.leaky_relu` does.

    >>> leaky_relu([-2, 3], 0.5).output.tolist()
    [-1.0, 3.0]
    """
    slope = as_number("negative_slope", negative_slope)
    write = partial(_write_leaky_relu, negative_slope=slope)
    return _apply("leaky_relu", x, partial(_leaky_relu, negative_slope=slope), write, slope)


def sigmoid(x: npt.ArrayLike) -> ActivationTrace:
    """Squeeze every value between 0 and 1, as `torch.sigmoid` does.

    >>> sigmoid([0]).output.tolist()
    [0.5]
    """
    return _apply("sigmoid", x, _sigmoid, _write_sigmoid)


def tanh(x: npt.ArrayLike) -> ActivationTrace:
    """Squeeze every value between -1 and 1, as `torch.tanh` does.

    >>> tanh([0]).output.tolist()
    [0.0]
    """
    return _apply("tanh", x, _tanh, _write_tanh)


def _apply(
    name: str,
    x: npt.ArrayLike,
    function: Callable[..., Array],
    write: Callable[..., Expression],
    negative_slope: float | None = None,
) -> ActivationTrace:
    x = as_array("x", x, "...")
    return ActivationTrace(name, x, freeze(function(x)), function, write, negative_slope)


def _relu(t: npt.ArrayLike) -> Array:
    return np.asarray(np.maximum(t, 0.0), dtype=np.float64)


def _leaky_relu(t: npt.ArrayLike, negative_slope: float) -> Array:
    t = np.asarray(t, dtype=np.float64)
    return np.where(t > 0, t, t * negative_slope)


def _sigmoid(t: npt.ArrayLike) -> Array:
    """Evaluate `1 / (1 + exp(-t))` with a power that is never positive, so that it cannot overflow."""
    t = np.asarray(t, dtype=np.float64)
    power = np.exp(-np.abs(t))
    return np.asarray(np.where(t >= 0, 1.0, power) / (1.0 + power), dtype=np.float64)


def _tanh(t: npt.ArrayLike) -> Array:
    return np.asarray(np.tanh(t), dtype=np.float64)


def _write_relu(x: Value) -> Expression:
    return Maximum((ZERO, x), name="max")


def _write_leaky_relu(x: Value, negative_slope: float) -> Expression:
    """Write `max(-1, 0.1·(-1))`: a slope from 0 to 1 makes the larger one right on both sides of 0."""
    shrunk = Product((Value(negative_slope, "negative_slope", "negative_slope"), x))
    if 0 <= negative_slope <= 1:
        return Maximum((x, shrunk), name="max")
    return Cell((x,)) if x.number > 0 else shrunk


def _write_sigmoid(x: Value) -> Expression:
    return Quotient((ONE, Sum((ONE, Exp((Negative((x,)),))))))


def _write_tanh(x: Value) -> Expression:
    up, down = Exp((x,)), Exp((Negative((x,)),))
    return Quotient((Difference((up, down)), Sum((up, down))))
