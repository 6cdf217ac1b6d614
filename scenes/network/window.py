"""One output pixel of a convolution of a single map: its window, the kernel, the products and their sum."""

from __future__ import annotations

from functools import partial

import numpy as np
from manim import RIGHT, VGroup, VMobject

from cnn_core.arrays import Array
from cnn_core.numerals import as_text, typeset
from scenes.layout import smallest_text
from scenes.mobjects.grid import NumberGrid
from scenes.mobjects.text import Label
from scenes.network.board import NetBoard, connect
from scenes.network.sums import NetSum, Term
from scenes.specs.reading import Zoom

__all__ = ["look_at_window", "place_in_words", "show_place"]

MOST_PRODUCTS = 12
"""Products that are written one by one; of larger kernels the sums of their rows are."""


def place_in_words(zoom: Zoom, *, chosen: bool) -> str:
    """Say where a pixel is, and why it is this one."""
    _, c, i, j = zoom.step.position
    place = f"channel {c}, row {i}, column {j}"
    return f"Look at {place}." if chosen else f"The strongest response is in {place}."


def show_place(board: NetBoard, zoom: Zoom, channels: range) -> VMobject:
    """Mark a pixel of the output and the window that it saw in some maps of the input; return the window's outline."""
    board.make_room()
    assert board.right is not None
    _, c, i, j = zoom.step.position
    board.show(board.right.outline(c, i - 0.5, j - 0.5, 2, 2), run_time=0.4)
    trace = board.reading.traces[zoom.layer]
    top, left = zoom.step.top - trace.padding[0][0], zoom.step.left - trace.padding[1][0]
    height, width = (step * (side - 1) + 1 for step, side in zip(trace.dilation, trace.kernel_size, strict=True))
    outline = board.left.outline(channels[0], top, left, height, width)
    for channel in channels[1:]:
        board.left.trace_cells(outline, channel, top, left, height, width)
    board.show(outline, run_time=0.6)
    return outline


def look_at_window(board: NetBoard, zoom: Zoom, *, chosen: bool) -> None:
    """Tell how the pixel came about."""
    with board.stage.beat("step", f"{place_in_words(zoom, chosen=chosen)} This window made it."):
        outline = show_place(board, zoom, range(1))
        window, kernel = grids(board, zoom)
        board.show(connect(outline, window, board.theme.window), run_time=0.3)
        board.show(window, name(window, "window"), run_time=0.8, out_of=outline)
        board.show(kernel, name(kernel, "kernel"), run_time=0.6)
    value = typeset(as_text(zoom.step.value, 2))
    plus = "" if zoom.step.bias is None else ", plus the bias"
    with board.stage.beat("step", f"Each pixel times its weight, all summed{plus}: {value}."):
        terms = products(zoom)
        sources = [VGroup(*pair) for pair in zip(cells(window, len(terms)), cells(kernel, len(terms)), strict=True)]
        NetSum(board, zoom, terms, sources).play(run_time=2.2)


def grids(board: NetBoard, zoom: Zoom) -> tuple[NumberGrid, NumberGrid]:
    """Build window and kernel in the box for what is looked at closely."""
    kH, kW = zoom.step.kernel.shape[1:]
    room = board.places.zoom
    cell = min(
        1.1 if board.stage.tall else 0.9, (room.width - 0.5) / (2 * kW), (room.height - 1.5 * smallest_text()) / kH
    )
    window = grid(board, zoom.step.window[0], f"{zoom.address}.window[0", board.theme.input, cell)
    kernel_address = f"layers[{zoom.layer}].weight[{zoom.step.position[1]},0"
    kernel = grid(board, zoom.step.kernel[0], kernel_address, board.theme.kernel, cell)
    VGroup(window, kernel).arrange(RIGHT, buff=0.5).move_to(room.center).shift(np.array([0, 0.7 * smallest_text(), 0]))
    return window, kernel


def grid(board: NetBoard, values: Array, address: str, role: str, cell: float) -> NumberGrid:
    """Return a grid of numbers with two decimals."""
    return NumberGrid(values, partial(cell_address, address), role, board.theme, cell, decimals=2)


def cell_address(prefix: str, row: int, column: int) -> str:
    """Return the address of a cell."""
    return f"{prefix},{row},{column}]"


def name(grid: NumberGrid, text: str) -> Label:
    """Return what stands below a grid."""
    size = smallest_text()
    return Label(text, size, grid.role).move_to(grid.get_bottom() + np.array([0, -0.8 * size, 0]))


def products(zoom: Zoom) -> list[Term]:
    """Return the products, or the sums of their rows where they are many."""
    values, name = zoom.step.products[0], "products"
    if values.size > MOST_PRODUCTS:
        rows = zoom.values["row_sums"][0]
        return [(f"row_sums[0,{row}]", float(value)) for row, value in enumerate(rows)]
    return [(f"{name}[0,{row},{column}]", float(values[row, column])) for row, column in np.ndindex(values.shape)]


def cells(grid: NumberGrid, count: int) -> list[VGroup]:
    """Return where terms come from: cells in reading order, or rows where there are as many terms as rows."""
    if count == grid.rows * grid.columns:
        return [VGroup(grid.make_fill(*divmod(k, grid.columns))) for k in range(count)]
    return [VGroup(*(grid.make_fill(row, column) for column in range(grid.columns))) for row in range(count)]
