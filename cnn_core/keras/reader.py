"""A `.keras` file as a graph: its layers in order, their kernels turned to (C_out, C_in, kH, kW)."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from cnn_core.archives import model_archive
from cnn_core.arrays import Array, freeze
from cnn_core.building import Building
from cnn_core.errors import Damaged, InputError
from cnn_core.graph import Graph, Node
from cnn_core.keras.hdf5 import Hdf5
from cnn_core.onnx.files import MAX_MODEL_BYTES
from cnn_core.reading.sheets import member

__all__ = ["KerasConversion", "KerasLayer", "read_keras"]

Config = Mapping[str, Any]

_MOST_CONFIG = 20_000_000
_MOST_LAYERS = 5_000
_MODELS = ("Sequential", "Functional")
_HINTS = {
    ("Lambda",): "it holds a program, which is not run here; write it as layers, or export the model to ONNX",
    ("LSTM", "GRU", "SimpleRNN", "Bidirectional"): "save the part before it, which only convolves",
}
"""What can be done where a layer cannot be shown."""


def read_keras(name: str, path: Path, size: tuple[int, int] | None = None) -> Graph:
    """Return the network in a file that `model.save("model.keras")` of Keras 3 has written.

    Parameters are those of `cnn_core.graph_files.read_graph`.

    Raises
    ------
    InputError
        If it is damaged, too large, or has layers that cannot be shown; the first is named.
    """
    with model_archive(name, path, "a file of Keras 3", "its layers are not described as Keras does it") as archive:
        config = json.loads(member(name, archive, "config.json", _MOST_CONFIG))
        weights = Hdf5(member(name, archive, "model.weights.h5", MAX_MODEL_BYTES))
        layers = list(_layers(config, 0))
        _refuse_unknown(name, path, layers)
        return KerasConversion(weights, _input_of(name, path, layers, config, size)).graph(config)


@dataclass(frozen=True, eq=False)
class KerasLayer:
    """A layer as its file describes it, at one of the places where it is called.

    Attributes
    ----------
    kind
        Its class, such as `Conv2D`.
    arrays
        Its variables, in the order in which Keras saves them.
    constants
        Numbers that it is given beside arrays, where it is an operation.
    """

    name: str
    kind: str
    config: Config
    arrays: Sequence[Array] = ()
    constants: tuple[float, ...] = ()

    def array(self, k: int, wanted: int | None = None) -> Array:
        """Return a variable, which must have so many axes."""
        if k >= len(self.arrays) or wanted not in (None, self.arrays[k].ndim):
            raise Damaged(f"the weights of {self.name} are not those of {self.kind}")
        return self.arrays[k]


class KerasConversion(Building):
    """A file on its way to a graph; what a layer gives is known by our nodes' names, channels first.

    Attributes
    ----------
    order : (C, H, W)
        Of the maps that a flat node was made from, where Keras has its numbers in another order, (H, W, C).
    """

    def __init__(self, weights: Hdf5, shape: tuple[int, ...]) -> None:
        super().__init__("x", shape)
        self.weights = weights
        self.order: dict[str, tuple[int, ...]] = {}
        self.metadata: dict[str, str] = {}

    def graph(self, config: Config) -> Graph:
        outputs = {name: self.settled(node) for name, node in self._model(config, self.input, "", "").items()}
        if not self.nodes:
            raise Damaged("it holds no network")
        return self.finish(outputs, metadata=self.metadata, producer="keras")

    def add(
        self,
        name: str,
        op: str,
        inputs: Sequence[str] | str,
        arrays: Mapping[str, npt.ArrayLike | None] | None = None,
        **options: Any,
    ) -> str:
        """Append a node, and return its name."""
        held = {
            key: freeze(np.ascontiguousarray(np.asarray(array, dtype=np.float64)))
            for key, array in (arrays or {}).items()
            if array is not None
        }
        name = self.unique(name)
        self.put(Node(name, op, (inputs,) if isinstance(inputs, str) else tuple(inputs), held, options), name)
        return name

    def shape(self, node: str) -> tuple[int, ...]:
        return self.values[node].shape

    def settled(self, node: str) -> str:
        """Return a node whose flat numbers are in the order that Keras has them."""
        order = self.order.get(node)
        if order is None:
            return node
        maps = self.add(f"{node}.maps", "reshape", node, shape=(1, *order))
        return self.add(f"{node}.ordered", "flatten", self.last(node, maps))

    def last(self, name: str, node: str) -> str:
        """Return a node with the channels last, where it gives maps."""
        return self.add(f"{name}.last", "permute", node, dims=(0, 2, 3, 1)) if len(self.shape(node)) == 4 else node

    def first(self, name: str, node: str) -> str:
        """Return a node that gives maps with the channels last as one that has them first."""
        return self.add(f"{name}.first", "permute", node, dims=(0, 3, 1, 2)) if len(self.shape(node)) == 4 else node

    def _model(self, entry: Config, fed: str, folder: str, prefix: str) -> dict[str, str]:
        """Append all layers of a model that is fed by a node, and return the nodes that it ends with, by name."""
        config, stored = entry["config"], _stored_names(entry["config"]["layers"])
        places = [f"{folder}layers/{name}" for name in stored]
        if entry["class_name"] == "Sequential":
            for layer, place in zip(config["layers"], places, strict=True):
                fed = self._call(layer, [fed], (), place, prefix)
            return {config["layers"][-1]["config"].get("name", fed): fed} if config["layers"] else {fed: fed}
        return self._functional(config, fed, places, prefix)

    def _functional(self, config: Config, fed: str, places: Sequence[str], prefix: str) -> dict[str, str]:
        """Call layers as soon as what feeds them is there."""
        inputs = _ends(config["input_layers"])
        if len(inputs) != 1:
            raise InputError(f"model must have one input, but it has {len(inputs)}.")
        made = {_key(next(iter(inputs.values()))): fed}
        left = [
            (layer, place, k, _tensors(call))
            for layer, place in zip(config["layers"], places, strict=True)
            for k, call in enumerate(layer["inbound_nodes"])
        ]
        while left:
            waiting = []
            for layer, place, k, (sources, constants) in left:
                if all(source in made for source in sources):
                    node = self._call(layer, [made[one] for one in sources], constants, place, prefix)
                    made[layer["name"], k] = node
                else:
                    waiting.append((layer, place, k, (sources, constants)))
            if len(waiting) == len(left):
                raise Damaged(f"{left[0][0]['name']} is fed by nothing")
            left = waiting
        return {name: made[_key(end)] for name, end in _ends(config["output_layers"]).items()}

    def _call(self, entry: Config, inputs: list[str], constants: tuple[float, ...], place: str, prefix: str) -> str:
        from cnn_core.keras.layers import KEEPING_ORDER, LAYERS  # noqa: PLC0415  they know the conversion

        kind, name = entry["class_name"], f"{prefix}{entry['config'].get('name', entry.get('name'))}"
        if kind in _MODELS:
            given = self._model(entry, self.settled(inputs[0]), f"{place}/", f"{name}.")
            if len(given) != 1:
                raise InputError(f"model must hold models of one output, but {name} has {len(given)}.")
            return next(iter(given.values()))
        if kind not in KEEPING_ORDER:
            inputs = [self.settled(one) for one in inputs]
        arrays = self.weights.arrays(f"{place}/vars")
        if entry["config"].get("data_format") == "channels_first":
            raise InputError(f"model must have its channels last, but {name} has them first.")
        return LAYERS[kind](self, KerasLayer(name, kind, entry["config"], arrays, constants), inputs)


def _layers(entry: Config, depth: int) -> Iterator[Config]:
    """Give all layers of a model, and of the models in it."""
    if depth > 8 or entry["class_name"] not in _MODELS:
        raise Damaged(f"its model is {entry['class_name']!r:.60}, not Sequential or Functional")
    for layer in entry["config"]["layers"]:
        yield layer
        if layer["class_name"] in _MODELS:
            yield from _layers(layer, depth + 1)


def _refuse_unknown(name: str, path: Path, layers: Sequence[Config]) -> None:
    from cnn_core.keras.layers import LAYERS  # noqa: PLC0415

    if not 0 < len(layers) <= _MOST_LAYERS:
        raise InputError(f"{name} must have 1 to {_MOST_LAYERS:,} layers, but {path.name} has {len(layers):,}.")
    for layer in layers:
        kind, where = layer["class_name"], layer["config"].get("name", layer.get("name"))
        if kind not in LAYERS and kind not in _MODELS:
            hint = next((hint for kinds, hint in _HINTS.items() if kind in kinds), "cut it off, or replace it")
            raise InputError(
                f"{name} must be made of layers that can be shown, but {path.name} has {kind:.60} at {where!r:.60}; "
                f"{hint}."
            )


def _input_of(
    name: str, path: Path, layers: Sequence[Config], config: Config, size: tuple[int, int] | None
) -> tuple[int, ...]:
    """Return the shape of one image, channels first."""
    entered: Config = next((one["config"] for one in layers if one["class_name"] == "InputLayer"), {})
    shape = entered.get("batch_shape") or entered.get("batch_input_shape") or config["config"].get("build_input_shape")
    if not isinstance(shape, list) or len(shape) != 4 or not isinstance(shape[3], int):
        raise InputError(f"{name} must take images of rows, columns and channels, but {path.name} takes {shape}.")
    height, width = size or shape[1:3]
    if height is None or width is None:
        raise InputError(f"size must be given, such as 224x224, for {path.name} takes images of any size.")
    return shape[3], height, width


def _stored_names(layers: Sequence[Config]) -> list[str]:
    """Return what Keras calls each layer in its file of weights: its class and a count, whatever its name.

    >>> _stored_names([{"class_name": "ReLU"}, {"class_name": "Add", "module": "keras.ops"}, {"class_name": "ReLU"}])
    ['re_lu', '', 're_lu_1']
    """
    counted: Counter[str] = Counter()
    found = []
    for layer in layers:
        if ".ops" in (layer.get("module") or ""):
            found.append("")
            continue
        name = re.sub(r"(.)([A-Z][a-z]+)", r"\1_\2", re.sub(r"\W+", "", layer["class_name"]))
        name = re.sub(r"([a-z])([A-Z])", r"\1_\2", name).lower()
        found.append(f"{name}_{counted[name]}" if counted[name] else name)
        counted[name] += 1
    return found


def _tensors(call: Config) -> tuple[list[tuple[str, int]], tuple[float, ...]]:
    """Return which layers feed a call, and the numbers that it is given."""
    sources: list[tuple[str, int]] = []
    constants: list[float] = []
    given: list[Any] = [*reversed(call["args"])]
    while given:
        one = given.pop()
        if isinstance(one, list):
            given.extend(reversed(one))
        elif isinstance(one, dict):
            sources.append(_key(one["config"]["keras_history"]))
        elif isinstance(one, int | float):
            constants.append(float(one))
    return sources, tuple(constants)


def _key(history: Sequence[Any]) -> tuple[str, int]:
    return str(history[0]), int(history[1])


def _ends(ends: Any) -> dict[str, Sequence[Any]]:
    """Return the inputs or outputs of a model by name: from `["name", 0, 0]`, a list of such, or names for them.

    What a layer gives when it is called again bears the number of the call.
    """
    if isinstance(ends, dict):
        return ends
    listed = ends if isinstance(ends[0], list) else [ends]
    calls = Counter(str(name) for name, *_ in listed)
    return {str(end[0]) if calls[str(end[0])] == 1 else f"{end[0]} {int(end[1]) + 1}": end for end in listed}
