"""How batch normalisation passes gradients back."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, ClassVar

import numpy as np
from manim import LEFT, Create, FadeIn, FadeOut, GrowFromEdge, VGroup

from cnn_core.expression import Value
from scenes.backward import BackwardScene
from scenes.batch_norm.dots import DotPlot
from scenes.batch_norm_backward import FAINTEST, BatchNormBackwardSpec
from scenes.batch_norm_backward.balance import Balance
from scenes.language import marked, number, say
from scenes.layout import smallest_text
from scenes.mobjects.arrangement import Column, Part, Row, largest_cell
from scenes.mobjects.expression import Known, Line
from scenes.mobjects.flow import in_a_row
from scenes.mobjects.grid import CellMarks
from scenes.mobjects.sheets import Sheet, Sheets, plan, sheet_of
from scenes.mobjects.text import Label

__all__ = ["BatchNormBackwardScene"]

_WAYS = {"direct": marked("direct"), "via_mean": marked("by the mean"), "via_variance": marked("by the spread")}
_SIGN = 0.6
"""Room of a sign between two grids, in scene units."""
_ROUNDING = 1e-9
_BARS, _TALL_BARS = 1.6, 2.4
"""Height of what is weighed, and that in a tall frame, in scene units."""
_HARDLY = 0.05
"""Share by which a spread may change and hardly seem to."""


class BatchNormBackwardScene(BackwardScene[BatchNormBackwardSpec]):
    """One output asks, and all inputs are asked."""

    spec_class: ClassVar[type[BatchNormBackwardSpec]] = BatchNormBackwardSpec
    operation = marked("Batch norm, backward")

    def construct(self) -> None:
        trace = self.spec.trace()
        sheets = {
            "x": sheet_of(trace, "x", "x", "input"),
            "x_hat": sheet_of(trace, "x_hat", "x̂", "output"),
            "grad_output": gradient_of(trace, "grad_output", "dL/dy", "output"),
        }
        self.open(self.operation, sheets, in_a_line(sheets))
        self.asking = list(self.trace.asking(0))
        self.cell = max(self.asking, key=lambda at: abs(self.trace.grad_output[at]), default=(0, 0, 0, 0))
        self.signs: list[Any] = []
        self.between = VGroup()
        self.before()
        self.parameters()
        self.ask_how_many()
        self.three_ways()
        self.add_up()
        self.push()
        self.close()

    def mark(self, *keys: str) -> None:
        """Move the marks to the cell that is looked at, in other grids, one after the other."""
        self.take_away(*self.signs)
        self.signs = [CellMarks(self.sheets[key].grid, [self.cell[2:]], self.theme.window, 6) for key in keys]
        for sign in self.signs:
            self.play(Create(sign), run_time=0.5)

    def before(self) -> None:
        said = say(
            "In the forward pass, the mean {mean} was subtracted from each value, then the result divided by {std}.",
            **self.known(),
        )
        with self.beat(
            "explain", self.origin() + said, reason=say("Forward first: all inputs make the mean and the spread.")
        ):
            self.play(FadeIn(self.sheets["x"]), run_time=0.8)
            self.working.show(self.equation("mean[0]"), run_time=1.0)
            self.working.show(self.equation("std[0]"), run_time=0.8)
            self.play(FadeIn(self.sheets["x_hat"]), run_time=0.8)
        said = say("The loss asks several outputs for a change.")
        if len(self.asking) == 1:
            said = say(
                "Only one output has a gradient other than 0: {grad}.", grad=self.given("grad_output", *self.cell)
            )
        with self.asked_to_change(said):
            self.take_away()
            self.play(FadeIn(self.sheets["grad_output"]), run_time=0.8)
            self.mark("grad_output")

    def known(self) -> dict[str, str]:
        return {"mean": self.told("mean[0]"), "std": self.told("std[0]")}

    def parameters(self) -> None:
        said = say(
            "Beta was added to each: it gets the sum, {beta}. Gamma multiplied each x̂: it gets {gamma}.",
            beta=self.told("grad_bias[0]"),
            gamma=self.told("grad_weight[0]"),
        )
        with self.beat("step", said, reason=say("Gamma and beta serve all outputs, so they hear from all.")):
            self.work_out("grad_bias[0]")
            self.mark("x_hat", "grad_output")
            self.working.show(self.equation("grad_weight[0]"), run_time=1.2)

    def ask_how_many(self) -> None:
        """Ask how many inputs are asked, where one output is."""
        reached = int((np.abs(self.trace.grad_input) > FAINTEST).sum())
        if len(self.asking) != 1 or not self.spec.question or reached == 1:
            return
        prompt = say("One output asks. How many of the {size} inputs get a gradient?", size=self.trace.x.size)
        self.ask(prompt, str(reached), first=self.leave(*self.signs))
        said = say(
            "{count} of {size}: all of them made the mean and the spread.", count=reached, size=self.trace.x.size
        )
        if reached < self.trace.x.size:
            said = say("{count} of {size}: those whose pushes do not cancel.", count=reached, size=self.trace.x.size)
        with self.beat("answer", said, reason=say("Inputs also made the mean and the spread: two more ways.")):
            self.play(self.end_question(), run_time=0.5)
            for row, column in np.argwhere(np.abs(self.trace.grad_input[0, 0]) > FAINTEST).tolist():
                mark = CellMarks(self.sheets["x"].grid, [(row, column)], self.theme.window, 4)
                self.signs.append(mark)
                self.play(FadeIn(mark), run_time=2.4 / reached)

    def three_ways(self) -> None:
        """Go the direct way, that through the mean, and that through the variance."""
        trace, options = self.trace, {"filled": False, "place": "direct"}  # one after the other, in one place
        sheets = {name: gradient_of(trace, name, say(tag), "input", **options) for name, tag in _WAYS.items()}
        sheets["grad_input"] = gradient_of(trace, "grad_input", "dL/dx", "input", filled=False)
        if self.wide:
            sheets = {"x": sheet_of(trace, "x", "x", "input"), **sheets}
        with self.beat(
            "step", say("The straight way: divide by the spread."), reason=say("The first way goes straight through.")
        ):
            widest = max((sheets[name] for name in _WAYS), key=lambda sheet: sheet.least)
            shown = {name: sheets[name] for name in sheets if name not in _WAYS or name == "direct"}
            self.change(sheets, in_a_line({**shown, "direct": widest}, gap=0.2), *self.signs)
            self.play(FadeIn(*(self.sheets[name] for name in shown)), run_time=0.8)
            self.go("direct")
        said = say(
            "An input that rises raises the mean, which is subtracted from all: dL/dmean is {value}.",
            value=self.told("grad_mean[0]"),
        )
        with self.beat("step", said, reason=say("The second way goes by the mean, which all share.")):
            self.play(*self.leave(), run_time=0.3)
            self.working.show(self.equation("grad_mean[0]"), run_time=1.4)
        with self.beat(
            "step", say("It is shared equally."), reason=say("The second way goes by the mean, which all share.")
        ):
            self.go("via_mean")
        said = say("Moving away from the mean widens the spread, and that shrinks what is asked.")
        with self.beat("step", said, reason=say("The third way goes by the spread, which all share.")):
            self.play(*self.leave(), run_time=0.3)
            self.working.show(self.equation("grad_variance[0]"), run_time=1.4)
        said = say("The further an input is from the mean, the larger its part.")
        with self.beat("step", said, reason=say("The third way goes by the spread, which all share.")):
            self.go("via_variance")

    def go(self, name: str) -> None:
        """Work out a way for one cell and fill the others."""
        if name in ("via_mean", "via_variance"):
            before = self.sheets["direct" if name == "via_mean" else "via_mean"]
            self.take_away(before, *self.signs)
            self.play(FadeIn(self.sheets[name]), run_time=0.6)
        ways = _WAYS if name == "grad_input" and self.between else ()
        self.mark(*(key for key in ("x", *ways, name) if key in self.sheets))
        line = self.working.show(self.equation(f"{name}[{','.join(map(str, self.cell))}]"), run_time=0.8)
        grid = self.sheets[name].grid
        self.arrive(self.fill(grid, [self.cell[2:]], line.result), run_time=0.7)
        self.arrive(self.fill(grid, list(np.ndindex(grid.values.shape))), run_time=0.6)

    def add_up(self) -> None:
        said = say("Three ways, added.")
        with self.beat("step", said, reason=say("The three ways add up to the gradient.")):
            self.line_up()
            self.go("grad_input")
        self.added = self.sheets

    def line_up(self) -> None:
        """Put the three ways and their sum beside each other, where there is room for their numbers."""
        sheets = {name: gradient_of(self.trace, name, say(tag), "input") for name, tag in _WAYS.items()}
        sheets["grad_input"] = gradient_of(self.trace, "grad_input", "dL/dx", "input", filled=False)
        row = Row([plan(key, sheet) for key, sheet in sheets.items()], _SIGN)
        if not largest_cell(row, self.bands.stage, 1.3):
            return
        self.change(sheets, [row], *self.signs)
        self.signs, grids = [], self.sheets.grids
        for sign, left, right in zip("++=", grids, grids[1:], strict=False):
            middle = (left.corner(left.rows / 2, left.columns) + right.corner(right.rows / 2, 0)) / 2
            self.between.add(Label(sign, 0.7 * _SIGN, self.theme.muted).move_to(middle))
        self.play(FadeIn(*self.sheets.values(), self.between), run_time=0.8)

    def push(self) -> None:
        """Push the inputs on a number line, each against its gradient."""
        self.after = self.spec.others()["pushed"]
        stages = [
            {"values": one.x.ravel(), "mean": float(one.mean[0]), "std": float(one.std[0])}
            for one in (self.trace.forward, self.after)
        ]
        size = max(0.3, smallest_text())
        self.dots = plot = DotPlot(stages, 2 * [self.theme.input], self.bands.stage, size, self.theme)
        said = say("The inputs as dots on a line, with their mean and their spread below.")
        with self.beat("explain", said, reason=say("This is where the inputs are.")):
            self.take_away(*self.sheets.values(), self.between, *self.signs)
            self.working.grids = []
            plot.dots.place(plot.centres(0))
            self.play(FadeIn(plot.lines[0]), run_time=0.5)
            self.play(FadeIn(plot.dots), run_time=0.8)
            self.play(FadeIn(plot.mark), run_time=0.6)
            self.play(*self.working.exchange(self.stays(self.trace.forward, "")), run_time=0.6)
        with self.beat("step", self.said_of_push(), reason=say("Each input is pushed against its gradient.")):
            self.play(*plot.move_to(1), run_time=2.4)
            self.play(*self.working.exchange(self.stays(self.after, "pushed.")), run_time=0.8)

    def said_of_push(self) -> str:
        before, after = (float(one.std[0]) for one in (self.trace.forward, self.after))
        named = {"lr": number(f"{self.spec.lr:g}"), "mean": self.told("mean[0]")}
        if abs(after - before) < _HARDLY * before:
            return say(
                "Each is pushed by {lr} times its gradient. The centre stays, and the spread hardly moves.", **named
            )
        return say("Each is pushed by {lr} times its gradient. The centre stays: all pushes cancel.", **named)

    def stays(self, one: Any, of: str) -> VGroup:
        """Return `mean = 3  standard deviation = 2.5` of the inputs."""
        box, size = self.bands.formula, max(0.44, smallest_text())
        parts = []
        for name, called in (("mean", say("mean")), ("std", say("standard deviation"))):
            value = one.result(name, 0)
            value = Value(value.number, f"{of}{value.address}", name, value.decimals)
            parts.append(Known(called, value, self.theme, size))
        return in_a_row(parts, size, 1.2, box.width).move_to(box.center)

    def close(self) -> None:
        """Lay what asks for less beside what asks for more: the gradients, and then those times x̂."""
        stage = self.bands.stage
        self.bars = replace(stage, top=stage.bottom + (_TALL_BARS if self.tall else _BARS))
        sheets = {
            "grad_input": gradient_of(self.trace, "grad_input", "dL/dx", "input"),
            "x_hat": sheet_of(self.trace, "x_hat", "x̂", "output"),
        }
        plans = [plan(key, sheet) for key, sheet in sheets.items()]
        room = replace(stage, bottom=self.bars.top)
        both: list[Part] = [Row(plans, 0.9), Column(plans, 0.3)]
        has_room = any(largest_cell(one, room, 1.3) for one in both)
        if not has_room:
            sheets["x_hat"] = replace(sheets["x_hat"], place="grad_input")
        self.sheets = Sheets(sheets, both if has_room else [plans[0]], self.theme, room)
        gradient = self.sheets["grad_input"]
        aside = room.center - gradient.get_center()
        gradient.shift(aside)
        said = say("All pushes add up to 0. So a bias in front of batch norm never learns: this is its gradient.")
        if abs(float(self.trace.grad_input.sum())) > _ROUNDING:
            said = say("All pushes add up to almost 0. So a bias in front of batch norm never learns.")
        with self.beat("step", said, reason=say("A bias in front of it would never learn.")):
            self.take_away(self.dots.lines[-1], self.dots.dots, self.dots.mark)
            self.play(FadeIn(gradient), run_time=0.6)
            self.weigh("pushes", "sums.grad_input", (say("fall"), say("rise")))
        said = say("Shift the input, and batch norm undoes it.")
        if abs(float(self.spec.values()["stretch"])) < _ROUNDING:
            said = say("Times x̂, they add up to 0 as well. Shift or stretch the input, and batch norm undoes it.")
        with self.beat("explain", said, reason=say("No gradient asks for what batch norm would undo.")):
            self.take_away(*self.between)
            self.play(gradient.animate.shift(-aside) if has_room else FadeOut(gradient), run_time=0.6)
            self.play(FadeIn(self.sheets["x_hat"]), run_time=0.6)
            self.weigh("stretch", "stretch", (say("inward"), say("outward")))

    def weigh(self, name: str, address: str, names: tuple[str, str]) -> None:
        """Lay the terms of a sum end to end, those above 0 over those below, and add the two up."""
        *_, last, result = self.equation(address).stages()
        if len(sums := list(last.leaves())) == len(names):
            terms, grid = self.spec.terms(name), self.sheets["grad_input"].grid  # where both stand, or one of them
            self.between = scales = Balance(terms, sums, names, self.bars, self.theme)
            for k, sign in enumerate((1, -1)):
                cells = [(row, column) for row, column in np.argwhere(sign * terms > FAINTEST).tolist()]
                marks = CellMarks(grid, cells, self.theme.window, 4)
                self.play(FadeIn(marks), run_time=0.4)
                self.play(GrowFromEdge(scales.bars[k], LEFT), FadeIn(scales.names[k]), run_time=0.8)
                self.play(FadeOut(marks), FadeIn(scales.sums[k]), run_time=0.4)
            self.working.places = {one.address: one for one in scales.sums}
        self.working.show(self.working.writer.best([Line((last, result), (), last)]), run_time=1.0)


def gradient_of(trace: Any, name: str, tag: str, role: str, **options: Any) -> Sheet:
    return sheet_of(trace, name, tag, role, is_gradient=True, **options)


def in_a_line(sheets: dict[str, Sheet], gap: float = 0.35) -> list[Part]:
    """Arrange grids beside each other, or in two lines."""
    plans = [plan(key, sheet) for key, sheet in sheets.items()]
    half = (len(plans) + 1) // 2
    return [Row(plans, 0.45), Column([Row(plans[:half], 0.5), Row(plans[half:], 0.5)], gap), Column(plans, gap)]
