"""The numbers of one channel, as its trace explains them."""

from __future__ import annotations

from typing import TypeAlias, cast

import numpy as np
from manim import Line as Edge

from cnn_core.equation import Equation
from cnn_core.expression import Difference, Expression, Product, Quotient, Sum, Value
from cnn_core.trace import Position, address_of
from scenes.addresses import value_at
from scenes.batch_norm import BatchNormSpec
from scenes.language import about, say_many
from scenes.mobjects.expression import Known, Line, symbol
from scenes.mobjects.grid import NumberGrid
from scenes.theme import Theme

__all__ = ["Channel", "ChannelCell", "scaled_and_shifted"]

ChannelCell: TypeAlias = tuple[int, int]

SYMBOLS = {"x": "x", "mean": "μ", "variance": "σ²", "std": "σ", "weight": "γ", "bias": "β"}


class Channel:
    """One channel of a batch normalisation; of several images, its maps stand below each other.

    Parameters
    ----------
    size
        Of numbers that stand on the board.
    """

    def __init__(self, spec: BatchNormSpec, index: int, theme: Theme, size: float) -> None:
        self.spec, self.index, self.theme, self.size = spec, index, theme, size
        self.trace = spec.trace()
        images, _, self.height, self.columns = self.trace.x.shape
        self.rows = images * self.height
        self.cells: list[ChannelCell] = list(np.ndindex(self.rows, self.columns))

    def address(self, name: str, cell: ChannelCell | None = None) -> str:
        return address_of(name, (self.index,) if cell is None else self.place(cell))

    def value(self, name: str, cell: ChannelCell | None = None) -> Value:
        return self.trace.value(name, *((self.index,) if cell is None else self.place(cell)))

    def place(self, cell: ChannelCell) -> Position:
        """Return image, channel, row and column of a cell."""
        image, row = divmod(cell[0], self.height)
        return image, self.index, row, cell[1]

    def equation(self, name: str, cell: ChannelCell | None = None) -> Equation:
        return cast("Equation", self.spec.explain(self.address(name, cell)))

    def said(self, name: str, cell: ChannelCell | None = None) -> str:
        """Return a number for a sentence, with "about" where it is only about what it is computed from."""
        found = self.spec.explain(self.address(name, cell))
        value = found.result if isinstance(found, Equation) else self.value(name, cell)
        return about(value.text, is_rounded=found.is_rounded if isinstance(found, Equation) else value.is_rounded)

    def known(self, name: str, color: str = "") -> Known:
        """Return `μ = 3`, or a gamma or beta, for the board."""
        return Known(SYMBOLS[name], self.value(name), self.theme, self.size, color)

    def grid(self, values: str, cell: float, *, filled: bool) -> NumberGrid:
        """Return the grid of some values: `x`, `x_hat` or `output`."""
        theme, array = self.theme, np.asarray(self.trace.values()[values], np.float64)
        grid = NumberGrid(
            array[:, self.index].reshape(self.rows, self.columns),
            lambda row, column: self.address(values, (row, column)),
            theme.input if values == "x" else theme.output,
            theme,
            cell,
            filled=filled,
            decimals=self.trace.decimals(values),
        )
        if self.height > 1:
            for row in range(self.height, self.rows, self.height):
                edge = Edge(grid.corner(row, 0), grid.corner(row, self.columns), color=grid.role, stroke_width=3)
                grid.lines.add(edge)
        return grid

    @property
    def size_in_words(self) -> str:
        """How much it holds, for its name: `4×4`, `3 samples`, or `2×4×4` for two images."""
        images = self.rows // self.height
        if images > 1 and self.height == self.columns == 1:
            return say_many("{count} sample", "{count} samples", images)
        return "×".join(map(str, (*([images] if images > 1 else []), self.height, self.columns)))

    def recipe(self) -> Expression:
        """Return `(x - 3) / 2.5 · 2 + 1`: what becomes of every value x of this channel."""
        return self._written({name: self.value(name) for name in ("mean", "std", "weight", "bias")})

    def in_symbols(self) -> Expression:
        """Return `(x - μ) / σ · γ + β`."""
        return self._written({name: symbol(SYMBOLS[name], name) for name in ("mean", "std", "weight", "bias")})

    def _written(self, numbers: dict[str, Value]) -> Expression:
        """Write the normalisation of x, without the factor or the summand that was not given."""
        written: Expression = Quotient((Difference((symbol("x", "x"), numbers["mean"])), numbers["std"]))
        if self.spec.weight is not None:
            written = Product((written, numbers["weight"]))
        return written if self.spec.bias is None else Sum((written, numbers["bias"]))

    def stage(self, index: int) -> list[Value]:
        """Return mean and standard deviation of the dots at a stage on the number line."""
        found = []
        for name in ("mean", "std"):
            address = f"line[{index}].{name}"
            explained = self.spec.explain(address)
            number = value_at(self.spec.values(), address)
            given = Value(number, address, name, self.trace.decimals(name))
            found.append(explained.result if isinstance(explained, Equation) else given)
        return found


def scaled_and_shifted(equation: Equation, normalised: Value) -> Line:
    """Return `0.4·2 + 1 = 1.8`: the stage of an output in which the value is normalised already."""
    stages = equation.stages()[:-1]
    found = [stage for stage in stages if normalised.address in {leaf.address for leaf in stage.leaves()}]
    return Line((found[0] if found else normalised, equation.result))
