"""What every layer of a network does, told once in full and briefly when it comes again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cnn_core.activations import ActivationTrace
from cnn_core.avg_pool2d import AvgPool2dTrace
from cnn_core.batch_norm import BatchNorm2dTrace
from cnn_core.conv2d import Conv2dTrace
from cnn_core.flatten import FlattenTrace
from cnn_core.linear import LinearTrace
from cnn_core.max_pool2d import MaxPool2dTrace
from scenes.specs.reading import Reading

__all__ = ["told", "told_briefly"]

ACTIVATIONS = {
    "relu": "what is negative becomes 0",
    "leaky_relu": "what is negative shrinks",
    "sigmoid": "every value is squeezed between 0 and 1",
    "tanh": "every value is squeezed between -1 and 1",
}


def told(reading: Reading, layer: int, *, again: bool) -> str:
    """Return a sentence on a layer; a shorter one if its kind has been told."""
    trace = reading.traces[layer]
    return f"Layer {layer + 1}{separator(trace)}{what(reading, trace, layer, again=again)}."


def told_briefly(reading: Reading, layers: Sequence[int]) -> str:
    """Return a sentence on layers whose kinds have been told."""
    numbers = " and ".join(str(layer + 1) for layer in layers)
    names = " and ".join(reading.network.layers[layer].name for layer in layers)
    return f"Layer{'s' if len(layers) > 1 else ''} {numbers}: {names}, as before."


def separator(trace: Any) -> str:
    """Return what stands between the number and what the layer does: a verb follows, or its name."""
    return " " if isinstance(trace, FlattenTrace) else ", "


def what(reading: Reading, trace: Any, layer: int, *, again: bool) -> str:
    """Return what a layer is and does."""
    name = reading.network.layers[layer].name
    match trace:
        case Conv2dTrace():
            words = convolution(trace, again=again)
        case BatchNorm2dTrace():
            words = "batch norm" if again else "batch normalisation: each channel is centred and scaled"
        case ActivationTrace():
            words = f"{name}: {ACTIVATIONS.get(trace.name, 'each value is changed alone')}"
        case MaxPool2dTrace() | AvgPool2dTrace():
            words = pooling(trace, again=again)
        case FlattenTrace():
            words = f"writes all maps into one row of {trace.output.size} numbers"
        case LinearTrace():
            words = linear(trace, last=layer == len(reading.traces) - 1)
        case _:
            words = name
    return words


def convolution(trace: Conv2dTrace, *, again: bool) -> str:
    """Tell how many kernels there are and what they look at."""
    (kH, kW), (count, seen) = trace.kernel_size, trace.weight.shape[:2]
    kernels = f"{count} kernels" if count > 1 else "1 kernel"
    if again:
        return f"convolution: {kernels}, each over all {seen} maps"
    over = "the digit" if seen == 1 else f"all {seen} maps"
    return f"convolution: {kernels} of {kH}×{kW} slide over {over}. Green is positive, blue negative"


def pooling(trace: MaxPool2dTrace | AvgPool2dTrace, *, again: bool) -> str:
    """Tell what stays of each window."""
    (kH, kW), (H, W) = trace.kernel_size, trace.output.shape[2:]
    is_max = isinstance(trace, MaxPool2dTrace)
    name = "max pooling" if is_max else "average pooling"
    if again:
        return f"{name}: {H}×{W} values are left of each map"
    return f"{name}: of each {kH}×{kW} window only the {'largest value' if is_max else 'mean'} stays"


def linear(trace: LinearTrace, *, last: bool) -> str:
    """Tell what a linear layer returns."""
    outputs, inputs = trace.weight.shape
    if last:
        return f"linear: {outputs} logits, one a digit. Each weighs all {inputs} numbers"
    return f"linear: {outputs} numbers, each a weighted sum of all {inputs}"
