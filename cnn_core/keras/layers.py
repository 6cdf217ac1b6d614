"""How each of Keras's layers becomes nodes."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from types import MappingProxyType
from typing import Any

import numpy as np

from cnn_core.arrays import Array, Pair
from cnn_core.errors import Damaged, InputError
from cnn_core.keras.activations import KERAS_ACTIVATIONS, ConvertLayer, activated, check_axis
from cnn_core.keras.reader import KerasConversion, KerasLayer
from cnn_core.windows import Padding, as_padding, reach

__all__ = ["KEEPING_ORDER", "LAYERS"]

_OF_PIXELS = 20
"""Values that are divided by more than this are from 0 to 255."""


def _prelu(conversion: KerasConversion, layer: KerasLayer, inputs: list[str]) -> str:
    alpha = layer.array(0)
    if alpha.size != alpha.shape[-1]:
        raise InputError(f"model must share slopes along rows and columns, but {layer.name} has one for each place.")
    return conversion.add(layer.name, "prelu", inputs[0], {"weight": alpha.ravel()})


def _pass(conversion: KerasConversion, layer: KerasLayer, inputs: list[str]) -> str:
    return inputs[0]


def _both(layer: KerasLayer, name: str) -> Pair:
    given: Any = layer.config[name]
    first, second = (given, given) if isinstance(given, int) else given
    return int(first), int(second)


def _maps(conversion: KerasConversion, layer: KerasLayer, node: str) -> Pair:
    """Return the height and width of what a node gives."""
    shape = conversion.shape(node)
    if len(shape) != 4:
        raise Damaged(f"{layer.name} works on {shape}, which are no maps")
    return shape[2], shape[3]


def _padding(conversion: KerasConversion, layer: KerasLayer, node: str, kernel: Pair, dilation: Pair) -> Padding | Pair:
    """Return what stands in the file as "same" or "valid" in numbers."""
    how = {"same": "same-tf", "valid": "valid"}[layer.config["padding"]]
    size = _maps(conversion, layer, node)
    padding = as_padding(how, reach(kernel, dilation), _both(layer, "strides"), size)
    (top, bottom), (left, right) = padding
    return (top, left) if (top, left) == (bottom, right) else padding


def _bias(layer: KerasLayer, k: int) -> Array | None:
    return layer.array(k, 1) if layer.config.get("use_bias", True) else None


def _convolved(
    conversion: KerasConversion, layer: KerasLayer, node: str, name: str, weight: Array, bias: Array | None, groups: int
) -> str:
    kernel, dilation = (weight.shape[2], weight.shape[3]), _both(layer, "dilation_rate")
    return conversion.add(
        name,
        "conv2d",
        node,
        {"weight": weight, "bias": bias},
        stride=_both(layer, "strides"),
        padding=_padding(conversion, layer, node, kernel, dilation),
        dilation=dilation,
        groups=groups,
    )


def _conv(conversion: KerasConversion, layer: KerasLayer, inputs: list[str]) -> str:
    weight = layer.array(0, 4).transpose(3, 2, 0, 1)
    groups = int(layer.config.get("groups", 1))
    found = _convolved(conversion, layer, inputs[0], layer.name, weight, _bias(layer, 1), groups)
    return activated(conversion, layer, found)


def _stamp_of_each(kernel: Array) -> Array:
    """Turn (kH, kW, C, many) to (C * many, 1, kH, kW)."""
    kH, kW, channels, many = kernel.shape
    return kernel.transpose(2, 3, 0, 1).reshape(channels * many, 1, kH, kW)


def _depthwise(conversion: KerasConversion, layer: KerasLayer, inputs: list[str]) -> str:
    kernel = layer.array(0, 4)
    weight, channels = _stamp_of_each(kernel), kernel.shape[2]
    found = _convolved(conversion, layer, inputs[0], layer.name, weight, _bias(layer, 1), channels)
    return activated(conversion, layer, found)


def _separable(conversion: KerasConversion, layer: KerasLayer, inputs: list[str]) -> str:
    kernel = layer.array(0, 4)
    deep = _convolved(
        conversion, layer, inputs[0], f"{layer.name}.depthwise", _stamp_of_each(kernel), None, kernel.shape[2]
    )
    arrays = {"weight": layer.array(1, 4).transpose(3, 2, 0, 1), "bias": _bias(layer, 2)}
    return activated(conversion, layer, conversion.add(layer.name, "conv2d", deep, arrays))


def _conv_transpose(conversion: KerasConversion, layer: KerasLayer, inputs: list[str]) -> str:
    """Append one whose output is cut to the size that Keras gives it; what is odd is cut from the end."""
    kernel, stride = layer.array(0, 4), _both(layer, "strides")
    if _both(layer, "dilation_rate") != (1, 1) or layer.config.get("output_padding"):
        raise InputError(f"model must have plain transposed convolutions, but {layer.name} is dilated or padded.")
    over = [side - step for side, step in zip(kernel.shape[:2], stride, strict=True)]
    is_same = layer.config["padding"] == "same"
    cut = [max(0, one) // 2 if is_same else 0 for one in over]
    found = conversion.add(
        layer.name,
        "conv_transpose2d",
        inputs[0],
        {"weight": kernel.transpose(3, 2, 0, 1), "bias": _bias(layer, 1)},
        stride=stride,
        padding=tuple(cut),
        output_padding=tuple(max(0, -one) for one in over),
    )
    if is_same and any(one > 0 and one % 2 for one in over):
        sizes = [side * step for side, step in zip(_maps(conversion, layer, inputs[0]), stride, strict=True)]
        parts = ((None, None, None), (None, None, None), *((0, size, None) for size in sizes))
        found = conversion.add(f"{layer.name}.cut", "slices", found, parts=parts)
    return activated(conversion, layer, found)


def _dense(conversion: KerasConversion, layer: KerasLayer, inputs: list[str]) -> str:
    """Append a linear layer; after maps were flattened, its weights are put into the order of ours."""
    node, kernel = inputs[0], layer.array(0, 2)
    if len(conversion.shape(node)) == 4:
        weight = kernel.T[:, :, None, None]
        found = conversion.add(layer.name, "conv2d", node, {"weight": weight, "bias": _bias(layer, 1)})
        return activated(conversion, layer, found)
    if node in conversion.order:
        channels, height, width = conversion.order[node]
        kernel = kernel.reshape(height, width, channels, -1).transpose(2, 0, 1, 3).reshape(kernel.shape)
    found = conversion.add(layer.name, "linear", node, {"weight": kernel.T, "bias": _bias(layer, 1)})
    return activated(conversion, layer, found)


def _learned(layer: KerasLayer) -> tuple[Array | None, Array | None, int]:
    """Return what a norm has learned to multiply by and to add, and how many variables these are."""
    has_scale, has_center = bool(layer.config.get("scale", True)), bool(layer.config.get("center", True))
    weight = layer.array(0, 1) if has_scale else None
    return weight, layer.array(int(has_scale), 1) if has_center else None, has_scale + has_center


def _batch_norm(conversion: KerasConversion, layer: KerasLayer, inputs: list[str]) -> str:
    axes, eps = len(conversion.shape(inputs[0])), float(layer.config["epsilon"])
    check_axis(layer, axes)
    weight, bias, count = _learned(layer)
    mean, var = layer.array(count, 1), layer.array(count + 1, 1)
    if axes == 4:
        arrays = {"weight": weight, "bias": bias, "running_mean": mean, "running_var": var}
        return conversion.add(layer.name, "batch_norm2d", inputs[0], arrays, eps=eps)
    factor = (1.0 if weight is None else weight) / np.sqrt(var + eps)
    scaled = conversion.add(layer.name, "multiply", inputs[0], {"y": factor})
    return conversion.add(f"{layer.name}.shift", "add", scaled, {"y": (0 if bias is None else bias) - mean * factor})


def _layer_norm(conversion: KerasConversion, layer: KerasLayer, inputs: list[str]) -> str:
    check_axis(layer, len(conversion.shape(inputs[0])))
    weight, bias, _ = _learned(layer)
    turned = conversion.last(layer.name, inputs[0])
    shape, eps = conversion.shape(turned)[-1:], float(layer.config["epsilon"])
    arrays = {"weight": weight, "bias": bias}
    found = conversion.add(layer.name, "layer_norm", turned, arrays, normalized_shape=shape, eps=eps)
    return conversion.first(layer.name, found)


def _group_norm(conversion: KerasConversion, layer: KerasLayer, inputs: list[str]) -> str:
    check_axis(layer, len(conversion.shape(inputs[0])))
    weight, bias, _ = _learned(layer)
    groups = int(layer.config["groups"])
    options = {"num_groups": conversion.shape(inputs[0])[1] if groups == -1 else groups}
    arrays = {"weight": weight, "bias": bias}
    eps = float(layer.config["epsilon"])
    return conversion.add(layer.name, "group_norm", inputs[0], arrays, **options, eps=eps)


def _pool(op: str, conversion: KerasConversion, layer: KerasLayer, inputs: list[str]) -> str:
    kernel = _both(layer, "pool_size")
    padding = _padding(conversion, layer, inputs[0], kernel, (1, 1))
    options: dict[str, Any] = {"count_include_pad": False} if op == "avg_pool2d" else {}
    stride = _both(layer, "strides")
    return conversion.add(layer.name, op, inputs[0], kernel_size=kernel, stride=stride, padding=padding, **options)


def _global(op: str, conversion: KerasConversion, layer: KerasLayer, inputs: list[str]) -> str:
    _maps(conversion, layer, inputs[0])
    found = conversion.add(layer.name, op, inputs[0], output_size=1)
    return found if layer.config.get("keepdims") else conversion.add(f"{layer.name}.flat", "flatten", found)


def _flatten(conversion: KerasConversion, layer: KerasLayer, inputs: list[str]) -> str:
    shape = conversion.shape(inputs[0])
    if len(shape) == 2:
        return inputs[0]
    found = conversion.add(layer.name, "flatten", inputs[0])
    if shape[1] > 1 and shape[2] * shape[3] > 1:
        conversion.order[found] = shape[1:]
    return found


def _reshape(conversion: KerasConversion, layer: KerasLayer, inputs: list[str]) -> str:
    target = tuple(int(side) for side in layer.config["target_shape"])
    if len(target) not in (1, 3):
        raise InputError(f"model must work on maps or on rows of numbers, but {layer.name} makes {target}.")
    turned = conversion.last(layer.name, inputs[0])
    return conversion.first(layer.name, conversion.add(layer.name, "reshape", turned, shape=(1, *target)))


def _bordered(sign: int, conversion: KerasConversion, layer: KerasLayer, inputs: list[str]) -> str:
    (top, bottom), (left, right) = layer.config["padding" if sign > 0 else "cropping"]
    padding = tuple(sign * int(one) for one in (left, right, top, bottom))
    return conversion.add(layer.name, "pad2d", inputs[0], padding=padding)


def _upsample(conversion: KerasConversion, layer: KerasLayer, inputs: list[str]) -> str:
    mode = layer.config.get("interpolation", "nearest")
    if mode not in ("nearest", "bilinear"):
        raise InputError(f"model must enlarge by nearest or bilinear, but {layer.name} does it by {mode!r:.60}.")
    factors = tuple(map(float, _both(layer, "size")))
    return conversion.add(layer.name, "upsample", inputs[0], scale_factor=factors, mode=mode)


def _join(op: str, conversion: KerasConversion, layer: KerasLayer, inputs: list[str]) -> str:
    """Join arrays one by one, or an array and a number."""
    found = inputs[0]
    for k, other in enumerate(inputs[1:], start=2):
        found = conversion.add(layer.name if k == len(inputs) else f"{layer.name}.{k}", op, (found, other))
    for number in layer.constants:
        found = conversion.add(layer.name, op, found, {"y": number})
    return found


def _concat(conversion: KerasConversion, layer: KerasLayer, inputs: list[str]) -> str:
    axes = len(conversion.shape(inputs[0]))
    axis = int(layer.config.get("axis", -1)) % axes
    return conversion.add(layer.name, "concat", inputs, dim=1 if axis == axes - 1 else axis + 1)


def _by_channel(given: Any) -> Array:
    """Return one number, or one for each channel, as what multiplies maps."""
    array = np.asarray(given, dtype=np.float64)
    return array.reshape(-1, 1, 1) if array.size > 1 else array.reshape(())


def _rescaling(conversion: KerasConversion, layer: KerasLayer, inputs: list[str]) -> str:
    """Append a factor and what is added; at the input they say that pixels enter as they are, from 0 to 255."""
    scale, offset = _by_channel(layer.config["scale"]), _by_channel(layer.config.get("offset", 0))
    if inputs[0] == conversion.input and np.abs(scale).max() < 1 / _OF_PIXELS:
        conversion.metadata["scale"] = "1"
    found = conversion.add(layer.name, "multiply", inputs[0], {"y": scale})
    return conversion.add(f"{layer.name}.offset", "add", found, {"y": offset}) if offset.any() else found


def _layer_scale(conversion: KerasConversion, layer: KerasLayer, inputs: list[str]) -> str:
    return conversion.add(layer.name, "multiply", inputs[0], {"y": layer.array(0, 1)[:, None, None]})


def _normalization(conversion: KerasConversion, layer: KerasLayer, inputs: list[str]) -> str:
    given = [layer.config.get(name) for name in ("mean", "variance")]
    mean, variance = (_by_channel(layer.array(k) if one is None else one) for k, one in enumerate(given))
    deviation = np.maximum(np.sqrt(variance), 1e-7)
    if inputs[0] == conversion.input and deviation.max() > _OF_PIXELS:
        conversion.metadata["scale"] = "1"
    centred = conversion.add(f"{layer.name}.centred", "subtract", inputs[0], {"y": mean})
    return conversion.add(layer.name, "divide", centred, {"y": deviation})


KEEPING_ORDER = frozenset({*KERAS_ACTIVATIONS, "Dense", "Flatten"})
"""Layers that take flat numbers in either order."""
_ONLY_IN_TRAINING = (
    *("ActivityRegularization", "GaussianDropout", "GaussianNoise", "Identity", "InputLayer", "RandomBrightness"),
    *(
        "RandomContrast",
        "RandomCrop",
        "RandomFlip",
        "RandomRotation",
        "RandomTranslation",
        "RandomZoom",
        "StochasticDepth",
    ),
)
LAYERS: Mapping[str, ConvertLayer] = MappingProxyType(
    {
        **KERAS_ACTIVATIONS,
        **dict.fromkeys(_ONLY_IN_TRAINING, _pass),
        "PReLU": _prelu,
        "Conv2D": _conv,
        "DepthwiseConv2D": _depthwise,
        "SeparableConv2D": _separable,
        "Conv2DTranspose": _conv_transpose,
        "Dense": _dense,
        "BatchNormalization": _batch_norm,
        "LayerNormalization": _layer_norm,
        "GroupNormalization": _group_norm,
        "MaxPooling2D": partial(_pool, "max_pool2d"),
        "AveragePooling2D": partial(_pool, "avg_pool2d"),
        "GlobalAveragePooling2D": partial(_global, "adaptive_avg_pool2d"),
        "GlobalMaxPooling2D": partial(_global, "adaptive_max_pool2d"),
        "Flatten": _flatten,
        "Reshape": _reshape,
        "ZeroPadding2D": partial(_bordered, 1),
        "Cropping2D": partial(_bordered, -1),
        "UpSampling2D": _upsample,
        "Add": partial(_join, "add"),
        "Subtract": partial(_join, "subtract"),
        "Multiply": partial(_join, "multiply"),
        "Divide": partial(_join, "divide"),
        "Concatenate": _concat,
        "Rescaling": _rescaling,
        "Normalization": _normalization,
        "LayerScale": _layer_scale,
    }
)
