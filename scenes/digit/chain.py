"""The reading of a network that is a chain of layers, all of whose numbers are in the record."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from cnn_core.equation import Equation, Explanation, Given
from cnn_core.errors import InputError
from cnn_core.graph import Node
from cnn_core.softmax import SoftmaxTrace, softmax
from cnn_core.trace import Trace, address_of, parse
from scenes.net.choosing import first_of_each_kind, strongest
from scenes.net.record import NetRecord, ends_of_maps
from scenes.specs.base import SpecValues

__all__ = ["ChainReading"]

_LEFT_OUT = ("x", "centred", "squared_deviations", "squared_deviations_total", "x_hat", "total")
"""Arrays of a trace that are as large as its output and follow from it."""


@dataclass(frozen=True, eq=False)
class ChainReading(NetRecord):
    """A chain's computation on one image.

    Attributes
    ----------
    choices
        Where to look closely, by the names of the options; at the strongest response where nothing is chosen.
    """

    choices: Mapping[str, Any] = field(default_factory=dict)

    @cached_property
    def probabilities(self) -> SoftmaxTrace:
        """The softmax of what the network gives, whatever that is."""
        return super().probabilities or softmax(self.output[None])

    def looked_at(self) -> Iterator[tuple[Node, tuple[int, ...], bool]]:
        """Give one step of each kind, and those that somebody chose."""
        chosen = dict(self._chosen())
        usual = first_of_each_kind(self)
        for node in self.steps:
            if node in usual or node.name in chosen:
                position = (0, *chosen[node.name]) if node.name in chosen else self.strongest_in(node)
                yield node, position, node.name in chosen

    def _chosen(self) -> Iterator[tuple[str, tuple[int, ...]]]:
        """Give the names of steps, and where in them somebody chose to look."""
        convolutions = self._of("conv2d")
        named = {
            "position": convolutions[:1],
            "second_position": convolutions[1:2],
            "pool_position": self._of("max_pool2d", "avg_pool2d")[:1],
            "channel": self._of("batch_norm2d")[:1],
            "logit": [node for node in self._of("linear") if node is self.steps[-1]],
        }
        for name in (name for name in named if self.choices.get(name) is not None):
            if not named[name]:
                raise InputError(f"{name} needs a layer that the network does not have.")
            (node,), choice = named[name], self.choices[name]
            choice = (choice,) if name in ("channel", "logit") else tuple(choice)
            check_inside(name, choice, self.output_of(node.name).shape[: len(choice)])
            place = self.place_of(node)
            if name == "channel" and place is not None:
                choice = *choice, *strongest(self.output_of(place.output)[choice])
            yield node.name, choice
            if name == "position" and named["channel"] == [*self.graph.users[node.name]]:
                yield named["channel"][0].name, choice  # the pixel that was looked at before

    def _of(self, *ops: str) -> list[Node]:
        return [node for node in self.steps if node.op in ops]

    def place_in_record(self, node: Node, address: str) -> str:
        """Return where a number of a layer's trace stands in `values()`."""
        name, indices, _ = parse(address)
        layer = self.steps.index(node)
        if name == "x":
            return address_of(f"layers[{layer - 1}].output", indices) if layer else address
        found = self.worked_in(node)
        if found is not None and (name == "steps" or name in _LEFT_OUT):
            return found.places.get(address, f"layers[{layer}].{address}")
        return f"layers[{layer}].{address}"

    def values(self) -> SpecValues:
        """Return every layer's values, what is worked out, and the probabilities."""
        layers = [layer_values(node.name, self.traces[node.name]) for node in self.steps]
        worked_out = [{"layer": self.steps.index(one.node), **one.values()} for one in self.worked_out]
        return {
            "x": self.entered.x,
            "layers": layers,
            "worked_out": worked_out,
            "softmax": self.probabilities.values(),
            **self.read(),
            **({} if self.class_map is None else {"class_map": self.class_map.values()}),
            **({} if self.receptive is None else {"receptive": self.receptive.values()}),
        }

    def results(self) -> Iterator[str]:
        """Give what is worked out, at its place in its layer, and then the probabilities."""
        for one in self.worked_out:
            yield address_of(f"layers[{self.steps.index(one.node)}].output", one.position)
        yield from (f"softmax.{address}" for address in self.probabilities.results())

    def explain(self, address: str) -> Explanation:
        return Given("given") if parse(address)[0] == "x" else super().explain(address)

    def score(self, k: int) -> Explanation:
        return self.in_layer(len(self.steps) - 1, f"output[0,{k}]")

    def in_layer(self, layer: int, inside: str) -> Explanation:
        """Explain a number of a layer; its input is what the layer before it returned."""
        trace = self.traces[self.steps[layer].name]
        name, indices, _ = parse(trace.resolve(inside) if inside.startswith("steps[") else inside)
        if name == "x":
            return self.in_layer(layer - 1, address_of("output", indices)) if layer else Given("given")
        if (end := super().in_layer(layer, inside)) is not None:
            return end
        found = trace.explain(inside)
        if isinstance(found, Equation):
            return found.renamed(lambda of: self.place_in_record(self.steps[layer], of))
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
    return {"name": name, **arrays, **ends_of_maps(trace.output[0])}
