"""Global average pooling: each map becomes one number, its mean."""

from __future__ import annotations

from typing import Any

import numpy as np
from pydantic import Field

from cnn_core.arrays import freeze
from cnn_core.avg_pool2d import AvgPool2dTrace, adaptive_avg_pool2d
from cnn_core.reading.grids import Grid
from cnn_core.trace import address_of
from scenes.language import about, say, say_many
from scenes.specs.fields import Image, batched
from scenes.specs.walk import Stop, WalkSpec

__all__ = ["GlobalAvgPoolSpec"]

_EXAMPLE = freeze(
    np.array(
        [
            [[0, 0, 3, 0], [0, 0, 6, 1], [0, 0, 5, 0], [0, 0, 1, 0]],
            [[2, 2, 1, 2], [2, 3, 2, 2], [2, 2, 2, 2], [3, 2, 2, 1]],
        ],
        dtype=np.float64,
    )
)


class GlobalAvgPoolSpec(WalkSpec):
    """What may be asked of the scene of global average pooling."""

    name = "global-avg-pool"
    summary = (
        "Each map becomes one number, its mean: so a net ends in one number per channel, whatever the picture's size."
    )
    example = '--x "0 0 3 0; 0 0 6 1; 0 0 5 0; 0 0 1 0 | 2 2 1 2; 2 3 2 2; 2 2 2 2; 3 2 2 1"'
    operation = "GlobalAvgPool2D"

    x: Image = Field(Grid(_EXAMPLE, "example"), description="The feature maps, one per channel.")

    def trace(self) -> AvgPool2dTrace:
        return adaptive_avg_pool2d(batched(self.x))

    def subtitle(self, trace: AvgPool2dTrace) -> str:
        return say_many("{count} map, one number", "{count} maps, one number each", trace.x.shape[1])

    def opening(self, trace: AvgPool2dTrace) -> str:
        return say("The window is as large as the map.")

    def rule(self, trace: AvgPool2dTrace) -> str:
        return say("The mean of all its values is all that is left of it.")

    def ask(self, stop: Stop) -> str:
        return say_many(
            "What is the mean of the only value of this map?",
            "What is the mean of the {count} values of this map?",
            stop.step.divisor,
        )

    def say(self, stop: Stop) -> str:
        total: Any = stop.equation.left.parts[0].known
        named = {
            "total": about(total.text, is_rounded=total.is_rounded),
            "count": stop.step.divisor,
            "mean": about(stop.equation.result.text, is_rounded=stop.equation.is_rounded),
        }
        return say("Its sum is {total}. Divided by its {count} values, that is {mean}.", **named)

    def moral(self, trace: AvgPool2dTrace) -> str:
        """Say what the means have in common, or that they differ, and what the mean does not know."""
        strongest, winner = self.rivals(trace)
        if strongest != winner and trace.x[0, strongest].max() > 0:
            return say(
                "The largest value stands in channel {strongest}, but channel {winner} has the larger mean: "
                "what counts is how much there is in all, not where.",
                strongest=strongest,
                winner=winner,
            )
        return say("However the values are moved within their map, its mean stays the same: where they were is gone.")

    def insight(self, trace: AvgPool2dTrace) -> str:
        return say("What counts is how much there is in all, not where.")

    def evidence(self, trace: AvgPool2dTrace) -> list[list[str]]:
        """Point out each map's largest value, then the largest mean."""
        width = trace.x.shape[3]
        largest = [(c, *divmod(int(one.argmax()), width)) for c, one in enumerate(trace.x[0])]
        _, winner = self.rivals(trace)
        return [*([address_of("x", (0, *cell))] for cell in largest), [address_of("output", (0, winner, 0, 0))]]

    @staticmethod
    def rivals(trace: AvgPool2dTrace) -> tuple[int, int]:
        """Return the channel with the largest value, and that with the largest mean."""
        return int(trace.x[0].max(axis=(1, 2)).argmax()), int(trace.output[0].argmax())
