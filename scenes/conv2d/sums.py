"""How one output value of a convolution is written as arithmetic, every number with its address."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np

from cnn_core.conv2d import Conv2dStep
from cnn_core.numerals import as_text, relation
from scenes.conv2d.board import ConvBoard
from scenes.mobjects.arithmetic import Piece, Term, brief
from scenes.mobjects.grid import NumberGrid

__all__ = ["Cell", "ConvSums"]

Cell: TypeAlias = tuple[int, int, int]
"""Channel of the kernel, row and column in it."""


class ConvSums:
    """Writes products, partial sums and results with the decimals and colours of a board's grids.

    Attributes
    ----------
    cells
        All cells of a kernel, in reading order.
    """

    def __init__(self, board: ConvBoard) -> None:
        self.board, self.theme, self.trace = board, board.theme, board.trace
        self.cells: list[Cell] = list(np.ndindex(self.trace.weight.shape[1:]))

    def place(self, step: Conv2dStep, cell: Cell) -> tuple[int, int]:
        """Return row and column, in the padded image, of the pixel under a kernel's cell."""
        (_, i, j), (dH, dW) = cell, self.trace.dilation
        return step.top + i * dH, step.left + j * dW

    def grids(self, step: Conv2dStep, cell: Cell) -> tuple[NumberGrid, NumberGrid]:
        """Return the grid of the pixel under a kernel's cell, and that of the cell."""
        return self.board.images[step.channels[cell[0]]], self.board.kernels[step.position[1]][cell[0]]

    def factors(self, step: Conv2dStep, cell: Cell, *, first: bool) -> Term:
        """Return pixel, dot and weight, written as in their grids."""
        image, kernel = self.grids(step, cell)
        row, column = self.place(step, cell)
        pixel = as_text(float(image.values[row, column]), image.decimals)
        weight = as_text(float(kernel.values[cell[1:]]), kernel.decimals)
        return (
            Piece(pixel, self.theme.input, image.address(row, column), parentheses=not first),
            Piece("·", self.theme.muted, space=0),
            Piece(weight, self.theme.kernel, kernel.address(*cell[1:]), parentheses=True, space=0),
        )

    def products(self, step: Conv2dStep, cells: list[Cell]) -> list[Term]:
        """Return `0·(−1) + 1·2 + …`, a term for each cell."""
        return [(*self.plus(index), *self.factors(step, cell, first=index == 0)) for index, cell in enumerate(cells)]

    def plus(self, index: int) -> Term:
        """Return the sign before all terms but the first."""
        return (Piece("+", self.theme.muted),) if index else ()

    def added(self, numbers: list[Piece]) -> list[Term]:
        """Put a plus between numbers."""
        return [(*self.plus(index), number) for index, number in enumerate(numbers)]

    def number(self, step: Conv2dStep, name: str, value: float) -> Piece:
        """Return a number that the step computed; negative ones stand in parentheses behind a plus."""
        address = f"steps[{np.ravel_multi_index(step.position, self.trace.output.shape)}].{name}"
        return Piece(brief(value), self.theme.text, address, parentheses=True)

    def values(self, step: Conv2dStep) -> list[Piece]:
        """Return the value of each product."""
        return opened(
            [
                self.number(step, f"products[{','.join(map(str, cell))}]", float(step.products[cell]))
                for cell in self.cells
            ]
        )

    def part_values(self, step: Conv2dStep) -> list[Piece]:
        """Return the sum of each channel, or of each kernel row where there is one channel."""
        if len(step.products) > 1:
            sums = step.products.sum(axis=(1, 2))
            return opened([self.number(step, f"channel_sums[{n}]", float(one)) for n, one in enumerate(sums)])
        sums = step.products[0].sum(axis=1)
        return opened([self.number(step, f"row_sums[0,{n}]", float(one)) for n, one in enumerate(sums)])

    def running(self, step: Conv2dStep, index: int) -> Piece:
        """Return the sum of the products up to one."""
        return self.number(step, f"running_sum[{index}]", float(step.running_sum[index]))

    def bias(self, step: Conv2dStep) -> list[Piece]:
        """Return the bias, if there is one."""
        if step.bias is None:
            return []
        grid = self.board.biases[step.position[1]]
        return [Piece(as_text(step.bias, grid.decimals), self.theme.kernel, grid.address(0, 0), parentheses=True)]

    def result(self, step: Conv2dStep) -> Piece:
        """Return the output value, written as in its cell."""
        _, k, i, j = step.position
        grid = self.board.outputs[k]
        return Piece(as_text(step.value, grid.decimals), self.theme.output, grid.address(i, j), weight="semibold")

    def equals(self, numbers: list[Piece], result: Piece) -> Term:
        """Put `=` or `≈` before a result, whichever is true of the numbers as they are shown."""
        sign = relation([[number.text] for number in numbers], result.text)
        shown = Piece(result.text, self.theme.output, result.address, weight="semibold")
        return Piece(sign, self.theme.muted), shown


def opened(numbers: list[Piece]) -> list[Piece]:
    """Take the parentheses from the first number of a line."""
    first, *others = numbers
    return [Piece(first.text, first.color, first.address, first.weight), *others]
