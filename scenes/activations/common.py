"""What the activations share on film: a value stands on the x axis, goes up to the curve, and drops into the output."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Sequence
from fractions import Fraction
from functools import partial
from itertools import groupby
from typing import Any, ClassVar, Generic, TypeVar

import numpy as np
from manim import Create, FadeIn, FadeOut, Mobject, VMobject

from cnn_core.activations import ActivationStep, ActivationTrace
from cnn_core.numerals import as_text, decimals_for, typeset
from cnn_core.trace import Position, positions_of
from scenes.activations import ActivationSpec
from scenes.activations.board import ActivationBoard, with_one_line
from scenes.layout import fitted, smallest_text
from scenes.mobjects.grid import NumberGrid, Window
from scenes.mobjects.panels import drop_into, question_marks, travel
from scenes.mobjects.plot import MoveProbe, Probe
from scenes.mobjects.text import Formula, Number
from scenes.mobjects.working import Operand, Working
from scenes.stage import ExplainerScene

__all__ = ["ActivationScene"]

SpecT = TypeVar("SpecT", bound=ActivationSpec)

MANY = 100
"""Values above which the film hurries, so that it lasts less than four minutes."""


class ActivationScene(ExplainerScene[SpecT], Generic[SpecT]):
    """Grid, curve, grid; what the function does to a value is the subclass's part."""

    operation: ClassVar[str]
    """As PyTorch's module is called."""

    function: ClassVar[str]
    """As it is called in formulas."""

    least: ClassVar[float] = 0.0
    """How far from 0 the curve reaches on both sides at least, so that its shape can be seen."""

    decimals: ClassVar[int] = 2
    """Of the output, at most."""

    def construct(self) -> None:
        """Play the whole activation."""
        self.trace: ActivationTrace = self.spec.trace()
        self.bands = with_one_line(self.bands, tall=self.tall)
        self.show_title(self.operation, "each value for itself")
        self.introduce()
        positions = list(positions_of(self.trace.x.shape))
        slow = self.telling(positions)
        for position in slow:
            self.tell(self.trace.step(*position), asked=self.spec.question and position == slow[0])
        rest = [position for position in positions if position not in slow]
        self.hurry = 1.0 if len(rest) <= MANY else 0.5
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
        """Show the grids, then the curve and the rule."""
        board = self.lay_out()
        count = self.trace.x.size
        each = f"each of the {count} values for itself" if count > 1 else "a single value"
        with self.beat("explain", f"{self.origin()}{self.operation} is applied to {each}."):
            self.play(FadeIn(board), run_time=1.0)
        definition = self.defined()
        self.leaving: list[Mobject] = [definition]
        with self.beat("explain", self.rule()):
            self.play(Create(board.curve.line), FadeIn(definition), run_time=1.5)

    def lay_out(self) -> ActivationBoard:
        """Build grids and curve."""
        self.output_decimals = decimals_for(self.trace.output, self.decimals)
        names = (self.spec.x_label, self.spec.output_label, f"{self.function}(x)")
        self.board = ActivationBoard(self.trace, names, self.least, self.output_decimals, self.theme, self.bands.stage)
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
            self.ask(self.question_about(step), self.result_text(step), *marks, first=first)
        with self.beat("answer" if asked else "step", self.said(step)):
            if asked:
                self.play(self.end_question(), run_time=0.4)
            else:
                self.play(*self.looking_at(step), *self.leave(), run_time=0.8)
            self.leaving = self.work_out(step)

    def leave(self) -> list[FadeOut]:
        """Return the animations that take away what was shown last."""
        leaving, self.leaving = self.leaving, []
        return list(map(FadeOut, leaving))

    def work_out(self, step: ActivationStep) -> list[Mobject]:
        """Let a value stand on the axis, go up to the curve and drop into its cell; return what to take away."""
        standing = self.stand_on_axis(step)
        working = self.working(step)
        self.play(*(travel(one, standing) for one in working.operands), FadeIn(working.marks()), run_time=0.8)
        assert self.probe is not None
        self.play(MoveProbe(self.probe, step.x, 1.0), run_time=1.0)
        self.play(travel(working.result, self.probe.dot), run_time=0.7)
        self.remove(*working.get_family())
        self.add(working)
        self.play(*drop_into(*self.output_cell(step), self.probe.dot), run_time=1.0)
        return [standing, working]

    def output_cell(self, step: ActivationStep) -> tuple[NumberGrid, int, int]:
        """Return where a value goes: grid, row and column."""
        _, channel, row, column = step.position
        return self.board.outputs[channel], row, column

    def stand_on_axis(self, step: ActivationStep) -> Number:
        """Let a value travel from its cell to the x axis, where the probe awaits it."""
        curve, grid = self.board.curve, self.board.inputs[step.position[1]]
        number = Number(self.x_text(step), self.x_address(step), max(0.34, smallest_text()), self.theme.input)
        number.move_to((curve.point(step.x, 0)[0], curve.lane, 0))
        moving = travel(number, grid.cell_center(*step.position[2:]))
        if self.probe is None:
            self.play(moving, run_time=1.0)
            self.probe = Probe(curve, self.theme, step.x)
            self.play(FadeIn(self.probe), run_time=0.4)
        else:
            self.play(moving, MoveProbe(self.probe, step.x, 0.0), run_time=1.0)
        return number

    def looking_at(self, step: ActivationStep) -> list[Any]:
        """Return the animations that bring the window to a cell; it begins anew on each channel."""
        _, channel, row, column = step.position
        window = self.windows[channel]
        if window in self.mobjects:
            return [window.slide_to(row, column)]
        leaving = [FadeOut(other) for other in self.windows if other in self.mobjects]
        return [FadeIn(window.place(row, column)), *leaving]

    def flow(self, row: list[Position]) -> None:
        """Let the probe run along the curve for what is left of a row, as one beat."""
        assert self.probe is not None
        _, channel, i, _ = row[0]
        which = f"{'Row' if len(row) == self.trace.x.shape[3] else 'The rest of row'} {i + 1}"
        where = f" of channel {channel}" if len(self.windows) > 1 else ""
        with self.beat("step", f"{which}{where}, in the same way.", brisk=True):
            for position in row:
                step = self.trace.step(*position)
                moving = MoveProbe(self.probe, step.x, 1.0)
                self.play(*self.looking_at(step), moving, *self.leave(), run_time=0.4 * self.hurry)
                self.play(*drop_into(*self.output_cell(step), self.probe.dot), run_time=0.3 * self.hurry)

    def close(self) -> None:
        """Take window and probe away and let the result stand."""
        leaving = [one for one in (*self.windows, self.probe) if one is not None and one in self.mobjects]
        with self.beat("explain", self.moral()):
            self.play(*map(FadeOut, leaving), *self.leave(), run_time=0.6)

    def working(self, step: ActivationStep) -> Working:
        """Return the line of a value in the formula band; only its two ends where all of it would not fit."""
        box = self.bands.formula
        line = fitted(partial(self.working_of_size, step, True), box, 0.5)
        line = line or fitted(partial(self.working_of_size, step, False), box, 0.5)
        return (line or self.working_of_size(step, False, smallest_text())).move_to(box.center)

    def working_of_size(self, step: ActivationStep, written_out: bool, size: float) -> Working:
        """Return `ReLU(−1) = max(0, −1) = 0`, or `ReLU(−1) = 0`, at a size."""
        operand = Operand(self.x_text(step), self.x_address(step), size, self.theme)
        parts: list[VMobject] = [operand.within(f"{self.function}(", ")")]
        middle = self.middle(step, operand) if written_out else None
        parts += [operand.words("="), middle] if middle else []
        text = self.result_text(step)
        address = f"output[{','.join(map(str, step.position))}]"
        result = Number(text, address, size, self.theme.output, "semibold")
        return Working([*parts, operand.words(self.sign(step))], operand.written, result)

    def sign(self, step: ActivationStep) -> str:
        """Return `=` if what is shown is exactly true, else `≈`."""
        return "=" if self.exactly(Fraction(self.x_text(step))) == Fraction(self.result_text(step)) else "≈"

    def about(self, step: ActivationStep) -> str:
        """Return a result for a sentence, with "about" where it is rounded."""
        return f"{'' if self.sign(step) == '=' else 'about '}{typeset(self.result_text(step))}"

    def x_text(self, step: ActivationStep) -> str:
        """Return a value as its cell shows it."""
        return as_text(step.x, self.board.inputs[0].decimals)

    def result_text(self, step: ActivationStep) -> str:
        """Return what comes out as its cell shows it."""
        return as_text(step.value, self.output_decimals)

    @staticmethod
    def x_address(step: ActivationStep) -> str:
        """Return the address of a value."""
        return f"x[{','.join(map(str, step.position))}]"

    @abstractmethod
    def rule(self) -> str:
        """Say what the function does."""

    @abstractmethod
    def definition_of_size(self, size: float) -> Formula:
        """Return the definition of the function at a size."""

    @abstractmethod
    def question_about(self, step: ActivationStep) -> str:
        """Ask what becomes of a value."""

    @abstractmethod
    def middle(self, step: ActivationStep, x: Operand) -> VMobject | None:
        """Return what stands between `ReLU(−1) =` and `= 0`, if anything."""

    @abstractmethod
    def exactly(self, x: Fraction) -> Fraction | None:
        """Return exactly what becomes of x, or None where that is no fraction."""

    @abstractmethod
    def said(self, step: ActivationStep) -> str:
        """Say what becomes of a value."""

    @abstractmethod
    def moral(self) -> str:
        """Say what has become of all values."""
