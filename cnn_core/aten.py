"""Operations of torch's own set, ATen, as nodes: what `torch.export` makes of a module, as plain data."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

import numpy as np

from cnn_core.arrays import Array, freeze
from cnn_core.building import Building, cut_into, size_of_means
from cnn_core.errors import InputError
from cnn_core.graph import Graph, Node

__all__ = ["AtenCall", "AtenConversion", "TensorName", "part_name"]

Sides = tuple[int | None, ...]


class TensorName(str):
    """Names an array among the arguments of a call, where any other text is an option."""

    __slots__ = ()


@dataclass(frozen=True, eq=False)
class AtenCall:
    """One call of a captured program.

    Attributes
    ----------
    name
        Of what it gives.
    target
        The operation, such as `conv2d`.
    given
        Its arguments by the names that torch has for them.
    shape
        Of what it gives; None for a side that is left open.
    path, kind
        The module that it is from, and that module's class.
    """

    name: str
    target: str
    given: Mapping[str, Any]
    shape: Sides
    path: str
    kind: str


class AtenConversion(Building):
    """A captured program on its way to a graph.

    Parameters
    ----------
    shape : (C, H, W)
        Of one image.
    batch
        How many images it was captured with; None where that was left open.
    """

    def __init__(self, input: str, shape: tuple[int, ...], arrays: Mapping[str, Array], batch: int | None) -> None:
        super().__init__(input, shape)
        self.arrays, self.batch = dict(arrays), batch

    def convert(self, call: AtenCall) -> None:
        """Append the nodes of a call."""
        found = ATEN.get(call.target.rstrip("_"))
        if found is None:
            raise InputError(
                f"model must be made of operations that can be shown, but it has aten::{call.target:.60} at "
                f"{self.name_of(call)!r}; cut it off, or replace it."
            )
        found(self, call)

    def ending_with(self, results: Sequence[str]) -> Graph:
        """Return the graph of what calls have given, the main one first."""
        made = {node.name for node in self.nodes}
        if self.named.get(results[0]) not in made:
            raise InputError("model must return what it has computed, but its output does not depend on its input.")
        outputs = {result: self.named[result] for result in results if self.named.get(result) in made}
        return self.finish(outputs, producer="torch")

    def add(self, call: AtenCall, op: str, given: Mapping[str, Any]) -> None:
        """Append a node: arrays of the module become its arrays, other tensors its inputs, and all else its options."""
        arrays: dict[str, Array] = {}
        options: dict[str, Any] = {}
        inputs: list[str] = []
        for name, value in given.items():
            if isinstance(value, TensorName) and value in self.arrays:
                arrays[name] = self.arrays[value]
            elif isinstance(value, TensorName):
                inputs.append(self.named[value])
            elif name == "y":
                arrays[name] = freeze(np.array(float(value)))
            elif value is not None:
                options[name] = tuple(value) if isinstance(value, list | tuple) else value
        self.put(Node(self.name_of(call), op, tuple(inputs), arrays, options), call.name)

    def shape(self, tensor: str) -> tuple[int, ...]:
        return self.arrays[tensor].shape if tensor in self.arrays else self.values[self.named[tensor]].shape

    def made(self, call: AtenCall) -> tuple[int, ...]:
        """Return the shape of what a call gives for one image."""
        first, *sides = call.shape or (None,)
        if None in sides:
            raise InputError(f"model must be captured with fixed sizes, but those of {call.name} are left open.")
        return (1 if first is None or first == self.batch else first, *(side or 0 for side in sides))

    def alias(self, call: AtenCall, source: str) -> None:
        if source in self.arrays:
            self.arrays[call.name] = self.arrays[source]
        else:
            self.named[call.name] = self.named[source]

    def name_of(self, call: AtenCall) -> str:
        """Return the name of the module that a call is from; with what it does, where a module does several things."""
        is_one = call.kind.startswith("torch.nn.modules.")
        return self.unique(call.path if call.path and is_one else f"{call.path}.{call.name}".removeprefix("."))


_Convert = Callable[[AtenConversion, AtenCall], None]


def _same(op: str, *names: str, **renamed: str) -> _Convert:
    """Return how an operation is converted whose arguments are called as ours, or are renamed; others are left out."""
    ours = {**{name: name for name in names}, **renamed}

    def convert(conversion: AtenConversion, call: AtenCall) -> None:
        conversion.add(call, op, {ours[name]: value for name, value in call.given.items() if name in ours})

    return convert


def _batch_norm(conversion: AtenConversion, call: AtenCall) -> None:
    if call.given["running_mean"] is None or call.given.get("training"):
        raise InputError("model must hold running statistics for its batch norm, but it takes those of each batch.")
    _same("batch_norm2d", "weight", "bias", "running_mean", "running_var", "eps", input="x")(conversion, call)


def _join(op: str) -> _Convert:
    def convert(conversion: AtenConversion, call: AtenCall) -> None:
        if call.given.get("alpha", 1) != 1:
            raise InputError(f"model must add without a factor, but {call.name} has alpha={call.given['alpha']}.")
        other = call.given.get("other", call.given.get("mat2"))
        conversion.add(call, op, {"x": call.given["self"], "y": other})

    return convert


def _concat(conversion: AtenConversion, call: AtenCall) -> None:
    parts = tuple(conversion.named[one] for one in call.given["tensors"])
    conversion.put(Node(conversion.name_of(call), "concat", parts, {}, {"dim": call.given.get("dim", 0)}), call.name)


def _into(conversion: AtenConversion, call: AtenCall) -> None:
    """Give the same numbers another shape; one that is the same changes nothing."""
    source = call.given.get("self", call.given.get("input"))
    assert isinstance(source, TensorName), "what is reshaped is an array"
    before, after = conversion.shape(source), conversion.made(call)
    if before == after:
        conversion.alias(call, source)
    elif len(after) == 2 and len(before) == 4:
        conversion.add(call, "flatten", {"x": source})
    else:
        conversion.add(call, "reshape", {"x": source, "shape": after})


def _transpose(conversion: AtenConversion, call: AtenCall) -> None:
    dims = list(range(len(conversion.shape(call.given["self"]))))
    first, second = call.given["dim0"], call.given["dim1"]
    dims[first], dims[second] = dims[second], dims[first]
    conversion.add(call, "permute", {"x": call.given["self"], "dims": dims})


def _along(conversion: AtenConversion, call: AtenCall) -> tuple[int, int]:
    """Return the axis that a call cuts, and its length."""
    shape = conversion.shape(call.given["self"])
    axis = call.given.get("dim", 0) % len(shape)
    return axis, shape[axis]


def _slice(conversion: AtenConversion, call: AtenCall) -> None:
    axis, side = _along(conversion, call)
    cut = slice(call.given.get("start"), call.given.get("end"), call.given.get("step") or 1).indices(side)
    if cut == (0, side, 1):
        _pass(conversion, call)
    else:
        parts = [*[(None, None, None)] * axis, cut]
        conversion.add(call, "slices", {"x": call.given["self"], "parts": parts})


def _select(conversion: AtenConversion, call: AtenCall) -> None:
    """Keep one place of an axis, which is gone then."""
    axis, side = _along(conversion, call)
    _place(conversion, call, call.name, axis, call.given["index"] % side)


def _unbind(conversion: AtenConversion, call: AtenCall) -> None:
    axis, side = _along(conversion, call)
    for k in range(side):
        _place(conversion, call, part_name(call.name, k), axis, k)


def _place(conversion: AtenConversion, call: AtenCall, called: str, axis: int, at: int) -> None:
    source = conversion.named[call.given["self"]]
    name = conversion.unique(f"{called} as a part")
    conversion.put(Node(name, "narrow", (source,), {}, {"dim": axis, "start": at, "length": 1}), name)
    sides = conversion.values[name].shape
    shape = (*sides[:axis], *sides[axis + 1 :])
    conversion.put(Node(conversion.unique(called), "reshape", (name,), {}, {"shape": shape}), called)


def _split(conversion: AtenConversion, call: AtenCall) -> None:
    """Cut into parts, each a node: of these sizes, of one size, or so many."""
    axis, side = _along(conversion, call)
    sizes = call.given.get("split_sizes")
    size = call.given.get("split_size") or -(-side // call.given.get("chunks", 1))
    for k, (start, length) in enumerate(cut_into(side, sizes or [size] * -(-side // size))):
        options = {"dim": axis, "start": start, "length": length}
        name, source = conversion.unique(f"{conversion.name_of(call)} {k}"), conversion.named[call.given["self"]]
        conversion.put(Node(name, "narrow", (source,), {}, options), part_name(call.name, k))


def part_name(name: str, k: int) -> str:
    """Return what a part is called of what gives several arrays."""
    return f"{name}[{k}]"


def _mean(conversion: AtenConversion, call: AtenCall) -> None:
    source, axes = call.given["self"], [axis % 4 for axis in call.given.get("dim") or ()]
    size = size_of_means(call.name, conversion.shape(source), axes)
    conversion.add(call, "adaptive_avg_pool2d", {"x": source, "output_size": size})
    if not call.given.get("keepdim"):
        left = {} if len(axes) == 2 else {"shape": conversion.made(call)}
        op = "reshape" if left else "flatten"
        flat = Node(conversion.unique(f"{call.name} flat"), op, (conversion.named[call.name],), {}, left)
        conversion.put(flat, call.name)


def _clamp(conversion: AtenConversion, call: AtenCall) -> None:
    low, high = call.given.get("min_val", call.given.get("min")), call.given.get("max_val", call.given.get("max"))
    source = call.given["self"]
    if (low, high) == (0, 6):
        conversion.add(call, "relu6", {"x": source})
    else:
        conversion.add(call, "clamp", {"x": source, "min": low, "max": high})


def _upsample(mode: str) -> _Convert:
    def convert(conversion: AtenConversion, call: AtenCall) -> None:
        factors: Any = call.given.get("scale_factors")
        size: Any = call.given.get("output_size")
        options = {"scale_factor": tuple(map(float, factors))} if factors else {"size": tuple(size)}
        aligned = {"align_corners": bool(call.given["align_corners"])} if mode == "bilinear" else {}
        conversion.add(call, "upsample", {"x": call.given["input"], **options, "mode": mode, **aligned})

    return convert


def _pad(conversion: AtenConversion, call: AtenCall) -> None:
    sides = (*call.given["pad"], 0, 0, 0, 0)[:4]
    options = {"mode": call.given.get("mode", "constant"), "value": float(call.given.get("value") or 0)}
    conversion.add(call, "pad2d", {"x": call.given["self"], "padding": sides, **options})


def _pass(conversion: AtenConversion, call: AtenCall) -> None:
    source = call.given.get("self", call.given.get("input"))
    assert isinstance(source, TensorName), "what is passed on is an array"
    conversion.alias(call, source)


_WINDOW = ("kernel_size", "stride", "padding", "ceil_mode")
ATEN: Mapping[str, _Convert] = MappingProxyType(
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
        "matmul": _join("matmul"),
        "bmm": _join("matmul"),
        "cat": _concat,
        "concat": _concat,
        "flatten": _into,
        "view": _into,
        "reshape": _into,
        "squeeze": _into,
        "unsqueeze": _into,
        "transpose": _transpose,
        "slice": _slice,
        "select": _select,
        "narrow": _same("narrow", "dim", "start", "length", self="x"),
        "split": _split,
        "split_with_sizes": _split,
        "chunk": _split,
        "unbind": _unbind,
        "getitem": _pass,
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
