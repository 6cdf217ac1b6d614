"""What a run has changed: the kernels of the first layer, and what is confused with what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from manim import DOWN, Animation, Create, FadeIn, FadeOut, Group, Transform, VMobject, config, linear

from cnn_core.arrays import Array
from cnn_core.run_trace import RunTrace
from scenes.language import say
from scenes.layout import Box, smallest_text
from scenes.mobjects.bars import Tally
from scenes.mobjects.maps import Arrangement, FeatureMaps
from scenes.mobjects.picture import Colours, picture_colours
from scenes.mobjects.text import Label, Number
from scenes.theme import Theme
from scenes.training.confusion import Confusion

if TYPE_CHECKING:
    from scenes.training.scene import TrainingScene

__all__ = ["Outcome"]

_MOST = 0.5
"""Share of all digits from which on one answer is said to be given for most of them."""
_READABLE = 0.1
"""Side of a kernel, as a share of the frame's shorter side, below which a few of them are shown in its place."""
_FEW_KERNELS = 4


class Develop(Animation):
    """Shows a picture as it was at one measured step after the other."""

    def __init__(self, picture: Any, states: list[Colours], **options: Any) -> None:
        self.picture, self.states = picture, states
        super().__init__(picture, rate_func=linear, **options)

    def interpolate_mobject(self, alpha: float) -> None:
        place = min(int(self.rate_func(alpha) * len(self.states)), len(self.states) - 1)
        self.picture.pixel_array = self.states[place]


class KernelBlock(Group):
    """Some first kernels, the same at the end, and how they differ, below each other, with how much each has kept.

    Parameters
    ----------
    channels
        Which kernels, in order.
    size
        Height of the words.

    Attributes
    ----------
    cosine
        What the numbers below are called.
    start, way, change : list of Colours
        The picture before training, as the second row follows it from step to step, and as the differences come.
    """

    def __init__(self, trace: RunTrace, channels: Sequence[int], theme: Theme, box: Box, size: float) -> None:
        self.channels, self.count = list(channels), len(channels)
        self.kH, self.kW = trace.kernels.shape[2:]
        texts = say("at the start"), say("at the end"), say("difference")
        labels = [Label(text, size, theme.muted) for text in texts]
        self.cosine = Label(say("cosine"), size, theme.muted)
        room = replace(box, left=box.left + max(label.width for label in labels) + 0.3, bottom=box.bottom + 1.2 * size)
        self.arrangement = Arrangement(3 * self.count, self.kH, self.kW, 3, self.count, zoom=1, gap=1)
        log, steps = trace.log, trace.log.step.astype(int)
        start, *way = (log.kernels[step, self.channels, 0].astype(np.float64) for step in steps)
        largest = float(max(np.abs(trace.kernels).max(), np.abs(trace.values()["change"]).max()))

        def picture(second: Array, third: Array) -> Colours:
            whole = self.arrangement.picture(np.concatenate([start, second, third]))
            return picture_colours(whole, theme.kernel, theme, largest)

        none, end = np.zeros_like(start), way[-1]
        self.start = [picture(none, none)]
        self.way = [picture(one, none) for one in (start, *way)]
        self.change = [picture(end, share * (end - start)) for share in np.linspace(0, 1, 9)]
        self.maps = FeatureMaps(
            np.zeros((3 * self.count, self.kH, self.kW)), self.arrangement, theme.kernel, theme, room, " "
        )
        self.maps.image.pixel_array = self.start[0]
        for row, label in enumerate(labels):
            middle = self.maps.middle(row * self.count, self.kH / 2 - 0.5, 0)
            edge = self.maps.corner(row * self.count, 0, 0)[0] - 0.3
            label.move_to(np.array([edge - label.width / 2, middle[1], 0]))
        self.labels = labels
        self.numbers = []
        for k, channel in enumerate(channels):
            value = trace.result("cosine", channel)
            number = Number(value.text, value.address, size, theme.text)
            foot = self.maps.middle(2 * self.count + k, self.kH - 0.5, self.kW / 2 - 0.5)
            self.numbers.append(number.move_to(foot + 0.75 * size * DOWN))
        self.cosine.move_to(np.array([edge - self.cosine.width / 2, self.numbers[0].get_center()[1], 0]))
        super().__init__(self.maps.image, self.maps.frames, *labels, self.cosine, *self.numbers)

    @property
    def side(self) -> float:
        """Height of a kernel."""
        return float(self.maps.cell * self.kH)

    def frames_of(self, channel: int) -> list[VMobject]:
        """Return outlines of a kernel at the start, at the end, and of how it changed; none if it stands elsewhere."""
        if channel not in self.channels:
            return []
        places = (row * self.count + self.channels.index(channel) for row in range(3))
        return [self.maps.outline(place, 0, 0, self.kH, self.kW) for place in places]


class Outcome:
    """Kernels before and after on one scale, then matrices of confusion."""

    def __init__(self, stage: TrainingScene) -> None:
        self.stage, self.trace, self.log, self.theme = stage, stage.trace, stage.log, stage.theme
        self.size = max(0.38 if stage.wide else 0.26, smallest_text())

    def play(self) -> None:
        self.show_kernels()
        self.show_confusions()

    def show_kernels(self) -> None:
        """Let the first kernels become the last ones, and show how much of its direction each has kept."""
        blocks = self.blocks()
        why = say("The gradient pushed each weight, a little at each step.")
        with self.stage.beat("explain", self.said_of_kernels(sum(block.count for block in blocks)), reason=why):
            for row, seconds in enumerate((0.0, 1.9, 0.8)):
                labels = [block.labels[row] for block in blocks]
                if not row:
                    pictures = [one for block in blocks for one in (block.maps.image, block.maps.frames)]
                    self.stage.play(FadeIn(*pictures, *labels), run_time=0.8)
                    continue
                self.stage.play(*map(FadeIn, labels), run_time=0.3)
                states = [block.way if row == 1 else block.change for block in blocks]
                develop = [Develop(block.maps.image, one) for block, one in zip(blocks, states, strict=True)]
                self.stage.play(*develop, run_time=seconds)
        cosine = self.trace.values()["cosine"]
        least, most = int(cosine.argmin()), int(cosine.argmax())
        said = say(
            "They were pushed, not made anew: the cosine of start and end is {least} for one, {most} for another.",
            least=self.stage.in_words("cosine", least),
            most=self.stage.in_words("cosine", most),
        )
        with self.stage.beat("explain", said, reason=why):
            numbers = [number for block in blocks for number in block.numbers]
            self.stage.play(*(FadeIn(block.cosine) for block in blocks), run_time=0.3)
            for one in numbers:
                self.stage.play(FadeIn(one), run_time=2.4 / len(numbers))
            frames = [[frame for block in blocks for frame in block.frames_of(k)] for k in (least, most)]
            for three in frames:
                self.stage.play(*map(Create, three), run_time=0.8)
        self.stage.leaving += [*blocks, *frames[0], *frames[1]]

    def said_of_kernels(self, shown: int) -> str:
        every = self.trace.kernels.shape[1]
        if shown == every:
            return say("The first layer's kernels at the start, at the end, and how they changed.")
        return say(
            "{shown} of the first layer's {every} kernels at the start, at the end, and how they changed.",
            shown=shown,
            every=every,
        )

    def blocks(self) -> list[KernelBlock]:
        """Return the kernels in one row or in two, whichever makes them larger; a few where all would be too small."""
        every, box = range(self.trace.kernels.shape[1]), self.stage.stage_box
        found = max((self.in_rows(every, rows, box) for rows in (1, 2)), key=lambda blocks: blocks[0].side)
        if found[0].side < _READABLE * min(config.frame_width, config.frame_height) and len(every) > _FEW_KERNELS:
            return self.in_rows(self.telling(), 1, box)
        return found

    def in_rows(self, channels: Sequence[int], rows: int, box: Box) -> list[KernelBlock]:
        ends = [len(channels) * k // rows for k in range(rows + 1)]
        gap = 0.1 / box.height
        boxes = [box.slice(k / rows, (k + 1) / rows - gap) for k in range(rows)]
        return [
            KernelBlock(
                self.trace, channels[start:stop], self.theme, replace(room, bottom=room.bottom + 0.1), self.size
            )
            for start, stop, room in zip(ends, ends[1:], boxes, strict=False)
            if stop > start
        ]

    def telling(self) -> list[int]:
        """Return a few kernels, in their own order: the least and the most changed, and some between."""
        cosine = self.trace.values()["cosine"]
        ranked = cosine.argsort(kind="stable")
        between = ranked[np.linspace(0, len(ranked) - 1, _FEW_KERNELS).round().astype(int)[1:-1]]
        return sorted({int(cosine.argmin()), int(cosine.argmax()), *between.tolist()})

    def show_confusions(self) -> None:
        """Show matrix after matrix in one place, and beside it how many digits are read right."""
        chosen = self.stage.moments.matrices
        box, beside = self.stage.halves(0.56 if self.stage.wide else 0.72)
        size = max(0.42 if self.stage.wide else 0.34, smallest_text())
        names = [say("step {step}", step=int(self.log.step[m])) for m in chosen]
        values = [self.trace.result("correct", m) for m in chosen]
        row = min(beside.height / len(chosen), 2.2 * size)
        middle = beside.center[1] if self.stage.wide else beside.top - row * len(chosen) / 2
        room = replace(beside, bottom=middle - row * len(chosen) / 2, top=middle + row * len(chosen) / 2)
        tally = Tally(names, values, self.trace.tested, self.theme.output, self.theme, room, size)
        matrix: Confusion | None = None
        why = say("Whatever is off the diagonal was misread.")
        for k, m in enumerate(chosen):
            new = Confusion(self.trace, m, self.theme, box)
            with self.stage.beat("step", self.said_of_matrix(m), reason=why):
                if matrix is None:
                    matrix = new
                    self.stage.play(FadeIn(matrix), run_time=0.8)
                else:
                    self.stage.play(Transform(matrix.image, new.image), run_time=1.0)
                mark = new.column() if m == 0 else new.diagonal()
                self.stage.play(Create(mark), run_time=1.2)
                self.stage.play(*tally.grow(k), run_time=0.8)
                self.stage.play(FadeOut(mark), run_time=0.3)
        self.stage.leaving += [*([matrix] if matrix else []), tally]

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
