"""A network on disk: a safetensors file that holds its arrays and, as JSON, its list of layers."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from functools import cache
from pathlib import Path
from typing import Any, Final

import numpy as np

from cnn_core.arrays import Array
from cnn_core.errors import InputError
from cnn_core.network import DIGIT, KINDS, Layer, Network
from cnn_core.reading.tensor_files import Tensors, compact, file_sha256, read_tensors, write_tensors

__all__ = ["SHIPPED", "load", "network_of", "save", "sha256", "shipped"]

SHIPPED: Final = Path(__file__).parent / "data" / "digits.safetensors"
FORMAT: Final = "cnnreel-network/1"
MAX_LAYERS = 100

sha256 = file_sha256


def save(path: Path, network: Network) -> None:
    """Write a network to `path`; whoever reads the file meanwhile finds the old one or the new one.

    Arrays are named as in the state of an `nn.Sequential` ("0.weight") and written as float32 where that
    loses nothing.
    """
    tensors = {
        f"{index}.{name}": compact(array)
        for index, layer in enumerate(network.layers)
        for name, array in layer.tensors().items()
    }
    layers = [{"kind": type(layer).__name__, **layer.options()} for layer in network.layers]
    write_tensors(path, tensors, {"format": FORMAT, "layers": layers})


def load(path: Path) -> Network:
    """Return the network in a file that `save` has written.

    Raises
    ------
    InputError
        If the file is damaged, a pickle, or describes no network that can read a digit.
    """
    network = network_of("weights", path, *read_tensors("weights", path))
    try:
        _check_reads_digits(network)
    except InputError as error:
        raise _refused("weights", path, error) from error
    return network


def network_of(name: str, path: Path, tensors: Tensors, description: Mapping[str, Any]) -> Network:
    """Return the network that a file describes as a list of layers, whatever it reads."""
    layers = description.get("layers")
    if description.get("format") != FORMAT or not isinstance(layers, list) or not 0 < len(layers) <= MAX_LAYERS:
        raise InputError(f'{name} must be of format "{FORMAT}" with 1 to {MAX_LAYERS} layers, but {path.name} is not.')
    try:
        network = Network([_layer(index, entry, tensors) for index, entry in enumerate(layers)])
        _check_names(tensors, network)
    except InputError as error:
        raise _refused(name, path, error) from error
    return network


def _refused(name: str, path: Path, error: InputError) -> InputError:
    what = "a network that can read a digit" if name == "weights" else "a network"
    return InputError(f"{name} must hold {what}, but {path.name} does not: {error}")


@cache
def shipped() -> Network:
    """Return the digit classifier that comes with the package.

    >>> shipped().parameters()
    6994
    """
    return load(SHIPPED)


def _layer(index: int, entry: object, tensors: Tensors) -> Layer:
    if not isinstance(entry, dict) or str(entry.get("kind")) not in KINDS:
        raise InputError(f"layer {index} must be one of {', '.join(KINDS)}, but it is {entry!r:.60}.")
    kind = KINDS[str(entry["kind"])]
    names = {field.name for field in fields(kind)}
    options = {name: _plain(value) for name, value in entry.items() if name != "kind"}
    arrays = {name: tensors[f"{index}.{name}"] for name in names if f"{index}.{name}" in tensors}
    try:
        return kind(**options, **arrays)
    except TypeError as error:  # a field is missing, unknown or there twice
        raise InputError(
            f"layer {index} ({kind.name}) must have the fields {', '.join(sorted(names))}: {error}."
        ) from None


def _plain(value: object) -> object:
    """Return JSON's lists as tuples, as the layers expect them."""
    return tuple(map(_plain, value)) if isinstance(value, list) else value


def _check_names(tensors: Mapping[str, object], network: Network) -> None:
    expected = {f"{index}.{name}" for index, layer in enumerate(network.layers) for name in layer.tensors()}
    if tensors.keys() != expected:
        strange = ", ".join(sorted(tensors.keys() ^ expected))
        raise InputError(f"the arrays must be those of the layers, but these are not: {strange:.100}.")


def _check_reads_digits(network: Network) -> None:
    """Run the network on blank paper."""
    output: Array = np.zeros((1, *DIGIT))
    for _, trace in network.graph.steps(output):
        output = trace.output
    if output.shape != (1, 10):
        raise InputError(f"the last layer must return 10 numbers, but it returns {output.shape[1:]}.")
