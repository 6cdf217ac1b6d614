"""What every layer of a network does, told once in full and briefly when it comes again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, TypeAlias

from cnn_core.activations import ActivationTrace
from cnn_core.avg_pool2d import AvgPool2dTrace
from cnn_core.batch_norm import BatchNorm2dTrace
from cnn_core.conv2d import Conv2dTrace
from cnn_core.flatten import FlattenTrace
from cnn_core.linear import LinearTrace
from cnn_core.max_pool2d import MaxPool2dTrace
from cnn_core.operations import OPERATIONS
from scenes.digit.chain import ChainReading
from scenes.language import listed, marked, say, say_many

__all__ = ["told", "told_briefly", "why"]

Named: TypeAlias = Mapping[str, Any]

ACTIVATIONS = {
    "relu": marked("Layer {number}, {name}: what is negative becomes 0."),
    "leaky_relu": marked("Layer {number}, {name}: what is negative shrinks."),
    "sigmoid": marked("Layer {number}, {name}: every value is squeezed between 0 and 1."),
    "tanh": marked("Layer {number}, {name}: every value is squeezed between −1 and 1."),
}


REASONS: Mapping[type, str] = MappingProxyType(
    {
        Conv2dTrace: marked("Maps of strokes become maps of what strokes make together."),
        BatchNorm2dTrace: marked("Values on one scale are easier to learn from."),
        ActivationTrace: marked("What speaks against a feature is left out."),
        MaxPool2dTrace: marked("That a feature is there counts more than where exactly."),
        FlattenTrace: marked("A linear layer reads one row of numbers, not maps."),
        LinearTrace: marked("Every output weighs all that was found."),
    }
)
"""What each kind of layer is good for."""


def told(reading: ChainReading, layer: int, *, again: bool) -> str:
    """Return a sentence on a layer; a shorter one if its kind has been told."""
    trace, named = reading.trace_of(layer), {"number": layer + 1, "name": OPERATIONS[reading.layers[layer].op].name}
    match trace:
        case Conv2dTrace():
            said = convolution(trace, named, again=again)
        case BatchNorm2dTrace() if again:
            said = say("Layer {number}, batch norm.", **named)
        case BatchNorm2dTrace():
            said = say("Layer {number}, batch normalisation: each channel is centred and scaled.", **named)
        case ActivationTrace():
            said = say(ACTIVATIONS.get(trace.name, "Layer {number}, {name}: each value is changed alone."), **named)
        case MaxPool2dTrace() | AvgPool2dTrace():
            said = pooling(trace, named, again=again)
        case FlattenTrace():
            size = trace.output.size
            said = say("Layer {number} writes all maps into one row of {count} numbers.", count=size, **named)
        case LinearTrace():
            said = _linear(trace, named, last=layer == len(reading.layers) - 1)
        case _:
            said = say("Layer {number}, {name}.", **named)
    return said


def why(reading: ChainReading, layer: int) -> str:
    """Return one sentence on what a layer is good for; none on what no sentence is known of."""
    trace = reading.trace_of(layer)
    if isinstance(trace, Conv2dTrace) and trace.weight.shape[1] == 1:
        return say("A kernel looks for one small pattern, wherever it is.")
    if isinstance(trace, ActivationTrace) and trace.name != "relu":
        return ""
    return say(REASONS[type(trace)]) if type(trace) in REASONS else ""


def told_briefly(reading: ChainReading, layers: Sequence[int]) -> str:
    """Return a sentence on layers whose kinds have been told."""
    return say_many(
        "Layer {numbers}: {names}, as before.",
        "Layers {numbers}: {names}, as before.",
        len(layers),
        numbers=listed([layer + 1 for layer in layers]),
        names=listed([OPERATIONS[reading.layers[layer].op].name for layer in layers]),
    )


def convolution(trace: Conv2dTrace, named: Named, *, again: bool) -> str:
    count, seen = trace.weight.shape[:2]
    size = "×".join(map(str, trace.kernel_size))
    if again:
        return say_many(
            "Layer {number}, convolution: {count} kernel, over all {seen} maps.",
            "Layer {number}, convolution: {count} kernels, each over all {seen} maps.",
            count,
            seen=seen,
            **named,
        )
    over = say("the digit") if seen == 1 else say("all {seen} maps", seen=seen)
    return say_many(
        "Layer {number}, convolution: {count} kernel of {size} slides over {over}. "
        "Green is positive, blue negative, each map on its own scale.",
        "Layer {number}, convolution: {count} kernels of {size} slide over {over}. "
        "Green is positive, blue negative, each map on its own scale.",
        count,
        size=size,
        over=over,
        **named,
    )


def pooling(trace: MaxPool2dTrace | AvgPool2dTrace, named: Named, *, again: bool) -> str:
    size, left = ("×".join(map(str, pair)) for pair in (trace.kernel_size, trace.output.shape[2:]))
    is_max = isinstance(trace, MaxPool2dTrace)
    if again and is_max:
        return say("Layer {number}, max pooling: each map has {left} values left.", left=left, **named)
    if again:
        return say("Layer {number}, average pooling: each map has {left} values left.", left=left, **named)
    if is_max:
        return say(
            "Layer {number}, max pooling: of each {size} window only the largest value stays.", size=size, **named
        )
    return say("Layer {number}, average pooling: of each {size} window only the mean stays.", size=size, **named)


def _linear(trace: LinearTrace, named: Named, *, last: bool) -> str:
    outputs, inputs = trace.weight.shape
    counts = {"outputs": outputs, "inputs": inputs}
    if last:
        return say(
            "Layer {number}, linear: {outputs} logits, one for each digit. Each weighs all {inputs} numbers.",
            **counts,
            **named,
        )
    return say("Layer {number}, linear: {outputs} numbers, each a weighted sum of all {inputs}.", **counts, **named)
