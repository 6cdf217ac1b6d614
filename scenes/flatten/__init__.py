"""Flattening."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from pydantic import Field

from cnn_core.arrays import freeze
from cnn_core.equation import Equation, Explanation, Given
from cnn_core.errors import InputError
from cnn_core.expression import Product, Sum, Value
from cnn_core.flatten import FlattenTrace, flatten
from cnn_core.reading.grids import Grid
from cnn_core.trace import address_of, addresses_of, parse, scalar
from scenes.specs.base import LabelText, SceneSpec, SpecValues
from scenes.specs.fields import Image, Place, batched
from scenes.specs.limits import MAX_FLATTENED

if TYPE_CHECKING:
    from scenes.flatten.scene import FlattenScene

__all__ = ["FlattenSpec"]

_EXAMPLE = freeze(np.array([[[3.0, 1.0, 4.0], [1.0, 5.0, 9.0]], [[2.0, 6.0, 5.0], [3.0, 8.0, 7.0]]]))


class FlattenSpec(SceneSpec):
    """What may be asked of the flattening scene."""

    name: ClassVar[str] = "flatten"
    summary: ClassVar[str] = "Feature maps become one row of numbers, each with its index."
    example: ClassVar[str] = '--x "3 1 4; 1 5 9 | 2 6 5; 3 8 7" --cell "1 1 0"'

    x: Image = Field(Grid(_EXAMPLE, "example"), description="The feature maps, (H, W) or (C, H, W).")
    cell: Place | None = Field(
        None, description="Channel, row and column whose index is worked out; the last map's largest if not given."
    )
    x_label: LabelText = Field("channel", description="Name below the maps.")
    output_label: LabelText = Field("output", description="Name below the row.")
    question: bool = Field(True, description="Ask for an index.")

    @classmethod
    def scene_class(cls) -> type[FlattenScene]:
        from scenes.flatten.scene import FlattenScene

        return FlattenScene

    def trace(self) -> FlattenTrace:
        return flatten(batched(self.x))

    def values(self) -> SpecValues:
        """Return maps, row and indices, and how one index comes about."""
        trace = self.trace()
        self._check(trace.x.shape[1:])
        return {**trace.values(), "index": self.indices(), "steps": [self.step()]}

    def indices(self) -> Any:
        """Return where each value of the maps goes, (C, H, W)."""
        shape = batched(self.x).shape[1:]
        return freeze(np.arange(np.prod(shape)).reshape(shape))

    def explain(self, address: str) -> Explanation:
        """Explain indices too: `1·2·3 + 1·3 + 1 = 10`, whole channels before it, whole rows, and what is left."""
        name, indices, inside = parse(address)
        if name == "index":
            return Equation.of(self._place(indices), Value(float(self.indices()[indices]), address, name))
        if name != "steps":
            return self.trace().explain(address)
        if inside == "index":
            return self.explain(address_of("index", self.worked_out()))
        whole = Equation.of(self._place(self.worked_out()), Value(float(self.step()["index"]), "steps[0].index"))
        return whole.find(address) or Given("counted")

    def results(self) -> Iterator[str]:
        yield from addresses_of("index", self.trace().x.shape[1:])
        yield from self.trace().results()

    def _place(self, cell: tuple[int, ...]) -> Sum:
        _, H, W = self.trace().x.shape[1:]
        step = "steps[0]." if cell == self.worked_out() else ""

        def value(name: str, number: int) -> Value:
            return Value(float(number), step and step + name, name)

        (c, i, j), width = (value(name, at) for name, at in zip("cij", cell, strict=True)), value("W", W)
        channels = Product((c, value("H", H), width), known=value("channels_before", cell[0] * H * W))
        return Sum((channels, Product((i, width), known=value("rows_before", cell[1] * W)), j))

    def worked_out(self) -> tuple[int, int, int]:
        if self.cell is not None:
            return self.cell
        last = batched(self.x)[0, -1]
        i, j = np.unravel_index(int(last.argmax()), last.shape)
        return batched(self.x).shape[1] - 1, int(i), int(j)

    def step(self) -> SpecValues:
        """Return every number of `index = c·H·W + i·W + j`, by name."""
        (c, i, j), (_, H, W) = self.worked_out(), batched(self.x).shape[1:]
        numbers = {"c": c, "i": i, "j": j, "H": H, "W": W, "channels_before": c * H * W, "rows_before": i * W}
        numbers["index"] = c * H * W + i * W + j
        return {name: scalar(number) for name, number in numbers.items()}

    def _check(self, shape: tuple[int, ...]) -> None:
        count = int(np.prod(shape))
        if count > MAX_FLATTENED:
            raise InputError(
                f"x must hold at most {MAX_FLATTENED} values to be legible in a row, but it holds {count}."
            )
        inside = all(0 <= at < size for at, size in zip(self.worked_out(), shape, strict=True))
        if not inside:
            raise InputError(f"cell must lie inside x, whose shape is {shape}, but it is {self.cell}.")
