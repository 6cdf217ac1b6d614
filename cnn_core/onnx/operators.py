"""How each of ONNX's operations becomes a node."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from types import MappingProxyType
from typing import Any

import numpy as np

from cnn_core.arrays import Array, Pair, freeze
from cnn_core.errors import InputError
from cnn_core.onnx.folding import slices_of
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
    conversion.add(message, "batch_norm2d", arrays=arrays, eps=_number(message, "epsilon", 1e-5))


def _number(message: NodeMessage, name: str, default: float) -> float:
    """Return an attribute as what it was before it was stored in four bytes: 1e-5, not 9.999999747378752e-06."""
    given: Any = message.attributes.get(name, default)
    return float(str(np.float32(given)))


def _gemm(conversion: Conversion, message: NodeMessage) -> None:
    arrays = _arrays(conversion, message, weight=1, bias=2)
    weight, bias = arrays["weight"], arrays["bias"]
    if weight is None or message.attributes.get("transA"):
        raise InputError(
            f"model must hold the weights of its linear layers, but those of {message.name!r} are computed."
        )
    alpha, beta = _number(message, "alpha", 1.0), _number(message, "beta", 1.0)
    rows = weight if message.attributes.get("transB") else weight.T
    held: dict[str, Array | None] = {"weight": _scaled(rows, alpha)}
    if bias is not None:
        held["bias"] = _scaled(np.broadcast_to(bias.reshape(-1), (len(rows),)), beta)
    conversion.add(message, "linear", arrays=held)


def _scaled(array: Array, factor: float) -> Array:
    return freeze(np.ascontiguousarray(array * factor if factor != 1 else array))


def _matmul(conversion: Conversion, message: NodeMessage) -> None:
    weight = conversion.array(message.inputs[1])
    if weight is None or weight.ndim != 2 or len(conversion.shape(message.inputs[0])) != 2:
        raise InputError(
            f"model must multiply a row of numbers by weights that it holds, but {message.name!r} multiplies otherwise."
        )
    conversion.add(message, "linear", arrays={"weight": _scaled(weight.T, 1)})


def _add(conversion: Conversion, message: NodeMessage) -> None:
    """Add two values; a constant after a linear layer without a bias is its bias."""
    first, second = sorted(message.inputs, key=conversion.is_constant)
    bias = conversion.array(second)
    if bias is not None and conversion.is_last(first):
        last = conversion.nodes[-1]
        if last.op == "linear" and "bias" not in last.arrays and bias.shape == (len(last.arrays["weight"]),):
            conversion.replace_last(replace(last, arrays={**last.arrays, "bias": bias}), message)
            return
    _binary("add", conversion, message)


def _binary(op: str, conversion: Conversion, message: NodeMessage) -> None:
    """Join two values, either of which may be a constant."""
    operands = dict(zip(("x", "y"), message.inputs, strict=True))
    arrays = {name: conversion.array(one) for name, one in operands.items()}
    fed_by = [one for name, one in operands.items() if arrays[name] is None]
    conversion.add(message, op, fed_by, arrays)


def _plain(op: str, conversion: Conversion, message: NodeMessage, **defaults: tuple[str, float]) -> None:
    """Append an operation whose options are numbers: `negative_slope=("alpha", 0.01)`."""
    options: dict[str, Any] = {name: _number(message, *default) for name, default in defaults.items()}
    conversion.add(message, op, **options)


def _clip(conversion: Conversion, message: NodeMessage) -> None:
    ends: list[float] = []
    for at, name, default in ((1, "min", -np.inf), (2, "max", np.inf)):
        found = conversion.constant(message.inputs[at]) if len(message.inputs) > at and message.inputs[at] else None
        ends.append(float(np.ravel(found)[0]) if found is not None else _number(message, name, default))
    options = {name: end for name, end in zip(("min", "max"), ends, strict=True) if np.isfinite(end)}
    plain = {(0, np.inf): "relu", (0, 6): "relu6"}.get((ends[0], ends[1]))
    if plain is not None:
        conversion.add(message, plain)
    else:
        conversion.add(message, "clamp", **options)  # type: ignore[arg-type]


def _axis(conversion: Conversion, message: NodeMessage, default: int) -> int:
    given: Any = message.attributes.get("axis", default)
    return int(given) % len(conversion.shape(message.inputs[0]))


def _softmax(op: str, conversion: Conversion, message: NodeMessage) -> None:
    conversion.add(message, op, dim=_axis(conversion, message, -1 if conversion.model.opset >= 13 else 1))


def _flatten(conversion: Conversion, message: NodeMessage) -> None:
    if _axis(conversion, message, 1) != 1:
        raise InputError(f"model must flatten each image, but {message.name!r} flattens axis {message.attributes}.")
    _into(conversion, message, (1, int(np.prod(conversion.shape(message.inputs[0])[1:]))))


def _into(conversion: Conversion, message: NodeMessage, shape: tuple[int, ...], source: str | None = None) -> None:
    """Give the same values another shape; one that is the same changes nothing."""
    source = source or message.inputs[0]
    before = conversion.shape(source)
    if shape == before:
        conversion.alias(message, source)
    elif len(shape) == 2 and shape[0] == before[0] and len(before) == 4:
        conversion.add(message, "flatten", [source])
    else:
        conversion.add(message, "reshape", [source], shape=shape)


def _reshape(conversion: Conversion, message: NodeMessage) -> None:
    before = conversion.shape(message.inputs[0])
    wanted = conversion.constant(message.inputs[1])
    if wanted is None:
        raise InputError(f"model must reshape to sizes that it knows, but {message.name!r} computes them.")
    sides = [before[k] if side == 0 else int(side) for k, side in enumerate(np.ravel(wanted))]
    if -1 in sides:
        known = -int(np.prod(sides))
        sides[sides.index(-1)] = int(np.prod(before)) // known if known else 0
    _into(conversion, message, tuple(sides))


def _squeeze(conversion: Conversion, message: NodeMessage) -> None:
    before = conversion.shape(message.inputs[0])
    axes = _listed_axes(conversion, message)
    gone = [axis % len(before) for axis in axes] if axes else [k for k, side in enumerate(before) if side == 1]
    _into(conversion, message, tuple(side for k, side in enumerate(before) if k not in gone))


def _unsqueeze(conversion: Conversion, message: NodeMessage) -> None:
    axes = _listed_axes(conversion, message)
    _into(conversion, message, np.expand_dims(np.empty(conversion.shape(message.inputs[0])), tuple(axes)).shape)


def _listed_axes(conversion: Conversion, message: NodeMessage) -> list[int]:
    given: Any = message.attributes.get("axes")
    if given is None and len(message.inputs) > 1:
        given = conversion.constant(message.inputs[1])
    return [] if given is None else [int(axis) for axis in np.ravel(given)]


def _concat(conversion: Conversion, message: NodeMessage) -> None:
    if any(map(conversion.is_constant, message.inputs)):
        raise InputError(f"model must join what it has computed, but {message.name!r} joins a constant.")
    conversion.add(message, "concat", message.inputs, dim=_axis(conversion, message, 1))


def _mean(conversion: Conversion, message: NodeMessage) -> None:
    """Take the mean of whole maps."""
    shape = conversion.shape(message.inputs[0])
    axes = sorted(axis % len(shape) for axis in _listed_axes(conversion, message))
    if len(shape) != 4 or axes != [2, 3]:
        raise InputError(f"model must take means of whole maps, but {message.name!r} takes them along {axes}.")
    _global("avg_pool2d", conversion, message, flat=not message.attributes.get("keepdims", 1))


def _global(op: str, conversion: Conversion, message: NodeMessage, *, flat: bool = False) -> None:
    kernel_size = _four_axes(conversion, message)[2:]
    name = f"{message.outputs[0]} as a map"
    if not flat:
        conversion.add(message, op, kernel_size=kernel_size)
        return
    conversion.add(message, op, output=name, kernel_size=kernel_size)
    _into(conversion, message, conversion.shape(name)[:2], name)


def _pass(conversion: Conversion, message: NodeMessage) -> None:
    conversion.alias(message)


def _shape(conversion: Conversion, message: NodeMessage) -> None:
    """Work out a shape."""
    start, end = message.attributes.get("start"), message.attributes.get("end")
    whole: Any = np.array(conversion.shape(message.inputs[0]), np.int64)
    conversion.constants[message.outputs[0]] = whole[start:end]


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


def _transpose(conversion: Conversion, message: NodeMessage) -> None:
    axes = len(conversion.shape(message.inputs[0]))
    given: Any = message.attributes.get("perm") or range(axes)[::-1]
    dims = tuple(int(axis) for axis in given)
    if dims == tuple(range(axes)):
        conversion.alias(message)
    else:
        conversion.add(message, "permute", dims=dims)


def _pad(conversion: Conversion, message: NodeMessage) -> None:
    given: Any = message.attributes.get("pads")
    pads = [int(one) for one in np.ravel(conversion.constant(message.inputs[1]) if given is None else given)]  # type: ignore[arg-type]
    mode: Any = message.attributes.get("mode", "constant")
    fill = conversion.constant(message.inputs[2]) if len(message.inputs) > 2 and message.inputs[2] else None
    value = _number(message, "value", 0.0) if fill is None else float(np.ravel(fill)[0])
    _, _, top, left, _, _, bottom, right = pads
    if any((*pads[:2], *pads[4:6])):
        raise InputError(f"model must pad rows and columns only, but {message.name!r} pads {pads}.")
    if not any(pads):
        conversion.alias(message)
        return
    padding = (left, right, top, bottom)
    conversion.add(message, "pad2d", padding=padding, mode="replicate" if mode == "edge" else mode, value=value)


def _slice(conversion: Conversion, message: NodeMessage) -> None:
    shape = conversion.shape(message.inputs[0])
    if not all(not one or conversion.is_constant(one) for one in message.inputs[1:]):
        raise InputError(f"model must cut at places that it knows, but {message.name!r} computes them.")
    cuts = slices_of(len(shape), [None, *map(conversion.constant, message.inputs[1:])], message.attributes)
    parts = [(*cut.indices(side), side) for cut, side in zip(cuts, shape, strict=True)]
    if any(step < 0 for _, _, step, _ in parts):
        raise InputError(f"model must cut forwards, but {message.name!r} goes backwards.")
    changed = [k for k, (start, stop, step, side) in enumerate(parts) if (start, stop, step) != (0, side, 1)]
    if not changed:
        conversion.alias(message)
    elif len(changed) == 1 and parts[changed[0]][2] == 1:
        start, stop, _, _ = parts[changed[0]]
        conversion.add(message, "narrow", dim=changed[0], start=start, length=stop - start)
    else:
        conversion.add(message, "slices", parts=tuple(part[:3] for part in parts))


def _split(conversion: Conversion, message: NodeMessage) -> None:
    """Cut into parts, each a node."""
    axis, count = _axis(conversion, message, 0), len(message.outputs)
    side = conversion.shape(message.inputs[0])[axis]
    given: Any = message.attributes.get("split")
    if given is None and len(message.inputs) > 1:
        given = conversion.constant(message.inputs[1])
    sizes = [int(one) for one in np.ravel(given)] if given is not None else [-(-side // count)] * count
    start = 0
    for output, size in zip(message.outputs, sizes, strict=True):
        length = min(size, side - start)
        conversion.add(message, "narrow", output=output, dim=axis, start=start, length=length)
        start += length


OPERATORS: Mapping[str, Callable[[Conversion, NodeMessage], None]] = MappingProxyType(
    {
        "Add": _add,
        "AveragePool": partial(_pooling, "avg_pool2d"),
        "BatchNormalization": _batch_norm,
        "Cast": _pass,
        "Clip": _clip,
        "Concat": _concat,
        "Conv": _convolution,
        "ConvTranspose": _convolution,
        "Div": partial(_binary, "divide"),
        "Dropout": _dropout,
        "Flatten": _flatten,
        "Gemm": _gemm,
        "GlobalAveragePool": partial(_global, "avg_pool2d"),
        "GlobalMaxPool": partial(_global, "max_pool2d"),
        "Elu": partial(_plain, "elu", alpha=("alpha", 1.0)),
        "HardSigmoid": partial(_plain, "hardsigmoid", alpha=("alpha", 0.2), beta=("beta", 0.5)),
        "HardSwish": partial(_plain, "hardswish"),
        "Gelu": _gelu,
        "Identity": _pass,
        "LeakyRelu": partial(_plain, "leaky_relu", negative_slope=("alpha", 0.01)),
        "MatMul": _matmul,
        "MaxPool": partial(_pooling, "max_pool2d"),
        "Mul": partial(_binary, "multiply"),
        "PRelu": _prelu,
        "Pad": _pad,
        "ReduceMean": _mean,
        "Relu": partial(_plain, "relu"),
        "Reshape": _reshape,
        "Shape": _shape,
        "Sigmoid": partial(_plain, "sigmoid"),
        "Slice": _slice,
        "Split": _split,
        "Transpose": _transpose,
        "Softmax": partial(_softmax, "softmax"),
        "Squeeze": _squeeze,
        "Sub": partial(_binary, "subtract"),
        "Tanh": partial(_plain, "tanh"),
        "Unsqueeze": _unsqueeze,
    }
)
