"""The layers a network is made of: parameters and options, and the operation they stand for.

Names, fields and defaults are those of `torch.nn`.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, fields
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from cnn_core.activations import leaky_relu, relu, sigmoid, tanh
from cnn_core.arrays import Array, Pair, as_array
from cnn_core.avg_pool2d import avg_pool2d
from cnn_core.batch_norm import batch_norm2d
from cnn_core.conv2d import conv2d
from cnn_core.flatten import flatten
from cnn_core.linear import linear
from cnn_core.max_pool2d import max_pool2d
from cnn_core.softmax import softmax
from cnn_core.trace import Trace
from cnn_core.windows import PaddingLike

__all__ = [
    "KINDS",
    "LEARNED",
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

LEARNED = ("weight", "bias")


@dataclass(frozen=True, eq=False)
class Layer(ABC):
    """One step of a network; its arrays are read-only.

    Attributes
    ----------
    name
        What people call it.
    """

    name: ClassVar[str]

    @abstractmethod
    def forward(self, x: npt.ArrayLike) -> Trace:
        """Return the layer's operation on `x`, computed."""

    def forward_in_training(self, x: npt.ArrayLike) -> Trace:
        """Return the operation as it is while the network learns; the same for most layers."""
        return self.forward(x)

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

    name: ClassVar[str] = "conv2d"
    weight: Array
    bias: Array | None = None
    stride: int | Pair = 1
    padding: PaddingLike = 0
    dilation: int | Pair = 1
    groups: int = 1

    def __post_init__(self) -> None:
        self._hold(weight="C_out C_in/groups kH kW", bias="C_out")

    def forward(self, x: npt.ArrayLike) -> Trace:
        """Return the convolution of `x` (N, C_in, H, W)."""
        return conv2d(x, self.weight, self.bias, self.stride, self.padding, self.dilation, self.groups)


@dataclass(frozen=True, eq=False)
class BatchNorm2d(Layer):
    """Normalise each channel by the mean and variance that training has measured.

    Attributes
    ----------
    running_mean, running_var : (C,)
    weight, bias : (C,) or None
        gamma and beta.
    """

    name: ClassVar[str] = "batch norm"
    running_mean: Array
    running_var: Array
    weight: Array | None = None
    bias: Array | None = None
    eps: float = 1e-5

    def __post_init__(self) -> None:
        self._hold(running_mean="C", running_var="C", weight="C", bias="C")

    def forward(self, x: npt.ArrayLike) -> Trace:
        """Return `x` (N, C, H, W) normalised."""
        return batch_norm2d(x, self.running_mean, self.running_var, self.weight, self.bias, eps=self.eps)

    def forward_in_training(self, x: npt.ArrayLike) -> Trace:
        """Return `x` normalised by its own mean and variance; the trace holds the running ones, updated."""
        return batch_norm2d(x, self.running_mean, self.running_var, self.weight, self.bias, True, eps=self.eps)


@dataclass(frozen=True, eq=False)
class MaxPool2d(Layer):
    """Keep the largest value of each window."""

    name: ClassVar[str] = "max pool"
    kernel_size: int | Pair
    stride: int | Pair | None = None
    padding: int | Pair = 0
    dilation: int | Pair = 1
    ceil_mode: bool = False

    def forward(self, x: npt.ArrayLike) -> Trace:
        """Return the pooling of `x` (N, C, H, W)."""
        return max_pool2d(x, self.kernel_size, self.stride, self.padding, self.dilation, self.ceil_mode)


@dataclass(frozen=True, eq=False)
class AvgPool2d(Layer):
    """Take the mean of each window."""

    name: ClassVar[str] = "average pool"
    kernel_size: int | Pair
    stride: int | Pair | None = None
    padding: int | Pair = 0
    ceil_mode: bool = False
    count_include_pad: bool = True
    divisor_override: int | None = None

    def forward(self, x: npt.ArrayLike) -> Trace:
        """Return the pooling of `x` (N, C, H, W)."""
        return avg_pool2d(
            x,
            self.kernel_size,
            self.stride,
            self.padding,
            self.ceil_mode,
            self.count_include_pad,
            self.divisor_override,
        )


@dataclass(frozen=True, eq=False)
class ReLU(Layer):
    """Set negative values to 0."""

    name: ClassVar[str] = "ReLU"

    def forward(self, x: npt.ArrayLike) -> Trace:
        """Return max(x, 0)."""
        return relu(x)


@dataclass(frozen=True, eq=False)
class LeakyReLU(Layer):
    """Shrink negative values."""

    name: ClassVar[str] = "leaky ReLU"
    negative_slope: float = 0.01

    def forward(self, x: npt.ArrayLike) -> Trace:
        """Return `x` where it is positive, `negative_slope * x` elsewhere."""
        return leaky_relu(x, self.negative_slope)


@dataclass(frozen=True, eq=False)
class Sigmoid(Layer):
    """Squeeze values into 0 to 1."""

    name: ClassVar[str] = "sigmoid"

    def forward(self, x: npt.ArrayLike) -> Trace:
        """Return 1 / (1 + exp(-x))."""
        return sigmoid(x)


@dataclass(frozen=True, eq=False)
class Tanh(Layer):
    """Squeeze values into -1 to 1."""

    name: ClassVar[str] = "tanh"

    def forward(self, x: npt.ArrayLike) -> Trace:
        """Return the hyperbolic tangent of `x`."""
        return tanh(x)


@dataclass(frozen=True, eq=False)
class Flatten(Layer):
    """Write all maps of an image one after another, in one row."""

    name: ClassVar[str] = "flatten"

    def forward(self, x: npt.ArrayLike) -> Trace:
        """Return `x` (N, C, H, W) as (N, C * H * W)."""
        return flatten(x)


@dataclass(frozen=True, eq=False)
class Linear(Layer):
    """Weigh and sum all inputs, once for each output.

    Attributes
    ----------
    weight : (F_out, F_in)
    bias : (F_out,) or None
    """

    name: ClassVar[str] = "linear"
    weight: Array
    bias: Array | None = None

    def __post_init__(self) -> None:
        self._hold(weight="F_out F_in", bias="F_out")

    def forward(self, x: npt.ArrayLike) -> Trace:
        """Return `x @ weight.T + bias` for `x` (N, F_in)."""
        return linear(x, self.weight, self.bias)


@dataclass(frozen=True, eq=False)
class Softmax(Layer):
    """Turn logits into probabilities."""

    name: ClassVar[str] = "softmax"
    dim: int = 1

    def forward(self, x: npt.ArrayLike) -> Trace:
        """Return exp(x) over its sum along `dim`."""
        return softmax(x, self.dim)


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
