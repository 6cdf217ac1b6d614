"""A training run: where it begins, one step, the loss, one digit, and what it all came to."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, ClassVar, cast

import numpy as np
from manim import DOWN, LEFT, RIGHT, UL, Create, FadeIn, FadeOut, Group, Mobject, VGroup

from cnn_core.equation import Equation
from cnn_core.mnist import as_input
from cnn_core.trace import address_of
from scenes.language import about, marked, say, say_many
from scenes.layout import Box, smallest_text, with_one_line
from scenes.mobjects.bars import BarChart, Tally
from scenes.mobjects.expression import Known
from scenes.mobjects.maps import Arrangement, FeatureMaps
from scenes.mobjects.picture import draw_pictures_directly
from scenes.mobjects.text import Label, Number, size_within
from scenes.stage import ExplainerScene
from scenes.timeline import Kind
from scenes.training import TrainingSpec
from scenes.training.comparisons import Comparisons
from scenes.training.confusion import Confusion
from scenes.training.curve import CurveChapter
from scenes.training.moments import Moments
from scenes.training.outcome import Outcome
from scenes.training.sheet import BatchSheet

__all__ = ["TrainingScene"]

_EVEN = 0.2
"""Largest probability up to which a network is said to say about the same for everything."""


class TrainingScene(ExplainerScene[TrainingSpec]):
    """A recorded run, from random numbers to a network that reads."""

    spec_class: ClassVar[type[TrainingSpec]] = TrainingSpec
    operation = marked("Training")

    def construct(self) -> None:
        draw_pictures_directly(self.camera)
        self.trace, self.log = self.spec.trace(), self.spec.run
        self.moments = Moments.of(self.trace)
        self.leaving: list[Mobject] = []
        self.bands = with_one_line(self.bands, tall=self.tall)
        self.stage_box = replace(self.bands.stage, bottom=self.bands.formula.bottom)
        self.show_title(say(self.operation))
        self.begin()
        self.one_step()
        CurveChapter(self).play(question=self.spec.question)
        Outcome(self).play()
        Comparisons(self).play()
        self.close()

    def equation(self, name: str, *position: int) -> Equation:
        return cast("Equation", self.trace.explain(address_of(name, position)))

    def in_words(self, name: str, *position: int) -> str:
        """Return a number of the run for a sentence."""
        result = self.trace.result(name, *position)
        return about(result.text, is_rounded=result.is_rounded)

    def right(self, m: int) -> str:
        """Return how many test digits were read right at a measured step."""
        return f"{int(self.trace.correct[m]):,}"

    @contextmanager
    def beat(self, kind: Kind, caption: str, **options: Any) -> Iterator[None]:
        """Say one thing and show it, when what was shown for the last one has left."""
        with super().beat(kind, caption, **options):
            if self.leaving:
                leaving, self.leaving = self.leaving, []
                self.take_away(*leaving)
            yield

    def take_away(self, *leaving: Mobject) -> None:
        self.play(FadeOut(Group(*leaving)), run_time=0.4)

    def halves(self, share: float, room: Box | None = None) -> tuple[Box, Box]:
        """Return two boxes: side by side in a wide frame, one below the other in others."""
        box = room or self.stage_box
        if self.wide:
            return box.part(0, share - 0.02), box.part(share + 0.02, 1)
        middle = box.top - share * box.height
        return replace(box, bottom=middle + 0.1), replace(box, top=middle - 0.1)

    def begin(self) -> None:
        """Show what random kernels make of a digit, and that the network knows nothing."""
        digit, maps, chart_box = self.beginning()
        made = self.log.network(0).forward(as_input(self.spec.followed.pixels))[0].output[0]
        left = self.digit(digit)
        names = say_many("{count} random kernel", "{count} random kernels", len(made))
        right = self.pictures(made, maps, self.theme.output, names)
        chart = self.chart(chart_box, 0)
        even = float(self.trace.output[0].max()) <= _EVEN
        why = say("It knows nothing yet: one guess is as good as another.") if even else say("It knows nothing yet.")
        with self.beat("explain", self.said_of_beginning(), reason=why):
            self.play(FadeIn(left), run_time=0.8)
            self.play(FadeIn(right), run_time=1.2)
            bars = len(chart[1:]) // 2
            self.play(FadeIn(chart[0]), run_time=0.4)
            for k in range(1, bars + 1):
                self.play(FadeIn(chart[k], chart[k + bars]), run_time=0.3)
        self.leaving += [left, right, chart]

    def beginning(self) -> tuple[Box, Box, Box]:
        """Return the boxes of the digit, the maps and the bars; in a square frame the bars have the right half."""
        if not (self.wide or self.tall):
            left, right = self.stage_box.part(0, 0.46), self.stage_box.part(0.52, 1)
            return left.slice(0, 0.48), left.slice(0.52, 1), right
        upper, chart = self.halves(0.72 if self.wide else 0.62)
        return upper.part(0, 0.36), upper.part(0.42, 1), chart

    def said_of_beginning(self) -> str:
        loss, most = self.in_words("loss", 0), float(self.trace.output[0].max())
        begins = say("The kernels are random numbers.")
        if most > _EVEN:
            return f"{begins} {say('The loss of the first batch is {loss}.', loss=loss)}"
        even = self.equation("equal_shares").result
        return (
            begins
            + " "
            + say(
                "All digits get about the same. The loss is {loss}; that of ten equal guesses is ln 10, {even}.",
                loss=loss,
                even=about(even.text, is_rounded=even.is_rounded),
            )
        )

    def pictures(self, maps: np.ndarray, box: Box, role: str, title: str) -> FeatureMaps:
        return FeatureMaps(maps, Arrangement.of(maps.shape, box.width / box.height), role, self.theme, box, title)

    def chart(self, box: Box, m: int, digits: list[int] | None = None) -> VGroup:
        """Return bars of the probabilities of some digits, or all, at a measured step."""
        chosen = digits or list(range(10))
        row = min(box.height / len(chosen), 0.7)
        fitting = replace(box, bottom=box.center[1] - row * len(chosen) / 2, top=box.center[1] + row * len(chosen) / 2)
        size = max(smallest_text(), min(0.42, 0.8 * row))
        chart = BarChart(
            list(map(str, chosen)),
            self.trace.output[m, chosen],
            lambda k: f"output[{m},{chosen[k]}]",
            self.theme,
            fitting,
            size,
        )
        return VGroup(chart, *map(chart.bar, range(len(chosen))), *map(chart.number, range(len(chosen))))

    def one_step(self) -> None:
        """Show some of the first batch, its loss, and how large the gradients are."""
        sheet_box, list_box = self.halves(0.45 if self.wide else 0.5)
        sheet = BatchSheet(self.log, 0, self.theme, sheet_box)
        lines = 5.2 + 1.3 * len(self.log.about["gradients_of"])
        size = max(smallest_text(), min(0.46, list_box.height / lines))
        known = VGroup(
            *(
                Known(name, self.trace.result(address, *at), self.theme, 1.3 * size)
                for name, address, at in ((say("L"), "loss", (0,)), (say("numbers to change"), "parameters", ()))
            )
        ).arrange(DOWN, aligned_edge=LEFT, buff=0.3 * size)
        known.scale(min(1.0, list_box.width / known.width))
        known.move_to(np.array([list_box.left, list_box.top, 0]), aligned_edge=UL)
        title = say("size of the gradient, by layer")
        name = Label(title, size_within(title, list_box.width, size), self.theme.muted)
        name.next_to(known, DOWN, buff=0.9 * size, aligned_edge=LEFT)
        top = float(name.get_bottom()[1]) - 0.3 * size
        rows = self.gradients(
            replace(
                list_box, top=top, bottom=max(list_box.bottom, top - 1.6 * size * len(self.log.about["gradients_of"]))
            ),
            size,
        )
        said = say(
            "One step: {batch} digits, {shown} of them shown, give one loss and {parameters} gradients.",
            batch=self.log.about["batch_size"],
            shown=sheet.count,
            parameters=f"{int(self.trace.values()['parameters']):,}",
        )
        why = say("The loss says how wrong they all are together.")
        with self.beat("explain", said, reason=why):
            self.play(FadeIn(sheet.picture), run_time=0.8)
            self.play(Create(sheet.crosses), run_time=1.8)
            for row in known:
                self.play(FadeIn(row), run_time=0.6)
        said = say("Each number moves a little, against its gradient. Then the next batch comes.")
        if self.spec.log is None:
            said = say(
                "Each moves a little, against its gradient. (It is a run of its own, not that of the shipped weights.)"
            )
        with self.beat("explain", said, reason=say("The gradient says which way each number makes the loss grow.")):
            self.play(FadeIn(name), run_time=0.5)
            for k in range(len(rows)):
                self.play(*rows.grow(k), run_time=0.8)
        self.leaving += [sheet.picture, sheet.crosses, known, name, rows]

    def gradients(self, box: Box, size: float) -> Tally:
        """Return a bar for each layer with weights: how large its gradient was in the first step."""
        names = [self.log.network(0).names[int(layer)] for layer in self.log.about["gradients_of"]]
        values = [self.trace.result("gradient_size", k) for k in range(len(names))]
        return Tally(names, values, max(v.number for v in values), self.theme.kernel, self.theme, box, size)

    def close(self) -> None:
        """Say what the run came to, beside what was confused at first and at last."""
        last = len(self.log.step) - 1
        first, end = map(self.right, (0, last))
        said = say_many(
            "Nothing but one small step, {count} time: of {tested} test digits {first} were right, now {end} are.",
            "Nothing but one small step, {count} times: of {tested} test digits {first} were right, now {end} are.",
            self.log.steps,
            tested=f"{self.trace.tested:,}",
            first=first,
            end=end,
        )
        why = say("Nobody wrote down how to read: the numbers were pushed there, step by step.")
        with self.beat("explain", said, reason=why):
            stage = self.stage_box
            boxes = self.halves(0.5) if self.tall else (stage.part(0, 0.48), stage.part(0.52, 1))
            for m, box in zip((0, last), boxes, strict=True):
                words = self.counted(m)
                free = replace(box, bottom=box.bottom + words.height + 0.3)
                matrix = Confusion(self.trace, m, self.theme, free)
                words.scale(min(1.0, box.width / words.width)).next_to(matrix, DOWN, buff=0.2)
                self.play(FadeIn(matrix, words), run_time=0.8)
                self.play(Create(matrix.diagonal()), run_time=1.4)

    def counted(self, m: int) -> VGroup:
        """Return how many digits were read right at a measured step."""
        size = max(0.5, smallest_text())
        return VGroup(
            Label(say("step {step}:", step=int(self.log.step[m])), size, self.theme.muted),
            Number(self.trace.result("correct", m).text, f"correct[{m}]", 1.2 * size, self.theme.output, "semibold"),
        ).arrange(RIGHT, buff=0.4 * size)

    def digit(self, box: Box) -> FeatureMaps:
        """Return the followed digit."""
        title = f"mnist:#{self.spec.followed.index}"
        return self.pictures(as_input(self.spec.followed.pixels)[0], box, self.theme.input, title)
