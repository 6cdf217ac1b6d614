"""How poolings pass gradients back: all of it to the winner, or an equal share to each cell."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
from pydantic import Field, model_validator

from cnn_core.arrays import freeze
from cnn_core.avg_pool2d import avg_pool2d
from cnn_core.backward import Backward
from cnn_core.examples import POOL_GRID
from cnn_core.max_pool2d import max_pool2d
from cnn_core.reading.grids import Grid
from cnn_core.trace import Trace
from scenes.specs.backward import BackwardSpec
from scenes.specs.fields import Image, Size

if TYPE_CHECKING:
    from scenes.pool_backward.scene import AvgPoolBackwardScene, MaxPoolBackwardScene

__all__ = ["AvgPoolBackwardSpec", "MaxPoolBackwardSpec", "PoolBackwardSpec"]

_ASKED = [[4, -8], [12, 2]]
_RAISED = 0.1
_TIED, _FIVE = [[[[0, 2], [2, 2]]]], [[[[5]]]]


class PoolBackwardSpec(BackwardSpec):
    """What both poolings take."""

    summed: ClassVar[tuple[str, ...]] = ("grad_output", "grad_input")

    x: Image = Field(Grid(POOL_GRID, "example"), description="The input grid, up to 6×6.")
    kernel_size: Size = Field(2, description="Rows and columns of the window.")
    stride: Size | None = Field(None, description="How far the window moves; the window's size if not given.")

    @model_validator(mode="before")
    @classmethod
    def complete(cls, given: Any) -> Any:
        """Give the example its gradient; that of other numbers is 1 everywhere unless it is given."""
        own = {"x", "kernel_size", "stride", "grad_output"} & given.keys()
        return given if own else {**given, "grad_output": _ASKED}

    def pooled(self, x: Any, **options: Any) -> Any:
        """Return the trace of the pooling of an image."""
        raise NotImplementedError

    def trace(self) -> Any:
        found = self.pooled(self.one_map("x", self.x))
        return found.backward(self.asked(found.output))

    def nudged(self, cell: tuple[int, int], by: float) -> Trace:
        """Return the pooling of the input with one cell raised."""
        x = self.one_map("x", self.x).copy()
        x[0, 0, *cell] += by
        found: Trace = self.pooled(x)
        return found

    def overlapping(self) -> Backward | None:
        """Return the same pooling with windows that overlap, where those of the film do not."""
        (height, width), geometry = self.x.array.shape[-2:], self.trace().forward.geometry
        apart = all(step >= size for step, size in zip(geometry.stride, geometry.kernel_size, strict=True))
        fits = min(geometry.kernel_size) > 1 and height > geometry.kernel_size[0] and width > geometry.kernel_size[1]
        if not apart or not fits or max(height, width) > 4:
            return None
        found = self.pooled(self.one_map("x", self.x), stride=1)
        back: Backward = found.backward(np.ones_like(found.output))
        return back


class MaxPoolBackwardSpec(PoolBackwardSpec):
    """What may be asked of the scene of a max pooling's gradient."""

    name = "max-pool-backward"
    summary = "The gradient of each window goes to the cell that won it; all others get nothing."
    example = '--x "4 1 1 8; 1 1 0 2; 7 3 2 2; 3 8 4 1" --grad-output "4 -8; 12 2"'

    @classmethod
    def scene_class(cls) -> type[MaxPoolBackwardScene]:
        from scenes.pool_backward.scene import MaxPoolBackwardScene

        return MaxPoolBackwardScene

    def pooled(self, x: Any, **options: Any) -> Any:
        return max_pool2d(x, self.kernel_size, **{"stride": self.stride, **options})

    def others(self) -> Mapping[str, Any]:
        """Return the pooling with a winner and with a loser raised, with windows that overlap, and of a tie."""
        found: dict[str, Any] = {}
        step = self.trace().forward.step(0, 0, 0, 0)
        cells = [(step.top + a, step.left + b) for a, b in np.ndindex(step.window.shape)]
        losers = [cell for cell, value in zip(cells, step.window.ravel(), strict=True) if value < step.value - _RAISED]
        if step.ties == 1 and losers:
            found |= {
                "raised_winner": self.nudged(step.winner, _RAISED),
                "raised_loser": self.nudged(losers[0], _RAISED),
            }
        if back := self.overlapping():
            found["overlapping"] = back
        tied = max_pool2d(freeze(np.array(_TIED, dtype=np.float64)), 2)
        return {**found, "tie": tied.backward(np.array(_FIVE, dtype=np.float64))}


class AvgPoolBackwardSpec(PoolBackwardSpec):
    """What may be asked of the scene of an average pooling's gradient."""

    name = "avg-pool-backward"
    summary = "The gradient of each window is shared equally among its cells."
    example = '--x "4 1 1 8; 1 1 0 2; 7 3 2 2; 3 8 4 1" --grad-output "4 -8; 12 2"'

    @classmethod
    def scene_class(cls) -> type[AvgPoolBackwardScene]:
        from scenes.pool_backward.scene import AvgPoolBackwardScene

        return AvgPoolBackwardScene

    def pooled(self, x: Any, **options: Any) -> Any:
        return avg_pool2d(x, self.kernel_size, **{"stride": self.stride, **options})

    def others(self) -> Mapping[str, Any]:
        """Return the pooling with one cell raised so that the mean rises by 0.1, and one whose windows overlap."""
        divisor = int(self.trace().forward.divisors[0, 0])
        back = self.overlapping()
        return {"raised_cell": self.nudged((0, 0), divisor / 10), **({"overlapping": back} if back else {})}
