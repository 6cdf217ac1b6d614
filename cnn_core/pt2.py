"""An archive of `torch.export.save` (`.pt2`) as a graph, without torch: JSON and raw weights, nothing is unpickled."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from math import prod
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import numpy as np
from numpy.lib.stride_tricks import as_strided

from cnn_core.archives import model_archive
from cnn_core.arrays import Array, freeze
from cnn_core.aten import AtenCall, AtenConversion, TensorName, part_name
from cnn_core.errors import Damaged, InputError
from cnn_core.graph import Graph
from cnn_core.onnx.files import MAX_MODEL_BYTES
from cnn_core.reading.sheets import member

__all__ = ["read_pt2"]

Entry = Mapping[str, Any]

_MOST_TEXT = 100_000_000
_MOST_CALLS = 5_000
_BFLOAT16 = 13
_DTYPES = {1: "u1", 2: "i1", 3: "<i2", 4: "<i4", 5: "<i8", 6: "<f2", 7: "<f4", 8: "<f8", 12: "?", _BFLOAT16: "<u2"}
"""Numpy's types by the archive's numbers."""
_EXPORT_AGAIN = "load it there, and write torch.export.save(program, 'model.pt2') with torch 2.9 or later"


def read_pt2(name: str, path: Path, size: tuple[int, int] | None = None) -> Graph:
    """Return the network in a file of `torch.export.save`.

    Parameters are those of `cnn_core.graph_files.read_graph`.

    Raises
    ------
    InputError
        If it is damaged, too large, has pickled weights, or operations that cannot be shown; the first is named.
    """
    wanted = "an archive of torch.export.save"
    with model_archive(name, path, wanted, "its calls are not described as torch does it") as archive:
        models = [one for one in archive.namelist() if one.endswith("/models/model.json")]
        if not models:
            old = "is of an older torch, which pickles what it saves"
            raise InputError(f"{name} must be {wanted}, but {path.name} {old}; {_EXPORT_AGAIN}.")
        root = models[0].removesuffix("models/model.json")
        program = json.loads(member(name, archive, models[0], _MOST_TEXT))["graph_module"]
        arrays = dict(_arrays(name, archive, root, program["signature"]["input_specs"]))
        return _graph(name, path, program, arrays, size)


def _graph(name: str, path: Path, program: Entry, arrays: Mapping[str, Array], size: tuple[int, int] | None) -> Graph:
    graph, specs = program["graph"], program["signature"]["input_specs"]
    if len(graph["nodes"]) > _MOST_CALLS:
        raise InputError(f"{name} must have at most {_MOST_CALLS:,} operations, but it has {len(graph['nodes']):,}.")
    fed = [one["user_input"]["arg"]["as_tensor"]["name"] for one in specs if "user_input" in one]
    if len(fed) != 1:
        raise InputError(f"{name} must take one image, but {path.name} takes {len(fed)} inputs.")
    declared = _sides(graph, fed[0])
    if len(declared) != 4 or declared[1] is None:
        raise InputError(f"{name} must take images of four axes, but {path.name} takes {declared}.")
    height, width = size or declared[2:]
    if height is None or width is None:
        raise InputError(f"size must be given, such as 224x224, for {path.name} takes images of any size.")
    conversion = AtenConversion(fed[0], (declared[1], height, width), arrays, declared[0])
    for call in _calls(graph):
        conversion.convert(call)
    return conversion.ending_with([one["as_tensor"]["name"] for one in graph["outputs"] if "as_tensor" in one])


def _calls(graph: Entry) -> Iterator[AtenCall]:
    """Give the calls that make arrays; what only computes sizes is left out."""
    for node in graph["nodes"]:
        made = [one["as_tensor"]["name"] for one in node["outputs"] if "as_tensor" in one]
        if not made and all("as_sym_int" in one for one in node["outputs"]):
            continue
        parts = [one["name"] for each in node["outputs"] if "as_tensors" in each for one in each["as_tensors"]]
        name = str(made[0] if made else f"{parts[0]} and others" if parts else node["target"])
        target = node["target"].removeprefix("torch.ops.aten.").partition(".")[0]
        given = {one["name"]: _argument(one["arg"]) for one in node["inputs"]}
        _, path, kind = (node["metadata"].get("nn_module_stack") or ",,").split(";")[-1].split(",", 2)
        yield AtenCall(name, target, given, _sides(graph, name) if made else (), path, kind)
        for k, part in enumerate(parts):
            yield AtenCall(part, "getitem", {"self": TensorName(part_name(name, k))}, _sides(graph, part), "", "")


def _argument(given: Entry) -> Any:
    """Return an argument, which stands beside its kind: `{"as_int": 2}`."""
    ((kind, value),) = given.items()
    match kind:
        case "as_tensor":
            return TensorName(value["name"])
        case "as_tensors":
            return [TensorName(one["name"]) for one in value]
        case "as_optional_tensor" | "as_sym_int" | "as_sym_float":
            return _argument(value)
        case "as_int" | "as_ints" | "as_float" | "as_floats" | "as_bool" | "as_string":
            return value
    return None


def _sides(graph: Entry, tensor: str) -> tuple[int | None, ...]:
    return tuple(one.get("as_int") for one in graph["tensor_values"][tensor]["sizes"])


def _arrays(name: str, archive: ZipFile, root: str, specs: Sequence[Entry]) -> Iterator[tuple[str, Array]]:
    """Give all arrays of a program by the names that its calls have for them."""
    held: dict[str, tuple[str, Entry]] = {}
    for folder, file in (("weights", "model_weights"), ("constants", "model_constants")):
        text = member(name, archive, f"{root}data/{folder}/{file}_config.json", _MOST_TEXT)
        held |= {key: (folder, entry) for key, entry in json.loads(text)["config"].items()}
    for spec in specs:
        ((kind, found),) = spec.items()
        if kind not in ("parameter", "buffer", "tensor_constant"):
            continue
        folder, entry = held[found[f"{kind}_name"]]
        if entry["use_pickle"]:
            raise InputError(
                f"{name} must hold its weights as numbers, but {found[f'{kind}_name']!r:.60} is pickled, which can run "
                f"any program when it is opened; {_EXPORT_AGAIN}."
            )
        data = member(name, archive, f"{root}data/{folder}/{entry['path_name']}", MAX_MODEL_BYTES)
        yield found["arg"]["name"], _array(data, entry["tensor_meta"])


def _array(data: bytes, described: Entry) -> Array:
    """Return an array that lies in a run of bytes, its rows perhaps apart."""
    kind = described["dtype"]
    flat = np.frombuffer(data, _DTYPES[kind])
    if kind == _BFLOAT16:
        flat = (flat.astype("<u4") << 16).view("<f4")
    shape = [one["as_int"] for one in described["sizes"]]
    strides, start = [one["as_int"] for one in described["strides"]], described["storage_offset"]["as_int"]
    last = start + sum((side - 1) * step for side, step in zip(shape, strides, strict=True))
    if min((*shape, *strides, start, 1)) < 0 or prod(shape) > flat.size or (prod(shape) and last >= flat.size):
        raise Damaged(f"its weights are too few for the shape {tuple(shape)}")
    steps = [step * flat.itemsize for step in strides]
    return freeze(np.array(as_strided(flat[start:], shape, steps), dtype=np.float64, order="C"))
