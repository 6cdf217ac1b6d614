"""A kernel that lies on a window: each weight on a plate in the lower half of its cell, the pixel above it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from manim import DOWN, LEFT, RIGHT, UP, Animation, ApplyMethod, FadeIn, Rectangle, VGroup, smooth, squish_rate_func

from cnn_core.arrays import Array
from cnn_core.numerals import as_text
from scenes.layout import smallest_text
from scenes.mobjects.grid import NumberGrid, widest_text
from scenes.mobjects.text import Label, Number
from scenes.theme import Theme

__all__ = ["Stamp", "stamp_cell", "stamp_size"]

_PLATE = 0.46
"""Height of a plate, in cells."""
_LOW, _HIGH = 0.25, 0.24
"""How far below and above the middle of a cell plate and pixel stand, in cells."""
_SIGN = 0.62
"""Width of the sign before a weight, in em."""
_LIFTS, _SLIDES, _SETTLES = (squish_rate_func(smooth, *part) for part in ((0, 0.3), (0.25, 0.75), (0.7, 1)))


def stamp_size(kernel: Array, decimals: int, cell: float) -> float:
    """Return the size of the weights on a grid with such cells; 0 where they could not be read."""
    size = min(0.48 * cell, 0.86 * cell / (widest_text(kernel, decimals) + _SIGN))
    return size if size >= smallest_text() - 1e-6 else 0.0


def stamp_cell(kernel: Array, decimals: int) -> float:
    """Return the side of the smallest cells on which weights can be read."""
    return smallest_text() * max(1 / 0.48, (widest_text(kernel, decimals) + _SIGN) / 0.86)


class Stamp(VGroup):
    """The plates, on the top left window of a grid at first.

    Parameters
    ----------
    grid
        The image; its numbers are lifted and settle again.
    kernel : (kH, kW)
    address
        Gives the address of the weight at (row, column).
    largest
        Size of the weight whose plate has the full tint.
    """

    def __init__(
        self,
        grid: NumberGrid,
        kernel: Array,
        address: Callable[[int, int], str],
        theme: Theme,
        decimals: int,
        largest: float,
        dilation: tuple[int, int] = (1, 1),
    ) -> None:
        super().__init__()
        self.grid, self.dilation, self.theme = grid, dilation, theme
        self.shape = kernel.shape
        self.top = self.left = 0
        self.text_size = stamp_size(kernel, decimals, grid.cell)
        for (row, column), weight in np.ndenumerate(kernel):
            tint = theme.cell_fill(theme.kernel, weight / (largest or 1.0))
            plate = Rectangle(width=0.91 * grid.cell, height=_PLATE * grid.cell, color=theme.kernel, stroke_width=2.5)
            plate.set_fill(tint, opacity=1)
            words = self._words(as_text(weight, decimals), address(row, column))
            self.add(VGroup(plate, *words).move_to(self.place(row, column)))

    def _words(self, text: str, address: str) -> Iterator[Label]:
        sign = Label("×", self.text_size, self.theme.kernel)
        number = Number(text, address, self.text_size, self.theme.text)
        width = sign.width + 0.12 * self.text_size + number.width
        yield sign.move_to((width - sign.width) / 2 * LEFT)
        yield number.move_to((width - number.width) / 2 * RIGHT)

    def place(self, row: int, column: int) -> np.ndarray:
        """Return where the plate of a weight stands now."""
        return self._middle(row, column) + _LOW * self.grid.cell * DOWN

    def _middle(self, row: int, column: int) -> np.ndarray:
        dH, dW = self.dilation
        return self.grid.cell_center(self.top + row * dH, self.left + column * dW)

    def cells(self) -> list[tuple[int, int]]:
        """Return row and column in the grid of each cell under a plate, in reading order."""
        dH, dW = self.dilation
        return [(self.top + row * dH, self.left + column * dW) for row, column in np.ndindex(self.shape)]

    def put(self, top: int, left: int) -> Stamp:
        """Move the plates to another window, at once."""
        start = self.grid.cell_center(self.top, self.left)
        self.top, self.left = top, left
        self.shift(self.grid.cell_center(top, left) - start)
        return self

    def lift(self, **options: Any) -> list[Animation]:
        """Return the animations that make room under the plates."""
        return [self._to(cell, _HIGH, **options) for cell in self.cells() if cell in self.grid.numbers]

    def settle(self, **options: Any) -> list[Animation]:
        """Return the animations that bring the pixels back into the middle of their cells."""
        return [self._to(cell, 0.0, **options) for cell in self.cells() if cell in self.grid.numbers]

    def _to(self, cell: tuple[int, int], high: float, **options: Any) -> Animation:
        place = self.grid.cell_center(*cell) + high * self.grid.cell * UP
        return ApplyMethod(self.grid.numbers[cell].move_to, place, **options)

    def arrive(self) -> list[Animation]:
        return [*self.lift(rate_func=_LIFTS), FadeIn(self, rate_func=_SETTLES)]

    def slide(self, left: int) -> list[Animation]:
        """Return the animations in which the plates go on in their rows: pixels make way before, and settle behind."""
        before, (first, last) = set(self.cells()), sorted((self.left, left))
        reach = (self.shape[1] - 1) * self.dilation[1]
        swept = {(row, column) for row, _ in before for column in range(first, last + reach + 1)}
        shift = (left - self.left) * self.grid.cell
        self.left = left
        after = set(self.cells())
        swept &= set(self.grid.numbers)
        moves = [self._to(cell, _HIGH, rate_func=_LIFTS) for cell in sorted(swept & (after - before))]
        moves += [self._to(cell, 0.0, rate_func=_SETTLES) for cell in sorted(swept & (before - after))]
        moves.append(ApplyMethod(self.shift, shift * RIGHT, rate_func=_SLIDES))
        return moves
