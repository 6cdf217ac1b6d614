"""Adding a residual: what goes past a block of layers is added to what the block has made of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from pydantic import Field

from cnn_core.arithmetic import ArithmeticTrace, add
from cnn_core.arrays import freeze
from cnn_core.errors import InputError
from cnn_core.reading.grids import Grid
from cnn_core.trace import address_of
from scenes.language import about, number, say, say_many
from scenes.specs.base import LabelText
from scenes.specs.fields import Image, batched
from scenes.specs.limits import MAX_PADDED
from scenes.specs.walk import Stop, WalkSpec

if TYPE_CHECKING:
    from scenes.residual_add.scene import ResidualAddScene

__all__ = ["ResidualAddSpec"]

PAST = freeze(np.array([[2, 5, 1, 0, 3], [1, 4, 3, 0, 2], [0, 6, 2, 1, 1], [3, 5, 1, 0, 4]], dtype=np.float64))
MADE = freeze(np.array([[0, -2, 0, 0, 1], [0, 3, 0, 0, 0], [0, -1, 4, 0, 0], [0, 0, 0, 2, 0]], dtype=np.float64))


class ResidualAddSpec(WalkSpec):
    """What may be asked of the scene that adds a residual."""

    name = "residual-add"
    summary = "What goes past a block of layers is added to what the block has made of it, cell by cell."
    example = '--x "0 2 5; 1 4 3; 0 6 2" --branch "0 0 -2; 0 3 0; 0 -1 4"'
    operation = "Residual"

    x: Image = Field(Grid(PAST, "example"), description="The map that goes past the block.")
    branch: Image = Field(Grid(MADE, "example"), description="What the block has made of it, of the same size.")
    x_label: LabelText = Field("x", description="Name below the map that goes past.")
    branch_label: LabelText = Field("F(x)", description="Name below what the block has made.")

    @classmethod
    def scene_class(cls) -> type[ResidualAddScene]:
        from scenes.residual_add.scene import ResidualAddScene

        return ResidualAddScene

    def trace(self) -> ArithmeticTrace:
        x, branch = batched(self.x), batched(self.branch)
        for name, maps in (("x", x), ("branch", branch)):
            if maps.shape[1] != 1 or max(maps.shape[2:]) > MAX_PADDED:
                came = "×".join(map(str, maps.shape[1:]))
                most = f"{MAX_PADDED}×{MAX_PADDED}"
                raise InputError(f"{name} must be one map of at most {most} to be legible, but it is {came}.")
        if x.shape != branch.shape:
            sizes = ["×".join(map(str, maps.shape[2:])) for maps in (x, branch)]
            raise InputError(f"branch must be of the same size as x, {sizes[0]}, but it is {sizes[1]}.")
        return add(x, branch)

    def subtitle(self, trace: ArithmeticTrace) -> str:
        return say("output = x + F(x)")

    def opening(self, trace: ArithmeticTrace) -> str:
        return say("A block of layers has made F(x) of x, and x itself has gone past the block.")

    def rule(self, trace: ArithmeticTrace) -> str:
        return say("Now the two are added, cell by cell.")

    def ask(self, stop: Stop) -> str:
        return say("What goes into the first cell?")

    def say(self, stop: Stop) -> str:
        first, second = (number(part.text) for part in stop.equation.left.leaves())
        if stop.step.y == 0:
            return say("F(x) is 0 here: {value} goes on as it was.", value=first)
        total = about(stop.equation.result.text, is_rounded=stop.equation.is_rounded)
        return say("{x} plus {change} is {total}.", x=first, change=second, total=total)

    def moral(self, trace: ArithmeticTrace) -> str:
        """Say where nothing has changed, if that is anywhere."""
        kept = int((trace.y == 0).sum())
        if not kept:
            return say("If F(x) were 0 everywhere, x would go on as it is: the block only has to learn what to change.")
        return say_many(
            "In {count} of {all} cells F(x) is 0, and x goes on as it was: the block only has to learn what to change.",
            "In {count} of {all} cells F(x) is 0, and x goes on as it was: the block only has to learn what to change.",
            kept,
            all=trace.y.size,
        )

    def insight(self, trace: ArithmeticTrace) -> str:
        return say("The block only has to learn what to change.")

    def evidence(self, trace: ArithmeticTrace) -> list[list[str]]:
        """Point out, row by row, where x goes on as it was; where that is nowhere, what has been changed."""
        kept = trace.y[0, 0] == 0
        cells = kept if kept.any() else ~kept
        names = ("y", "output")
        return [
            [address_of(name, (0, 0, row, int(column))) for name in names for column in np.flatnonzero(cells[row])]
            for row in range(len(cells))
        ]
