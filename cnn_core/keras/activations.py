"""Keras's activations, as layers and as functions that layers end with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from cnn_core.errors import InputError
from cnn_core.keras.reader import KerasConversion, KerasLayer

__all__ = ["KERAS_ACTIVATIONS", "ConvertLayer", "activated", "check_axis"]

ConvertLayer = Callable[[KerasConversion, KerasLayer, list[str]], str]

_FUNCTIONS: Mapping[str, tuple[str, dict[str, float]]] = {
    "relu": ("relu", {}),
    "relu6": ("relu6", {}),
    "leaky_relu": ("leaky_relu", {"negative_slope": 0.2}),
    "elu": ("elu", {}),
    "silu": ("silu", {}),
    "swish": ("silu", {}),
    "gelu": ("gelu", {}),
    "sigmoid": ("sigmoid", {}),
    "tanh": ("tanh", {}),
    "hard_sigmoid": ("hardsigmoid", {}),
    "hard_silu": ("hardswish", {}),
    "hard_swish": ("hardswish", {}),
    "softmax": ("softmax", {"dim": 1}),
    "log_softmax": ("log_softmax", {"dim": 1}),
}
"""Our operations by the names that Keras has for functions."""


def activated(conversion: KerasConversion, layer: KerasLayer, node: str) -> str:
    """Append what a layer ends with."""
    given = layer.config.get("activation")
    if given in (None, "linear"):
        return node
    if isinstance(given, dict) and given.get("class_name") in KERAS_ACTIVATIONS:
        inner = KerasLayer(f"{layer.name}.{given['class_name']}", given["class_name"], given["config"])
        return KERAS_ACTIVATIONS[inner.kind](conversion, inner, [node])
    if not isinstance(given, str) or given not in _FUNCTIONS:
        called = given.get("config") if isinstance(given, dict) else given
        raise InputError(
            f"model must be made of layers that can be shown, but {layer.name} ends with {called!r:.60}; replace it."
        )
    op, options = _FUNCTIONS[given]
    return _alone(conversion, f"{layer.name}.{given}", op, node, **options)


def _alone(conversion: KerasConversion, name: str, op: str, node: str, arrays: Any = None, **options: Any) -> str:
    """Append what changes each value alone; the order of flat numbers stays."""
    found = conversion.add(name, op, node, arrays, **options)
    if node in conversion.order:
        conversion.order[found] = conversion.order[node]
    return found


def _activation(conversion: KerasConversion, layer: KerasLayer, inputs: list[str]) -> str:
    return activated(conversion, layer, inputs[0])


def _relu(conversion: KerasConversion, layer: KerasLayer, inputs: list[str]) -> str:
    most, slope = layer.config.get("max_value"), layer.config.get("negative_slope") or 0
    if layer.config.get("threshold") or (most is not None and slope):
        raise InputError(f"model must cut at 0 or leak, but {layer.name} does more.")
    if slope:
        return _alone(conversion, layer.name, "leaky_relu", inputs[0], negative_slope=float(slope))
    if most is None:
        return _alone(conversion, layer.name, "relu", inputs[0])
    if most == 6:
        return _alone(conversion, layer.name, "relu6", inputs[0])
    return _alone(conversion, layer.name, "clamp", inputs[0], min=0.0, max=float(most))


def _softmax(conversion: KerasConversion, layer: KerasLayer, inputs: list[str]) -> str:
    check_axis(layer, len(conversion.shape(inputs[0])))
    return _alone(conversion, layer.name, "softmax", inputs[0], dim=1)


def _with(op: str, **options: str) -> ConvertLayer:
    """Return how a layer is converted that changes each value alone; options by the names that Keras has for them."""

    def convert(conversion: KerasConversion, layer: KerasLayer, inputs: list[str]) -> str:
        given = {ours: layer.config[theirs] for ours, theirs in options.items() if theirs in layer.config}
        return _alone(conversion, layer.name, op, inputs[0], **given)

    return convert


def check_axis(layer: KerasLayer, axes: int) -> None:
    """Refuse a layer that works along another axis than the channels, which Keras has last of so many."""
    given = layer.config.get("axis", -1)
    given = given[0] if isinstance(given, list) and len(given) == 1 else given
    if given not in (-1, axes - 1):
        raise InputError(f"model must work along the channels, but {layer.name} works along axis {given}.")


KERAS_ACTIVATIONS: Mapping[str, ConvertLayer] = {
    "Activation": _activation,
    "ReLU": _relu,
    "LeakyReLU": _with("leaky_relu", negative_slope="negative_slope"),
    "ELU": _with("elu", alpha="alpha"),
    "Softmax": _softmax,
    "Dropout": _with("dropout", p="rate"),
    "SpatialDropout2D": _with("dropout", p="rate"),
}
