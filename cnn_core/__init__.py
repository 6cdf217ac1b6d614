"""CNN arithmetic in numpy that keeps every intermediate value."""

from cnn_core.activations import ActivationStep, ActivationTrace, leaky_relu, relu, sigmoid, tanh
from cnn_core.avg_pool2d import AvgPool2dStep, AvgPool2dTrace, avg_pool2d
from cnn_core.backward import Backward
from cnn_core.batch_norm import BatchNorm2dStep, BatchNorm2dTrace, batch_norm2d
from cnn_core.conv2d import Conv2dStep, Conv2dTrace, conv2d
from cnn_core.conv_transpose2d import Contribution, ConvTranspose2dStep, ConvTranspose2dTrace, conv_transpose2d
from cnn_core.flatten import FlattenStep, FlattenTrace, flatten
from cnn_core.grad import conv2d_input, conv2d_weight
from cnn_core.linear import LinearStep, LinearTrace, linear
from cnn_core.losses import CrossEntropyTrace, MSELossTrace, cross_entropy, mse_loss
from cnn_core.max_pool2d import MaxPool2dStep, MaxPool2dTrace, max_pool2d
from cnn_core.softmax import SoftmaxStep, SoftmaxTrace, softmax
from cnn_core.trace import Trace, Values

__all__ = [
    "ActivationStep",
    "ActivationTrace",
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
    "SoftmaxStep",
    "SoftmaxTrace",
    "Trace",
    "Values",
    "avg_pool2d",
    "batch_norm2d",
    "conv2d",
    "conv2d_input",
    "conv2d_weight",
    "conv_transpose2d",
    "cross_entropy",
    "flatten",
    "leaky_relu",
    "linear",
    "max_pool2d",
    "mse_loss",
    "relu",
    "sigmoid",
    "softmax",
    "tanh",
]
