"""The record of a network's film: what is shown of it, and how each number of that came about."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from cnn_core.arrays import Array
from cnn_core.equation import Equation, Explanation, Given
from cnn_core.errors import InputError
from cnn_core.expression import OfMany, Value
from cnn_core.graph import Node
from cnn_core.softmax import SoftmaxTrace
from cnn_core.trace import parse
from scenes.net.class_map import extreme_of
from scenes.net.many_rows import STANDING_OUT
from scenes.net.reading import ENDS, NetReading
from scenes.specs.base import SpecValues

__all__ = ["NetRecord", "ends_of_maps"]

_MOST_OUTPUTS = 2_000
_LIMITS = ("smallest", "largest")


@dataclass(frozen=True, eq=False)
class NetRecord(NetReading):
    """A network's computation on one image, with a record of what is shown of it: not every value."""

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
        if self.is_stepwise:
            found["layers"] = [{"name": node.name, **ends_of_maps(self.output_of(node.name))} for node in self.steps]
        if self.receptive is not None:
            found["receptive"] = self.receptive.values()
        if self.output.size <= _MOST_OUTPUTS:
            found["output"] = self.output
        if self.probabilities is not None:
            found |= self._classes(self.probabilities)
        if self.by_row is not None:
            shares = self.by_row.output[0]
            found["rows"] = [
                {"row": row, "class": k, "label": self.called(k), "probability": shares[row, k]}
                for row, k in self.told_rows
            ]
        if self.many_rows is not None:
            found[STANDING_OUT] = self.many_rows.values()
        return found

    def _described(self, node: Node) -> SpecValues:
        output = self.output_of(node.name)
        return {"op": node.op, "inputs": list(node.inputs), "shape": list(output.shape), **limits_of(output)}

    def _classes(self, found: SoftmaxTrace) -> SpecValues:
        shares, scores = found.output[0], found.x[0]
        top = [{"class": k, "label": self.called(k), "probability": shares[k], "logit": scores[k]} for k in self.top]
        mapped = {} if self.class_map is None else {"class_map": self.class_map.values()}
        tabled = {"softmax": found.values(), **self.read()} if self.is_tabled else {}
        return {**mapped, **tabled, "top": top, "others": self.others, "classes": len(shares)}

    def read(self) -> dict[str, int]:
        """Return what was read, and what was meant where that is known."""
        return {"prediction": self.prediction, **({} if self.label is None else {"label": self.label})}

    def explain(self, address: str) -> Explanation:
        """Return how the number at an address in `values()` came about, or where it is from."""
        name, indices, inside = parse(address)
        found: Explanation | None = None
        match name:
            case "x" | "stages" if inside in _LIMITS:
                found = extreme_of(address, inside, self.shown(indices[0]) if name == "stages" else self.entered.maps)
            case "worked_out" if inside.partition("[")[0] not in ("layer", "op", "node", "position"):
                found = self.worked_out[indices[0]].explain(inside)
            case "layers":
                found = self.in_layer(indices[0], inside)
            case "top" | "others" | "class_map" | "softmax" if self.probabilities is not None:
                found = self._classified(name, indices, inside)
            case "rows" if inside == "probability":
                found = self._given(self.graph.output, (0, *self.told_rows[indices[0]]))
            case "standing_out" if self.many_rows is not None:
                found = self.many_rows.explain(inside)
            case "output":
                found = self._given(self.graph.output, (0, *indices))
            case "classes" | "receptive" | "rows" | "worked_out":
                found = Given("counted")
            case "prediction" | "label":
                found = Given("prediction" if name == "prediction" else "given")
        if found is None:
            names = "x, stages, layers, worked_out, softmax, top, others, rows, standing_out or output"
            raise InputError(f"an address must name {names}, but it is {address!r}.")
        return found

    def in_layer(self, layer: int, inside: str) -> Explanation | None:
        """Explain the smallest or the largest value of a map of a step."""
        name, indices, _ = parse(inside)
        if name not in ENDS:
            return None
        maps = self.output_of(self.steps[layer].name)[indices[0]]
        return extreme_of(f"layers[{layer}].{inside}", ENDS[name], maps, f"map {indices[0]}")

    def _classified(self, name: str, indices: Sequence[int], inside: str) -> Explanation:
        if name == "class_map" and self.class_map is not None:
            return self.class_map.explain(inside)
        if name == "softmax" and inside.startswith("x["):
            return self.score(parse(inside)[1][-1])
        if name == "softmax":
            found = self.scored.explain(inside)
            return found.renamed(lambda of: f"softmax.{of}") if isinstance(found, Equation) else found
        return self._rest() if name == "others" else self._likely(self.top[indices[0]], inside)

    def score(self, k: int) -> Explanation:
        """Explain the logit of a class: what the network gives, or what its softmax is given."""
        last = self.graph.by_name[self.graph.output]
        return self._given(last.inputs[0] if isinstance(self.traces[last.name], SoftmaxTrace) else last.name, (0, k))

    def results(self) -> Iterator[str]:
        """Give what is worked out, and the probabilities: of all classes, or of the likeliest."""
        yield from (f"{one.address}.value" for one in self.worked_out)
        yield from (f"rows[{k}].probability" for k in range(len(self.told_rows)))
        if self.many_rows is not None:
            yield from (f"{STANDING_OUT}.best[{k}].value" for k in range(len(self.many_rows.best)))
        if self.is_tabled and self.probabilities is not None:
            yield from (f"softmax.{address}" for address in self.probabilities.results())
        else:
            yield from (f"top[{k}].probability" for k in range(len(self.top)))

    def _likely(self, k: int, inside: str) -> Explanation:
        if inside == "logit":
            return self.score(k)
        if inside != "probability":
            return Given("counted")
        return _nameless(self.scored.explain(f"output[0,{k}]"))

    def _rest(self) -> Equation:
        left = OfMany("others", "output", self.scored.x.size - len(self.top), self.others)
        return Equation.of(left, Value(self.others, "others", "others", 3))

    def _given(self, node: str, position: Sequence[int]) -> Explanation:
        return _nameless(self.traces[node].explain(f"output[{','.join(map(str, position))}]"))


def _nameless(found: Explanation) -> Explanation:
    """Return an explanation whose operands stand nowhere in the record."""
    return found.renamed(lambda address: "") if isinstance(found, Equation) else found


def ends_of_maps(output: Array) -> dict[str, Array]:
    """Return the smallest and the largest value of each map; nothing of what is no maps."""
    return {"lows": output.min(axis=(1, 2)), "highs": output.max(axis=(1, 2))} if output.ndim == 3 else {}


def limits_of(array: Array) -> dict[str, float]:
    return {"smallest": float(array.min()), "largest": float(array.max())}
