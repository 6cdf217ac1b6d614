"""What a film tells of a network: its stages with what came out of each, and what is worked out in digits."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from functools import cached_property
from math import prod
from typing import Any, Literal, Self

import numpy as np

from cnn_core.arrays import Array
from cnn_core.graph import Graph, Node
from cnn_core.net_input import NetInput
from cnn_core.operations import OPERATIONS
from cnn_core.outline import Depth, NetOutline, NetPlace, NetStage, outline
from cnn_core.receptive import Seen, receptive_field
from cnn_core.softmax import LogSoftmaxTrace, SoftmaxTrace, softmax
from cnn_core.trace import Trace, parse
from scenes.language import say
from scenes.net.choosing import first_of_each_kind, strongest, strongest_maps, strongest_rows
from scenes.net.class_map import ClassMap
from scenes.net.many_rows import ManyRows, shares_made
from scenes.net.worked import WorkedOut
from scenes.specs.base import SpecValues
from scenes.specs.digit_image import DigitImage

__all__ = ["ENDS", "MOST_COLUMNS", "MOST_IN_A_TABLE", "MOST_ROWS", "NetReading", "short_name"]

MOST_NAMED = 5
"""Classes that are named at the end, where there are too many for a table:"""
MOST_IN_A_TABLE = 10
_MOST_STEPS, _MOST_MAPS, _MOST_NUMBERS = 22, 64, 10_000
"""Of a network that is told step by step: its steps, and of what one of them gives."""
MOST_COLUMNS = 60
"""Of rows of numbers, that are shown."""
MOST_ROWS = 120
"""Of which all are shown; of more, only the strongest few."""
_MOVES = ("permute", "reshape")
"""Operations behind which rows and columns are others."""
ENDS: dict[str, Literal["smallest", "largest"]] = {"lows": "smallest", "highs": "largest"}
"""What the record calls the smallest and the largest value of each map."""
_LONGEST = 28
"""Letters of a class's name that are shown."""


@dataclass(frozen=True)
class Receptive:
    """What a number has seen.

    Attributes
    ----------
    position
        Channel, row and column of the number.
    seen
        Of each array on the way, by its node, the picture first.
    """

    position: tuple[int, ...]
    seen: dict[str, Seen]

    def values(self) -> SpecValues:
        """Return node and position, and first and last row and column of what was seen of the picture."""
        rows, columns = next(iter(self.seen.values()))
        node = list(self.seen)[-1]
        return {"node": node, "position": list(self.position), "rows": list(rows), "columns": list(columns)}


@dataclass(frozen=True, eq=False)
class NetReading:
    """A network's computation on one image.

    Attributes
    ----------
    names
        Of the classes, where they are known.
    depth
        What its stages are: those of the outline, or a stage for each of its blocks or places.
    image
        The digit that enters, if it is one.
    """

    graph: Graph
    entered: NetInput
    names: tuple[str, ...] | None = None
    depth: Depth | None = None
    image: DigitImage | None = None

    def __getstate__(self) -> dict[str, Any]:
        """Travel without what has been computed: it is large, and computed anew in a moment."""
        return {one.name: getattr(self, one.name) for one in fields(self)}

    def knowing(self, names: tuple[str, ...] | None, image: DigitImage | None) -> Self:
        """Return the same reading, with all that has been computed, these names of classes, and the digit it is of."""
        known = replace(self, names=names, image=image)
        known.__dict__.update({**self.__dict__, "names": names, "image": image})
        return known

    @cached_property
    def traces(self) -> dict[str, Trace]:
        return self.graph.forward(self.entered.x)

    @cached_property
    def whole(self) -> NetOutline:
        """The outline of the network, whatever the depth."""
        shapes = {name: self.output_of(self.unturned(name)).shape for name in self.traces}
        return outline(self.graph, {self.graph.input: self.entered.x.shape[1:], **shapes})

    @cached_property
    def stages(self) -> tuple[NetStage, ...]:
        return self.whole.at(self.depth or "stages").stages

    @cached_property
    def steps(self) -> list[Node]:
        """All nodes but a softmax at the end, and but those that only turn the axes."""
        last = self.graph.by_name[self.graph.output]
        left_out = [last] if isinstance(self.traces[last.name], SoftmaxTrace) else []
        return [node for node in self.graph.nodes if node not in left_out and node.op != "permute"]

    @cached_property
    def is_stepwise(self) -> bool:
        """Whether each step is told by itself: they are a chain, not too long, whose maps one picture can hold."""
        is_chain = all(len(users) <= 1 for users in self.graph.users.values())
        if self.depth not in (None, "places") or not is_chain or len(self.steps) > _MOST_STEPS:
            return False
        shapes = [self.output_of(node.name).shape for node in self.steps]
        most = [_MOST_NUMBERS if prod(shape[1:]) == 1 else _MOST_MAPS for shape in shapes]
        return all(len(shape) in (1, 3) and shape[0] <= one for shape, one in zip(shapes, most, strict=True))

    def output_of(self, name: str) -> Array:
        """Return what a node, or the input, gives for the image: without the axis of the batch."""
        whole: Array = self.entered.x if name == self.graph.input else self.traces[name].output
        image: Array = whole[0]
        return image

    def unturned(self, name: str) -> str:
        """Return a node, or the one before it where it only puts the channels of maps last."""
        node = self.graph.by_name.get(name)
        turns = node is not None and node.op == "permute" and node.options.get("dims") == (0, 2, 3, 1)
        return self.unturned(node.inputs[0]) if node is not None and turns else name

    def shown(self, stage: int) -> Array:
        """Return what is shown of a stage: its strongest maps (C, H, W), rows or columns, or all."""
        output = self.output_of(self.unturned(self.stages[stage].output))
        if output.ndim == 2 and len(output) > MOST_ROWS:
            output = strongest_rows(output)
        if output.ndim == 2:
            return strongest_maps(output.T[:, None], MOST_COLUMNS)[0][:, 0].T
        return strongest_maps(output)[0] if output.ndim == 3 else output

    @cached_property
    def receptive(self) -> Receptive | None:
        """What the strongest number of the smallest maps has seen; None where there are none, or no picture enters."""
        sizes = [prod(stage.shape[1:]) if len(stage.shape) == 3 else 1 for stage in self.stages]
        late = [k for k, size in enumerate(sizes) if size > 1]
        if not late or prod(self.maps_in.shape[1:]) == 1:
            return None
        last = max(late, key=lambda k: (-sizes[k], k))
        nodes = [self.graph.input, *(stage.output for stage in self.stages[: last + 1])]
        position = strongest(self.output_of(nodes[-1]))
        seen = receptive_field(self.graph, self.traces, nodes[-1], (position[1], position[2]))
        entry = self.graph.users[self.graph.input][0].name if self.graph.channels_last else self.graph.input
        seen[self.graph.input] = seen.get(entry, ((0, 0), (0, 0)))
        moved = any(self.graph.by_name[name].op in _MOVES for name in seen if name not in (self.graph.input, entry))
        known = entry in seen and not moved and nodes[-1] != entry
        return Receptive(position, {name: seen[name] for name in nodes if name in seen}) if known else None

    @property
    def maps_in(self) -> Array:
        """What enters, (C, H, W)."""
        maps = self.entered.maps
        return maps.transpose(2, 0, 1) if self.graph.channels_last else maps

    @property
    def enters_as_it_looks(self) -> bool:
        """Whether what enters can stand for what was given: numbers, or a digit with its ink from 0 to 1."""
        image, maps = self.image, self.maps_in
        is_digit = image is not None and maps.shape == (1, 28, 28) and np.allclose(255 * maps[0], image.pixels)
        return self.entered.pixels is None or is_digit

    @property
    def levels(self) -> tuple[int, ...] | None:
        """How deep each stage lies; None where it is no U-Net, or where more is told than its stages."""
        return self.whole.levels if self.depth in (None, "stages") else None

    @property
    def output(self) -> Array:
        return self.output_of(self.graph.output)

    @cached_property
    def probabilities(self) -> SoftmaxTrace | None:
        """The softmax of the scores, (1, classes); None where the network gives something else."""
        last = self.graph.by_name[self.graph.output]
        trace = self.traces[last.name]
        if isinstance(trace, SoftmaxTrace) and trace.x.ndim == 2:
            return softmax(trace.x) if isinstance(trace, LogSoftmaxTrace) else trace
        is_row = trace.output.ndim == 2 and trace.output.shape[1] > 1 and OPERATIONS[last.op].kind != "activation"
        return softmax(trace.output) if is_row and not self.graph.about.get("classes_elsewhere") else None

    @property
    def by_row(self) -> SoftmaxTrace | None:
        """The softmax of each row of scores, (1, rows, classes), where a network reads place after place."""
        trace = self.traces[self.graph.output]
        is_softmax = isinstance(trace, SoftmaxTrace) and not isinstance(trace, LogSoftmaxTrace)
        return trace if isinstance(trace, SoftmaxTrace) and is_softmax and trace.x.ndim == 3 == trace.dim + 1 else None

    @property
    def commonest(self) -> int:
        """The class that is likeliest in most rows."""
        assert self.by_row is not None, "the network reads place after place"
        return int(np.bincount(self.by_row.output[0].argmax(axis=1)).argmax())

    @cached_property
    def read_in_rows(self) -> list[tuple[int, int]]:
        """Row and likeliest class, where that is neither the commonest one nor that of the row before; the first."""
        if self.by_row is None:
            return []
        likeliest: list[int] = self.by_row.output[0].argmax(axis=1).tolist()
        before = [-1, *likeliest]
        rows = [(row, k) for row, k in enumerate(likeliest) if k not in (self.commonest, before[row])]
        return rows[:MOST_IN_A_TABLE]

    @cached_property
    def told_rows(self) -> list[tuple[int, int]]:
        """What was read in rows; where nothing was, the rows in which another class than the commonest came closest."""
        if self.read_in_rows or self.by_row is None:
            return self.read_in_rows
        shares = self.by_row.output[0].copy()
        shares[:, self.commonest] = 0
        nearest = np.argsort(-shares.max(axis=1), kind="stable")[:MOST_NAMED].tolist()
        return [(row, int(shares[row].argmax())) for row in nearest]

    @cached_property
    def many_rows(self) -> ManyRows | None:
        """The rows that it gives, where it gives rows and they are no places with classes."""
        return None if self.by_row is not None else ManyRows.of(self.output, shares_made(self.graph, self.traces))

    @property
    def classes(self) -> int:
        """How many classes it tells apart; 0 where it gives something else."""
        found = self.by_row if self.probabilities is None else self.probabilities
        return 0 if found is None else found.output.shape[-1]

    @property
    def scored(self) -> SoftmaxTrace:
        """The softmax of the scores of a network that is known to tell classes apart."""
        assert self.probabilities is not None, "the network tells classes apart"
        return self.probabilities

    @property
    def is_tabled(self) -> bool:
        """Whether there are so few classes that all their numbers can be shown."""
        return self.probabilities is not None and self.probabilities.x.size <= MOST_IN_A_TABLE

    @property
    def prediction(self) -> int:
        """The class with the largest probability; the first one where several are equal."""
        return self.top[0]

    @property
    def label(self) -> int | None:
        """The class that was meant, where that is known."""
        return None if self.image is None else self.image.label

    @cached_property
    def top(self) -> list[int]:
        """The likeliest classes, the first one first."""
        if self.probabilities is None:
            return []
        likeliest: list[int] = np.argsort(-self.probabilities.output[0], kind="stable")[:MOST_NAMED].tolist()
        return likeliest

    @property
    def others(self) -> float:
        """How likely all other classes are together."""
        shares = [] if self.probabilities is None else self.probabilities.output[0]
        return max(0.0, 1 - float(np.sum([shares[k] for k in self.top])))

    @cached_property
    def class_map(self) -> ClassMap | None:
        """Where the last maps speak for the winner, if the network ends so."""
        return ClassMap.of(self.graph, self.traces, self.top[0]) if self.top else None

    def called(self, k: int) -> str:
        return self.names[k] if self.names else str(k)

    def in_words(self, k: int) -> str:
        """Return what a class is called in a sentence."""
        if self.names:
            return short_name(self.names[k])
        return say("class {number}", number=k) if self.image is None else say("digit {number}", number=k)

    @cached_property
    def worked_out(self) -> list[WorkedOut]:
        """One value of each kind of step, in order."""
        return [
            WorkedOut(self, node, f"worked_out[{k}]", position, is_chosen)
            for k, (node, position, is_chosen) in enumerate(self.looked_at())
        ]

    def looked_at(self) -> Iterator[tuple[Node, tuple[int, ...], bool]]:
        """Give what is worked out: a node, a position in its output, and whether somebody chose it."""
        for node in first_of_each_kind(self):
            yield node, self.strongest_in(node), False

    def worked_in(self, node: Node) -> WorkedOut | None:
        """Return what is worked out in a node, if there is something."""
        return next((one for one in self.worked_out if one.node is node), None)

    def place_of(self, node: Node) -> NetPlace | None:
        return next((place for stage in self.whole.stages for place in stage.places() if node in place.nodes), None)

    def strongest_in(self, node: Node) -> tuple[int, ...]:
        """Return the position that matters most: the winner's score, or the strongest response of the node's place."""
        output = self.traces[node.name].output
        if output.ndim == 2 and node.name == self.graph.output and self.top:
            return 0, self.top[0]
        place = self.place_of(node)
        judged = self.traces[place.output].output if place is not None else output
        return strongest(judged if judged.shape == output.shape else output)

    def place_in_record(self, node: Node, address: str) -> str:
        """Return where a number of a node's trace stands in `values()`: only what is shown is there."""
        is_there = self.is_stepwise and parse(address)[0] in ENDS
        return f"layers[{self.steps.index(node)}].{address}" if is_there else ""


def short_name(name: str) -> str:
    """Return the name of a class, or its beginning where it is very long."""
    return name if len(name) <= _LONGEST else f"{name[: _LONGEST - 1]}…"
