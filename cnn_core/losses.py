"""Losses: how wrong scores or numbers are, as one number; and how fast it rises with each of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from typing import Literal, TypeAlias

import numpy as np
import numpy.typing as npt

from cnn_core.arrays import Array, IntArray, as_array, freeze
from cnn_core.backward import Backward, as_gradient
from cnn_core.equation import Equation, Explanation
from cnn_core.errors import InputError, ShapeError
from cnn_core.expression import Difference, Expression, Log, Negative, Power, Product, Quotient, Sum, Value
from cnn_core.softmax import SHARES, SoftmaxTrace, softmax
from cnn_core.trace import Trace, Values, addresses_of

__all__ = [
    "CrossEntropyBackward",
    "CrossEntropyTrace",
    "MSELossBackward",
    "MSELossTrace",
    "Reduction",
    "cross_entropy",
    "mse_loss",
]

Reduction: TypeAlias = Literal["none", "mean", "sum"]
SOFTMAX = ("maximum", "shifted", "exponentials", "total")
LIKELY = 1e-6
"""Up to which a probability can be told from 0 by its digits."""


@dataclass(frozen=True, eq=False)
class Loss(Trace):
    """A loss that has been computed.

    Attributes
    ----------
    losses
        One for each image, or for each number.
    output
        Their mean or sum, without axes; themselves if the reduction is "none".
    """

    x: Array
    losses: Array
    output: Array
    reduction: Reduction

    def equation(self, *position: int) -> Equation:
        """Return `(0.5 + 1.5) / 2 = 1`, or the loss where there is one only."""
        if self.reduction == "none":
            left = self.loss(position)
        elif self.losses.size == 1:
            left = self.loss((0,) * self.losses.ndim)
        else:
            left = Sum(tuple(self.value("losses", *at) for at in np.ndindex(self.losses.shape)))
            left = Quotient((left, Value(float(self.losses.size)))) if self.reduction == "mean" else left
        return Equation.of(left, self.result("output", *position))

    def loss(self, position: tuple[int, ...]) -> Expression:
        """Write how one of the losses came about."""
        raise NotImplementedError

    @property
    def count(self) -> int:
        """What their sum is divided by."""
        return self.losses.size if self.reduction == "mean" else 1


@dataclass(frozen=True, eq=False)
class CrossEntropyTrace(Loss):
    """The surprise at the true classes.

    Attributes
    ----------
    x : (N, C)
        The logits.
    target : (N,)
        The true class of each.
    losses : (N,)
        Minus the logarithm of the probability of the true class.
    """

    target: IntArray

    @cached_property
    def softmax(self) -> SoftmaxTrace:
        return softmax(self.x, 1)

    @property
    def probabilities(self) -> Array:
        """What the network says, (N, C)."""
        return self.softmax.output

    @cached_property
    def log_probabilities(self) -> Array:
        """Their logarithms, (N, C), computed without dividing."""
        return freeze(self.softmax.shifted - np.log(self.softmax.total))

    @cached_property
    def truth(self) -> Array:
        """1 for the true class and 0 for all others, (N, C)."""
        return freeze(np.eye(self.x.shape[1])[self.target])

    def loss(self, position: tuple[int, ...]) -> Expression:
        """Write `-ln 0.237`."""
        at = (*position, int(self.target[position]))
        if self.probabilities[at] < LIKELY:
            return Negative((self.value("log_probabilities", *at),))
        return Negative((Log((self.value("probabilities", *at),)),))

    def results(self) -> Iterator[str]:
        names = (*SOFTMAX[1:], "probabilities", "losses", "output")
        return chain.from_iterable(addresses_of(name, self._arrays[name].shape) for name in names)

    def other(self, name: str, indices: tuple[int, ...]) -> Explanation:
        match name:
            case "losses":
                return Equation.of(self.loss(indices), self.result(name, *indices))
            case "log_probabilities":
                total = self.value("total", indices[0], 0)
                left = Difference((self.value("shifted", *indices), Log((total,))))
                return Equation.of(left, self.result(name, *indices))
            case "probabilities":
                parts = (self.value("exponentials", *indices), self.value("total", indices[0], 0))
                return Equation.of(Quotient(parts), self.result(name, *indices))
        return self.softmax.other(name, indices) if name in SOFTMAX else super().other(name, indices)

    def decimals(self, name: str) -> int:
        """Return three for shares and for the loss."""
        return super().decimals(name) if name in ("x", "maximum", "shifted", "target", "truth") else SHARES

    def backward(self, grad_output: npt.ArrayLike = 1.0) -> CrossEntropyBackward:
        """Return the gradient of the logits: what was said, minus what is true."""
        return CrossEntropyBackward(self, as_gradient(grad_output, self.output))

    def values(self) -> Values:
        own = ("probabilities", "log_probabilities", "truth", "losses", "output")
        names = ("x", "target", *SOFTMAX, *own)
        return {name: getattr(self.softmax if name in SOFTMAX else self, name) for name in names}


@dataclass(frozen=True, eq=False)
class LossBackward(Backward):
    """The gradient of a loss."""

    forward: Loss

    def gradients(self) -> Values:
        return {"grad_input": self.grad_input}

    @property
    def _each(self) -> Array:
        """What is asked of each loss, as an array that spreads over them."""
        return self.grad_output / self.forward.count

    def _shared(self, left: Expression, position: tuple[int, ...]) -> Expression:
        """Divide by the number of losses whose mean is taken, and multiply by what is asked of the result."""
        if self.forward.count > 1:
            left = Quotient((left, Value(float(self.forward.count))))
        at = position[: self.grad_output.ndim]
        return left if self.grad_output[at] == 1 else Product((self.value("grad_output", *at), left))


@dataclass(frozen=True, eq=False)
class CrossEntropyBackward(LossBackward):
    """The gradient of the logits, (N, C)."""

    forward: CrossEntropyTrace

    @cached_property
    def grad_input(self) -> Array:
        """`(probabilities - truth) / N`."""
        each = self._each[:, None] if self._each.ndim else self._each
        return freeze((self.forward.probabilities - self.forward.truth) * each)

    def gradient(self, name: str, position: tuple[int, ...]) -> Expression:
        """Write `0.237 - 1`."""
        parts = (self.value("probabilities", *position), self.value("truth", *position))
        return self._shared(Difference(parts), position)

    def decimals(self, name: str) -> int:
        return SHARES if name == "grad_input" else super().decimals(name)


@dataclass(frozen=True, eq=False)
class MSELossTrace(Loss):
    """Squared distances.

    Attributes
    ----------
    x, target, losses : (...)
        Of any shape, the same for all.
    """

    target: Array

    def loss(self, position: tuple[int, ...]) -> Expression:
        """Write `(2 - 5)²`."""
        return Power((Difference((self.value("x", *position), self.value("target", *position))),))

    def results(self) -> Iterator[str]:
        return chain(addresses_of("losses", self.losses.shape), addresses_of("output", self.output.shape))

    def other(self, name: str, indices: tuple[int, ...]) -> Explanation:
        if name == "losses":
            return Equation.of(self.loss(indices), self.result(name, *indices))
        return super().other(name, indices)

    def backward(self, grad_output: npt.ArrayLike = 1.0) -> MSELossBackward:
        """Return the gradient of `x`: twice the distance."""
        return MSELossBackward(self, as_gradient(grad_output, self.output))

    def values(self) -> Values:
        return {"x": self.x, "target": self.target, "losses": self.losses, "output": self.output}


@dataclass(frozen=True, eq=False)
class MSELossBackward(LossBackward):
    """The gradient of `x`, the shape of `x`."""

    forward: MSELossTrace

    @cached_property
    def grad_input(self) -> Array:
        """`2 · (x - target) / count`."""
        return freeze(2 * (self.forward.x - self.forward.target) * self._each)

    def gradient(self, name: str, position: tuple[int, ...]) -> Expression:
        distance = Difference((self.value("x", *position), self.value("target", *position)))
        return self._shared(Product((Value(2.0), distance)), position)


def cross_entropy(
    input: npt.ArrayLike,
    target: npt.ArrayLike,
    reduction: Reduction = "mean",
) -> CrossEntropyTrace:
    """Measure how surprising the true classes are, as `torch.nn.functional.cross_entropy` does.

    Parameters
    ----------
    input : (N, C)
        Logits: scores before any softmax.
    target : (N,)
        The true class of each row, as whole numbers from 0.
    reduction
        What becomes of the N losses: "mean", "sum" or "none".

    Raises
    ------
    ShapeError, InputError
        If the arrays do not fit each other, or a class does not exist.

    >>> round(float(cross_entropy([[0, 0]], [1]).output), 3)
    0.693
    """
    x = as_array("input", input, "N C")
    found = as_array("target", target, "N")
    if len(found) != len(x):
        raise ShapeError(
            f"target must hold one class for each row of input, {len(x)} in all, but it holds {len(found)}."
        )
    classes = found.astype(np.int64)
    wrong = (classes != found) | (classes < 0) | (classes >= x.shape[1])
    if wrong.any():
        raise InputError(
            f"target must hold whole numbers from 0 to {x.shape[1] - 1}, but it holds {found[wrong][0]:g}."
        )
    scores = softmax(x, 1)
    losses = np.log(scores.total[:, 0]) - scores.shifted[np.arange(len(x)), classes]
    return CrossEntropyTrace(x, freeze(losses), _reduced(losses, reduction), reduction, freeze(classes))


def mse_loss(
    input: npt.ArrayLike,
    target: npt.ArrayLike,
    reduction: Reduction = "mean",
) -> MSELossTrace:
    """Measure squared distances, as `torch.nn.functional.mse_loss` does.

    Parameters
    ----------
    input, target : (...)
        Of any shape, the same for both.
    reduction
        What becomes of the squares: "mean", "sum" or "none".

    Raises
    ------
    ShapeError, InputError
        If the shapes differ, or the reduction is unknown.

    >>> float(mse_loss([1, 3], [1, 1]).output)
    2.0
    """
    x, wanted = as_array("input", input, "..."), as_array("target", target, "...")
    if wanted.shape != x.shape:
        raise ShapeError(f"target must have the shape of input, {x.shape}, but its shape is {wanted.shape}.")
    losses = np.square(x - wanted)
    return MSELossTrace(x, freeze(losses), _reduced(losses, reduction), reduction, wanted)


def _reduced(losses: Array, reduction: str) -> Array:
    match reduction:
        case "mean":
            return freeze(np.array(losses.sum() / losses.size))
        case "sum":
            return freeze(np.array(losses.sum()))
        case "none":
            return freeze(losses)
    raise InputError(f'reduction must be "mean", "sum" or "none", but it is {reduction!r}.')
