"""Activations: one function applied to every value for itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial

import numpy.typing as npt

from cnn_core.activation_backward import ActivationBackward
from cnn_core.arrays import Array, as_array, as_number, freeze
from cnn_core.backward import as_gradient
from cnn_core.equation import Equation, Explanation, Given
from cnn_core.errors import InputError, ShapeError
from cnn_core.expression import Expression
from cnn_core.functions import FUNCTIONS
from cnn_core.numerals import decimals_of
from cnn_core.trace import Trace, Values, address_of, check_position, scalar

__all__ = [
    "ActivationStep",
    "ActivationTrace",
    "clamp",
    "dropout",
    "elu",
    "gelu",
    "hardsigmoid",
    "hardswish",
    "leaky_relu",
    "prelu",
    "relu",
    "relu6",
    "sigmoid",
    "silu",
    "tanh",
]


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
    options
        The numbers that it was called with, such as the `negative_slope` of a leaky ReLU.
    weight : (C,), (1,) or None
        The slopes of a PReLU, which are learned: one for all maps, or one for each.
    """

    name: str
    x: Array
    output: Array
    function: Callable[[npt.ArrayLike], Array]
    write: Callable[..., Expression]
    options: Mapping[str, float] = field(default_factory=dict)
    weight: Array | None = None

    def equation(self, *position: int) -> Equation:
        """Return `max(0, -1) = 0`, or what the function is."""
        slope = () if self.weight is None else (self.value("weight", position[1] if len(self.weight) > 1 else 0),)
        return Equation.of(self.write(self.value("x", *position), *slope), self.result("output", *position))

    def other(self, name: str, indices: tuple[int, ...]) -> Explanation:
        return Given("given") if name in self.options else super().other(name, indices)

    def decimals(self, name: str) -> int:
        """Return three at most for what a leaky ReLU returns, for a small slope leaves little."""
        is_shrunk = name == "output" and "negative_slope" in self.options
        return decimals_of(self.output, most=3) if is_shrunk else super().decimals(name)

    def operand(self, position: tuple[int, ...], name: str, indices: tuple[int, ...]) -> str:
        return address_of("x", position) if name == "x" else super().operand(position, name, indices)

    def step(self, *position: int) -> ActivationStep:
        check_position(position, self.output.shape)
        return ActivationStep(position, x=float(self.x[position]), value=float(self.output[position]))

    def backward(self, grad_output: npt.ArrayLike) -> ActivationBackward:
        return ActivationBackward(self, as_gradient(grad_output, self.output))

    def values(self) -> Values:
        weight: Values = {} if self.weight is None else {"weight": self.weight}
        return {"x": self.x, **weight, "output": self.output}


def relu(x: npt.ArrayLike) -> ActivationTrace:
    """Replace what is negative by 0, as `torch.nn.functional.relu` does.

    >>> relu([-2, 3]).output.tolist()
    [0.0, 3.0]
    """
    return _apply("relu", x)


def leaky_relu(x: npt.ArrayLike, negative_slope: float = 0.01) -> ActivationTrace:
    """Multiply what is negative by `negative_slope`, as `torch.nn.functional.leaky_relu` does.

    >>> leaky_relu([-2, 3], 0.5).output.tolist()
    [-1.0, 3.0]
    """
    return _apply("leaky_relu", x, negative_slope=negative_slope)


def prelu(x: npt.ArrayLike, weight: npt.ArrayLike) -> ActivationTrace:
    """Multiply what is negative by `weight`, (1,) or one for each channel, as `torch.nn.functional.prelu` does.

    >>> prelu([[[-2, 3]], [[-2, 3]]], [0.5]).output.tolist()
    [[[-1.0, 3.0]], [[-1.0, 3.0]]]
    """
    x, slopes = as_array("x", x, "..."), as_array("weight", weight, "C")
    channels = x.shape[1] if x.ndim > 1 else 1
    if len(slopes) not in (1, channels):
        raise ShapeError(f"weight must hold 1 number, or {channels}, one per channel of x, but it holds {len(slopes)}.")
    spread = slopes if len(slopes) == 1 else slopes.reshape(-1, *[1] * (x.ndim - 2))
    rule = FUNCTIONS["prelu"]
    function = partial(rule, slope=spread)
    return ActivationTrace("prelu", x, freeze(function(x)), function, rule.write, weight=slopes)


def elu(x: npt.ArrayLike, alpha: float = 1.0) -> ActivationTrace:
    """Let what is negative fall no lower than `-alpha`, as `torch.nn.functional.elu` does.

    >>> elu([-1000, 3], 2).output.tolist()
    [-2.0, 3.0]
    """
    return _apply("elu", x, alpha=alpha)


def sigmoid(x: npt.ArrayLike) -> ActivationTrace:
    """Squeeze every value between 0 and 1, as `torch.sigmoid` does.

    >>> sigmoid([0]).output.tolist()
    [0.5]
    """
    return _apply("sigmoid", x)


def silu(x: npt.ArrayLike) -> ActivationTrace:
    """Multiply every value with its own sigmoid, as `torch.nn.functional.silu` does.

    >>> silu([0, 1000]).output.tolist()
    [0.0, 1000.0]
    """
    return _apply("silu", x)


def gelu(x: npt.ArrayLike, approximate: str = "none") -> ActivationTrace:
    """Multiply every value with the share of a normal distribution below it, as `torch.nn.functional.gelu` does.

    Parameters
    ----------
    approximate
        `"none"`, by the error function, or `"tanh"`, which comes close to it.

    Examples
    --------
    >>> gelu([0, 1000]).output.tolist()
    [0.0, 1000.0]
    """
    if approximate not in ("none", "tanh"):
        raise InputError(f'approximate must be "none" or "tanh", but it is {approximate!r}.')
    return _apply("gelu", x, "" if approximate == "none" else "gelu by tanh")


def hardsigmoid(x: npt.ArrayLike, alpha: float = 1 / 6, beta: float = 0.5) -> ActivationTrace:
    """Go up from 0 to 1 in a straight line, `alpha * x + beta`; with the defaults `torch.nn.functional.hardsigmoid`.

    >>> hardsigmoid([-4, 0, 4]).output.tolist()
    [0.0, 0.5, 1.0]
    """
    return _apply("hardsigmoid", x, alpha=alpha, beta=beta)


def hardswish(x: npt.ArrayLike) -> ActivationTrace:
    """Multiply every value with its own hard sigmoid, as `torch.nn.functional.hardswish` does.

    >>> hardswish([0, 4]).output.tolist()
    [0.0, 4.0]
    """
    return _apply("hardswish", x)


def relu6(x: npt.ArrayLike) -> ActivationTrace:
    """Replace what is negative by 0 and what is above 6 by 6, as `torch.nn.functional.relu6` does.

    >>> relu6([-2, 3, 8]).output.tolist()
    [0.0, 3.0, 6.0]
    """
    return _apply("relu6", x, "clamp", min=0, max=6)


def clamp(x: npt.ArrayLike, min: float | None = None, max: float | None = None) -> ActivationTrace:
    """Replace what lies outside of `min` to `max` by the nearer of them, as `torch.clamp` does.

    >>> clamp([-2, 3, 8], max=6).output.tolist()
    [-2.0, 3.0, 6.0]
    """
    limits = {name: limit for name, limit in (("min", min), ("max", max)) if limit is not None}
    return _apply("clamp", x, **limits)


def dropout(x: npt.ArrayLike, p: float = 0.5) -> ActivationTrace:
    """Pass every value on, as `torch.nn.functional.dropout` does when it is not training.

    >>> dropout([-2, 3]).output.tolist()
    [-2.0, 3.0]
    """
    as_number("p", p, minimum=0, maximum=1)
    return _apply("dropout", x)


def tanh(x: npt.ArrayLike) -> ActivationTrace:
    """Squeeze every value between -1 and 1, as `torch.tanh` does.

    >>> tanh([0]).output.tolist()
    [0.0]
    """
    return _apply("tanh", x)


def _apply(name: str, x: npt.ArrayLike, kind: str = "", /, **options: float) -> ActivationTrace:
    x = as_array("x", x, "...")
    options = {key: as_number(key, option) for key, option in options.items()}
    rule = FUNCTIONS[kind or name]
    function = partial(rule, **options)
    return ActivationTrace(name, x, freeze(function(x)), function, partial(rule.write, **options), options)
