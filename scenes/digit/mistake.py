"""A digit that the network gets wrong."""

from __future__ import annotations

from typing import ClassVar, cast

import numpy as np
from manim import LEFT, RIGHT, Animation, FadeIn, FadeOut, GrowFromEdge, Indicate, Rectangle, Transform, VGroup

from cnn_core.arrays import Array
from cnn_core.equation import Equation
from cnn_core.expression import Difference, Value
from scenes.digit import PATCH, MistakeSpec
from scenes.language import about, marked, say
from scenes.layout import Box, smallest_text
from scenes.mobjects.bars import BarChart, share_in_words
from scenes.mobjects.expression import Line, Writer
from scenes.mobjects.maps import Address, Arrangement, FeatureMaps, Reveal
from scenes.mobjects.picture import draw_pictures_directly
from scenes.mobjects.text import Label
from scenes.net.norm import upper_and_lower
from scenes.stage import ExplainerScene
from scenes.working import Working

__all__ = ["MistakeScene"]

SCALE_LINE = 1.3
MOST_TIMES = 1e6
"""Ratio of two probabilities up to which it is written."""


class MistakeScene(ExplainerScene[MistakeSpec]):
    """What was meant, what was read, by how much, and what made the network do so."""

    spec_class: ClassVar[type[MistakeSpec]] = MistakeSpec
    keeps_subtitle = True
    operation = marked("A digit it gets wrong")
    patch: Rectangle | None = None
    """The paper, where it lies."""

    def construct(self) -> None:
        draw_pictures_directly(self.camera)
        self.reading = self.spec.reading
        self.read, self.meant = self.reading.prediction, self.spec.label
        self.output = self.reading.probabilities.output[0]
        self.show_title(say(self.operation), self.spec.digit.name)
        self.show_digit()
        self.show_bars()
        self.show_lead()
        self.show_importance()
        self.cover()
        self.close()

    def boxes(self) -> tuple[Box, Box, Box]:
        """Return the boxes of the digit, of what was looked at, and of the bars."""
        stage = self.bands.stage
        if self.wide:
            return stage.part(0, 0.28), stage.part(0.31, 0.59), stage.part(0.64, 1)
        if self.tall:
            middle = stage.bottom + 0.58 * stage.height
            upper = Box(stage.left, stage.right, middle + 0.2, stage.top)
            return upper.part(0, 0.47), upper.part(0.53, 1), Box(stage.left, stage.right, stage.bottom, middle)
        left, middle = stage.part(0, 0.36), stage.center[1]
        upper = Box(left.left, left.right, middle + 0.1, stage.top)
        lower = Box(left.left, left.right, stage.bottom, middle - 0.1)
        return upper, lower, stage.part(0.42, 1)

    def maps(self, values: np.ndarray, title: str, color: str, box: Box, address: Address | None) -> FeatureMaps:
        """Return a picture of 28 x 28 values."""
        arrangement = Arrangement.of((1, 28, 28), 1.0)
        return FeatureMaps(values[None], arrangement, color, self.theme, box, title, address)

    def show_digit(self) -> None:
        digit_box, _, _ = self.boxes()
        digit = self.maps(self.reading.entered.maps[0], "28×28", self.theme.text, self.bands.stage, None)
        self.add(digit)
        self.ask(say("Which digit is this?"), str(self.meant))
        with self.beat("answer", say("Its writer meant a {digit}.", digit=self.meant)):
            self.play(self.end_question(), run_time=0.4)
            # As much lower as a colour scale is high, so that both pictures are equally large.
            lower = Box(digit_box.left, digit_box.right, digit_box.bottom + SCALE_LINE * smallest_text(), digit_box.top)
            small = self.maps(
                self.reading.entered.maps[0], say("meant: {digit}", digit=self.meant), self.theme.text, lower, None
            )
            self.play(*digit.moves_to(small), run_time=0.8)
        self.digit = digit

    def show_bars(self) -> None:
        _, _, box = self.boxes()
        size = max(smallest_text(), min(0.4, 0.8 * box.height / len(self.output)))
        self.chart_box = Box(box.left, box.right - 3.2 * size, box.bottom, box.top)
        self.bars: dict[int, tuple[Rectangle, Label]] = {}
        self.notes = VGroup()
        self.chart = self.chart_of(self.output, "softmax.output[0,{}]", size)
        probability = share_in_words(float(self.output[self.read]))
        with self.beat(
            "explain",
            say(
                "The network reads a {digit}, with a probability of {probability}.",
                digit=self.read,
                probability=probability,
            ),
            reason=say("The largest probability is what it reads, right or wrong."),
        ):
            self.play(FadeIn(self.chart), run_time=0.6)
            for k in (self.read, *(k for k in range(len(self.output)) if k != self.read)):
                self.grow(k)

    def chart_of(self, values: Array, address: str, size: float) -> BarChart:
        names = [str(k) for k in range(len(values))]
        return BarChart(names, values, address.format, self.theme, self.chart_box, size)

    def turn_into(self, chart: BarChart) -> list[Animation]:
        """Return the animations in which the bars become those of another chart."""
        moves: list[Animation] = []
        for k, (bar, number) in self.bars.items():
            self.bars[k] = bar, chart.number(k)
            moves += [Transform(bar, chart.bar(k)), FadeOut(number), FadeIn(self.bars[k][1])]
        return moves

    def grow(self, k: int) -> None:
        """Let a bar grow; say of two of them what they are."""
        bar, number = self.bars[k] = self.chart.bar(k), self.chart.number(k)
        word = {self.read: say("read"), self.meant: say("meant")}.get(k)
        note = VGroup()
        if word:
            color = self.theme.output if k == self.read else self.theme.input
            note.add(Label(word, self.chart.size, color, "semibold").next_to(number, RIGHT, buff=0.4 * self.chart.size))
        slow = k == self.read
        self.notes.add(note)
        self.play(GrowFromEdge(bar, LEFT), FadeIn(number, note), run_time=1.0 if slow else 0.35)

    def show_lead(self) -> None:
        """Say by how much it was wrong, and how many times as probable that is."""
        lead, ratio = (cast("Equation", self.spec.explain(name)) for name in ("lead", "ratio"))
        named = {"read": self.read, "meant": self.meant}
        text = about(lead.result.text, is_rounded=lead.is_rounded)
        is_written = float(self.spec.values()["ratio"]) < MOST_TIMES
        upper, lower = upper_and_lower(self.bands.formula) if is_written else (self.bands.formula, None)
        said = say("The logit of {read} is {lead} above that of {meant}.", lead=text, **named)
        with self.beat("step", said, reason=say("How far one logit leads decides how sure the network is.")):
            digits = {f"softmax.x[0,{k}]": say("logit of {digit}:", digit=k) for k in (self.read, self.meant)}
            lines = [Line((lead.left, lead.result), words=words) for words in (digits, {})]
            self.formula = VGroup(Writer(self.theme, upper).best(lines))
            if lower:
                times = Line((ratio.left, ratio.result), ending=say("times as probable"))
                self.formula.add(Writer(self.theme, lower).best([times]))
            for line in self.formula:
                self.play(FadeIn(line), run_time=0.8)

    def show_importance(self) -> None:
        _, box, _ = self.boxes()
        addresses = {"lows": "importance_smallest", "highs": "importance_largest"}
        title = say("where it looks")
        seen = self.maps(self.spec.importance, title, self.theme.strong, box, lambda end, _: addresses[end])
        why = say("What it leans on most is what it misses most.")
        said = say("To see why, a square of paper is put on each place of the digit in turn.")
        with self.beat("explain", said, reason=why):
            self.play(FadeOut(self.formula), run_time=0.4)
            patch = self.sweep()
        said = say(
            "Hiding a green place makes the lead of {digit} smaller; hiding a blue place makes it larger.",
            digit=self.read,
        )
        with self.beat("step", said, reason=why):
            written = Reveal(seen)
            self.add(seen.image)
            self.play(FadeOut(patch), FadeIn(seen.frames, seen.words), run_time=0.6)
            self.play(written, run_time=3.0)

    def cover(self) -> None:
        """Put paper where that takes most of the lead away, and say what is left of it."""
        change, lead = (cast("Equation", self.spec.explain(name)).result for name in ("importance_largest", "lead"))
        if change.number <= 0:
            return
        left = Equation.of(Difference((lead, change)), Value(lead.number - change.number, name="left", decimals=2))
        named = {"change": about(change.text, is_rounded=change.is_rounded), "meant": self.meant, "read": self.read}
        named["left"] = about(left.result.text, is_rounded=left.result.is_rounded)
        said = say(
            "Covering this place costs {read} the most: {change} of its lead over {meant}, which leaves {left}.",
            **named,
        )
        if left.result.number < 0:
            said = say(
                "Covering this place takes {change}, more than the lead: now {meant} is ahead of {read}.", **named
            )
        few = change.number > lead.number / 2
        with self.beat("step", said, reason=say("The lead stands on a few strokes.") if few else ""):
            row, column = np.unravel_index(int(self.spec.importance.argmax()), self.spec.importance.shape)
            patch = self.paper().move_to(self.digit.middle(0, float(row), float(column)))
            self.play(FadeIn(patch), run_time=0.6)
            words = {lead.address: say("lead"), change.address: say("under the paper")}
            line = Line((left.left, left.result), words=words, ending=say("left"))
            self.working = Working(self)
            self.working.show(
                self.working.writer.best([line, Line((left.left, left.result))]), run_time=1.5, slowly=True
            )
        self.patch = patch
        said, why = self.said_of_covered()
        with self.beat("step", said, reason=why):
            self.play(FadeOut(self.notes), run_time=0.3)
            covered = self.chart_of(self.spec.covered.output[0], "covered[{}]", self.chart.size)
            self.play(*self.turn_into(covered), run_time=1.6)

    def said_of_covered(self) -> tuple[str, str]:
        """Say what is read with the paper in place, and what that shows."""
        after = self.spec.covered.output[0]
        now = int(after.argmax())
        named = {"now": now, "read": self.read, "share": share_in_words(float(after[now]))}
        if now == self.read:
            return say("With the paper there it still reads a {read}, with a probability of {share}.", **named), ""
        named["after"] = share_in_words(float(after[self.read]))
        said = say(
            "With the paper there it reads a {now}, with a probability of {share}; {read} falls to {after}.", **named
        )
        return said, say("A small square of paper changes what it reads.")

    def paper(self) -> Rectangle:
        side = PATCH * self.digit.cell
        patch = Rectangle(width=side, height=side, color=self.theme.window, stroke_width=4)
        return patch.set_fill(self.theme.background, opacity=1)

    def sweep(self) -> Rectangle:
        """Let a square of paper move over the digit."""
        patch = self.paper()
        self.play(FadeIn(patch.move_to(self.digit.middle(0, 4, 4))), run_time=0.4)
        for row, column in ((4, 23), (14, 23), (14, 4), (23, 4), (23, 23)):
            self.play(patch.animate.move_to(self.digit.middle(0, row, column)), run_time=0.6)
        return patch

    def close(self) -> None:
        named = {"tested": f"{self.spec.mistakes.tested:,}", "wrong": f"{len(self.spec.mistakes.wrong):,}"}
        said = say("Of {tested} test digits the network gets {wrong} wrong.", **named)
        if self.spec.x is None:
            said = say(
                "Of {tested} test digits the network gets {wrong} wrong. Of this one it was the surest.", **named
            )
        probability = share_in_words(float(self.output[self.read]))
        why = say(
            "Sure is not the same as right: {probability} for {read}, but a {meant} was meant.",
            probability=probability,
            read=self.read,
            meant=self.meant,
        )
        with self.beat("explain", said, reason=why):
            if self.patch is not None:
                self.play(FadeOut(self.patch), *self.working.leave(), run_time=0.4)
                self.play(*self.turn_into(self.chart), run_time=0.8)
                self.play(FadeIn(self.notes), run_time=0.3)
            for k in (self.read, self.meant):
                self.play(Indicate(self.chart.names[k], color=self.theme.window), run_time=1.0)
