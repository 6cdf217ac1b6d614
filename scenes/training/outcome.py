"""What a run has changed: the kernels of the first layer, and what is confused with what."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from manim import DOWN, RIGHT, UL, Create, FadeIn, FadeOut, Group, Mobject, Rectangle, VGroup, VMobject

from scenes.language import say
from scenes.layout import Box, smallest_text
from scenes.mobjects.grid import rectangles
from scenes.mobjects.maps import Arrangement, FeatureMaps
from scenes.mobjects.picture import Picture, picture_colours
from scenes.mobjects.text import Label, Number

if TYPE_CHECKING:
    from scenes.training.scene import TrainingScene

__all__ = ["Outcome"]

_ZOOM = 6
"""Pixels that a weight takes in the picture of the kernels."""
_GAMMA = 0.5
"""Counts are shown by their roots, or single mistakes would not be seen."""
_MOST = 0.5
"""Share of all digits from which on one answer is said to be given for most of them."""


class Outcome:
    """Kernels before and after on one scale, then matrices of confusion."""

    def __init__(self, stage: TrainingScene) -> None:
        self.stage, self.trace, self.log, self.theme = stage, stage.trace, stage.log, stage.theme
        self.size = max(0.34, smallest_text())

    def play(self) -> None:
        self.show_kernels()
        self.show_confusions()

    def show_kernels(self) -> None:
        """Show first kernels, last ones and their difference, and how much of its direction each has kept."""
        before, after = self.trace.kernels
        whole = np.concatenate([before, after, self.trace.values()["change"]])
        count, kH, kW = before.shape
        names = [say("at the start"), say("at the end"), say("difference")]
        labels = [Label(name, self.size, self.theme.muted) for name in names]
        left, below = max(label.width for label in labels) + 0.3, 2.6 * self.size
        box = self.stage.stage_box
        if not self.stage.wide:
            left = 0.0
        room = replace(box, left=box.left + left, bottom=box.bottom + below)
        arrangement = Arrangement(3 * count, kH, kW, 3, count, _ZOOM, 2 * _ZOOM)
        maps = FeatureMaps(whole, arrangement, self.theme.kernel, self.theme, room, " ")
        for row, label in enumerate(labels):
            place = maps.middle(row * count, kH / 2 - 0.5, 0)
            label.move_to(np.array([maps.corner(row * count, 0, 0)[0] - 0.3 - label.width / 2, place[1], 0]))
        numbers = [self.cosine(maps, k) for k in range(count)]
        shown: list[Mobject] = [maps.image, maps.frames, *(labels if self.stage.wide else []), *numbers]
        with self.stage.beat(
            "explain", say("The first layer's kernels at the start, at the end, and how they changed.")
        ):
            self.stage.play(FadeIn(maps.image, maps.frames), run_time=1.0)
            for row, label in enumerate(labels):
                sides = [maps.outline(row * count + k, 0, 0, kH, kW) for k in range(count)]
                self.stage.play(*([FadeIn(label)] if self.stage.wide else []), *map(Create, sides), run_time=0.8)
                self.stage.play(*map(FadeOut, sides), run_time=0.3)
        cosine = self.trace.values()["cosine"]
        least, most = int(cosine.argmin()), int(cosine.argmax())
        said = say(
            "They do not emerge from noise; they are pushed. Measured by cosine, one kept {least}, another {most}.",
            least=self.stage.in_words("cosine", least),
            most=self.stage.in_words("cosine", most),
        )
        with self.stage.beat("explain", said):
            for one in numbers:
                self.stage.play(FadeIn(one), run_time=2.4 / count)
            frames = [maps.outline(row * count + k, 0, 0, kH, kW) for k in (least, most) for row in range(3)]
            for pair in (frames[:3], frames[3:]):
                self.stage.play(*map(Create, pair), run_time=0.8)
        self.stage.leaving += [*shown, *frames]

    def cosine(self, maps: FeatureMaps, k: int) -> Number:
        """Return how much of its direction a kernel has kept, below its difference."""
        value = self.trace.result("cosine", k)
        number = Number(value.text, value.address, self.size, self.theme.text)
        count, kH, kW = self.trace.kernels.shape[1:]
        foot = (maps.corner(2 * count + k, kH, 0) + maps.corner(2 * count + k, kH, kW)) / 2
        return number.move_to(foot + 0.8 * self.size * DOWN)

    def show_confusions(self) -> None:
        """Show matrix after matrix, from nothing known to the diagonal."""
        chosen = self.stage.moments.matrices
        shown = []
        for place, m in zip(self.places(len(chosen)), chosen, strict=True):
            matrix = self.matrix(m, place)
            with self.stage.beat("step", self.said_of_matrix(m)):
                self.stage.play(FadeIn(matrix), run_time=0.8)
                mark = self.told(m, matrix[0][1])
                self.stage.play(Create(mark), run_time=1.6)
                self.stage.play(FadeOut(mark), run_time=0.6)
            shown.append(matrix)
        self.stage.leaving += shown

    def places(self, count: int) -> list[Box]:
        box = self.stage.stage_box
        if self.stage.wide or count < 3:
            return [box.part(k / count + 0.012, (k + 1) / count - 0.012) for k in range(count)]
        middle = (box.bottom + box.top) / 2
        upper, lower = replace(box, bottom=middle + 0.1), replace(box, top=middle - 0.1)
        return [row.part(start, start + 0.47) for row in (upper, lower) for start in (0, 0.53)][:count]

    def matrix(self, m: int, box: Box) -> Group:
        """Return what was read as what at a measured step: a row for each digit, a column for each reading."""
        counts = self.log.confusion[m].astype(np.float64)
        shares = (counts / counts.sum(axis=1, keepdims=True)) ** _GAMMA
        side = min(box.width, box.height - 2.6 * self.size)
        image = Picture(picture_colours(shares, self.theme.output, self.theme, 1.0), side)
        frame = Rectangle(width=side, height=side, color=self.theme.output, stroke_width=2).move_to(image)
        step, correct = self.trace.result("step", m), self.trace.result("correct", m)
        words = VGroup(
            Label(say("step"), self.size, self.theme.muted), Number(step.text, step.address, self.size, self.theme.text)
        )
        words.arrange(RIGHT, buff=0.3 * self.size)
        right = Number(correct.text, correct.address, self.size, self.theme.output, "semibold")
        return Group(Group(image, frame), words, right).arrange(DOWN, buff=0.12).move_to(box.center)

    def told(self, m: int, frame: Mobject) -> VMobject:
        """Return an outline of what is told of a matrix: at first the fullest column, then the diagonal."""
        often, cell = self.log.confusion[m].sum(axis=0), frame.width / len(self.log.confusion[m])
        (left, top, _), side = frame.get_corner(UL), len(often)
        cells = [(k, k, k + 1, k + 1) for k in range(side)]
        if m == 0:
            cells = [(0, int(often.argmax()), side, int(often.argmax()) + 1)]
        ends = np.array(cells) * cell
        first = np.column_stack([left + ends[:, 1], top - ends[:, 0], np.zeros(len(ends))])
        last = np.column_stack([left + ends[:, 3], top - ends[:, 2], np.zeros(len(ends))])
        return VMobject(stroke_color=self.theme.window, stroke_width=4).set_points(rectangles(first, last))

    def said_of_matrix(self, m: int) -> str:
        confusion, right = self.log.confusion[m], self.stage.right(m)
        often = confusion.sum(axis=0)
        step = int(self.log.step[m])
        if m == 0 and often.max() > _MOST * often.sum():
            return say(
                "{tested} test digits: a row for each digit, a column for what is read. Most are read as {read}.",
                tested=f"{self.trace.tested:,}",
                read=int(often.argmax()),
            )
        if m == 0:
            return say(
                "{tested} test digits, a row for each digit, a column for what is read: {right} of them are right.",
                tested=f"{self.trace.tested:,}",
                right=right,
            )
        if m == len(self.log.step) - 1:
            return say("In the end {right} of them lie on the diagonal: they are read as what they are.", right=right)
        return say(
            "After {step} steps {right} of them are right, measured with running statistics.", step=step, right=right
        )
