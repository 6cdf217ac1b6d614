"""How a network learns: a loss, the gradients of all its parameters, and one step against them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy.typing as npt

from cnn_core.arrays import Array, as_array, as_number
from cnn_core.backward import Backward
from cnn_core.errors import InputError, ShapeError
from cnn_core.layers import Softmax
from cnn_core.losses import LossBackward, cross_entropy, mse_loss
from cnn_core.operations import LEARNED
from cnn_core.trace import Trace

if TYPE_CHECKING:
    from cnn_core.network import Network

__all__ = ["LOSSES", "NetworkBackward", "backpropagate", "sgd"]

LOSSES: Mapping[str, Callable[..., Any]] = MappingProxyType({"cross-entropy": cross_entropy, "mse": mse_loss})


@dataclass(frozen=True, eq=False)
class NetworkBackward:
    """The gradients of a network.

    Attributes
    ----------
    forward
        Every layer's trace, in order.
    loss
        The loss and its gradient; `loss.forward.output` is the number.
    layers
        Every layer's backward pass, in the order of the network; those of a softmax at the end are missing, for the
        loss begins at the logits.
    parameters
        The gradient of each array that is learned, as `conv2d 1.weight`.
    """

    forward: tuple[Trace, ...]
    loss: LossBackward
    layers: tuple[Backward, ...]
    parameters: Mapping[str, Array]


def backpropagate(
    network: Network, x: npt.ArrayLike, target: npt.ArrayLike, loss: str = "cross-entropy", *, training: bool = True
) -> NetworkBackward:
    """Return the gradients of a network, from the loss back to its first layer: what `Network.backward` returns."""
    if loss not in LOSSES:
        raise InputError(f"loss must be one of {', '.join(LOSSES)}, but it is {loss!r}.")
    traces = tuple(network.forward(x, training=training))
    kinds = list(zip(network.names, network.layers, strict=True))
    while len(kinds) > 1 and isinstance(kinds[-1][1], Softmax) and loss == "cross-entropy":
        kinds.pop()
    found: LossBackward = LOSSES[loss](traces[len(kinds) - 1].output, target).backward()
    gradient, passes = found.grad_input, list[Backward]()
    for (name, _), trace in zip(reversed(kinds), reversed(traces[: len(kinds)]), strict=True):
        try:
            passes.append(trace.backward(gradient))
        except InputError as error:
            raise type(error)(f"{name}: {error}") from error
        if len(passes) < len(kinds):  # nobody asks for the gradient of the images
            gradient = passes[-1].grad_input
    passes.reverse()
    parameters = {
        f"{name}.{key}": getattr(one, f"grad_{key}")
        for (name, layer), one in zip(kinds, passes, strict=True)
        for key in LEARNED
        if key in layer.tensors()
    }
    return NetworkBackward(traces, found, tuple(passes), MappingProxyType(parameters))


def sgd(network: Network, gradients: Mapping[str, npt.ArrayLike], lr: float) -> Network:
    """Return the network after one step against its gradients, as `torch.optim.SGD` takes it.

    Parameters
    ----------
    gradients
        By the names of `NetworkBackward.parameters`; what is not named stays as it is.
    lr
        The learning rate: `weight - lr · gradient`.

    Raises
    ------
    ShapeError, InputError
        If a name is none of the network's, or a gradient has not the shape of what it belongs to.
    """
    lr, left = as_number("lr", lr), dict(gradients)
    layers = []
    for name, layer in zip(network.names, network.layers, strict=True):
        changed = {}
        for key, array in layer.tensors().items():
            if key in LEARNED and f"{name}.{key}" in left:
                gradient = as_array("gradients", left.pop(f"{name}.{key}"), "...")
                if gradient.shape != array.shape:
                    raise ShapeError(
                        f"gradients must have the shapes of what they belong to, {array.shape} for {name}.{key}, "
                        f"but that shape is {gradient.shape}."
                    )
                changed[key] = array - lr * gradient
        layers.append(replace(layer, **changed))
    if left:
        known = [
            f"{name}.{key}" for name, one in zip(network.names, network.layers, strict=True) for key in one.tensors()
        ]
        raise InputError(f"gradients must name parameters, such as {known[0]}, but they name {next(iter(left))!r}.")
    return type(network)(layers)
