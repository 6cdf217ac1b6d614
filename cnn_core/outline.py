"""A network in few parts: places of nodes, blocks of places, stages of blocks."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby
from math import log2
from typing import Literal, TypeAlias, TypeVar

from cnn_core.graph import Graph, Node
from cnn_core.operations import OPERATIONS

__all__ = ["Depth", "NetBlock", "NetOutline", "NetPlace", "NetStage", "changes_values_alone", "outline", "title_of"]

Shape = tuple[int, ...]
Shapes = Mapping[str, Shape]
_Part = TypeVar("_Part")
Depth: TypeAlias = Literal["stages", "blocks", "places"]

_SMALLER = 1.5
"""By what a side must shrink or grow for a new stage to begin; a convolution without padding shrinks it by less."""


@dataclass(frozen=True, eq=False)
class NetPlace:
    """Nodes that are told as one: what makes new maps, and what then changes each value alone.

    Attributes
    ----------
    shape
        Of what it makes of one image.
    """

    nodes: tuple[Node, ...]
    shape: Shape

    @property
    def maker(self) -> Node:
        """The node that makes its maps; the first, where none does."""
        return next((node for node in self.nodes if not _makes_nothing(node)), self.nodes[0])

    @property
    def output(self) -> str:
        return self.nodes[-1].name

    @property
    def inputs(self) -> tuple[str, ...]:
        return self.nodes[0].inputs

    @property
    def title(self) -> str:
        """What it is: `conv2d 3×3, stride 2 + batch norm + ReLU`."""
        return " + ".join(map(title_of, self.nodes))

    def parameters(self) -> int:
        return sum(node.parameters() for node in self.nodes)

    def kind(self) -> Hashable:
        """Return what places that are made alike have in common."""
        return self.shape, tuple(
            (
                node.op,
                tuple(sorted((name, repr(value)) for name, value in node.options.items())),
                tuple((name, array.shape) for name, array in node.arrays.items()),
            )
            for node in self.nodes
        )


@dataclass(frozen=True, eq=False)
class NetBlock:
    """Places between two points where one array crosses.

    Attributes
    ----------
    copies
        The places of each of the blocks that follow each other and are made alike.
    """

    copies: tuple[tuple[NetPlace, ...], ...]

    @property
    def places(self) -> tuple[NetPlace, ...]:
        """The places of the first of them."""
        return self.copies[0]

    @property
    def repeats(self) -> int:
        return len(self.copies)

    @property
    def output(self) -> str:
        """The node that the last of them ends with."""
        return self.copies[-1][-1].output

    @property
    def shape(self) -> Shape:
        return self.places[-1].shape

    def parameters(self) -> int:
        """Return how many numbers it has learned, all its repeats together."""
        return self.repeats * sum(place.parameters() for place in self.places)


@dataclass(frozen=True, eq=False)
class NetStage:
    """Blocks whose maps are of one size.

    Attributes
    ----------
    bridges
        Indices of earlier stages from which maps come that skip the stages between.
    """

    blocks: tuple[NetBlock, ...]
    bridges: tuple[int, ...] = ()

    @property
    def shape(self) -> Shape:
        return self.blocks[-1].shape

    @property
    def output(self) -> str:
        return self.blocks[-1].output

    def places(self) -> Iterator[NetPlace]:
        for block in self.blocks:
            for copy in block.copies:
                yield from copy

    def parameters(self) -> int:
        return sum(block.parameters() for block in self.blocks)


@dataclass(frozen=True, eq=False)
class NetOutline:
    """A network's stages.

    Attributes
    ----------
    shapes
        Of what each node makes of one image, by name.
    """

    graph: Graph
    shapes: Shapes
    stages: tuple[NetStage, ...]

    @property
    def levels(self) -> tuple[int, ...] | None:
        """How deep each stage lies, from 0 on, where they go down and up again with bridges; None where they do not."""
        shapes = [stage.shape for stage in self.stages]
        if not all(len(shape) == 3 for shape in shapes):
            return None
        steps = [_steps(shapes[0], shape) for shape in shapes]
        depths = sorted(set(steps))
        found = tuple(map(depths.index, steps))
        lowest = found.index(max(found))
        falls, rises = found[: lowest + 1], found[lowest:]
        bridges = [(source, k) for k, stage in enumerate(self.stages) for source in stage.bridges]
        is_u = list(falls) == sorted(falls) and list(rises) == sorted(rises, reverse=True) and found[0] == found[-1]
        is_free = all(found[source] == found[k] < min(found[source + 1 : k]) for source, k in bridges)
        return found if bridges and is_u and is_free else None

    def at(self, depth: Depth) -> NetOutline:
        """Return it with a stage for each of its blocks, or for each of its places."""
        if depth == "stages":
            return self
        blocks = [block for stage in self.stages for block in stage.blocks]
        if depth == "places":
            blocks = [NetBlock(((place,),)) for block in blocks for copy in block.copies for place in copy]
        return replace(self, stages=_with_bridges([NetStage((block,)) for block in blocks]))


def outline(graph: Graph, shapes: Shapes | None = None) -> NetOutline:
    """Group a network's nodes.

    Parameters
    ----------
    shapes
        What each node makes of one image; worked out if not given.
    """
    shapes = graph.shapes() if shapes is None else shapes
    places = _size_by_size(graph, _places(graph, shapes))
    segments = [part for segment in _segments(graph, places) for part in _sizes_apart(segment)]
    stages = [_merged(run) for run in _runs(segments, lambda segment: segment[-1].shape)]
    return NetOutline(graph, shapes, _with_bridges(stages))


def title_of(node: Node) -> str:
    """Return what a node is: `max pool 3×3, stride 2`."""
    name = OPERATIONS[node.op].name
    weight, kernel = node.arrays.get("weight"), node.options.get("kernel_size")
    if weight is not None and weight.ndim == 4:
        kernel = weight.shape[2:]
        is_depthwise = node.op == "conv2d" and weight.shape[1] == 1 < node.options.get("groups", 1)
        name = f"depthwise {name}" if is_depthwise else name
    if kernel is None:
        return name
    kernel, stride = _both(kernel), _both(node.options.get("stride") or (1 if weight is not None else kernel))
    size = f"{name} {kernel[0]}×{kernel[1]}"
    if stride == (1, 1) or (weight is None and stride == kernel):
        return size
    return f"{size}, stride {stride[0] if stride[0] == stride[1] else f'{stride[0]}×{stride[1]}'}"


def _both(value: int | tuple[int, int]) -> tuple[int, int]:
    return (value, value) if isinstance(value, int) else value


def changes_values_alone(node: Node) -> bool:
    """Tell whether it gives a number for each that it takes, as norms, activations and constants added do."""
    kind = OPERATIONS[node.op].kind
    return kind in ("norm", "activation") or (kind == "join" and len(node.inputs) == 1)


def _makes_nothing(node: Node) -> bool:
    """Tell whether it belongs to what makes maps after it, if there is nothing before it."""
    return changes_values_alone(node) or (OPERATIONS[node.op].kind == "shape" and len(node.inputs) == 1)


def _places(graph: Graph, shapes: Shapes) -> list[NetPlace]:
    """Join each node to the one before it, if nothing else needs that, and one of them changes each value alone."""
    chains: list[list[Node]] = []
    ending: dict[str, list[Node]] = {}
    for node in graph.nodes:
        chain = ending.get(node.inputs[0]) if len(node.inputs) == 1 else None
        alone = changes_values_alone(node)
        is_free = chain is not None and len(graph.users[node.inputs[0]]) == 1
        if chain is not None and is_free and (alone or all(map(_makes_nothing, chain))):
            chain.append(node)
        else:
            chain = [node]
            chains.append(chain)
        ending[node.name] = chain
    return [NetPlace(tuple(chain), shapes[chain[-1].name]) for chain in chains]


def _size_by_size(graph: Graph, places: Sequence[NetPlace]) -> list[NetPlace]:
    """Order places so that maps of one size follow each other, where a file has heads of several sizes side by side."""
    maker = {node.name: place for place in places for node in place.nodes}
    missing = {
        place: {maker[name] for node in place.nodes for name in node.inputs if name != graph.input} - {place}
        for place in places
    }
    ordered: list[NetPlace] = []
    while missing:
        ready = [place for place, others in missing.items() if not others]
        alike = (place for place in ready if ordered and _are_alike(ordered[-1].shape, place.shape))
        ordered.append(next(alike, ready[0]))
        del missing[ordered[-1]]
        for others in missing.values():
            others.discard(ordered[-1])
    return ordered


def _segments(graph: Graph, places: Sequence[NetPlace]) -> Iterator[list[NetPlace]]:
    """Cut where only one array crosses."""
    last_use = {name: k for k, place in enumerate(places) for name in place.inputs}
    last_use[graph.output] = len(places)
    live = {graph.input}
    segment: list[NetPlace] = []
    for k, place in enumerate(places):
        segment.append(place)
        live.add(place.output)
        live = {name for name in live if last_use.get(name, 0) > k}
        if len(live) <= 1:
            yield segment
            segment = []
    if segment:
        yield segment


def _map_size(shape: Shape) -> tuple[int, int]:
    return (shape[1], shape[2]) if len(shape) == 3 else (1, 1)


def _are_alike(one: Shape, other: Shape) -> bool:
    """Tell whether maps of two shapes belong to one stage."""
    sides = zip(_map_size(one), _map_size(other), strict=True)
    return all(max(pair) < _SMALLER * min(pair) for pair in sides)


def _steps(first: Shape, shape: Shape) -> int:
    """Return how often maps were halved to become as small as these, or nearly."""
    return round(log2(_map_size(first)[0] / _map_size(shape)[0]))


def _runs(parts: Sequence[_Part], shape_of: Callable[[_Part], Shape]) -> Iterator[list[_Part]]:
    """Cut where the size of the maps changes."""
    run: list[_Part] = []
    for part in parts:
        if run and not _are_alike(shape_of(run[-1]), shape_of(part)):
            yield run
            run = []
        run.append(part)
    if run:
        yield run


def _sizes_apart(segment: list[NetPlace]) -> Iterator[list[NetPlace]]:
    """Cut a segment in which maps become larger again, as in a U-Net, by their sizes."""
    grows = any(OPERATIONS[node.op].kind == "enlarge" for place in segment for node in place.nodes)
    yield from _runs(segment, lambda place: place.shape) if grows else [segment]


def _merged(segments: Sequence[list[NetPlace]]) -> NetStage:
    """Merge neighbours that are made alike."""
    groups = groupby(segments, key=lambda segment: tuple(place.kind() for place in segment))
    return NetStage(tuple(NetBlock(tuple(map(tuple, same))) for _, same in groups))


def _with_bridges(stages: Sequence[NetStage]) -> tuple[NetStage, ...]:
    made_in = {node.name: k for k, stage in enumerate(stages) for place in stage.places() for node in place.nodes}
    found = []
    for k, stage in enumerate(stages):
        sources = {made_in[name] for place in stage.places() for name in place.inputs if name in made_in}
        found.append(NetStage(stage.blocks, tuple(sorted(source for source in sources if source < k - 1))))
    return tuple(found)
