"""One window of a pooling, worked out."""

from __future__ import annotations

import numpy as np
from manim import Create, FadeIn, FadeOut

from cnn_core.arrays import Array
from cnn_core.avg_pool2d import AvgPool2dStep
from cnn_core.max_pool2d import MaxPool2dStep
from scenes.language import say, say_many
from scenes.layout import smallest_text
from scenes.mobjects.expression import ways_of
from scenes.mobjects.grid import NumberGrid
from scenes.mobjects.panels import ring_around
from scenes.mobjects.text import Number
from scenes.network.board import NetBoard, connect
from scenes.network.closely import Closely, place_in_words
from scenes.network.layers import why
from scenes.network.reading import Zoom
from scenes.timeline import Kind

__all__ = ["look_at_pool"]


def look_at_pool(board: NetBoard, zoom: Zoom, *, chosen: bool, asked: bool) -> None:
    """Tell what becomes of one window."""
    step, closely = zoom.step, Closely(board, zoom)
    said = f"{place_in_words(board.reading, zoom, chosen=chosen)} {say('It comes from this window.')}"
    with board.stage.beat("step", said, reason=why(board.reading, zoom.layer)):
        board.make_room()
        assert board.right is not None
        _, c, i, j = step.position
        board.show(board.right.outline(c, i, j, 1, 1), run_time=0.4)
        height, width = (last - first + 1 for first, last in spans(board, zoom))
        outline = board.left.outline(c, step.top, step.left, height, width)
        board.show(outline, run_time=0.5)
        grid = window_grid(closely)
        board.show(connect(outline, grid, board.theme.window), run_time=0.3)
        board.show(grid, run_time=0.8, out_of=outline)
    asked = asked and isinstance(step, MaxPool2dStep)
    if asked:
        board.stage.ask(say("Max pooling: which of these values goes on?"), closely.equation.result.text)
    kind: Kind = "answer" if asked else "step"
    with board.stage.beat(kind, result_in_words(step, closely.said()), reason=why(board.reading, zoom.layer)):
        if asked:
            board.stage.play(board.stage.end_question(), run_time=0.4)
        if isinstance(step, MaxPool2dStep):
            ring = ring_around(grid, *winner(zoom))
            board.extras.append(ring)
            board.stage.play(Create(ring), run_time=0.5)
        closely.grids = [grid]
        line = closely.show(ways_of(closely.equation), run_time=0.8)
        flying = line.result.copy() if isinstance(step, AvgPool2dStep) else grid_number(line.result, zoom, grid)
        flying.address = ""
        board.stage.play(FadeIn(flying), run_time=0.2)
        board.stage.play(FadeOut(flying, target_position=board.right.middle(c, i, j), scale=0.3), run_time=0.8)


def result_in_words(step: MaxPool2dStep | AvgPool2dStep, value: str) -> str:
    """Say what becomes of the window, and that a largest value is there more than once."""
    if isinstance(step, AvgPool2dStep):
        return say("Their mean is {value}.", value=value)
    return say_many(
        "The largest of them is {value}; the others are dropped.",
        "The largest of them is {value}. It is there {count} times: the first one is taken.",
        step.ties,
        value=value,
    )


def spans(board: NetBoard, zoom: Zoom) -> list[tuple[int, int]]:
    """Return first and last row, and first and last column, of the window."""
    rows, columns = board.reading.traces[zoom.layer].geometry.cells(*zoom.step.position[2:])
    return [(rows[0], rows[-1]), (columns[0], columns[-1])]


def window_grid(closely: Closely) -> NumberGrid:
    """Build the window's numbers in the box for what is looked at closely; cells outside of the map stay empty."""
    board, step = closely.board, closely.zoom.step
    values: Array = np.where(step.inside, step.window, np.nan)
    room = board.places.zoom
    cell = min(1.1, room.width / values.shape[1], (room.height - smallest_text()) / values.shape[0])
    inside = iter([leaf.address for leaf in closely.equation.left.leaves() if leaf.name == "x"])
    addresses = {at: next(inside, "") for at in np.ndindex(values.shape) if step.inside[at]}
    grid = NumberGrid(
        values,
        lambda row, column: addresses.get((row, column), ""),
        board.theme.input,
        board.theme,
        cell,
        decimals=2,
    )
    return grid.move_to(room.center)


def winner(zoom: Zoom) -> tuple[int, int]:
    """Return row and column in the window of the largest value; the first one where several are equal."""
    row, column = np.argwhere((zoom.step.window == zoom.step.value) & zoom.step.inside)[0]
    return int(row), int(column)


def grid_number(result: Number, zoom: Zoom, grid: NumberGrid) -> Number:
    size = grid.text_size or smallest_text()
    number = Number(result.shown_text, "", size, grid.theme.output, "semibold")
    return number.move_to(grid.cell_center(*winner(zoom)))
