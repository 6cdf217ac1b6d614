"""The network's twin in torch: made from its list of layers, and turned back into one. Needs torch."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from typing import Any

import torch
from torch import nn

from cnn_core.arrays import Pair
from cnn_core.errors import InputError
from cnn_core.layers import KINDS, BatchNorm2d, Conv2d, Layer, Linear
from cnn_core.network import Network
from cnn_core.operations import LEARNED
from cnn_core.windows import as_padding

__all__ = ["digit_classifier", "from_torch", "to_torch"]

# What torch can be asked for and these layers cannot.
UNSUPPORTED = {
    "padding_mode": "zeros",
    "return_indices": False,
    "track_running_stats": True,
    "start_dim": 1,
    "end_dim": -1,
}


def digit_classifier() -> nn.Sequential:
    """Return the untrained digit classifier: three times the same four layers, then one that decides.

    6,994 parameters. Its weights come from torch's random numbers, so seed them first.
    """
    return nn.Sequential(
        *_block(1, 8),  # 28 x 28 -> 14 x 14
        *_block(8, 16),  # -> 7 x 7
        *_block(16, 24),  # -> 3 x 3
        nn.Flatten(),
        nn.Linear(24 * 3 * 3, 10),
    )


def to_torch(network: Network) -> nn.Sequential:
    """Return the same network in torch, in float64 and ready to predict.

    Raises
    ------
    InputError
        If a layer has options that its torch twin does not know.
    """
    model = nn.Sequential(*(_module(layer) for layer in network.layers)).double()
    state = {
        f"{index}.{name}": torch.tensor(array)
        for index, layer in enumerate(network.layers)
        for name, array in layer.tensors().items()
    }
    model.load_state_dict(state, strict=False)  # batch norm also counts its batches, which nothing reads
    return model.eval()


def from_torch(model: nn.Sequential) -> Network:
    """Return a torch model as a network.

    Raises
    ------
    InputError
        If a module, or one of its options, has no counterpart in `cnn_core.layers`.
    """
    return Network([_layer(index, module) for index, module in enumerate(model)])


def _block(c_in: int, c_out: int) -> tuple[nn.Module, ...]:
    return nn.Conv2d(c_in, c_out, 3, padding=1), nn.BatchNorm2d(c_out), nn.ReLU(), nn.MaxPool2d(2)


def _module(layer: Layer) -> nn.Module:
    """Return the torch module for a layer, its parameters not yet set."""
    make: Callable[..., nn.Module] = getattr(nn, type(layer).__name__)
    options = {name: value for name, value in layer.options().items() if name not in LEARNED}
    return make(**{**options, **_sizes(layer)})


def _sizes(layer: Layer) -> dict[str, Any]:
    """Return the arguments that torch wants and that our layers read off their arrays."""
    match layer:
        case Conv2d():
            c_out, c_in, *kernel_size = layer.weight.shape
            channels = {"in_channels": c_in * layer.groups, "out_channels": c_out}
            shape = {"kernel_size": tuple(kernel_size), "padding": _padding(layer)}
            return {**channels, **shape, "bias": layer.bias is not None}
        case BatchNorm2d():
            affine = layer.weight is not None or layer.bias is not None
            return {"num_features": len(layer.running_mean), "affine": affine}
        case Linear():
            f_out, f_in = layer.weight.shape
            return {"in_features": f_in, "out_features": f_out, "bias": layer.bias is not None}
    return {}


def _padding(layer: Conv2d) -> str | Pair:
    """Return the padding as torch takes it, which has no word for borders that differ from side to side."""
    if isinstance(layer.padding, str):
        return layer.padding
    (top, bottom), (left, right) = border = as_padding(layer.padding, (1, 1), (1, 1))
    if (top, left) != (bottom, right):
        raise InputError(f"padding must be equal on opposite sides for torch, but it is {border}.")
    return top, left


def _layer(index: int, module: nn.Module) -> Layer:
    kind = KINDS.get(type(module).__name__)
    if kind is None:
        raise InputError(f"module {index} must be one of {', '.join(KINDS)}, but it is {type(module).__name__}.")
    for option, value in UNSUPPORTED.items():
        found = getattr(module, option, value)
        if found != value:
            raise InputError(f"module {index} ({kind.name}) must have {option}={value!r}, but it is {found!r}.")
    return kind(**{field.name: _plain(getattr(module, field.name)) for field in fields(kind)})


def _plain(value: object) -> object:
    return value.detach().double().numpy() if isinstance(value, torch.Tensor) else value
