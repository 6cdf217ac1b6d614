"""Gradients of 2-D poolings: the winner gets all of it, or every cell of the window gets its share."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, cast

import numpy as np

from cnn_core.arrays import Array, Pair, freeze
from cnn_core.backward import Backward, sum_of
from cnn_core.equation import Equation, Explanation
from cnn_core.expression import Expression, Quotient
from cnn_core.trace import Position, Values, address_of, check_position, parse, positions_of, scalar

if TYPE_CHECKING:
    from cnn_core.avg_pool2d import AvgPool2dTrace
    from cnn_core.max_pool2d import MaxPool2dTrace

__all__ = ["AvgPool2dBackward", "AvgPool2dBackwardStep", "MaxPool2dBackward", "MaxPool2dBackwardStep"]


@dataclass(frozen=True)
class MaxPool2dBackwardStep:
    """Where one output's gradient goes.

    Attributes
    ----------
    position
        `(n, c, i, j)`, of the output.
    winner
        `(row, column)` in `x` of the cell that gets it: the first one where several are equal.
    ties
        How many cells of the window are as large.
    """

    position: Position
    grad: float
    winner: Pair
    ties: int

    def values(self) -> Values:
        return {"grad": scalar(self.grad), "winner": freeze(np.array(self.winner))}


@dataclass(frozen=True, eq=False)
class MaxPool2dBackward(Backward):
    """The gradient of a max pooling.

    Attributes
    ----------
    grad_output : (N, C, H_out, W_out)
    """

    forward: MaxPool2dTrace

    @cached_property
    def grad_input(self) -> Array:
        """What the windows ask that a cell has won, summed, (N, C, H, W)."""
        (n, c, H, W), argmax = self.x.shape, self.forward.argmax
        cells = argmax + (np.arange(n * c) * (H * W)).reshape(n, c, 1, 1)
        sums = np.bincount(cells.ravel(), self.grad_output.ravel(), minlength=self.x.size)
        return freeze(np.asarray(sums, dtype=np.float64).reshape(self.x.shape))

    def gradients(self) -> Values:
        return {"grad_input": self.grad_input}

    def gradient(self, name: str, position: tuple[int, ...]) -> Expression:
        """Write `1 + 1`, of the windows that a cell has won; 0 where it has won none."""
        won = self.won(*cast("Position", position))
        return sum_of(self.value("grad_output", *position[:2], i, j) for i, j in won)

    def won(self, n: int, c: int, row: int, column: int) -> list[Pair]:
        """Return the windows that a cell of `x` has won, in reading order."""
        cell = row * self.x.shape[3] + column
        return [
            (i, j) for i, j in self.forward.geometry.reaching(row, column) if self.forward.argmax[n, c, i, j] == cell
        ]

    def operand(self, position: tuple[int, ...], name: str, indices: tuple[int, ...]) -> str:
        return address_of("argmax", position) if name == "winner" else super().operand(position, name, indices)

    def positions(self) -> Iterator[Position]:
        return positions_of(self.grad_output.shape)

    def step(self, n: int, c: int, i: int, j: int) -> MaxPool2dBackwardStep:
        """Return where the gradient of `output[n, c, i, j]` goes."""
        step = self.forward.step(n, c, i, j)
        return MaxPool2dBackwardStep(step.position, float(self.grad_output[step.position]), step.winner, step.ties)


@dataclass(frozen=True)
class AvgPool2dBackwardStep:
    """What one output hands back.

    Attributes
    ----------
    position
        `(n, c, i, j)`, of the output.
    share
        What each cell of its window gets: `grad / divisor`.
    """

    position: Position
    grad: float
    divisor: int
    share: float

    def values(self) -> Values:
        return {name: scalar(getattr(self, name)) for name in ("grad", "divisor", "share")}


@dataclass(frozen=True, eq=False)
class AvgPool2dBackward(Backward):
    """The gradient of an average pooling.

    Attributes
    ----------
    grad_output : (N, C, H_out, W_out)
    """

    forward: AvgPool2dTrace

    @cached_property
    def shares(self) -> Array:
        """What each cell of a window gets, (N, C, H_out, W_out)."""
        return freeze(self.grad_output / self.forward.divisors)

    @cached_property
    def grad_input(self) -> Array:
        """What all windows that look at a cell give it, (N, C, H, W)."""
        return freeze(self.forward.geometry.handed_back(self.shares))

    def gradients(self) -> Values:
        return {"grad_input": self.grad_input}

    def gradient(self, name: str, position: tuple[int, ...]) -> Expression:
        """Write `12 / 4`, of the windows that look at a cell and ask for something."""
        n, c, row, column = position
        looking = [(n, c, i, j) for i, j in self.forward.geometry.reaching(row, column)]
        return sum_of(self._share(at) for at in looking if self.grad_output[at])

    def _share(self, at: Position) -> Quotient:
        number = self.value("grad_output", *at)
        divisor = self.step_value(at, "divisor", self.forward.divisors[at[2:]])
        return Quotient((number, divisor), known=self.step_value(at, "share", self.shares[at]))

    def part(self, position: tuple[int, ...], address: str) -> Equation | None:
        if parse(parse(address)[2])[0] != "share":
            return None
        share = self._share(cast("Position", position))
        assert share.known is not None
        return Equation.of(Quotient(share.parts), share.known)

    def operand(self, position: tuple[int, ...], name: str, indices: tuple[int, ...]) -> str:
        return address_of("divisors", position[2:]) if name == "divisor" else super().operand(position, name, indices)

    def other(self, name: str, indices: tuple[int, ...]) -> Explanation:
        return self.forward.other(name, indices) if name == "divisors" else super().other(name, indices)

    def positions(self) -> Iterator[Position]:
        return positions_of(self.grad_output.shape)

    def step(self, n: int, c: int, i: int, j: int) -> AvgPool2dBackwardStep:
        """Return what `output[n, c, i, j]` hands back."""
        position = (n, c, i, j)
        check_position(position, self.grad_output.shape)
        divisor = int(self.forward.divisors[i, j])
        return AvgPool2dBackwardStep(position, float(self.grad_output[position]), divisor, float(self.shares[position]))
