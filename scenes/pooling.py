"""What max and average pooling share on film: a window visits a grid, and each stop gives one output cell."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from functools import partial
from itertools import groupby
from typing import Any, ClassVar, Generic, TypeVar, cast

import numpy as np
from manim import Animation, FadeIn, FadeOut, Mobject, VGroup

from cnn_core.arrays import Array
from cnn_core.avg_pool2d import AvgPool2dStep
from cnn_core.equation import Equation
from cnn_core.max_pool2d import MaxPool2dStep
from cnn_core.trace import Position, address_of
from scenes.language import say
from scenes.mobjects.grid import NumberGrid, Window, readable_cell
from scenes.mobjects.panels import Maps, MapsPlan, OperationArrow, drop_into, named, question_marks
from scenes.specs.pooling import PoolSpec
from scenes.stage import ExplainerScene
from scenes.working import Working

__all__ = ["PoolingScene"]

SpecT = TypeVar("SpecT", bound=PoolSpec)
Step = TypeVar("Step", MaxPool2dStep, AvgPool2dStep)

FEW = 4
"""Stops that there is time for; of more, only the first two are taken slowly."""

TOLD_ONE_BY_ONE = 16
"""Stops that are each a beat of their own; of a larger output only the first two are, the others go row by row."""

MANY = 200
"""Stops above which the film hurries, so that it lasts less than four minutes."""


class PoolingScene(ExplainerScene[SpecT], Generic[SpecT, Step]):
    """Grids, window and pace of a pooling; what happens inside a window is the subclass's part."""

    operation: str
    named: ClassVar[int] = 9
    """Values of a window up to which a question names all of them."""

    def construct(self) -> None:
        """Play the whole pooling."""
        self.trace: Any = self.spec.trace()
        self.show_title(self.operation, self.size_in_words())
        self.introduce()
        positions = list(self.trace.positions())
        self.leaving: list[Mobject] = []
        slow = 2 if len(positions) > TOLD_ONE_BY_ONE else len(positions)
        self.hurry = 1.0 if len(positions) <= MANY else 0.67
        for index, position in enumerate(positions[:slow]):
            self.tell(self.trace.step(*position), brisk=index > 1 and len(positions) > FEW)
        for _, row in groupby(positions[slow:], key=lambda position: position[:3]):
            self.flow(list(row))
        self.close()

    def size_in_words(self) -> str:
        """Return window, stride and dilation for the title line."""
        geometry = self.trace.geometry
        (kH, kW), (sH, sW), (dH, dW) = geometry.kernel_size, geometry.stride, geometry.dilation
        named = {"size": f"{kH}×{kW}", "stride": pair_in_words(sH, sW), "dilation": pair_in_words(dH, dW)}
        if dH == dW == 1:
            return say("{size} window, stride {stride}", **named)
        return say("{size} window, stride {stride}, dilation {dilation}", **named)

    def introduce(self) -> None:
        """Show the grids and say what will happen."""
        pictures = self.lay_out()
        dilation = self.trace.geometry.dilation
        self.working = Working(self, self.inputs)
        self.windows = [Window(grid, self.trace.kernel_size, self.theme, dilation) for grid in self.inputs]
        (kH, kW), (_, _, H, W) = self.trace.kernel_size, self.trace.x.shape
        visits = say("A {window} window visits the {size} grid.", window=f"{kH}×{kW}", size=f"{H}×{W}")
        with self.beat("explain", f"{self.origin()}{visits} {self.rule()}"):
            self.play(FadeIn(pictures), run_time=1.0)
        if any(self.ring()):
            with self.beat("explain", self.padding_in_words()):
                self.hold(0.4)

    def ring(self) -> tuple[int, int, int, int]:
        """Return how far windows reach beyond the input: top, bottom, left, right."""
        geometry = self.trace.geometry
        rows, columns = geometry.cells(geometry.output_size[0] - 1, geometry.output_size[1] - 1)
        (pH, pW), (H, W) = geometry.padding, geometry.size
        return pH, max(pH, rows[-1] - H + 1), pW, max(pW, columns[-1] - W + 1)

    def lay_out(self) -> VGroup:
        """Build input and output, as large as they fit, with the arrow that names the operation."""
        maps, output, room = self.maps(), self.trace.output[0], self.bands.stage
        names = named(self.spec.x_label, self.trace.x), named(self.spec.output_label, self.trace.output)
        readable = max(readable_cell(values, self.trace.decimals("output")) for values in output)
        plan = MapsPlan.of(room, maps.shape, output.shape, names, readable)
        self.inputs = [self.grid(values, "x", c, plan.cells[0]) for c, values in enumerate(maps)]
        self.outputs = [self.grid(values, "output", c, plan.cells[1]) for c, values in enumerate(output)]
        arrow = OperationArrow(self.operation.removesuffix("2D"), self.theme, down=not plan.beside, length=plan.arrow)
        both = zip((self.inputs, self.outputs), names, plan.name_widths, strict=True)
        before, after = (Maps(grids, name, width) for grids, name, width in both)
        return plan.arrange(before, after, arrow, room)

    def maps(self) -> Array:
        """Return the input with the ring around it, (C, H, W); what is not a number is not written."""
        top, bottom, left, right = self.ring()
        return np.pad(self.trace.x[0], ((0, 0), (top, bottom), (left, right)), constant_values=np.nan)

    def address(self, channel: int) -> Callable[[int, int], str]:
        """Return what gives the addresses of the drawn input's cells."""
        top, _, left, _ = self.ring()
        return partial(address_in_x, channel, top, left)

    def grid(self, values: Array, name: str, channel: int, cell: float) -> NumberGrid:
        """Build one channel's input or output grid."""
        is_input = name == "x"
        role = self.theme.input if is_input else self.theme.output
        ring = self.ring() if is_input else (0, 0, 0, 0)
        address = self.address(channel) if is_input else partial("output[0,{},{},{}]".format, channel)
        decimals = self.trace.decimals(name)
        return NumberGrid(values, address, role, self.theme, cell, filled=is_input, ring=ring, decimals=decimals)

    def tell(self, step: Step, *, brisk: bool) -> None:
        """Take one stop: look, ask at the first one, work out, write."""
        asked = self.spec.question and step.position == (0, 0, 0, 0)
        if asked:
            self.put_question(step)
        with self.beat("answer" if asked else "step", self.said(step), brisk=brisk):
            if asked:
                self.play(self.end_question(), run_time=0.4)
            else:
                self.play(*self.looking_at(step), *self.leave(), run_time=0.4 if brisk else 0.8)
            self.leaving = self.work_out(step, run_time=0.6 if brisk else 1.0)

    def leave(self) -> list[Animation]:
        """Return the animations that take away what the last stop has shown."""
        gone = [*map(FadeOut, self.leaving), *self.working.leave()]
        self.leaving = []
        return gone

    def put_question(self, step: Step) -> None:
        """Look at the window and let the learner find its result."""
        marks = question_marks(self.outputs[step.position[1]], *step.position[2:], self.theme)
        self.ask(self.question_about(step), self.equation(step).result.text, *marks, first=self.looking_at(step))

    def equation(self, step: Step) -> Equation:
        """Return how the result of a stop comes about."""
        return cast("Equation", self.trace.explain(address_of("output", step.position)))

    def looking_at(self, step: Step) -> list[Animation]:
        """Return the animations that bring the window to a stop; it begins anew on each channel."""
        window = self.windows[step.position[1]]
        top, left = step.top + self.ring()[0], step.left + self.ring()[2]
        if window in self.mobjects:
            return [window.slide_to(top, left)]
        leaving: list[Animation] = [FadeOut(other) for other in self.windows if other in self.mobjects]
        return [FadeIn(window.place(top, left)), *leaving]

    def drop(self, step: Step, start: Mobject) -> list[Any]:
        """Return the animations in which the result travels from `start` into its output cell."""
        return drop_into(self.outputs[step.position[1]], *step.position[2:], start)

    def flow(self, row: list[Position]) -> None:
        """Let the window run through the rest of a row, as one beat."""
        _, c, i, _ = row[0]
        said = say("Output row {row}, in the same way.", row=i + 1)
        if len(self.inputs) > 1:
            said = say("Output row {row} of channel {channel}, in the same way.", row=i + 1, channel=c)
        with self.beat("step", said, brisk=True):
            for position in row:
                step = self.trace.step(*position)
                self.play(*self.looking_at(step), *self.leave(), run_time=0.2 * self.hurry)
                self.play(*self.drop(step, self.windows[c].outline), run_time=0.2 * self.hurry)

    def close(self) -> None:
        """Take the window away and let the result stand."""
        (H, W), (H_out, W_out) = self.trace.x.shape[2:], self.trace.output.shape[2:]
        became = say("{before} values have become {after}.", before=f"{H}×{W}", after=f"{H_out}×{W_out}")
        with self.beat("explain", f"{became} {self.moral()}"):
            self.play(FadeOut(self.windows[-1]), *self.leave(), run_time=0.6)

    @abstractmethod
    def rule(self) -> str:
        """Say what becomes of a window."""

    @abstractmethod
    def padding_in_words(self) -> str:
        """Say what padding counts as."""

    @abstractmethod
    def question_about(self, step: Step) -> str:
        """Ask for the result of a window."""

    @abstractmethod
    def said(self, step: Step) -> str:
        """Say what happens at a stop."""

    @abstractmethod
    def work_out(self, step: Step, run_time: float) -> list[Mobject]:
        """Show how the result comes about and write it; return what to take away afterwards."""

    @abstractmethod
    def moral(self) -> str:
        """Say what the whole was good for."""


def pair_in_words(rows: int, columns: int) -> str:
    """Return `2`, or `2×1` where rows and columns differ."""
    return str(rows) if rows == columns else f"{rows}×{columns}"


def address_in_x(channel: int, top: int, left: int, row: int, column: int) -> str:
    """Return the address of a cell of the drawn input, in which x begins at (top, left)."""
    return f"x[0,{channel},{row - top},{column - left}]"
