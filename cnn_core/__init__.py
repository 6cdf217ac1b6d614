"""CNN arithmetic in numpy that keeps every intermediate value."""

from cnn_core.activations import (
    ActivationStep,
    ActivationTrace,
    clamp,
    dropout,
    elu,
    gelu,
    hardsigmoid,
    hardswish,
    leaky_relu,
    prelu,
    relu,
    relu6,
    sigmoid,
    silu,
    tanh,
)
from cnn_core.avg_pool2d import AvgPool2dStep, AvgPool2dTrace, adaptive_avg_pool2d, avg_pool2d
from cnn_core.batch_norm import BatchNorm2dStep, BatchNorm2dTrace, batch_norm2d
from cnn_core.conv2d import Conv2dStep, Conv2dTrace, conv2d
from cnn_core.conv_transpose2d import Contribution, ConvTranspose2dStep, ConvTranspose2dTrace, conv_transpose2d
from cnn_core.flatten import FlattenStep, FlattenTrace, flatten
from cnn_core.linear import LinearStep, LinearTrace, linear
from cnn_core.max_pool2d import MaxPool2dStep, MaxPool2dTrace, adaptive_max_pool2d, max_pool2d
from cnn_core.softmax import SoftmaxStep, SoftmaxTrace, softmax
from cnn_core.trace import Trace, Values

__all__ = [
    "ActivationStep",
    "ActivationTrace",
    "AvgPool2dStep",
    "AvgPool2dTrace",
    "BatchNorm2dStep",
    "BatchNorm2dTrace",
    "Contribution",
    "Conv2dStep",
    "Conv2dTrace",
    "ConvTranspose2dStep",
    "ConvTranspose2dTrace",
    "FlattenStep",
    "FlattenTrace",
    "LinearStep",
    "LinearTrace",
    "MaxPool2dStep",
    "MaxPool2dTrace",
    "SoftmaxStep",
    "SoftmaxTrace",
    "Trace",
    "Values",
    "adaptive_avg_pool2d",
    "adaptive_max_pool2d",
    "avg_pool2d",
    "batch_norm2d",
    "clamp",
    "conv2d",
    "conv_transpose2d",
    "dropout",
    "elu",
    "flatten",
    "gelu",
    "hardsigmoid",
    "hardswish",
    "leaky_relu",
    "linear",
    "max_pool2d",
    "prelu",
    "relu",
    "relu6",
    "sigmoid",
    "silu",
    "softmax",
    "tanh",
]
