"""Where the winner's score comes from: what each place of the last maps says for it."""

from __future__ import annotations

import numpy as np
from manim import UP, Create, FadeIn, Group, Mobject, Rectangle, VMobject

from cnn_core.receptive import receptive_field
from scenes.language import about, say
from scenes.layout import Box
from scenes.mobjects.expression import Line, Writer
from scenes.mobjects.grid import CellMarks, NumberGrid, readable_cell
from scenes.mobjects.maps import Arrangement, FeatureMaps
from scenes.mobjects.text import name_within
from scenes.net.board import FORMULA, NetBoard, connect
from scenes.net.class_map import ClassMap
from scenes.net.introduction import given_in
from scenes.net.reading import NetReading, short_name

__all__ = ["show_class_map"]

_DECIMALS = 2


def show_class_map(board: NetBoard) -> None:
    """Show what each place says for the winner: the mean or the sum of it, plus the bias, is the score."""
    stage, reading, places = board.stage, board.reading, board.places
    found = reading.class_map
    assert found is not None, "maps, or their means, and a linear layer end the network"
    box = Box(places.everything.left, places.everything.right, places.formula.top, places.everything.top)
    left, right = (box.part(0.14, 0.48), box.part(0.52, 0.86)) if stage.wide else (box.part(0, 0.48), box.part(0.52, 1))
    name = short_name(reading.called(reading.top[0]))
    picture = picture_of(board, found, right, say("what speaks for {name}", name=name))
    given = given_in(board, left).align_to(picture[0], UP)
    said, why = said_of_places(reading, found)
    with stage.beat("explain", said, reason=why):
        board.empty()
        stage.play(FadeIn(given), run_time=0.6)
        stage.play(FadeIn(picture), run_time=1.0)
        if found.is_sum:
            mark_strongest(board, found, given, picture[0])
        words = {"class_map.sum": say("all {count} places", count=found.maps.size), "class_map.bias": say("bias")}
        equation = found.equation
        line = Line((equation.left, equation.result), words=words if found.is_sum else {})
        stage.play(FadeIn(Writer(stage.theme, places.formula, FORMULA).best([line])), run_time=0.8)


def picture_of(board: NetBoard, found: ClassMap, box: Box, title: str) -> Group:
    """Return what each place says in digits where these can be read, or else in colour; below it the title."""
    theme, (rows, columns) = board.theme, found.maps.shape
    size = 0.75 * FORMULA
    cell = min(box.width / columns, (box.height - 1.5 * size) / rows)
    if not found.is_sum or cell < readable_cell(found.maps, _DECIMALS):
        arrangement = Arrangement.of((1, rows, columns), 1.0)
        return FeatureMaps(found.maps[None], arrangement, theme.output, theme, box, title)
    grid = NumberGrid(found.maps, "class_map.places[{},{}]".format, theme.output, theme, cell, decimals=_DECIMALS)
    name = name_within(title, box.width, size, theme.output)
    grid.move_to(box.center).align_to(np.array([0.0, box.top, 0.0]), UP)
    return Group(grid, name.move_to(grid.get_bottom() + np.array([0.0, -0.9 * size, 0.0])))


def mark_strongest(board: NetBoard, found: ClassMap, given: Group, picture: Mobject) -> None:
    """Mark the place that speaks most for the winner, and what it has seen of the picture."""
    reading, theme, (row, column) = board.reading, board.theme, found.strongest
    rows, columns = found.maps.shape
    if isinstance(picture, NumberGrid):
        here: VMobject = CellMarks(picture, [found.strongest], theme.window)
    else:
        here = outlined(picture, row / rows, column / columns, (row + 1) / rows, (column + 1) / columns, theme.window)
    board.stage.play(Create(here), run_time=0.6)
    seen = receptive_field(reading.graph, reading.traces, found.node, found.strongest).get(reading.graph.input)
    if seen is None or reading.graph.channels_last:
        return
    (top, bottom), (left, right) = seen
    high, wide = reading.maps_in.shape[1:]
    there = outlined(given[0], top / high, left / wide, (bottom + 1) / high, (right + 1) / wide, theme.window)
    board.stage.play(FadeIn(connect(there, here, theme.window)), run_time=0.6)
    board.stage.play(Create(there), run_time=0.6)


def outlined(whole: Mobject, top: float, left: float, bottom: float, right: float, color: str) -> Rectangle:
    """Return an outline of a part of a picture, from and to these shares of it."""
    box = Box.around(whole)
    outline = Rectangle(
        width=(right - left) * box.width, height=(bottom - top) * box.height, color=color, stroke_width=4
    )
    x, y = box.left + (left + right) / 2 * box.width, box.top - (top + bottom) / 2 * box.height
    return outline.move_to(np.array([x, y, 0.0]))


def said_of_places(reading: NetReading, found: ClassMap) -> tuple[str, str]:
    """Say how the score comes about, and what follows from that."""
    if not found.is_sum:
        said = say("The last maps, weighed for this class, are one map: its mean plus the bias is the score.")
        if found.bias is None:
            said = say("The last maps, weighed for this class, are one map: its mean is the score.")
        return said, say("Each place of the picture has its say.")
    name, largest = reading.in_words(reading.top[0]), float(found.maps.max())
    said = say("All products for {name}, added up place by place: with the bias they are its logit.", name=name)
    if found.bias is None:
        said = say("All products for {name}, added up place by place: together they are its logit.", name=name)
    text = f"{largest:.{_DECIMALS}f}"
    value = about(text, is_rounded=float(text) != largest)
    return said, say("What it saw here speaks most for {name}: {value}.", name=name, value=value)
