"""One window of a pooling, worked out."""

from __future__ import annotations

from typing import cast

import numpy as np
from manim import ApplyMethod, Create

from cnn_core.arrays import Array
from cnn_core.avg_pool2d import AvgPool2dStep, AvgPool2dTrace
from cnn_core.max_pool2d import MaxPool2dStep, MaxPool2dTrace
from cnn_core.trace import Position
from scenes.language import say, say_many
from scenes.layout import smallest_text
from scenes.mobjects.expression import ways_of
from scenes.mobjects.grid import NumberGrid
from scenes.mobjects.panels import ring_around
from scenes.mobjects.text import Number
from scenes.net.board import NetBoard, connect
from scenes.net.closely import Closely, headed, place_in_words
from scenes.net.worked import WorkedOut
from scenes.timeline import Kind

__all__ = ["look_at_pool", "window_fits"]

_MOST = 4
"""Rows or columns of a window whose numbers are written in a grid."""


def look_at_pool(board: NetBoard, one: WorkedOut, *, asked: bool) -> None:
    """Tell what becomes of one window."""
    step, closely = step_of(one), Closely(board, one)
    why = say("That a feature is there counts more than where exactly.") if isinstance(step, MaxPool2dStep) else ""
    why = why or say("A mean keeps how much there is, not where.")
    said = headed(board, one, f"{place_in_words(one)} {say('It comes from this window.')}")
    with board.stage.beat("step", said, reason=why):
        board.bring(one)
        assert board.right is not None, "a pooling gives maps"
        _, c, i, j = step.position
        board.show(board.mark(board.right, c, i, j, (1, 1)), run_time=0.4)
        rows, columns = cast("MaxPool2dTrace", one.trace).geometry.cells(i, j)
        size = rows[-1] - rows[0] + 1, columns[-1] - columns[0] + 1
        outline = board.mark(board.left, c, step.top, step.left, size)
        board.show(outline, run_time=0.5)
        grid = window_grid(closely)
        board.show(connect(outline, grid, board.theme.window), run_time=0.3)
        board.show(grid, run_time=0.8, out_of=outline)
    asked = asked and isinstance(step, MaxPool2dStep)
    if asked:
        board.stage.ask(say("Max pooling: which of these values goes on?"), closely.equation.result.text)
    kind: Kind = "answer" if asked else "step"
    with board.stage.beat(kind, result_in_words(step, closely.said()), reason=why):
        if asked:
            board.stage.play(board.stage.end_question(), run_time=0.4)
        if isinstance(step, MaxPool2dStep):
            ring = ring_around(grid, *winner(step))
            board.extras.append(ring)
            board.stage.play(Create(ring), run_time=0.5)
        closely.grids = [grid]
        line = closely.show(ways_of(closely.equation), run_time=0.8)
        closely.drop(line.result if isinstance(step, AvgPool2dStep) else keep_largest(board, step, grid, line.result))


def step_of(one: WorkedOut) -> MaxPool2dStep | AvgPool2dStep:
    return cast("MaxPool2dTrace", one.trace).step(*cast("Position", one.position))


def window_fits(one: WorkedOut) -> bool:
    """Tell whether the numbers of the window have room in a grid."""
    return isinstance(one.trace, MaxPool2dTrace | AvgPool2dTrace) and max(step_of(one).window.shape) <= _MOST


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


def window_grid(closely: Closely) -> NumberGrid:
    """Build the window's numbers in the box for what is looked at closely; cells outside of the map stay empty."""
    board, step = closely.board, step_of(closely.one)
    values: Array = np.where(step.inside, step.window, np.nan)
    room = board.places.zoom
    cell = min(1.4, room.width / values.shape[1], (room.height - smallest_text()) / values.shape[0])
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


def winner(step: MaxPool2dStep | AvgPool2dStep) -> tuple[int, int]:
    """Return row and column in the window of the largest value; the first one where several are equal."""
    row, column = np.argwhere((step.window == step.value) & step.inside)[0]
    return int(row), int(column)


def keep_largest(board: NetBoard, step: MaxPool2dStep, grid: NumberGrid, result: Number) -> Number:
    """Let the numbers that are dropped turn grey, and return the one that stays, or the result, as it would stand."""
    kept = grid.numbers.get(winner(step))
    if kept is None:  # the cells are too small for digits
        kept = Number(result.shown_text, "", smallest_text(), grid.theme.output, "semibold")
        return kept.move_to(grid.cell_center(*winner(step)))
    colors = {number: board.theme.output if number is kept else board.theme.muted for number in grid.numbers.values()}
    board.stage.play(*(ApplyMethod(number.set_color, color) for number, color in colors.items()), run_time=0.5)
    return kept
