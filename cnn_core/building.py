"""A graph while it is read from elsewhere."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from cnn_core.arrays import Array, Pair
from cnn_core.errors import InputError
from cnn_core.graph import MAX_KEPT, Graph, Node, nodes_for, probe

__all__ = ["Building", "cut_into", "size_of_means"]


class Building:
    """Nodes that are added one after the other.

    Each is computed once, on a made-up image, as soon as it is there: so its shape is known, and what is read is what
    runs.

    Attributes
    ----------
    named
        The node, or the input, by what the reader calls its output.
    values
        What each node makes of the made-up image.
    by_name
        The nodes by their names.
    notes
        What whoever sees the network should know: `dropout` was left out.
    """

    def __init__(self, input: str, input_shape: tuple[int, ...]) -> None:
        self.input, self.input_shape = input, input_shape
        self.named: dict[str, str] = {input: input}
        self.values: dict[str, Array] = {input: probe(input_shape)}
        self.nodes: list[Node] = []
        self.notes: set[str] = set()
        self.by_name: dict[str, Node] = {}
        self._kept = 0

    def put(self, node: Node, called: str) -> None:
        """Append a node whose output the reader calls by a name of its own; the last of a channel shuffle as one."""
        node = self._as_shuffle(node)
        output = node.forward(*(self.values[one] for one in node.inputs)).output
        self._kept += output.size
        if self._kept > MAX_KEPT:
            size = "×".join(map(str, self.input_shape))
            raise InputError(
                f"model must make at most {MAX_KEPT:,} numbers of an image of {size}, but it makes more; give "
                "a smaller size, where the network takes one, or a smaller network."
            )
        self.values[node.name] = output
        self.nodes.append(node)
        self.by_name[node.name] = node
        self.named[called] = node.name

    def _as_shuffle(self, node: Node) -> Node:
        """Return a channel shuffle in place of a node that gives maps back that were grouped, and their groups turned.

        What was done before stays, and is left out in the end where nobody else needs it.
        """
        turned = self.by_name.get(node.inputs[0]) if node.op == "reshape" else None
        grouped = self.by_name.get(turned.inputs[0]) if turned is not None and turned.op == "permute" else None
        if turned is None or grouped is None or grouped.op != "reshape" or turned.options["dims"] != (0, 2, 1, 3, 4):
            return node
        (source,), shape = grouped.inputs, self.values[grouped.name].shape
        is_same = self.values[source].shape == tuple(node.options["shape"]) == (1, shape[1] * shape[2], *shape[3:])
        return Node(node.name, "channel_shuffle", (source,), {}, {"groups": shape[1]}) if is_same else node

    def unique(self, name: str) -> str:
        """Return a name that no other node has.

        >>> building = Building("x", (1, 2, 2))
        >>> building.unique("relu"), building.unique("x")
        ('relu', 'x 2')
        """
        found, number = name, 2
        while found in self.values:
            found, number = f"{name} {number}", number + 1
        return found

    def finish(self, outputs: Mapping[str, str], **about: Any) -> Graph:
        """Return the graph of what the outputs depend on: nodes by what the reader calls them, the main one first."""
        first = next(iter(outputs.values()))
        nodes = nodes_for(self.nodes, outputs.values())
        return Graph(
            nodes, self.input, first, self.input_shape, {**about, "outputs": dict(outputs), "notes": sorted(self.notes)}
        )


def cut_into(side: int, sizes: Iterable[int]) -> Iterator[tuple[int, int]]:
    """Give start and length of each part of an axis that is cut into these; the last one may be shorter.

    >>> list(cut_into(5, [2, 2, 2]))
    [(0, 2), (2, 2), (4, 1)]
    """
    start = 0
    for size in sizes:
        length = min(size, side - start)
        yield start, length
        start += length


def size_of_means(called: str, shape: Sequence[int], axes: Sequence[int]) -> Pair:
    """Return the size of the maps (N, C, H, W) that are left of `shape` when means are taken along some axes.

    >>> size_of_means("mean", (1, 8, 6, 5), [2]), size_of_means("mean", (1, 8, 6, 5), [3, 2])
    ((1, 5), (1, 1))

    Raises
    ------
    InputError
        If these are not rows, columns or both.
    """
    if len(shape) != 4 or not axes or not {2, 3}.issuperset(axes):
        raise InputError(
            f"model must take means of maps, but {called} takes them along axes {sorted(axes)} of {len(shape)}: "
            "replace it by a global average pool, or export the layers before it."
        )
    height, width = (1 if axis in axes else shape[axis] for axis in (2, 3))
    return height, width
