"""Where the last maps speak for the winner: their sum, weighed for its class."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from cnn_core.arrays import Array, freeze
from cnn_core.equation import Equation, Explanation, Given
from cnn_core.expression import OfMany, Quotient, Sum, Value
from cnn_core.graph import Graph, Node
from cnn_core.operations import OPERATIONS
from cnn_core.softmax import SoftmaxTrace
from cnn_core.trace import Trace, parse
from scenes.specs.base import SpecValues

__all__ = ["ClassMap", "extreme_of"]

_TAIL = 8
"""Steps from the end among which it is looked for."""


@dataclass(frozen=True, eq=False)
class ClassMap:
    """The map whose mean, or sum, plus the bias, is a class's score.

    Zhou et al., "Learning Deep Features for Discriminative Localization", 2016.

    Attributes
    ----------
    maps : (H, W)
    bias
        None where the linear layer has none.
    node
        Whose maps are weighed.
    products : (C, H, W)
        Of all numbers and their weights, where each number has its own: then the sum of the places counts.
    """

    maps: Array
    bias: float | None
    score: float
    node: str
    products: Array | None = None

    @classmethod
    def of(cls, graph: Graph, traces: Mapping[str, Trace], winner: int) -> ClassMap | None:
        """Return that of a class; None where no maps, or their means, and a linear layer end the network."""
        nodes: list[Node] = []
        name = graph.output
        while name in graph.by_name and len(nodes) < _TAIL:
            nodes.append(graph.by_name[name])
            name = nodes[-1].inputs[0]
        if (found := cls._of_flat(nodes, traces, winner)) is not None:
            return found
        kept = [node for node in nodes if OPERATIONS[node.op].kind not in ("shape", "activation")][:2]
        if [node.op for node in kept] not in (["linear", "avg_pool2d"], ["linear", "adaptive_avg_pool2d"]):
            return None
        last, pool = kept
        maps, pooled = traces[pool.name].x[0], traces[pool.name].output[0]
        if pooled.shape[1:] != (1, 1) or not np.allclose(pooled[:, 0, 0], maps.mean(axis=(1, 2))):
            return None
        bias = float(last.arrays["bias"][winner]) if "bias" in last.arrays else None
        weighed = freeze(np.tensordot(last.arrays["weight"][winner], maps, 1))
        return cls(weighed, bias, float(traces[last.name].output[0, winner]), pool.inputs[0])

    @classmethod
    def _of_flat(cls, nodes: Sequence[Node], traces: Mapping[str, Trace], winner: int) -> ClassMap | None:
        """Return that of a class whose linear layer weighs each number of the maps."""
        before = [node for node in nodes if node.op != "dropout" and not isinstance(traces[node.name], SoftmaxTrace)]
        if [node.op for node in before[:2]] != ["linear", "flatten"]:
            return None
        last, flat = before[:2]
        maps, feeds = traces[flat.name].x[0], before[2].op if len(before) > 2 else ""
        weight = last.arrays["weight"][winner]
        if maps.ndim != 3 or maps[0].size == 1 or feeds == "permute" or weight.size != maps.size:
            return None
        bias = float(last.arrays["bias"][winner]) if "bias" in last.arrays else None
        products = freeze(weight.reshape(maps.shape) * maps)
        score = float(traces[last.name].output[0, winner])
        return cls(freeze(products.sum(axis=0)), bias, score, flat.inputs[0], products)

    @property
    def is_sum(self) -> bool:
        return self.products is not None

    @property
    def strongest(self) -> tuple[int, int]:
        """Row and column of the place that speaks most for the class."""
        row, column = np.unravel_index(int(self.maps.argmax()), self.maps.shape)
        return int(row), int(column)

    @cached_property
    def equation(self) -> Equation:
        """`mean of the class map + bias = score`, or its sum."""
        whole = float(self.maps.sum() if self.is_sum else self.maps.mean())
        parts = [Value(whole, f"class_map.{self._whole}", self._whole)]
        parts += [] if self.bias is None else [Value(self.bias, "class_map.bias", "bias")]
        return Equation.of(Sum(tuple(parts)), Value(self.score, "class_map.score", "output", 2))

    @property
    def _whole(self) -> str:
        return "sum" if self.is_sum else "mean"

    def values(self) -> SpecValues:
        found = {"smallest": float(self.maps.min()), "largest": float(self.maps.max()), "score": self.score}
        places = {"places": self.maps} if self.is_sum else {}
        return {**found, **places, **{leaf.name: leaf.number for leaf in self.equation.left.leaves()}}

    def explain(self, inside: str) -> Explanation:
        """Return how a number of `values()` came about."""
        match inside:
            case "smallest" | "largest":
                return extreme_of(f"class_map.{inside}", inside, self.maps)
            case "score":
                return self.equation
            case "bias":
                return Given("learned")
        if inside.startswith("places[") and self.products is not None:
            row, column = parse(inside)[1]
            made = tuple(Value(float(one), name="products") for one in self.products[:, row, column])
            return Equation.of(Sum(made), Value(float(self.maps[row, column]), f"class_map.{inside}", "sum"))
        total = Sum(tuple(Value(float(one), name="class_map") for one in self.maps.ravel()))
        if self.is_sum:
            return Equation.of(total, Value(float(self.maps.sum()), "class_map.sum", "sum"))
        mean = Quotient((total, Value(float(self.maps.size), name="count")))
        return Equation.of(mean, Value(float(self.maps.mean()), "class_map.mean", "mean"))


def extreme_of(address: str, which: Any, values: Array, name: str = "output") -> Equation:
    """Return the smallest or the largest of many values, as what stands at an address."""
    number = float(values.min() if which == "smallest" else values.max())
    return Equation.of(OfMany(which, name, values.size, number), Value(number, address, which, 2))
