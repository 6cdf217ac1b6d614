"""The activations: what each does to a value."""

from __future__ import annotations

from fractions import Fraction
from typing import ClassVar

import numpy as np
from manim import RIGHT, VGroup, VMobject

from cnn_core.activations import ActivationStep
from cnn_core.numerals import as_text, decimals_for, typeset
from scenes.activations import LeakyReluSpec, ReluSpec, SigmoidSpec, TanhSpec
from scenes.activations.common import ActivationScene
from scenes.mobjects.fraction import over
from scenes.mobjects.text import Formula, Number
from scenes.mobjects.working import Operand

__all__ = ["LeakyReluScene", "ReluScene", "SigmoidScene", "TanhScene"]


class ReluScene(ActivationScene[ReluSpec]):
    """What is negative becomes 0, what is positive stays."""

    spec_class: ClassVar[type[ReluSpec]] = ReluSpec
    operation = "ReLU"
    function = "ReLU"

    def rule(self) -> str:
        """Say what the function does."""
        return "What is negative becomes 0. What is positive stays as it is. The curve shows it."

    def definition_of_size(self, size: float) -> Formula:
        """Return the definition of the function at a size."""
        return Formula('"ReLU"(x) = max(0, x)', size, self.theme.text)

    def question_about(self, step: ActivationStep) -> str:
        """Ask what becomes of a value."""
        return f"What is ReLU({typeset(self.x_text(step))})?"

    def middle(self, step: ActivationStep, x: Operand) -> VMobject:
        """Return `max(0, −1)`."""
        return x.within("max(0, ", ")")

    def exactly(self, x: Fraction) -> Fraction:
        """Return what becomes of x."""
        return max(Fraction(0), x)

    def said(self, step: ActivationStep) -> str:
        """Say what becomes of a value."""
        x, value = typeset(self.x_text(step)), typeset(self.result_text(step))
        reason = "is negative, so it becomes" if step.x < 0 else "is not negative, so it stays"
        return f"{x} {reason} {value}: max(0, {x}) = {value}."

    def moral(self) -> str:
        """Say how many values have changed."""
        count, size = int(np.sum(self.trace.x < 0)), self.trace.x.size
        if count in (0, size):
            return "No value was negative, so nothing has changed." if count == 0 else "All that was negative is 0 now."
        were = "was negative and is 0 now" if count == 1 else "were negative and are 0 now"
        return f"{count} of the {size} values {were}. The others have not changed."


class LeakyReluScene(ActivationScene[LeakyReluSpec]):
    """What is negative shrinks, what is positive stays."""

    spec_class: ClassVar[type[LeakyReluSpec]] = LeakyReluSpec
    operation = "LeakyReLU"
    function = "LeakyReLU"
    decimals = 3

    @property
    def slope(self) -> str:
        """What negative values are multiplied by, as it is written."""
        return as_text(self.spec.negative_slope, decimals_for([self.spec.negative_slope], most=4))

    def rule(self) -> str:
        """Say what the function does."""
        return f"What is negative is multiplied by {self.slope}. What is positive stays as it is. The curve shows it."

    def definition_of_size(self, size: float) -> Formula:
        """Return the definition of the function at a size."""
        cases = f'cases(x & "if " x > 0, {{{{{self.slope} : slope}}}} dot x & "otherwise")'
        formula = Formula(f'"LeakyReLU"(x) = {cases}', size, self.theme.text)
        formula.trace("slope", self.slope, "negative_slope").set_fill(self.theme.kernel)
        return formula

    def question_about(self, step: ActivationStep) -> str:
        """Ask what becomes of a value."""
        return f"What is LeakyReLU({typeset(self.x_text(step))}), with a slope of {self.slope} below 0?"

    def middle(self, step: ActivationStep, x: Operand) -> VMobject | None:
        """Return `0.1 · (−1)` for what is negative."""
        if step.x >= 0:
            return None
        slope = Number(self.slope, "negative_slope", x.size, self.theme.kernel)
        return VGroup(slope, x.words("·"), x.number(parentheses=True)).arrange(RIGHT, buff=0.15 * x.size)

    def exactly(self, x: Fraction) -> Fraction:
        """Return what becomes of x."""
        return x if x >= 0 else x * Fraction(self.slope)

    def said(self, step: ActivationStep) -> str:
        """Say what becomes of a value."""
        x = typeset(self.x_text(step))
        if step.x >= 0:
            return f"{x} is not negative, so it stays as it is."
        return f"{x} is negative, so it is multiplied by {self.slope}: that is {self.about(step)}."

    def moral(self) -> str:
        """Say how many values have changed."""
        count, size = int(np.sum(self.trace.x < 0)), self.trace.x.size
        if count == 0:
            return "No value was negative, so nothing has changed."
        were = "was negative and has been" if count == 1 else "were negative and have been"
        others = " The others have not changed." if count < size else ""
        return f"{count} of the {size} values {were} multiplied by {self.slope}.{others}"


class SigmoidScene(ActivationScene[SigmoidSpec]):
    """Every value is squeezed between 0 and 1."""

    spec_class: ClassVar[type[SigmoidSpec]] = SigmoidSpec
    operation = "Sigmoid"
    function = "sigmoid"
    least = 6.0

    def rule(self) -> str:
        """Say what the function does."""
        return "Every value is squeezed between 0 and 1; 0 lands at one half. The curve shows it."

    def definition_of_size(self, size: float) -> Formula:
        """Return the definition of the function at a size."""
        return Formula('"sigmoid"(x) = 1/(1 + e^(-x))', size, self.theme.text)

    def question_about(self, step: ActivationStep) -> str:
        """Ask what becomes of a value."""
        return f"What is sigmoid({typeset(self.x_text(step))}), roughly?"

    def middle(self, step: ActivationStep, x: Operand) -> VMobject:
        """Return `1 / (1 + e^(−x))`."""
        below = VGroup(x.words("1"), x.words("+"), x.power("\N{MINUS SIGN}")).arrange(RIGHT, buff=0.24 * x.size)
        return over([x.words("1")], [below], x.size, self.theme.muted)

    def exactly(self, x: Fraction) -> Fraction | None:
        """Return what becomes of 0."""
        return Fraction(1, 2) if x == 0 else None

    def said(self, step: ActivationStep) -> str:
        """Say what becomes of a value."""
        call = f"sigmoid({typeset(self.x_text(step))}) is {self.about(step)}"
        if step.x == 0:
            return f"{call}: 0 lands at one half."
        side = "negative value lands below" if step.x < 0 else "positive value lands above"
        return f"{call}: a {side} one half."

    def moral(self) -> str:
        """Say where all values are."""
        count = self.trace.x.size
        every = f"All {count} values lie" if count > 1 else "The value lies"
        return f"{every} between 0 and 1 now, so they can be read as probabilities."


class TanhScene(ActivationScene[TanhSpec]):
    """Every value is squeezed between -1 and 1 and keeps its sign."""

    spec_class: ClassVar[type[TanhSpec]] = TanhSpec
    operation = "Tanh"
    function = "tanh"
    least = 3.0

    def rule(self) -> str:
        """Say what the function does."""
        return "Every value is squeezed between −1 and 1 and keeps its sign; 0 stays 0. The curve shows it."

    def definition_of_size(self, size: float) -> Formula:
        """Return the definition of the function at a size."""
        return Formula("tanh(x) = (e^x - e^(-x))/(e^x + e^(-x))", size, self.theme.text)

    def question_about(self, step: ActivationStep) -> str:
        """Ask what becomes of a value."""
        return f"What is tanh({typeset(self.x_text(step))}), roughly?"

    def middle(self, step: ActivationStep, x: Operand) -> VMobject:
        """Return the difference of both powers over their sum."""
        minus = "\N{MINUS SIGN}"
        above = [x.power(), x.words(minus), x.power(minus)]
        return over(above, [x.power(), x.words("+"), x.power(minus)], x.size, self.theme.muted)

    def exactly(self, x: Fraction) -> Fraction | None:
        """Return what becomes of 0."""
        return x if x == 0 else None

    def said(self, step: ActivationStep) -> str:
        """Say what becomes of a value."""
        call = f"tanh({typeset(self.x_text(step))}) is {self.about(step)}"
        if step.x == 0:
            return f"{call}: 0 stays 0."
        sign, end = ("negative", "−1") if step.x < 0 else ("positive", "1")
        return f"{call}: a {sign} value stays {sign} and never passes {end}."

    def moral(self) -> str:
        """Say where all values are."""
        count = self.trace.x.size
        return f"{f'All {count} values lie' if count > 1 else 'The value lies'} between −1 and 1 now."
