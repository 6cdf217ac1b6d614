"""Networks in files: our own format, ONNX, torch's and Keras's, and what to do about all others."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import numpy as np

from cnn_core.arrays import as_array
from cnn_core.errors import InputError
from cnn_core.graph import Graph, Node
from cnn_core.keras.reader import read_keras
from cnn_core.onnx.files import MAX_MODEL_BYTES
from cnn_core.onnx.reader import read_onnx
from cnn_core.operations import OPERATIONS
from cnn_core.pt2 import read_pt2
from cnn_core.reading.tensor_files import PICKLE_SUFFIXES, Tensors, compact, read_tensors, write_tensors
from cnn_core.weights import network_of

__all__ = ["read_graph", "save_graph"]

_FORMAT: Final = "cnnreel-network/2"
_MOST_NODES = 5_000
_EXPORT = 'torch.onnx.export(model, (example,), "model.onnx", dynamo=False)'
_REMEDIES = {
    PICKLE_SUFFIXES: (
        "is a pickle, which can run any program when it is opened; where you trust it, load it into the module that it "
        f"belongs to, and write {_EXPORT}"
    ),
    (".h5", ".hdf5"): 'is of Keras before version 3; load it there, and write model.save("model.keras")',
    (".tflite", ".lite"): (
        "is made for phones, and mostly quantised; write the model that it was made from as ONNX, with "
        "python -m tf2onnx.convert --tflite model.tflite --output model.onnx if there is no other"
    ),
    (".pb",): "is TensorFlow's; write python -m tf2onnx.convert --saved-model FOLDER --output model.onnx",
    (".data", ".bin", ".weights"): "holds weights alone; give the file that describes the network, such as model.onnx",
}
"""What can be done with files that are not read."""
_READERS = {".onnx": read_onnx, ".keras": read_keras, ".pt2": read_pt2}


def read_graph(name: str, path: Path, size: tuple[int, int] | None = None) -> Graph:
    """Return the network in a file.

    Parameters
    ----------
    name
        What the caller calls it; stands in error messages.
    size : (H, W)
        Of the images, where the file leaves it open.

    Raises
    ------
    InputError
        If it is no network that can be shown; says what can be done about it.
    """
    suffix = path.suffix.lower()
    if suffix == ".safetensors":
        return _read_own(name, path)
    if suffix in _READERS:
        return _READERS[suffix](name, path, size)
    for suffixes, remedy in _REMEDIES.items():
        if suffix in suffixes:
            raise InputError(
                f"{name} must be a file of ONNX, torch.export, Keras or cnnreel, but {path.name} {remedy}."
            )
    return read_onnx(name, path, size)


def save_graph(path: Path, graph: Graph) -> None:
    """Write a network to a file, its arrays as float32 where that loses nothing."""
    tensors = {
        f"{k}.{name}": compact(array) for k, node in enumerate(graph.nodes) for name, array in node.arrays.items()
    }
    nodes = [
        {"name": node.name, "op": node.op, "inputs": node.inputs, "options": dict(node.options)} for node in graph.nodes
    ]
    described = {"input": graph.input, "output": graph.output, "input_shape": graph.input_shape}
    write_tensors(path, tensors, {"format": _FORMAT, **described, "about": dict(graph.about), "nodes": nodes})


def _read_own(name: str, path: Path) -> Graph:
    tensors, description = read_tensors(name, path, MAX_MODEL_BYTES)
    if description.get("format") != _FORMAT:
        return network_of(name, path, tensors, description).graph
    try:
        return _described(tensors, description)
    except (KeyError, TypeError, ValueError) as error:
        said = str(error) if isinstance(error, InputError) else "its description is not complete."
        raise InputError(f"{name} must hold a network, but {path.name} does not: {said}") from error


def _described(tensors: Tensors, description: Mapping[str, Any]) -> Graph:
    entries = description["nodes"]
    if not isinstance(entries, list) or not 0 < len(entries) <= _MOST_NODES:
        raise InputError(f"it must have 1 to {_MOST_NODES:,} nodes.")
    held: dict[int, dict[str, Any]] = {}
    for key, tensor in tensors.items():
        index, _, argument = key.partition(".")
        held.setdefault(int(index), {})[argument] = as_array(key, tensor, "..." if np.ndim(tensor) else "")
    nodes = tuple(_node(entry, held.get(k, {})) for k, entry in enumerate(entries))
    shape = description["input_shape"]
    about = dict(description.get("about", {}))
    return Graph(nodes, description["input"], description["output"], tuple(map(int, shape)) if shape else None, about)


def _node(entry: Mapping[str, Any], arrays: Mapping[str, Any]) -> Node:
    if entry["op"] not in OPERATIONS:
        raise InputError(f"{entry['name']} must be one of {', '.join(OPERATIONS)}, but it is {entry['op']!r:.60}.")
    options = {str(name): _plain(value) for name, value in entry["options"].items()}
    return Node(str(entry["name"]), entry["op"], tuple(map(str, entry["inputs"])), arrays, options)


def _plain(value: object) -> object:
    """Return JSON's lists as tuples, as the operations expect them."""
    return tuple(map(_plain, value)) if isinstance(value, list) else value
