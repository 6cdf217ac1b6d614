"""ReLU: what is negative becomes 0, what is positive stays."""

from __future__ import annotations

from fractions import Fraction
from typing import ClassVar

import numpy as np
from manim import VMobject

from cnn_core.activations import ActivationStep
from cnn_core.numerals import typeset
from scenes.activation import ActivationScene
from scenes.mobjects.text import Formula
from scenes.mobjects.working import Operand
from scenes.specs.activations import ReluSpec

__all__ = ["ReluScene"]


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
