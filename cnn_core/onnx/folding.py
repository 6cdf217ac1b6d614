"""What of an ONNX file is only arithmetic on constants and shapes, done while it is read."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from math import prod
from types import MappingProxyType
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from cnn_core.errors import Damaged
from cnn_core.onnx.wire import Attribute, NodeMessage, TensorMessage

__all__ = ["FOLDED", "Constant", "fold", "slices_of"]

Constant: TypeAlias = npt.NDArray[Any]
Inputs: TypeAlias = Sequence[Constant | None]
Attributes: TypeAlias = Mapping[str, Attribute]

_MOST = 20_000_000
"""Numbers of a constant that is made."""
_TYPES = {1: np.float32, 6: np.int32, 7: np.int64, 9: np.bool_, 10: np.float32, 11: np.float64}


def _checked(shape: Sequence[int]) -> tuple[int, ...]:
    shape = tuple(int(side) for side in shape)
    if min(shape, default=0) < 0 or prod(shape) > _MOST:
        raise Damaged(f"a constant of shape {shape} is asked for")
    return shape


def _axes(inputs: Inputs, attributes: Attributes) -> list[int] | None:
    """Return axes, which are an attribute up to version 12 and an input from 13 on."""
    given = attributes.get("axes")
    if given is None and len(inputs) > 1 and inputs[1] is not None:
        return [int(axis) for axis in np.ravel(inputs[1])]
    return [int(axis) for axis in given] if isinstance(given, list) else None


def _constant(inputs: Inputs, attributes: Attributes) -> Constant:
    (value,) = attributes.values()
    return value.array() if isinstance(value, TensorMessage) else np.array(value)


def _filled(inputs: Inputs, attributes: Attributes) -> Constant:
    value = attributes.get("value")
    fill = value.array().ravel()[0] if isinstance(value, TensorMessage) else np.float32(0)
    return np.full(_checked(np.ravel(_first(inputs)).tolist()), fill)


def _first(inputs: Inputs) -> Constant:
    assert inputs[0] is not None, "an input is missing"
    return inputs[0]


def _unsqueezed(inputs: Inputs, attributes: Attributes) -> Constant:
    return np.expand_dims(_first(inputs), tuple(_axes(inputs, attributes) or ()))


def _squeezed(inputs: Inputs, attributes: Attributes) -> Constant:
    axes = _axes(inputs, attributes)
    return np.squeeze(_first(inputs), None if axes is None else tuple(axes))


def _sliced(inputs: Inputs, attributes: Attributes) -> Constant:
    x = _first(inputs)
    return x[slices_of(x.ndim, inputs, attributes)]


def slices_of(axes: int, inputs: Inputs, attributes: Attributes) -> tuple[slice, ...]:
    """Return the slice of each axis that a Slice asks for."""

    def numbers(at: int, name: str, default: Sequence[int]) -> list[int]:
        found = inputs[at] if len(inputs) > at else None
        given = attributes.get(name, list(default)) if found is None else np.ravel(found)
        return [int(one) for one in given]  # type: ignore[union-attr]

    starts, ends = numbers(1, "starts", ()), numbers(2, "ends", ())
    along, steps = numbers(3, "axes", range(len(starts))), numbers(4, "steps", [1] * len(starts))
    found = [slice(None)] * axes
    for start, end, axis, step in zip(starts, ends, along, steps, strict=True):
        found[axis] = slice(start, None if step < 0 and end < -(10**9) else end, step)
    return tuple(found)


def _reshaped(inputs: Inputs, attributes: Attributes) -> Constant:
    x, shape = inputs[0], inputs[1]
    assert x is not None and shape is not None, "an input is missing"  # noqa: PT018
    return x.reshape([x.shape[k] if side == 0 else int(side) for k, side in enumerate(np.ravel(shape))])


def _expanded(inputs: Inputs, attributes: Attributes) -> Constant:
    x, shape = inputs[0], inputs[1]
    assert x is not None and shape is not None, "an input is missing"  # noqa: PT018
    return np.broadcast_to(x, np.broadcast_shapes(x.shape, _checked(shape.tolist()))).copy()


def _counted(inputs: Inputs, attributes: Attributes) -> Constant:
    start, stop, step = (float(np.ravel(one)[0]) for one in inputs if one is not None)
    _checked([int(max((stop - start) / step, 0))])
    return np.arange(start, stop, step).astype(_first(inputs).dtype)


def _cast(inputs: Inputs, attributes: Attributes) -> Constant:
    kind = attributes.get("to")
    if kind not in _TYPES:
        raise Damaged(f"a Cast is to type {kind}")
    return _first(inputs).astype(_TYPES[kind])  # type: ignore[index]


def _divided(a: Constant, b: Constant) -> Constant:
    if a.dtype.kind == "f":
        return a / b
    if (b == 0).any():
        raise Damaged("a shape is divided by 0")
    return np.asarray(np.trunc(a / b).astype(a.dtype))


def _joined(inputs: Inputs, attributes: Attributes) -> Constant:
    return np.concatenate([np.atleast_1d(one) for one in inputs if one is not None], int(attributes.get("axis", 0)))  # type: ignore[arg-type]


def _plainly(compute: Callable[..., Any]) -> Callable[[Inputs, Attributes], Constant]:
    """Return numpy's function for an operation without attributes, held to the size of what it may make."""

    def run(inputs: Inputs, attributes: Attributes) -> Constant:
        given = [one for one in inputs if one is not None]
        _checked(np.broadcast_shapes(*(one.shape for one in given)))
        with np.errstate(all="ignore"):
            return np.asarray(compute(*given))

    return run


FOLDED: Mapping[str, Callable[[Inputs, Attributes], Constant]] = MappingProxyType(
    {
        "Constant": _constant,
        "ConstantOfShape": _filled,
        "Gather": lambda inputs, at: np.take(_first(inputs), inputs[1], int(at.get("axis", 0))),  # type: ignore[arg-type]
        "Unsqueeze": _unsqueezed,
        "Squeeze": _squeezed,
        "Slice": _sliced,
        "Reshape": _reshaped,
        "Expand": _expanded,
        "Range": _counted,
        "Cast": _cast,
        "Concat": _joined,
        "Transpose": lambda inputs, at: np.transpose(_first(inputs), at.get("perm")),  # type: ignore[arg-type]
        "ReduceProd": lambda inputs, at: np.prod(_first(inputs), keepdims=bool(at.get("keepdims", 1))),
        "Identity": _plainly(np.positive),
        "Add": _plainly(np.add),
        "Sub": _plainly(np.subtract),
        "Mul": _plainly(np.multiply),
        "Div": _plainly(_divided),
        "Pow": _plainly(np.power),
        "Neg": _plainly(np.negative),
        "Sqrt": _plainly(np.sqrt),
        "Floor": _plainly(np.floor),
        "Ceil": _plainly(np.ceil),
        "Min": _plainly(np.minimum),
        "Max": _plainly(np.maximum),
        "Equal": _plainly(np.equal),
        "Where": _plainly(np.where),
    }
)


def fold(message: NodeMessage, inputs: Inputs) -> Constant:
    """Return what an operation makes of constants.

    Raises
    ------
    Damaged
        If it cannot be made, or would be very large.
    """
    try:
        return np.asarray(FOLDED[message.op](inputs, message.attributes))
    except (ArithmeticError, AssertionError, IndexError, TypeError, ValueError) as error:
        raise Damaged(f"{message.op} at {message.name!r} cannot be done: {error}") from error
