"""One output pixel of a convolution of a single map: its window, the kernel, the products and their sum."""

from __future__ import annotations

import numpy as np
from manim import RIGHT, VGroup, VMobject

from cnn_core.arrays import Array
from cnn_core.conv2d import Conv2dStep, Conv2dTrace
from scenes.language import say
from scenes.layout import smallest_text
from scenes.mobjects.grid import NumberGrid
from scenes.mobjects.text import Label
from scenes.network.board import NetBoard, connect
from scenes.network.closely import Closely, place_in_words
from scenes.network.reading import Zoom

__all__ = ["extent_of", "look_at_window", "show_place"]

APART = 0.25
"""Between window and kernel, in scene units."""


def show_place(board: NetBoard, zoom: Zoom, channels: range) -> VMobject:
    """Mark a pixel of the output and the window that it saw in some maps of the input; return the window's outline."""
    board.make_room()
    assert board.right is not None
    _, c, i, j = zoom.step.position
    board.show(board.right.outline(c, i - 0.5, j - 0.5, 2, 2), run_time=0.4)
    window = extent_of(board.reading.traces[zoom.layer], zoom.step)
    outline = board.left.outline(channels[0], *window)
    for channel in channels[1:]:
        board.left.trace_cells(outline, channel, *window)
    board.show(outline, run_time=0.6)
    return outline


def extent_of(trace: Conv2dTrace, step: Conv2dStep) -> tuple[int, int, int, int]:
    """Return top, left, height and width of what a pixel saw, in the map without its padding."""
    top, left = step.top - trace.padding[0][0], step.left - trace.padding[1][0]
    height, width = (gap * (side - 1) + 1 for gap, side in zip(trace.dilation, trace.kernel_size, strict=True))
    return top, left, height, width


def look_at_window(board: NetBoard, zoom: Zoom, *, chosen: bool) -> None:
    """Tell how the pixel came about."""
    said = f"{place_in_words(board.reading, zoom, chosen=chosen)} {say('This window made it.')}"
    why = say("One pixel of a map is one sum of products.")
    with board.stage.beat("step", said, reason=why):
        outline = show_place(board, zoom, range(1))
        window, kernel = grids(board, zoom)
        board.show(connect(outline, window, board.theme.window), run_time=0.3)
        board.show(window, name(window, say("window")), run_time=0.8, out_of=outline)
        board.show(kernel, name(kernel, say("kernel")), run_time=0.6)
    closely = Closely(board, zoom, places=places(zoom, window, kernel))
    said = say("Each pixel times its weight, all summed, plus the bias: {value}.", value=closely.said())
    if zoom.step.bias is None:
        said = say("Each pixel times its weight, all summed: {value}.", value=closely.said())
    with board.stage.beat("step", said, reason=why):
        closely.drop(closely.show(closely.sums(), run_time=2.2, slowly=True))


def grids(board: NetBoard, zoom: Zoom) -> tuple[NumberGrid, NumberGrid]:
    """Build window and kernel in the box for what is looked at closely."""
    kH, kW = zoom.step.kernel.shape[1:]
    room = board.places.zoom
    cell = min(
        1.3 if board.stage.tall else 0.9, (room.width - APART) / (2 * kW), (room.height - 1.5 * smallest_text()) / kH
    )
    window = grid(board, zoom.step.window[0], f"{zoom.address}.window[0", board.theme.input, cell)
    kernel_address = f"layers[{zoom.layer}].weight[{zoom.step.position[1]},0"
    kernel = grid(board, zoom.step.kernel[0], kernel_address, board.theme.kernel, cell)
    VGroup(window, kernel).arrange(RIGHT, buff=APART).move_to(room.center).shift(
        np.array([0, 0.7 * smallest_text(), 0])
    )
    return window, kernel


def grid(board: NetBoard, values: Array, prefix: str, role: str, cell: float) -> NumberGrid:
    return NumberGrid(values, f"{prefix},{{}},{{}}]".format, role, board.theme, cell, decimals=2)


def name(grid: NumberGrid, text: str) -> Label:
    size = smallest_text()
    return Label(text, size, grid.role).move_to(grid.get_bottom() + np.array([0, -0.8 * size, 0]))


def places(zoom: Zoom, *both: NumberGrid) -> dict[str, VGroup]:
    """Return the cells that products, and the sums of their rows, come out of."""
    rows, columns = both[0].rows, both[0].columns
    found = {
        f"{zoom.address}.products[0,{row},{column}]": VGroup(*(one.make_fill(row, column) for one in both))
        for row, column in np.ndindex(rows, columns)
    }
    for row in range(rows):
        cells = VGroup(*(one.make_fill(row, column) for one in both for column in range(columns)))
        found[f"{zoom.address}.row_sums[0,{row}]"] = cells
    return found
