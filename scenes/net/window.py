"""One output pixel of a convolution of a single map: its window, the kernel on it, the products and their sum."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

import numpy as np
from manim import RIGHT, FadeIn, FadeOut, Mobject, Transform, VGroup, VMobject

from cnn_core.arrays import Array
from cnn_core.conv2d import Conv2dStep, Conv2dTrace
from cnn_core.trace import address_of
from scenes.language import say
from scenes.layout import smallest_text
from scenes.mobjects.expression import Line
from scenes.mobjects.grid import CellMarks, NumberGrid, readable_cell
from scenes.mobjects.stamp import Stamp, stamp_size
from scenes.mobjects.text import Label, Number
from scenes.net.board import NetBoard, connect
from scenes.net.closely import Closely, headed, place_in_words
from scenes.net.worked import WorkedOut
from scenes.theme import Theme

__all__ = ["extent_of", "look_at_window", "room_for_digits", "show_place"]

_APART = 0.5
"""Between window and products, in scene units."""
_SUM = 1.5
"""Room for the sum of a row, in cells."""
_DECIMALS = 2


def show_place(board: NetBoard, one: WorkedOut) -> VMobject:
    """Mark a pixel of the output and the window that it saw in some maps of the input; return the window's outline."""
    board.bring(one)
    assert board.right is not None, "a convolution gives maps"
    _, c, i, j = one.position
    board.show(board.mark(board.right, c, i, j, (1, 1)), run_time=0.4)
    top, left, *size = extent_of(cast("Conv2dTrace", one.trace), one.conv_step)
    outline = board.mark(board.left, one.channels[0], top, left, (size[0], size[1]))
    for channel in one.channels[1:]:
        outline.append_points(board.mark(board.left, channel, top, left, (size[0], size[1])).points)
    board.show(outline, run_time=0.6)
    return outline


def extent_of(trace: Conv2dTrace, step: Conv2dStep) -> tuple[int, int, int, int]:
    """Return top, left, height and width of what a pixel saw, in the map without its padding."""
    top, left = step.top - trace.padding[0][0], step.left - trace.padding[1][0]
    height, width = (gap * (side - 1) + 1 for gap, side in zip(trace.dilation, trace.kernel_size, strict=True))
    return top, left, height, width


def room_of_grids(board: NetBoard, one: WorkedOut) -> tuple[float, str]:
    """Return the side of a cell, 0 where digits could not be read, and how what is worked out then stands.

    Its products stand `beside` the window, on which the kernel lies; or in its `place`. Where weights could not be read
    on the window, the kernel stands `apart`.
    """
    kernel, room = one.conv_step.kernel[0], board.places.zoom
    columns, name = kernel.shape[1], 1.5 * smallest_text()
    for where, across in (("beside", 2 * columns + _SUM), ("place", columns + _SUM), ("apart", 2 * columns)):
        high = (room.height - (0 if where == "apart" else name)) / len(kernel)
        cell = min(1.2, (room.width - _APART) / across, high)
        if stamp_size(kernel, _DECIMALS, cell) or (where == "apart" and cell >= readable_cell(kernel, _DECIMALS)):
            return cell, where
    return 0.0, ""


def room_for_digits(board: NetBoard, one: WorkedOut) -> bool:
    """Tell whether a convolution sees one map, and window and weights can be read."""
    return len(one.conv_step.kernel) == 1 and room_of_grids(board, one)[0] > 0


def look_at_window(board: NetBoard, one: WorkedOut) -> None:
    """Tell how the pixel came about: the kernel lies on its window, products appear in place, rows collapse."""
    why = say("One pixel of a map is one sum of products.")
    said = headed(board, one, f"{place_in_words(one)} {say('This window made it.')}")
    with board.stage.beat("step", said, reason=why):
        outline = show_place(board, one)
        window, kernel, products = grids(board, one)
        board.show(connect(outline, window, board.theme.window), run_time=0.3)
        board.show(window, run_time=0.8, out_of=outline)
        board.stage.play(*(kernel.arrive() if isinstance(kernel, Stamp) else [FadeIn(kernel)]), run_time=1.0)
        board.extras.append(kernel)
    said = say("Window times kernel: each pixel is multiplied by its weight.")
    if isinstance(kernel, Stamp):
        said = say("The kernel lies on the window: each pixel is multiplied by its weight.")
    with board.stage.beat("step", said, reason=why):
        multiply_in_place(board, window, kernel, products)
    closely = Closely(board, one)
    said = say("The rows are summed, then their sums and the bias: {value}.", value=closely.said())
    if one.conv_step.bias is None:
        said = say("The rows are summed, then their sums: {value}.", value=closely.said())
    with board.stage.beat("step", said, reason=why):
        closely.places = collapse(board, closely, products, beside=isinstance(kernel, Stamp))
        closely.drop(closely.show(rows_of(closely), run_time=2.0, slowly=True).result)


def grids(board: NetBoard, one: WorkedOut) -> tuple[NumberGrid, NumberGrid | Stamp, NumberGrid]:
    """Build the window, the kernel, and the grid of products, still empty, in the box for what is looked at closely."""
    step, room, theme = one.conv_step, board.places.zoom, board.theme
    cell, where = room_of_grids(board, one)
    cells = list(np.ndindex(step.window[0].shape))
    pixels, weights = (
        dict(zip(cells, [leaf.address for leaf in one.equation.left.leaves() if leaf.name == name], strict=True))
        for name in ("x", "weight")
    )
    own = int(np.ravel_multi_index(one.position, one.trace.output.shape))
    inside = {at: one.place(address_of(f"steps[{own}].products", (0, *at))) for at in cells}
    added = cast("Conv2dTrace", one.trace).on_padding(step)
    window = grid(step.window[0], pixels, theme.input, theme, cell, added=added)
    products = grid(step.products[0], inside, theme.strong, theme, cell, filled=False)
    both = VGroup(window, products)
    if where == "apart":
        kernel = grid(step.kernel[0], weights, theme.kernel, theme, cell)
        VGroup(window, kernel).arrange(RIGHT, buff=_APART).move_to(room.center)
        products.move_to(window)
        return window, kernel, products
    if where == "beside":
        both.arrange(RIGHT, buff=_APART)
    both.move_to(room.center).shift(_SUM * cell / 2 * np.array([-1.0, 0.0, 0.0]))
    largest = float(np.abs(step.kernel[0]).max())
    return window, Stamp(window, step.kernel[0], lambda *at: weights[at], theme, _DECIMALS, largest), products


def grid(
    values: Array, places: Mapping[tuple[int, int], str], role: str, theme: Theme, cell: float, **options: Any
) -> NumberGrid:
    return NumberGrid(values, lambda *at: places[at], role, theme, cell, decimals=_DECIMALS, **options)


def multiply_in_place(board: NetBoard, window: NumberGrid, kernel: NumberGrid | Stamp, products: NumberGrid) -> None:
    """Let each product appear in its place, while its pair is marked; or where its pixel was."""
    stage = board.stage
    name = Label(say("products"), smallest_text(), products.role)
    name.move_to(products.get_bottom() + np.array([0, -0.8 * smallest_text(), 0]))
    board.show(products, *([name] if isinstance(kernel, Stamp) else []), run_time=0.4)
    is_in_place = np.allclose(products.get_center(), window.get_center())
    marks: list[CellMarks] = []
    for k, cell in enumerate(np.ndindex(products.values.shape)):
        there = [CellMarks(one, [cell], board.theme.window) for one in (window, kernel) if isinstance(one, NumberGrid)]
        products.write(*cell)
        parts = [one for one in (products.fills.get(cell), products.numbers.get(cell)) if one is not None]
        stage.play(*(map(Transform, marks, there) if marks else map(FadeIn, there)), run_time=0.2)
        gone = [window.numbers[cell], *([kernel[k]] if isinstance(kernel, Stamp) else [])] if is_in_place else []
        stage.play(*map(FadeOut, gone), *map(FadeIn, parts), run_time=0.25)
        for one in gone:  # it comes back with its grid otherwise, when that leaves
            one.set_opacity(0)
        marks = marks or there
    stage.play(*map(FadeOut, marks), run_time=0.2)


def collapse(board: NetBoard, closely: Closely, products: NumberGrid, *, beside: bool) -> dict[str, Mobject]:
    """Let each row of products become its sum, beside it if there is room; return out of what sums come, by address."""
    sums = [leaf for leaf in rows_of(closely)[0].parts[0].leaves() if leaf.name == "row_sums"]
    found: dict[str, Mobject] = {}
    for row, value in enumerate(sums):
        cells = [(row, column) for column in range(products.columns)]
        found[value.address] = VGroup(*(products.make_fill(*cell) for cell in cells))
        if not beside:
            continue
        mark = CellMarks(products, cells, board.theme.window, together=True)
        number = Number(value.text, value.address, products.text_size or smallest_text(), board.theme.text)
        number.move_to(products.cell_center(row, products.columns + (_SUM - 1) / 2 + 0.05))
        board.stage.play(FadeIn(mark), run_time=0.2)
        board.show(number, run_time=0.4, out_of=mark)
        board.stage.remove(mark)
        found[value.address] = number
    return found


def rows_of(closely: Closely) -> list[Line]:
    """Return the sum of the rows' sums; of a kernel of a single row, that of its products."""
    *stages, result = closely.equation.stages()
    of_rows = [stage for stage in stages if "row_sums" in {leaf.name for leaf in stage.leaves()}]
    return [Line((of_rows[0] if of_rows else stages[-1], result)), Line((result,))]
