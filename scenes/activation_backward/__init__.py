"""How activations pass gradients back: times the slope of their curve."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import Field, model_validator

from cnn_core.activation_backward import ActivationBackward
from cnn_core.activations import ActivationTrace, leaky_relu, relu, sigmoid, tanh
from cnn_core.arrays import Array
from cnn_core.equation import Equation, Explanation
from cnn_core.examples import STROKE_MAP
from cnn_core.expression import Product, Value
from cnn_core.reading.grids import Grid
from cnn_core.reading.rows import parse_rows
from cnn_core.trace import scalar
from scenes.specs.backward import BackwardSpec
from scenes.specs.base import SpecValues
from scenes.specs.fields import Image

if TYPE_CHECKING:
    from scenes.activation_backward.scene import (
        LeakyReluBackwardScene,
        ReluBackwardScene,
        SigmoidBackwardScene,
        TanhBackwardScene,
    )

__all__ = [
    "ActivationBackwardSpec",
    "LeakyReluBackwardSpec",
    "ReluBackwardSpec",
    "SigmoidBackwardSpec",
    "TanhBackwardSpec",
]

_ASKED = [[2, -1, 3], [-2, 1, 1], [4, 0.5, -3]]
_SMALL = parse_rows("_SMALL", "-1 2 -3; -1 0 -3; 1 1 -2")
"""Values at which the curves of sigmoid and tanh are not flat."""


class ActivationBackwardSpec(BackwardSpec):
    """What all activations take."""

    most: ClassVar[int] = 5

    x: Image = Field(Grid(STROKE_MAP, "example"), description="What went into the activation, up to 5×5.")

    @model_validator(mode="before")
    @classmethod
    def complete(cls, given: Any) -> Any:
        """Give the example its gradient; that of other numbers is 1 everywhere unless it is given."""
        return given if {"x", "image", "grad_output"} & given.keys() else {**given, "grad_output": _ASKED}

    @abstractmethod
    def applied(self, x: Array) -> ActivationTrace:
        """Apply the activation."""

    def trace(self) -> ActivationBackward:
        found = self.applied(self.one_map("x", self.x))
        return found.backward(self.asked(found.output))


class ReluBackwardSpec(ActivationBackwardSpec):
    """What may be asked of the scene of a ReLU's gradient."""

    name = "relu-backward"
    summary = "ReLU, backward: gradients pass where the value was positive, and nowhere else."
    example = '--x "-1 5 -3; 2 0 1; -1 4 -1" --grad-output "2 -1 3; -2 1 1; 4 0.5 -3"'

    @classmethod
    def scene_class(cls) -> type[ReluBackwardScene]:
        from scenes.activation_backward.scene import ReluBackwardScene

        return ReluBackwardScene

    def applied(self, x: Array) -> ActivationTrace:
        return relu(x)


class LeakyReluBackwardSpec(ActivationBackwardSpec):
    """What may be asked of the scene of a leaky ReLU's gradient."""

    name = "leaky-relu-backward"
    summary = "Leaky ReLU, backward: where the value was negative, a part of the gradient passes."
    example = '--x "-1 5 -3; -1 5 -3; -1 4 -1" --negative-slope 0.2'

    negative_slope: float = Field(0.1, ge=0, le=1, description="The slope below 0 (PyTorch's default is 0.01).")

    @classmethod
    def scene_class(cls) -> type[LeakyReluBackwardScene]:
        from scenes.activation_backward.scene import LeakyReluBackwardScene

        return LeakyReluBackwardScene

    def applied(self, x: Array) -> ActivationTrace:
        return leaky_relu(x, self.negative_slope)

    def values(self) -> SpecValues:
        return {"negative_slope": scalar(self.negative_slope), **super().values()}


class SigmoidBackwardSpec(ActivationBackwardSpec):
    """What may be asked of the scene of a sigmoid's gradient."""

    name = "sigmoid-backward"
    summary = "Sigmoid, backward: at most a quarter of a gradient passes."
    example = '--x "-1 2 -3; -1 0 -3; 1 1 -2" --grad-output "2 -1 3; -2 1 1; 4 0.5 -3"'

    x: Image = Field(Grid(_SMALL, "example"), description="What went into the activation, up to 5×5.")

    @classmethod
    def scene_class(cls) -> type[SigmoidBackwardScene]:
        from scenes.activation_backward.scene import SigmoidBackwardScene

        return SigmoidBackwardScene

    def applied(self, x: Array) -> ActivationTrace:
        return sigmoid(x)

    def values(self) -> SpecValues:
        """Return what other gradients return, and what five sigmoids in a row let pass at most."""
        return {**super().values(), "five_in_a_row": scalar(0.25**5)}

    def results(self) -> Iterator[str]:
        yield from super().results()
        yield "five_in_a_row"

    def explain(self, address: str) -> Explanation:
        if address != "five_in_a_row":
            return super().explain(address)
        return Equation.of(Product((Value(0.25),) * 5), Value(0.25**5, address, "product", 10))


class TanhBackwardSpec(ActivationBackwardSpec):
    """What may be asked of the scene of a tanh's gradient."""

    name = "tanh-backward"
    summary = "Tanh, backward: gradients pass near 0, and hardly where the curve is flat."
    example = '--x "-1 2 -3; -1 0 -3; 1 1 -2" --grad-output "2 -1 3; -2 1 1; 4 0.5 -3"'

    x: Image = Field(Grid(_SMALL, "example"), description="What went into the activation, up to 5×5.")

    @classmethod
    def scene_class(cls) -> type[TanhBackwardScene]:
        from scenes.activation_backward.scene import TanhBackwardScene

        return TanhBackwardScene

    def applied(self, x: Array) -> ActivationTrace:
        return tanh(x)
