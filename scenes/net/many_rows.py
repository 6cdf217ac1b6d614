"""Of very many rows of numbers, as networks that find things give: how strong each is, and which stand out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from cnn_core.arrays import Array, IntArray, freeze
from cnn_core.equation import Equation, Explanation, Given
from cnn_core.expression import OfMany, Quotient, Value
from cnn_core.graph import Graph
from cnn_core.softmax import SoftmaxTrace
from cnn_core.trace import Trace, parse
from scenes.specs.base import SpecValues

__all__ = ["STANDING_OUT", "ManyRows", "shares_made"]

_FEWEST = 8
"""Rows that are worth comparing."""
_TURNED = 4
"""How many times as many columns as rows there are, from which on each column is what is compared."""
_NAMED = 5
"""Rows that are named."""
STANDING_OUT = "standing_out"
"""Of their part of a record."""


@dataclass(frozen=True, eq=False)
class ManyRows:
    """What a network gives, as rows.

    Attributes
    ----------
    rows : (rows, columns)
    judged
        The columns by which rows are compared: those that a sigmoid or a softmax made, or all where none did.
    is_turned
        Whether these rows are the columns of what the network gives.
    """

    rows: Array
    judged: tuple[int, ...]
    is_turned: bool

    @classmethod
    def of(cls, output: Array, shares: Sequence[Array] = ()) -> ManyRows | None:
        """Return the rows of an output; None where it has none, too few, or nothing positive to compare.

        Parameters
        ----------
        shares
            What sigmoids and softmaxes made on the way to it.
        """
        if output.ndim != 2:
            return None
        is_turned = output.shape[1] >= _TURNED * output.shape[0]
        rows = output.T if is_turned else output
        known = np.unique(np.concatenate([made.ravel() for made in shares])) if shares else np.array([])
        judged = [k for k in range(rows.shape[1]) if np.isin(rows[:, k], known).all()]
        found = cls(rows, tuple(judged or range(rows.shape[1])), is_turned)
        return found if len(rows) >= _FEWEST and found.strength.max() > 0 else None

    @cached_property
    def strength(self) -> Array:
        """The largest number of each row among the columns that are judged, (rows,)."""
        return freeze(self.rows[:, list(self.judged)].max(axis=1))

    @cached_property
    def order(self) -> IntArray:
        """All rows, the strongest one first."""
        found: IntArray = np.argsort(-self.strength, kind="stable")
        return found

    @property
    def best(self) -> IntArray:
        """The strongest rows, the first one first."""
        return self.order[:_NAMED]

    @property
    def half(self) -> float:
        """What counts as standing out: half of the largest."""
        return float(self.strength.max()) / 2

    @property
    def above(self) -> int:
        """How many rows reach that."""
        return int((self.strength >= self.half).sum())

    def position(self, row: int) -> tuple[int, int]:
        """Return where the number stands, in what the network gives, that a row is as strong as."""
        column = self.judged[int(self.rows[row, list(self.judged)].argmax())]
        return (column, row) if self.is_turned else (row, column)

    def strongest(self, most: int) -> list[int]:
        """Return the strongest rows, in their own order."""
        return sorted(self.order[:most].tolist())

    def values(self) -> SpecValues:
        best = [
            {"row": int(row), "column": self.position(row)[0 if self.is_turned else 1], "value": self.strength[row]}
            for row in self.best
        ]
        return {
            "rows": len(self.rows),
            "columns": list(self.judged),
            "best": best,
            "half": self.half,
            "above": self.above,
        }

    def explain(self, inside: str) -> Explanation:
        """Return how a number of `values()` came about."""
        name, indices, part = parse(inside)
        if name == "half":
            largest = Value(float(self.strength.max()), f"{STANDING_OUT}.best[0].value", "largest")
            return Equation.of(Quotient((largest, Value(2.0))), Value(self.half, f"{STANDING_OUT}.half", "half"))
        if name == "best" and part == "value":
            number = float(self.strength[self.best[indices[0]]])
            left = OfMany("largest", "row", len(self.judged), number)
            return Equation.of(left, Value(number, f"{STANDING_OUT}.{inside}", "largest", 2))
        return Given("counted")


def shares_made(graph: Graph, traces: Mapping[str, Trace]) -> list[Array]:
    """Return what sigmoids and softmaxes make: numbers that are known again wherever they are moved."""
    return [
        traces[node.name].output
        for node in graph.nodes
        if node.op == "sigmoid" or isinstance(traces[node.name], SoftmaxTrace)
    ]
