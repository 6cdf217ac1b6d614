"""2-D batch normalisation: each channel centred on 0, brought to unit spread, then scaled and shifted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import chain

import numpy as np
import numpy.typing as npt

from cnn_core.arrays import Array, as_array, as_number, freeze
from cnn_core.backward import as_gradient
from cnn_core.batch_norm_backward import BatchNorm2dBackward
from cnn_core.channels import spread
from cnn_core.equation import Equation, Explanation, Given
from cnn_core.errors import InputError, ShapeError
from cnn_core.expression import Difference, Expression, Power, Product, Quotient, Root, Sum, Value
from cnn_core.trace import Position, Trace, Values, address_of, addresses_of, check_position, positions_of, scalar

__all__ = ["BatchNorm2dStep", "BatchNorm2dTrace", "batch_norm2d", "root_of"]

# Dividing numbers of up to 1e100 by the root of this still gives finite ones.
SMALLEST_VARIANCE = 1e-200


@dataclass(frozen=True, eq=False)
class BatchNorm2dStep:
    """How one normalised value came about: `value = (x - mean) / std * weight + bias`.

    Attributes
    ----------
    position
        `(n, c, i, j)`.
    centred
        `x - mean`.
    std
        The root of `variance + eps`.
    x_hat
        `centred / std`.
    """

    position: Position
    x: float
    mean: float
    variance: float
    centred: float
    std: float
    x_hat: float
    weight: float
    bias: float
    value: float

    def values(self) -> Values:
        """Return every number of this position, by name."""
        names = ("x", "mean", "variance", "centred", "std", "x_hat", "weight", "bias", "value")
        return {name: scalar(getattr(self, name)) for name in names}


@dataclass(frozen=True, eq=False)
class BatchNorm2dTrace(Trace):
    """A batch normalisation that has been computed.

    Attributes
    ----------
    x, output : (N, C, H, W)
    mean, variance : (C,)
        Those that were used: of this batch (biased, divided by `count`) when training, else the running ones.
    weight, bias : (C,)
        Gamma and beta; ones and zeros where none were given.
    running_mean, running_var : (C,) or None
        As they are afterwards: updated when training (with the unbiased variance, as in torch).
    before
        The running mean and variance that were updated; None where nothing was.
    """

    x: Array
    mean: Array
    variance: Array
    weight: Array
    bias: Array
    output: Array
    running_mean: Array | None
    running_var: Array | None
    training: bool
    momentum: float
    eps: float
    before: tuple[Array, Array] | None = None

    def equation(self, *position: int) -> Equation:
        """Return `(4 - 3) / 2.5 · 2 + 1 = 1.8`, without a scale of 1 and a shift of 0."""
        channel = position[1]
        left: Expression = self._normalised(position)
        if self.weight[channel] != 1:
            left = Product((left, self.value("weight", channel)))
        if self.bias[channel] != 0:
            left = Sum((left, self.value("bias", channel)))
        return Equation.of(left, self.result("output", *position))

    def results(self) -> Iterator[str]:
        """Give the statistics of each channel, in the order in which they are computed, and the output."""
        names = ["total", "mean", "squared_deviations", "squared_deviations_total", "variance"] if self.training else []
        names += ["std"] if np.array_equal(self.x_hat, self.output) else ["std", "x_hat"]
        names += ["running_mean", "running_var"] if self.before else []
        return chain.from_iterable(addresses_of(name, self._arrays[name].shape) for name in (*names, "output"))

    def other(self, name: str, indices: tuple[int, ...]) -> Explanation:
        """Explain a statistic, or a value on its way."""
        left = self._written(name, indices)
        if left is not None:
            return Equation.of(left, self.result(name, *indices))
        if name in ("mean", "variance", "running_mean", "running_var"):
            return Given("running")
        return Given("counted") if name == "count" else super().other(name, indices)

    def _written(self, name: str, indices: tuple[int, ...]) -> Expression | None:
        """Write how a number that was computed came about."""
        found: Expression | None = None
        match name:
            case "total" | "squared_deviations_total":
                found = Sum(self._channel("x" if name == "total" else "squared_deviations", *indices))
            case "mean" | "variance" if self.training:
                total = "total" if name == "mean" else "squared_deviations_total"
                found = Quotient((self.value(total, *indices), Value(float(self.count), "count", "count")))
            case "centred":
                found = self._centred(indices)
            case "squared_deviations":
                found = Power((self._centred(indices),))
            case "std":
                found = root_of(self.value("variance", *indices), self.eps)
            case "x_hat":
                found = self._normalised(indices)
            case "running_mean" | "running_var" if self.before:
                found = self._mixed(name, *indices)
        return found

    def _centred(self, position: tuple[int, ...]) -> Difference:
        parts = (self.value("x", *position), self.value("mean", position[1]))
        return Difference(parts, known=self.value("centred", *position))

    def _normalised(self, position: tuple[int, ...]) -> Quotient:
        parts = (self._centred(position), self.value("std", position[1]))
        return Quotient(parts, known=self.value("x_hat", *position))

    def _channel(self, name: str, channel: int) -> tuple[Value, ...]:
        places = positions_of((len(self.x), 1, *self.x.shape[2:]))
        return tuple(self.value(name, n, channel, i, j) for n, _, i, j in places)

    def _mixed(self, name: str, channel: int) -> Expression:
        """Write `0.9·0 + 0.1·3`; the variance is the unbiased one, `0.9·1 + 0.1·(100 / 15)`."""
        assert self.before is not None
        is_mean = name == "running_mean"
        momentum = Value(self.momentum, "update.momentum", "momentum")
        kept = Value(round(1 - self.momentum, 12), "update.kept", "kept")
        old = float(self.before[0 if is_mean else 1][channel])
        before = Value(old, f"update.{'mean' if is_mean else 'var'}_before[{channel}]", "before")
        divisor = Value(self.count - 1.0, "update.divisor", "divisor")
        unbiased = Quotient((self.value("squared_deviations_total", channel), divisor))
        batch = self.value("mean", channel) if is_mean else unbiased
        return Sum((Product((kept, before)), Product((momentum, batch))))

    def operand(self, position: tuple[int, ...], name: str, indices: tuple[int, ...]) -> str:
        if name in ("mean", "variance", "std", "weight", "bias"):
            return address_of(name, position[1:2])
        if name in ("x", "centred", "x_hat"):
            return address_of(name, position)
        return super().operand(position, name, indices)

    @cached_property
    def _arrays(self) -> Values:
        return {**self.values(), "count": scalar(self.count), "eps": scalar(self.eps)}

    @property
    def count(self) -> int:
        return int(self.x.size // self.x.shape[1])

    @cached_property
    def total(self) -> Array:
        """The sum of each channel, (C,)."""
        return freeze(self.x.sum(axis=(0, 2, 3)))

    @cached_property
    def centred(self) -> Array:
        """How far each value is from the mean, (N, C, H, W)."""
        return freeze(self.x - spread(self.mean))

    @cached_property
    def squared_deviations(self) -> Array:
        """The squares of `centred`, (N, C, H, W)."""
        return freeze(np.square(self.centred))

    @cached_property
    def squared_deviations_total(self) -> Array:
        """Their sum for each channel, (C,)."""
        return freeze(self.squared_deviations.sum(axis=(0, 2, 3)))

    @cached_property
    def std(self) -> Array:
        """The root of `variance + eps`, (C,)."""
        return freeze(np.sqrt(self.variance + self.eps))

    @cached_property
    def x_hat(self) -> Array:
        """The values before they are scaled and shifted, (N, C, H, W)."""
        return freeze(self.centred / spread(self.std))

    def positions(self) -> Iterator[Position]:
        return positions_of(self.output.shape)

    def step(self, n: int, c: int, i: int, j: int) -> BatchNorm2dStep:
        """Return how `output[n, c, i, j]` came about."""
        position = (n, c, i, j)
        check_position(position, self.output.shape)
        centred = self.x[position] - self.mean[c]
        return BatchNorm2dStep(
            position=position,
            x=float(self.x[position]),
            mean=float(self.mean[c]),
            variance=float(self.variance[c]),
            centred=float(centred),
            std=float(self.std[c]),
            x_hat=float(centred / self.std[c]),
            weight=float(self.weight[c]),
            bias=float(self.bias[c]),
            value=float(self.output[position]),
        )

    def backward(self, grad_output: npt.ArrayLike) -> BatchNorm2dBackward:
        return BatchNorm2dBackward(self, as_gradient(grad_output, self.output))

    def values(self) -> Values:
        """Return every array of the computation, by name."""
        names = ["x", "total", "mean", "centred", "squared_deviations", "squared_deviations_total", "variance", "std"]
        names += ["x_hat", "weight", "bias", "output"]
        if self.running_mean is not None:
            names += ["running_mean", "running_var"]
        return {name: getattr(self, name) for name in names}


def batch_norm2d(
    x: npt.ArrayLike,
    running_mean: npt.ArrayLike | None = None,
    running_var: npt.ArrayLike | None = None,
    weight: npt.ArrayLike | None = None,
    bias: npt.ArrayLike | None = None,
    training: bool = False,
    momentum: float = 0.1,
    eps: float = 1e-5,
) -> BatchNorm2dTrace:
    """Normalise each channel, as `torch.nn.functional.batch_norm` does.

    Parameters
    ----------
    x : (N, C, H, W)
        The feature maps.
    running_mean, running_var : (C,), optional
        The statistics to use, or to update when training. They are not changed: the trace holds the updated ones.
    weight, bias : (C,), optional
        Gamma and beta.
    training
        Whether to use the statistics of this batch.
    momentum
        How much of the running statistics the batch replaces, from 0 to 1.
    eps
        What is added to the variance before its root is taken.

    Raises
    ------
    ShapeError, InputError
        If an array does not hold one number a channel, statistics are missing, or a variance is not positive.

    >>> batch_norm2d([[[[1, 3]]]], training=True, eps=0).output.tolist()
    [[[[-1.0, 1.0]]]]
    """
    x = as_array("x", x, "N C H W")
    means = _per_channel("running_mean", running_mean, x)
    variances = _per_channel("running_var", running_var, x)
    gamma, beta = _per_channel("weight", weight, x), _per_channel("bias", bias, x)
    momentum = as_number("momentum", momentum, minimum=0, maximum=1)
    eps = as_number("eps", eps, minimum=0)
    if (means is None) != (variances is None):
        raise InputError("running_mean and running_var must be given together, but one of them is missing.")
    before = (means, variances) if training and means is not None and variances is not None else None
    if training:
        mean, variance, means, variances = _train(x, means, variances, momentum)
    elif means is None or variances is None:
        raise InputError("running_mean and running_var must be given unless training is true, but they are missing.")
    else:
        mean, variance = means, variances
    _check_variance(variance, eps)
    gamma = freeze(np.ones_like(mean)) if gamma is None else gamma
    beta = freeze(np.zeros_like(mean)) if beta is None else beta
    output = _normalise(x, mean, np.sqrt(variance + eps), gamma, beta)
    return BatchNorm2dTrace(
        x, mean, variance, gamma, beta, freeze(output), means, variances, bool(training), momentum, eps, before
    )


def root_of(variance: Value, eps: float) -> Root:
    """Return `√6.25`, or `√(6.25 + 0.00001)`."""
    return Root((Sum((variance, Value(eps, "eps", "eps"))) if eps else variance,))


def _per_channel(name: str, value: npt.ArrayLike | None, x: Array) -> Array | None:
    if value is None:
        return None
    array = as_array(name, value, "C")
    if len(array) != x.shape[1]:
        raise ShapeError(
            f"{name} must hold one number for each channel of x, {x.shape[1]} in all, but it holds {len(array)}."
        )
    return array


def _train(
    x: Array, means: Array | None, variances: Array | None, momentum: float
) -> tuple[Array, Array, Array | None, Array | None]:
    """Return mean and variance of the batch, and the running ones moved towards them."""
    count = x.size // x.shape[1]
    if count < 2:
        raise ShapeError(
            f"x must hold more than one value per channel when training is true, but its shape is {x.shape}."
        )
    mean = freeze(x.sum(axis=(0, 2, 3)) / count)
    squared_deviations_total = np.square(x - spread(mean)).sum(axis=(0, 2, 3))
    if means is not None and variances is not None:
        means = freeze((1 - momentum) * means + momentum * mean)
        variances = freeze((1 - momentum) * variances + momentum * squared_deviations_total / (count - 1))
    return mean, freeze(squared_deviations_total / count), means, variances


def _check_variance(variance: Array, eps: float) -> None:
    channel = int(variance.argmin())
    if variance[channel] + eps < SMALLEST_VARIANCE:
        raise InputError(
            "eps must make every variance positive, for its root divides, "
            f"but it is {eps:g} and channel {channel} has a variance of {variance[channel]:g}."
        )


def _normalise(x: Array, mean: Array, std: Array, weight: Array, bias: Array) -> Array:
    """Take the steps one by one, as the film shows them, but in one array."""
    output = x - spread(mean)
    output /= spread(std)
    output *= spread(weight)
    output += spread(bias)
    return output
