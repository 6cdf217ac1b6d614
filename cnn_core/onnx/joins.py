"""How ONNX's operations that join several values become nodes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from types import MappingProxyType

from cnn_core.arrays import freeze
from cnn_core.onnx.reader import Conversion
from cnn_core.onnx.wire import NodeMessage

__all__ = ["JOINS", "binary"]


def _add(conversion: Conversion, message: NodeMessage) -> None:
    """Add two values; a constant after a layer without a bias is its bias."""
    first, second = sorted(message.inputs, key=conversion.is_constant)
    bias = conversion.array(second)
    if bias is not None and conversion.is_last(first):
        last = conversion.nodes[-1]
        count = len(last.arrays.get("weight", ()))
        fits = {"linear": [(count,), (1, count)], "conv2d": [(count, 1, 1), (1, count, 1, 1)]}.get(last.op, [])
        if "bias" not in last.arrays and bias.shape in fits:
            held = {**last.arrays, "bias": freeze(bias.reshape(-1))}
            conversion.replace_last(replace(last, arrays=held), message)
            return
    binary("add", conversion, message)


def binary(op: str, conversion: Conversion, message: NodeMessage) -> None:
    """Join two values, either of which may be a constant."""
    operands = dict(zip(("x", "y"), message.inputs, strict=True))
    arrays = {name: conversion.array(one) for name, one in operands.items()}
    fed_by = [one for name, one in operands.items() if arrays[name] is None]
    conversion.add(message, op, fed_by, arrays)


def _multiply(conversion: Conversion, message: NodeMessage) -> None:
    """Multiply two values; a value times its own sigmoid is SiLU, and one times 1 is the same."""
    for x, factor in (message.inputs, message.inputs[::-1]):
        number = conversion.constant(factor)
        if number is not None and number.size == 1 and number.ravel()[0] == 1 and not conversion.is_constant(x):
            conversion.alias(message, x)
            return
    for x, gate in (message.inputs, message.inputs[::-1]):
        made = conversion.by_name.get(conversion.named.get(gate, ""))
        is_gate = made is not None and made.op == "sigmoid" and conversion.is_used_once(gate)
        if made is not None and is_gate and made.inputs == (conversion.named.get(x),):
            conversion.drop(made)
            conversion.add(message, "silu", [x])
            return
    binary("multiply", conversion, message)


def _sum(conversion: Conversion, message: NodeMessage) -> None:
    """Add several values, one after the other."""
    total, *others = message.inputs
    for k, one in enumerate(others):
        output = message.outputs[0] if k == len(others) - 1 else f"{message.outputs[0]} so far {k}"
        conversion.add(message, "add", [total, one], output=output)
        total = output
    if not others:
        conversion.alias(message)


JOINS: Mapping[str, Callable[[Conversion, NodeMessage], None]] = MappingProxyType(
    {
        "Add": _add,
        "Div": partial(binary, "divide"),
        "Mul": _multiply,
        "Sub": partial(binary, "subtract"),
        "Sum": _sum,
    }
)
