"""How each of ONNX's operations becomes a node."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType
from typing import Any

import numpy as np

from cnn_core.arrays import Array, Pair, freeze
from cnn_core.building import size_of_means
from cnn_core.errors import InputError
from cnn_core.onnx.attributes import axes_of, axis_of, number_of
from cnn_core.onnx.joins import JOINS, binary
from cnn_core.onnx.moves import MOVES, into
from cnn_core.onnx.reader import Conversion
from cnn_core.onnx.wire import NodeMessage
from cnn_core.windows import Padding, reach

__all__ = ["OPERATORS"]


def _pair(message: NodeMessage, name: str, default: int) -> Pair:
    given: Any = message.attributes.get(name) or [default, default]
    first, second = given
    return int(first), int(second)


def _four_axes(conversion: Conversion, message: NodeMessage) -> tuple[int, ...]:
    shape = conversion.shape(message.inputs[0])
    if len(shape) != 4:
        raise InputError(f"model must work on images of rows and columns, but {message.name!r} works on {shape}.")
    return shape


def _padding(conversion: Conversion, message: NodeMessage, kernel_size: Pair, stride: Pair, dilation: Pair) -> Padding:
    """Return `((top, bottom), (left, right))`, however the file asks for it."""
    how = message.attributes.get("auto_pad", "NOTSET")
    if how == "VALID":
        return (0, 0), (0, 0)
    if how in ("SAME_UPPER", "SAME_LOWER"):
        covered, shape = reach(kernel_size, dilation), _four_axes(conversion, message)[2:]
        total = [
            max((-(-side // step) - 1) * step + size - side, 0)
            for side, step, size in zip(shape, stride, covered, strict=True)
        ]
        less, more = [one // 2 for one in total], [one - one // 2 for one in total]
        first, last = (less, more) if how == "SAME_UPPER" else (more, less)
        return (first[0], last[0]), (first[1], last[1])
    given: Any = message.attributes.get("pads") or [0, 0, 0, 0]
    top, left, bottom, right = map(int, given)
    return (top, bottom), (left, right)


def _shortest(padding: Padding) -> Padding | Pair:
    """Return padding as a pair, where opposite sides are equal."""
    (top, bottom), (left, right) = padding
    return (top, left) if (top, left) == (bottom, right) else padding


def _convolution(conversion: Conversion, message: NodeMessage) -> None:
    _four_axes(conversion, message)
    arrays = _arrays(conversion, message, weight=1, bias=2)
    stride, dilation = _pair(message, "strides", 1), _pair(message, "dilations", 1)
    weight = arrays["weight"]
    if weight is None:
        raise InputError(
            f"model must hold the kernels of its convolutions, but those of {message.name!r} are computed."
        )
    padding = _padding(conversion, message, (weight.shape[2], weight.shape[3]), stride, dilation)
    groups: Any = message.attributes.get("group", 1)
    if message.op == "Conv":
        conversion.add(
            message,
            "conv2d",
            arrays=arrays,
            stride=stride,
            padding=_shortest(padding),
            dilation=dilation,
            groups=groups,
        )
        return
    output_padding = _pair(message, "output_padding", 0)
    (top, bottom), (left, right) = padding
    if "output_shape" in message.attributes or message.attributes.get("auto_pad", "NOTSET") != "NOTSET":
        raise InputError(f"model must pad transposed convolutions by numbers, but {message.name!r} asks for a size.")
    if (top, left) != (bottom, right):  # torch's padding is equal; what the other side lacks is output padding
        output_padding = output_padding[0] + top - bottom, output_padding[1] + left - right
    if min(output_padding) < 0:
        raise InputError(f"model must cut equally from opposite sides, but {message.name!r} cuts {padding}.")
    conversion.add(
        message,
        "conv_transpose2d",
        arrays=arrays,
        stride=stride,
        padding=(top, left),
        output_padding=output_padding,
        groups=groups,
        dilation=dilation,
    )


def _arrays(conversion: Conversion, message: NodeMessage, **places: int) -> dict[str, Array | None]:
    """Return arrays by name, from their places among the inputs."""
    there = {name: at for name, at in places.items() if at < len(message.inputs) and message.inputs[at]}
    return {name: conversion.array(message.inputs[there[name]]) if name in there else None for name in places}


def _pooling(op: str, conversion: Conversion, message: NodeMessage) -> None:
    _four_axes(conversion, message)
    if len(message.outputs) > 1 and message.outputs[1] in conversion.uses:
        raise InputError(f"model must use only the largest values of {message.name!r}, but it uses their places.")
    kernel_size = _pair(message, "kernel_shape", 0)
    stride, dilation = _pair(message, "strides", 1), _pair(message, "dilations", 1)
    options: dict[str, Any] = {
        "kernel_size": kernel_size,
        "stride": stride,
        "padding": _shortest(_padding(conversion, message, kernel_size, stride, dilation)),
        "ceil_mode": bool(message.attributes.get("ceil_mode", 0)),
    }
    if op == "avg_pool2d":
        options["count_include_pad"] = bool(message.attributes.get("count_include_pad", 0))
    if dilation != (1, 1) or op == "max_pool2d":
        options["dilation"] = dilation
    conversion.add(message, op, **options)


def _batch_norm(conversion: Conversion, message: NodeMessage) -> None:
    _four_axes(conversion, message)
    arrays = _arrays(conversion, message, weight=1, bias=2, running_mean=3, running_var=4)
    conversion.add(message, "batch_norm2d", arrays=arrays, eps=number_of(message, "epsilon", 1e-5))


def _gemm(conversion: Conversion, message: NodeMessage) -> None:
    arrays = _arrays(conversion, message, weight=1, bias=2)
    weight, bias = arrays["weight"], arrays["bias"]
    if weight is None or message.attributes.get("transA"):
        raise InputError(
            f"model must hold the weights of its linear layers, but those of {message.name!r} are computed."
        )
    alpha, beta = number_of(message, "alpha", 1.0), number_of(message, "beta", 1.0)
    rows = weight if message.attributes.get("transB") else weight.T
    held: dict[str, Array | None] = {"weight": _scaled(rows, alpha)}
    if bias is not None:
        held["bias"] = _scaled(np.broadcast_to(bias.reshape(-1), (len(rows),)), beta)
    conversion.add(message, "linear", arrays=held)


def _scaled(array: Array, factor: float) -> Array:
    return freeze(np.ascontiguousarray(array * factor if factor != 1 else array))


def _matmul(conversion: Conversion, message: NodeMessage) -> None:
    """Multiply rows by weights, a linear layer, or the matrices of two arrays."""
    first, second = message.inputs
    weight = conversion.array(second)
    if weight is not None and weight.ndim == 2 and len(conversion.shape(first)) > 1:
        conversion.add(message, "linear", arrays={"weight": _scaled(weight.T, 1)})
    else:
        binary("matmul", conversion, message)


def _plain(op: str, conversion: Conversion, message: NodeMessage, **defaults: tuple[str, float]) -> None:
    """Append an operation whose options are numbers: `negative_slope=("alpha", 0.01)`."""
    options: dict[str, Any] = {name: number_of(message, *default) for name, default in defaults.items()}
    conversion.add(message, op, **options)


def _clip(conversion: Conversion, message: NodeMessage) -> None:
    ends: list[float] = []
    for at, name, default in ((1, "min", -np.inf), (2, "max", np.inf)):
        found = conversion.constant(message.inputs[at]) if len(message.inputs) > at and message.inputs[at] else None
        ends.append(float(np.ravel(found)[0]) if found is not None else number_of(message, name, default))
    options = {name: end for name, end in zip(("min", "max"), ends, strict=True) if np.isfinite(end)}
    plain = {(0.0, np.inf): "relu", (0.0, 6.0): "relu6"}.get((ends[0], ends[1]))
    if plain is not None:
        conversion.add(message, plain)
    else:
        conversion.add(message, "clamp", **options)  # type: ignore[arg-type]


def _softmax(op: str, conversion: Conversion, message: NodeMessage) -> None:
    conversion.add(message, op, dim=axis_of(conversion, message, -1 if conversion.model.opset >= 13 else 1))


def _mean(conversion: Conversion, message: NodeMessage) -> None:
    """Take the mean of whole maps, or of their columns or rows."""
    shape = conversion.shape(message.inputs[0])
    axes = sorted(axis % len(shape) for axis in axes_of(conversion, message))
    size = size_of_means(repr(message.name), shape, axes)
    if message.attributes.get("keepdims", 1):
        conversion.add(message, "adaptive_avg_pool2d", output_size=size)
    else:
        name = f"{message.outputs[0]} as a map"
        conversion.add(message, "adaptive_avg_pool2d", output=name, output_size=size)
        into(conversion, message, tuple(side for axis, side in enumerate(shape) if axis not in axes), name)


def _global(op: str, conversion: Conversion, message: NodeMessage) -> None:
    _four_axes(conversion, message)
    conversion.add(message, op, output_size=1)


def _resize(conversion: Conversion, message: NodeMessage) -> None:
    """Make maps larger, by factors or to a size."""
    shape = _four_axes(conversion, message)
    held = [conversion.constant(one) if one else None for one in message.inputs[1:]]
    scales, size = held[-1] if len(held) < 3 else held[1], held[2] if len(held) > 2 else None
    scales = np.array(message.attributes.get("scales", [])) if scales is None else scales
    factors = [float(one) for one in np.ravel(scales)]
    sides = [int(one) for one in np.ravel(size)] if size is not None else []
    if (factors or sides)[:2] not in ([1.0, 1.0], list(shape[:2])):
        raise InputError(f"model must enlarge rows and columns by what it knows, but {message.name!r} does not.")
    options: dict[str, Any] = {"size": (sides[2], sides[3])} if sides else {"scale_factor": (factors[2], factors[3])}
    conversion.add(message, "upsample", **options, **_way(message, factors[2:]))


def _way(message: NodeMessage, factors: list[float]) -> dict[str, Any]:
    """Return how values are mixed, as torch calls it."""
    mode: Any = message.attributes.get("mode", "nearest")
    old = "asymmetric" if message.op == "Upsample" else "half_pixel"
    where = message.attributes.get("coordinate_transformation_mode", old)
    rounding = message.attributes.get("nearest_mode", "floor" if message.op == "Upsample" else "round_prefer_floor")
    if mode == "nearest" and where == "asymmetric" and (rounding == "floor" or set(factors) <= {1.0, 2.0}):
        return {"mode": "nearest"}
    if mode == "nearest" and where in ("half_pixel", "pytorch_half_pixel"):
        return {"mode": "nearest-exact"}
    if mode == "linear" and where in ("half_pixel", "pytorch_half_pixel", "align_corners"):
        return {"mode": "bilinear", "align_corners": where == "align_corners"}
    if mode == "linear" and where == "asymmetric":
        return {"mode": "bilinear-asymmetric"}
    raise InputError(
        f"model must enlarge by nearest or linear values, but {message.name!r} is {mode}, {where}, {rounding}."
    )


def _norm(op: str, conversion: Conversion, message: NodeMessage) -> None:
    """Normalise each image, or each of its maps, by itself."""
    shape = conversion.shape(message.inputs[0])
    options: dict[str, Any] = {"eps": number_of(message, "epsilon", 1e-5)}
    if op == "group_norm":
        options["num_groups"] = message.attributes["num_groups"]
    if op == "layer_norm":
        options["normalized_shape"] = shape[axis_of(conversion, message, -1) :]
    conversion.add(message, op, arrays=_arrays(conversion, message, weight=1, bias=2), **options)


def _lrn(conversion: Conversion, message: NodeMessage) -> None:
    numbers: Any = {"alpha": 1e-4, "beta": 0.75, "k": 1.0}
    options = {name: number_of(message, "bias" if name == "k" else name, default) for name, default in numbers.items()}
    size: Any = message.attributes["size"]
    conversion.add(message, "local_response_norm", None, None, None, size=size, **options)


def _pass(conversion: Conversion, message: NodeMessage) -> None:
    conversion.alias(message)


def _dropout(conversion: Conversion, message: NodeMessage) -> None:
    """Keep dropout as a step, for there is something to say of it: it passes everything through."""
    conversion.add(message, "dropout")


def _gelu(conversion: Conversion, message: NodeMessage) -> None:
    approximate: Any = message.attributes.get("approximate", "none")
    conversion.add(message, "gelu", approximate=approximate)


def _prelu(conversion: Conversion, message: NodeMessage) -> None:
    slope = conversion.array(message.inputs[1])
    if slope is None or slope.size not in (1, conversion.shape(message.inputs[0])[1]):
        raise InputError(f"model must have one slope for each channel, but {message.name!r} has others.")
    conversion.add(message, "prelu", arrays={"weight": freeze(slope.reshape(-1))})


OPERATORS: Mapping[str, Callable[[Conversion, NodeMessage], None]] = MappingProxyType(
    {
        **JOINS,
        **MOVES,
        "AveragePool": partial(_pooling, "avg_pool2d"),
        "BatchNormalization": _batch_norm,
        "Cast": _pass,
        "Clip": _clip,
        "Conv": _convolution,
        "ConvTranspose": _convolution,
        "Dropout": _dropout,
        "Gemm": _gemm,
        "GlobalAveragePool": partial(_global, "adaptive_avg_pool2d"),
        "GlobalMaxPool": partial(_global, "adaptive_max_pool2d"),
        "Elu": partial(_plain, "elu", alpha=("alpha", 1.0)),
        "HardSigmoid": partial(_plain, "hardsigmoid", alpha=("alpha", 0.2), beta=("beta", 0.5)),
        "HardSwish": partial(_plain, "hardswish"),
        "Gelu": _gelu,
        "Identity": _pass,
        "GroupNormalization": partial(_norm, "group_norm"),
        "InstanceNormalization": partial(_norm, "instance_norm"),
        "LayerNormalization": partial(_norm, "layer_norm"),
        "LRN": _lrn,
        "LogSoftmax": partial(_softmax, "log_softmax"),
        "Resize": _resize,
        "Upsample": _resize,
        "LeakyRelu": partial(_plain, "leaky_relu", negative_slope=("alpha", 0.01)),
        "MatMul": _matmul,
        "MaxPool": partial(_pooling, "max_pool2d"),
        "PRelu": _prelu,
        "ReduceMean": _mean,
        "Relu": partial(_plain, "relu"),
        "Sigmoid": partial(_plain, "sigmoid"),
        "Softmax": partial(_softmax, "softmax"),
        "Tanh": partial(_plain, "tanh"),
    }
)
