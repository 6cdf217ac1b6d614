"""The operations that a network can be made of, by name: what computes them, and what people call them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from math import prod
from types import MappingProxyType
from typing import Any

import numpy.typing as npt

from cnn_core.activations import (
    clamp,
    dropout,
    elu,
    gelu,
    hardsigmoid,
    hardswish,
    leaky_relu,
    prelu,
    relu,
    relu6,
    sigmoid,
    silu,
    tanh,
)
from cnn_core.arithmetic import add, divide, multiply, subtract
from cnn_core.arrays import Array, as_pair
from cnn_core.avg_pool2d import adaptive_avg_pool2d, avg_pool2d
from cnn_core.batch_norm import batch_norm2d
from cnn_core.conv2d import conv2d
from cnn_core.conv_transpose2d import conv_transpose2d
from cnn_core.flatten import flatten
from cnn_core.linear import linear
from cnn_core.matmul import matmul
from cnn_core.max_pool2d import adaptive_max_pool2d, max_pool2d
from cnn_core.normalization import group_norm, instance_norm, layer_norm, local_response_norm
from cnn_core.rearranging import channel_shuffle, concat, narrow, pad2d, permute, reshape, slices
from cnn_core.softmax import log_softmax, softmax
from cnn_core.trace import Trace
from cnn_core.upsample import upsample
from cnn_core.windows import as_padding, reach

__all__ = ["LEARNED", "OPERATIONS", "Operation", "cells_needed"]

LEARNED = ("weight", "bias")


@dataclass(frozen=True)
class Operation:
    """What computes a node.

    Attributes
    ----------
    name
        What people call it.
    kind
        `maps` makes new maps, `enlarge` larger ones, `norm` and `activation` change each value alone, `join` takes
        several inputs, `shape` only moves values.
    operands
        The arguments that nodes, or constants in their place, can stand for; the rest are arrays and options.
    """

    compute: Callable[..., Trace]
    name: str
    kind: str
    operands: tuple[str, ...] = ("x",)

    def run(
        self, inputs: Sequence[npt.ArrayLike], arrays: Mapping[str, npt.ArrayLike], options: Mapping[str, Any]
    ) -> Trace:
        if self.operands == _MANY:
            return self.compute(inputs, **options)
        free = [name for name in self.operands if name not in arrays]
        return self.compute(**dict(zip(free, inputs, strict=True)), **arrays, **options)


_BOTH = ("x", "y")
_MANY = ("inputs",)


def _cut(x: npt.ArrayLike, parts: Sequence[Sequence[int | None]]) -> Trace:
    """Slice axes by `(start, stop, step)`, which are plain data."""
    return slices(x, *(slice(*part) for part in parts))


OPERATIONS: Mapping[str, Operation] = MappingProxyType(
    {
        "conv2d": Operation(conv2d, "conv2d", "maps"),
        "conv_transpose2d": Operation(conv_transpose2d, "transposed conv", "enlarge"),
        "linear": Operation(linear, "linear", "maps"),
        "matmul": Operation(matmul, "matrix product", "maps", _BOTH),
        "max_pool2d": Operation(max_pool2d, "max pool", "maps"),
        "avg_pool2d": Operation(avg_pool2d, "average pool", "maps"),
        "adaptive_max_pool2d": Operation(adaptive_max_pool2d, "global max pool", "maps"),
        "adaptive_avg_pool2d": Operation(adaptive_avg_pool2d, "global average pool", "maps"),
        "upsample": Operation(upsample, "upsample", "enlarge"),
        "batch_norm2d": Operation(batch_norm2d, "batch norm", "norm"),
        "layer_norm": Operation(layer_norm, "layer norm", "norm"),
        "group_norm": Operation(group_norm, "group norm", "norm"),
        "instance_norm": Operation(instance_norm, "instance norm", "norm"),
        "local_response_norm": Operation(local_response_norm, "local response norm", "norm"),
        "add": Operation(add, "add", "join", _BOTH),
        "subtract": Operation(subtract, "subtract", "join", _BOTH),
        "multiply": Operation(multiply, "multiply", "join", _BOTH),
        "divide": Operation(divide, "divide", "join", _BOTH),
        "concat": Operation(concat, "concat", "join", _MANY),
        "relu": Operation(relu, "ReLU", "activation"),
        "relu6": Operation(relu6, "ReLU6", "activation"),
        "prelu": Operation(prelu, "PReLU", "activation"),
        "elu": Operation(elu, "ELU", "activation"),
        "silu": Operation(silu, "SiLU", "activation"),
        "gelu": Operation(gelu, "GELU", "activation"),
        "hardsigmoid": Operation(hardsigmoid, "hard sigmoid", "activation"),
        "hardswish": Operation(hardswish, "hard swish", "activation"),
        "clamp": Operation(clamp, "clamp", "activation"),
        "dropout": Operation(dropout, "dropout", "activation"),
        "leaky_relu": Operation(leaky_relu, "leaky ReLU", "activation"),
        "sigmoid": Operation(sigmoid, "sigmoid", "activation"),
        "tanh": Operation(tanh, "tanh", "activation"),
        "softmax": Operation(softmax, "softmax", "activation"),
        "log_softmax": Operation(log_softmax, "log softmax", "activation"),
        "flatten": Operation(flatten, "flatten", "shape"),
        "reshape": Operation(reshape, "reshape", "shape"),
        "permute": Operation(permute, "permute", "shape"),
        "channel_shuffle": Operation(channel_shuffle, "channel shuffle", "shape"),
        "narrow": Operation(narrow, "narrow", "shape"),
        "slices": Operation(_cut, "slice", "shape"),
        "pad2d": Operation(pad2d, "pad", "shape"),
    }
)


def cells_needed(
    op: str, shapes: Sequence[tuple[int, ...]], arrays: Mapping[str, Array], options: Mapping[str, Any]
) -> int:
    """Return how many numbers the largest array of an operation may hold, before anything is computed."""
    shape = shapes[0] if shapes else ()
    if len(shape) == 4 and op in _COUNTED:
        return _COUNTED[op](shape, arrays, options)
    if op == "linear":
        return prod(shape[:-1]) * len(arrays["weight"])
    if op == "matmul":
        free = iter(shapes)
        x, y = (arrays[name].shape if name in arrays else next(free) for name in _BOTH)
        sides = (max(pair) for pair in zip_longest(x[-3::-1], y[-3::-1], fillvalue=1))
        return prod((*sides, *x[-2:-1], *y[-1:]))
    if OPERATIONS[op].operands == _BOTH:
        axes = (*shapes, *(array.shape for array in arrays.values()))
        return prod(max(sides) for sides in zip_longest(*map(reversed, axes), fillvalue=1))
    return sum(map(prod, shapes))


def _kernel(arrays: Mapping[str, Array], options: Mapping[str, Any]) -> tuple[int, int]:
    if "weight" in arrays:
        return arrays["weight"].shape[2], arrays["weight"].shape[3]
    return as_pair("kernel_size", options["kernel_size"], minimum=1)


def _windows(shape: tuple[int, ...], arrays: Mapping[str, Array], options: Mapping[str, Any]) -> int:
    """Count all values under the windows, or all outputs."""
    kH, kW = _kernel(arrays, options)
    dilation = as_pair("dilation", options.get("dilation", 1), minimum=1)
    stride = as_pair("stride", options.get("stride") or (kH, kW), minimum=1) if "weight" not in arrays else None
    steps = stride or as_pair("stride", options.get("stride", 1), minimum=1)
    covered = reach((kH, kW), dilation)
    border = as_padding(options.get("padding", 0), covered, steps)
    padded = [side + sum(both) for side, both in zip(shape[2:], border, strict=True)]
    stops = prod(side // step + 1 for side, step in zip(padded, steps, strict=True))
    c_out = len(arrays["weight"]) if "weight" in arrays else shape[1]
    return shape[0] * max(shape[1] * kH * kW * stops, c_out * stops, shape[1] * prod(padded))


def _stamps(shape: tuple[int, ...], arrays: Mapping[str, Array], options: Mapping[str, Any]) -> int:
    n, _, height, width = shape
    kH, kW = _kernel(arrays, options)
    c_out = arrays["weight"].shape[1] * int(options.get("groups", 1))
    names = ("stride", "dilation", "output_padding")
    stride, dilation, extra = (as_pair(name, options.get(name, int(name != names[2])), minimum=0) for name in names)
    sides = ((height, kH, 0), (width, kW, 1))
    whole = prod(size * stride[k] + kernel * dilation[k] + extra[k] for size, kernel, k in sides)
    return int(n * c_out * max(whole, kH * kW * height * width))


def _copies(shape: tuple[int, ...], arrays: Mapping[str, Array], options: Mapping[str, Any]) -> int:
    """Count what an enlarged map holds, or one that is enlarged along its rows alone."""
    size, factor = options.get("size"), options.get("scale_factor", 2)
    factors = factor if isinstance(factor, tuple) else (factor, factor)
    sides = (
        as_pair("size", size, minimum=1)
        if size
        else tuple(int(side * max(1.0, float(one))) for side, one in zip(shape[2:], factors, strict=True))
    )
    return prod(shape[:2]) * max(sides[0], shape[2]) * max(sides[1], shape[3])


def _bordered(shape: tuple[int, ...], arrays: Mapping[str, Array], options: Mapping[str, Any]) -> int:
    left, right, top, bottom = options["padding"]
    return int(prod(shape[:2]) * (shape[2] + abs(top) + abs(bottom)) * (shape[3] + abs(left) + abs(right)))


_COUNTED: Mapping[str, Callable[[tuple[int, ...], Mapping[str, Array], Mapping[str, Any]], int]] = MappingProxyType(
    {
        "conv2d": _windows,
        "max_pool2d": _windows,
        "avg_pool2d": _windows,
        "conv_transpose2d": _stamps,
        "upsample": _copies,
        "pad2d": _bordered,
    }
)
"""What makes maps larger, or needs all that lies under its windows."""
