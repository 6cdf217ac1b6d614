"""How each number of a reading came about: its layers explain theirs, and each layer's input is another's output."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from cnn_core.equation import Equation, Explanation, Given
from cnn_core.errors import InputError
from cnn_core.expression import OfMany, Sum, Value
from cnn_core.trace import address_of, parse

if TYPE_CHECKING:
    from scenes.network.reading import Reading

__all__ = ["LEFT_OUT", "explain_reading", "results_of_reading"]

LEFT_OUT = ("x", "centred", "squared_deviations", "squared_deviations_total", "x_hat", "total")
"""Arrays of a trace that are as large as its output and follow from it."""
EXTREMES: Mapping[str, Literal["smallest", "largest"]] = MappingProxyType({"lows": "smallest", "highs": "largest"})


def results_of_reading(reading: Reading) -> Iterator[str]:
    """Give what is worked out, at its place in its layer, and then the probabilities."""
    for zoom in reading.zooms:
        yield address_of(f"layers[{zoom.layer}].output", zoom.step.position)
    yield from (f"softmax.{address}" for address in reading.probabilities.results())


def explain_reading(reading: Reading, address: str) -> Explanation:
    """Explain a number of a network, or of the softmax behind it."""
    name, indices, inside = parse(address)
    match name:
        case "layers":
            return in_layer(reading, indices[0], inside)
        case "worked_out":
            return worked_out(reading, indices[0], inside)
        case "softmax" if inside.startswith("x["):
            return in_layer(reading, len(reading.traces) - 1, f"output{inside[1:]}")
        case "softmax":
            found = reading.probabilities.explain(inside)
            return found.renamed(lambda of: f"softmax.{of}") if isinstance(found, Equation) else found
        case "prediction":
            return Given("prediction")
        case "x" | "label":
            return Given("given")
    raise InputError(
        f"an address must name layers, worked_out, softmax, prediction, label or x, but it is {address!r}."
    )


def in_layer(reading: Reading, layer: int, inside: str) -> Explanation:
    """Explain a number of a layer; its input is what the layer before it returned."""
    trace = reading.traces[layer]
    name, indices, _ = parse(trace.resolve(inside) if inside.startswith("steps[") else inside)
    if name in EXTREMES:
        return extreme(trace, name, indices[0], f"layers[{layer}].{inside}")
    if name == "x":
        before = address_of("output", indices)
        return in_layer(reading, layer - 1, before) if layer else Given("given")
    found = trace.explain(inside)
    if isinstance(found, Equation):
        return found.renamed(lambda of: place_in_reading(reading, layer, of))
    return Given("learned") if found.origin in ("given", "running") else found


def extreme(trace: Any, name: str, channel: int, address: str) -> Equation:
    """Return the smallest or the largest value of a map."""
    values, which = trace.output[0, channel], EXTREMES[name]
    number = float(values.min() if which == "smallest" else values.max())
    return Equation.of(OfMany(which, f"map {channel}", values.size, number), Value(number, address, name, 2))


def worked_out(reading: Reading, number: int, inside: str) -> Explanation:
    zoom = reading.zooms[number]
    trace = reading.traces[zoom.layer]
    name, _, part = parse(inside)
    step = f"steps[{np.ravel_multi_index(zoom.step.position, trace.output.shape)}]"
    match name:
        case "strongest" if part != "index":
            at = f"[{zoom.values['strongest']['index']}]"
            return in_layer(reading, zoom.layer, f"{step}.{'products' if part == 'product' else part}{at}")
        case "others":
            return others(reading, number)
        case "layer" | "position" | "listed" | "winner" | "strongest":
            return Given("counted")
    return in_layer(reading, zoom.layer, f"{step}.{inside}")


def others(reading: Reading, number: int) -> Equation:
    zoom = reading.zooms[number]
    sums = zoom.values["channel_sums"]
    unlisted = [c for c in range(len(sums)) if c not in zoom.values["listed"]]
    terms = [Value(float(sums[c]), f"{zoom.address}.channel_sums[{c}]", "channel_sums") for c in unlisted]
    return Equation.of(Sum(tuple(terms)), Value(float(zoom.values["others"]), f"{zoom.address}.others"))


def place_in_reading(reading: Reading, layer: int, address: str) -> str:
    name, indices, inside = parse(address)
    if name == "x":
        return address_of(f"layers[{layer - 1}].output", indices) if layer else address
    zoom = reading.zoom(layer)
    if name == "steps" and zoom is not None:
        output = reading.traces[layer].output.shape
        if indices[0] == int(np.ravel_multi_index(zoom.step.position, output)):
            return f"{zoom.address}.{inside}"
    if name in LEFT_OUT and zoom is not None and indices == tuple(zoom.step.position) and name in zoom.values:
        return f"{zoom.address}.{name}"  # the layer's own array is not listed
    return f"layers[{layer}].{address}"
