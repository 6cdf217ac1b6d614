"""How those of ONNX's operations become nodes that only move numbers, or give them another shape."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any

import numpy as np

from cnn_core.building import cut_into
from cnn_core.errors import InputError
from cnn_core.onnx.attributes import axes_of, axis_of, number_of
from cnn_core.onnx.folding import slices_of
from cnn_core.onnx.reader import Conversion
from cnn_core.onnx.wire import NodeMessage

__all__ = ["MOVES", "into"]


def _flatten(conversion: Conversion, message: NodeMessage) -> None:
    if axis_of(conversion, message, 1) != 1:
        raise InputError(f"model must flatten each image, but {message.name!r} flattens axis {message.attributes}.")
    into(conversion, message, (1, int(np.prod(conversion.shape(message.inputs[0])[1:]))))


def into(conversion: Conversion, message: NodeMessage, shape: tuple[int, ...], source: str | None = None) -> None:
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
    into(conversion, message, tuple(sides))


def _squeeze(conversion: Conversion, message: NodeMessage) -> None:
    before = conversion.shape(message.inputs[0])
    axes = axes_of(conversion, message)
    gone = [axis % len(before) for axis in axes] if axes else [k for k, side in enumerate(before) if side == 1]
    into(conversion, message, tuple(side for k, side in enumerate(before) if k not in gone))


def _unsqueeze(conversion: Conversion, message: NodeMessage) -> None:
    axes = axes_of(conversion, message)
    into(conversion, message, np.expand_dims(np.empty(conversion.shape(message.inputs[0])), tuple(axes)).shape)


def _concat(conversion: Conversion, message: NodeMessage) -> None:
    if any(map(conversion.is_constant, message.inputs)):
        raise InputError(f"model must join what it has computed, but {message.name!r} joins a constant.")
    conversion.add(message, "concat", message.inputs, dim=axis_of(conversion, message, 1))


def _shape(conversion: Conversion, message: NodeMessage) -> None:
    """Work out a shape."""
    start, end = message.attributes.get("start"), message.attributes.get("end")
    whole: Any = np.array(conversion.shape(message.inputs[0]), np.int64)
    conversion.constants[message.outputs[0]] = whole[start:end]


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
    value = number_of(message, "value", 0.0) if fill is None else float(np.ravel(fill)[0])
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
    axis, count = axis_of(conversion, message, 0), len(message.outputs)
    side = conversion.shape(message.inputs[0])[axis]
    given: Any = message.attributes.get("split")
    if given is None and len(message.inputs) > 1:
        given = conversion.constant(message.inputs[1])
    sizes = [int(one) for one in np.ravel(given)] if given is not None else [-(-side // count)] * count
    for output, (start, length) in zip(message.outputs, cut_into(side, sizes), strict=True):
        conversion.add(message, "narrow", output=output, dim=axis, start=start, length=length)


MOVES: Mapping[str, Callable[[Conversion, NodeMessage], None]] = MappingProxyType(
    {
        "Concat": _concat,
        "Flatten": _flatten,
        "Pad": _pad,
        "Reshape": _reshape,
        "Shape": _shape,
        "Slice": _slice,
        "Split": _split,
        "Squeeze": _squeeze,
        "Transpose": _transpose,
        "Unsqueeze": _unsqueeze,
    }
)
