"""The spec of a scene that is the common walk: a window visits a grid, and each stop gives one output cell.

What is drawn comes from the trace: where the window lies from `trace.window`, the line below from `trace.explain`. A
subclass says what is special in words. CONTRIBUTING.md shows one.
"""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import Field

from cnn_core.arrays import Array
from cnn_core.equation import Equation
from cnn_core.errors import InputError
from cnn_core.examples import POOL_GRID
from cnn_core.reading.grids import Grid
from cnn_core.trace import Position
from scenes.language import listed, number, say
from scenes.specs.base import LabelText, SceneSpec, SpecValues
from scenes.specs.fields import Image
from scenes.specs.limits import MAX_PADDED

if TYPE_CHECKING:
    from scenes.player import Player

__all__ = ["Stop", "WalkRing", "WalkSpec", "left_out"]

WalkRing = tuple[int, int, int, int]
"""Rows above and below, columns to the left and to the right of the input."""


@dataclass(frozen=True)
class Stop:
    """One stop of the window: the trace's step, and how its output came about."""

    step: Any
    equation: Equation

    @property
    def position(self) -> Position:
        position: Position = self.step.position
        return position

    @property
    def result(self) -> str:
        return number(self.equation.result.text)


class WalkSpec(SceneSpec):
    """What all walks take, and what each of them says.

    A subclass has an `operation`, the name in the title, and a trace with `positions()` and `step(*position)`.

    Attributes
    ----------
    told_one_by_one
        Stops that are each a beat of their own; of more, only the first two are, and the others go row by row.
    """

    operation: ClassVar[str]
    told_one_by_one: ClassVar[int] = 16

    x: Image = Field(Grid(POOL_GRID, "example"), description="The input grid.")
    x_label: LabelText = Field("input", description="Name below the input.")
    output_label: LabelText = Field("output", description="Name below the output.")
    question: bool = Field(True, description="Ask before the first answer is shown.")

    @classmethod
    def scene_class(cls) -> type[Player]:
        from scenes.player import player_of  # noqa: PLC0415

        return player_of(cls)

    def values(self) -> SpecValues:
        """Return the trace's arrays, and each step's numbers."""
        trace = self.trace()
        if max(trace.output.shape[2:]) > MAX_PADDED:
            came = "×".join(map(str, trace.output.shape[2:]))
            raise InputError(
                f"the output must be at most {MAX_PADDED}×{MAX_PADDED} to be legible in a film, but it is {came}."
            )
        return {**trace.values(), "steps": [trace.step(*position).values() for position in trace.positions()]}

    def ring(self, trace: Any) -> WalkRing:
        """Return how many rows and columns to draw around the input: as far as windows reach."""
        H, W = trace.x.shape[2:]
        windows = [trace.window(*position) for position in trace.positions()]
        rows, columns = ([index for window in windows for index in window[axis]] for axis in (0, 1))
        return max(0, -min(rows)), max(0, max(rows) - H + 1), max(0, -min(columns)), max(0, max(columns) - W + 1)

    def padded(self, trace: Any) -> Array | None:
        """Return the input with a padding whose numbers count, `values()["x_padded"]`; None if there is none."""
        return None

    def subtitle(self, trace: Any) -> str:
        return ""

    def opening(self, trace: Any) -> str:
        rows, columns = trace.window(0, 0, 0, 0)
        window, size = f"{len(rows)}×{len(columns)}", f"{trace.x.shape[2]}×{trace.x.shape[3]}"
        return say("A {window} window visits the {size} grid.", window=window, size=size)

    @abstractmethod
    def rule(self, trace: Any) -> str:
        """Say what becomes of a window."""

    def around(self, trace: Any) -> str:
        """Say what the cells around the input count as, where windows reach that far."""
        return say("The hatched cells lie outside the input.")

    @abstractmethod
    def ask(self, stop: Stop) -> str:
        """Ask for the result of a stop."""

    @abstractmethod
    def say(self, stop: Stop) -> str:
        """Say what happens at a stop."""

    def reason(self, stop: Stop) -> str:
        """Say beside the title why a stop gives what it gives; nothing if the caption is enough."""
        return ""

    @property
    def shifted(self) -> Any:
        """Return what an input gives that has gone on by a pixel, to be compared at the end; None if it is not."""
        return None

    @abstractmethod
    def moral(self, trace: Any) -> str:
        """Say what the whole was good for."""

    def insight(self, trace: Any) -> str:
        """Say beside the title what is to be remembered: `moral`, if that is short enough."""
        return self.moral(trace)

    def evidence(self, trace: Any) -> list[list[str]]:
        """Return the addresses that `moral` is about, in groups that are pointed out one after the other."""
        return []


def left_out(rows: list[int], columns: list[int]) -> str:
    """Say which rows and columns no window reaches."""
    named = [say("row {number}", number=one + 1) for one in rows]
    named += [say("column {number}", number=one + 1) for one in columns]
    return say("No window reaches {places}.", places=listed(named))
