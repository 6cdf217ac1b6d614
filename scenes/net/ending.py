"""How the film of a network ends: with the probabilities of its classes, or with the maps that it gives."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from manim import (
    DOWN,
    LEFT,
    RIGHT,
    ApplyMethod,
    Create,
    FadeIn,
    FadeOut,
    Group,
    Mobject,
    VGroup,
    there_and_back,
)

from cnn_core.arrays import Array, freeze
from cnn_core.numerals import as_text
from scenes.language import about, say, say_many
from scenes.layout import Box, smallest_text
from scenes.mobjects.bars import BarChart, share, share_in_words
from scenes.mobjects.headline import Headline
from scenes.mobjects.maps import Arrangement, FeatureMaps
from scenes.mobjects.text import Label, Number
from scenes.net.board import NetBoard, marked_cells
from scenes.net.choosing import strongest
from scenes.net.evidence import show_class_map
from scenes.net.introduction import given_in
from scenes.net.number_list import NumberList
from scenes.net.photo import picture_in
from scenes.net.reading import MOST_IN_A_TABLE, NetReading, short_name
from scenes.net.skyline import show_many_rows
from scenes.net.ushape import show_u
from scenes.net.words import learned
from scenes.softmax.chapter import SoftmaxChapter
from scenes.softmax.table import SoftmaxTable
from scenes.specs.digit_image import unsure
from scenes.stage import ExplainerScene

__all__ = ["show_ending"]

_LINE = 0.7
"""Height of a line of arithmetic below a table, in scene units."""


def show_ending(board: NetBoard) -> None:
    """Show the probabilities and where the winner's score comes from, or the maps that come out."""
    reading = board.reading
    if reading.is_tabled:
        Verdict(board).play()
    elif reading.probabilities is not None:
        show_likeliest(board)
    elif reading.by_row is not None:
        show_rows(board)
    elif reading.many_rows is not None:
        show_many_rows(board, reading.many_rows)
    elif reading.output.ndim == 3:
        if reading.levels is not None:
            show_u(board, reading.levels)
        pixels = pixels_of(reading)
        show_maps(board) if pixels is None else show_picture(board, pixels)
    elif reading.output.size <= MOST_IN_A_TABLE:
        show_numbers(board)
    if reading.class_map is not None:
        show_class_map(board)


class Verdict:
    """Softmax in a table, and what was read beside what was meant."""

    def __init__(self, board: NetBoard) -> None:
        self.board, self.stage, self.theme, self.reading = board, board.stage, board.theme, board.reading
        self.trace = self.reading.scored
        names = [short_name(self.reading.called(k)) for k in range(self.trace.x.size)]
        box, line = self.boxes()
        self.table = SoftmaxTable(self.trace, "softmax.{}[0,{}]".format, names, self.theme, box, decimals=2)
        explain = self.stage.spec.explain
        self.chapter = SoftmaxChapter(self.stage, self.trace, self.table, self.reading.in_words, explain, line)

    def boxes(self) -> tuple[Box, Box]:
        """Return the boxes of the table and of the lines below it; in a wide frame the table is made higher."""
        whole, formula = self.board.places.whole, self.board.places.formula
        if not self.stage.wide:
            return whole, formula
        bottom = formula.bottom + _LINE
        line = Box(formula.left, formula.right, formula.bottom, bottom)
        return Box(whole.left, whole.right, bottom + 0.1, whole.top), line

    def play(self) -> None:
        standing = self.stage.mobjects[:]
        self.arrive()
        self.chapter.exponentiate_at_once()
        self.chapter.add_up()
        self.chapter.divide(question=False)
        self.judge()
        come = [one for one in self.stage.mobjects if one not in standing and not isinstance(one, Headline)]
        self.board.extras += come

    def arrive(self) -> None:
        """Let the logits move into the table, out of their list where they stand in one."""
        board, said = self.board, say("Softmax turns the logits into probabilities.")
        why = say("A logit may be any number; a probability may not.")
        with self.stage.beat("explain", said, reason=why):
            board.clear()
            if self.reading.is_stepwise and board.logits is None:
                board.list_logits(self.reading.steps[-1])
            board.empty()
            if self.reading.is_stepwise:
                self.stage.play(board.track.go_to(len(self.reading.steps) + 1), run_time=0.4)
            self.chapter.take_logits([] if board.logits is None else board.logits.numbers)
            if board.logits is not None:
                self.stage.play(FadeOut(board.logits), run_time=0.3)

    def judge(self) -> None:
        with self.stage.beat("explain", f"{says(self.reading)} {self.meant()}", reason=learned(self.reading)):
            if not self.stage.wide:
                self.stage.play(FadeOut(self.chapter.formula), run_time=0.4)
                box = self.board.places.formula
            else:
                self.clear_columns()
                right = float(self.table.chart.names.get_left()[0]) - 0.3
                box = Box(self.board.places.whole.left, right, self.table.box.bottom, self.table.box.top)
            image, words = self.sign(box)
            for part in (image, *words):
                self.stage.play(FadeIn(part), run_time=0.7)

    def clear_columns(self) -> None:
        """Leave only the chart, and move the classes' names to it."""
        chapter, table = self.chapter, self.table
        columns = [label for column in chapter.columns.values() for label in column]
        heads = [table.heads[name] for name in chapter.columns]
        self.stage.play(FadeOut(VGroup(*columns, *heads, table.total_line, chapter.formula)), run_time=0.4)
        shift = table.chart.left - 0.2 - table.chart.names.get_right()[0]
        self.stage.play(table.chart.names.animate.shift(shift * RIGHT), run_time=0.8)

    def meant(self) -> str:
        reading = self.reading
        if reading.label is None:
            knows = say(
                "It knows only these {count} classes, so it finds one in every picture.", count=self.table.classes
            )
            return unsure(self.trace.output[0], reading.called) or knows
        if reading.label == reading.prediction:
            return say("The label says {label}, so it is right.", label=reading.label)
        return say("The label says {label}, so it is wrong.", label=reading.label)

    def sign(self, box: Box) -> Group:
        """Return the picture, what was read and what was meant."""
        reading, side = self.reading, min(0.9 * box.height, 0.5 * box.width)
        image = given_in(self.board, Box(0, side, 0, side))[0]
        size = max(smallest_text(), 0.14 * side)
        rows: list[Mobject] = [self.row(say("prediction"), "prediction", reading.prediction, size, self.theme.output)]
        if reading.label is not None:
            rows.append(self.row(say("label"), "label", reading.label, size, self.theme.input))
        words = Group(*rows).arrange(RIGHT, buff=size)
        if self.stage.wide or side + 0.4 + words.width > box.width:
            words.arrange(DOWN, buff=0.4 * size, aligned_edge=LEFT)
        whole = Group(image, words).arrange(RIGHT, buff=0.4)
        return whole.scale(min(1.0, box.width / whole.width)).move_to(box.center)

    def row(self, name: str, address: str, k: int, size: float, color: str) -> Group:
        value: Label = Number(str(k), address, 2.6 * size, color, "semibold")
        if self.reading.names:
            value = Label(short_name(self.reading.names[k]), 1.4 * size, color, "semibold")
        return Group(Label(name, size, self.theme.muted), value).arrange(DOWN, buff=0.1 * size, aligned_edge=LEFT)


def says(reading: NetReading) -> str:
    """Say what is likeliest, and how likely it is."""
    return say(
        "The network says {name}, with a probability of {share}.",
        name=short_name(reading.called(reading.prediction)),
        share=share_in_words(float(reading.scored.output[0, reading.prediction])),
    )


def show_likeliest(board: NetBoard) -> None:
    """Show the likeliest classes as bars, and all others together; in a wide frame beside what was given."""
    stage, reading, whole = board.stage, board.reading, board.places.everything
    given, box = (given_in(board, whole.part(0, 0.3)), whole.part(0.36, 1)) if stage.wide else (Group(), whole)
    shares, top = reading.scored.output[0], reading.top
    names = [short_name(reading.called(k)) for k in top]
    values = [float(shares[k]) for k in top]
    addresses = [f"top[{k}].probability" for k in range(len(top))]
    rest = rest_line(stage, reading, box)
    rows = Box(box.left, box.right, box.bottom + (1.3 * smallest_text() if len(rest) else 0), box.top)
    size = max(smallest_text(), min(0.5, 0.55 * rows.height / len(names)))
    chart = BarChart(names, freeze(np.array(values)), addresses.__getitem__, stage.theme, rows, size)
    with stage.beat("explain", says(reading), reason=learned(reading)):
        board.empty()
        stage.play(FadeIn(given, chart), run_time=0.6)
        bars = Group(*(Group(chart.bar(k), chart.number(k)) for k in range(len(names))))
        stage.play(FadeIn(bars), run_time=1.2)
        if len(rest):
            stage.play(FadeIn(rest), run_time=0.5)
    board.extras += [given, chart, bars, rest]


def rest_line(stage: ExplainerScene[Any], reading: NetReading, box: Box) -> VGroup:
    """Return how much all other classes have together; nothing where there are no others."""
    left_out = reading.scored.x.size - len(reading.top)
    if not left_out:
        return VGroup()
    size = smallest_text()
    words = Label(say_many("{count} other:", "the other {count} together:", left_out), size, stage.theme.muted)
    number = share(reading.others, "others", size, stage.theme.muted)
    line = VGroup(words, number).arrange(RIGHT, buff=0.3 * size)
    return line.move_to(np.array([box.center[0], box.bottom + 0.5 * size, 0.0]))


def show_numbers(board: NetBoard) -> None:
    """Show the few numbers that come out, which are no probabilities, beside what was given."""
    stage, reading, box = board.stage, board.reading, board.places.everything
    output = reading.output.ravel()
    names = list(map(str, range(len(output))))
    numbers = NumberList(output, names, "output[{}]".format, stage.theme, box.part(0.52, 1))
    given = given_in(board, box.part(0, 0.46))
    said = say_many("This network gives {count} number.", "This network gives {count} numbers.", len(output))
    with stage.beat("explain", said, reason=learned(reading)):
        board.empty()
        stage.play(FadeIn(given), run_time=0.6)
        stage.play(FadeIn(numbers), run_time=1.0)


def show_rows(board: NetBoard) -> None:
    """Show what was read place after place, but for what is likeliest nearly everywhere, beside what was given.

    Where that is likeliest everywhere, show what came closest to it.
    """
    stage, reading, box = board.stage, board.reading, board.places.everything
    assert reading.by_row is not None, "the network reads place after place"
    shares, rows = reading.by_row.output[0], reading.told_rows
    values = freeze(np.array([shares[place] for place in rows]))
    names = [short_name(reading.called(k)) for _, k in rows]
    numbers = NumberList(values, names, "rows[{}].probability".format, stage.theme, box.part(0.52, 1))
    given = given_in(board, box.part(0, 0.46))
    why = say("Softmax is taken for each place by itself.")
    if not reading.read_in_rows:
        why = say("No other class wins anywhere: nothing was read.")
    with stage.beat("explain", said_of_rows(reading, len(shares)), reason=why):
        board.empty()
        stage.play(FadeIn(given), run_time=0.6)
        stage.play(FadeIn(numbers), run_time=1.0)


def said_of_rows(reading: NetReading, places: int) -> str:
    """Say what is likeliest at most places, or at all."""
    named = {"places": places, "classes": f"{reading.classes:,}", "commonest": reading.in_words(reading.commonest)}
    if reading.read_in_rows:
        return say(
            "At each of {places} places it gives {classes} probabilities. Most often {commonest} is likeliest; here "
            "are the first others, in order.",
            **named,
        )
    return say(
        "At each of {places} places it gives {classes} probabilities, and everywhere {commonest} is likeliest: nothing "
        "was read. Here is what came closest.",
        **named,
    )


def show_maps(board: NetBoard) -> None:
    """Show what came out beside what was given, and where it is largest."""
    stage, reading, box = board.stage, board.reading, board.places.everything
    last = len(reading.stages) - 1
    maps = reading.shown(last)
    right = box.part(0.52, 1)
    arrangement = Arrangement.of(maps.shape, right.width / right.height)
    output = FeatureMaps(maps, arrangement, stage.theme.output, stage.theme, right, say("output"))
    given = given_in(board, replace(box.part(0, 0.48), bottom=output.image.get_bottom()[1]))
    why = say("The last maps are the answer: numbers for each place.")
    with stage.beat("explain", say("This network ends with maps: beside what was given, what came out."), reason=why):
        board.empty()
        stage.play(FadeIn(given), run_time=0.6)
        stage.play(FadeIn(output), run_time=1.0)
    with stage.beat("explain", said_of_largest(reading), reason=learned(reading)):
        index, row, column = strongest(maps)
        mark = marked_cells(output, index, (row, column, 1, 1))
        stage.play(Create(mark), run_time=0.8)
        stage.play(ApplyMethod(mark.scale, 1.5, rate_func=there_and_back), run_time=0.8)


def pixels_of(reading: NetReading) -> Array | None:
    """Return the pixels (3, H, W), from 0 to 255, of a network that ends with a picture, as its last curve tells."""
    name = reading.unturned(reading.graph.output)
    output, least = reading.output_of(name), {"sigmoid": 0.0, "tanh": -1.0}.get(reading.graph.by_name[name].op)
    return None if least is None or len(output) != 3 else 255 * (output - least) / (1 - least)


def show_picture(board: NetBoard, pixels: Array) -> None:
    """Show the three maps that came out, and the picture that they are together."""
    stage, reading, box = board.stage, board.reading, board.places.everything
    maps, right = reading.shown(len(reading.stages) - 1), box.part(0.52, 1)
    left, title = box.part(0, 0.48), say("red, green, blue")
    output = FeatureMaps(maps, Arrangement.of(maps.shape, 1.0), stage.theme.output, stage.theme, left, title)
    picture = picture_in(right, stage.theme, pixels)
    said = say("This network makes a picture: of the three maps, one is red, one green and one blue.")
    with stage.beat("explain", said, reason=learned(reading)):
        board.empty()
        stage.play(FadeIn(output), run_time=0.8)
        stage.play(FadeIn(picture), run_time=1.0)


def said_of_largest(reading: NetReading) -> str:
    """Say where the maps are largest, and how many places reach half of that."""
    output = reading.output_of(reading.unturned(reading.graph.output))
    _, row, column = strongest(output)
    largest = float(output.max())
    text = as_text(largest, 2)
    named = {"value": about(text, is_rounded=float(text) != largest), "row": row, "column": column}
    if largest <= 0:
        return say("The largest number is {value}, in row {row}, column {column}.", **named)
    count = int((output.max(axis=0) >= largest / 2).sum())
    return say(
        "The largest number is {value}, in row {row}, column {column}. {count} of {places} places reach half of it.",
        count=f"{count:,}",
        places=f"{output[0].size:,}",
        **named,
    )
