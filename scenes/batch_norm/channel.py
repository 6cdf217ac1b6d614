"""The numbers of one channel, each written the same wherever it stands."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np

from cnn_core.numerals import as_text, decimals_for
from scenes.addresses import value_at
from scenes.mobjects.text import Number

__all__ = ["Cell", "ChannelNumbers", "decimals_at", "plain"]

Cell = tuple[int, int]


def plain(number: float) -> str:
    """Write a number with all its decimals.

    >>> plain(1e-5), plain(0.0), plain(20.0)
    ('0.00001', '0', '20')
    """
    return f"{Decimal(repr(float(number))).normalize():f}"


def decimals_of(number: float) -> int:
    """Return how many decimals a single number needs, up to three figures that count.

    >>> decimals_of(0.1), decimals_of(1e-5), decimals_of(1 / 3)
    (1, 5, 3)
    """
    size = int(np.floor(np.log10(abs(number)))) if number else 0
    return min(len(plain(number).partition(".")[2]), max(2, 2 - size))


def decimals_at(size: float) -> int:
    """Return how many decimals show two figures of numbers of this size, at least two.

    >>> decimals_at(12.5), decimals_at(0.004)
    (2, 4)
    """
    return 2 if size >= 0.1 or size == 0 else min(9, 1 - int(np.floor(np.log10(size))))


class ChannelNumbers:
    """Writes the values of a channel, each quantity with as many decimals as its size asks for.

    Parameters
    ----------
    values
        A spec's `values()`: arrays of no axis (said once for all), (C,) or (N, C, H, W); and mappings of such, whose
        arrays are named like `update.momentum`.
    """

    def __init__(self, values: Mapping[str, Any], channel: int, size: float, color: str) -> None:
        self.values, self.channel, self.size, self.color = values, channel, size, color

    def array(self, name: str) -> Any:
        """Return a quantity of all channels."""
        found: Any = self.values
        for part in name.split("."):
            found = found[part]
        return np.asarray(found)

    def decimals(self, name: str) -> int:
        """Return how many decimals a quantity has in this channel, the same in all its cells."""
        array = self.array(name)
        if array.ndim == 0:
            return decimals_of(float(array))
        return decimals_for(array[0, self.channel] if array.ndim == 4 else array[self.channel], self.most(name))

    def most(self, name: str) -> int:
        """Return how many decimals a quantity has at most: two, or more if that would leave nothing of it."""
        array = self.array(name)
        return decimals_at(float(np.abs(array[0, self.channel] if array.ndim == 4 else array[self.channel]).max()))

    def address(self, name: str, cell: Cell | None = None) -> str:
        """Return where a value of this channel stands."""
        if cell is not None:
            return f"{name}[0,{self.channel},{cell[0]},{cell[1]}]"
        return f"{name}[{self.channel}]" if self.array(name).ndim else name

    def value(self, name: str, cell: Cell | None = None) -> float:
        """Return the value of a cell, or of the whole channel."""
        return value_at(self.values, self.address(name, cell))

    def text(self, name: str, cell: Cell | None = None) -> str:
        """Write it."""
        return as_text(self.value(name, cell), self.decimals(name))

    def exactly(self, name: str, cell: Cell | None = None) -> Fraction:
        """Return it as it is written, for exact arithmetic."""
        return Fraction(self.text(name, cell))

    def is_written_out(self, name: str) -> bool:
        """Tell whether the digits shown are all that it has."""
        return self.exactly(name) == Fraction(plain(self.value(name)))

    def number(self, name: str, cell: Cell | None = None, color: str | None = None, *, behind: bool = False) -> Number:
        """Draw it; `behind` an operator a negative one has parentheses."""
        text, address = self.text(name, cell), self.address(name, cell)
        return Number(text, address, self.size, color or self.color, parentheses=behind)
