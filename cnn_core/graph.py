"""A network as data: named nodes, each an operation with its arrays and options, fed by others."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from math import prod
from typing import Any

import numpy as np
import numpy.typing as npt

from cnn_core.arrays import Array, as_array, freeze
from cnn_core.errors import InputError
from cnn_core.operations import LEARNED, OPERATIONS, cells_needed
from cnn_core.trace import Trace

__all__ = ["MAX_CELLS", "MAX_KEPT", "Graph", "Node", "are_last", "chained", "nodes_for", "probe"]

# The largest array that a node may need on the way: 480 MB.
MAX_CELLS = 60_000_000
# All that may be kept of a network at once: 2 GB.
MAX_KEPT = 250_000_000


def are_last(first: int | None, second: int | None, third: int | None) -> bool:
    """Tell whether the third of three axes is that of a picture's channels; (100, 1, 1) are numbers, no picture."""
    return third in (1, 3, 4) and first not in (1, 3, 4) and second != 1


@dataclass(frozen=True, eq=False)
class Node:
    """One step of a network.

    Attributes
    ----------
    name
        Unique in its network; as in the file, where it is from one.
    op
        Its operation, a key of `OPERATIONS`.
    inputs
        Names of the nodes that feed it, in order, or of the network's input.
    arrays
        Its parameters and constants, by the names of the operation's arguments; read-only.
    options
        Its other arguments.
    """

    name: str
    op: str
    inputs: tuple[str, ...]
    arrays: Mapping[str, Array] = field(default_factory=dict)
    options: Mapping[str, Any] = field(default_factory=dict)

    def parameters(self) -> int:
        """Return how many numbers of it are learned; running statistics are measured, not learned."""
        return sum(array.size for name, array in self.arrays.items() if name in LEARNED)

    def in_training(self) -> Node:
        """Return it as it is while its network learns; the same but for batch norm."""
        return replace(self, options={**self.options, "training": True}) if self.op == "batch_norm2d" else self

    def forward(self, *inputs: Array) -> Trace:
        """Return the operation on what feeds it, computed; errors begin with the node's name."""
        try:
            if cells_needed(self.op, [one.shape for one in inputs], self.arrays, self.options) > MAX_CELLS:
                raise InputError(f"it must need an array of at most {MAX_CELLS:,} numbers, but it needs more.")
            return OPERATIONS[self.op].run(inputs, self.arrays, self.options)
        except InputError as error:
            raise type(error)(f"{self.name}: {error}") from error


@dataclass(frozen=True, eq=False)
class Graph:
    """Nodes in an order in which each comes after those that feed it.

    Attributes
    ----------
    input
        What its input is called.
    output
        The node whose output is the network's.
    input_shape : (C, H, W)
        Of one image, where the network says it.
    about
        What else its file says: `classes`, `mean`, `std`, `scale`, `outputs`, nodes by what the file calls them, and
        `notes`, sentences for whoever sees the network, `classes_elsewhere`, whether another output has the softmax.
    """

    nodes: tuple[Node, ...]
    input: str = "x"
    output: str = ""
    input_shape: tuple[int, ...] | None = None
    about: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        known = {self.input}
        for node in self.nodes:
            if node.name in known:
                raise InputError(f"each node must have a name of its own, but {node.name} is there twice.")
            if missing := set(node.inputs) - known:
                raise InputError(f"{node.name} must be fed by nodes before it, but {min(missing)} is none.")
            known.add(node.name)
        if not self.nodes:
            raise InputError("a network must have at least one node, but it has none.")
        object.__setattr__(self, "output", self.output or self.nodes[-1].name)
        if self.output not in known:
            raise InputError(f"the output must be a node, but {self.output} is none.")

    @property
    def channels_last(self) -> bool:
        """Whether images enter as (H, W, C), as TensorFlow's do."""
        shape = self.input_shape
        return shape is not None and len(shape) == 3 and are_last(*shape)

    @cached_property
    def by_name(self) -> dict[str, Node]:
        return {node.name: node for node in self.nodes}

    @cached_property
    def users(self) -> dict[str, tuple[Node, ...]]:
        """Which nodes each node, or the input, feeds; in order."""
        found: dict[str, list[Node]] = {name: [] for name in (self.input, *self.by_name)}
        for node in self.nodes:
            for name in dict.fromkeys(node.inputs):
                found[name].append(node)
        return {name: tuple(nodes) for name, nodes in found.items()}

    @property
    def outputs(self) -> Mapping[str, str]:
        """What its file calls its outputs, and their nodes; nothing where it names none."""
        found: Mapping[str, str] = self.about.get("outputs", {})
        return found

    @property
    def output_name(self) -> str:
        """What its file calls the output that it gives; the node's name where the file names none."""
        return next((name for name, node in self.outputs.items() if node == self.output), self.output)

    def giving(self, output: str | None) -> Graph:
        """Return what one of its outputs depends on; the first one if none is named.

        Raises
        ------
        InputError
            If there is none of that name.
        """
        if output is not None and output not in self.outputs:
            names = " or ".join(self.outputs) or "left out"
            raise InputError(f"head must be {names} for this model, but it is {output!r}.")
        node = self.output if output is None else self.outputs[output]
        ends = [one for one in self.nodes if one.name in self.outputs.values()]
        with_softmax = [one.name for one in ends if one.op in ("softmax", "log_softmax")]
        elsewhere = self.about.get("classes_elsewhere", bool(with_softmax) and node not in with_softmax)
        about = {**self.about, "classes_elsewhere": elsewhere}
        return replace(self, nodes=nodes_for(self.nodes, [node]), output=node, about=about)

    def parameters(self) -> int:
        return sum(node.parameters() for node in self.nodes)

    def steps(self, x: npt.ArrayLike, *, training: bool = False) -> Iterator[tuple[Node, Trace]]:
        """Compute one node after the other, keeping only what is still needed.

        Parameters
        ----------
        training
            Whether batch norm takes the statistics of these images, as it does while a network learns.
        """
        values = {self.input: as_array("x", x, "...")}
        left = Counter(name for node in self.nodes for name in set(node.inputs))
        for node in self.nodes:
            computed = node.in_training() if training else node
            trace = computed.forward(*(values[name] for name in node.inputs))
            yield node, trace
            values[node.name] = trace.output
            for name in set(node.inputs):
                left[name] -= 1
                if not left[name]:
                    del values[name]

    def forward(self, x: npt.ArrayLike, *, training: bool = False) -> dict[str, Trace]:
        """Return every node's trace by its name, in order; `training` is that of `steps`.

        Raises
        ------
        ShapeError, InputError
            If a node cannot work on what it is given, or if all of it would need too much memory.
        """
        found: dict[str, Trace] = {}
        kept = 0
        for node, trace in self.steps(x, training=training):
            found[node.name] = trace
            kept += trace.output.size
            if kept > MAX_KEPT:
                raise InputError(
                    f"x must be small enough for {MAX_KEPT:,} numbers to be kept, but {node.name} is beyond."
                )
        return found

    def shapes(self, input_shape: tuple[int, ...] | None = None) -> dict[str, tuple[int, ...]]:
        """Return the shape of what each node makes of one image, by name, the input's first."""
        shape = input_shape or self.input_shape
        if shape is None:
            raise InputError("the size of the input must be given, for the network does not say it.")
        steps = self.steps(probe(shape))
        return {self.input: tuple(shape), **{node.name: trace.output.shape[1:] for node, trace in steps}}


def nodes_for(nodes: Sequence[Node], outputs: Iterable[str]) -> tuple[Node, ...]:
    """Return the nodes that some outputs depend on."""
    needed = set(outputs)
    for node in reversed(nodes):
        if node.name in needed:
            needed.update(node.inputs)
    return tuple(node for node in nodes if node.name in needed)


def probe(shape: Sequence[int]) -> Array:
    """Return an image of small numbers that are all different, to see what a network makes of its shape."""
    if prod(shape) > MAX_CELLS:
        raise InputError(f"the input must hold at most {MAX_CELLS:,} numbers, but its shape is {tuple(shape)}.")
    return freeze(np.linspace(0.1, 1.0, prod(shape)).reshape(1, *shape))


def chained(nodes: Sequence[Node], input: str = "x") -> tuple[Node, ...]:
    """Return nodes that are each fed by the one before it."""
    before = (input, *(node.name for node in nodes))
    return tuple(replace(node, inputs=(name,)) for name, node in zip(before, nodes, strict=False))
