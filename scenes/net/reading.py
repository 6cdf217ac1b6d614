"""What a film tells of a network: its stages with what came out of each, and what is worked out in digits."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields, replace
from functools import cached_property
from math import prod
from typing import Any

import numpy as np

from cnn_core.arrays import Array, freeze
from cnn_core.equation import Equation, Explanation, Given
from cnn_core.errors import InputError
from cnn_core.expression import OfMany, Value
from cnn_core.graph import Graph, Node
from cnn_core.net_input import NetInput
from cnn_core.operations import OPERATIONS
from cnn_core.outline import Depth, NetOutline, NetPlace, NetStage, outline
from cnn_core.receptive import Seen, receptive_field
from cnn_core.softmax import SoftmaxTrace, softmax
from cnn_core.trace import Trace, parse
from scenes.net.class_map import ClassMap, extreme_of
from scenes.net.worked import WorkedOut
from scenes.specs.base import SpecValues

__all__ = ["MOST_SHOWN", "NetReading", "nameless", "strongest", "strongest_maps"]

MOST_SHOWN = 24
"""Maps of a stage that are shown."""
MOST_NAMED = 5
"""Classes that are named at the end."""
_MOST_OUTPUTS = 2_000
_MOVES = ("permute", "reshape")
"""Operations behind which rows and columns are others."""
_LIMITS = ("smallest", "largest")


@dataclass(frozen=True)
class Receptive:
    """What a number has seen.

    Attributes
    ----------
    position
        Channel, row and column of the number.
    seen
        Of each array on the way, by its node, the picture first.
    """

    position: tuple[int, ...]
    seen: dict[str, Seen]

    def values(self) -> SpecValues:
        """Return node and position, and first and last row and column of what was seen of the picture."""
        rows, columns = next(iter(self.seen.values()))
        node = list(self.seen)[-1]
        return {"node": node, "position": list(self.position), "rows": list(rows), "columns": list(columns)}


@dataclass(frozen=True, eq=False)
class NetReading:
    """A network's computation on one image.

    Attributes
    ----------
    names
        Of the classes, where they are known.
    depth
        What its stages are: those of the outline, or a stage for each of its blocks or places.
    """

    graph: Graph
    entered: NetInput
    names: tuple[str, ...] | None = None
    depth: Depth = "stages"

    def __getstate__(self) -> dict[str, Any]:
        """Travel without what has been computed: it is large, and computed anew in a moment."""
        return {one.name: getattr(self, one.name) for one in fields(self)}

    def with_names(self, names: tuple[str, ...] | None) -> NetReading:
        """Return the same reading, with all that has been computed, and these names of the classes."""
        named = replace(self, names=names)
        named.__dict__.update({**self.__dict__, "names": names})
        return named

    @cached_property
    def traces(self) -> dict[str, Trace]:
        return self.graph.forward(self.entered.x)

    @cached_property
    def whole(self) -> NetOutline:
        """The outline of the network, whatever the depth."""
        shapes = {name: trace.output.shape[1:] for name, trace in self.traces.items()}
        return outline(self.graph, {self.graph.input: self.entered.x.shape[1:], **shapes})

    @cached_property
    def stages(self) -> tuple[NetStage, ...]:
        return self.whole.at(self.depth).stages

    def output_of(self, name: str) -> Array:
        """Return what a node, or the input, gives for the image: without the axis of the batch."""
        whole: Array = self.entered.x if name == self.graph.input else self.traces[name].output
        image: Array = whole[0]
        return image

    def shown(self, stage: int) -> Array:
        """Return what is shown of a stage: its strongest maps (C, H, W), or all of its numbers."""
        output = self.output_of(self.stages[stage].output)
        return strongest_maps(output)[0] if output.ndim == 3 else output

    @cached_property
    def receptive(self) -> Receptive | None:
        """What the strongest number of the smallest maps has seen; None where there are no maps."""
        sizes = [prod(stage.shape[1:]) if len(stage.shape) == 3 else 1 for stage in self.stages]
        late = [k for k, size in enumerate(sizes) if size > 1]
        if not late:
            return None
        last = max(late, key=lambda k: (-sizes[k], k))
        nodes = [self.graph.input, *(stage.output for stage in self.stages[: last + 1])]
        position = strongest(self.output_of(nodes[-1]))
        seen = receptive_field(self.graph, self.traces, nodes[-1], (position[1], position[2]))
        entry = self.graph.users[self.graph.input][0].name if self.graph.channels_last else self.graph.input
        seen[self.graph.input] = seen.get(entry, ((0, 0), (0, 0)))
        moved = any(self.graph.by_name[name].op in _MOVES for name in seen if name not in (self.graph.input, entry))
        known = entry in seen and not moved and nodes[-1] != entry
        return Receptive(position, {name: seen[name] for name in nodes if name in seen}) if known else None

    @property
    def maps_in(self) -> Array:
        """What enters, (C, H, W)."""
        maps = self.entered.maps
        return maps.transpose(2, 0, 1) if self.graph.channels_last else maps

    @property
    def levels(self) -> tuple[int, ...] | None:
        """How deep each stage lies; None where it is no U-Net, or where more is told than its stages."""
        return self.whole.levels if self.depth == "stages" else None

    @property
    def output(self) -> Array:
        return self.output_of(self.graph.output)

    @cached_property
    def probabilities(self) -> SoftmaxTrace | None:
        """The softmax of the scores, (1, classes); None where the network gives something else."""
        last = self.graph.by_name[self.graph.output]
        trace = self.traces[last.name]
        if isinstance(trace, SoftmaxTrace) and trace.x.ndim == 2:
            return trace
        if trace.output.ndim != 2 or trace.output.shape[1] < 2 or OPERATIONS[last.op].kind == "activation":
            return None
        return softmax(trace.output)

    @cached_property
    def top(self) -> list[int]:
        """The likeliest classes, the first one first."""
        if self.probabilities is None:
            return []
        likeliest: list[int] = np.argsort(-self.probabilities.output[0], kind="stable")[:MOST_NAMED].tolist()
        return likeliest

    @cached_property
    def class_map(self) -> ClassMap | None:
        """Where the last maps speak for the winner, if the network ends so."""
        return ClassMap.of(self.graph, self.traces, self.top[0]) if self.top else None

    def called(self, k: int) -> str:
        return self.names[k] if self.names else str(k)

    @cached_property
    def worked_out(self) -> list[WorkedOut]:
        """One value of each kind of step, in order."""
        return [
            WorkedOut(self, node, f"worked_out[{k}]", position, is_chosen)
            for k, (node, position, is_chosen) in enumerate(self.looked_at())
        ]

    def looked_at(self) -> Iterator[tuple[Node, tuple[int, ...], bool]]:
        """Give what is worked out: a node, a position in its output, and whether somebody chose it."""
        for node in first_of_each_kind(self):
            yield node, self.strongest_in(node), False

    def place_of(self, node: Node) -> NetPlace | None:
        return next((place for stage in self.whole.stages for place in stage.places() if node in place.nodes), None)

    def strongest_in(self, node: Node) -> tuple[int, ...]:
        """Return the position that matters most: the winner's score, or the strongest response of the node's place."""
        output = self.traces[node.name].output
        if output.ndim == 2 and node.name == self.graph.output and self.top:
            return 0, self.top[0]
        place = self.place_of(node)
        judged = self.traces[place.output].output if place is not None else output
        return strongest(judged if judged.shape == output.shape else output)

    def place_in_record(self, node: Node, address: str) -> str:
        """Return where a number of a node's trace stands in `values()`; nowhere, for only what is shown is there."""
        return ""

    def values(self) -> SpecValues:
        """Return what is shown: stages, what is worked out, and the likeliest classes."""
        found: dict[str, Any] = {
            "x": limits_of(self.entered.x),
            "nodes": {node.name: self._described(node) for node in self.graph.nodes},
            "stages": [
                {"name": stage.output, "shape": list(stage.shape), **limits_of(self.shown(k))}
                for k, stage in enumerate(self.stages)
            ],
            "worked_out": [one.values() for one in self.worked_out],
        }
        if self.receptive is not None:
            found["receptive"] = self.receptive.values()
        if self.output.size <= _MOST_OUTPUTS:
            found["output"] = self.output
        if self.probabilities is not None:
            found |= self._classes(self.probabilities)
        return found

    def _described(self, node: Node) -> SpecValues:
        output = self.output_of(node.name)
        return {"op": node.op, "inputs": list(node.inputs), "shape": list(output.shape), **limits_of(output)}

    def _classes(self, found: SoftmaxTrace) -> SpecValues:
        shares, scores = found.output[0], found.x[0]
        top = [{"class": k, "label": self.called(k), "probability": shares[k], "logit": scores[k]} for k in self.top]
        mapped = {} if self.class_map is None else {"class_map": self.class_map.values()}
        return {**mapped, "top": top, "others": max(0.0, 1 - float(shares[self.top].sum())), "classes": len(shares)}

    def explain(self, address: str) -> Explanation:
        """Return how the number at an address in `values()` came about, or where it is from."""
        name, indices, inside = parse(address)
        found: Explanation | None = None
        match name:
            case "x" | "stages" if inside in _LIMITS:
                found = extreme_of(address, inside, self.shown(indices[0]) if name == "stages" else self.entered.maps)
            case "worked_out":
                found = self.worked_out[indices[0]].explain(inside)
            case "top" | "others" | "class_map" if self.probabilities is not None:
                found = self._classified(name, indices, inside)
            case "output":
                found = self._given(self.graph.output, (0, *indices))
            case "classes" | "receptive":
                found = Given("counted")
        if found is None:
            raise InputError(
                f"an address must name x, stages, worked_out, top, others or output, but it is {address!r}."
            )
        return found

    def _classified(self, name: str, indices: Sequence[int], inside: str) -> Explanation:
        if name == "class_map" and self.class_map is not None:
            return self.class_map.explain(inside)
        return self._rest() if name == "others" else self._likely(self.top[indices[0]], inside)

    def results(self) -> Iterator[str]:
        """Give what is worked out, and the probabilities of the likeliest classes."""
        yield from (f"{one.address}.value" for one in self.worked_out)
        yield from (f"top[{k}].probability" for k in range(len(self.top)))

    def _likely(self, k: int, inside: str) -> Explanation:
        assert self.probabilities is not None
        if inside == "logit":
            return self._given(self.graph.output, (0, k)) if self.scored else Given("prediction")
        if inside != "probability":
            return Given("counted")
        return nameless(self.probabilities.explain(f"output[0,{k}]"))

    @property
    def scored(self) -> bool:
        """Whether the network itself gives scores, and the softmax is added here."""
        return self.probabilities is not None and self.probabilities.x is self.traces[self.graph.output].output

    def _rest(self) -> Equation:
        assert self.probabilities is not None
        shares = self.probabilities.output[0]
        number = max(0.0, 1 - float(shares[self.top].sum()))
        left = OfMany("others", "output", len(shares) - len(self.top), number)
        return Equation.of(left, Value(number, "others", "others", 3))

    def _given(self, node: str, position: Sequence[int]) -> Explanation:
        return nameless(self.traces[node].explain(f"output[{','.join(map(str, position))}]"))


def nameless(found: Explanation) -> Explanation:
    """Return an explanation whose operands stand nowhere in the record."""
    return found.renamed(lambda address: "") if isinstance(found, Equation) else found


def limits_of(array: Array) -> dict[str, float]:
    return {"smallest": float(array.min()), "largest": float(array.max())}


def strongest(output: Array) -> tuple[int, ...]:
    """Return where the largest value is, the first one where several are equal.

    >>> strongest(np.array([[0.0, 2.0], [2.0, 1.0]]))
    (0, 1)
    """
    return tuple(int(at) for at in np.unravel_index(int(output.argmax()), output.shape))


def strongest_maps(maps: Array, most: int = MOST_SHOWN) -> tuple[Array, list[int]]:
    """Return the maps with the largest values, in their own order, and which they are.

    >>> strongest_maps(np.array([[[1.0]], [[3.0]]]))[1]
    [0, 1]
    """
    ranked = np.argsort(-maps.max(axis=(1, 2)), kind="stable")[:most]
    kept = sorted(ranked.tolist())
    return freeze(maps[kept]), kept


def first_of_each_kind(reading: NetReading) -> list[Node]:
    """Return the first node of each kind of step that is worth working out, and the last linear one."""
    found: dict[str, Node] = {}
    for node in reading.graph.nodes:
        kind = kind_of(node, reading)
        if kind and (kind not in found or kind == "linear"):
            found[kind] = node
    kept = {node.name for node in found.values()}
    return [node for node in reading.graph.nodes if node.name in kept]


def kind_of(node: Node, reading: NetReading) -> str:
    """Return what makes a step one of its own; empty for those that need no digits, or give neither maps nor a row."""
    operation, axes = OPERATIONS[node.op], reading.output_of(node.name).ndim
    if operation.kind in ("activation", "shape") or node.op in ("concat", "upsample") or axes not in (1, 3):
        return ""
    if operation.kind == "join":
        return node.op if len(node.inputs) == 2 else ""
    shape = reading.output_of(node.inputs[0]).shape
    if node.op == "conv2d":
        seen = node.arrays["weight"].shape[1]
        return "depthwise" if seen == 1 < shape[0] else "conv2d" if seen <= 4 else "conv2d of many"
    if node.op.endswith("pool2d") and reading.output_of(node.name).shape[1:] == (1, 1):
        return f"global {node.op}"
    return node.op
