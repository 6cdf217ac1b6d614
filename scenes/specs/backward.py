"""What specs of gradients have in common: what is asked of the output, sums, and what else is computed to compare."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

import numpy as np
from pydantic import Field

from cnn_core.arrays import Array, freeze
from cnn_core.backward import Backward
from cnn_core.equation import Equation, Explanation
from cnn_core.errors import InputError
from cnn_core.expression import Sum, Value
from cnn_core.reading.grids import Grid
from cnn_core.trace import parse
from scenes.specs.base import SceneSpec, SpecValues
from scenes.specs.fields import Image, batched, check_sides

__all__ = ["BackwardSpec", "GradientSpec"]


class GradientSpec(SceneSpec):
    """What all scenes of gradients compute; `trace()` is a backward pass."""

    kept: ClassVar[tuple[str, ...]] = (*SceneSpec.kept, "others")
    summed: ClassVar[tuple[str, ...]] = ()
    """Arrays whose sums are told."""

    question: bool = Field(True, description="Ask before an answer is shown.")

    def others(self) -> Mapping[str, Any]:
        """Return what else is computed, by the names under which its numbers are found."""
        return {}

    def values(self) -> SpecValues:
        """Return operation and gradients, their sums, and what else is computed."""
        trace = self.trace()
        sums = {name: float(trace.values()[name].sum()) for name in self.summed}
        others = {name: with_steps(other) for name, other in self.others().items()}
        return {**with_steps(trace), **({"sums": sums} if sums else {}), **others}

    def explain(self, address: str) -> Explanation:
        name, _, inside = parse(address)
        if name == "sums":
            return self._sum(inside)
        other = self.others().get(name)
        if other is None:
            return super().explain(address)
        found = other.explain(inside)
        return found.renamed(lambda of: f"{name}.{of}") if isinstance(found, Equation) else found

    def results(self) -> Iterator[str]:
        yield from self.trace().results()
        yield from (f"sums.{name}" for name in self.summed)

    def _sum(self, name: str) -> Equation:
        """Write the sum of all that is not 0."""
        trace: Backward = self.trace()
        array = trace.values()[name]
        terms = tuple(trace.value(name, *at) for at in np.ndindex(array.shape) if array[at])
        return Equation.of(Sum(terms or (Value(0.0),)), Value(float(array.sum()), f"sums.{name}", "sum"))


class BackwardSpec(GradientSpec):
    """What all scenes take to whose output a gradient comes back."""

    most: ClassVar[int] = 6
    """Rows and columns of a grid."""

    grad_output: Image | None = Field(
        None, description="How fast the loss rises with each output: the gradient that comes back. 1s if not given."
    )

    def asked(self, output: Array) -> Array:
        """Return what is asked of an output (N, C, H, W)."""
        return freeze(np.ones_like(output)) if self.grad_output is None else batched(self.grad_output)

    @classmethod
    def one_map(cls, name: str, grid: Grid) -> Array:
        """Return a single map as a batch; others have no room beside their gradients."""
        array = batched(grid)
        if array.shape[1] != 1:
            raise InputError(f"{name} must be one map, as its gradient stands beside it, but it has {array.shape[1]}.")
        check_sides(name, array.shape[2:], cls.most)
        return array


def with_steps(trace: Any) -> SpecValues:
    """Return the arrays of a trace and, where it is a backward pass with steps, the numbers of each."""
    if not isinstance(trace, Backward) or not hasattr(trace, "step"):
        found: SpecValues = trace.values()
        return found
    return {**trace.values(), "steps": [trace.step(*at).values() for at in np.ndindex(trace.grad_output.shape)]}
