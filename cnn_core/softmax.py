"""Softmax: scores to probabilities."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from cnn_core.arrays import Array, as_array, as_axis, freeze
from cnn_core.trace import Values, check_position, scalar

__all__ = ["SoftmaxStep", "SoftmaxTrace", "softmax"]


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
class SoftmaxTrace:
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

    @property
    def maximum(self) -> Array:
        """The largest value along `dim`, an axis of length 1."""
        return freeze(self.x.max(axis=self.dim, keepdims=True))

    @property
    def shifted(self) -> Array:
        """How far each value lies below the largest, the shape of `x`."""
        return freeze(self.x - self.maximum)

    @property
    def exponentials(self) -> Array:
        """Their exponentials, the shape of `x`."""
        return freeze(np.exp(self.shifted))

    @property
    def total(self) -> Array:
        """The sum of the exponentials along `dim`, an axis of length 1."""
        return freeze(self.exponentials.sum(axis=self.dim, keepdims=True))

    def step(self, *position: int) -> SoftmaxStep:
        """Return how the output at this position came about."""
        check_position(position, self.output.shape)
        row = (*position[: self.dim], 0, *position[self.dim + 1 :])
        return SoftmaxStep(
            position,
            x=float(self.x[position]),
            maximum=float(self.maximum[row]),
            shifted=float(self.shifted[position]),
            exponential=float(self.exponentials[position]),
            total=float(self.total[row]),
            value=float(self.output[position]),
        )

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
