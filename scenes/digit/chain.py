"""The reading of a network that is a chain of layers, all of whose numbers are in the record."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType
from typing import Any, Literal

from cnn_core.arrays import Array
from cnn_core.equation import Equation, Explanation, Given
from cnn_core.errors import InputError
from cnn_core.graph import Node
from cnn_core.operations import OPERATIONS
from cnn_core.softmax import SoftmaxTrace, softmax
from cnn_core.trace import Trace, address_of, parse
from scenes.net.class_map import extreme_of
from scenes.net.reading import NetReading, strongest
from scenes.net.worked import WorkedOut
from scenes.specs.base import SpecValues

__all__ = ["ChainReading"]

_LEFT_OUT = ("x", "centred", "squared_deviations", "squared_deviations_total", "x_hat", "total")
"""Arrays of a trace that are as large as its output and follow from it."""
_EXTREMES: Mapping[str, Literal["smallest", "largest"]] = MappingProxyType({"lows": "smallest", "highs": "largest"})


@dataclass(frozen=True, eq=False)
class ChainReading(NetReading):
    """A chain's computation on one image; its softmax, wherever it is, comes last and is told by itself.

    Attributes
    ----------
    choices
        Where to look closely, by the names of the options; at the strongest response where nothing is chosen.
    """

    choices: Mapping[str, Any] = field(default_factory=dict)

    @cached_property
    def layers(self) -> list[Node]:
        """All nodes but a softmax at the end."""
        nodes = self.graph.nodes
        return list(nodes[:-1] if isinstance(self.traces[nodes[-1].name], SoftmaxTrace) else nodes)

    @cached_property
    def blocks(self) -> list[list[int]]:
        """Layers that are shown at one place: one that makes new maps, and those after it that change values alone."""
        blocks: list[list[int]] = []
        for k, node in enumerate(self.layers):
            if blocks and OPERATIONS[node.op].kind in ("norm", "activation"):
                blocks[-1].append(k)
            else:
                blocks.append([k])
        return blocks

    @cached_property
    def probabilities(self) -> SoftmaxTrace:
        """The softmax of the logits, (1, classes)."""
        return softmax(self.trace_of(len(self.layers) - 1).output)

    @property
    def prediction(self) -> int:
        """The class with the largest probability; the first one where several are equal."""
        return int(self.probabilities.output[0].argmax())

    def trace_of(self, layer: int) -> Trace:
        return self.traces[self.layers[layer].name]

    def looked_at(self) -> Iterator[tuple[Node, tuple[int, ...], bool]]:
        """Give the first two convolutions, the first normalisation and pooling, and the last layer if it is linear."""
        convolutions = self._of("conv2d")
        named = {
            "position": convolutions[:1],
            "second_position": convolutions[1:2],
            "channel": self._of("batch_norm2d")[:1],
            "pool_position": self._of("max_pool2d", "avg_pool2d")[:1],
            "logit": [k for k in self._of("linear") if k == len(self.layers) - 1],
        }
        chosen = {name: self.choices.get(name) for name in named}
        for name in (name for name, layers in named.items() if not layers and chosen[name] is not None):
            raise InputError(f"{name} needs a layer that the network does not have.")
        for layer, name in sorted((layers[0], name) for name, layers in named.items() if layers):
            is_chosen = chosen[name] is not None
            yield self.layers[layer], (0, *self._position(name, layer, chosen[name])), is_chosen

    def _of(self, *ops: str) -> list[int]:
        return [k for k, node in enumerate(self.layers) if node.op in ops]

    def _position(self, name: str, layer: int, chosen: Any) -> tuple[int, ...]:
        """Return where to look in a layer: where it was asked for, or at the strongest response."""
        shape = self.trace_of(layer).output.shape[1:]
        if name in ("channel", "logit") and chosen is not None:
            check_inside(name, (chosen,), shape[:1])
            last = self.trace_of(next(block for block in self.blocks if layer in block)[-1]).output[0]
            return (chosen,) if name == "logit" else (chosen, *strongest(last[chosen]))
        if name == "logit":
            return strongest(self.trace_of(layer).output[0])
        if name == "channel" and layer - 1 in self._of("conv2d")[:1]:
            chosen = self.choices.get("position")  # of the pixel that was looked at before
        if name == "pool_position" and chosen is None:
            return strongest(self.trace_of(layer).output[0])
        if chosen is not None:
            check_inside(name, chosen, shape)
        return tuple(chosen) if chosen is not None else self.strongest_in(self.layers[layer])[1:]

    def place_in_record(self, node: Node, address: str) -> str:
        """Return where a number of a layer's trace stands in `values()`."""
        name, indices, _ = parse(address)
        layer = self.layers.index(node)
        if name == "x":
            return address_of(f"layers[{layer - 1}].output", indices) if layer else address
        found = self.worked_in(layer)
        if found is not None and (name == "steps" or name in _LEFT_OUT):
            return found.places.get(address, f"layers[{layer}].{address}")
        return f"layers[{layer}].{address}"

    def worked_in(self, layer: int) -> WorkedOut | None:
        """Return what is worked out in a layer, if there is something."""
        return next((one for one in self.worked_out if one.node is self.layers[layer]), None)

    def values(self) -> SpecValues:
        """Return every layer's values, what is worked out, and the probabilities."""
        layers = [layer_values(node.name, self.traces[node.name]) for node in self.layers]
        worked_out = [{"layer": self.layers.index(one.node), **one.values()} for one in self.worked_out]
        return {
            "x": self.entered.x,
            "layers": layers,
            "worked_out": worked_out,
            "softmax": self.probabilities.values(),
            "prediction": self.prediction,
            **({} if self.receptive is None else {"receptive": self.receptive.values()}),
        }

    def results(self) -> Iterator[str]:
        """Give what is worked out, at its place in its layer, and then the probabilities."""
        for one in self.worked_out:
            yield address_of(f"layers[{self.layers.index(one.node)}].output", one.position)
        yield from (f"softmax.{address}" for address in self.probabilities.results())

    def explain(self, address: str) -> Explanation:
        """Explain a number of a layer, of what is worked out, or of the softmax behind them."""
        name, indices, inside = parse(address)
        match name:
            case "layers":
                return self._in_layer(indices[0], inside)
            case "worked_out" if inside not in ("layer", "op", "node") and not inside.startswith("position"):
                return self.worked_out[indices[0]].explain(inside)
            case "worked_out" | "receptive":
                return Given("counted")
            case "softmax" if inside.startswith("x["):
                return self._in_layer(len(self.layers) - 1, f"output{inside[1:]}")
            case "softmax":
                found = self.probabilities.explain(inside)
                return found.renamed(lambda of: f"softmax.{of}") if isinstance(found, Equation) else found
            case "prediction" | "x" | "label":
                return Given("prediction" if name == "prediction" else "given")
        names = "layers, worked_out, softmax, prediction, label or x"
        raise InputError(f"an address must name {names}, but it is {address!r}.")

    def _in_layer(self, layer: int, inside: str) -> Explanation:
        """Explain a number of a layer; its input is what the layer before it returned."""
        trace = self.trace_of(layer)
        name, indices, _ = parse(trace.resolve(inside) if inside.startswith("steps[") else inside)
        if name in _EXTREMES:
            address, channel = f"layers[{layer}].{inside}", indices[0]
            return extreme_of(address, _EXTREMES[name], trace.output[0, channel], f"map {channel}")
        if name == "x":
            return self._in_layer(layer - 1, address_of("output", indices)) if layer else Given("given")
        found = trace.explain(inside)
        if isinstance(found, Equation):
            return found.renamed(lambda of: self.place_in_record(self.layers[layer], of))
        return Given("learned") if found.origin in ("given", "running") else found


def check_inside(name: str, place: Sequence[int], shape: Sequence[int]) -> None:
    """Refuse a place outside of an output."""
    if not all(0 <= at < size for at, size in zip(place, shape, strict=True)):
        came = " ".join(map(str, place))
        last = " ".join(str(size - 1) for size in shape)
        raise InputError(f"{name} must be at most {last}, counted from 0, but it is {came}.")


def layer_values(name: str, trace: Trace) -> SpecValues:
    """Return a layer's output and parameters, and where it has maps, the range of each."""
    arrays = {key: value for key, value in trace.values().items() if key not in _LEFT_OUT}
    if trace.output.ndim != 4:
        return {"name": name, **arrays}
    maps: Array = trace.output[0]
    return {"name": name, **arrays, "lows": maps.min(axis=(1, 2)), "highs": maps.max(axis=(1, 2))}
