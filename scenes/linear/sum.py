"""How one output of a linear layer comes about, in lines below the grids."""

from __future__ import annotations

from collections.abc import Iterator

from manim import DOWN, Dot, FadeIn, VGroup

from cnn_core.linear import LinearStep
from cnn_core.numerals import as_text, decimals_for, relation
from scenes.layout import Box
from scenes.linear.board import LinearBoard
from scenes.mobjects.grid import NumberGrid
from scenes.mobjects.pen import Pen
from scenes.mobjects.text import Number

__all__ = ["LinearSum"]

LARGEST = 0.5


class LinearSum:
    """The line of products, the line of their sum, and how they arrive.

    Attributes
    ----------
    lines
        Everything that is drawn.
    result
        The number at the end.
    """

    lines: VGroup
    result: Number
    factors: VGroup

    def __init__(self, step: LinearStep, board: LinearBoard, box: Box) -> None:
        self.step, self.board, self.box = step, board, box
        self.inputs = range(step.x.size)
        self.o = step.position[1]
        self.decimals = decimals_for([*step.products, *([] if step.bias is None else [step.bias])])
        pens = list(Pen(board.theme, box, LARGEST).sizes())
        if not any(self._write(pen, most=1) for pen in pens) and not any(self._write(pen) for pen in pens):
            self.lines.remove(self.factors)
            self.factors = VGroup()
        self.lines.move_to(box.center)

    def _write(self, pen: Pen, most: int = 9) -> bool:
        """Write both lines; return whether each takes up at most so many, and both fit into the box."""
        self.pen = pen
        self.pairs = [self._pair(k) for k in self.inputs]
        self.terms = [self._term(k) for k in self.inputs]
        self.rest = self._rest()
        self.factors, sums = pen.line(self.pairs), pen.line([*self.terms, *self.rest])
        self.lines = VGroup(self.factors, sums).arrange(DOWN, buff=0.3 * pen.size)
        return max(len(self.factors), len(sums)) <= most and self.lines.height <= self.box.height

    def _pair(self, k: int) -> VGroup:
        """Return `+ 1·(−2)`."""
        x, weight = self.board.x, self.board.weight
        factors = [
            self.pen.number(self.step.x[k], x.address(0, k), x.role, decimals=x.decimals, parentheses=k > 0),
            self.pen.number(
                self.step.weight[k], weight.address(self.o, k), weight.role, decimals=weight.decimals, parentheses=True
            ),
        ]
        product = self.pen.tight(factors[0], "·", factors[1])
        return self.pen.term("+", product) if k else product

    def _term(self, k: int) -> VGroup:
        """Return `+ (−2)`."""
        address = f"steps[{self.o}].products[{k}]"
        product = self.pen.number(self.step.products[k], address, decimals=self.decimals, parentheses=k > 0)
        return self.pen.term("+", product) if k else VGroup(product)

    def _rest(self) -> list[VGroup]:
        """Return the bias, where there is one, and the result."""
        shown = [as_text(product, self.decimals) for product in self.step.products]
        rest = []
        if self.step.bias is not None:
            address = f"bias[{self.o}]"
            kernel = self.board.theme.kernel
            bias = self.pen.number(self.step.bias, address, kernel, decimals=self.decimals, parentheses=True)
            shown.append(bias.shown_text)
            rest.append(self.pen.term("+", bias))
        text = as_text(self.step.value, self.board.output.decimals)
        self.result = Number(text, f"output[0,{self.o}]", self.pen.size, self.board.theme.output, "semibold")
        return [*rest, self.pen.term(relation([[number] for number in shown], text), self.result)]

    def arrivals(self, *, slowly: bool) -> Iterator[list[FadeIn]]:
        """Yield what arrives together: factors out of their cells, products out of factors, bias and result."""
        cells = [VGroup(*(self._mark(grid, k) for grid in (self.board.x, self.board.weight))) for k in self.inputs]
        if len(self.factors):
            coming = [FadeIn(pair, target_position=cell) for pair, cell in zip(self.pairs, cells, strict=True)]
            yield from [[one] for one in coming] if slowly else [coming]
        sources = self.pairs if len(self.factors) else cells
        yield [FadeIn(term, target_position=source) for term, source in zip(self.terms, sources, strict=True)]
        *bias, result = self.rest
        if bias:
            yield [FadeIn(bias[0], target_position=self.board.bias.cell_center(self.o, 0))]
        yield [FadeIn(result)]

    def _mark(self, grid: NumberGrid, k: int) -> Dot:
        """Return where a factor comes from."""
        return Dot(grid.cell_center(self.o if grid is self.board.weight else 0, k))
