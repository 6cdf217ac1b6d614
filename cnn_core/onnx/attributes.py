"""Attributes of ONNX's operations as numbers."""

from __future__ import annotations

from typing import Any

import numpy as np

from cnn_core.onnx.reader import Conversion
from cnn_core.onnx.wire import NodeMessage

__all__ = ["axes_of", "axis_of", "number_of"]


def number_of(message: NodeMessage, name: str, default: float) -> float:
    """Return an attribute as what it was before it was stored in four bytes: 1e-5, not 9.999999747378752e-06."""
    given: Any = message.attributes.get(name, default)
    return float(str(np.float32(given)))


def axis_of(conversion: Conversion, message: NodeMessage, default: int) -> int:
    """Return the axis that an operation works along, counted from the front."""
    given: Any = message.attributes.get("axis", default)
    return int(given) % len(conversion.shape(message.inputs[0]))


def axes_of(conversion: Conversion, message: NodeMessage) -> list[int]:
    """Return the axes of an operation, an attribute up to version 12 of ONNX and an input from 13 on."""
    given: Any = message.attributes.get("axes")
    if given is None and len(message.inputs) > 1:
        given = conversion.constant(message.inputs[1])
    return [] if given is None else [int(axis) for axis in np.ravel(given)]
