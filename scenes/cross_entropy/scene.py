"""Softmax and cross-entropy, forth and back."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, ClassVar

import numpy as np
from manim import Create, FadeIn, FadeOut, ReplacementTransform, VGroup

from scenes.backward import BackwardScene
from scenes.cross_entropy import CrossEntropySpec
from scenes.cross_entropy.curve import LossCurve
from scenes.language import marked, number, say
from scenes.layout import Box, smallest_text
from scenes.mobjects.bars import share_in_words
from scenes.mobjects.text import Label, Number, size_within
from scenes.mobjects.travel import LATE
from scenes.mobjects.upright_bars import UprightBars

__all__ = ["CrossEntropyScene"]

_TAG = 0.36
_LEAST = 0.9
"""Height that is left to the gradients, or to the curve, below the shares, in those of a bar of 1."""


class CrossEntropyScene(BackwardScene[CrossEntropySpec]):
    """The gradient of the logits is what was said minus what is true."""

    spec_class: ClassVar[type[CrossEntropySpec]] = CrossEntropySpec
    operation = marked("Softmax and cross-entropy")

    def construct(self) -> None:
        self.open(self.operation, {}, [], output=self.theme.text)
        self.loss, self.truth = self.trace.forward, self.spec.target
        self.places()
        self.say_shares()
        self.measure()
        self.compare()
        self.knows_nothing()
        self.subtract()
        self.add_up()
        self.step_back()

    def places(self) -> None:
        """Divide the stage: shares at the left or above, gradients at the right or below."""
        stage, tag = self.bands.stage, 1.5 * max(_TAG, smallest_text())
        if not self.tall:
            stage = self.bands.whole if self.wide else stage
            self.left, self.right = stage.part(0, 0.47), stage.part(0.53, 1)
            self.unit, base = 0.37 * (stage.height - tag), 0.45 * (stage.height - tag)
            self.bases = 2 * [stage.bottom + base]
        if self.wide:
            self.bands = replace(self.bands, formula=replace(self.left, top=self.bases[0] - 1.2))
            self.working.writer.box = self.bands.formula
        if self.tall:
            size, back = max(0.34, smallest_text()), self.trace.grad_input
            above, below = tag + 1.3 * size, 2.9 * size
            rest = stage.height - 2 * above - below - 1.6 * size
            self.unit = rest / (1 + max(_LEAST, max(0.0, float(back.max())) + max(0.0, -float(back.min()))))
            middle = stage.top - above - self.unit - below
            self.left, self.right = replace(stage, bottom=middle), replace(stage, top=middle - 0.4 * size)
            lower = self.right.top - above - self.unit * max(0.0, float(back.max()))
            self.bases = [stage.top - above - self.unit, lower]

    def tag(self, text: str, color: str, room: Box) -> Label:
        label = Label(text, size_within(text, room.width, max(_TAG, smallest_text()), "semibold"), color, "semibold")
        return label.move_to(np.array([room.left + label.width / 2, room.top - label.size / 2, 0]))

    def called(self, k: int) -> str:
        return self.spec.labels[k] if self.spec.labels else say("class {number}", number=k)

    def shares(self, trace: Any, of: str = "") -> tuple[UprightBars, VGroup]:
        """Return the bars of what is said, and below them the logits."""
        theme = self.theme
        bars = UprightBars(
            trace.probabilities[0],
            lambda k: f"{of}probabilities[0,{k}]",
            theme.output,
            theme,
            self.left,
            self.bases[0],
            self.unit,
        )
        names = [bars.named(name) for name in self.spec.names]
        logits = [trace.result("x", 0, k) for k in range(len(names))]
        digits = [Number(one.text, f"{of}{one.address}", bars.size, theme.input) for one in logits]
        return bars, VGroup(bars.below(names, 0.7), bars.below(digits, 1.6))

    def say_shares(self) -> None:
        said, winner = self.loss.probabilities[0], int(self.loss.probabilities[0].argmax())
        self.bars, self.logits = self.shares(self.loss)
        tag = self.tag("p = softmax(z)", self.theme.output, self.left)
        named = {
            "share": share_in_words(float(said[winner])),
            "name": self.called(winner),
            "truth": self.called(self.truth),
        }
        text = say("The network gives {name} a probability of {share}. The truth is {truth}.", **named)
        if winner == self.truth:
            text = say("The network gives {name} a probability of {share}, and that is the truth.", **named)
        with self.beat("explain", self.origin() + text, reason=say("The prediction stands beside the truth.")):
            self.play(FadeIn(self.logits, tag, self.bars.line), run_time=0.6)
            self.play(FadeIn(self.bars), run_time=0.8)
            self.outline = self.bars.outline(self.truth, 1.0, self.theme.text)
            self.play(FadeIn(self.outline), run_time=0.6)

    def measure(self) -> None:
        """Show the loss where it lies on its curve."""
        said = say(
            "The loss is minus the logarithm of the probability of the truth: {loss}. No other counts.",
            loss=self.told("output"),
        )
        with self.beat("step", said, reason=say("The loss says in one number how wrong it is.")):
            self.curve = LossCurve(self.loss, self.spec.others()["sureness"], self.theme, self.right)
            self.play(FadeIn(self.curve.plane), run_time=0.5)
            self.play(Create(self.curve.line), run_time=1.0)
            self.play(*self.curve.slide(), run_time=1.2)
            self.play(FadeIn(self.curve.guides), run_time=0.4)
            self.working.show(self.equation("output"), run_time=0.9)

    def compare(self) -> None:
        said = say(
            "Being sure of the truth costs nothing. Giving it 0.1 costs {tenth}, and 0.01 twice that.",
            tenth=self.told("sureness.losses[1]"),
        )
        with self.beat("step", said, reason=say("Being sure and wrong can cost any amount.")):
            self.take_away(self.curve.guides)
            for ghost in self.curve.ghosts:
                self.play(FadeIn(ghost), run_time=0.7)
            self.working.show(self.equation("sureness.losses[2]"), run_time=0.8)

    def knows_nothing(self) -> None:
        """Say what a network that cannot tell ten classes apart has to pay."""
        said = say(
            "A network that cannot tell ten classes apart gives each of them 0.1: it pays {tenth}.",
            tenth=self.told("sureness.losses[1]"),
        )
        with self.beat("step", said, reason=say("This is what it costs to know nothing.")):
            self.take_away(*self.curve.ghosts[::2])
            self.point_out(self.curve.ghosts[1])
            loss = float(self.spec.others()["sureness"].losses[1])
            self.nothing = self.curve.guides_to(float(np.exp(-loss)), loss, self.theme.text)
            self.play(Create(self.nothing), run_time=1.2)
            self.working.show(self.equation("sureness.losses[1]"), run_time=0.8)

    def subtract(self) -> None:
        """Ask which logits should rise, and subtract the truth from what was said."""
        asked = self.spec.question
        if asked:
            prompt = say("Which logits should rise, so that the loss falls?")
            gone = self.leave(self.curve.ghosts[1], self.nothing)
            self.ask(prompt, say("only {name}", name=self.called(self.truth)), first=gone)
        self.back = self.gradient(self.trace)
        tag = self.tag(say("dL/dz = p − truth"), self.theme.input, self.right)
        said = say(
            "Only {name} should rise ▲. All others should fall ▼, the likeliest most.", name=self.called(self.truth)
        )
        with self.beat(
            "answer" if asked else "step", said, reason=say("The gradient is what was said, minus what is true.")
        ):
            self.take_away(*self.curve, self.curve.ghosts[1], self.nothing, also=[self.end_question()] if asked else [])
            self.working.show(self.equation(f"grad_input[0,{self.truth}]"), run_time=0.8)
            self.play(FadeIn(tag, self.back.line), run_time=0.4)
            for k, (bar, said_bar) in enumerate(zip(self.back.bars, self.bars.bars, strict=True)):
                number_late = FadeIn(self.back.numbers[k], rate_func=LATE)
                self.play(FadeIn(bar, target_position=said_bar), number_late, run_time=0.5)
            self.play(FadeIn(self.back.wedges), run_time=0.5)

    def add_up(self) -> None:
        said = say("Together they make 0: what one gains, the others lose.")
        with self.beat("step", said, reason=say("Probabilities add up to 1, so the pushes cancel.")):
            self.play(*self.leave(), run_time=0.3)
            self.working.show(self.equation("sums.grad_input"), run_time=0.9)

    def step_back(self) -> None:
        """Step against the gradient, and look at what is said then."""
        after = self.spec.others()["stepped"]
        bars, logits = self.shares(after, "stepped.")
        before, now = self.told("output"), self.told("stepped.output")
        won, first = (int(one.probabilities[0].argmax()) for one in (after, self.loss))
        named = {"lr": number(f"{self.spec.lr:g}"), "before": before, "now": now, "truth": self.called(self.truth)}
        said = say("A step of {lr} against the gradient: the loss goes from {before} to {now}.", **named)
        if won == self.truth != first:
            said = say(
                "A step of {lr} against it, and the answer flips to {truth}. The loss: {before}, then {now}.", **named
            )
        with self.beat("step", said, reason=say("A step goes against the gradient.")):
            self.working.show(self.equation("output"), run_time=0.8)
            self.play(FadeOut(self.logits[1], self.bars.numbers), run_time=0.4)
            self.play(FadeIn(logits[1]), run_time=0.6)
            for old, new in zip(self.bars.bars, bars.bars, strict=True):
                self.play(ReplacementTransform(old, new), run_time=0.3)
            self.play(FadeIn(bars.numbers), run_time=0.4)
            self.working.show(self.equation("stepped.output"), run_time=0.8)
        self.close()

    def close(self) -> None:
        """Show what is asked after the step."""
        back = self.spec.others()["asked_then"]
        said = say("What was said, minus what is true: that is all that a classifier is told.")
        if np.abs(back.grad_input).max() < np.abs(self.trace.grad_input).max():
            said = say("What was said, minus what is true: that is all a classifier is told. Now it asks for less.")
        with self.beat("explain", said, reason=say("Softmax and its loss ask for p − truth.")):
            new = self.gradient(back, "asked_then.")
            self.play(*self.leave(*self.back.numbers, *self.back.bars, self.back.wedges), run_time=0.6)
            self.play(FadeIn(new.bars), run_time=0.6)
            self.play(FadeIn(new.numbers, new.wedges), run_time=0.6)
            self.working.show(self.equation(f"asked_then.grad_input[0,{self.truth}]"), run_time=0.8)

    def gradient(self, back: Any, of: str = "") -> UprightBars:
        """Return the bars of what is asked of the logits."""
        room, base, role = self.right, self.bases[1], self.theme.input
        address = f"{of}grad_input[0,{{}}]".format
        return UprightBars(back.grad_input[0], address, role, self.theme, room, base, self.unit, is_gradient=True)
