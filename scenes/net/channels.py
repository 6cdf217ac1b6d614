"""One output pixel of a convolution of many maps: a sum for each channel, and the sum of these sums."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil

import numpy as np
from manim import RIGHT, FadeIn, Group, Rectangle, VGroup

from cnn_core.arrays import Array
from cnn_core.numerals import as_text
from scenes.language import say, say_many
from scenes.layout import Box, smallest_text
from scenes.mobjects.expression import Line
from scenes.mobjects.picture import Picture, picture_colours
from scenes.mobjects.text import Label, Number
from scenes.net.board import NetBoard
from scenes.net.closely import Closely, headed, place_in_words
from scenes.net.window import show_place
from scenes.net.worked import OTHERS, WorkedOut
from scenes.theme import Theme

__all__ = ["ChannelRow", "ChannelTable", "look_at_channels"]

_SIGN = 0.9
"""Width of a sign with its space, in em."""

_LARGEST = 1.1
NUMBER = 3.1
"""Width of a sum such as -12.34 with its space, in em."""


@dataclass(frozen=True, eq=False)
class ChannelRow:
    """One channel: what lies under the kernel, the kernel, and the sum of their products."""

    window: Array
    kernel: Array
    total: float
    address: str


class ChannelTable(Group):
    """A picture of the window, one of the kernel and a number for each channel, in as many columns as make them large.

    Attributes
    ----------
    pairs : list of Group
        Window and kernel of each channel.
    sums : list of Number
    """

    def __init__(self, rows: Sequence[ChannelRow], largest: float, theme: Theme, box: Box) -> None:
        self.theme = theme
        self.size = max(smallest_text(), min(0.36, 0.055 * box.width))
        columns = max(range(1, len(rows) + 1), key=lambda n: self._side(n, len(rows), box))
        self.side = self._side(columns, len(rows), box)
        lines = ceil(len(rows) / columns)
        pitch = box.height / max(lines, 3), box.width / columns
        free = pitch[1] - 2 * self.side - (2 * _SIGN + NUMBER) * self.size
        heaviest = max(float(np.abs(row.kernel).max()) for row in rows)
        self.pairs: list[Group] = []
        self.sums: list[Number] = []
        for index, row in enumerate(rows):
            column, line = divmod(index, lines)
            x = box.left + column * pitch[1] + free / 2
            y = box.center[1] + ((lines - 1) / 2 - line) * pitch[0]
            self._put(row, largest, heaviest, np.array([x, y, 0.0]))
        super().__init__(*self.pairs, *self.sums)

    def _side(self, columns: int, count: int, box: Box) -> float:
        across = (box.width / columns - 0.2 - (2 * _SIGN + NUMBER) * self.size) / 2
        return min(_LARGEST, across, 0.86 * box.height / ceil(count / columns))

    def _put(self, row: ChannelRow, largest: float, heaviest: float, start: np.ndarray) -> None:
        """Put a channel's pictures, signs and sum on a line that begins at `start`."""
        pictures = [
            self._framed(row.window, self.theme.input, largest),
            self._framed(row.kernel, self.theme.kernel, heaviest),
        ]
        sign = _SIGN * self.size
        pictures[0].move_to(start, aligned_edge=np.array([-1.0, 0.0, 0.0]))
        pictures[1].next_to(pictures[0], RIGHT, buff=sign)
        dot = Label("·", 1.4 * self.size, self.theme.muted).move_to(
            (pictures[0].get_right() + pictures[1].get_left()) / 2
        )
        text = as_text(row.total, 2)
        equals = Label("=" if float(text) == row.total else "≈", self.size, self.theme.muted)
        equals.move_to(pictures[1].get_right() + np.array([sign / 2, 0, 0]))
        total = Number(text, row.address, self.size, self.theme.text)
        edge = pictures[1].get_right() + np.array([sign + NUMBER * self.size, 0, 0])
        self.pairs.append(Group(*pictures, dot, equals))
        self.sums.append(total.move_to(edge, aligned_edge=RIGHT))

    def _framed(self, values: Array, role: str, largest: float) -> Group:
        height, width = values.shape
        colours = picture_colours(values, role, self.theme, largest)
        picture = Picture(colours, self.side * min(1.0, width / height))
        frame = Rectangle(width=picture.width, height=picture.height, color=role, stroke_width=1.5)
        return Group(picture, frame)


def look_at_channels(board: NetBoard, one: WorkedOut) -> None:
    """Tell how the number came about."""
    step = one.conv_step
    seen = len(step.channels)
    sees = say_many("It sees the same window of the map.", "It sees the same window of all {count} maps.", seen)
    why = say("One pixel of a map weighs all maps before it.")
    with board.stage.beat("step", headed(board, one, f"{place_in_words(one)} {sees}"), reason=why):
        outline = show_place(board, one)
        table = channel_table(board, one)
        board.extras += [table]
        for pair in table.pairs:
            board.stage.play(FadeIn(pair, target_position=outline), run_time=max(0.14, min(0.6, 3 / len(table.pairs))))
    said = say_many(
        "Window times kernel, summed: one number.", "Window times kernel, summed: one number for each channel.", seen
    )
    if one.others:
        said = say(
            "Window times kernel, summed: one number for each channel. The {shown} that weigh most are shown.",
            shown=len(table.sums),
        )
    with board.stage.beat("step", said, reason=why):
        for total in table.sums:
            board.stage.play(FadeIn(VGroup(total)), run_time=max(0.14, min(0.4, 4 / len(table.sums))))
    closely = Closely(board, one, places={total.address: total for total in table.sums})
    with board.stage.beat("step", added_up(one, closely.said()), reason=why):
        closely.drop(closely.show(sum_of_channels(closely), run_time=2.0, slowly=True).result)


def added_up(one: WorkedOut, value: str) -> str:
    """Say what the sums of the channels come to."""
    if one.others:
        return say("The strongest sums and the {others} others add up to {value}.", others=one.others, value=value)
    if one.conv_step.bias is None:
        return say("The channels' sums add up to {value}.", value=value)
    return say("The channels' sums and the bias add up to {value}.", value=value)


def sum_of_channels(closely: Closely) -> list[Line]:
    """Return the sum of all channels; of those that are not shown one by one, as one number."""
    one, equation = closely.one, closely.equation
    stages = [stage for stage in equation.stages() if "channel_sums" in {leaf.name for leaf in stage.leaves()}]
    if not stages:
        return closely.sums()
    words = {one.place(OTHERS): say("the other {count}", count=one.others)} if one.others else {}
    return [*(Line((stage, equation.result), words=words) for stage in stages[-1:]), Line((equation.result,))]


def channel_table(board: NetBoard, one: WorkedOut) -> ChannelTable:
    step = one.conv_step
    rows = [
        ChannelRow(step.window[k], step.kernel[k], value.number, one.place(value.address))
        for k, value in one.channel_sums
    ]
    largest = float(np.abs(one.trace.x).max())
    return ChannelTable(rows, largest, board.theme, board.places.zoom)
