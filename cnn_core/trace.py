"""What every trace offers, and how a position in it is named."""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Iterator
from functools import cached_property
from itertools import product
from typing import TYPE_CHECKING, TypeAlias, cast

import numpy as np
import numpy.typing as npt

from cnn_core.arrays import Array, IntArray, Pair, freeze
from cnn_core.equation import Equation, Explanation, Given
from cnn_core.errors import InputError
from cnn_core.expression import Cell, Sum, Value
from cnn_core.frozen import Frozen
from cnn_core.numerals import FEWEST, decimals_of, digits_shown

if TYPE_CHECKING:
    from cnn_core.backward import Backward

__all__ = [
    "Position",
    "Trace",
    "Values",
    "address_of",
    "addresses_of",
    "check_position",
    "parse",
    "positions_of",
    "running_sum_of",
    "scalar",
]

Position: TypeAlias = tuple[int, int, int, int]
ADDRESS = re.compile(r"(\w+)(?:\[(\d+(?:,\d+)*)\])?(?:\.(.+))?")
Values: TypeAlias = dict[str, Array | IntArray]


class Trace(Frozen, ABC):
    """An operation that has been computed, and can explain each of its numbers.

    Addresses are those of `values()`: `output[0,0,1,2]`. What is inside a step is `steps[3].products[0,1,1]`, where
    steps are counted in the reading order of the output.
    """

    x: Array
    output: Array

    @abstractmethod
    def values(self) -> Values:
        """Return the arrays that a reader may want to check, by name; all of them finite."""

    @abstractmethod
    def equation(self, *position: int) -> Equation:
        """Return how `output[position]` came about, down to what was given; parts with an address know it."""

    def backward(self, grad_output: npt.ArrayLike) -> Backward:
        """Return the gradients, given how fast the loss rises with each output (the shape of `output`).

        Raises
        ------
        ShapeError, InputError
            If `grad_output` has another shape or does not hold finite numbers, or if nobody has written down how this
            operation passes gradients on.
        """
        raise InputError(f"backward must be asked of an operation with gradients, but {type(self).__name__} has none.")

    def results(self) -> Iterator[str]:
        """Give the address of everything that an answer key lists, in the order in which it is computed."""
        return addresses_of("output", self.output.shape)

    def explain(self, address: str) -> Explanation:
        """Return how the number at an address came about, or where it is from.

        Raises
        ------
        InputError
            If nothing is at this address.
        """
        address = self.resolve(address)
        name, indices, inside = parse(address)
        if name == "output" and not inside:
            return self._equation(indices)
        if name == "steps":
            return self.part(self._position(indices), address) or Given("counted")
        array = self._arrays.get(name)
        if array is not None:
            check_position(indices, array.shape)
        return self.other(name, indices)

    def resolve(self, address: str) -> str:
        """Return where a number stands that a step lists again: its value is an output, its operands are somewhere."""
        name, indices, inside = parse(address)
        if name != "steps":
            return address
        position = self._position(indices)
        if inside == "value":
            return address_of("output", position)
        part, at, _ = parse(inside)
        return address if self.part(position, address) else self.operand(position, part, at)

    def part(self, position: tuple[int, ...], address: str) -> Equation | None:
        """Return how a number inside the step of a position came about; None if it is an operand there."""
        return self._equation(position).find(address)

    def other(self, name: str, indices: tuple[int, ...]) -> Explanation:
        """Explain what is neither output nor step; where an operation computes nothing else, it was given."""
        if name not in self._arrays:
            raise InputError(f"an address must name one of {', '.join(self._arrays)}, but it names {name!r}.")
        return Given("given")

    def window(self, *position: int) -> tuple[list[int], list[int]]:
        """Return the rows and columns of `x` that an output looks at; those outside of `x` have other indices."""
        cells = [parse(leaf.address)[1] for leaf in self._equation(position).left.leaves() if leaf.name == "x"]
        return sorted({cell[2] for cell in cells}), sorted({cell[3] for cell in cells})

    def operand(self, position: tuple[int, ...], name: str, indices: tuple[int, ...]) -> str:
        """Return the address of an operand that a step lists by a name of its own, such as `x[0,0,1,2]`."""
        raise InputError(f"a step has nothing that is called {name!r}.")

    def value(self, name: str, *position: int) -> Value:
        """Return a number of `values()` as an operand, in full or with at least the decimals of its array."""
        number, decimals = float(self._arrays[name][position]), self.decimals(name)
        text = digits_shown(number, max(FEWEST, decimals))
        return Value(number, address_of(name, position), name, decimals, text)

    def result(self, name: str, *position: int) -> Value:
        """Return a number of `values()` as it is written in its cell, with the decimals of its array."""
        return Value(float(self._arrays[name][position]), address_of(name, position), name, self.decimals(name))

    def padded(self, indices: tuple[int, ...], border: Pair) -> Explanation:
        """Explain a number of the input with its padding, whose first row and column of `x` come after `border`."""
        n, c, row, column = indices
        i, j = row - border[0], column - border[1]
        if not (0 <= i < self.x.shape[2] and 0 <= j < self.x.shape[3]):
            return Given("padding")
        return self.carried("x", (n, c, i, j), "x_padded", indices)

    def carried(self, source: str, start: tuple[int, ...], name: str, end: tuple[int, ...]) -> Equation:
        """Return `x[0,1,0,2] = 8` for a number that was only carried to another place."""
        value = self.value(source, *start)
        return Equation.of(Cell((value,)), Value(value.number, address_of(name, end), name, value.decimals))

    def step_value(self, position: tuple[int, ...], name: str, number: float, kind: str = "") -> Value:
        """Return a number inside the step of an output position; `name` ends with its indices, if it has any."""
        step = 0
        for at, size in zip(position, self.output.shape, strict=True):
            step = step * size + at
        return Value(float(number), f"steps[{step}].{name}", kind or name.partition("[")[0])

    def decimals(self, name: str) -> int:
        """Return with how many decimals an array of `values()` is shown."""
        found: dict[str, int] = self.__dict__.setdefault("_known_decimals", {})
        if name not in found:
            found[name] = decimals_of(self._arrays[name])
        return found[name]

    @property
    def steps_of(self) -> Array:
        return self.output

    @cached_property
    def _arrays(self) -> Values:
        return self.values()

    def _equation(self, position: tuple[int, ...]) -> Equation:
        """Return the equation of an output, which is kept, for its parts are asked for one after the other."""
        found: dict[tuple[int, ...], Equation] = self.__dict__.setdefault("_known_equations", {})
        if position not in found:
            check_position(position, self.output.shape)
            found[position] = self.equation(*position)
        return found[position]

    def _position(self, step: tuple[int, ...]) -> tuple[int, ...]:
        shape = self.steps_of.shape
        check_position(step, (int(np.prod(shape)),))
        return tuple(map(int, np.unravel_index(step[0], shape)))


def running_sum_of(products: Array, running_sum: Array, address: str) -> Equation | None:
    """Return how a running sum came about, from the one before and a product; None at any other address."""
    name, at, _ = parse(parse(address)[2])
    if name != "running_sum":
        return None
    check_position(at, running_sum.shape)
    step, k = address.partition(".")[0], at[0]
    entry = tuple(map(int, np.unravel_index(k, products.shape)))
    last = Value(float(products[entry]), address_of(f"{step}.products", entry), "products")
    before = [Value(float(running_sum[k - 1]), f"{step}.{name}[{k - 1}]", name)] if k else []
    return Equation.of(Sum((*before, last)), Value(float(running_sum[k]), address, name))


def parse(address: str) -> tuple[str, tuple[int, ...], str]:
    """Take an address apart: the array's name, the indices, and what is named inside it.

    >>> parse("output[0,1]"), parse("steps[3].products[0,1]")
    (('output', (0, 1), ''), ('steps', (3,), 'products[0,1]'))
    """
    found = ADDRESS.fullmatch(address)
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


def addresses_of(name: str, shape: tuple[int, ...]) -> Iterator[str]:
    """Give the address of everything in an array, in reading order.

    >>> list(addresses_of("mean", (2,)))
    ['mean[0]', 'mean[1]']
    """
    return (address_of(name, position) for position in np.ndindex(shape))


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
