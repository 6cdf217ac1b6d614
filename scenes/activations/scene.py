"""The activations: what each does to a value."""

from __future__ import annotations

from typing import ClassVar

import numpy as np

from cnn_core.activations import ActivationStep
from cnn_core.notation import plain
from cnn_core.numerals import as_text, decimals_for
from scenes.activations import LeakyReluSpec, ReluSpec, SigmoidSpec, TanhSpec
from scenes.activations.common import ActivationScene
from scenes.language import about, number, say, say_many
from scenes.mobjects.text import Formula

__all__ = ["LeakyReluScene", "ReluScene", "SigmoidScene", "TanhScene"]


class ReluScene(ActivationScene[ReluSpec]):
    """What is negative becomes 0, what is positive stays."""

    spec_class: ClassVar[type[ReluSpec]] = ReluSpec
    operation = "ReLU"
    function = "ReLU"
    definition = '"ReLU"(x) = max(0, x)'

    def why(self) -> str:
        return say("What speaks for a feature stays, what speaks against it is dropped.")

    def insight(self) -> str:
        if not np.any(self.trace.x < 0):
            return say("Where nothing is negative, ReLU changes nothing.")
        if not np.any(self.trace.x > 0):
            return say("Where nothing is positive, nothing is passed on.")
        return say("Only evidence for a feature is passed on, at full strength.")

    def rule(self) -> str:
        return say("What is negative becomes 0. What is positive stays as it is. The curve shows it.")

    def said(self, step: ActivationStep) -> str:
        equation = self.equation(step)
        named = {"x": number(self.operand(step).text), "equation": plain(equation)}
        value = about(equation.result.text, is_rounded=equation.is_rounded)
        if step.x < 0:
            return say("{x} is negative, so it becomes {value}: {equation}.", value=value, **named)
        return say("{x} is not negative, so it stays {value}: {equation}.", value=value, **named)

    def moral(self) -> str:
        count, size = int(np.sum(self.trace.x < 0)), self.trace.x.size
        if count == 0:
            return say("No value was negative, so nothing has changed.")
        if count == size:
            return say("All that was negative is 0 now.")
        return say_many(
            "{count:,} of the {size:,} values was negative and is 0 now. The others have not changed.",
            "{count:,} of the {size:,} values were negative and are 0 now. The others have not changed.",
            count,
            size=size,
        )


class LeakyReluScene(ActivationScene[LeakyReluSpec]):
    """What is negative shrinks, what is positive stays."""

    spec_class: ClassVar[type[LeakyReluSpec]] = LeakyReluSpec
    operation = "LeakyReLU"
    function = "LeakyReLU"

    def why(self) -> str:
        return say("What is negative is turned down, not off.")

    def insight(self) -> str:
        if not np.any(self.trace.x < 0) or self.spec.negative_slope == 0:
            return self.why() if self.spec.negative_slope else say("With a slope of 0 it is ReLU.")
        return say("No value is silenced, so the network can still learn from all of them.")

    @property
    def slope(self) -> str:
        """What negative values are multiplied by, as it is written."""
        return as_text(self.spec.negative_slope, decimals_for([self.spec.negative_slope], most=4))

    def rule(self) -> str:
        return say(
            "What is negative is multiplied by {slope}. What is positive stays as it is. The curve shows it.",
            slope=number(self.slope),
        )

    def definition_of_size(self, size: float) -> Formula:
        cases = f'cases(x & "if " x > 0, {{{{{self.slope} : slope}}}} dot x & "otherwise")'
        formula = Formula(f'"LeakyReLU"(x) = {cases}', size, self.theme.text)
        formula.trace("slope", self.slope, "negative_slope").set_fill(self.theme.kernel)
        return formula

    def question_about(self, step: ActivationStep) -> str:
        named = {"x": number(self.operand(step).text), "slope": number(self.slope)}
        return say("What is LeakyReLU({x}), with a slope of {slope} below 0?", **named)

    def said(self, step: ActivationStep) -> str:
        x, equation = number(self.operand(step).text), self.equation(step)
        if step.x >= 0:
            return say("{x} is not negative, so it stays as it is.", x=x)
        return say(
            "{x} is negative, so it is multiplied by {slope}: that is {value}.",
            x=x,
            slope=number(self.slope),
            value=about(equation.result.text, is_rounded=equation.is_rounded),
        )

    def moral(self) -> str:
        count, named = int(np.sum(self.trace.x < 0)), {"size": self.trace.x.size, "slope": number(self.slope)}
        if count == 0:
            return say("No value was negative, so nothing has changed.")
        if count == self.trace.x.size:
            return say_many(
                "{count:,} of the {size:,} values was negative and has been multiplied by {slope}.",
                "{count:,} of the {size:,} values were negative and have been multiplied by {slope}.",
                count,
                **named,
            )
        return say_many(
            "{count:,} of the {size:,} values was negative and has been multiplied by {slope}. "
            "The others have not changed.",
            "{count:,} of the {size:,} values were negative and have been multiplied by {slope}. "
            "The others have not changed.",
            count,
            **named,
        )


class SigmoidScene(ActivationScene[SigmoidSpec]):
    """Every value is squeezed between 0 and 1."""

    spec_class: ClassVar[type[SigmoidSpec]] = SigmoidSpec
    operation = "Sigmoid"
    function = "sigmoid"
    definition = '"sigmoid"(x) = 1/(1 + e^(-x))'
    least = 6.0
    limits = 0.0, 1.0
    is_estimated = True

    def why(self) -> str:
        return say("Any number becomes a share between 0 and 1.")

    def insight(self) -> str:
        return say("Outputs stay below 1: the largest input, {x}, gives {value}.", **self.largest())

    def rule(self) -> str:
        return say("Every value is squeezed between 0 and 1; 0 lands at one half. The curve shows it.")

    def said(self, step: ActivationStep) -> str:
        named = self.named(step)
        if step.x == 0:
            return say("sigmoid({x}) is {value}: 0 lands at one half.", **named)
        if step.x < 0:
            return say("sigmoid({x}) is {value}: a negative value lands below one half.", **named)
        return say("sigmoid({x}) is {value}: a positive value lands above one half.", **named)

    def moral(self) -> str:
        return say_many(
            "The value lies between 0 and 1 now, so it can be read as a probability.",
            "All {count:,} values lie between 0 and 1 now, so they can be read as probabilities.",
            self.trace.x.size,
        )


class TanhScene(ActivationScene[TanhSpec]):
    """Every value is squeezed between -1 and 1 and keeps its sign."""

    spec_class: ClassVar[type[TanhSpec]] = TanhSpec
    operation = "Tanh"
    function = "tanh"
    definition = "tanh(x) = (e^x - e^(-x))/(e^x + e^(-x))"
    least = 3.0
    limits = -1.0, 1.0
    is_estimated = True

    def why(self) -> str:
        return say("Any number becomes a number between −1 and 1, and keeps its sign.")

    def insight(self) -> str:
        return say("Outputs stay below 1: the largest input, {x}, gives {value}.", **self.largest())

    def rule(self) -> str:
        return say("Every value is squeezed between −1 and 1 and keeps its sign; 0 stays 0. The curve shows it.")

    def said(self, step: ActivationStep) -> str:
        named = self.named(step)
        if step.x == 0:
            return say("tanh({x}) is {value}: 0 stays 0.", **named)
        if step.x < 0:
            return say("tanh({x}) is {value}: a negative value stays negative and never passes −1.", **named)
        return say("tanh({x}) is {value}: a positive value stays positive and never passes 1.", **named)

    def moral(self) -> str:
        return say_many(
            "The value lies between −1 and 1 now.",
            "All {count:,} values lie between −1 and 1 now.",
            self.trace.x.size,
        )
