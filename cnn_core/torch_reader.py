"""A torch module as a graph, by `torch.export`: captured on a copy in evaluation mode, then only read. Needs torch."""

from __future__ import annotations

import copy
import logging
from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import numpy as np
import torch
from torch import fx, nn

from cnn_core.arrays import Array, freeze
from cnn_core.building import Building
from cnn_core.errors import InputError
from cnn_core.graph import Graph, Node

__all__ = ["read_module"]

Given = dict[str, Any]


def read_module(module: nn.Module | torch.export.ExportedProgram, shape: tuple[int, ...]) -> Graph:
    """Return the network of a module, or of what `torch.export` has captured.

    Parameters
    ----------
    shape : (C, H, W)
        Of one image.

    Raises
    ------
    InputError
        If it cannot be captured, or has operations that cannot be shown; the first is named, with where it stands.
    """
    program = module if isinstance(module, torch.export.ExportedProgram) else _captured(module, shape)
    return _Conversion(program, shape).graph()


def _captured(module: nn.Module, shape: tuple[int, ...]) -> torch.export.ExportedProgram:
    twin = copy.deepcopy(module).eval()
    dtype = next((parameter.dtype for parameter in twin.parameters()), torch.float32)
    logging.getLogger("torch.export").setLevel(logging.ERROR)
    try:
        with torch.no_grad():
            return torch.export.export(twin, (torch.zeros(1, *shape, dtype=dtype),))
    except Exception as error:  # whatever the module's own code raises
        said = (str(error).strip() or type(error).__name__).splitlines()[0]
        came = f"for one image of shape {shape} it says: {said.rstrip('.')}"
        raise InputError(f"model must be a module that torch.export can capture, but {came}.") from error


class _Conversion(Building):
    """A captured program on its way to a graph."""

    def __init__(self, program: torch.export.ExportedProgram, shape: tuple[int, ...]) -> None:
        fed = program.graph_signature.user_inputs
        if len(fed) != 1:
            raise InputError(f"model must take one image, but it takes {len(fed)} inputs.")
        super().__init__(str(fed[0]), shape)
        self.program = program
        self.arrays: dict[str, Array] = {}
        signature = program.graph_signature
        held = {**program.state_dict, **program.constants}
        places = {
            **signature.inputs_to_parameters,
            **signature.inputs_to_buffers,
            **signature.inputs_to_lifted_tensor_constants,
        }
        for name, place in places.items():
            value: Any = held[place]
            self.arrays[name] = freeze(np.array(value.detach().double().numpy(), order="C"))

    def graph(self) -> Graph:
        result = self.input
        for node in self.program.graph.nodes:
            if node.op == "call_function":
                self._convert(node)
            elif node.op == "output":
                result = node.args[0][0].name
        if self.named.get(result) not in {node.name for node in self.nodes}:
            raise InputError("model must return what it has computed, but its output does not depend on its input.")
        return self.finish(self.named[result], producer="torch")

    def _convert(self, node: fx.Node) -> None:
        schema = getattr(node.target, "_schema", None)
        convert = _ATEN.get(schema.name.removeprefix("aten::").rstrip("_")) if schema else None
        if schema is None or convert is None:
            name = schema.name if schema else str(node.target)
            raise InputError(
                f"model must be made of operations that can be shown, but it has {name} at {self.name_of(node)!r}; "
                "cut it off, or replace it."
            )
        names = [argument.name for argument in schema.arguments]
        convert(self, node, {**dict(zip(names, node.args, strict=False)), **node.kwargs})

    def add(self, node: fx.Node, op: str, given: Given) -> None:
        """Append a node: arrays of the module become its arrays, other nodes its inputs, and all else its options."""
        arrays: dict[str, Array] = {}
        options: Given = {}
        inputs: list[str] = []
        for name, value in given.items():
            if isinstance(value, fx.Node) and value.name in self.arrays:
                arrays[name] = self.arrays[value.name]
            elif isinstance(value, fx.Node):
                inputs.append(self.named[value.name])
            elif name == "y":
                arrays[name] = freeze(np.array(float(value)))
            elif value is not None:
                options[name] = tuple(value) if isinstance(value, list | tuple) else value
        self.put(Node(self.name_of(node), op, tuple(inputs), arrays, options), node.name)

    def shape(self, node: fx.Node) -> tuple[int, ...]:
        return tuple(int(side) for side in node.meta["val"].shape)

    def alias(self, node: fx.Node, source: fx.Node) -> None:
        if source.name in self.arrays:
            self.arrays[node.name] = self.arrays[source.name]
        else:
            self.named[node.name] = self.named[source.name]

    def name_of(self, node: fx.Node) -> str:
        """Return the name of the module that a node is from; with what it does, where a module does several things."""
        stack = list((node.meta.get("nn_module_stack") or {}).values())
        path, kind = stack[-1] if stack else ("", "")
        is_one = str(kind).startswith("torch.nn.modules.")
        return self.unique(path if path and is_one else f"{path}.{node.name}" if path else node.name)


Convert = Callable[[_Conversion, fx.Node, Given], None]


def _same(op: str, *names: str, **renamed: str) -> Convert:
    """Return how an operation is converted whose arguments are called as ours, or are renamed; others are left out."""
    ours = {**{name: name for name in names}, **renamed}

    def convert(conversion: _Conversion, node: fx.Node, given: Given) -> None:
        conversion.add(node, op, {ours[name]: value for name, value in given.items() if name in ours})

    return convert


def _batch_norm(conversion: _Conversion, node: fx.Node, given: Given) -> None:
    if given["running_mean"] is None or given.get("training"):
        raise InputError("model must hold running statistics for its batch norm, but it takes those of each batch.")
    _same("batch_norm2d", "weight", "bias", "running_mean", "running_var", "eps", input="x")(conversion, node, given)


def _join(op: str) -> Convert:
    def convert(conversion: _Conversion, node: fx.Node, given: Given) -> None:
        if given.get("alpha", 1) != 1:
            raise InputError(f"model must add without a factor, but {node.name} has alpha={given['alpha']}.")
        conversion.add(node, op, {"x": given["self"], "y": given["other"]})

    return convert


def _concat(conversion: _Conversion, node: fx.Node, given: Given) -> None:
    parts = tuple(conversion.named[one.name] for one in given["tensors"])
    conversion.put(Node(conversion.name_of(node), "concat", parts, {}, {"dim": given.get("dim", 0)}), node.name)


def _into(conversion: _Conversion, node: fx.Node, given: Given) -> None:
    """Give the same numbers another shape; one that is the same changes nothing."""
    source = given.get("self", given.get("input"))
    assert isinstance(source, fx.Node), "what is reshaped is an array"
    before, after = conversion.shape(source), conversion.shape(node)
    if before == after:
        conversion.alias(node, source)
    elif len(after) == 2 and len(before) == 4:
        conversion.add(node, "flatten", {"x": source})
    else:
        conversion.add(node, "reshape", {"x": source, "shape": after})


def _mean(conversion: _Conversion, node: fx.Node, given: Given) -> None:
    source, axes = given["self"], [axis % 4 for axis in given.get("dim") or ()]
    if len(conversion.shape(source)) != 4 or sorted(axes) != [2, 3]:
        raise InputError(f"model must take means of whole maps, but {node.name} takes them along {axes}.")
    conversion.add(node, "adaptive_avg_pool2d", {"x": source, "output_size": 1})
    if not given.get("keepdim"):
        flat = Node(conversion.unique(f"{node.name} flat"), "flatten", (conversion.named[node.name],))
        conversion.put(flat, node.name)


def _clamp(conversion: _Conversion, node: fx.Node, given: Given) -> None:
    low, high = given.get("min_val", given.get("min")), given.get("max_val", given.get("max"))
    source = given["self"]
    if (low, high) == (0, 6):
        conversion.add(node, "relu6", {"x": source})
    else:
        conversion.add(node, "clamp", {"x": source, "min": low, "max": high})


def _upsample(mode: str) -> Convert:
    def convert(conversion: _Conversion, node: fx.Node, given: Given) -> None:
        factors: Any = given.get("scale_factors")
        size: Any = given.get("output_size")
        options = {"scale_factor": tuple(map(float, factors))} if factors else {"size": tuple(size)}
        aligned = {"align_corners": bool(given["align_corners"])} if mode == "bilinear" else {}
        conversion.add(node, "upsample", {"x": given["input"], **options, "mode": mode, **aligned})

    return convert


def _pad(conversion: _Conversion, node: fx.Node, given: Given) -> None:
    sides = (*given["pad"], 0, 0, 0, 0)[:4]
    options = {"mode": given.get("mode", "constant"), "value": float(given.get("value") or 0)}
    conversion.add(node, "pad2d", {"x": given["self"], "padding": sides, **options})


def _pass(conversion: _Conversion, node: fx.Node, given: Given) -> None:
    source = given.get("self", given.get("input"))
    assert isinstance(source, fx.Node), "what is passed on is an array"
    conversion.alias(node, source)


_WINDOW = ("kernel_size", "stride", "padding", "ceil_mode")
_ATEN: Mapping[str, Convert] = MappingProxyType(
    {
        "conv2d": _same("conv2d", "weight", "bias", "stride", "padding", "dilation", "groups", input="x"),
        "conv_transpose2d": _same(
            *("conv_transpose2d", "weight", "bias", "stride", "padding", "output_padding", "groups", "dilation"),
            input="x",
        ),
        "linear": _same("linear", "weight", "bias", input="x"),
        "batch_norm": _batch_norm,
        "layer_norm": _same("layer_norm", "normalized_shape", "weight", "bias", "eps", input="x"),
        "group_norm": _same("group_norm", "num_groups", "weight", "bias", "eps", input="x"),
        "instance_norm": _same("instance_norm", "weight", "bias", "eps", input="x"),
        "max_pool2d": _same("max_pool2d", *_WINDOW, "dilation", self="x"),
        "avg_pool2d": _same("avg_pool2d", *_WINDOW, "count_include_pad", "divisor_override", self="x"),
        "adaptive_avg_pool2d": _same("adaptive_avg_pool2d", "output_size", self="x"),
        "adaptive_max_pool2d": _same("adaptive_max_pool2d", "output_size", self="x"),
        "mean": _mean,
        "relu": _same("relu", self="x"),
        "relu6": _same("relu6", self="x"),
        "hardtanh": _clamp,
        "clamp": _clamp,
        "leaky_relu": _same("leaky_relu", "negative_slope", self="x"),
        "prelu": _same("prelu", "weight", self="x"),
        "elu": _same("elu", "alpha", self="x"),
        "silu": _same("silu", self="x"),
        "gelu": _same("gelu", "approximate", self="x"),
        "hardsigmoid": _same("hardsigmoid", self="x"),
        "hardswish": _same("hardswish", self="x"),
        "sigmoid": _same("sigmoid", self="x"),
        "tanh": _same("tanh", self="x"),
        "softmax": _same("softmax", "dim", self="x"),
        "log_softmax": _same("log_softmax", "dim", self="x"),
        "dropout": _same("dropout", "p", input="x"),
        "feature_dropout": _same("dropout", "p", input="x"),
        "add": _join("add"),
        "sub": _join("subtract"),
        "mul": _join("multiply"),
        "div": _join("divide"),
        "cat": _concat,
        "concat": _concat,
        "flatten": _into,
        "view": _into,
        "reshape": _into,
        "squeeze": _into,
        "unsqueeze": _into,
        "permute": _same("permute", "dims", self="x"),
        "pad": _pad,
        "upsample_nearest2d": _upsample("nearest"),
        "upsample_bilinear2d": _upsample("bilinear"),
        "channel_shuffle": _same("channel_shuffle", "groups", self="x"),
        "contiguous": _pass,
        "clone": _pass,
        "detach": _pass,
        "alias": _pass,
        "to": _pass,
    }
)
