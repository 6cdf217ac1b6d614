"""One value of a network, worked out beside the maps that it comes from."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from manim import FadeIn, Group, Mobject, VMobject

from cnn_core.arrays import Array
from cnn_core.operations import OPERATIONS
from cnn_core.trace import parse
from scenes.language import say
from scenes.layout import Box, smallest_text
from scenes.mobjects.expression import Drawn, Line, Writer
from scenes.mobjects.maps import Arrangement, FeatureMaps
from scenes.mobjects.text import Label, width_of
from scenes.net.words import told_value
from scenes.net.worked import WorkedOut
from scenes.network.board import FORMULA, NetPlaces
from scenes.stage import ExplainerScene

__all__ = ["look_at"]

_LEAST = 0.14
"""Side of a mark, in scene units, below which it cannot be seen."""


_MOST_TERMS = 12
"""Terms of a line that are written one by one; of longer ones the sums of some are."""


def look_at(
    stage: ExplainerScene[Any], places: NetPlaces, one: WorkedOut, called: str, tidy: Callable[[], None]
) -> Group:
    """Show what a value comes from, and the line that makes it; return all of it, which the next beat takes away.

    Parameters
    ----------
    tidy
        Takes away what stands there from the beat before.
    """
    with stage.beat("step", told_value(one, called)):
        tidy()
        pictures = Pictures(stage, places, one)
        line = line_of(stage, one, places.formula)
        stage.play(FadeIn(pictures.whole), run_time=0.8)
        if pictures.marks:
            stage.play(*(FadeIn(mark) for mark in pictures.marks), run_time=0.6)
        for index in range(len(line.line.parts)):
            stage.play(*(FadeIn(term) for term in line.stage(index)), run_time=1.0)
        stage.remove(*line.get_family())
        stage.add(line)
    return Group(pictures.whole, *pictures.marks, line)


def line_of(stage: ExplainerScene[Any], one: WorkedOut, box: Box) -> Drawn:
    """Write the line; what stands for all other terms says how many they are."""
    *stages, result = one.equation.stages()
    rest = one.places.get("others")
    words = {} if rest is None else {f"{one.address}.numbers[{rest}]": say("the other {count}:", count=one.others)}
    most = min(_MOST_TERMS, one.maps_seen + 1) if one.maps_seen > 1 else _MOST_TERMS
    short = [part for part in stages if part.terms <= most] or stages[-1:]
    lines = [Line((part, result), words=words) for part in short]
    return Writer(stage.theme, box, FORMULA).best([*lines, Line((result,))])


class Pictures:
    """The maps that a step reads and the one that it gives, with marks at what is worked out.

    Attributes
    ----------
    marks
        Outlines of the window and of the cell.
    """

    def __init__(self, stage: ExplainerScene[Any], places: NetPlaces, one: WorkedOut) -> None:
        self.stage, self.one, self.theme = stage, one, stage.theme
        self.marks: list[VMobject] = []
        parts: list[Mobject] = []
        read = self.read()
        margin = 0.0 if not stage.wide else 0.06 if len(read) > 1 else 0.18
        boxes = places.everything.part(margin, 1 - margin)
        boxes = Box(boxes.left, boxes.right, places.whole.bottom, boxes.top)
        share = 1 / (len(read) + 1)
        for k, (name, maps, channel) in enumerate(read):
            box = boxes.part(k * share + 0.02, (k + 1) * share - 0.02)
            parts.append(self.framed(maps, channel, name, box, self.theme.input, self.window(name)))
        box = boxes.part(1 - share + 0.02, 0.98)
        output, title = one.trace.output[0], OPERATIONS[one.node.op].name
        if output.ndim == 3:
            _, channel, row, column = one.position
            parts.append(self.framed(output, channel, title, box, self.theme.output, (row, column, 1, 1)))
        self.whole = Group(*parts)

    def read(self) -> list[tuple[str, Array, int]]:
        """Return the name, the maps and the channel of each input of maps."""
        found = []
        for name, source in zip(("x", "y"), self.one.node.inputs, strict=False):
            maps = self.one.reading.output_of(source)
            if maps.ndim == 3 and name not in self.one.node.arrays:
                found.append((name, maps, self.channel(name, len(maps))))
        return found

    def channel(self, name: str, count: int) -> int:
        """Return the channel of the strongest of the numbers that were read from an input."""
        leaves = [leaf for leaf in self.one.strongest.leaves() if leaf.name == name and leaf.address]
        indices = [parse(leaf.address)[1] for leaf in leaves]
        return indices[0][1] if indices and len(indices[0]) == 4 else min(self.one.position[1], count - 1)

    def window(self, name: str) -> tuple[int, int, int, int] | None:
        """Return row, column, height and width of what was read."""
        leaves = [leaf for leaf in self.one.original.left.leaves() if leaf.name == name and leaf.address]
        cells = [at for at in (parse(leaf.address)[1] for leaf in leaves) if len(at) == 4]
        if not cells:
            return None
        rows, columns = [at[2] for at in cells], [at[3] for at in cells]
        return min(rows), min(columns), max(rows) - min(rows) + 1, max(columns) - min(columns) + 1

    def framed(
        self, maps: Array, channel: int, name: str, box: Box, role: str, cells: tuple[int, int, int, int] | None
    ) -> Group:
        """Build the picture of a map, and mark cells of it."""
        one = maps[channel : channel + 1]
        size = "×".join(map(str, one.shape[1:]))
        named = {"channel": channel, "count": len(maps), "size": size}
        words = self.fitting(
            box.width,
            say("channel {channel} of {count}, {size}", **named),
            say("channel {channel} of {count}", **named),
            say("channel {channel}", **named),
        )
        room = Box(box.left, box.right, box.bottom, box.top - 1.5 * max(smallest_text(), 0.3))
        picture = FeatureMaps(one, Arrangement.of(one.shape, 1.0), role, self.theme, room, words)
        head = Label(name if len(name) > 1 else "", max(smallest_text(), 0.3), role)
        head.next_to(picture.image, np.array([0.0, 1.0, 0.0]), buff=0.08)
        if cells is not None:
            self.marks.append(self.outline(picture, *cells))
        return Group(picture, head)

    @staticmethod
    def fitting(width: float, *texts: str) -> str:
        """Return the first text that fits below a picture, or the last one."""
        size = max(smallest_text(), 0.3)
        return next((text for text in texts if size * width_of(text) <= 0.95 * width), texts[-1])

    def outline(self, picture: FeatureMaps, row: int, column: int, height: int, width: int) -> VMobject:
        """Outline cells; very small ones with some room around them."""
        high, wide = max(height, _LEAST / picture.cell), max(width, _LEAST / picture.cell)
        top, left = row + (height - high) / 2, column + (width - wide) / 2
        return picture.outline(0, top, left, high, wide)
