"""How the film of a network begins: the picture, what of it enters, and the strip of all that is told."""

from __future__ import annotations

from math import ceil

import numpy as np
from manim import LEFT, FadeIn, FadeOut, Group, Indicate, VGroup

from cnn_core.net_input import is_strange
from scenes.language import say
from scenes.layout import Box, smallest_text
from scenes.mobjects.grid import NumberGrid
from scenes.mobjects.maps import FeatureMaps
from scenes.mobjects.text import Label, width_of
from scenes.net.board import NetBoard, connect, marked_cells
from scenes.net.choosing import strongest
from scenes.net.photo import picture_in, show_preparation
from scenes.net.words import entering, stage_line, strange, told_output, whole_net

__all__ = ["given_in", "introduce"]

_PART, _BESIDE = 5, 0.5
"""Side of the part of a digit whose numbers are shown, in pixels, and how far beside it they are, in scene units."""


def introduce(board: NetBoard) -> None:
    """Show the picture, what of it enters, and the strip."""
    entered, whole = enter_picture(board), board.places.everything
    stage, reading, track = board.stage, board.reading, board.track
    why = say("Each step makes new numbers of the numbers before it.")
    if not reading.is_stepwise:
        why = say("Each stage reads what the one before it made.")
    with stage.beat("explain", f"{whole_net(reading)} {told_output(reading.graph)}".strip(), reason=why):
        board.clear()
        if reading.is_stepwise:
            stage.play(FadeIn(track, track.mark), run_time=0.8)
            stage.bring_to_back(track)
            stage.play(*entered.moves_to(board.maps_of(None, board.places.left, entered.role)), run_time=0.8)
            board.left = entered
            for name in track.labels:
                stage.play(Indicate(name, 1.0, stage.theme.text), run_time=2.4 / len(track.labels))
            return
        stage.play(FadeOut(entered), FadeIn(track, track.mark), run_time=0.8)
        stage.play(FadeIn(track.thumbnail(board.maps_of(None, whole, board.theme.input), 0)), run_time=0.5)
        board.show(stage_lines(board))


def enter_picture(board: NetBoard) -> FeatureMaps:
    """Show the picture and what of it enters, in one beat if they look alike; return what enters."""
    stage, reading, whole, theme = board.stage, board.reading, board.places.everything, board.theme
    image, is_alike = reading.image, reading.enters_as_it_looks
    why, remark = say("To a network a picture is numbers, nothing else."), image.remark if image else ""
    shown: Group | None = None
    if image and image.preparation:
        shown, remark = show_preparation(stage, image.preparation, remark, whole), ""
    elif not is_alike:
        with stage.beat(
            "explain", say("What the network is given: {origin}.", origin=reading.entered.origin), reason=why
        ):
            shown = looks(board)
            stage.play(FadeIn(shown), run_time=1.0)
    maps = board.maps_of(None, whole, theme.text if image and is_alike else theme.input)
    warning = strange(is_strange(reading.graph, reading.entered.x))
    said = " ".join(filter(None, [entering(reading), warning, remark]))
    with stage.beat("explain", said, reason=why):
        if shown is not None and is_alike:
            stage.play(FadeOut(shown), FadeIn(maps, target_position=shown[-1]), run_time=1.0)
        else:
            if shown is not None:
                stage.play(FadeOut(shown), run_time=0.4)
            board.reveal(maps, 1.6)
        if stage.wide and image and is_alike:
            show_numbers_in(board, maps)
    return maps


def show_numbers_in(board: NetBoard, maps: FeatureMaps) -> None:
    """Show the numbers of that part of a digit in which they differ most, beside it."""
    reading, theme, whole = board.reading, board.theme, board.places.everything
    parts = np.lib.stride_tricks.sliding_window_view(maps.maps[0], (_PART, _PART))
    top, left = strongest(parts.var(axis=(2, 3)))
    room = Box(maps.image.get_right()[0] + _BESIDE, whole.right, whole.bottom, whole.top)
    cell = min(room.width, 0.8 * maps.image.height) / _PART
    places = {
        (i, j): reading.place_in_record(reading.steps[0], f"x[0,0,{top + i},{left + j}]")
        for i, j in np.ndindex(_PART, _PART)
    }
    grid = NumberGrid(parts[top, left], lambda *at: places[at], theme.input, theme, cell, decimals=2)
    grid.move_to(np.array([room.center[0], maps.image.get_y(), 0.0]))
    outline = marked_cells(maps, 0, (top, left, _PART, _PART))
    board.show(outline, run_time=0.5)
    board.show(connect(outline, grid, theme.window), run_time=0.3)
    board.show(grid, run_time=0.8, out_of=outline)


def looks(board: NetBoard) -> Group:
    """Return the picture as it looks, with its frame and its size; what enters, if that looks alike."""
    entered, whole, theme = board.reading.entered, board.places.everything, board.theme
    if entered.pixels is None or board.reading.enters_as_it_looks:
        return board.maps_of(None, whole, theme.input if entered.pixels is None else theme.text)
    return picture_in(whole, theme, entered.pixels)


def given_in(board: NetBoard, box: Box) -> Group:
    """Return what was given in a box, without its words, which would become too small."""
    given = Group(*looks(board)[:2])
    return given.scale(min(box.width / given.width, box.height / given.height)).move_to(box.center)


def stage_lines(board: NetBoard) -> VGroup:
    """Return a line for each stage: its number, what it ends with, and its steps."""
    box, theme = board.places.everything, board.theme
    rows = [(str(k + 1), *stage_line(stage)) for k, stage in enumerate(board.reading.stages)]
    widths = [max(width_of(row[k]) for row in rows) + 0.8 for k in range(3)]
    columns = ceil(1.3 * smallest_text() * len(rows) / box.height)
    if columns > 1 or smallest_text() * sum(widths) > box.width:  # the steps are told when each stage is reached
        widths.pop()
    high = ceil(len(rows) / columns)
    size = max(smallest_text(), min(0.42, box.width / sum(widths) / columns, 0.7 * box.height / high))
    found = VGroup()
    for number, row in enumerate(rows):
        x = box.center[0] + size * sum(widths) * (number // high - columns / 2)
        y = box.top - (number % high + 0.5) * box.height / high
        for text, width, color in zip(row, widths, (theme.muted, theme.output, theme.text), strict=False):
            words = Label(text, size, color)
            found.add(words.move_to(np.array([x, y, 0.0]), aligned_edge=LEFT))
            x += size * width
    return found
