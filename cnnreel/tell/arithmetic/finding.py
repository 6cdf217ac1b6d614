"""Finds everything in a record of which it is known how it came about."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from cnnreel.tell.arithmetic.activations import ACTIVATIONS
from cnnreel.tell.arithmetic.inside import inside
from cnnreel.tell.arithmetic.lines import Working, address
from cnnreel.tell.arithmetic.statistics import statistics
from cnnreel.tell.arithmetic.steps import left_side
from cnnreel.tell.arithmetic.tables import flattened, lead, output_size, softmax

__all__ = ["details", "workings"]

Values = Mapping[str, Any]


def workings(record: Values) -> Iterator[Working]:
    """Write down every result: of each step, and of what belongs to a whole operation."""
    values = record["values"]
    activation = ACTIVATIONS.get(record["scene"])
    if activation is not None:
        for at, x in np.ndenumerate(np.asarray(values["x"])):
            yield activation(float(x), values).equals(address("output", at), float(np.asarray(values["output"])[at]))
    for prefix, part in operations(values):
        for find in (output_size, statistics, steps, softmax, flattened):
            yield from find(part, prefix)
    yield from worked_out(values)
    yield from lead(values, "")


def details(record: Values) -> Iterator[Working]:
    """Write down the numbers inside the steps, such as products, and each step's value."""
    values = record["values"]
    for prefix, part in operations(values):
        output = np.asarray(part.get("output", ()))
        for number, step in enumerate(part.get("steps", ())):
            at = np.unravel_index(number, output.shape) if len(part["steps"]) == output.size else ()
            yield from explained(step, f"{prefix}steps[{number}].", part, tuple(map(int, at)))
    for number, step in enumerate(values.get("worked_out", ())):
        yield from explained(step, f"worked_out[{number}].", values["layers"][step["layer"]], step["position"])


def operations(values: Values, prefix: str = "") -> Iterator[tuple[str, Values]]:
    """Give the values of a scene, and those of each operation inside them, with their addresses."""
    yield prefix, values
    for name, part in values.items():
        if isinstance(part, Mapping):
            yield from operations(part, f"{prefix}{name}.")
        elif name == "layers":
            for number, layer in enumerate(part):
                yield from operations(layer, f"{prefix}layers[{number}].")


def explained(step: Values, prefix: str, layer: Values, position: Any) -> Iterator[Working]:
    """Write down what is inside a step, and its value."""
    yield from inside(step, prefix, position=position, layer=layer)
    expression = left_side(step, position=position, layer=layer)
    if expression is not None:
        yield expression.equals(f"{prefix}value", step["value"])


def steps(values: Values, prefix: str) -> Iterator[Working]:
    """Write down each step; its result is the output value that has the step's number in reading order."""
    found = values.get("steps", ())
    output = np.asarray(values.get("output", ()))
    if len(found) != output.size:
        return
    for step, position in zip(found, np.ndindex(output.shape), strict=True):
        expression = left_side(step, position=position, layer=values)
        if expression is not None:
            yield expression.equals(address(f"{prefix}output", position), step["value"])


def worked_out(values: Values) -> Iterator[Working]:
    """Write down the numbers of a network that are looked at closely, at their places in their layers."""
    for step in values.get("worked_out", ()):
        layer = values["layers"][step["layer"]]
        expression = left_side(step, position=step["position"], layer=layer)
        if expression is not None:
            yield expression.equals(address(f"layers[{step['layer']}].output", step["position"]), step["value"])
