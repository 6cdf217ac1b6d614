"""A network as data: a list of layers, run one after another, every step of it kept."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from cnn_core.arrays import Array, as_array, freeze
from cnn_core.errors import InputError
from cnn_core.graph import Graph, Node, chained
from cnn_core.layers import (
    KINDS,
    AvgPool2d,
    BatchNorm2d,
    Conv2d,
    Flatten,
    Layer,
    LeakyReLU,
    Linear,
    MaxPool2d,
    ReLU,
    Sigmoid,
    Softmax,
    Tanh,
)
from cnn_core.learning import NetworkBackward, backpropagate
from cnn_core.softmax import softmax
from cnn_core.trace import Trace

__all__ = [
    "KINDS",
    "AvgPool2d",
    "BatchNorm2d",
    "Conv2d",
    "Flatten",
    "Layer",
    "LayerSummary",
    "LeakyReLU",
    "Linear",
    "MaxPool2d",
    "Network",
    "ReLU",
    "Sigmoid",
    "Softmax",
    "Tanh",
]

DIGIT = (1, 28, 28)
# So many that what is done once for all of them hardly counts, so few that their maps stay in the processor's cache.
IMAGES_AT_ONCE = 64


@dataclass(frozen=True)
class LayerSummary:
    """One line of a network's table.

    Attributes
    ----------
    name
        Unique in its network, such as "conv2d 2".
    output_shape
        What it makes of one image, such as (8, 28, 28).
    parameters
        How many numbers it has learned.
    """

    name: str
    output_shape: tuple[int, ...]
    parameters: int


@dataclass(frozen=True, eq=False)
class Network:
    """A list of layers, each fed with what the one before it returns.

    Attributes
    ----------
    layers
        In order. A softmax at the end is not needed: `predict` applies one.
    """

    layers: Sequence[Layer]

    def __post_init__(self) -> None:
        if not self.layers or not all(isinstance(layer, Layer) for layer in self.layers):
            raise InputError(f"layers must be a list of at least one layer, but it is {self.layers!r}.")
        object.__setattr__(self, "layers", tuple(self.layers))

    @property
    def names(self) -> tuple[str, ...]:
        """The layers' names, numbered where a kind comes more than once: "conv2d 1", "conv2d 2", "linear"."""
        totals = Counter(layer.name for layer in self.layers)
        so_far: Counter[str] = Counter()
        names = []
        for layer in self.layers:
            so_far[layer.name] += 1
            names.append(layer.name if totals[layer.name] == 1 else f"{layer.name} {so_far[layer.name]}")
        return tuple(names)

    @cached_property
    def graph(self) -> Graph:
        """The layers as nodes, each fed by the one before it."""
        nodes = [
            Node(name, layer.operation, (), layer.tensors(), layer.options())
            for name, layer in zip(self.names, self.layers, strict=True)
        ]
        return Graph(chained(nodes), input_shape=DIGIT)

    def parameters(self) -> int:
        return self.graph.parameters()

    def summary(self, input_shape: tuple[int, ...] = DIGIT) -> list[LayerSummary]:
        """Return a line for each layer, for an input of `input_shape` (C, H, W)."""
        traces = self.forward(np.zeros((1, *input_shape)))
        return [
            LayerSummary(name, trace.output.shape[1:], layer.parameters())
            for name, trace, layer in zip(self.names, traces, self.layers, strict=True)
        ]

    def forward(self, x: npt.ArrayLike, training: bool = False) -> list[Trace]:
        """Return every layer's trace, in order, for `x` (N, C, H, W); `training` normalises by its own statistics.

        Raises
        ------
        ShapeError, InputError
            If a layer cannot work on what it is given; the message begins with its name.
        """
        return list(self.graph.forward(x, training=training).values())

    def backward(
        self, x: npt.ArrayLike, target: npt.ArrayLike, loss: str = "cross-entropy", training: bool = True
    ) -> NetworkBackward:
        """Return the gradients of all parameters, for images `x` (N, C, H, W) and what they should have come to.

        Parameters
        ----------
        target
            The true classes (N,) for "cross-entropy", the wanted outputs for "mse".
        training
            Whether batch norm uses the statistics of these images, as it does while it learns.

        Raises
        ------
        ShapeError, InputError
            If a layer cannot work on what it is given, or has no gradients; the message begins with its name.
        """
        return backpropagate(self, x, target, loss, training=training)

    def logits(self, x: npt.ArrayLike) -> Array:
        """Return the scores (N, classes) before any softmax; an image's do not depend on its batch."""
        images = as_array("x", x, "N C H W")
        runs = range(0, len(images), IMAGES_AT_ONCE)
        return freeze(np.concatenate([self._scores(images[start : start + IMAGES_AT_ONCE]) for start in runs]))

    def predict(self, x: npt.ArrayLike) -> Array:
        """Return the probabilities (N, classes), each row summing to 1."""
        return softmax(self.logits(x)).output

    def _scores(self, x: Array) -> Array:
        scores = x
        for node, trace in self.graph.steps(x):
            if node.op != Softmax.operation:
                scores = trace.output
        return scores
