"""The operations that a network can be made of, by name: what computes them, and what people call them."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import prod
from types import MappingProxyType
from typing import Any

import numpy.typing as npt

from cnn_core.activations import leaky_relu, relu, sigmoid, tanh
from cnn_core.arrays import Array, as_pair
from cnn_core.avg_pool2d import avg_pool2d
from cnn_core.batch_norm import batch_norm2d
from cnn_core.conv2d import conv2d
from cnn_core.conv_transpose2d import conv_transpose2d
from cnn_core.flatten import flatten
from cnn_core.linear import linear
from cnn_core.max_pool2d import max_pool2d
from cnn_core.softmax import softmax
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

    def run(self, inputs: Sequence[npt.ArrayLike], arrays: Mapping[str, Array], options: Mapping[str, Any]) -> Trace:
        free = [name for name in self.operands if name not in arrays]
        return self.compute(**dict(zip(free, inputs, strict=True)), **arrays, **options)


OPERATIONS: Mapping[str, Operation] = MappingProxyType(
    {
        "conv2d": Operation(conv2d, "conv2d", "maps"),
        "conv_transpose2d": Operation(conv_transpose2d, "transposed conv", "enlarge"),
        "linear": Operation(linear, "linear", "maps"),
        "max_pool2d": Operation(max_pool2d, "max pool", "maps"),
        "avg_pool2d": Operation(avg_pool2d, "average pool", "maps"),
        "upsample": Operation(upsample, "upsample", "enlarge"),
        "batch_norm2d": Operation(batch_norm2d, "batch norm", "norm"),
        "relu": Operation(relu, "ReLU", "activation"),
        "leaky_relu": Operation(leaky_relu, "leaky ReLU", "activation"),
        "sigmoid": Operation(sigmoid, "sigmoid", "activation"),
        "tanh": Operation(tanh, "tanh", "activation"),
        "softmax": Operation(softmax, "softmax", "activation"),
        "flatten": Operation(flatten, "flatten", "shape"),
    }
)


def cells_needed(
    op: str, shapes: Sequence[tuple[int, ...]], arrays: Mapping[str, Array], options: Mapping[str, Any]
) -> int:
    """Return how many numbers the largest array of an operation may hold, before anything is computed."""
    shape = shapes[0] if shapes else ()
    if len(shape) == 4:
        match op:
            case "conv2d" | "max_pool2d" | "avg_pool2d":
                return _windows(shape, arrays, options)
            case "conv_transpose2d":
                return _stamps(shape, arrays, options)
            case "upsample":
                rows, columns = as_pair("scale_factor", options["scale_factor"], minimum=1)
                return prod(shape) * rows * columns
    if op == "linear":
        return shape[0] * len(arrays["weight"])
    return max(map(prod, shapes), default=0)


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
