"""The layers a network is made of: parameters and options, and the operation they stand for.

Names, fields and defaults are those of `torch.nn`.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from cnn_core.arrays import Array, Pair, as_array
from cnn_core.operations import LEARNED, OPERATIONS
from cnn_core.trace import Trace
from cnn_core.windows import PaddingLike

__all__ = [
    "KINDS",
    "AvgPool2d",
    "BatchNorm2d",
    "Conv2d",
    "Flatten",
    "Layer",
    "LeakyReLU",
    "Linear",
    "MaxPool2d",
    "ReLU",
    "Sigmoid",
    "Softmax",
    "Tanh",
]


@dataclass(frozen=True, eq=False)
class Layer:
    """One step of a network; its arrays are read-only.

    Attributes
    ----------
    operation
        What it computes, a key of `OPERATIONS`.
    name
        What people call it.
    """

    operation: ClassVar[str]
    name: ClassVar[str]

    def __init_subclass__(cls) -> None:
        cls.name = OPERATIONS[cls.operation].name

    def forward(self, x: npt.ArrayLike) -> Trace:
        """Return the layer's operation on `x`, computed."""
        return OPERATIONS[self.operation].run((x,), self.tensors(), self.options())

    def tensors(self) -> dict[str, Array]:
        return {name: value for name, value in self._fields().items() if isinstance(value, np.ndarray)}

    def options(self) -> dict[str, object]:
        """Return everything else that it was made with, by field name."""
        return {name: value for name, value in self._fields().items() if not isinstance(value, np.ndarray)}

    def parameters(self) -> int:
        """Return how many numbers of it are learned; running statistics are measured, not learned."""
        return sum(array.size for name, array in self.tensors().items() if name in LEARNED)

    def _fields(self) -> dict[str, object]:
        return {field.name: getattr(self, field.name) for field in fields(self)}

    def _hold(self, **axes: str) -> None:
        """Replace the named fields by read-only float64 arrays with these axes."""
        for name, names_of_axes in axes.items():
            value = getattr(self, name)
            if value is not None:
                object.__setattr__(self, name, as_array(name, value, names_of_axes))


@dataclass(frozen=True, eq=False)
class Conv2d(Layer):
    """Slide kernels over the maps.

    Attributes
    ----------
    weight : (C_out, C_in / groups, kH, kW)
    bias : (C_out,) or None
    """

    operation: ClassVar[str] = "conv2d"
    weight: Array
    bias: Array | None = None
    stride: int | Pair = 1
    padding: PaddingLike = 0
    dilation: int | Pair = 1
    groups: int = 1

    def __post_init__(self) -> None:
        self._hold(weight="C_out C_in/groups kH kW", bias="C_out")


@dataclass(frozen=True, eq=False)
class BatchNorm2d(Layer):
    """Normalise each channel by the mean and variance that training has measured.

    Attributes
    ----------
    running_mean, running_var : (C,)
    weight, bias : (C,) or None
        gamma and beta.
    """

    operation: ClassVar[str] = "batch_norm2d"
    running_mean: Array
    running_var: Array
    weight: Array | None = None
    bias: Array | None = None
    eps: float = 1e-5

    def __post_init__(self) -> None:
        self._hold(running_mean="C", running_var="C", weight="C", bias="C")


@dataclass(frozen=True, eq=False)
class MaxPool2d(Layer):
    """Keep the largest value of each window."""

    operation: ClassVar[str] = "max_pool2d"
    kernel_size: int | Pair
    stride: int | Pair | None = None
    padding: int | Pair = 0
    dilation: int | Pair = 1
    ceil_mode: bool = False


@dataclass(frozen=True, eq=False)
class AvgPool2d(Layer):
    """Take the mean of each window."""

    operation: ClassVar[str] = "avg_pool2d"
    kernel_size: int | Pair
    stride: int | Pair | None = None
    padding: int | Pair = 0
    ceil_mode: bool = False
    count_include_pad: bool = True
    divisor_override: int | None = None


@dataclass(frozen=True, eq=False)
class ReLU(Layer):
    """Set negative values to 0."""

    operation: ClassVar[str] = "relu"


@dataclass(frozen=True, eq=False)
class LeakyReLU(Layer):
    """Shrink negative values."""

    operation: ClassVar[str] = "leaky_relu"
    negative_slope: float = 0.01


@dataclass(frozen=True, eq=False)
class Sigmoid(Layer):
    """Squeeze values into 0 to 1."""

    operation: ClassVar[str] = "sigmoid"


@dataclass(frozen=True, eq=False)
class Tanh(Layer):
    """Squeeze values into -1 to 1."""

    operation: ClassVar[str] = "tanh"


@dataclass(frozen=True, eq=False)
class Flatten(Layer):
    """Write all maps of an image one after another, in one row."""

    operation: ClassVar[str] = "flatten"


@dataclass(frozen=True, eq=False)
class Linear(Layer):
    """Weigh and sum all inputs, once for each output.

    Attributes
    ----------
    weight : (F_out, F_in)
    bias : (F_out,) or None
    """

    operation: ClassVar[str] = "linear"
    weight: Array
    bias: Array | None = None

    def __post_init__(self) -> None:
        self._hold(weight="F_out F_in", bias="F_out")


@dataclass(frozen=True, eq=False)
class Softmax(Layer):
    """Turn logits into probabilities."""

    operation: ClassVar[str] = "softmax"
    dim: int = 1


KINDS: dict[str, type[Layer]] = {
    kind.__name__: kind
    for kind in (
        Conv2d,
        BatchNorm2d,
        MaxPool2d,
        AvgPool2d,
        ReLU,
        LeakyReLU,
        Sigmoid,
        Tanh,
        Flatten,
        Linear,
        Softmax,
    )
}
