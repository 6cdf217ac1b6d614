"""Softmax: scores to probabilities."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Never

import numpy as np
import numpy.typing as npt

from cnn_core.arrays import Array, as_array, as_axis, freeze
from cnn_core.backward import as_gradient
from cnn_core.equation import Equation, Explanation
from cnn_core.errors import InputError
from cnn_core.expression import Difference, Exp, Expression, Log, Maximum, Quotient, Sum, Value
from cnn_core.softmax_backward import SoftmaxBackward
from cnn_core.trace import Trace, Values, address_of, addresses_of, check_position, scalar

__all__ = ["LogSoftmaxTrace", "SoftmaxStep", "SoftmaxTrace", "log_softmax", "softmax"]

SHARES = 3
"""Decimals of a probability."""


@dataclass(frozen=True, eq=False)
class SoftmaxStep:
    """How one probability came about: `value = exponential / total`.

    Attributes
    ----------
    maximum
        The largest value along `dim`.
    shifted
        `x - maximum`. It leaves the result as it is and keeps the exponential from overflowing.
    exponential
        `exp(shifted)`.
    total
        The sum of the exponentials along `dim`.
    """

    position: tuple[int, ...]
    x: float
    maximum: float
    shifted: float
    exponential: float
    total: float
    value: float

    def values(self) -> Values:
        """Return every number of this position, by name."""
        names = ("x", "maximum", "shifted", "exponential", "total", "value")
        return {name: scalar(getattr(self, name)) for name in names}


@dataclass(frozen=True, eq=False)
class SoftmaxTrace(Trace):
    """A softmax that has been computed.

    Attributes
    ----------
    x, output : (...)
        Of any shape, the same for both.
    dim
        The axis along which the output sums to 1, counted from the front.
    """

    x: Array
    output: Array
    dim: int

    @cached_property
    def maximum(self) -> Array:
        """The largest value along `dim`, an axis of length 1."""
        return freeze(self.x.max(axis=self.dim, keepdims=True))

    @cached_property
    def shifted(self) -> Array:
        """How far each value lies below the largest, the shape of `x`."""
        return freeze(self.x - self.maximum)

    @cached_property
    def exponentials(self) -> Array:
        """Their exponentials, the shape of `x`."""
        return freeze(np.exp(self.shifted))

    @cached_property
    def total(self) -> Array:
        """The sum of the exponentials along `dim`, an axis of length 1."""
        return freeze(self.exponentials.sum(axis=self.dim, keepdims=True))

    def equation(self, *position: int) -> Equation:
        """Return `0.368 / 1.553 ≈ 0.237`."""
        parts = (self.value("exponentials", *position), self.value("total", *self._row(position)))
        return Equation.of(Quotient(parts), self.result("output", *position))

    def results(self) -> Iterator[str]:
        """Give what makes scores into probabilities, one array after the other."""
        for name in ("shifted", "exponentials", "total", "output"):
            yield from addresses_of(name, self._arrays[name].shape)

    def other(self, name: str, indices: tuple[int, ...]) -> Explanation:
        match name:
            case "maximum":
                left: Expression = Maximum(self._along("x", indices))
            case "shifted":
                left = Difference((self.value("x", *indices), self.value("maximum", *self._row(indices))))
            case "exponentials":
                left = Exp((self.value("shifted", *indices),))
            case "total":
                left = Sum(self._along("exponentials", indices))
            case _:
                return super().other(name, indices)
        return Equation.of(left, self.result(name, *indices))

    def operand(self, position: tuple[int, ...], name: str, indices: tuple[int, ...]) -> str:
        if name in ("maximum", "total"):
            return address_of(name, self._row(position))
        if name in ("x", "shifted", "exponential"):
            return address_of("exponentials" if name == "exponential" else name, position)
        return super().operand(position, name, indices)

    def decimals(self, name: str) -> int:
        """Return three for shares and what they are made of: a probability is read in tenths of a percent."""
        return SHARES if name in ("exponentials", "total", "output") else super().decimals(name)

    def _row(self, position: tuple[int, ...]) -> tuple[int, ...]:
        return (*position[: self.dim], 0, *position[self.dim + 1 :])

    def _along(self, name: str, row: tuple[int, ...]) -> tuple[Value, ...]:
        """Return the values of an array along `dim`."""
        places = ((*row[: self.dim], k, *row[self.dim + 1 :]) for k in range(self.x.shape[self.dim]))
        return tuple(self.value(name, *place) for place in places)

    def step(self, *position: int) -> SoftmaxStep:
        check_position(position, self.output.shape)
        row = self._row(position)
        return SoftmaxStep(
            position,
            x=float(self.x[position]),
            maximum=float(self.maximum[row]),
            shifted=float(self.shifted[position]),
            exponential=float(self.exponentials[position]),
            total=float(self.total[row]),
            value=float(self.output[position]),
        )

    def backward(self, grad_output: npt.ArrayLike) -> SoftmaxBackward:
        return SoftmaxBackward(self, as_gradient(grad_output, self.output))

    def values(self) -> Values:
        """Return every array of the computation, by name."""
        return {
            "x": self.x,
            "maximum": self.maximum,
            "shifted": self.shifted,
            "exponentials": self.exponentials,
            "total": self.total,
            "output": self.output,
        }


@dataclass(frozen=True, eq=False)
class LogSoftmaxTrace(SoftmaxTrace):
    """The logarithms of a softmax that have been computed: `output` is `shifted - ln total`."""

    def equation(self, *position: int) -> Equation:
        """Return `-1 - ln 1.368 ≈ -1.313`."""
        parts = (self.value("shifted", *position), Log((self.value("total", *self._row(position)),)))
        return Equation.of(Difference(parts), self.result("output", *position))

    def backward(self, grad_output: npt.ArrayLike) -> Never:
        raise InputError("backward must be asked of softmax, for that of log_softmax is not written down here.")


def log_softmax(x: npt.ArrayLike, dim: int = -1) -> LogSoftmaxTrace:
    """Return the logarithms of the softmax along `dim`, as `torch.nn.functional.log_softmax` does.

    >>> log_softmax([3]).output.tolist()
    [0.0]
    """
    x = as_array("x", x, "...")
    dim = as_axis("dim", dim, x)
    shifted = x - x.max(axis=dim, keepdims=True)
    return LogSoftmaxTrace(x, freeze(shifted - np.log(np.exp(shifted).sum(axis=dim, keepdims=True))), dim)


def softmax(x: npt.ArrayLike, dim: int = -1) -> SoftmaxTrace:
    """Divide the exponentials by their sum along `dim`, as `torch.nn.functional.softmax` does.

    Parameters
    ----------
    x : (...)
        Scores, of any shape.
    dim
        The axis along which the output sums to 1.

    Raises
    ------
    InputError
        If `x` has no such axis.

    >>> softmax([2, 2]).output.tolist()
    [0.5, 0.5]
    """
    x = as_array("x", x, "...")
    dim = as_axis("dim", dim, x)
    exponentials = np.exp(x - x.max(axis=dim, keepdims=True))
    return SoftmaxTrace(x, freeze(exponentials / exponentials.sum(axis=dim, keepdims=True)), dim)
