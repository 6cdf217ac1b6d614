"""Depthwise convolution, then pointwise: each map has a kernel of its own, and then the maps are mixed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import chain
from typing import TYPE_CHECKING, ClassVar, cast

import numpy as np
from pydantic import Field

from cnn_core.arrays import freeze
from cnn_core.conv2d import Conv2dTrace, conv2d
from cnn_core.equation import Equation, Explanation, Given
from cnn_core.errors import InputError
from cnn_core.expression import Expression, Product, Sum, Value
from cnn_core.reading.grids import Grid
from cnn_core.reading.quoting import counted
from cnn_core.trace import Position, addresses_of, parse, scalar
from scenes.specs.base import LabelText, SceneSpec, SpecValues
from scenes.specs.fields import Image, Kernels, Matrix, batched, check_sides

if TYPE_CHECKING:
    from scenes.depthwise_conv2d.scene import DepthwiseConv2dScene

__all__ = ["DepthwiseConv2dSpec"]

_MAPS = [
    [[1, 2, 0, 1], [0, 3, 1, 0], [2, 1, 0, 2], [1, 0, 2, 1]],
    [[0, 1, 0, 0], [1, 1, 1, 0], [0, 1, 0, 2], [0, 0, 2, 1]],
]
PLUS = [[[0, 1, 0], [1, 1, 1], [0, 1, 0]], [[-1, 0, 1], [-2, 0, 2], [-1, 0, 1]]]
MOST_CHANNELS, MOST_SIDE = 3, 5
_NAMES = {"x": "output", "weight": "mix", "output": "mixed"}
"""What the pointwise convolution calls its arrays, and how they are called here."""


class DepthwiseConv2dSpec(SceneSpec):
    """What may be asked of the scene of depthwise convolution."""

    name: ClassVar[str] = "depthwise-conv2d"
    summary: ClassVar[str] = (
        "Each map has a kernel of its own; then 1×1 kernels mix the maps: far fewer multiplications."
    )
    example: ClassVar[str] = '--mix "1 1; 2 -1; 0 1"'
    aliases: ClassVar = {"kernel": "weight", "image": "x"}

    x: Image = Field(Grid(freeze(np.array(_MAPS, dtype=np.float64)), "example"), description="The maps.")
    weight: Kernels = Field(
        Grid(freeze(np.array(PLUS, dtype=np.float64)), "example"), description="A kernel for each map; also --kernel."
    )
    mix: Matrix = Field(
        Grid(freeze(np.array([[1.0, 1.0], [2.0, -1.0]])), "example"),
        description="The 1×1 kernels: a row for each output, with a weight for each map.",
    )
    x_label: LabelText = Field("input", description="Name below the maps.")
    output_label: LabelText = Field("output", description="Name below the mixed maps.")
    question: bool = Field(True, description="Ask for the first value that is mixed.")

    @classmethod
    def scene_class(cls) -> type[DepthwiseConv2dScene]:
        from scenes.depthwise_conv2d.scene import DepthwiseConv2dScene

        return DepthwiseConv2dScene

    def trace(self) -> Conv2dTrace:
        """Return the depthwise convolution."""
        x, weight = batched(self.x), batched(self.weight)
        channels = x.shape[1]
        if channels > MOST_CHANNELS:
            raise InputError(f"x must have at most {MOST_CHANNELS} maps to be legible, but it has {channels}.")
        check_sides("x", x.shape[2:], MOST_SIDE)
        if weight.shape[:2] != (1, channels):
            raise InputError(
                f"weight must hold a kernel for each map of x, {channels}, but it holds {weight.shape[1]}."
            )
        if self.mix.array.shape[1] != channels or len(self.mix.array) > MOST_CHANNELS:
            came = "×".join(map(str, self.mix.array.shape))
            raise InputError(
                f"mix must have at most {MOST_CHANNELS} rows of {counted(channels, 'weight')}, one for each map, "
                f"but it is {came}."
            )
        return conv2d(x, weight[0][:, None], groups=channels)

    def pointwise(self) -> Conv2dTrace:
        return conv2d(self.trace().output, self.mix.array[:, :, None, None])

    def counts(self) -> dict[str, Equation]:
        """Return how many multiplications a full convolution takes, and how many the two take together."""
        (c_in, kH, kW), places, c_out = (
            self.trace().weight[:, 0].shape,
            self.trace().output[0, 0].size,
            len(self.mix.array),
        )
        named = {"in": c_in, "out": c_out, "kernel": kH * kW, "places": places}
        value = {name: Value(float(number), f"sizes.{name}", name, 0) for name, number in named.items()}
        full: Expression = Product((value["out"], value["in"], value["kernel"], value["places"]))
        depth, point = c_in * kH * kW * places, c_out * c_in * places
        parts = (
            Product(
                (value["in"], value["kernel"], value["places"]), known=Value(float(depth), "depthwise", "count", 0)
            ),
            Product((value["out"], value["in"], value["places"]), known=Value(float(point), "pointwise", "count", 0)),
        )
        return {
            "full": Equation.of(full, Value(float(c_out * depth), "full", "count", 0)),
            "apart": Equation.of(Sum(parts), Value(float(depth + point), "apart", "count", 0)),
        }

    def values(self) -> SpecValues:
        """Return the arrays of both convolutions, the steps of the first, and the counts."""
        trace, counts = self.trace(), self.counts()
        leaves = [leaf for one in counts.values() for leaf in one.left.leaves()]
        sizes = {leaf.name: scalar(leaf.number) for leaf in leaves}
        (depth, point) = (part.known for part in counts["apart"].left.parts)
        assert depth is not None
        assert point is not None
        return {
            **trace.values(),
            "mix": self.pointwise().weight,
            "mixed": self.pointwise().output,
            **{name: scalar(one.result.number) for name, one in counts.items()},
            "depthwise": scalar(depth.number),
            "pointwise": scalar(point.number),
            "sizes": sizes,
            "steps": [
                {**step.values(), "row_sums": step.products.sum(axis=2), "channel_sums": step.products.sum(axis=(1, 2))}
                for step in (trace.step(*position) for position in trace.positions())
            ],
        }

    def explain(self, address: str) -> Explanation:
        """Explain what was mixed, and the counts, too."""
        name, at, _ = parse(address)
        if name == "mixed":
            return self.mixed(*cast("Position", at))
        if name == "mix":
            return self.pointwise().explain(address.replace("mix", "weight"))
        counts = self.counts()
        if name in counts:
            return counts[name]
        found = counts["apart"].find(address)
        return found or (Given("counted") if name == "sizes" else self.trace().explain(address))

    def mixed(self, n: int, k: int, i: int, j: int) -> Equation:
        """Return how a mixed value came about, in this scene's names: a product for each map."""
        point = self.pointwise()
        maps = range(point.x.shape[1])
        terms = (Product((point.value("x", n, c, i, j), point.value("weight", k, c, 0, 0))) for c in maps)
        equation = Equation.of(Sum(tuple(terms)), point.result("output", n, k, i, j))
        return equation.renamed(lambda address: re.sub(r"^\w+", lambda name: _NAMES[name[0]], address))

    def results(self) -> Iterator[str]:
        mixed = addresses_of("mixed", self.pointwise().output.shape)
        return chain(self.trace().results(), mixed, ("full", "apart"))
