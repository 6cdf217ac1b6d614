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
from cnn_core.arithmetic import ArithmeticStep, ArithmeticTrace, add, divide, multiply, subtract
from cnn_core.avg_pool2d import AvgPool2dStep, AvgPool2dTrace, adaptive_avg_pool2d, avg_pool2d
from cnn_core.backward import Backward
from cnn_core.batch_norm import BatchNorm2dStep, BatchNorm2dTrace, batch_norm2d
from cnn_core.conv2d import Conv2dStep, Conv2dTrace, conv2d
from cnn_core.conv_transpose2d import Contribution, ConvTranspose2dStep, ConvTranspose2dTrace, conv_transpose2d
from cnn_core.flatten import FlattenStep, FlattenTrace, flatten
from cnn_core.grad import conv2d_input, conv2d_weight
from cnn_core.linear import LinearStep, LinearTrace, linear
from cnn_core.losses import CrossEntropyTrace, MSELossTrace, cross_entropy, mse_loss
from cnn_core.max_pool2d import MaxPool2dStep, MaxPool2dTrace, adaptive_max_pool2d, max_pool2d
from cnn_core.rearranging import (
    MoveStep,
    MoveTrace,
    channel_shuffle,
    concat,
    narrow,
    pad2d,
    permute,
    reshape,
    slices,
)
from cnn_core.softmax import SoftmaxStep, SoftmaxTrace, softmax
from cnn_core.trace import Trace, Values

__all__ = [
    "ActivationStep",
    "ActivationTrace",
    "ArithmeticStep",
    "ArithmeticTrace",
    "AvgPool2dStep",
    "AvgPool2dTrace",
    "Backward",
    "BatchNorm2dStep",
    "BatchNorm2dTrace",
    "Contribution",
    "Conv2dStep",
    "Conv2dTrace",
    "ConvTranspose2dStep",
    "ConvTranspose2dTrace",
    "CrossEntropyTrace",
    "FlattenStep",
    "FlattenTrace",
    "LinearStep",
    "LinearTrace",
    "MSELossTrace",
    "MaxPool2dStep",
    "MaxPool2dTrace",
    "MoveStep",
    "MoveTrace",
    "SoftmaxStep",
    "SoftmaxTrace",
    "Trace",
    "Values",
    "adaptive_avg_pool2d",
    "adaptive_max_pool2d",
    "add",
    "avg_pool2d",
    "batch_norm2d",
    "channel_shuffle",
    "clamp",
    "concat",
    "conv2d",
    "conv2d_input",
    "conv2d_weight",
    "conv_transpose2d",
    "cross_entropy",
    "divide",
    "dropout",
    "elu",
    "flatten",
    "gelu",
    "hardsigmoid",
    "hardswish",
    "leaky_relu",
    "linear",
    "max_pool2d",
    "mse_loss",
    "multiply",
    "narrow",
    "pad2d",
    "permute",
    "prelu",
    "relu",
    "relu6",
    "reshape",
    "sigmoid",
    "silu",
    "slices",
    "softmax",
    "subtract",
    "tanh",
]
