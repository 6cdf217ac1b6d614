"""Where a film of a network shows what: the strip of all layers, a layer's input and output, and what is worked out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from types import MappingProxyType
from typing import Any

import numpy as np
from manim import FadeIn, FadeOut, Group, Mobject, VMobject, config

from cnn_core.arrays import Array
from scenes.language import marked, say, say_many
from scenes.layout import Bands, Box
from scenes.mobjects.maps import Arrangement, FeatureMaps, Reveal
from scenes.mobjects.track import NetTrack
from scenes.network.number_list import NumberList
from scenes.network.reading import Reading
from scenes.stage import ExplainerScene

__all__ = ["FORMULA", "NetBoard", "NetPlaces", "as_maps", "connect"]

GAP = 0.35


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

    @classmethod
    def of(cls, bands: Bands, strip: float) -> NetPlaces:
        """Divide the bands of Manim's current frame, with a strip of this height at the bottom."""
        room = bands.whole
        tall, wide = config.frame_height > config.frame_width, config.frame_width > config.frame_height
        track = Box(room.left, room.right, room.bottom, room.bottom + strip)
        formula = Box(room.left, room.right, track.top + 0.1, track.top + bands.formula.height - 0.1)
        whole = Box(room.left, room.right, formula.top + 0.1, room.top)
        left, right, zoom = tall_parts(whole) if tall else wide_parts(whole) if wide else square_parts(whole)
        return cls(whole, left, right, zoom, formula, track)


def wide_parts(whole: Box) -> tuple[Box, Box, Box]:
    return whole.part(0, 0.2), whole.part(0.74, 1), whole.part(0.235, 0.71)


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
    upper = Box(whole.left, whole.right, middle + GAP / 2, whole.top)
    lower = Box(whole.left, whole.right, whole.bottom, middle - GAP / 2)
    return upper.part(0, 0.47), upper.part(0.53, 1), lower


FORMULA = 0.46
SHORT = MappingProxyType(
    {
        "conv2d": marked("conv"),
        "batch norm": marked("norm"),
        "max pool": marked("pool"),
        "average pool": marked("pool"),
        "leaky ReLU": marked("leaky"),
    }
)
"""Names of layers that are shorter in the strip."""


class NetBoard:
    """What stands on the stage while the layers are told, and how it changes.

    Attributes
    ----------
    left, right
        Input and output of the current block.
    layer
        The one whose output is on the right.
    logits
        The output of the last one, once it is shown in numbers.
    extras
        What was added to look closely; `clear` takes it away.
    """

    left: FeatureMaps
    right: FeatureMaps | None = None
    layer = -1
    logits: NumberList | None = None

    def __init__(self, stage: ExplainerScene[Any], reading: Reading) -> None:
        self.stage, self.reading, self.theme = stage, reading, stage.theme
        names = self.step_names()
        self.places = NetPlaces.of(stage.bands, NetTrack.height_of(names, stage.bands.whole.width))
        stage.bands = replace(stage.bands, formula=self.places.formula)
        self.track = NetTrack(names, self.theme, self.places.track)
        self.extras: list[Mobject] = []

    def step_names(self) -> list[str]:
        """Return the names of all steps: the digit, a layer each, and the softmax."""
        layers = self.reading.network.layers[: len(self.reading.traces)]
        return [say("digit"), *(say(SHORT.get(layer.name, layer.name)) for layer in layers), say("softmax")]

    def maps_of(self, layer: int, box: Box, role: str) -> FeatureMaps:
        """Return a layer's output as maps in a box; layer -1 is the digit."""
        output = self.reading.x if layer < 0 else self.reading.traces[layer].output
        maps = as_maps(output[0])
        address = partial(end_address, layer) if layer >= 0 and output.ndim == 4 else None
        arrangement = Arrangement.within(maps.shape, box.width, box.height)
        return FeatureMaps(maps, arrangement, role, self.theme, box, shape_in_words(maps), address)

    def enter(self, block: int, run_time: float) -> None:
        """Let the last output become the next input, and write the maps of a block's first layer."""
        self.advance(block)
        layer = self.layer = self.reading.blocks[block].first
        self.right = self.maps_of(layer, self.places.large, self.theme.strong)
        written = Reveal(self.right)
        self.stage.add(self.right.image)
        self.stage.play(FadeIn(self.right.frames, self.right.words), run_time=0.4)
        self.stage.play(written, run_time=run_time)

    def advance(self, block: int) -> None:
        """Move the mark on to a block, and the last output into the input's place, where it is blue."""
        self.clear()
        moves: list[Any] = [self.track.go_to(self.reading.blocks[block].first + 1)]
        if self.right is not None:
            before = self.reading.blocks[block - 1].last
            coming = self.maps_of(before, self.places.left, self.theme.input)
            moves += [self.left.leave(), *self.right.moves_to(coming)]
            self.left, self.right = self.right, None
        self.stage.play(*moves, run_time=0.8)

    def list_logits(self, layer: int) -> NumberList:
        """Show the last layer's output in numbers, out of its maps if it is shown as maps."""
        self.logits = NumberList(
            self.reading.traces[layer].output.ravel(), partial(logit_address, layer), self.theme, self.places.right
        )
        self.make_room()
        leaving = [] if self.right is None else [self.right.leave()]
        self.right = None
        self.stage.play(*leaving, FadeIn(self.logits), run_time=0.8)
        return self.logits

    def make_room(self) -> None:
        """Move the output aside, so that something can be looked at closely."""
        if self.right is not None and self.right.box == self.places.large:
            self.clear()
            small = self.maps_of(self.layer, self.places.right, self.right.role)
            self.stage.play(*self.right.moves_to(small), run_time=0.8)

    def morph(self, layer: int, run_time: float) -> None:
        """Change the output's values, as a layer does that changes each value alone, and show it large."""
        assert self.right is not None
        self.clear()
        self.layer = layer
        new = self.maps_of(layer, self.places.large, self.theme.strong)
        self.stage.play(self.track.go_to(layer + 1), *self.right.moves_to(new), run_time=run_time)

    def show(self, *mobjects: Mobject, run_time: float = 0.8, out_of: Mobject | None = None) -> None:
        """Let something appear that `clear` takes away again."""
        self.extras += mobjects
        source = {} if out_of is None else {"target_position": out_of}
        self.stage.play(*(FadeIn(one, **source) for one in mobjects), run_time=run_time)

    def clear(self) -> None:
        """Take away what was added to look closely."""
        if self.extras:
            self.stage.play(*self.leave(), run_time=0.4)

    def leave(self) -> list[FadeOut]:
        """Return the animation that takes away what was added to look closely."""
        leaving, self.extras = self.extras, []
        return [FadeOut(Group(*leaving))] if leaving else []


def end_address(layer: int, end: str, channel: int) -> str:
    """Return the address of the smallest or largest value of a map."""
    return f"layers[{layer}].{end}[{channel}]"


def logit_address(layer: int, k: int) -> str:
    return f"layers[{layer}].output[0,{k}]"


def as_maps(output: Array) -> Array:
    """Return maps as they are, and a row of numbers as maps of one value each."""
    return output if output.ndim == 3 else output.reshape(-1, 1, 1)


def shape_in_words(maps: Array) -> str:
    """Return `8 maps 28×28`, or `216 numbers`."""
    count, height, width = maps.shape
    if height == width == 1:
        return say_many("{count} number", "{count} numbers", count)
    size = f"{height}×{width}"
    return say_many("{size}", "{count} maps {size}", count, size=size)


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
