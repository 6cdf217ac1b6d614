"""Tanh: every value is squeezed between -1 and 1 and keeps its sign."""

from __future__ import annotations

from fractions import Fraction
from typing import ClassVar

from manim import VMobject

from cnn_core.activations import ActivationStep
from cnn_core.numerals import typeset
from scenes.activation import ActivationScene
from scenes.mobjects.fraction import over
from scenes.mobjects.text import Formula
from scenes.mobjects.working import Operand
from scenes.specs.activations import TanhSpec

__all__ = ["TanhScene"]


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
