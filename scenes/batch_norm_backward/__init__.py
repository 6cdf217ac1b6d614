"""How batch normalisation passes gradients back: three ways, for every input made the mean and the spread."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from pydantic import Field, model_validator

from cnn_core.arrays import Array, freeze
from cnn_core.batch_norm import BatchNorm2dTrace, batch_norm2d
from cnn_core.batch_norm_backward import BatchNorm2dBackward
from cnn_core.equation import Equation, Explanation
from cnn_core.examples import POOL_GRID
from cnn_core.expression import Expression, Product, Sum, Value
from cnn_core.reading.grids import Grid
from cnn_core.trace import scalar
from scenes.specs.backward import BackwardSpec
from scenes.specs.base import SpecValues
from scenes.specs.fields import Image

if TYPE_CHECKING:
    from scenes.batch_norm_backward.scene import BatchNormBackwardScene

__all__ = ["FAINTEST", "BatchNormBackwardSpec"]

FAINTEST = 1e-12
"""Up to which a gradient is one of 0."""
_SIDES = ("pushes", "stretch")
"""Sums that come to 0, or all but, each of what is above 0 and what is below."""
_ASKED = [[0, 0, 0, 8], [0, 0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0]]


class BatchNormBackwardSpec(BackwardSpec):
    """What may be asked of the scene of a batch norm's gradients."""

    name = "batch-norm-backward"
    summary = "Ask one output for a change, and all inputs are asked: all of them made the mean and the spread."
    example = '--x "1 3; 5 7" --grad-output "0 4; 0 0"'
    summed: ClassVar[tuple[str, ...]] = ("grad_input",)
    most: ClassVar[int] = 4

    x: Image = Field(Grid(POOL_GRID, "example"), description="The values of a channel, up to 4×4.")
    grad_output: Image | None = Field(
        None, description="How fast the loss rises with each output; 1 at the largest and else 0 if not given."
    )
    gamma: float = Field(1.0, ge=-99, le=99, description="What the normalised values are multiplied by.")
    eps: float = Field(0.0, ge=0, le=1, description="What is added to the variance (PyTorch's default is 0.00001).")

    lr: float = Field(0.5, gt=0, le=100, description="The learning rate with which the inputs are pushed at the end.")

    @classmethod
    def scene_class(cls) -> type[BatchNormBackwardScene]:
        from scenes.batch_norm_backward.scene import BatchNormBackwardScene

        return BatchNormBackwardScene

    @model_validator(mode="before")
    @classmethod
    def complete(cls, given: Any) -> Any:
        """Give the example its gradient."""
        return given if {"x", "image", "grad_output"} & given.keys() else {**given, "grad_output": _ASKED}

    def trace(self) -> BatchNorm2dBackward:
        x = self.one_map("x", self.x)
        found = self._forward(x)
        return found.backward(self.asked(found.output))

    def _forward(self, x: Array) -> BatchNorm2dTrace:
        return batch_norm2d(x, weight=[self.gamma], bias=[0.0], training=True, eps=self.eps)

    def values(self) -> SpecValues:
        """Return what other gradients return, and what is divided by and added."""
        count = self.trace().forward.count
        stretch = float(self.terms("stretch").sum())
        sides = {name: {side: value.number for side, value in self.sides(name).items()} for name in _SIDES}
        return {
            **super().values(),
            "count": scalar(count),
            "eps": scalar(self.eps),
            "stretch": scalar(stretch),
            "of": sides,
        }

    def terms(self, name: str) -> Array:
        """Return what is summed, (H, W): the gradients, or how much each of them would widen what is normalised."""
        trace = self.trace()
        found: Array = trace.grad_input[0, 0] * (trace.forward.x_hat[0, 0] if name == "stretch" else 1.0)
        return found

    def sides(self, name: str) -> dict[str, Value]:
        """Return what the terms above 0 come to, and those below, where there are any."""
        terms = self.terms(name)
        parts = {"above": terms[terms > FAINTEST], "below": terms[terms < -FAINTEST]}
        return {side: Value(float(one.sum()), f"of.{name}.{side}", side) for side, one in parts.items() if one.size}

    def others(self) -> Mapping[str, Any]:
        """Return the normalisation of inputs that were pushed against their gradients."""
        trace = self.trace()
        return {"pushed": self._forward(trace.x - self.lr * trace.grad_input)}

    def explain(self, address: str) -> Explanation:
        whole = {"sums.grad_input": "pushes", "stretch": "stretch"}
        name, _, side = address.removeprefix("of.").partition(".")
        if side in ("above", "below"):
            return Equation.of(self._side(name, side), self.sides(name)[side])
        if address not in whole:
            return super().explain(address)
        parts = tuple(self._side(whole[address], side) for side in self.sides(whole[address]))
        total = Value(float(self.terms(whole[address]).sum()), address, "sum")
        return Equation.of(Sum(parts or (Value(0.0),)), total)

    def _side(self, name: str, side: str) -> Sum:
        """Write the sum of the terms above 0, or of those below."""
        trace, sign = self.trace(), 1 if side == "above" else -1
        cells = [(0, 0, *map(int, at)) for at in np.argwhere(sign * self.terms(name) > FAINTEST)]
        terms: list[Expression] = [trace.value("grad_input", *at) for at in cells]
        if name == "stretch":
            terms = [Product((term, trace.value("x_hat", *at))) for term, at in zip(terms, cells, strict=True)]
        return Sum(tuple(terms), known=self.sides(name)[side])

    def results(self) -> Iterator[str]:
        """Give the gradients and their sums, and where mean and spread are after a push."""
        yield from super().results()
        yield from ("stretch", "pushed.mean[0]", "pushed.std[0]")

    def asked(self, output: Array) -> Array:
        """Return what is asked of an output; of its largest value if nobody said."""
        if self.grad_output is not None:
            return super().asked(output)
        only = np.zeros_like(output)
        only.flat[output.argmax()] = 1
        return freeze(only)
