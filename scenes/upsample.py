"""Upsampling: each value is copied into a block of cells."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from pydantic import Field

from cnn_core.arrays import freeze
from cnn_core.reading.grids import Grid
from cnn_core.trace import address_of
from cnn_core.upsample import UpsampleTrace, upsample
from scenes.language import say, say_many
from scenes.specs.fields import Image, Size, batched
from scenes.specs.walk import Stop, WalkSpec

if TYPE_CHECKING:
    from scenes.copying import Copying

__all__ = ["UpsampleSpec"]

EXAMPLE = freeze(np.array([[4.0, 8.0], [2.0, 6.0]]))


class UpsampleSpec(WalkSpec):
    """What may be asked of the upsampling scene."""

    name = "upsample"
    summary = "Maps become larger: each value is copied into a block of cells."
    example = '--x "4 8; 2 6" --scale-factor 3'
    operation = "Upsample"
    told_one_by_one = 9

    x: Image = Field(Grid(EXAMPLE, "example"), description="The input grid.")
    scale_factor: Size = Field(2, description="Rows and columns that each value becomes.")

    @classmethod
    def scene_class(cls) -> type[Copying]:
        from scenes.copying import Copying  # noqa: PLC0415

        return Copying

    def trace(self) -> UpsampleTrace:
        return upsample(batched(self.x), self.scale_factor)

    def subtitle(self, trace: UpsampleTrace) -> str:
        return say("nearest, factor {factor}", factor=self.block(trace))

    def opening(self, trace: UpsampleTrace) -> str:
        before, after = ("×".join(map(str, array.shape[2:])) for array in (trace.x, trace.output))
        return say("A {before} map becomes {after}.", before=before, after=after)

    def rule(self, trace: UpsampleTrace) -> str:
        return say("Each value is copied into a block of {block} cells.", block=self.block(trace))

    def ask(self, stop: Stop) -> str:
        return say("Which value goes into the first cell?")

    def say(self, stop: Stop) -> str:
        row, column = stop.step.source
        return say(
            "{value} is copied from row {row}, column {column}.",
            value=stop.result,
            row=row + 1,
            column=column + 1,
        )

    def moral(self, trace: UpsampleTrace) -> str:
        count, area = trace.x.size, trace.output.size // trace.x.size
        if area == 1:
            return say("With a factor of 1 nothing has changed.")
        return say_many(
            "The map is larger, but nothing in it is new: {count} value appears {area} times.",
            "The map is larger, but nothing in it is new: each of {count} values appears {area} times.",
            count,
            area=area,
        )

    def evidence(self, trace: UpsampleTrace) -> list[list[str]]:
        """Point out each value, and where it stands now."""
        found: dict[str, list[str]] = {}
        for n, c, i, j in trace.positions():
            value = address_of("x", (n, c, *trace.step(n, c, i, j).source))
            found.setdefault(value, [value]).append(address_of("output", (n, c, i, j)))
        return list(found.values())

    def block(self, trace: UpsampleTrace) -> str:
        return "×".join(map(str, trace.scale_factor))
