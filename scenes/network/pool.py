"""One window of a pooling, worked out."""

from __future__ import annotations

from functools import partial

import numpy as np
from manim import Circle, Create, FadeIn, FadeOut, VGroup

from cnn_core.arrays import Array
from cnn_core.avg_pool2d import AvgPool2dStep
from cnn_core.max_pool2d import MaxPool2dStep
from cnn_core.numerals import as_text, relation, typeset
from scenes.layout import smallest_text
from scenes.mobjects.equation import call
from scenes.mobjects.grid import NumberGrid
from scenes.mobjects.text import Number
from scenes.network.board import NetBoard, connect
from scenes.network.window import place_in_words
from scenes.specs.reading import Zoom

__all__ = ["look_at_pool"]

MOST_NAMED = 9


def look_at_pool(board: NetBoard, zoom: Zoom, *, chosen: bool) -> None:
    """Tell what becomes of one window."""
    step = zoom.step
    with board.stage.beat("step", f"{place_in_words(zoom, chosen=chosen)} It comes from this window."):
        board.make_room()
        assert board.right is not None
        _, c, i, j = step.position
        board.show(board.right.outline(c, i, j, 1, 1), run_time=0.4)
        height, width = (last - first + 1 for first, last in spans(board, zoom))
        outline = board.left.outline(c, step.top, step.left, height, width)
        board.show(outline, run_time=0.5)
        grid = window_grid(board, zoom)
        board.show(connect(outline, grid, board.theme.window), run_time=0.3)
        board.show(grid, run_time=0.8, out_of=outline)
    with board.stage.beat("step", result_in_words(step)):
        if isinstance(step, MaxPool2dStep):
            ring(board, zoom, grid)
        line = line_of_window(board, zoom)
        board.show(line, out_of=grid)
        flying = grid_number(zoom, grid)
        board.stage.play(FadeIn(flying), run_time=0.2)
        board.stage.play(FadeOut(flying, target_position=board.right.middle(c, i, j), scale=0.3), run_time=0.8)


def result_in_words(step: MaxPool2dStep | AvgPool2dStep) -> str:
    """Say what becomes of the window, and that a largest value is there more than once."""
    value = typeset(as_text(step.value, 2))
    if isinstance(step, AvgPool2dStep):
        return f"Their mean is {value}."
    if step.ties > 1:
        return f"The largest of them is {value}. It is there {step.ties} times: the first one is taken."
    return f"The largest of them is {value}; the others are dropped."


def spans(board: NetBoard, zoom: Zoom) -> list[tuple[int, int]]:
    """Return first and last row, and first and last column, of the window."""
    rows, columns = board.reading.traces[zoom.layer].geometry.cells(*zoom.step.position[2:])
    return [(rows[0], rows[-1]), (columns[0], columns[-1])]


def window_grid(board: NetBoard, zoom: Zoom) -> NumberGrid:
    """Build the window's numbers in the box for what is looked at closely; cells outside of the map stay empty."""
    values: Array = np.where(zoom.step.inside, zoom.step.window, np.nan)
    rows, columns = values.shape
    room = board.places.zoom
    cell = min(1.1, room.width / columns, (room.height - smallest_text()) / rows)
    order = np.cumsum(zoom.step.inside).reshape(values.shape) - 1
    address = partial(cell_address, zoom, order)
    grid = NumberGrid(values, address, board.theme.input, board.theme, cell, decimals=2)
    return grid.move_to(room.center)


def cell_address(zoom: Zoom, order: Array, row: int, column: int) -> str:
    """Return the address of a cell: its place among those inside the map, or in the window."""
    if isinstance(zoom.step, MaxPool2dStep):
        return f"{zoom.address}.inside_values[{order[row, column]}]"
    return f"{zoom.address}.window[{row},{column}]"


def winner(zoom: Zoom) -> tuple[int, int]:
    """Return row and column in the window of the largest value; the first one where several are equal."""
    row, column = np.argwhere((zoom.step.window == zoom.step.value) & zoom.step.inside)[0]
    return int(row), int(column)


def ring(board: NetBoard, zoom: Zoom, grid: NumberGrid) -> None:
    """Mark the largest value."""
    mark = Circle(0.44 * grid.cell, color=board.theme.output, stroke_width=5)
    mark.set_fill(board.theme.output, opacity=0.25).move_to(grid.cell_center(*winner(zoom)))
    board.extras.append(mark)
    board.stage.play(Create(mark), run_time=0.5)


def grid_number(zoom: Zoom, grid: NumberGrid) -> Number:
    """Return the result where it leaves the window."""
    place = grid.cell_center(*winner(zoom)) if isinstance(zoom.step, MaxPool2dStep) else grid.get_center()
    size = grid.text_size or smallest_text()
    return Number(as_text(zoom.step.value, 2), "", size, grid.theme.output, "semibold").move_to(place)


def line_of_window(board: NetBoard, zoom: Zoom) -> VGroup:
    """Return `Max(2.29, 3.21, 3.51, 1.73) = 3.51`, or the mean of all cells."""
    pen = board.pen
    window, inside = zoom.step.window, zoom.step.inside
    value = as_text(zoom.step.value, 2)
    result = Number(value, f"{zoom.address}.value", pen.size, board.theme.output, "semibold")
    order = np.cumsum(inside).reshape(inside.shape) - 1
    shown = [
        pen.number(window[at], cell_address(zoom, order, *at), board.theme.input, decimals=2)
        for at in np.ndindex(window.shape)
        if inside[at]
    ]
    if isinstance(zoom.step, MaxPool2dStep):
        name = "Max" if len(shown) <= MOST_NAMED else None
        return call(name, shown, result, pen.size, board.theme, board.places.formula)
    if len(shown) > MOST_NAMED:
        return pen.line([result])
    divisor = pen.number(zoom.step.divisor, f"{zoom.address}.divisor")
    exact = relation([[number.shown_text] for number in shown], f"{float(value) * zoom.step.divisor:.2f}")
    terms = [pen.tight("(", shown[0]), *(pen.term("+", number) for number in shown[1:])]
    return pen.line([*terms, pen.term(pen.tight(")"), "÷", divisor), pen.term(exact, result)])
