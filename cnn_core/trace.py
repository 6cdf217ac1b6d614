"""What every trace offers, and how a position in it is named."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Iterator
from functools import cached_property
from itertools import product
from typing import TypeAlias, cast

import numpy as np

from cnn_core.arrays import Array, IntArray, freeze
from cnn_core.errors import InputError
from cnn_core.expression import Equation, Given, Value
from cnn_core.numerals import decimals_of

__all__ = ["Position", "Trace", "Values", "address_of", "check_position", "parse", "positions_of", "scalar"]

Position: TypeAlias = tuple[int, int, int, int]
Values: TypeAlias = dict[str, Array | IntArray]


class Trace(ABC):
    """An operation that has been computed, and can explain each of its numbers.

    Addresses are those of `values()`: `output[0,0,1,2]`. What is inside a step is `steps[3].products[0,1,1]`, where
    steps are counted in the reading order of the output.
    """

    output: Array

    @abstractmethod
    def values(self) -> Values:
        """Return the arrays that a reader may want to check, by name; all of them finite."""

    @abstractmethod
    def equation(self, *position: int) -> Equation:
        """Return how `output[position]` came about, down to what was given; parts with an address know it."""

    def results(self) -> Iterator[str]:
        """Give the address of everything that an answer key lists, in the order in which it is computed."""
        return (address_of("output", position) for position in np.ndindex(self.output.shape))

    def explain(self, address: str) -> Equation | Given:
        """Return how the number at an address came about, or where it is from.

        Raises
        ------
        InputError
            If nothing is at this address.
        """
        name, indices, inside = parse(address)
        if name == "output":
            check_position(indices, self.output.shape)
            return self.equation(*indices)
        if name == "steps":
            return self._inside_step(indices[0], address, inside)
        return self.other(name, indices)

    def other(self, name: str, indices: tuple[int, ...]) -> Equation | Given:
        """Explain what is neither output nor step; where an operation computes nothing else, it was given."""
        return Given("padding" if name == "x_padded" else "given")

    def value(self, name: str, *position: int) -> Value:
        """Return a number of `values()` as an operand, with the decimals with which its array is shown."""
        array = self._arrays[name]
        return Value(float(array[position]), address_of(name, position), name, self._decimals(name))

    def step_value(self, position: tuple[int, ...], name: str, number: float, kind: str = "") -> Value:
        """Return a number inside the step of an output position; `name` ends with its indices, if it has any."""
        step = int(np.ravel_multi_index(position, self.output.shape))
        return Value(float(number), f"steps[{step}].{name}", kind or name.partition("[")[0])

    @cached_property
    def _arrays(self) -> Values:
        return self.values()

    def _decimals(self, name: str) -> int:
        found: dict[str, int] = self.__dict__.setdefault("_known_decimals", {})
        if name not in found:
            found[name] = decimals_of(self._arrays[name])
        return found[name]

    def _inside_step(self, step: int, address: str, inside: str) -> Equation | Given:
        """Explain a number inside a step: a part of the equation of its output, or an operand."""
        position = tuple(map(int, np.unravel_index(step, self.output.shape)))
        equation = self.equation(*position)
        if inside == "value":
            return equation
        return equation.find(address) or self.other(inside.partition("[")[0], ())


def parse(address: str) -> tuple[str, tuple[int, ...], str]:
    """Take an address apart: the array's name, the indices, and what is named inside it.

    >>> parse("output[0,1]"), parse("steps[3].products[0,1]")
    (('output', (0, 1), ''), ('steps', (3,), 'products[0,1]'))
    """
    found = re.fullmatch(r"(\w+)(?:\[(\d+(?:,\d+)*)\])?(?:\.(.+))?", address)
    if found is None:
        raise InputError(f"an address must be like output[0,0,1,2] or steps[3].total, but it is {address!r}.")
    indices = tuple(map(int, found[2].split(","))) if found[2] else ()
    return found[1], indices, found[3] or ""


def address_of(name: str, position: tuple[int, ...]) -> str:
    """Write where in an array a value is.

    >>> address_of("output", (0, 1)), address_of("total", ())
    ('output[0,1]', 'total')
    """
    return f"{name}[{','.join(map(str, position))}]" if position else name


def positions_of(shape: tuple[int, ...]) -> Iterator[Position]:
    """Walk over an array of four axes in reading order.

    >>> list(positions_of((1, 1, 1, 2)))
    [(0, 0, 0, 0), (0, 0, 0, 1)]
    """
    return cast("Iterator[Position]", product(*map(range, shape)))


def check_position(position: tuple[int, ...], shape: tuple[int, ...]) -> None:
    """Refuse a position that lies outside an array of this shape (negative indices included)."""
    inside = len(position) == len(shape) and all(0 <= at < size for at, size in zip(position, shape, strict=True))
    if not inside:
        raise InputError(f"the position must lie inside the shape {shape}, but it is {position}.")


def scalar(number: float) -> Array:
    """Return a number as a read-only array without axes, so that it can stand among `values()`."""
    return freeze(np.array(number, dtype=np.float64))
