"""One value of a network, worked out beside the maps that it comes from."""

from __future__ import annotations

import numpy as np
from manim import FadeIn, Group, Mobject, VMobject

from cnn_core.arrays import Array
from cnn_core.operations import OPERATIONS
from cnn_core.trace import parse
from scenes.language import say
from scenes.layout import Box, smallest_text
from scenes.mobjects.expression import Line
from scenes.mobjects.maps import Arrangement, FeatureMaps
from scenes.mobjects.text import Label, width_of
from scenes.net.board import NetBoard, marked_cells
from scenes.net.closely import MOST_PRODUCTS, Closely
from scenes.net.words import told_value
from scenes.net.worked import OTHERS, WorkedOut

__all__ = ["look_at_maps"]


def look_at_maps(board: NetBoard, one: WorkedOut) -> None:
    """Show the maps that a number comes from, and the line that makes it."""
    stage = board.stage
    with stage.beat("step", told_value(one)):
        board.clear()
        pictures = Pictures(board, one)
        board.show(pictures.whole)
        if pictures.marks:
            stage.play(*map(FadeIn, pictures.marks), run_time=0.6)
            board.extras += pictures.marks
        words = {one.place(OTHERS): say("the other {count}:", count=one.others)} if one.others else {}
        Closely(board, one).show(lines_of(one, words), 1.0)


def lines_of(one: WorkedOut, words: dict[str, str]) -> list[Line]:
    """Return the ways to write the line; what stands for all other terms says how many they are."""
    *stages, result = one.equation.stages()
    short = [part for part in stages if part.terms <= MOST_PRODUCTS] or stages[-1:]
    return [*(Line((part, result), words=words) for part in short), Line((result,))]


class Pictures:
    """The maps that a step reads and the one that it gives, with marks at what is worked out.

    Attributes
    ----------
    marks
        Outlines of the window and of the cell.
    """

    def __init__(self, board: NetBoard, one: WorkedOut) -> None:
        self.board, self.one, self.theme = board, one, board.theme
        self.marks: list[VMobject] = []
        parts: list[Mobject] = []
        read = self.read()
        margin = 0.0 if not board.stage.wide else 0.06 if len(read) > 1 else 0.18
        places = board.places
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
        """Return the channel of the first of the numbers that were read from an input."""
        leaves = self.one.equation_of_trace.left.leaves()
        indices = [parse(leaf.address)[1] for leaf in leaves if leaf.name == name and leaf.address]
        return indices[0][1] if indices and len(indices[0]) == 4 else min(self.one.position[1], count - 1)

    def window(self, name: str) -> tuple[int, int, int, int] | None:
        """Return row, column, height and width of what was read."""
        leaves = [leaf for leaf in self.one.equation_of_trace.left.leaves() if leaf.name == name and leaf.address]
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
            self.marks.append(marked_cells(picture, 0, cells))
        return Group(picture, head)

    @staticmethod
    def fitting(width: float, *texts: str) -> str:
        """Return the first text that fits below a picture, or the last one."""
        size = max(smallest_text(), 0.3)
        return next((text for text in texts if size * width_of(text) <= 0.95 * width), texts[-1])
