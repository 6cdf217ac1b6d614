"""How the film of a network ends: with the likeliest classes, or with the maps that the network gives."""

from __future__ import annotations

from typing import Any

import numpy as np
from manim import RIGHT, UP, FadeIn, Group, VGroup

from cnn_core.arrays import freeze
from scenes.language import say, say_many
from scenes.layout import Box, smallest_text
from scenes.mobjects.bars import BarChart, share, share_in_words
from scenes.mobjects.expression import Writer
from scenes.mobjects.maps import Arrangement, FeatureMaps
from scenes.mobjects.text import Label
from scenes.net.board import FORMULA, NetBoard
from scenes.net.reading import NetReading
from scenes.stage import ExplainerScene

__all__ = ["short_name", "show_class_map", "show_likeliest", "show_maps"]

_LONGEST = 28
"""Letters of a class's name that are shown."""


def show_likeliest(board: NetBoard) -> None:
    """Show the likeliest classes as bars, and all others together."""
    stage, reading, box = board.stage, board.reading, board.places.everything
    found = reading.probabilities
    assert found is not None, "the network tells classes apart"
    shares, top = found.output[0], reading.top
    names = [short_name(reading.called(k)) for k in top]
    values = [float(shares[k]) for k in top]
    addresses = [f"top[{k}].probability" for k in range(len(top))]
    rest = rest_line(stage, reading, box)
    rows = Box(box.left, box.right, box.bottom + (1.3 * smallest_text() if len(rest) else 0), box.top)
    size = max(smallest_text(), min(0.5, 0.55 * rows.height / len(names)))
    chart = BarChart(names, freeze(np.array(values)), addresses.__getitem__, stage.theme, rows, size)
    said = say(
        "The network says {name}, with a probability of {share}.",
        name=short_name(reading.called(top[0])),
        share=share_in_words(values[0]),
    )
    why = say("{learned} learned numbers and arithmetic, nothing else.", learned=f"{reading.graph.parameters():,}")
    with stage.beat("explain", said, reason=why):
        board.clear()
        stage.play(FadeIn(chart), run_time=0.6)
        bars = Group(*(Group(chart.bar(k), chart.number(k)) for k in range(len(names))))
        stage.play(FadeIn(bars), run_time=1.2)
        if len(rest):
            stage.play(FadeIn(rest), run_time=0.5)
    board.extras += [chart, bars, rest]


def rest_line(stage: ExplainerScene[Any], reading: NetReading, box: Box) -> VGroup:
    """Return how much all other classes have together; nothing where there are no others."""
    values = reading.values()
    left_out = int(values["classes"]) - len(reading.top)
    if not left_out:
        return VGroup()
    size = smallest_text()
    words = Label(say_many("{count} other:", "the other {count} together:", left_out), size, stage.theme.muted)
    number = share(float(values["others"]), "others", size, stage.theme.muted)
    line = VGroup(words, number).arrange(RIGHT, buff=0.3 * size)
    return line.move_to(np.array([box.center[0], box.bottom + 0.5 * size, 0.0]))


def show_maps(board: NetBoard, given: Group) -> None:
    """Show what came out beside what was given."""
    stage, reading, box = board.stage, board.reading, board.places.everything
    last = len(reading.stages) - 1
    maps = reading.shown(last)
    right = box.part(0.52, 1)
    arrangement = Arrangement.of(maps.shape, right.width / right.height)
    output = FeatureMaps(maps, arrangement, stage.theme.output, stage.theme, right, say("output"))
    given = Group(*given[:2])  # its words would become too small
    given.scale(min(0.46 * box.width / given.width, output.image.height / given[0].height))
    given.move_to(box.part(0, 0.48).center).align_to(output.image, UP)
    why = say("The last maps are the answer: numbers for each place.")
    with stage.beat("explain", say("This network ends with maps: beside what was given, what came out."), reason=why):
        board.clear()
        stage.play(FadeIn(given), run_time=0.6)
        stage.play(FadeIn(output), run_time=1.0)


def show_class_map(board: NetBoard, given: Group) -> None:
    """Show where the winner's score comes from: the mean of a map, plus the bias, is the score."""
    stage, reading, places = board.stage, board.reading, board.places
    found, theme = reading.class_map, stage.theme
    assert found is not None, "a mean of maps and a linear layer end the network"
    box = Box(places.everything.left, places.everything.right, places.formula.top, places.everything.top)
    left, right = (box.part(0.14, 0.48), box.part(0.52, 0.86)) if stage.wide else (box.part(0, 0.48), box.part(0.52, 1))
    title = say("what speaks for {name}", name=short_name(reading.called(reading.top[0])))
    maps = found.maps[None]
    picture = FeatureMaps(maps, Arrangement.of(maps.shape, 1.0), theme.output, theme, right, title)
    given = Group(*given[:2])
    given.scale(min(left.width / given.width, picture.image.height / given.height)).move_to(left.center)
    given.align_to(picture.image, UP)
    said = say("The last maps, weighed for this class, are one map: its mean plus the bias is the score.")
    if found.bias is None:
        said = say("The last maps, weighed for this class, are one map: its mean is the score.")
    with stage.beat("explain", said, reason=say("Each place of the picture has its say.")):
        board.clear()
        stage.play(FadeIn(given), run_time=0.6)
        stage.play(FadeIn(picture), run_time=1.0)
        stage.play(FadeIn(Writer(theme, places.formula, FORMULA).write(found.equation)), run_time=0.8)


def short_name(name: str) -> str:
    """Return the name of a class, or its beginning where it is very long."""
    return name if len(name) <= _LONGEST else f"{name[: _LONGEST - 1]}…"
