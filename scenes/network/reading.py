"""What a film tells of a network that reads a digit: which layers belong together, and what is looked at closely."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from cnn_core.activations import ActivationTrace
from cnn_core.arrays import Array
from cnn_core.avg_pool2d import AvgPool2dTrace
from cnn_core.batch_norm import BatchNorm2dTrace
from cnn_core.conv2d import Conv2dTrace
from cnn_core.equation import Explanation
from cnn_core.errors import InputError
from cnn_core.linear import LinearTrace
from cnn_core.max_pool2d import MaxPool2dTrace
from cnn_core.network import Network
from cnn_core.softmax import SoftmaxTrace, softmax
from scenes.network.reading_explained import LEFT_OUT, explain_reading, results_of_reading
from scenes.specs.base import Values

__all__ = ["Block", "Choices", "Reading", "Zoom"]

ELEMENTWISE = (BatchNorm2dTrace, ActivationTrace)
Place = tuple[int, int, int]

MOST_CHANNELS = 16
"""Channels whose sums are listed, the heaviest; the others are one number."""


@dataclass(frozen=True)
class Choices:
    """Where to look closely; the strongest response where nothing is chosen.

    Attributes
    ----------
    position, second_position, pool_position
        Channel, row and column in the output of the first and second convolution and of the first pooling.
    channel
        Of the first batch normalisation.
    logit
        The class whose logit is worked out.
    """

    position: Place | None = None
    second_position: Place | None = None
    pool_position: Place | None = None
    channel: int | None = None
    logit: int | None = None


@dataclass(frozen=True)
class Block:
    """Layers that are shown at one place: one that makes new maps, and those after it that change each value alone."""

    layers: tuple[int, ...]

    @property
    def first(self) -> int:
        return self.layers[0]

    @property
    def last(self) -> int:
        """The layer whose output goes on to the next block."""
        return self.layers[-1]


@dataclass(frozen=True, eq=False)
class Zoom:
    """One number of a layer's output, worked out.

    Attributes
    ----------
    address
        Where its numbers stand in the scene's values, such as `worked_out[0]`.
    step
        The step of the layer's trace.
    """

    layer: int
    address: str
    step: Any
    values: Values


@dataclass(frozen=True, eq=False)
class Reading:
    """A network's computation on one digit.

    Attributes
    ----------
    x : (1, 1, 28, 28)
        Ink from 0 to 1.
    """

    network: Network
    x: Array
    choices: Choices = Choices()

    @cached_property
    def traces(self) -> list[Any]:
        """Every layer's trace; a softmax at the end is left out, for the film has its own."""
        traces = self.network.forward(self.x)
        return traces[:-1] if isinstance(traces[-1], SoftmaxTrace) else list(traces)

    @cached_property
    def probabilities(self) -> SoftmaxTrace:
        """The softmax of the logits, (1, classes)."""
        return softmax(self.traces[-1].output)

    @property
    def prediction(self) -> int:
        """The class with the largest probability; the first one where several are equal."""
        return int(self.probabilities.output[0].argmax())

    @cached_property
    def blocks(self) -> list[Block]:
        blocks: list[list[int]] = []
        for k, trace in enumerate(self.traces):
            if blocks and isinstance(trace, ELEMENTWISE):
                blocks[-1].append(k)
            else:
                blocks.append([k])
        return [Block(tuple(layers)) for layers in blocks]

    def of_kind(self, *kinds: type) -> list[int]:
        return [k for k, trace in enumerate(self.traces) if isinstance(trace, kinds)]

    def block_of(self, layer: int) -> Block:
        return next(block for block in self.blocks if layer in block.layers)

    @cached_property
    def zooms(self) -> list[Zoom]:
        """What is looked at closely, in the order of the layers."""
        found: list[tuple[int, Any]] = []
        for name, layer in self.looked_at().items():
            if layer is not None:
                found.append((layer, self._step(name, layer)))
            elif getattr(self.choices, name) is not None:
                raise InputError(f"{name} needs a layer that the network does not have.")
        found.sort(key=lambda one: one[0])
        return [
            Zoom(layer, f"worked_out[{index}]", step, {**step.values(), **more_values(step)})
            for index, (layer, step) in enumerate(found)
        ]

    def zoom(self, layer: int) -> Zoom | None:
        return next((zoom for zoom in self.zooms if zoom.layer == layer), None)

    def looked_at(self) -> dict[str, int | None]:
        convolutions = self.of_kind(Conv2dTrace)
        return {
            "position": first(convolutions),
            "second_position": first(convolutions[1:]),
            "channel": first(self.of_kind(BatchNorm2dTrace)),
            "pool_position": first(self.of_kind(MaxPool2dTrace, AvgPool2dTrace)),
            "logit": first([k for k in self.of_kind(LinearTrace) if k == len(self.traces) - 1]),
        }

    def _step(self, name: str, layer: int) -> Any:
        """Return the step of a chosen place, or of the strongest response after the layers that follow in its block."""
        if name == "channel":
            return self._normalised(layer)
        if name == "logit":
            return self._logit(layer)
        trace, place = self.traces[layer], getattr(self.choices, name)
        judged_by = layer if name == "pool_position" else self.block_of(layer).last
        found = strongest(self.traces[judged_by].output[0]) if place is None else place
        check_inside(name, found, trace.output.shape[1:])
        return trace.step(0, *found)

    def _normalised(self, layer: int) -> Any:
        """Return the step of the pixel that was looked at before, or of the chosen channel's strongest."""
        trace, channel = self.traces[layer], self.choices.channel
        output = self.traces[self.block_of(layer).last].output[0]
        if channel is not None:
            check_inside("channel", (channel,), output.shape[:1])
            return trace.step(0, channel, *strongest(output[channel]))
        before = self.choices.position if layer - 1 in self.of_kind(Conv2dTrace)[:1] else None
        return trace.step(0, *(before or strongest(output)))

    def _logit(self, layer: int) -> Any:
        trace, logit = self.traces[layer], self.choices.logit
        if logit is not None:
            check_inside("logit", (logit,), trace.output.shape[1:])
        return trace.step(0, int(trace.output[0].argmax()) if logit is None else logit)

    def values(self) -> Values:
        """Return every layer's values, what is worked out, and the probabilities."""
        return {
            "x": self.x,
            "layers": [layer_values(name, trace) for name, trace in zip(self.network.names, self.traces, strict=False)],
            "worked_out": [{"layer": zoom.layer, "position": zoom.step.position, **zoom.values} for zoom in self.zooms],
            "softmax": self.probabilities.values(),
            "prediction": self.prediction,
        }

    def explain(self, address: str) -> Explanation:
        """Return how the number at an address in `values()` came about, or where it is from."""
        return explain_reading(self, address)

    def results(self) -> Iterator[str]:
        """Give the address of everything that an answer key lists."""
        return results_of_reading(self)


def first(layers: Sequence[int]) -> int | None:
    return layers[0] if layers else None


def strongest(output: Array) -> tuple[int, ...]:
    """Return where the largest value is, the first one where several are equal.

    >>> strongest(np.array([[0.0, 2.0], [2.0, 1.0]]))
    (0, 1)
    """
    return tuple(int(at) for at in np.unravel_index(int(output.argmax()), output.shape))


def check_inside(name: str, place: Sequence[int], shape: Sequence[int]) -> None:
    """Refuse a place outside of an output."""
    if not all(0 <= at < size for at, size in zip(place, shape, strict=True)):
        came = " ".join(map(str, place))
        last = " ".join(str(size - 1) for size in shape)
        raise InputError(f"{name} must be at most {last}, counted from 0, but it is {came}.")


def layer_values(name: str, trace: Any) -> Values:
    """Return a layer's output and parameters, and where it has maps, the range of each."""
    arrays = {key: value for key, value in trace.values().items() if key not in LEFT_OUT}
    if trace.output.ndim != 4:
        return {"name": name, **arrays}
    maps = trace.output[0]
    return {"name": name, **arrays, "lows": maps.min(axis=(1, 2)), "highs": maps.max(axis=(1, 2))}


def more_values(step: Any) -> Values:
    """Return sums that a film shows on its way to a value."""
    products = getattr(step, "products", None)
    if products is None:
        return {}
    if products.ndim == 3:
        sums = products.sum(axis=(1, 2))
        listed = np.sort(np.argsort(-np.abs(sums), kind="stable")[:MOST_CHANNELS])
        others = {"others": np.delete(sums, listed).sum()} if len(sums) > MOST_CHANNELS else {}
        return {"channel_sums": sums, "row_sums": products.sum(axis=2), "listed": listed, **others}
    k = int(products.argmax())
    return {
        "positive_total": products[products > 0].sum(),
        "negative_total": products[products < 0].sum(),
        "strongest": {"index": k, "x": step.x[k], "weight": step.weight[k], "product": products[k]},
    }
