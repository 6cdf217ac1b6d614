"""What the activations share on film: a value stands on the x axis, goes up to the curve, and drops into the output."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Sequence
from itertools import groupby
from typing import Any, ClassVar, Generic, TypeVar, cast

import numpy as np
from manim import Animation, Create, FadeIn, FadeOut, Mobject, VMobject

from cnn_core.activations import ActivationStep, ActivationTrace
from cnn_core.equation import Equation
from cnn_core.expression import Value
from cnn_core.numerals import as_text
from cnn_core.trace import Position, address_of, positions_of
from scenes.activations import ActivationSpec
from scenes.activations.board import ActivationBoard
from scenes.language import about, number, say, say_many
from scenes.layout import smallest_text, with_one_line
from scenes.mobjects.expression import Writer
from scenes.mobjects.flow import fitted
from scenes.mobjects.grid import NumberGrid, Window
from scenes.mobjects.panels import drop_into, question_marks
from scenes.mobjects.plot import Curve, MoveProbe, Probe
from scenes.mobjects.text import Formula, Number
from scenes.mobjects.travel import EARLY, LATE, travel
from scenes.photo.activation import PhotoActivation
from scenes.pointing import point_out
from scenes.stage import ExplainerScene

__all__ = ["ActivationScene"]

_SpecT = TypeVar("_SpecT", bound=ActivationSpec)

_STANDING = 0.4
"""Size of a value below the axis, in scene units."""
_MOST_DIGITS = 9
"""Digits up to which an output is told as less than 1."""
_MOST_MARKED = 4
"""Groups of cells that are marked at the end, one after the other."""
_MANY = 100
"""Values above which the film hurries, so that it lasts less than four minutes."""


class ActivationScene(ExplainerScene[_SpecT], Generic[_SpecT]):
    """Grid, curve, grid; what the function does to a value is the subclass's part."""

    operation: ClassVar[str]
    """As PyTorch's module is called."""

    function: ClassVar[str]
    """As it is called in formulas."""

    definition: ClassVar[str] = ""
    """What it is, in Typst's math language."""

    least: ClassVar[float] = 0.0
    """How far from 0 the curve reaches on both sides at least, so that its shape can be seen."""

    limits: ClassVar[tuple[float, ...]] = ()
    """What no output passes."""

    is_estimated: ClassVar[bool] = False
    """Whether a learner can only say roughly what comes out."""

    def construct(self) -> None:
        self.trace: ActivationTrace = self.spec.trace()
        if self.spec.is_photo:
            self.show_title(self.operation, say("element by element"))
            PhotoActivation(self).play()
            return
        self.bands = with_one_line(self.bands, tall=self.tall)
        self.show_title(self.operation, say("element by element"))
        self.writer = Writer(self.theme, self.bands.formula)
        self.introduce()
        positions = list(positions_of(self.trace.x.shape))
        slow = self.telling(positions)
        for position in slow:
            self.tell(self.trace.step(*position), asked=self.spec.question and position == slow[0])
        rest = [position for position in positions if position not in slow]
        self.hurry = 1.0 if len(rest) <= _MANY else 0.5
        for _, row in groupby(rest, key=lambda position: position[:3]):
            self.flow(list(row))
        self.close()

    def telling(self, positions: Sequence[Position]) -> list[Position]:
        """Return which values are told slowly: the first negative and the first positive one, or else the first."""
        signs = [np.sign(self.trace.x[position]) for position in positions]
        return [positions[index] for index in sorted(signs.index(s) for s in {-1.0, 1.0} & set(signs))] or [
            positions[0]
        ]

    def introduce(self) -> None:
        board = self.lay_out()
        count = self.trace.x.size
        said = say_many(
            "{operation} is applied to a single value.",
            "{operation} is applied to each of the {count} values on its own.",
            count,
            operation=self.operation,
        )
        with self.beat(
            "explain",
            self.origin() + said,
            reason=say("Sums of sums are just sums; a bend between them lets layers do more."),
        ):
            for part in board:
                self.play(FadeIn(part), run_time=0.7)
        self.definition_shown = definition = self.defined()
        self.leaving: list[Mobject] = [definition]
        with self.beat("explain", self.rule(), reason=self.why()):
            self.play(FadeIn(definition), run_time=0.6)
            self.play(Create(board.curve.line), run_time=1.4)
            low, high = board.curve.ends
            tracer = Probe(board.curve, self.theme, low).place(low, 1.0)
            self.play(FadeIn(tracer), run_time=0.3)
            self.play(MoveProbe(tracer, high, 1.0), run_time=1.8)
            self.play(FadeOut(tracer), run_time=0.3)

    def lay_out(self) -> ActivationBoard:
        names = (self.spec.x_label, self.spec.output_label, f"{self.function}(x)")
        self.board = ActivationBoard(self.trace, names, self.least, self.theme, self.bands.stage)
        self.windows = [Window(grid, (1, 1), self.theme) for grid in self.board.inputs]
        self.probe: Probe | None = None
        return self.board

    def defined(self) -> VMobject:
        """Return the definition of the function, in the formula band."""
        box = self.bands.formula
        formula = fitted(self.definition_of_size, box, 0.6) or self.definition_of_size(smallest_text())
        return formula.move_to(box.center)

    def tell(self, step: ActivationStep, *, asked: bool) -> None:
        """Take one value: look, ask if it is the first, let it go up to the curve, write what comes out."""
        if asked:
            marks = question_marks(*self.output_cell(step), self.theme)
            first = [*self.looking_at(step), *self.leave()]
            self.ask(self.question_about(step), self.equation(step).result.text, *marks, first=first)
        with self.beat("answer" if asked else "step", self.said(step), reason=self.why()):
            if asked:
                self.play(self.end_question(), run_time=0.4)
            else:
                self.play(*self.looking_at(step), *self.leave(), run_time=0.8)
            self.leaving = self.work_out(step)

    def leave(self) -> list[Animation]:
        """Return the animations that take away what was shown last."""
        leaving, self.leaving = self.leaving, []
        return [FadeOut(one, rate_func=EARLY) for one in leaving]

    def define(self) -> list[Animation]:
        """Return the animations that bring the definition back in the place of what was shown last."""
        if self.definition_shown in self.leaving:
            return []
        changes = [*self.leave(), FadeIn(self.definition_shown, rate_func=LATE)]
        self.leaving = [self.definition_shown]
        return changes

    def work_out(self, step: ActivationStep) -> list[Mobject]:
        """Let a value stand on the axis, go up to the curve and drop into its cell; return what to take away."""
        standing = self.stand_on_axis(step)
        operand = self.operand(step)
        line = self.writer.write(self.equation(step), (f"{self.function}(", operand, ")"))
        coming = [one for one in line.numbers if one.address == operand.address]
        rest = line.without(*coming, line.result)
        self.play(FadeIn(rest), run_time=0.4)
        self.play(*(travel(one, standing, 0.0, self.mobjects) for one in coming), run_time=0.6)
        assert self.probe is not None
        self.play(MoveProbe(self.probe, step.x, 1.0), run_time=1.0)
        self.play(travel(line.result, self.probe.aside, 0.0, self.mobjects), run_time=0.7)
        self.remove(*line.get_family())
        self.add(line)
        self.play(*drop_into(*self.output_cell(step), self.probe.aside, self.mobjects), run_time=1.0)
        return [standing, line]

    def output_cell(self, step: ActivationStep) -> tuple[NumberGrid, int, int]:
        """Return where a value goes: grid, row and column."""
        _, channel, row, column = step.position
        return self.board.outputs[channel], row, column

    def stand_on_axis(self, step: ActivationStep) -> Number:
        """Let a value travel from its cell to the x axis, where the probe awaits it."""
        curve, grid = self.board.curve, self.board.inputs[step.position[1]]
        operand = self.operand(step)
        standing = Number(operand.text, operand.address, max(_STANDING, smallest_text()), self.theme.input)
        standing.move_to((curve.point(step.x, 0)[0], curve.lane, 0))
        moving = travel(standing, grid.cell_center(*step.position[2:]), 0.0, self.mobjects)
        if self.probe is None:
            self.play(moving, run_time=1.0)
            self.probe = Probe(curve, self.theme, step.x)
            self.play(FadeIn(self.probe), run_time=0.4)
        else:
            self.play(MoveProbe(self.probe, step.x, 0.0), run_time=0.4)
            self.play(moving, run_time=0.6)
        return standing

    def looking_at(self, step: ActivationStep, when: Callable[[float], float] = LATE) -> list[Any]:
        """Return the animations that bring the window to a cell; it begins anew on each channel."""
        _, channel, row, column = step.position
        window = self.windows[channel]
        if window in self.mobjects:
            return [window.slide_to(row, column, rate_func=when)]
        leaving = [FadeOut(other, rate_func=EARLY) for other in self.windows if other in self.mobjects]
        return [FadeIn(window.place(row, column), rate_func=when), *leaving]

    def flow(self, row: list[Position]) -> None:
        """Let the probe run along the curve for what is left of a row, as one beat."""
        assert self.probe is not None
        with self.beat("step", self.said_of_row(row), brisk=True, reason=self.why()):
            if changes := self.define():
                self.play(*changes, run_time=0.6)
            for position in row:
                step = self.trace.step(*position)
                moving = MoveProbe(self.probe, step.x, 1.0, rate_func=LATE)
                self.play(*self.looking_at(step, EARLY), moving, run_time=0.4 * self.hurry)
                falling = drop_into(*self.output_cell(step), self.probe.aside, self.mobjects)
                self.play(*falling, run_time=0.3 * self.hurry)

    def said_of_row(self, row: list[Position]) -> str:
        _, channel, i, _ = row[0]
        named = {"row": i + 1, "channel": channel}
        whole, many = len(row) == self.trace.x.shape[3], len(self.windows) > 1
        if whole and many:
            return say("Row {row} of channel {channel}, in the same way.", **named)
        if whole:
            return say("Row {row}, in the same way.", **named)
        if many:
            return say("The rest of row {row} of channel {channel}, in the same way.", **named)
        return say("The rest of row {row}, in the same way.", **named)

    def close(self) -> None:
        """Take window and probe away, and show on the curve and on the grids what has become of the values."""
        leaving = [one for one in (*self.windows, self.probe) if one is not None and one in self.mobjects]
        with self.beat("explain", self.moral(), reason=self.insight()):
            self.play(*map(FadeOut, leaving), *self.define(), run_time=0.6)
            for line in self.underlined(self.board.curve):
                self.play(Create(line), run_time=0.6)
            point_out(self, (*self.board.inputs, *self.board.outputs), self.evidence(), self.moral())

    def evidence(self) -> list[list[str]]:
        """Return the addresses that are marked at the end, what has changed, before and after, a few at a time."""
        changed = self.trace.x != self.trace.output
        if changed.all():
            position = tuple(map(int, np.unravel_index(int(self.trace.x.argmax()), self.trace.x.shape)))
            return [[address_of("x", position)], [address_of("output", position)]]
        rows = np.array_split(np.argwhere(changed), min(_MOST_MARKED, changed.any(axis=3).sum()) or 1)
        return [[address_of(name, at) for at in row.tolist() for name in ("x", "output")] for row in rows if len(row)]

    def largest(self) -> dict[str, str]:
        """Return the largest value and what comes out of it, for a sentence; with the digits that keep it below 1."""
        position = np.unravel_index(int(self.trace.x.argmax()), self.trace.x.shape)
        step = self.trace.step(*map(int, position))
        named, value = self.named(step), float(self.trace.output[position])
        digits = next((k for k in range(1, _MOST_DIGITS) if float(as_text(value, k)) < 1), None)
        if digits is None or digits <= self.trace.decimals("output"):
            return named
        return {**named, "value": about(as_text(value, digits), is_rounded=True)}

    def equation(self, step: ActivationStep) -> Equation:
        return cast("Equation", self.trace.explain(address_of("output", step.position)))

    def operand(self, step: ActivationStep) -> Value:
        """Return what the function is applied to, as it stands in the line."""
        address = address_of("x", step.position)
        return next(leaf for leaf in self.equation(step).left.leaves() if leaf.address == address)

    def named(self, step: ActivationStep) -> dict[str, str]:
        """Return a value and what comes out, for a sentence."""
        equation = self.equation(step)
        value = about(equation.result.text, is_rounded=equation.is_rounded)
        return {"x": number(self.operand(step).text), "value": value}

    def definition_of_size(self, size: float) -> Formula:
        return Formula(self.definition, size, self.theme.text)

    def question_about(self, step: ActivationStep) -> str:
        named = {"function": self.function, "x": number(self.operand(step).text)}
        if self.is_estimated:
            return say("What is {function}({x}), roughly?", **named)
        return say("What is {function}({x})?", **named)

    def underlined(self, curve: Curve) -> list[VMobject]:
        """Return what is drawn on the curve at the end, one line after the other: limits, or where values change."""
        if self.limits:
            return [curve.level(y) for y in self.limits]
        return [curve.part_between(curve.ends[0], 0.0)] if np.any(self.trace.x != self.trace.output) else []

    @abstractmethod
    def rule(self) -> str:
        """Say what the function does."""

    @abstractmethod
    def why(self) -> str:
        """Say in one sentence, which stands on screen, what it is for."""

    @abstractmethod
    def insight(self) -> str:
        """Say in one sentence, which stands on screen at the end, what is to be taken away."""

    @abstractmethod
    def said(self, step: ActivationStep) -> str:
        """Say what becomes of a value."""

    @abstractmethod
    def moral(self) -> str:
        """Say what has become of all values."""
