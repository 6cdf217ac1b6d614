"""What one number of a network has seen: which rows and columns of the maps before it, back to the picture."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeAlias

from cnn_core.graph import Graph, Node
from cnn_core.operations import OPERATIONS
from cnn_core.trace import Trace

__all__ = ["Seen", "receptive_field"]

Seen: TypeAlias = tuple[tuple[int, int], tuple[int, int]]
"""First and last row, first and last column."""
_Cells: TypeAlias = tuple[frozenset[int], frozenset[int]]
"""Rows and columns."""

_ALIKE = ("dropout", "channel_shuffle")
"""Operations besides activations whose outputs see the same place of what they read."""


def receptive_field(graph: Graph, traces: Mapping[str, Trace], node: str, cell: tuple[int, int]) -> dict[str, Seen]:
    """Return what a cell of a node's maps has seen of each array of maps before it, the input's among them.

    Kernels, strides, paddings and dilations decide it, not values. Where branches meet, it is the smallest rectangle
    around what each of them has seen. What lies in the padding is left out.

    Parameters
    ----------
    traces
        Of all nodes, as `graph.forward` returns them.
    cell
        Row and column.
    """
    found: dict[str, _Cells] = {node: (frozenset(cell[:1]), frozenset(cell[1:]))}
    for one in (one for one in reversed(graph.nodes) if one.name in traces):
        for name in one.inputs if one.name in found else ():
            shape = traces[one.name].x.shape if name == graph.input else traces[name].output.shape
            if len(shape) == 4:
                rows, columns = _looked_at(one, traces[one.name], shape, found[one.name])
                before = found.get(name, (frozenset(), frozenset()))
                found[name] = before[0] | rows, before[1] | columns
    return {
        name: ((min(rows), max(rows)), (min(columns), max(columns)))
        for name, (rows, columns) in found.items()
        if rows and columns
    }


def _looked_at(node: Node, trace: Trace, shape: tuple[int, ...], seen: _Cells) -> _Cells:
    """Return what cells of an output have seen of an input of (N, C, H, W)."""
    kind, output = OPERATIONS[node.op].kind, trace.output.shape
    whole = frozenset(range(shape[2])), frozenset(range(shape[3]))
    is_free = node.op == "concat" and output[2:] != shape[2:]
    if len(output) != 4 or is_free or (kind == "norm" and _mixes_cells(node)):
        return whole
    if kind in ("activation", "norm", "join") or node.op in _ALIKE:
        rows, columns = (frozenset([0]) if size == 1 else at for size, at in zip(shape[2:], seen, strict=True))
        return rows, columns
    if node.op == "pad2d":
        left, _, top, _ = node.options["padding"]
        return frozenset(row - top for row in seen[0]) & whole[0], frozenset(at - left for at in seen[1]) & whole[1]
    first, last = min(seen[0]), min(seen[1])
    windows = [trace.window(0, 0, row, last) for row in seen[0]], [trace.window(0, 0, first, at) for at in seen[1]]
    rows, columns = (frozenset(at for one in windows[axis] for at in one[axis]) & whole[axis] for axis in (0, 1))
    return rows, columns


def _mixes_cells(node: Node) -> bool:
    """Tell whether a normalisation takes the statistics of the image itself."""
    return node.op not in ("batch_norm2d", "local_response_norm") or bool(node.options.get("training"))
