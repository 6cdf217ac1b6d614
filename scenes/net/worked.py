"""One value of a network, worked out: of very many terms the strongest, and all others together."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from cnn_core.equation import Equation, Explanation, Given
from cnn_core.errors import InputError
from cnn_core.expression import Cell, Expression, OfMany, Sum, Value
from cnn_core.graph import Node
from cnn_core.trace import Trace, address_of, parse
from scenes.specs.base import Values

if TYPE_CHECKING:
    from scenes.net.reading import NetReading

__all__ = ["WorkedOut", "shortened", "work_out"]

_MOST = 6
"""Terms of a sum that are written, where there are more than a line can hold."""
_LONG = 12


@dataclass(frozen=True, eq=False)
class WorkedOut:
    """A node's value at a position.

    Attributes
    ----------
    address
        Where its numbers stand in the scene's values.
    others
        How many terms are written as one number.
    """

    reading: NetReading
    node: Node
    address: str
    position: tuple[int, ...]
    original: Equation
    others: int

    @property
    def trace(self) -> Trace:
        return self.reading.traces[self.node.name]

    @property
    def maps_seen(self) -> int:
        """How many maps a convolution sums over; 1 for all other steps."""
        return self.node.arrays["weight"].shape[1] if self.node.op == "conv2d" and not self.others else 1

    @property
    def strongest(self) -> Expression:
        """The term of the largest size; all of what is no sum."""
        found = self.original.left
        while isinstance(found, Sum):
            terms = [term for term in found.parts if not bias_like(term)]
            found = max(terms, key=lambda term: abs(number_of(term)))
            if len(terms) > 1:
                break
        return found

    @cached_property
    def places(self) -> dict[str, int]:
        """Which number of the record each address of the trace is."""
        found = [value.address for stage in self.shown.stages()[:-1] for value in stage.leaves() if value.address]
        return {address: k for k, address in enumerate(dict.fromkeys(found))}

    @cached_property
    def shown(self) -> Equation:
        """The line that is written, with the addresses of its trace."""
        return shortened(self.original)

    @cached_property
    def equation(self) -> Equation:
        """The line that is written, with addresses of the record."""
        return self.shown.renamed(self._address)

    def _address(self, address: str) -> str:
        if address == self.original.address:
            return f"{self.address}.value"
        return f"{self.address}.numbers[{self.places[address]}]" if address in self.places else ""

    def values(self) -> Values:
        """Return what is shown of it, by name."""
        numbers = {value.address: value.number for stage in self.shown.stages()[:-1] for value in stage.leaves()}
        return {
            "node": self.node.name,
            "op": self.node.op,
            "position": list(self.position),
            "numbers": [numbers[address] for address in self.places],
            "value": self.original.result.number,
        }

    def explain(self, inside: str) -> Explanation:
        """Return how its value, or a number on the way, came about."""
        name, indices, _ = parse(inside)
        if name == "value":
            return self.equation
        if name != "numbers":
            raise InputError(f"an address must name value or numbers of what is worked out, but it names {name!r}.")
        address = list(self.places)[indices[0]]
        if address == _OTHERS:
            found: Explanation = Equation.of(self._rest, Value(self._rest.number, address))
        else:
            found = self._origin(address)
        return (
            found.renamed(lambda of: f"{self.address}.{inside}" if of == address else self._address(of))
            if isinstance(found, Equation)
            else found
        )

    @property
    def _rest(self) -> OfMany:
        number = next(leaf.number for leaf in self.shown.left.leaves() if leaf.address == _OTHERS)
        return OfMany("others", "products", self.others, number)

    def _origin(self, address: str) -> Explanation:
        """Explain a number of the trace; what feeds the node is another node's output."""
        inside = self.original.find(address)
        if inside is not None:
            return inside
        found = self.trace.explain(address)
        name, indices, _ = parse(address)
        if isinstance(found, Given) and found.origin == "given":
            fed_by = {"x": 0, "y": 1, "x1": 0, "x2": 1}.get(name)
            if fed_by is None or name in self.node.arrays:
                return Given("learned")
            source = self.node.inputs[fed_by]
            if source == self.reading.graph.input:
                return found
            before = self._made(source, indices)
            return (
                before.renamed(lambda of: address if of.startswith("output[") else "")
                if isinstance(before, Equation)
                else before
            )
        return found

    def _made(self, source: str, indices: tuple[int, ...]) -> Explanation:
        """Explain an output of a node; what only stands in another order was made before."""
        found = self.reading.traces[source].explain(address_of("output", indices))
        if not isinstance(found, Equation) or not isinstance(found.left, Cell):
            return found
        (cell,) = found.left.leaves()
        before = next(node for node in self.reading.graph.nodes if node.name == source).inputs[0]
        return Given("given") if before == self.reading.graph.input else self._made(before, parse(cell.address)[1])


_OTHERS = "others"


def shortened(equation: Equation) -> Equation:
    """Return an equation whose sum has only its strongest terms, if it has too many; all others are one number.

    >>> terms = tuple(Value(float(k), f"x[{k}]") for k in range(20))
    >>> found = shortened(Equation.of(Sum(terms), Value(190.0, "output")))
    >>> [leaf.text for leaf in found.left.leaves()]
    ['14', '15', '16', '17', '18', '19', '91']
    """
    if not isinstance(equation.left, Sum):
        return equation
    terms = units(equation.left)
    if len(terms) <= _LONG:
        return equation
    sizes = np.array([np.inf if bias_like(term) else abs(number_of(term)) for term in terms])
    kept = sorted(np.argsort(-sizes, kind="stable")[: _MOST + sum(map(bias_like, terms))].tolist())
    left_out = [number_of(term) for k, term in enumerate(terms) if k not in kept]
    rest = Value(float(np.sum(left_out)), _OTHERS, _OTHERS)
    strongest = [terms[k] for k in kept if not bias_like(terms[k])]
    biases = [terms[k] for k in kept if bias_like(terms[k])]
    return Equation.of(Sum((*strongest, rest, *biases)), equation.result)


def units(left: Sum) -> list[Expression]:
    """Return the terms of a sum: those of the sums in it as well, where these are very long."""
    terms: list[Expression] = []
    for part in left.parts:
        is_long = isinstance(part, Sum) and (len(left.parts) <= 3 and len(part.parts) > _LONG)
        terms += units(part) if is_long and isinstance(part, Sum) else [part]
    return terms


def bias_like(term: Expression) -> bool:
    return isinstance(term, Value) and term.name == "bias"


def number_of(term: Expression) -> float:
    return term.known.number if term.known is not None else term.calculate()


def work_out(reading: NetReading, node: Node, address: str) -> WorkedOut:
    """Return the value of a node that matters most: the winner's score, or the strongest response of its place."""
    trace = reading.traces[node.name]
    position = place_of(reading, node)
    original = trace.explain(f"output[{','.join(map(str, position))}]")
    assert isinstance(original, Equation), "an output is computed"
    terms = units(original.left) if isinstance(original.left, Sum) else []
    others = len(terms) - _MOST - sum(map(bias_like, terms)) if len(terms) > _LONG else 0
    return WorkedOut(reading, node, address, position, original, others)


def place_of(reading: NetReading, node: Node) -> tuple[int, ...]:
    """Return the position that is worked out."""
    output = reading.traces[node.name].output
    if output.ndim == 2 and node.name == reading.graph.output and reading.top:
        return 0, reading.top[0]
    place = next((place for stage in reading.stages for place in stage.places() if node in place.nodes), None)
    judged = reading.traces[place.output].output if place is not None else output
    judged = judged if judged.shape == output.shape else output
    return tuple(int(at) for at in np.unravel_index(int(judged.argmax()), judged.shape))
