"""One gradient, several learning rates: where a convolution's loss goes along the step."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from cnn_core.arrays import Array, as_array, freeze
from cnn_core.conv2d import conv2d
from cnn_core.equation import Equation, Explanation
from cnn_core.errors import InputError, ShapeError
from cnn_core.expression import Difference, Expression, Power, Product, Quotient, Sum, Value
from cnn_core.numerals import decimals_of
from cnn_core.trace import Trace, Values, address_of, addresses_of, scalar

__all__ = ["LearningRateTrace", "learning_rates"]

_NOTHING = 1e-12
"""Up to which a slope is 0."""
_LOSSES = 3
"""Decimals of a loss."""


@dataclass(frozen=True, eq=False)
class LearningRateTrace(Trace):
    """A convolution of one channel, what it should give, and a step with each of several rates.

    Along the step the loss is exactly `loss - slope * rate + curvature * rate ** 2`.

    Attributes
    ----------
    x : (1, 1, H, W)
    weight : (1, 1, kH, kW)
    target, output, grad_output : (1, 1, H_out, W_out)
        The loss is half the sum of `(output - target) ** 2`, so its gradient is `output - target`.
    grad_weight : (1, 1, kH, kW)
    rates : (K,)
    weights : (K, kH, kW)
        After a step with each rate: `weight - rate * grad_weight`.
    outputs : (K, H_out, W_out)
        What they give.
    """

    x: Array
    weight: Array
    target: Array
    output: Array
    grad_output: Array
    grad_weight: Array
    rates: Array
    weights: Array
    outputs: Array

    @cached_property
    def along(self) -> Array:
        """What the output loses for each unit of rate: the gradient, used as a kernel; (1, 1, H_out, W_out)."""
        return conv2d(self.x, self.grad_weight).output

    @cached_property
    def loss(self) -> float:
        return half_of_squares(self.grad_output)

    @cached_property
    def slope(self) -> float:
        """By how much the loss falls for each unit of rate, where the step begins."""
        return float((self.grad_weight**2).sum())

    @cached_property
    def curvature(self) -> float:
        return half_of_squares(self.along)

    @property
    def lowest(self) -> float:
        """The rate at which the loss is lowest."""
        return self.slope / (2 * self.curvature)

    @cached_property
    def losses(self) -> Array:
        """The loss after a step with each rate, (K,)."""
        return freeze(self.loss_at(self.rates))

    def loss_at(self, rate: npt.ArrayLike) -> Array:
        rates = np.asarray(rate, dtype=np.float64)
        return np.asarray(self.loss - self.slope * rates + self.curvature * rates**2)

    def equation(self, *position: int) -> Equation:
        """Return the products of window and kernel, added up."""
        return Equation.of(self._visited("weight", position[2:]), self.result("output", *position))

    def other(self, name: str, indices: tuple[int, ...]) -> Explanation:
        match name:
            case "grad_output":
                left: Expression = Difference((self.value("output", *indices), self.value("target", *indices)))
            case "loss" | "curvature":
                squares = self._squares("grad_output" if name == "loss" else "along")
                left = Quotient((squares, Value(2.0)))
            case "grad_weight":
                left = self._blamed(*indices[2:])
            case "slope":
                left = self._squares("grad_weight")
            case "along":
                left = self._visited("grad_weight", indices[2:])
            case "lowest":
                left = Quotient((self.value("slope"), Product((Value(2.0), self.value("curvature")))))
            case "weights":
                k, *entry = indices
                step = Product((self.value("rates", k), self.value("grad_weight", 0, 0, *entry)))
                left = Difference((self.value("weight", 0, 0, *entry), step))
            case "outputs":
                left = self._visited("weights", indices[1:], indices[:1])
            case "losses":
                left = self._parabola(*indices)
            case _:
                return super().other(name, indices)
        return Equation.of(left, self.result(name, *indices))

    def _visited(self, name: str, position: tuple[int, ...], lead: tuple[int, ...] = (0, 0)) -> Sum:
        """Return the window at a position times the kernel of that name."""
        i, j = position
        entries = np.ndindex(*self.weight.shape[2:])
        return Sum(
            tuple(Product((self.value("x", 0, 0, i + a, j + b), self.value(name, *lead, a, b))) for a, b in entries)
        )

    def _blamed(self, a: int, b: int) -> Sum:
        """Return each output's gradient times what it saw through a weight."""
        outputs = np.ndindex(*self.output.shape[2:])
        return Sum(
            tuple(
                Product((self.value("grad_output", 0, 0, i, j), self.value("x", 0, 0, i + a, j + b)))
                for i, j in outputs
            )
        )

    def _squares(self, name: str) -> Sum:
        places = np.ndindex(self._arrays[name].shape)
        return Sum(tuple(Power((self.value(name, *place),)) for place in places))

    def _parabola(self, k: int) -> Sum:
        rate = self.value("rates", k)
        falls = Difference((self.value("loss"), Product((self.value("slope"), rate))))
        return Sum((falls, Product((self.value("curvature"), Power((rate,))))))

    def result(self, name: str, *position: int) -> Value:
        """Return a number as it stands in its cell; each kernel and output has decimals of its own."""
        if name not in ("weights", "outputs"):
            return super().result(name, *position)
        decimals = decimals_of(self._arrays[name][position[0]])
        return Value(float(self._arrays[name][position]), address_of(name, position), name, decimals)

    def decimals(self, name: str) -> int:
        return _LOSSES if name in ("losses", "lowest") else super().decimals(name)

    def results(self) -> Iterator[str]:
        """Give the errors, the loss, the gradient, and for each rate the kernel and the loss after the step."""
        for name in ("output", "grad_output", "loss", "grad_weight", "slope", "weights", "losses", "lowest"):
            yield from addresses_of(name, self._arrays[name].shape)

    def values(self) -> Values:
        names = ("x", "weight", "target", "output", "grad_output", "grad_weight", "along", "rates", "weights")
        sizes = {name: scalar(getattr(self, name)) for name in ("loss", "slope", "curvature", "lowest")}
        return {
            **{name: getattr(self, name) for name in names},
            **sizes,
            "outputs": self.outputs,
            "losses": self.losses,
        }


def learning_rates(
    x: npt.ArrayLike, weight: npt.ArrayLike, target: npt.ArrayLike, rates: npt.ArrayLike
) -> LearningRateTrace:
    """Take one step of gradient descent with each of several rates, all from the same kernel.

    Parameters
    ----------
    x : (1, 1, H, W)
    weight : (1, 1, kH, kW)
    target : (1, 1, H_out, W_out)
        What the convolution should give.
    rates : (K,)

    Raises
    ------
    ShapeError, InputError
        If the arrays do not fit each other, or the kernel gives the target already.

    >>> learning_rates([[[[1, 2]]]], [[[[1]]]], [[[[0, 0]]]], [0.1]).losses.round(12).tolist()
    [0.625]
    """
    forward = conv2d(x, weight)
    target, rates = as_array("target", target, "N C H_out W_out"), as_array("rates", rates, "K")
    if forward.output.shape[:2] != (1, 1) or forward.x.shape[1] != 1:
        shapes = f"{forward.x.shape} and {forward.weight.shape}"
        raise ShapeError(f"x and weight must be of one channel, but their shapes are {shapes}.")
    if target.shape != forward.output.shape:
        rows, columns = forward.output.shape[2:]
        came = "×".join(map(str, target.shape[2:]))
        raise ShapeError(f"target must be {rows}×{columns}, as what the kernel gives, but it is {came}.")
    grad_output = freeze(forward.output - target)
    grad_weight = conv2d(forward.x, grad_output).output  # the kernel's gradient: what each weight saw, times its blame
    if float((grad_weight**2).sum()) <= _NOTHING:
        raise InputError("target must ask for a change of the kernel, but the gradient of every weight is 0.")
    weights = freeze(forward.weight[0] - rates[:, None, None] * grad_weight[0])
    outputs = freeze(conv2d(forward.x, weights[:, None]).output[0])
    return LearningRateTrace(
        forward.x, forward.weight, target, forward.output, grad_output, grad_weight, rates, weights, outputs
    )


def half_of_squares(values: Array) -> float:
    return float((values**2).sum()) / 2
