"""ONNX files for tests, written field by field."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy as np
import torch
from torch import nn

_TYPES = {"float32": 1, "int64": 7, "float64": 11, "float16": 10, "int8": 3, "bool": 9}


def varint(number: int) -> bytes:
    number &= (1 << 64) - 1
    found = bytearray()
    while number > 127:
        found.append(number & 127 | 128)
        number >>= 7
    return bytes([*found, number])


def field(number: int, value: int | float | str | bytes) -> bytes:
    match value:
        case int():
            return varint(number << 3) + varint(value)
        case float():
            return varint(number << 3 | 5) + struct.pack("<f", value)
        case str():
            return field(number, value.encode())
    return varint(number << 3 | 2) + varint(len(value)) + value


def fields(number: int, values: Iterable[Any]) -> bytes:
    return b"".join(field(number, value) for value in values)


def tensor(name: str, array: Any) -> bytes:
    array = np.asarray(array)
    return fields(1, array.shape) + field(2, _TYPES[array.dtype.name]) + field(8, name) + field(9, array.tobytes())


def attribute(name: str, value: Any) -> bytes:
    match value:
        case bool() | int():
            kind, body = 2, field(3, int(value))
        case float():
            kind, body = 1, field(2, value)
        case str():
            kind, body = 3, field(4, value)
        case np.ndarray():
            kind, body = 4, field(5, tensor("", value))
        case _ if all(isinstance(one, int) for one in value):
            kind, body = 7, fields(8, value)
        case _:
            kind, body = 6, fields(7, value)
    return field(1, name) + body + field(20, kind)


def node(op: str, inputs: Sequence[str], output: str, name: str = "", **attributes: Any) -> bytes:
    """Return a node; called as its output, if it has no name."""
    held = b"".join(field(5, attribute(key, value)) for key, value in attributes.items())
    return fields(1, inputs) + field(2, output) + field(3, name or output) + field(4, op) + held


def value_info(name: str, shape: Sequence[int | str]) -> bytes:
    sides = b"".join(field(1, field(1 if isinstance(side, int) else 2, side)) for side in shape)
    return field(1, name) + field(2, field(1, field(1, 1) + field(2, sides)))


def model(
    nodes: Sequence[bytes],
    tensors: Mapping[str, Any] | Sequence[bytes] = (),
    shape: Sequence[int | str] = (1, 1, 8, 8),
    output: str = "y",
    opset: int = 17,
    metadata: Mapping[str, str] | None = None,
) -> bytes:
    """Return a file whose input is called `x`; tensors are arrays by name, or written already."""
    stored = [tensor(name, array) for name, array in tensors.items()] if isinstance(tensors, Mapping) else tensors
    graph = fields(1, nodes) + fields(5, stored) + field(11, value_info("x", shape)) + field(12, value_info(output, ()))
    pairs = fields(14, (field(1, key) + field(2, text) for key, text in (metadata or {}).items()))
    return field(1, 8) + field(2, "tests") + field(7, graph) + field(8, field(1, "") + field(2, opset)) + pairs


OPS = {
    nn.Conv2d: "Conv",
    nn.ConvTranspose2d: "ConvTranspose",
    nn.BatchNorm2d: "BatchNormalization",
    nn.Linear: "Gemm",
    nn.MaxPool2d: "MaxPool",
    nn.AvgPool2d: "AveragePool",
    nn.AdaptiveAvgPool2d: "GlobalAveragePool",
    nn.ReLU: "Relu",
    nn.ReLU6: "Clip",
}


def attributes_of(module: nn.Module) -> dict[str, Any]:
    match module:
        case nn.Conv2d() | nn.ConvTranspose2d():
            window = {"kernel_shape": module.kernel_size, "strides": module.stride, "pads": (*module.padding,) * 2}
            return {**window, "dilations": module.dilation, "group": module.groups}
        case nn.BatchNorm2d():
            return {"epsilon": module.eps}
        case nn.Linear():
            return {"transB": 1}
        case nn.MaxPool2d() | nn.AvgPool2d():
            sides, steps = (module.kernel_size,) * 2, (module.stride,) * 2
            return {"kernel_shape": sides, "strides": steps, "pads": (module.padding,) * 4}
    return {}


class Exported:
    """A torch net written node by node, as exporters do."""

    def __init__(self) -> None:
        self.nodes: list[bytes] = []
        self.tensors: dict[str, Any] = {}
        self.count = 0

    def op(self, op: str, *inputs: str, name: str = "", **attributes: Any) -> str:
        self.count += 1
        output = f"t{self.count}"
        self.nodes.append(node(op, inputs, output, name or f"/{op}_{self.count}", **attributes))
        return output

    def held(self, name: str, array: Any) -> str:
        self.tensors[name] = array.detach().numpy() if isinstance(array, torch.Tensor) else np.asarray(array)
        return name

    def module(self, name: str, module: nn.Module, x: str) -> str:
        """Append a module; of a Sequential, one after the other."""
        if isinstance(module, nn.Sequential):
            for key, child in module.named_children():
                x = self.module(f"{name}.{key}", child, x)
            return x
        state = {key: self.held(f"{name}.{key}", value) for key, value in module.state_dict().items()}
        held = [state[key] for key in ("weight", "bias", "running_mean", "running_var") if key in state]
        if isinstance(module, nn.ReLU6):
            held = [self.held("zero", np.float32(0)), self.held("six", np.float32(6))]
        op = OPS.get(type(module), type(module).__name__)
        return self.op(op, x, *held, name=f"/{name}/{op}", **attributes_of(module))

    def file(self, output: str, shape: Sequence[int | str], **options: Any) -> bytes:
        return model(self.nodes, self.tensors, shape, output, **options)
