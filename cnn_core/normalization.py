"""Layer, group and instance normalisation: sets of values brought to mean 0 and unit spread; and local response."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from math import prod

import numpy as np
import numpy.typing as npt

from cnn_core.arrays import Array, as_array, as_number, as_whole, freeze
from cnn_core.batch_norm import BatchNorm2dTrace, batch_norm2d
from cnn_core.channels import check_groups
from cnn_core.equation import Equation, Explanation
from cnn_core.errors import InputError, ShapeError
from cnn_core.expression import Expression, Power, Product, Quotient, Sum, Value
from cnn_core.trace import Trace, Values, address_of, addresses_of, check_position, parse, scalar

__all__ = [
    "LocalResponseNormTrace",
    "NormStep",
    "NormTrace",
    "group_norm",
    "instance_norm",
    "layer_norm",
    "local_response_norm",
]

COMPUTED = ("total", "mean", "centred", "squared_deviations", "squared_deviations_total", "variance", "std", "x_hat")
MAPS = ("x", "centred", "squared_deviations", "x_hat")
STATISTICS = tuple(name for name in COMPUTED if name not in MAPS)


@dataclass(frozen=True)
class NormStep:
    """How one normalised value came about; as of batch norm, but `mean`, `variance` and `std` are those of its set."""

    position: tuple[int, ...]
    x: float
    mean: float
    variance: float
    std: float
    x_hat: float
    value: float

    def values(self) -> Values:
        names = ("x", "mean", "variance", "std", "x_hat", "value")
        return {name: scalar(getattr(self, name)) for name in names}


@dataclass(frozen=True, eq=False)
class NormTrace(Trace):
    """A normalisation that has been computed, each set of values by its own mean and variance.

    Attributes
    ----------
    name
        As the function is called here.
    x, output : (...)
    sets
        The first axes of the statistics: `(N,)` where an image is a set, `(N, G)` where a group of channels is.
    by_sets
        The batch norm of the same values, read as (1, sets, 1, values of a set): it knows the statistics.
    weight, bias : (C,), or the axes that are normalised; None where none were given.
    affine
        The axes of `x` that weight and bias belong to.
    """

    name: str
    x: Array
    output: Array
    sets: tuple[int, ...]
    by_sets: BatchNorm2dTrace
    weight: Array | None
    bias: Array | None
    affine: slice

    def equation(self, *position: int) -> Equation:
        """Return `(4 - 3) / 2.5 · 2 + 1 = 1.8`, without a scale of 1 and a shift of 0."""
        index = int(np.ravel_multi_index(position, self.x.shape))
        left = self._renamed(self.by_sets.equation(*self._inner(index)).left)
        at = position[self.affine]
        if self.weight is not None and self.weight[at] != 1:
            left = Product((left, self.value("weight", *at)))
        if self.bias is not None and self.bias[at] != 0:
            left = Sum((left, self.value("bias", *at)))
        return Equation.of(left, self.result("output", *position))

    def results(self) -> Iterator[str]:
        """Give the statistics of each set, in the order in which they are computed, and the output."""
        names = (*(name for name in COMPUTED if name != "centred"), "output")
        return chain.from_iterable(addresses_of(name, self._arrays[name].shape) for name in names)

    def other(self, name: str, indices: tuple[int, ...]) -> Explanation:
        """Explain a statistic, or a value on its way, as batch norm does, in places of these arrays."""
        if name in ("count", "eps"):
            return self.by_sets.explain(name)
        if name not in COMPUTED:
            return super().other(name, indices)
        index = int(np.ravel_multi_index(indices, self._arrays[name].shape))
        inside = (index,) if name in STATISTICS else self._inner(index)
        found = self.by_sets.explain(address_of(name, inside))
        assert isinstance(found, Equation)
        return Equation.of(self._renamed(found.left), self.result(name, *indices))

    def operand(self, position: tuple[int, ...], name: str, indices: tuple[int, ...]) -> str:
        if name in ("mean", "variance", "std"):
            return address_of(name, self._set_of(position))
        return address_of(name, position) if name in MAPS else super().operand(position, name, indices)

    def step(self, *position: int) -> NormStep:
        check_position(position, self.x.shape)
        of_set, values = self._set_of(position), self._arrays
        numbers = {name: float(values[name][of_set]) for name in ("mean", "variance", "std")}
        x_hat, value = float(values["x_hat"][position]), float(self.output[position])
        return NormStep(position, float(self.x[position]), **numbers, x_hat=x_hat, value=value)

    def positions(self) -> Iterator[tuple[int, ...]]:
        return np.ndindex(self.x.shape)

    def values(self) -> Values:
        """Return every array of the computation, by name: statistics with the axes of `sets`."""
        inner = self.by_sets
        found: Values = {"x": self.x}
        for name in COMPUTED:
            found[name] = getattr(inner, name).reshape(self.sets if name in STATISTICS else self.x.shape)
        learned = {"weight": self.weight, "bias": self.bias}
        return {**found, **{name: one for name, one in learned.items() if one is not None}, "output": self.output}

    def _inner(self, index: int) -> tuple[int, int, int, int]:
        """Return where a value stands that is read as (1, sets, 1, values of a set)."""
        of_set, inside = divmod(index, self.by_sets.count)
        return 0, of_set, 0, inside

    def _set_of(self, position: tuple[int, ...]) -> tuple[int, ...]:
        index = int(np.ravel_multi_index(position, self.x.shape)) // self.by_sets.count
        return tuple(map(int, np.unravel_index(index, self.sets)))

    def _renamed(self, left: Expression) -> Expression:
        """Return an expression of the batch norm with the places of these arrays, and their digits."""

        def change(value: Value) -> Value:
            name, at, _ = parse(value.address) if value.address else ("", (), "")
            if name in STATISTICS:
                return self.value(name, *map(int, np.unravel_index(at[0], self.sets)))
            if name in MAPS:
                index = at[1] * self.by_sets.count + at[3]
                return self.value(name, *map(int, np.unravel_index(index, self.x.shape)))
            return value

        return left.map(change)


def layer_norm(
    x: npt.ArrayLike,
    normalized_shape: Sequence[int],
    weight: npt.ArrayLike | None = None,
    bias: npt.ArrayLike | None = None,
    eps: float = 1e-5,
) -> NormTrace:
    """Normalise all values of the last axes together, as `torch.nn.functional.layer_norm` does.

    Parameters
    ----------
    x : (...)
    normalized_shape
        The lengths of the axes that are normalised together: `(C, H, W)` of maps takes each image by itself.
    weight, bias : of this shape, optional
    eps
        What is added to the variance before its root is taken.

    Examples
    --------
    >>> layer_norm([[1, 3], [10, 30]], (2,), eps=0).output.tolist()
    [[-1.0, 1.0], [-1.0, 1.0]]
    """
    x, shape = as_array("x", x, "..."), tuple(as_whole("normalized_shape", one, minimum=1) for one in normalized_shape)
    if not shape or x.shape[-len(shape) :] != shape:
        raise ShapeError(f"normalized_shape must be the last axes of x, whose shape is {x.shape}, but it is {shape}.")
    first = x.ndim - len(shape)
    return _by_sets("layer_norm", x, x.shape[:first], (weight, bias), slice(first, None), eps)


def group_norm(
    x: npt.ArrayLike,
    num_groups: int,
    weight: npt.ArrayLike | None = None,
    bias: npt.ArrayLike | None = None,
    eps: float = 1e-5,
) -> NormTrace:
    """Normalise the channels of a group together, each image by itself, as `torch.nn.functional.group_norm` does.

    `x` is (N, C, ...), `weight` and `bias` hold one number for each channel.

    >>> group_norm([[[1, 3], [10, 30]]], 2, eps=0).output.tolist()
    [[[-1.0, 1.0], [-1.0, 1.0]]]
    """
    x, num_groups = as_array("x", x, "..."), as_whole("num_groups", num_groups, minimum=1)
    return _of_channels("group_norm", x, num_groups, (weight, bias), eps)


def instance_norm(
    x: npt.ArrayLike, weight: npt.ArrayLike | None = None, bias: npt.ArrayLike | None = None, eps: float = 1e-5
) -> NormTrace:
    """Normalise each map by itself, as `torch.nn.functional.instance_norm` does with the statistics of its input.

    >>> instance_norm([[[[1, 3]], [[10, 30]]]], eps=0).output.tolist()
    [[[[-1.0, 1.0]], [[-1.0, 1.0]]]]
    """
    x = as_array("x", x, "...")
    return _of_channels("instance_norm", x, x.shape[1] if x.ndim > 1 else 1, (weight, bias), eps)


Learned = tuple[npt.ArrayLike | None, npt.ArrayLike | None]


def _of_channels(name: str, x: Array, groups: int, learned: Learned, eps: float) -> NormTrace:
    if x.ndim < 2:
        raise ShapeError(f"x must have at least two axes (N, C), but its shape is {x.shape}.")
    check_groups(groups, x.shape[1], "channels of x")
    return _by_sets(name, x, (x.shape[0], groups), learned, slice(1, 2), eps)


def _by_sets(name: str, x: Array, sets: tuple[int, ...], learned: Learned, affine: slice, eps: float) -> NormTrace:
    weight, bias = (
        None if one is None else as_array(called, one, "...")
        for called, one in zip(("weight", "bias"), learned, strict=True)
    )
    for called, one in (("weight", weight), ("bias", bias)):
        if one is not None and one.shape != x.shape[affine]:
            raise ShapeError(f"{called} must have the shape {x.shape[affine]}, but its shape is {one.shape}.")
    count = x.size // prod(sets)
    if count < 2:
        raise ShapeError(f"x must hold more than one value to be normalised together, but its shape is {x.shape}.")
    inner = batch_norm2d(x.reshape(1, prod(sets), 1, count), training=True, eps=eps)
    after = (1,) * (x.ndim - len(range(x.ndim)[: affine.stop]))
    output = inner.output.reshape(x.shape)
    output = output if weight is None else output * weight.reshape(weight.shape + after)
    output = output if bias is None else output + bias.reshape(bias.shape + after)
    return NormTrace(name, x, freeze(output), sets, inner, weight, bias, affine)


@dataclass(frozen=True, eq=False)
class LocalResponseNormTrace(Trace):
    """A local response normalisation that has been computed: each value divided by what is around it in other maps.

    Attributes
    ----------
    x, output, divisor : (N, C, ...)
        `output` is `x / divisor`.
    size
        How many maps are looked at, half of them before that of the value.
    """

    x: Array
    output: Array
    divisor: Array
    size: int
    alpha: float
    beta: float
    k: float

    def equation(self, *position: int) -> Equation:
        """Return `4 / (1 + 0.0001 · (4² + 3²) / 5)^0.75 = 4.00`."""
        parts = (self.value("x", *position), self._divisor(position))
        return Equation.of(Quotient(parts), self.result("output", *position))

    def other(self, name: str, indices: tuple[int, ...]) -> Explanation:
        if name != "divisor":
            return super().other(name, indices)
        return Equation.of(self._divisor(indices).of(self._divisor(indices).parts, None), self.result(name, *indices))

    def _divisor(self, position: tuple[int, ...]) -> Power:
        n, c, *place = position
        near = range(max(0, c - self.size // 2), min(self.x.shape[1], c + (self.size + 1) // 2))
        total = Sum(tuple(Power((self.value("x", n, other, *place),)) for other in near))
        mean = Quotient((total, Value(float(self.size))))
        inside = Sum((Value(self.k), Product((Value(self.alpha), mean))))
        return Power((inside,), exponent=self.beta, known=self.value("divisor", *position))

    def values(self) -> Values:
        return {"x": self.x, "divisor": self.divisor, "output": self.output}


def local_response_norm(
    x: npt.ArrayLike, size: int, alpha: float = 1e-4, beta: float = 0.75, k: float = 1.0
) -> LocalResponseNormTrace:
    """Divide by `(k + alpha * mean of squares)^beta` of `size` maps, as `torch.nn.functional.local_response_norm` does.

    >>> local_response_norm([[[2]]], 1, alpha=1, beta=1, k=0).output.tolist()
    [[[0.5]]]
    """
    x, size = as_array("x", x, "..."), as_whole("size", size, minimum=1)
    alpha, beta, k = as_number("alpha", alpha), as_number("beta", beta), as_number("k", k)
    if x.ndim < 3:
        raise ShapeError(f"x must have at least three axes (N, C, ...), but its shape is {x.shape}.")
    padded = np.pad(np.square(x), [(0, 0), (size // 2, (size - 1) // 2), *[(0, 0)] * (x.ndim - 2)])
    total = np.sum([padded[:, at : at + x.shape[1]] for at in range(size)], axis=0)
    inside = k + alpha * total / size
    if not inside.min() > 0:
        raise InputError(f"k must make every sum positive, for its power divides, but it is {k:g}.")
    divisor = freeze(np.asarray(inside**beta, dtype=np.float64))
    return LocalResponseNormTrace(x, freeze(x / divisor), divisor, size, alpha, beta, k)
