"""Where a film of a network shows what: the strip of all layers, a layer's input and output, and what is worked out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from math import prod
from typing import Any

import numpy as np
from manim import DOWN, Animation, ApplyMethod, FadeIn, FadeOut, Group, Mobject, VGroup, VMobject, config

from cnn_core.arrays import Array
from cnn_core.graph import Node
from scenes.language import say, say_many
from scenes.layout import Bands, Box, smallest_text
from scenes.mobjects.maps import Address, Arrangement, FeatureMaps, Reveal
from scenes.mobjects.text import width_of
from scenes.net.number_list import NumberList
from scenes.net.reading import NetReading
from scenes.net.strip import NetStrip, shape_of_strip
from scenes.net.worked import WorkedOut
from scenes.stage import ExplainerScene

__all__ = ["FORMULA", "NetBoard", "NetPlaces", "as_maps", "connect", "marked_cells"]

_GAP = 0.35


@dataclass(frozen=True)
class NetPlaces:
    """The boxes of the stage.

    Attributes
    ----------
    whole
        Everything above the formulas; the next three are parts of it.
    left, right
        Input and output of a layer.
    zoom
        What is looked at closely.
    formula
        Lines of arithmetic.
    track
        The strip that shows where in the network we are.
    """

    whole: Box
    left: Box
    right: Box
    zoom: Box
    formula: Box
    track: Box

    @property
    def everything(self) -> Box:
        return Box(self.whole.left, self.whole.right, self.formula.bottom, self.whole.top)

    @property
    def large(self) -> Box:
        """Where an output is shown while nothing is looked at closely: over the boxes for that."""
        return Box(self.zoom.left, self.whole.right, self.formula.bottom, self.zoom.top)

    @property
    def above_formula(self) -> Box:
        """Where an output is shown as large as it may be above a line of words."""
        return replace(self.large, bottom=self.whole.bottom)

    @classmethod
    def of(cls, bands: Bands, strip: float) -> NetPlaces:
        """Divide the bands of Manim's current frame, with a strip of this height at the bottom."""
        room = bands.whole
        tall, wide = config.frame_height > config.frame_width, config.frame_width > config.frame_height
        track = Box(room.left, room.right, room.bottom, room.bottom + strip)
        lines = 1.15 if wide else bands.formula.height - 0.2
        formula = Box(room.left, room.right, track.top + 0.1, track.top + 0.1 + lines)
        whole = Box(room.left, room.right, formula.top + 0.1, room.top)
        left, right, zoom = tall_parts(whole) if tall else wide_parts(whole) if wide else square_parts(whole)
        return cls(whole, left, right, zoom, formula, track)


def wide_parts(whole: Box) -> tuple[Box, Box, Box]:
    return whole.part(0, 0.19), whole.part(0.82, 1), whole.part(0.205, 0.8)


def square_parts(whole: Box) -> tuple[Box, Box, Box]:
    """Put input and output below each other, and what is worked out beside them."""
    middle = whole.center[1]
    column = whole.part(0, 0.32)
    upper = Box(column.left, column.right, middle + 0.06, whole.top)
    lower = Box(column.left, column.right, whole.bottom, middle - 0.06)
    return upper, lower, whole.part(0.36, 1)


def tall_parts(whole: Box) -> tuple[Box, Box, Box]:
    """Put input and output beside each other, and what is worked out below them."""
    middle = whole.bottom + 0.54 * whole.height
    upper = Box(whole.left, whole.right, middle + _GAP / 2, whole.top)
    lower = Box(whole.left, whole.right, whole.bottom, middle - _GAP / 2)
    return upper.part(0, 0.47), upper.part(0.53, 1), lower


FORMULA = 0.46
_LEAST = 0.14
"""Side of a mark, in scene units, below which it cannot be seen."""


class NetBoard:
    """What stands on the stage while a network is told, and how it changes.

    Attributes
    ----------
    left, right
        What the current step reads and gives.
    layer
        The node whose output is on the right, if its maps stay there from step to step.
    logits
        The scores of all classes, once they are shown in numbers.
    extras
        What was added to look closely; `clear` takes it away.
    due
        Where the strip's mark goes when that is taken away.
    """

    left: FeatureMaps
    right: FeatureMaps | None = None
    layer: Node | None = None
    logits: NumberList | None = None
    due: int | None = None

    def __init__(self, stage: ExplainerScene[Any], reading: NetReading) -> None:
        self.stage, self.reading, self.theme = stage, reading, stage.theme
        shape = shape_of_strip(reading)
        self.places = NetPlaces.of(stage.bands, shape.height(stage.bands.whole.width))
        self.track = NetStrip(shape, stage.theme, self.places.track)
        stage.bands = replace(stage.bands, formula=self.places.formula)
        self.extras: list[Mobject] = []
        self.away: list[Mobject] = []
        self.channels: tuple[Sequence[int], Sequence[int]] | None = None

    def maps_of(self, node: Node | None, box: Box, role: str) -> FeatureMaps:
        """Return a node's output, or the input, as maps in a box, each with its range."""
        output = self.reading.maps_in if node is None else self.reading.output_of(node.name)
        maps = as_maps(output)
        if node is None or prod(output.shape[1:]) == 1:
            arrangement = Arrangement.of(maps.shape, box.width / box.height)
            words = channels_in_words(maps) if node is None else shape_in_words(maps)
            return FeatureMaps(maps, arrangement, role, self.theme, box, words)
        arrangement = Arrangement.within(maps.shape, box.width, box.height)
        address = ends_of(self.reading, node)
        return FeatureMaps(maps, arrangement, role, self.theme, box, shape_in_words(maps), address)

    def enter(self, node: Node, run_time: float, *, swept: int = 0, first: Callable[[], None] = lambda: None) -> None:
        """Let the last output become the next input, and write the maps of a node.

        Parameters
        ----------
        swept
            Rows of the input that are marked, further and further down, while those that they make are written.
        first
            Shows what makes the maps, in their frames, which are still empty.
        """
        self.advance(node)
        self.layer = node
        self.right = self.maps_of(node, self.places.large, self.theme.strong)
        rows, columns = self.left.maps.shape[1:]
        marks = [self.left.outline(0, 0, 0, swept, columns)] if swept else []
        self.reveal(self.right, run_time, *marks, by=self.left.cell * (rows - swept), first=first)

    def reveal(
        self,
        maps: FeatureMaps,
        run_time: float,
        *marks: VMobject,
        by: float = 0.0,
        first: Callable[[], None] = lambda: None,
    ) -> None:
        """Write maps, row by row, while marks go down `by` so much; before, show something else in their frames."""
        written = Reveal(maps)
        self.stage.add(maps.image)
        self.stage.play(FadeIn(maps.frames, maps.words), run_time=0.4)
        first()
        if marks:
            self.stage.play(FadeIn(*marks), run_time=0.3)
        self.stage.play(written, *(ApplyMethod(mark.shift, by * DOWN) for mark in marks), run_time=run_time)
        if marks:
            self.stage.play(FadeOut(*marks), run_time=0.2)

    def advance(self, node: Node) -> None:
        """Move the mark on to a node, and the last output into the input's place, where it is blue."""
        self.clear()
        self.stage.play(self.track.go_to(self.reading.steps.index(node) + 1), run_time=0.25)
        if self.right is not None and self.layer is not None:
            coming = self.maps_of(self.layer, self.places.left, self.theme.input)
            self.stage.play(self.left.leave(), run_time=0.25)
            self.stage.play(*self.right.moves_to(coming), run_time=0.4)
            self.left, self.right = self.right, None

    def list_logits(self, node: Node, *, only_names: bool = False) -> None:
        """Show the scores of all classes in numbers, out of the last step's maps if it is shown as maps."""
        scores = self.reading.scored.x[0]
        names = [self.reading.called(k) for k in range(len(scores))]
        self.logits = NumberList(scores, names, "softmax.x[0,{}]".format, self.theme, self.places.right)
        self.make_room()
        leaving = [] if self.right is None else [self.right.leave()]
        self.layer, self.right = node, None
        self.stage.play(*leaving, FadeIn(VGroup(*self.logits.names) if only_names else self.logits), run_time=0.8)

    def bring(self, one: WorkedOut) -> None:
        """Let what a node reads and gives stand at the sides: all maps that stand there, or those that matter."""
        if one.node is self.layer:
            self.make_room()
            return
        self.clear()
        reads, gives = self.reading.output_of(one.node.inputs[0]), self.reading.output_of(one.node.name)
        seen = one.channels if reads.ndim == 3 else range(len(reads))
        self.channels = seen, one.position[1:2]
        self.left, self.right = self.some(reads, seen, self.places.left, self.theme.input), None
        if gives.ndim == 3:
            self.right = self.some(gives, one.position[1:2], self.places.right, self.theme.output)
        self.show(self.left, *([] if self.right is None else [self.right]))

    def some(self, output: Array, channels: Sequence[int], box: Box, role: str) -> FeatureMaps:
        """Return some maps of an output, with their number."""
        maps = as_maps(output)[list(channels)]
        title = shape_in_words(maps)
        named = {"count": len(output), "shown": len(channels), "channel": channels[0]}
        if output.ndim == 3 and len(channels) == 1 < len(output):
            title = say("channel {channel} of {count}", **named)
            is_long = max(smallest_text(), 0.3) * width_of(title) > 0.95 * box.width
            title = say("channel {channel}", **named) if is_long else title
        elif output.ndim == 3 and len(channels) < len(output):
            title = say("{shown} of {count} maps", **named)
        return FeatureMaps(maps, Arrangement.of(maps.shape, box.width / box.height), role, self.theme, box, title)

    def index(self, side: int, channel: int) -> int:
        """Return which of the maps at a side, 0 left and 1 right, is that of a channel."""
        return channel if self.channels is None else list(self.channels[side]).index(channel)

    def mark(self, maps: FeatureMaps, channel: int, row: float, column: float, size: Sequence[int]) -> VMobject:
        """Return an outline of cells of the maps at a side; where others are near, of those that lie in the map."""
        side = 0 if maps is self.left else 1
        ends = np.array([(row, row + size[0]), (column, column + size[1])])
        if len(maps.maps) > 1:
            ends = ends.clip(0, np.reshape(maps.maps.shape[1:], (2, 1)))
        (top, bottom), (left, right) = ends
        return marked_cells(maps, self.index(side, channel), (top, left, bottom - top, right - left))

    def put_away(self) -> None:
        """Take what stands at the sides off the stage, until `clear`."""
        self.clear()
        sides = [self.left, self.right] if self.layer is not None else []
        standing = [maps for maps in sides if maps is not None]
        self.away = [Group(maps.image, maps.frames, maps.words) for maps in standing]
        if standing:
            self.stage.play(*(maps.leave() for maps in standing), run_time=0.4)

    def empty(self) -> None:
        """Take all that was told off the stage, for good."""
        self.put_away()
        self.away = []

    def give_back(self) -> None:
        """Forget what `bring` has set out; the next beat takes it away."""
        if self.channels is not None:
            self.channels, self.right = None, None

    def make_room(self) -> None:
        """Move the output aside, so that something can be looked at closely."""
        if self.right is not None and self.layer is not None and self.right.box == self.places.large:
            self.clear()
            small = self.maps_of(self.layer, self.places.right, self.right.role)
            self.stage.play(*self.right.moves_to(small), run_time=0.8)

    def morph(self, node: Node, run_time: float) -> None:
        """Change the output's values, as a node does that changes each value alone, and show it large."""
        assert self.right is not None
        self.clear()
        self.layer = node
        new = self.maps_of(node, self.places.large, self.theme.strong)
        self.stage.play(self.track.go_to(self.reading.steps.index(node) + 1), run_time=0.25 * run_time)
        self.stage.play(*self.right.moves_to(new), run_time=0.75 * run_time)

    def show(self, *mobjects: Mobject, run_time: float = 0.8, out_of: Mobject | None = None) -> None:
        """Let something appear that `clear` takes away again."""
        self.extras += mobjects
        source = {} if out_of is None else {"target_position": out_of}
        self.stage.play(*(FadeIn(one, **source) for one in mobjects), run_time=run_time)

    def clear(self) -> None:
        """Take away what was added to look closely, and bring the mark to where it is due."""
        moves: list[Animation] = [] if self.due is None else [self.track.go_to(self.due)]
        self.due = None
        if moves := [*moves, *self.leave()]:
            self.stage.play(*moves, run_time=0.4)

    def leave(self) -> list[Animation]:
        """Return the animations that take away what was added to look closely, and bring back what was put away."""
        leaving, coming = self.extras, self.away
        self.extras, self.away = [], []
        return [*([FadeOut(Group(*leaving))] if leaving else []), *([FadeIn(*coming)] if coming else [])]


def ends_of(reading: NetReading, node: Node) -> Address:
    """Return what gives the address of the smallest or largest value of a map; plain, for maps are copied with it."""
    return lambda end, channel: reading.place_in_record(node, f"{end}[{channel}]")


def marked_cells(maps: FeatureMaps, index: int, cells: tuple[float, float, float, float]) -> VMobject:
    """Return an outline of row, column, height and width; with some room around cells that are very small."""
    row, column, height, width = cells
    high, wide = (max(one, _LEAST / maps.cell) for one in (height, width))
    return maps.outline(index, row + (height - high) / 2, column + (width - wide) / 2, high, wide)


def as_maps(output: Array) -> Array:
    """Return maps as they are, several rows as one map, and a row of numbers as maps of one value each."""
    return output.reshape(-1, 1, 1) if output.ndim == 1 else output.reshape(-1, *output.shape[-2:])


def shape_in_words(maps: Array) -> str:
    """Return `8 maps 28×28`, or `216 numbers`."""
    count, height, width = maps.shape
    if height == width == 1:
        return say_many("{count} number", "{count} numbers", count)
    size = f"{height}×{width}"
    return say_many("{size}", "{count} maps {size}", count, size=size)


def channels_in_words(maps: Array) -> str:
    """Return `28×28`, or `3 channels 32×32`."""
    count, size = len(maps), "×".join(map(str, maps.shape[1:]))
    return size if count == 1 else say("{count} channels {size}", count=count, size=size)


def connect(small: Mobject, large: Mobject, color: str) -> VMobject:
    """Draw two lines from a small thing to a large one beside or below it, as from a lens."""
    lines = VMobject(stroke_color=color, stroke_width=1.5, stroke_opacity=0.7)
    below = large.get_top()[1] < small.get_bottom()[1]
    corners: Sequence[tuple[tuple[float, float], tuple[float, float]]] = (
        (((-1, -1), (-1, 1)), ((1, -1), (1, 1))) if below else (((1, 1), (-1, 1)), ((1, -1), (-1, -1)))
    )
    for start, stop in corners:
        lines.start_new_path(small.get_corner(np.array([*start, 0.0])))
        lines.add_line_to(large.get_corner(np.array([*stop, 0.0])))
    return lines
