"""Where the last maps speak for the winner: their sum, weighed for its class."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from cnn_core.arrays import Array, freeze
from cnn_core.equation import Equation, Explanation, Given
from cnn_core.expression import OfMany, Quotient, Sum, Value
from cnn_core.graph import Graph, Node
from cnn_core.operations import OPERATIONS
from cnn_core.trace import Trace

__all__ = ["ClassMap", "extreme_of"]

_TAIL = 8
"""Steps from the end among which it is looked for."""


@dataclass(frozen=True, eq=False)
class ClassMap:
    """The map whose mean, plus the bias, is a class's score.

    Zhou et al., "Learning Deep Features for Discriminative Localization", 2016.

    Attributes
    ----------
    maps : (H, W)
    bias
        None where the linear layer has none.
    """

    maps: Array
    bias: float | None
    score: float

    @classmethod
    def of(cls, graph: Graph, traces: Mapping[str, Trace], winner: int) -> ClassMap | None:
        """Return that of a class; None where no mean of whole maps and a linear layer end the network."""
        nodes: list[Node] = []
        name = graph.output
        while name in graph.by_name and len(nodes) < _TAIL:
            nodes.append(graph.by_name[name])
            name = nodes[-1].inputs[0]
        kept = [node for node in nodes if OPERATIONS[node.op].kind not in ("shape", "activation")][:2]
        if [node.op for node in kept] not in (["linear", "avg_pool2d"], ["linear", "adaptive_avg_pool2d"]):
            return None
        last, pool = kept
        maps, pooled = traces[pool.name].x[0], traces[pool.name].output[0]
        if pooled.shape[1:] != (1, 1) or not np.allclose(pooled[:, 0, 0], maps.mean(axis=(1, 2))):
            return None
        bias = float(last.arrays["bias"][winner]) if "bias" in last.arrays else None
        weighed = freeze(np.tensordot(last.arrays["weight"][winner], maps, 1))
        return cls(weighed, bias, float(traces[last.name].output[0, winner]))

    @cached_property
    def equation(self) -> Equation:
        """`mean of the class map + bias = score`."""
        parts = [Value(float(self.maps.mean()), "class_map.mean", "mean")]
        parts += [] if self.bias is None else [Value(self.bias, "class_map.bias", "bias")]
        return Equation.of(Sum(tuple(parts)), Value(self.score, "class_map.score", "output", 2))

    def values(self) -> dict[str, float]:
        found = {"smallest": float(self.maps.min()), "largest": float(self.maps.max()), "score": self.score}
        return {**found, **{leaf.name: leaf.number for leaf in self.equation.left.leaves()}}

    def explain(self, inside: str) -> Explanation:
        """Return how a number of `values()` came about."""
        match inside:
            case "smallest" | "largest":
                return extreme_of(f"class_map.{inside}", inside, self.maps)
            case "score":
                return self.equation
            case "bias":
                return Given("learned")
        total = Sum(tuple(Value(float(one), name="class_map") for one in self.maps.ravel()))
        mean = Quotient((total, Value(float(self.maps.size), name="count")))
        return Equation.of(mean, Value(float(self.maps.mean()), "class_map.mean", "mean"))


def extreme_of(address: str, which: Any, values: Array, name: str = "output") -> Equation:
    """Return the smallest or the largest of many values, as what stands at an address."""
    number = float(values.min() if which == "smallest" else values.max())
    return Equation.of(OfMany(which, name, values.size, number), Value(number, address, which, 2))
