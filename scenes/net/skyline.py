"""How the film of a network ends that gives very many rows: how strong each is, and the few that stand out."""

from __future__ import annotations

import numpy as np
from manim import Create, FadeIn, VGroup, VMobject

from cnn_core.numerals import as_text
from scenes.language import about, say, say_many
from scenes.layout import Box, smallest_text
from scenes.mobjects.plane import Plane
from scenes.mobjects.plot import segment
from scenes.mobjects.text import Label, Number
from scenes.net.board import NetBoard
from scenes.net.introduction import given_in
from scenes.net.many_rows import ManyRows
from scenes.net.number_list import NumberList
from scenes.net.words import learned
from scenes.theme import Theme

__all__ = ["show_many_rows"]

_BARS = 500
"""That can be told apart; of more rows, the strongest of some neighbours is drawn."""
_RARE = 0.05
"""Share of rows up to which those that stand out are few."""


class Skyline(VGroup):
    """A bar for each row, in order, as high as the row is strong.

    Attributes
    ----------
    bars, high
        All of them, and those that reach half of the highest, in another colour.
    half
        The line that these reach, and its height.
    """

    def __init__(self, rows: ManyRows, theme: Theme, box: Box) -> None:
        size = max(0.3, smallest_text())
        self.rows = rows
        low, high = min(0.0, float(rows.strength.min())), float(rows.strength.max())
        name = say("largest number of each column") if rows.is_turned else say("largest number of each row")
        words = Label(say("half:"), size, theme.text)
        number = Number(as_text(rows.half, 2), "standing_out.half", size, theme.text)
        label = VGroup(words, number).arrange(buff=0.25 * size)
        room = Box(box.left, box.right - label.width + 0.1 * size, box.bottom, box.top)
        self.plane = Plane((0.0, float(len(rows.strength))), (low, high), ("", name), room, size, theme)
        self.bars, self.high = self._bars(theme.muted, low), self._bars(theme.output, rows.half)
        line = VMobject(stroke_color=theme.text, stroke_width=2)
        ends = [self.plane.point(x, rows.half) for x in self.plane.x_ends]
        segment(line, *ends)
        self.half = VGroup(line, label.move_to(ends[1] + np.array([0.3 * size + label.width / 2, 0, 0])))
        super().__init__(self.plane, self.bars)

    def _bars(self, color: str, least: float) -> VMobject:
        """Return the bars that reach a height, from the axis up."""
        count = len(self.rows.strength)
        starts = np.unique(np.linspace(0, count, min(count, _BARS), endpoint=False).astype(int))
        tops = np.maximum.reduceat(self.rows.strength, starts)
        width = max(1.5, min(8.0, 60 * self.plane.area.width / len(starts)))
        bars = VMobject(stroke_color=color, stroke_width=width)
        for start, stop, top in zip(starts, [*starts[1:], count], tops, strict=True):
            if top >= least:
                x = (start + stop) / 2
                segment(bars, self.plane.point(x, self.plane.y_ends[0]), self.plane.point(x, float(top)))
        return bars


def show_many_rows(board: NetBoard, rows: ManyRows) -> None:
    """Draw how strong every row is, then say how many reach half of the strongest, and name the first of these."""
    stage, reading = board.stage, board.reading
    picture, plot, names = boxes(board)
    given = given_in(board, picture)
    skyline = Skyline(rows, stage.theme, plot)
    best = [say("column {row}", row=row) if rows.is_turned else say("row {row}", row=row) for row in rows.best]
    values, address = rows.strength[rows.best], "standing_out.best[{}].value".format
    numbers = NumberList(values, best, address, stage.theme, names, list(map(str, rows.best)))
    with stage.beat("step", said_of_all(rows), reason=say("Every one answers. Which of them stand out?")):
        board.empty()
        stage.play(FadeIn(given, skyline.plane), run_time=0.6)
        stage.play(Create(skyline.bars), run_time=2.4)
    few = rows.above <= _RARE * len(rows.rows)
    why = say("Nearly all of them stay below half.") if few else learned(reading)
    with stage.beat("explain", said_of_best(rows), reason=why):
        stage.play(Create(skyline.half[0]), FadeIn(skyline.half[1]), run_time=0.8)
        stage.play(FadeIn(skyline.high), run_time=0.8)
        stage.play(FadeIn(numbers), run_time=0.8)


def boxes(board: NetBoard) -> tuple[Box, Box, Box]:
    """Return the boxes of what was given, of the bars, and of the strongest rows."""
    whole = board.places.everything
    if board.stage.wide:
        return whole.part(0, 0.22), whole.part(0.25, 0.76), whole.part(0.79, 1)
    upper, lower = whole.slice(0, 0.54), whole.slice(0.6, 1)
    return lower.part(0, 0.44), upper, lower.part(0.5, 1)


def said_of_all(rows: ManyRows) -> str:
    named = {"count": f"{len(rows.rows):,}", "judged": len(rows.judged)}
    every = len(rows.judged) == rows.rows.shape[1]
    if every and rows.is_turned:
        return say("The largest number of each of {count} columns, in their order.", **named)
    if every:
        return say("The largest number of each of {count} rows, in their order.", **named)
    if rows.is_turned:
        return say("{judged} numbers of each column are shares, from 0 to 1. The largest in each of {count}.", **named)
    return say("{judged} numbers of each row are shares, from 0 to 1. The largest in each of {count} rows.", **named)


def said_of_best(rows: ManyRows) -> str:
    largest = float(rows.strength.max())
    text = as_text(largest, 2)
    named = {
        "rows": f"{len(rows.rows):,}",
        "largest": about(text, is_rounded=float(text) != largest),
        "row": int(rows.best[0]),
        "above": f"{rows.above:,}",
    }
    if rows.is_turned:
        return say_many(
            "{above} of {rows} columns reaches half of the largest: column {row}, {largest}.",
            "{above} of {rows} columns reach half of the largest, {largest} in column {row}.",
            rows.above,
            **named,
        )
    return say_many(
        "{above} of {rows} rows reaches half of the largest: row {row}, {largest}.",
        "{above} of {rows} rows reach half of the largest, {largest} in row {row}.",
        rows.above,
        **named,
    )
