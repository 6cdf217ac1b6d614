"""What each step of a network does, told once in full and briefly when it comes again."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from cnn_core.conv2d import Conv2dTrace
from cnn_core.graph import Node
from cnn_core.operations import OPERATIONS
from scenes.language import listed, marked, say, say_many
from scenes.net.reading import NetReading

__all__ = ["told", "told_briefly", "why"]

_TOLD: Mapping[str, str] = MappingProxyType(
    {
        "batch_norm2d": marked("Layer {number}, batch normalisation: each channel is centred and scaled."),
        "relu": marked("Layer {number}, {name}: what is negative becomes 0."),
        "leaky_relu": marked("Layer {number}, {name}: what is negative shrinks."),
        "prelu": marked("Layer {number}, {name}: what is negative is multiplied by a number that was learned."),
        "sigmoid": marked("Layer {number}, {name}: every value is squeezed between 0 and 1."),
        "tanh": marked("Layer {number}, {name}: every value is squeezed between −1 and 1."),
        "dropout": marked("Layer {number}, {name}: it leaves numbers out only in training. Here they all pass."),
        "max_pool2d": marked("Layer {number}, max pooling: of each {size} window only the largest value stays."),
        "avg_pool2d": marked("Layer {number}, average pooling: of each {size} window only the mean stays."),
        "adaptive_avg_pool2d": marked("Layer {number}, average pooling: {count} means are left."),
        "conv_transpose2d": marked(
            "Layer {number}, transposed convolution: every value stamps its kernel; maps of {left} come out."
        ),
        "upsample": marked("Layer {number}, upsampling: every value is copied or blended; maps of {left} come out."),
        "flatten": marked("Layer {number} writes all maps into one row of {count} numbers."),
        "linear": marked("Layer {number}, linear: {count} numbers, each a weighted sum of all {seen}."),
        "scores": marked("Layer {number}, linear: {count} logits, one for each class. Each weighs all {seen} numbers."),
    }
)
_TOLD_AGAIN: Mapping[str, str] = MappingProxyType(
    {
        "batch_norm2d": marked("Layer {number}, batch norm."),
        "max_pool2d": marked("Layer {number}, max pooling: each map has {left} values left."),
        "avg_pool2d": marked("Layer {number}, average pooling: each map has {left} values left."),
    }
)
_REASONS: Mapping[str, str] = MappingProxyType(
    {
        "conv2d": marked("Simple patterns are put together into larger ones."),
        "batch_norm2d": marked("Values on one scale are easier to learn from."),
        "relu": marked("What speaks against a feature is left out."),
        "max_pool2d": marked("That a feature is there counts more than where exactly."),
        "avg_pool2d": marked("A mean keeps how much there is, not where."),
        "adaptive_avg_pool2d": marked("A mean keeps how much there is, not where."),
        "conv_transpose2d": marked("More places again: more about where."),
        "upsample": marked("More places again: more about where."),
        "flatten": marked("A linear layer reads one row of numbers, not maps."),
        "linear": marked("Every output weighs all that was found."),
        "dropout": marked("In training, no single number could be relied on."),
    }
)
"""What each kind of step is good for."""


def told(reading: NetReading, node: Node, *, again: bool) -> str:
    """Return a sentence on a step; a shorter one if its kind has been told."""
    trace, number = reading.traces[node.name], reading.steps.index(node) + 1
    if isinstance(trace, Conv2dTrace):
        return _convolution(trace, number, is_first=sees_the_picture(reading, node), again=again)
    key = "scores" if reading.is_tabled and node.op == "linear" and node is reading.steps[-1] else node.op
    said = _TOLD.get(key, marked("Layer {number}, {name}: each value is changed alone."))
    if OPERATIONS[node.op].kind not in ("activation", "norm") and key not in _TOLD:
        said = marked("Layer {number}, {name}.")
    return say((again and _TOLD_AGAIN.get(key)) or said, number=number, **_named(reading, node))


def _named(reading: NetReading, node: Node) -> dict[str, object]:
    """Return what sentences on a step may name."""
    seen, output = reading.output_of(node.inputs[0]), reading.output_of(node.name)
    size = "×".join(map(str, getattr(reading.traces[node.name], "kernel_size", ())))
    left = "×".join(map(str, output.shape[1:]))
    return {"name": OPERATIONS[node.op].name, "count": output.size, "seen": seen.size, "size": size, "left": left}


def why(reading: NetReading, node: Node) -> str:
    """Return one sentence on what a step is good for; none on what no sentence is known of."""
    if sees_the_picture(reading, node):
        return say("A kernel looks for one small pattern, wherever it is.")
    return say(_REASONS[node.op]) if node.op in _REASONS else ""


def sees_the_picture(reading: NetReading, node: Node) -> bool:
    return node is next((one for one in reading.steps if one.op == "conv2d"), None)


def told_briefly(reading: NetReading, nodes: Sequence[Node]) -> str:
    """Return a sentence on steps whose kinds have been told."""
    return say_many(
        "Layer {numbers}: {names}, as before.",
        "Layers {numbers}: {names}, as before.",
        len(nodes),
        numbers=listed([reading.steps.index(node) + 1 for node in nodes]),
        names=listed([OPERATIONS[node.op].name for node in nodes]),
    )


def _convolution(trace: Conv2dTrace, number: int, *, is_first: bool, again: bool) -> str:
    (count, seen), all_seen = trace.weight.shape[:2], trace.x.shape[1]
    over = say("the picture") if is_first else say_many("the map", "all {count} maps", seen)
    if is_first and seen > 1:
        over = say("all {count} channels of the picture", count=seen)
    if seen < all_seen:
        over = say_many("a map of its own", "{count} maps of its own", seen)
    if again:
        return say_many(
            "Layer {number}, convolution: {count} kernel, over {over}.",
            "Layer {number}, convolution: {count} kernels, each over {over}.",
            count,
            number=number,
            over=over,
        )
    return say_many(
        "Layer {number}, convolution: {count} kernel of {size} slides over {over}. "
        "Green is positive, blue negative, each map on its own scale.",
        "Layer {number}, convolution: {count} kernels of {size} each slide over {over}. "
        "Green is positive, blue negative, each map on its own scale.",
        count,
        number=number,
        size="×".join(map(str, trace.kernel_size)),
        over=over,
    )
