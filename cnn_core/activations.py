"""Activations: one function applied to every value for itself."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
import numpy.typing as npt

from cnn_core.arrays import Array, as_array, as_number, freeze
from cnn_core.trace import Values, check_position, scalar

__all__ = ["ActivationStep", "ActivationTrace", "leaky_relu", "relu", "sigmoid", "tanh"]


@dataclass(frozen=True, eq=False)
class ActivationStep:
    """One value before and after."""

    position: tuple[int, ...]
    x: float
    value: float

    def values(self) -> Values:
        """Return both numbers, by name."""
        return {"x": scalar(self.x), "value": scalar(self.value)}


@dataclass(frozen=True, eq=False)
class ActivationTrace:
    """An activation that has been computed.

    Attributes
    ----------
    name
        As the function is called here.
    x, output : (...)
        Of any shape, the same for both.
    function
        The function itself, for other points: to draw its curve.
    """

    name: str
    x: Array
    output: Array
    function: Callable[[npt.ArrayLike], Array]

    def step(self, *position: int) -> ActivationStep:
        """Return the value at this position before and after."""
        check_position(position, self.output.shape)
        return ActivationStep(position, x=float(self.x[position]), value=float(self.output[position]))

    def values(self) -> Values:
        """Return the arrays that went in and came out, by name."""
        return {"x": self.x, "output": self.output}


def relu(x: npt.ArrayLike) -> ActivationTrace:
    """Replace what is negative by 0, as `torch.nn.functional.relu` does.

    >>> relu([-2, 3]).output.tolist()
    [0.0, 3.0]
    """
    return _apply("relu", _relu, x)


def leaky_relu(x: npt.ArrayLike, negative_slope: float = 0.01) -> ActivationTrace:
    """Multiply what is negative by `negative_slope`, as `torch.nn.functional.leaky_relu` does.

    >>> leaky_relu([-2, 3], 0.5).output.tolist()
    [-1.0, 3.0]
    """
    return _apply("leaky_relu", partial(_leaky_relu, negative_slope=as_number("negative_slope", negative_slope)), x)


def sigmoid(x: npt.ArrayLike) -> ActivationTrace:
    """Squeeze every value between 0 and 1, as `torch.sigmoid` does.

    >>> sigmoid([0]).output.tolist()
    [0.5]
    """
    return _apply("sigmoid", _sigmoid, x)


def tanh(x: npt.ArrayLike) -> ActivationTrace:
    """Squeeze every value between -1 and 1, as `torch.tanh` does.

    >>> tanh([0]).output.tolist()
    [0.0]
    """
    return _apply("tanh", _tanh, x)


def _apply(name: str, function: Callable[[npt.ArrayLike], Array], x: npt.ArrayLike) -> ActivationTrace:
    x = as_array("x", x, "...")
    return ActivationTrace(name, x, freeze(function(x)), function)


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
