"""How activations pass gradients back."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import replace
from typing import Any, ClassVar, TypeVar

import numpy as np
from manim import Create, Dot, FadeIn, VGroup, VMobject

from scenes.activation_backward import (
    ActivationBackwardSpec,
    LeakyReluBackwardSpec,
    ReluBackwardSpec,
    SigmoidBackwardSpec,
    TanhBackwardSpec,
)
from scenes.backward import BackwardScene
from scenes.language import about, marked, say, say_many
from scenes.layout import Box, smallest_text
from scenes.mobjects.arrangement import Column, Part, Row, largest_cell
from scenes.mobjects.grid import CellMarks, widest_text
from scenes.mobjects.panels import drop_into, question_marks
from scenes.mobjects.plot import Curve
from scenes.mobjects.sheets import Sheet, plan, sheet_of

__all__ = ["LeakyReluBackwardScene", "ReluBackwardScene", "SigmoidBackwardScene", "TanhBackwardScene"]

_FLAT = 0.25
"""Share of the steepest slope up to which a curve is marked as flat."""

_LINE = 1.25
"""Height of the room for arithmetic below the curve of a wide frame, in scene units."""

_SMALLER = 0.7
"""Side of a cell of x and slope at least, in those of the gradients."""

ActivationT = TypeVar("ActivationT", bound=ActivationBackwardSpec)
_Cell = tuple[int, int]


class ActivationBackwardScene(BackwardScene[ActivationT]):
    """What comes back is multiplied by how steep the curve was."""

    operation: ClassVar[str]
    function: ClassVar[str]
    least: ClassVar[float] = 0.0
    """How far from 0 the curve reaches on both sides at least."""

    def construct(self) -> None:
        self.widen()
        sheets = self.fitting(activation_sheets(self.spec.trace()))
        self.arrangements = arrangements_of(sheets)
        self.open(self.operation, sheets, self.arrangements)
        self.signs: list[Any] = []
        self.before()
        self.come_back()
        cells = self.telling()
        for k, cell in enumerate(cells):
            self.tell(cell, asked=self.spec.question and k == len(cells) - 1)
        self.others_too()
        self.more()
        self.close()

    def fitting(self, sheets: dict[str, Sheet]) -> dict[str, Sheet]:
        """Return the grids so that they leave the most to the curve, those beside each other alike if possible."""
        smaller = {key: replace(sheet, share=1.0) for key, sheet in sheets.items()}
        for some in (sheets, smaller):
            for grids, _ in self.rooms():
                for one in (in_pairs(some), some):
                    if any(largest_cell(way, grids, 1.0) for way in arrangements_of(one)):
                        return one
        return smaller

    def widen(self) -> None:
        """In a wide frame, leave all of the height to the grids: arithmetic stands below the curve."""
        super().widen()
        if self.wide:
            self.bands = replace(self.bands, stage=self.bands.whole)

    def room(self) -> Box:
        """Return where the grids stand, large enough for their numbers if that is possible; the curve has the rest."""
        rooms = self.rooms()
        fitting = (both for both in rooms if any(largest_cell(one, both[0], 1.0) for one in self.arrangements))
        grids, self.plot = next(fitting, rooms[1])
        if self.wide:
            line = replace(self.plot, top=self.plot.bottom + _LINE)
            self.plot = replace(self.plot, bottom=line.top + 0.1)
            self.bands = replace(self.bands, formula=line)
        return grids

    def rooms(self) -> list[tuple[Box, Box]]:
        """Return rooms of grids and curve: below each other in a tall frame, or else side by side."""
        stage = super().room()
        if self.tall:
            return [(stage.slice(1 - share, 1), stage.slice(0, 1 - share - 0.016)) for share in (0.66, 0.72, 0.78)]
        return [(stage.part(0, share), stage.part(share + 0.04, 1)) for share in (0.52, 0.58, 0.64)]

    def before(self) -> None:
        trace, largest = self.trace, max(float(np.abs(self.trace.x).max()), 0.05)
        side = max(largest, self.least) if self.least else 0.25 * largest
        ends = min(float(trace.x.min()), -side), max(float(trace.x.max()), side)
        name, size = f"{self.function}(x)", max(0.26, smallest_text())
        self.curve = Curve(trace.forward.function, ends, name, self.plot, size, self.theme)
        said = say(
            "In the forward pass, {function} gave each value of x a value on this curve.", function=self.function
        )
        with self.beat(
            "explain", self.origin() + said, reason=say("Forward first: each value has its place on the curve.")
        ):
            self.play(FadeIn(self.sheets["x"], self.curve), run_time=0.8)
            self.play(Create(self.curve.line), run_time=1.0)

    def come_back(self) -> None:
        said = say("Now dL/dy comes back: ▼ for outputs that should fall, ▲ for those that should rise.")
        with self.asked_to_change(said):
            self.play(FadeIn(self.sheets["grad_output"]), run_time=0.8)
            self.signs_of(self.sheets["grad_output"].grid)
            self.play(FadeIn(self.sheets["slope"], self.sheets["grad_input"]), run_time=0.5)

    def telling(self) -> list[_Cell]:
        """Return which values are told slowly: the first that is not positive and the first that is."""
        signs = [bool(value > 0) for value in self.trace.x.ravel()]
        first = [signs.index(sign) for sign in (False, True) if sign in signs]
        return [divmod(k, self.trace.x.shape[3]) for k in first]

    def tell(self, cell: _Cell, *, asked: bool) -> None:
        dx = f"grad_input[0,0,{cell[0]},{cell[1]}]"
        named = {"x": self.given("x", 0, 0, *cell), "grad": self.given("grad_output", 0, 0, *cell)}
        if asked:
            prompt = say("x is {x}, and dL/dy is {grad}. What is dL/dx there?", **named)
            marks = question_marks(self.sheets["grad_input"].grid, *cell, self.theme)
            self.ask(prompt, self.equation(dx).result.text, *marks, first=self.look(cell))
        with self.beat(
            "answer" if asked else "step",
            self.said(cell),
            reason=say("The slope says how much an output hears of its input."),
        ):
            self.play(*([self.end_question()] if asked else self.look(cell)), run_time=0.6)
            tangent = self.tangent(cell)
            self.play(FadeIn(tangent), run_time=0.6)
            self.signs.append(tangent)
            self.play(*drop_into(self.sheets["slope"].grid, *cell, tangent[0], self.mobjects), run_time=0.6)
            line = self.working.show(self.equation(dx), run_time=0.8)
            self.play(*drop_into(self.sheets["grad_input"].grid, *cell, line.result, self.mobjects), run_time=0.7)

    def look(self, cell: _Cell) -> list[Any]:
        leaving = self.leave(*self.signs)
        self.signs = [CellMarks(self.sheets[key].grid, [cell], self.theme.window, 6) for key in ("x", "grad_output")]
        return [*leaving, *map(Create, self.signs)]

    def tangent(self, cell: _Cell) -> VGroup:
        """Return a dot on the curve where a value lies, and the line that is as steep as the curve there."""
        x, y, slope = (float(array[0, 0, *cell]) for array in (self.trace.x, self.trace.output, self.trace.slope))
        here, along = self.curve.point(x, y), self.curve.point(x + 1, y + slope) - self.curve.point(x, y)
        half = 0.7 * along / np.linalg.norm(along)
        line = VMobject(stroke_color=self.theme.window, stroke_width=5)
        line.set_points_as_corners([here - half, here + half])
        return VGroup(Dot(here, radius=0.11, color=self.theme.input), line)

    def others_too(self) -> None:
        with self.beat(
            "step",
            say("All others, in the same way: dL/dy times slope."),
            reason=say("The slope says how much an output hears of its input."),
        ):
            self.play(*self.leave(*self.signs), run_time=0.4)
            for key in ("slope", "grad_input"):
                grid = self.sheets[key].grid
                self.arrive(self.fill(grid, list(np.ndindex(grid.values.shape))), run_time=0.8)

    def more(self) -> None:
        """Show what else there is to see."""

    def close(self) -> None:
        slope = self.trace.slope[0, 0]
        flat = [(row, column) for row, column in np.ndindex(slope.shape) if slope[row, column] <= _FLAT * slope.max()]
        with self.beat("explain", self.moral(), reason=say("The slope decides how much gets through.")):
            for key in ("x", "slope", "grad_input") if flat else ():
                self.play(FadeIn(CellMarks(self.sheets[key].grid, flat, self.theme.window, 4)), run_time=0.8)

    def said(self, cell: _Cell) -> str:
        """Say how steep the curve is at a value, and what passes."""
        slope = self.trace.result("slope", 0, 0, *cell)
        named = {
            "x": self.given("x", 0, 0, *cell),
            "grad": self.given("grad_output", 0, 0, *cell),
            "slope": about(slope.text, is_rounded=slope.is_rounded),
        }
        if self.trace.slope[0, 0, *cell] == 0:
            return say("At {x} the curve is flat. A slope of 0 lets nothing pass.", **named)
        if self.trace.slope[0, 0, *cell] == 1:
            return say("At {x} the slope is 1: {grad} passes as it is.", **named)
        return say("At {x} the slope is {slope}: that share of {grad} passes.", **named)

    @abstractmethod
    def moral(self) -> str: ...


def arrangements_of(sheets: dict[str, Sheet]) -> list[Part]:
    """Return the ways in which the grids may stand."""
    x, slope, dy, dx = (plan(key, sheet) for key, sheet in sheets.items())
    columns, rows = [Column([x, dx], 0.3), Column([slope, dy], 0.3)], [Row([x, slope], 0.5), Row([dx, dy], 0.5)]
    return [Column(rows, 0.25), Row(columns, 0.5), Row([x, slope, dx, dy], 0.4)]


def in_pairs(sheets: dict[str, Sheet]) -> dict[str, Sheet]:
    """Return grids of which those that stand beside each other have cells of one size."""
    pairs = {"x": "slope", "slope": "x", "grad_output": "grad_input", "grad_input": "grad_output"}
    return {key: replace(sheet, beside=sheets[pairs[key]].least) for key, sheet in sheets.items()}


def activation_sheets(trace: Any) -> dict[str, Sheet]:
    """Return the grids of an activation's gradient; those above are smaller where their numbers are shorter."""
    above = {
        "x": sheet_of(trace, "x", "x", "input"),
        "slope": sheet_of(trace, "slope", say("slope"), "text", filled=False),
    }
    below = {
        "grad_output": sheet_of(trace, "grad_output", "dL/dy", "output", is_gradient=True),
        "grad_input": sheet_of(trace, "grad_input", "dL/dx", "input", is_gradient=True, filled=False),
    }
    longest, other = (max(widest_text(one.values, one.decimals) for one in row.values()) for row in (above, below))
    share = min(1.0, max(_SMALLER, longest / other))
    return {key: replace(one, share=share) for key, one in above.items()} | below


class ReluBackwardScene(ActivationBackwardScene[ReluBackwardSpec]):
    """Gradients pass where the value was positive."""

    spec_class: ClassVar[type[ReluBackwardSpec]] = ReluBackwardSpec
    operation = marked("ReLU, backward")
    function = "ReLU"

    def moral(self) -> str:
        shut = int((self.trace.x <= 0).sum())
        if not shut:
            return say("All values were positive, so everything passes.")
        return say_many(
            "ReLU is a gate: {count} of {size} values was not positive, and nothing passes there.",
            "ReLU is a gate: {count} of {size} values were not positive, and nothing passes there.",
            shut,
            size=self.trace.x.size,
        )


class LeakyReluBackwardScene(ActivationBackwardScene[LeakyReluBackwardSpec]):
    """Below 0 a part of the gradient passes."""

    spec_class: ClassVar[type[LeakyReluBackwardSpec]] = LeakyReluBackwardSpec
    operation = marked("LeakyReLU, backward")
    function = "LeakyReLU"

    def moral(self) -> str:
        if self.spec.negative_slope == 0:
            return say("With a slope of 0 below 0, nothing passes there, as with ReLU.")
        return say("Below 0 a little still passes. So no value stops learning.")


class SigmoidBackwardScene(ActivationBackwardScene[SigmoidBackwardSpec]):
    """At most a quarter of a gradient passes."""

    spec_class: ClassVar[type[SigmoidBackwardSpec]] = SigmoidBackwardSpec
    operation = marked("Sigmoid, backward")
    function = "sigmoid"
    least = 6.0

    def more(self) -> None:
        said = say("Nowhere is the slope above 0.25. After five sigmoids, less than 0.001 of a gradient of 1 is left.")
        with self.beat("step", said, reason=say("Small slopes, multiplied, leave next to nothing.")):
            self.working.show(self.equation("five_in_a_row"), run_time=2.4)

    def moral(self) -> str:
        return say("So deep networks with sigmoids hardly learn in their first layers: gradients vanish.")


class TanhBackwardScene(ActivationBackwardScene[TanhBackwardSpec]):
    """Gradients pass near 0."""

    spec_class: ClassVar[type[TanhBackwardSpec]] = TanhBackwardSpec
    operation = marked("Tanh, backward")
    function = "tanh"
    least = 3.0

    def moral(self) -> str:
        return say("Near 0 the gradient passes almost as it is. Where the curve is flat, it all but vanishes.")
