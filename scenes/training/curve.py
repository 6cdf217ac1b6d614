"""The loss, batch by batch, and beside it how one digit was read."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from manim import Create, FadeIn, FadeOut, Group, Mobject, ReplacementTransform, VGroup, VMobject

from cnn_core.run_log import SURE
from scenes.language import say, say_many
from scenes.layout import Box
from scenes.mobjects.bars import share_in_words
from scenes.mobjects.travel import EARLY, LATE
from scenes.training.plots import RunPlots
from scenes.training.sheet import BatchSheet

if TYPE_CHECKING:
    from scenes.training.scene import TrainingScene

__all__ = ["CurveChapter"]


class CurveChapter:
    """The loss is drawn with the batches behind it; then a digit that was never trained on is followed."""

    def __init__(self, stage: TrainingScene) -> None:
        self.stage, self.trace, self.log, self.theme = stage, stage.trace, stage.log, stage.theme
        self.moments, self.step = stage.moments, stage.log.step.tolist()
        self.drawn: list[Mobject] = []
        self.parts: list[tuple[int, int]] = []
        self.shown: list[Mobject] = []
        self.names = VGroup()

    def play(self, *, question: bool) -> None:
        self.draw_losses()
        self.follow(question=question)
        self.stage.leaving += [self.plots.loss, self.plots.share, *self.drawn, self.names, *self.shown]

    def plan(self, share: float, room: Box, lower: float) -> None:
        """Lay out the planes, so much of the height for the lower one, and the box beside or below them."""
        left, self.side = self.stage.halves(share, room)
        names = say("L of each batch"), say("p of one test digit")
        self.plots = RunPlots(self.trace, self.moments, names, self.theme, left, lower)

    def draw_losses(self) -> None:
        """Draw the loss up to each batch of which some digits were kept, and show these."""
        self.plan(0.66 if self.stage.wide else 0.55, self.stage.stage_box, 0.0)
        kept = self.log.batch_step.tolist()
        chosen = sorted({min(1, len(kept) - 1), len(kept) - 1})
        sheets = [BatchSheet(self.log, b, self.theme, self.side) for b in chosen]
        start, why = 0, say("A loss near 0: right, and sure of it.")
        for k, sheet in enumerate(sheets):
            with self.stage.beat("step", self.said_of_batch(sheet), reason=why):
                if k == 0:
                    self.stage.play(FadeIn(self.plots.loss), run_time=0.5)
                self.extend(start, sheet.step + 1)
                self.exchange(sheet.picture, sheet.crosses)
                start = sheet.step
        with self.stage.beat("explain", self.said_of_end(), reason=why):
            self.extend(start, self.log.steps)

    def extend(self, start: int, stop: int) -> None:
        """Draw the loss from one step to another, with a dot at each measured step."""
        self.parts.append((start, stop))
        line, dots = self.part(start, stop)
        self.drawn += [line, dots]
        self.stage.play(Create(line), run_time=2.2)
        self.stage.play(FadeIn(dots), run_time=0.3)

    def part(self, start: int, stop: int) -> tuple[VMobject, VMobject]:
        return self.plots.losses(start, stop), self.plots.loss_dots(start, stop)

    def make_room(self) -> None:
        """Let the curve become flatter, so that another one has room below it, and take away what stands beside."""
        before, drawn = self.plots.loss, self.drawn
        self.plan(0.66 if self.stage.wide or self.stage.tall else 0.72, self.stage.bands.stage, 0.46)
        self.drawn = [one for span in self.parts for one in self.part(*span)]
        leaving, self.shown = [before, *self.shown], []
        self.stage.play(
            FadeOut(Group(*leaving), rate_func=EARLY),
            *(ReplacementTransform(one, other) for one, other in zip(drawn, self.drawn, strict=True)),
            FadeIn(self.plots.loss, rate_func=LATE),
            run_time=0.8,
        )

    def exchange(self, *coming: Mobject) -> None:
        """Take away what stands beside the curves and show something else."""
        if self.shown:
            self.stage.take_away(*self.shown)
        self.shown = list(coming)
        for one in coming:
            self.stage.play(Create(one) if isinstance(one, VMobject) else FadeIn(one), run_time=0.8)

    def said_of_batch(self, sheet: BatchSheet) -> str:
        named = {"step": sheet.step, "loss": self.stage.in_words("loss", sheet.step), "shown": sheet.count}
        if not len(sheet.wrong):
            return say(
                "After {step} steps the loss of the next batch is {loss}; all of these {shown} are right.", **named
            )
        return say_many(
            "After {step} steps the loss of the next batch is {loss}; {count} of these {shown} is wrong.",
            "After {step} steps the loss of the next batch is {loss}; {count} of these {shown} are wrong.",
            len(sheet.wrong),
            **named,
        )

    def said_of_end(self) -> str:
        end = self.stage.in_words("loss", self.log.steps - 1)
        return say("Each point is one batch, none like another: so the curve trembles. It ends at {loss}.", loss=end)

    def follow(self, *, question: bool) -> None:
        """Show how the digit was read: when it was doubted, whether that changed, and how it ended."""
        moments, last = self.moments, len(self.step) - 1
        now = moments.wrong if moments.wrong is not None and moments.wrong > moments.doubt else moments.doubt
        why = say("A digit that it never trains on shows what it has understood.")
        with self.stage.beat("step", self.said_of_doubt(), reason=why):
            self.make_room()
            digit_box, self.bars = self.side_boxes()
            self.stage.play(FadeIn(self.plots.share), run_time=0.4)
            self.exchange(self.stage.digit(digit_box))
            self.lines(0, moments.doubt)
            self.point(moments.doubt)
        if now > moments.doubt:
            with self.stage.beat("step", self.said_of(now), reason=why):
                self.lines(moments.doubt, now)
                self.point(now)
        if question:
            prompt = say("It never trains on this digit. Will it read it right in the end?")
            self.stage.ask(prompt, self.answer(last))
        with self.stage.beat("answer" if question else "step", self.said_of_change(last), reason=why):
            if question:
                self.stage.play(self.stage.end_question(), run_time=0.4)
            if now < last:
                self.lines(now, last)
            self.point(last)

    def side_boxes(self) -> tuple[Box, Box]:
        """Return the boxes of the digit and of its bars."""
        side = self.side
        if self.stage.wide:
            middle = side.bottom + 0.42 * side.height
            return replace(side, bottom=middle + 0.1), replace(side, top=middle)
        return side.part(0, 0.36), side.part(0.44, 1)

    def lines(self, start: int, stop: int) -> None:
        """Draw the probabilities of the digit's class and of the other one."""
        if stop <= start:
            return
        colors = {self.moments.other: self.theme.muted, self.moments.label: self.theme.output}
        parts = [self.plots.shares(digit, color, start, stop) for digit, color in colors.items()]
        self.drawn += parts
        if len(self.names):
            self.stage.take_away(self.names)
        self.names = self.plots.names(colors, stop)
        self.stage.play(*(Create(part[0]) for part in parts), run_time=1.0)
        self.stage.play(*(FadeIn(part[1]) for part in parts), FadeIn(self.names), run_time=0.3)

    def point(self, m: int) -> None:
        """Tie both curves at a measured step, and show the digit's bars there."""
        leaving = self.shown[1:]
        if leaving:
            self.stage.take_away(*leaving)
        digits = [self.moments.label, self.moments.other, self.moments.third]
        bars, now = self.stage.chart(self.bars, m, digits), self.plots.now(m)
        self.shown = [self.shown[0], bars, now]
        self.stage.play(Create(now), FadeIn(bars), run_time=0.6)

    def p(self, m: int, digit: int) -> str:
        return share_in_words(float(self.trace.output[m, digit]))

    def said_of(self, m: int) -> str:
        read = int(self.trace.output[m].argmax())
        return say(
            "At step {step} it still reads {read}; the {label} has {share}.",
            step=self.step[m],
            read=read,
            label=self.moments.label,
            share=self.p(m, self.moments.label),
        )

    def said_of_doubt(self) -> str:
        moments = self.moments
        m = moments.doubt
        named = {
            "label": moments.label,
            "other": moments.other,
            "share": self.p(m, moments.other),
            "step": self.step[m],
        }
        if self.trace.output[m].argmax() != moments.other:
            return say("This test digit is never read as {other}; that has {share} at most.", **named)
        return say("At step {step} it reads this {label} as {other}, with a probability of {share}.", **named)

    def answer(self, last: int) -> str:
        if self.moments.right is None:
            return say("no, as {read}", read=int(self.trace.output[last].argmax()))
        return say("yes, as {label}", label=self.moments.label)

    def said_of_change(self, last: int) -> str:
        moments = self.moments
        named = {"label": moments.label, "share": self.p(last, moments.label), "step": self.step[last]}
        if moments.right is None:
            return say("No: after {step} steps the {label} still has only {share}.", **named)
        if self.trace.output[last, moments.label] <= SURE:
            return say("Yes, but not for sure: after {step} steps the {label} has {share}.", **named)
        if moments.right == 0:
            return say("Yes: with {share}. It learns strokes, not pictures.", **named)
        return say(
            "By step {right} it has changed its mind; in the end {label} has {share}. It learns strokes, not pictures.",
            right=self.step[moments.right],
            **named,
        )
