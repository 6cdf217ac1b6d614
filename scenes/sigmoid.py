"""Sigmoid: every value is squeezed between 0 and 1."""

from __future__ import annotations

from fractions import Fraction
from typing import ClassVar

from manim import RIGHT, VGroup, VMobject

from cnn_core.activations import ActivationStep
from cnn_core.numerals import typeset
from scenes.activation import ActivationScene
from scenes.mobjects.fraction import over
from scenes.mobjects.text import Formula
from scenes.mobjects.working import Operand
from scenes.specs.activations import SigmoidSpec

__all__ = ["SigmoidScene"]


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
