"""What else was tried: a few digits learned by heart, the same digits varied, and three learning rates."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from manim import Create, FadeIn, Mobject, VGroup, VMobject

from cnn_core.run_trace import LAST
from scenes.language import number, say
from scenes.layout import smallest_text
from scenes.mobjects.plane import Plane
from scenes.mobjects.plot import Dots, Ends, Ticks
from scenes.mobjects.text import Label, Number
from scenes.training.moments import steady_from
from scenes.training.plots import DOT, line_of

if TYPE_CHECKING:
    from scenes.training.scene import TrainingScene

__all__ = ["Comparisons"]

_FEW = 100
_SMALLEST = 1e-6
"""What a loss is at least, where it is drawn by its logarithm."""


class Comparisons:
    """Two short experiments that were recorded beside the run."""

    def __init__(self, stage: TrainingScene) -> None:
        self.stage, self.trace, self.theme = stage, stage.trace, stage.theme
        self.compared = stage.log.comparison
        self.size = max(0.34, smallest_text())
        self.room = 5.4 * self.size * (1.0 if stage.wide else 0.85)

    def play(self) -> None:
        self.learn_few()
        self.try_rates()

    def plane(self, steps: int, ends: Ends, name: str, ticks: Ticks | None = None) -> Plane:
        """Return a plane with room to its right, for what the lines end with."""
        box = replace(self.stage.stage_box, right=self.stage.stage_box.right - self.room)
        return Plane((0, steps), ends, ("", name), box, self.size, self.theme, y_ticks=ticks)

    def learn_few(self) -> None:
        learned, read = self.compared.few_learned, self.compared.few_read
        name = say("share that is right")
        plane = self.plane(learned.shape[1], (0, 1.05), name)
        legend = self.legend(plane)
        shown: list[Mobject] = [plane, legend]
        colors = (self.theme.muted, self.theme.output)
        for way, said in enumerate((self.said_by_heart(), self.said_varied())):
            line = line_of(plane, learned[way], colors[way], 2.5)
            places = [
                plane.point(float(step), float(share))
                for step, share in zip(self.compared.few_step, read[way], strict=True)
            ]
            test = plane.line(self.compared.few_step, read[way], colors[way], 5)
            dots = Dots(np.array(places)[:, :2], DOT, colors[way])
            end = self.end(
                plane,
                say("varied") if way else say("plain"),
                f"few_read[{way},{read.shape[1] - 1}]",
                float(read[way, -1]),
                colors[way],
                up=bool(way),
            )
            with self.stage.beat("step", said, reason=self.why_few()):
                if not way:
                    self.stage.play(FadeIn(plane), run_time=0.4)
                self.stage.play(*([] if way else [FadeIn(legend[0])]), Create(line), run_time=1.8)
                self.stage.play(*([] if way else [FadeIn(legend[1])]), Create(test), FadeIn(dots), run_time=1.8)
                self.stage.play(FadeIn(end), run_time=0.4)
            shown += [line, test, dots, end]
        self.stage.leaving += shown

    def legend(self, plane: Plane) -> VGroup:
        """Return what thin and thick lines are, at the height at the right that is farthest from all of them."""
        learned, read = self.compared.few_learned, self.compared.few_read
        values = np.concatenate([learned[:, learned.shape[1] // 2 :].ravel(), read[:, read.shape[1] // 2 :].ravel()])
        height = max((0.2, 0.5, 0.8), key=lambda y: float(np.abs(values - y).min()))
        y, color = plane.point(0, height)[1], self.theme.muted
        labels = [Label(words, self.size, color) for words in (say("the {few}", few=_FEW), say("test set"))]
        edge = plane.area.right - 0.3 * self.size - max(label.width for label in labels)
        rows = VGroup()
        for label, up, width in zip(labels, (0.65, -0.65), (2.5, 5), strict=True):
            middle = np.array([edge + label.width / 2, y + up * self.size, 0])
            ends = (middle + np.array([-label.width / 2 - far * self.size, 0, 0]) for far in (1.9, 0.4))
            sample = VMobject(stroke_color=color, stroke_width=width).set_points_as_corners(list(ends))
            rows.add(VGroup(sample, label.move_to(middle)))
        return rows

    def why_few(self) -> str:
        """Say what the few teach, if the test set is read less well than they are."""
        if self.compared.few_read[:, -1].max() < self.compared.few_learned[:, -1].min():
            return say("Knowing a few digits by heart is not yet reading.")
        return say("A few digits, and what they teach about all others.")

    def end(self, plane: Plane, name: str, address: str, height: float, color: str, *, up: bool) -> VGroup:
        """Return a number beside the end of its line, with the name above it, or below."""
        name_of, _, at = address.partition("[")
        value = self.trace.result(name_of, *map(int, at.rstrip("]").split(",")))
        figure, label = Number(value.text, address, self.size, color, "semibold"), Label(name, self.size, color)
        left = plane.area.right + 0.25
        y = plane.point(0, height)[1] + (0.2 if up else -0.5) * self.size
        figure.move_to(np.array([left + figure.width / 2, y, 0]))
        label.move_to(np.array([left + label.width / 2, y + (1.15 if up else -1.15) * self.size, 0]))
        return VGroup(figure, label)

    def said_by_heart(self) -> str:
        """Say from when on the few are known, and what of the test set is read."""
        step, last = steady_from(self.compared.few_learned[0]), self.compared.few_read.shape[1] - 1
        read = self.stage.in_words("few_read", 0, last)
        if step is None:
            return say("Only {few} digits, over and over: of the test set it then reads {read}.", few=_FEW, read=read)
        return say(
            "Only {few} digits, over and over: from step {step} on all are right, but only {read} of the test set.",
            few=_FEW,
            step=step,
            read=read,
        )

    def said_varied(self) -> str:
        last = self.compared.few_read.shape[1] - 1
        before, after = (float(self.compared.few_read[way, last]) for way in range(2))
        named = {"few": _FEW, "read": self.stage.in_words("few_read", 1, last)}
        if after > before:
            return say(
                "The same {few}, each time turned and bent a little: {read}. Never the same twice, they teach more.",
                **named,
            )
        return say("The same {few}, each time turned and bent a little: {read}.", **named)

    def try_rates(self) -> None:
        losses = self.compared.rate_loss
        heights = np.log10(np.maximum(losses, _SMALLEST))
        low, high = (int(end) for end in (np.floor(heights.min()), np.ceil(heights.max())))
        ticks = {float(k): f"{10.0**k:g}" for k in range(low, high + 1)}
        plane = self.plane(losses.shape[1], (low, high + 0.1), say("L, three rates"), ticks)
        ends, colors = self.trace.values()["rate_loss"], (self.theme.muted, self.theme.output, self.theme.kernel)
        order = np.argsort(np.argsort(ends))
        shown: list[Mobject] = [plane]
        for k, color in enumerate(colors[: len(losses)]):
            line = line_of(plane, heights[k], color, 3)
            end = self.rate_end(plane, k, int(order[k]), color)
            with self.stage.beat("step", self.said_of_rate(k), reason=say("The rate says how far each step goes.")):
                if not k:
                    self.stage.play(FadeIn(plane), run_time=0.4)
                self.stage.play(Create(line), run_time=2.2)
                self.stage.play(FadeIn(end), run_time=0.4)
            shown += [line, end]
        self.stage.leaving += shown

    def rate_end(self, plane: Plane, k: int, rank: int, color: str) -> VGroup:
        """Return rate and loss of a line; the lines' ends may lie close, so these stand in their order."""
        rate, loss = self.trace.value("rates", k), self.trace.result("rate_loss", k)
        row = VGroup(
            Label("η =", self.size, color),
            Number(rate.text, rate.address, self.size, color),
            Label("L ≈", self.size, color),
            Number(loss.text, loss.address, self.size, color, "semibold"),
        )
        left, y = plane.area.right + 0.25, plane.area.bottom + (0.5 + 2.9 * rank) * self.size
        for start in (0, 2):
            head, figure = row[start], row[start + 1]
            height = y + (1.2 if start == 0 else 0.0) * self.size
            head.move_to(np.array([left + head.width / 2, height, 0]))
            figure.move_to(np.array([left + head.width + 0.25 * self.size + figure.width / 2, height, 0]))
        return row

    def said_of_rate(self, k: int) -> str:
        """Say where a rate leads, beside the best of them and a network that knows nothing."""
        ends, knowing_nothing = self.trace.values()["rate_loss"], float(self.trace.values()["equal_shares"])
        named = {
            "rate": number(self.trace.value("rates", k).text),
            "loss": self.stage.in_words("rate_loss", k),
            "steps": self.compared.rate_loss.shape[1],
            "last": LAST,
        }
        if k == int(ends.argmin()):
            return say("With {rate} the loss comes down to {loss}: of these three, the best.", **named)
        if ends[k] >= 0.95 * knowing_nothing:
            if self.trace.values()["rates"][k] > self.trace.values()["rates"][int(ends.argmin())]:
                return say("With {rate} the steps are too large: {loss} is no better than guessing.", **named)
            return say("With {rate} the steps are too small: {loss} is no better than guessing.", **named)
        return say(
            "Plain steps, rate {rate}: after {steps} of them the last {last} losses have a mean of {loss}.", **named
        )
