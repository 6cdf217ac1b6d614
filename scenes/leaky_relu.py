"""Leaky ReLU: what is negative shrinks, what is positive stays."""

from __future__ import annotations

from fractions import Fraction
from typing import ClassVar

import numpy as np
from manim import RIGHT, VGroup, VMobject

from cnn_core.activations import ActivationStep
from cnn_core.numerals import as_text, decimals_for, typeset
from scenes.activation import ActivationScene
from scenes.mobjects.text import Formula, Number
from scenes.mobjects.working import Operand
from scenes.specs.activations import LeakyReluSpec

__all__ = ["LeakyReluScene"]


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
