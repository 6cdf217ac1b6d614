"""What of a network is shown and worked out: the strongest numbers and maps, and one step of each kind."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from cnn_core.arrays import Array, freeze
from cnn_core.graph import Node
from cnn_core.operations import OPERATIONS

if TYPE_CHECKING:
    from scenes.net.reading import NetReading

__all__ = ["MOST_SHOWN", "first_of_each_kind", "strongest", "strongest_maps", "strongest_rows"]

MOST_SHOWN = 24
"""Maps of a stage that are shown; of very many rows, rows."""


def strongest(output: Array) -> tuple[int, ...]:
    """Return where the largest value is, the first one where several are equal.

    >>> strongest(np.array([[0.0, 2.0], [2.0, 1.0]]))
    (0, 1)
    """
    return tuple(int(at) for at in np.unravel_index(int(output.argmax()), output.shape))


def strongest_maps(maps: Array, most: int = MOST_SHOWN) -> tuple[Array, list[int]]:
    """Return the maps with the largest values, in their own order, and which they are.

    >>> strongest_maps(np.array([[[1.0]], [[3.0]]]))[1]
    [0, 1]
    """
    ranked = np.argsort(-maps.max(axis=(1, 2)), kind="stable")[:most]
    kept = sorted(ranked.tolist())
    return freeze(maps[kept]), kept


def strongest_rows(rows: Array, most: int = MOST_SHOWN) -> Array:
    """Return the rows with the largest values, in their own order.

    >>> strongest_rows(np.array([[1.0], [3.0], [2.0]]), 2).tolist()
    [[3.0], [2.0]]
    """
    return freeze(strongest_maps(rows[:, None], most)[0][:, 0])


def first_of_each_kind(reading: NetReading) -> list[Node]:
    """Return the first node of each kind of step that is worth working out, and the last linear one."""
    found: dict[str, Node] = {}
    for node in reading.graph.nodes:
        kind = kind_of(node, reading)
        if kind and (kind not in found or kind == "linear"):
            found[kind] = node
    kept = {node.name for node in found.values()}
    return [node for node in reading.graph.nodes if node.name in kept]


def kind_of(node: Node, reading: NetReading) -> str:
    """Return what makes a step one of its own; empty for those that need no digits, or give neither maps nor a row."""
    operation, axes = OPERATIONS[node.op], reading.output_of(node.name).ndim
    if operation.kind in ("activation", "shape") or node.op in ("concat", "upsample") or axes not in (1, 3):
        return ""
    if operation.kind == "join":
        return node.op if len(node.inputs) == 2 else ""
    shape = reading.output_of(node.inputs[0]).shape
    if node.op == "conv2d":
        seen = node.arrays["weight"].shape[1]
        return "depthwise" if seen == 1 < shape[0] else "conv2d" if seen <= 4 else "conv2d of many"
    if node.op.endswith("pool2d") and reading.output_of(node.name).shape[1:] == (1, 1):
        return f"global {node.op}"
    return node.op
