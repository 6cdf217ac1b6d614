"""One number of a network, worked out: of very many terms the strongest, and all others together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, cast

import numpy as np

from cnn_core.batch_norm import BatchNorm2dTrace
from cnn_core.conv2d import Conv2dStep, Conv2dTrace
from cnn_core.equation import Equation, Explanation, Given
from cnn_core.errors import InputError
from cnn_core.expression import Cell, Expression, OfMany, Sum, Value
from cnn_core.graph import Node
from cnn_core.linear import LinearTrace
from cnn_core.trace import Position, Trace, address_of, parse
from scenes.specs.base import SpecValues

if TYPE_CHECKING:
    from scenes.net.reading import NetReading

__all__ = ["OTHERS", "WorkedOut", "shortened"]

OTHERS = "others"
"""What stands for the terms that are not written one by one."""
_MOST, _LONG = 6, 12
"""Terms of a sum that are written, where there are more than a line can hold."""
_KEPT = 64
"""Terms of a line whose numbers are in the record."""


@dataclass(frozen=True, eq=False)
class WorkedOut:
    """One number of a node's output.

    Attributes
    ----------
    address
        Where its numbers stand in the scene's values, such as `worked_out[0]`.
    is_chosen
        Whether somebody asked for it; otherwise it is the one that matters most.
    """

    reading: NetReading
    node: Node
    address: str
    position: tuple[int, ...]
    is_chosen: bool = False

    @property
    def trace(self) -> Trace:
        return self.reading.traces[self.node.name]

    @property
    def number(self) -> float:
        return float(self.trace.output[self.position])

    @property
    def later(self) -> list[Node]:
        """What its place does next to each value alone."""
        place = self.reading.place_of(self.node)
        nodes = place.nodes if place is not None else ()
        after = nodes[nodes.index(self.node) + 1 :] if self.node in nodes else ()
        shape = self.trace.output.shape
        return [node for node in after if self.reading.traces[node.name].output.shape == shape]

    @cached_property
    def equation_of_trace(self) -> Equation:
        """How it came about, with the addresses of its trace."""
        return cast("Equation", self.trace.explain(address_of("output", self.position)))

    @cached_property
    def _shown(self) -> Equation:
        """The line that is written, with the addresses of its trace."""
        return self.equation_of_trace if isinstance(self.trace, LinearTrace) else shortened(self.equation_of_trace)

    @cached_property
    def equation(self) -> Equation:
        """The line that is written, with addresses of the record."""
        return self._shown.renamed(self.place)

    @property
    def others(self) -> int:
        """How many terms are written as one number."""
        is_cut = any(leaf.address == OTHERS for leaf in self._shown.left.leaves())
        return len(units(self.equation_of_trace.left)) - len(units(self._shown.left)) + 1 if is_cut else 0

    @property
    def conv_step(self) -> Conv2dStep:
        """How the value of a convolution came about."""
        return cast("Conv2dTrace", self.trace).step(*cast("Position", self.position))

    @cached_property
    def channel_sums(self) -> list[tuple[int, Value]]:
        """The sums of channels that are written one by one, each with which of the kernel's channels it is."""
        known = [node.known for node in self._shown.left.nodes() if node.parts and node.known is not None]
        sums = [(parse(parse(one.address)[2])[1][0], one) for one in known if one.name == "channel_sums"]
        return sums or [(0, one) for one in known if one.name == "total"]

    @property
    def channels(self) -> list[int]:
        """Which channels of its input are looked at."""
        if not isinstance(self.trace, Conv2dTrace):
            return [min(self.position[1], self.trace.x.shape[1] - 1)]
        return [self.conv_step.channels[k] for k, _ in self.channel_sums]

    @cached_property
    def strongest_product(self) -> Equation:
        """How the largest product of a linear layer came about, with the addresses of its trace."""
        step = cast("LinearTrace", self.trace).step(*cast("tuple[int, int]", self.position))
        own = int(np.ravel_multi_index(self.position, self.trace.output.shape))
        return cast("Equation", self.trace.explain(f"steps[{own}].products[{int(step.products.argmax())}]"))

    @cached_property
    def numbers(self) -> dict[str, list[Value]]:
        """What is in the record besides the result, by name, with the addresses of its trace."""
        found = {value.address: value for value in self._listed() if value.address}
        named: dict[str, list[Value]] = {}
        for value in found.values():
            named.setdefault(value.name, []).append(value)
        return named

    def _listed(self) -> Iterator[Value]:
        *stages, last = self._shown.stages()[:-1]
        for stage in (*(stage for stage in stages if stage.terms <= _KEPT), last):
            yield from stage.leaves()
        if isinstance(self.trace, BatchNorm2dTrace):
            yield from (self.trace.value(name, self.position[1]) for name in ("mean", "variance", "weight", "bias"))
        if isinstance(self.trace, LinearTrace):
            yield from (*self.strongest_product.left.leaves(), self.strongest_product.result)

    @cached_property
    def places(self) -> dict[str, str]:
        """Where in the record each address of the trace stands."""
        found = {self.equation_of_trace.address: f"{self.address}.value"}
        for name, values in self.numbers.items():
            for k, value in enumerate(values):
                found[value.address] = f"{self.address}.{name}" + (f"[{k}]" if len(values) > 1 else "")
        return found

    def place(self, address: str) -> str:
        """Return where in the record a number of the trace stands; nothing where it does not."""
        return self.places.get(address) or self.reading.place_in_record(self.node, address)

    def values(self) -> SpecValues:
        """Return what is shown of it, by name."""
        numbers = {name: [value.number for value in values] for name, values in self.numbers.items()}
        found = {name: np.array(several if len(several) > 1 else several[0]) for name, several in numbers.items()}
        about = {"node": self.node.name, "op": self.node.op, "position": list(self.position)}
        return {**about, **found, "value": self.number}

    def explain(self, inside: str) -> Explanation:
        """Return how its value, or a number on the way, came about."""
        if inside == "value":
            return self.equation
        address = next((at for at, place in self.places.items() if place == f"{self.address}.{inside}"), None)
        if address is None:
            names = ", ".join([*self.numbers, "value"])
            raise InputError(f"an address must name one of {names} of what is worked out, but it names {inside!r}.")
        if address == OTHERS:
            number = self.numbers[OTHERS][0].number
            left = OfMany("others", "products", self.others, number)
            return Equation.of(left, Value(number, f"{self.address}.{OTHERS}"))
        found = self._origin(address)
        if not isinstance(found, Equation):
            return found
        return Equation(found.left, replace(found.result, address=f"{self.address}.{inside}"))

    def _origin(self, address: str) -> Explanation:
        """Explain a number of the trace; what feeds the node is another node's output."""
        inside = self.equation_of_trace.find(address)
        found = inside or self.trace.explain(address)
        if isinstance(found, Equation):
            return found.renamed(self.place)
        name, indices, _ = parse(address)
        if found.origin not in ("given", "running"):
            return found
        fed_by = {"x": 0, "y": 1, "x1": 0, "x2": 1}.get(name)
        if fed_by is None or name in self.node.arrays:
            return Given("learned")
        source = self.node.inputs[fed_by]
        return found if source == self.reading.graph.input else self._made(source, indices)

    def _made(self, source: str, indices: tuple[int, ...]) -> Explanation:
        """Explain an output of a node; what only stands in another order was made before."""
        node = self.reading.graph.by_name[source]
        found = self.reading.traces[source].explain(address_of("output", indices))
        if not isinstance(found, Equation):
            return found
        if not isinstance(found.left, Cell):
            return found.renamed(lambda of: self.reading.place_in_record(node, of))
        (cell,) = found.left.leaves()
        before = node.inputs[0]
        return Given("given") if before == self.reading.graph.input else self._made(before, parse(cell.address)[1])


def shortened(equation: Equation) -> Equation:
    """Return an equation whose sum has only its strongest terms, if it has too many; all others are one number.

    >>> terms = tuple(Value(float(k), f"x[{k}]") for k in range(20))
    >>> found = shortened(Equation.of(Sum(terms), Value(190.0, "output")))
    >>> [leaf.text for leaf in found.left.leaves()]
    ['14', '15', '16', '17', '18', '19', '91']
    """
    terms = units(equation.left)
    if len(terms) <= _LONG:
        return equation
    sizes = np.array([np.inf if bias_like(term) else abs(_number_of(term)) for term in terms])
    kept = sorted(np.argsort(-sizes, kind="stable")[: _MOST + sum(map(bias_like, terms))].tolist())
    left_out = [_number_of(term) for k, term in enumerate(terms) if k not in kept]
    rest = Value(float(np.sum(left_out)), OTHERS, OTHERS)
    strongest = [terms[k] for k in kept if not bias_like(terms[k])]
    biases = [terms[k] for k in kept if bias_like(terms[k])]
    return Equation.of(Sum((*strongest, rest, *biases)), equation.result)


def units(left: Expression) -> Sequence[Expression]:
    """Return the terms of a sum: those of the sums in it as well, where these are very long; none of another line."""
    terms: list[Expression] = []
    for part in left.parts if isinstance(left, Sum) else ():
        is_long = isinstance(part, Sum) and (len(left.parts) <= 3 and len(part.parts) > _LONG)
        terms += units(part) if is_long else [part]
    return terms


def bias_like(term: Expression) -> bool:
    return isinstance(term, Value) and term.name == "bias"


def _number_of(term: Expression) -> float:
    return term.known.number if term.known is not None else term.calculate()
