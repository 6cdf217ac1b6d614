"""How large the output of a convolution is: the formula, with its numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from manim import DOWN, RIGHT, Animation, FadeIn, FadeOut, VGroup

from scenes.conv2d import reasons, words
from scenes.conv2d.board import ConvBoard
from scenes.layout import Box, smallest_text
from scenes.mobjects.grid import Window
from scenes.mobjects.text import Formula, Label
from scenes.mobjects.travel import EARLY, LATE
from scenes.pointing import few_of
from scenes.stage import ExplainerScene

__all__ = ["SizeChapter"]

_LARGEST = 0.46
_GAP = 0.45
_MUCH = 1.3
"""By how much the formula must grow if the kernel is to leave for it."""


def free_boxes(board: ConvBoard) -> list[Box]:
    """Return where a formula may stand: where products stand later, or between the output and the kernel."""
    places = board.places
    low, high = (max(one.box.top for one in places.kernels), min(one.box.bottom for one in places.outputs))
    between = replace(places.working, right=places.outputs[-1].box.right, bottom=low + 0.2, top=high - 0.2)
    return [places.working, between]


class SizeChapter:
    """`floor((5 + 2·0 − 3) / 1) + 1 = 3`, once if rows and columns have the same numbers, otherwise for both."""

    def __init__(self, stage: ExplainerScene[Any], board: ConvBoard) -> None:
        self.stage, self.trace, self.theme, self.board = stage, board.trace, stage.theme, board
        self.boxes = free_boxes(board)
        self.hidden = VGroup()

    def play(self, first: Sequence[Animation], window: Window) -> Sequence[Animation]:
        """Show the formula, and return the animations that take it away.

        Parameters
        ----------
        first
            Animations that are played before it appears.
        window
            Runs along the sides.
        """
        for axes in [(0, 1)] if self.numbers(0) == self.numbers(1) else [(0,), (1,)]:
            formula = self.formula(axes[0])
            with self.stage.beat("explain", words.output_size(self.trace, axes), reason=reasons.fits(self.trace)):
                hiding = [FadeOut(self.hidden)] if len(self.hidden) else []
                self.stage.play(*first, *hiding, run_time=0.6)
                self.stage.play(FadeIn(formula), run_time=0.6)
                self.count_places(axes, window)
            back = [FadeIn(self.hidden, rate_func=LATE)] if len(self.hidden) else []
            first = [FadeOut(formula, window, rate_func=EARLY), *back]
        return first

    def count_places(self, axes: Sequence[int], window: Window) -> None:
        """Let the window run along each of some sides of the image."""
        at = [0, 0]
        self.stage.play(FadeIn(window.place(0, 0)), run_time=0.4)
        for axis in reversed(axes):
            for index in few_of(range(1, self.trace.output.shape[2 + axis])):
                at[axis] = index * self.trace.stride[axis]
                self.stage.play(window.slide_to(*at), run_time=0.4)

    def numbers(self, axis: int) -> tuple[Any, ...]:
        """Return what goes into the formula: size, padding, kernel, dilation, stride."""
        trace = self.trace
        size, kernel = trace.x.shape[2 + axis], trace.kernel_size[axis]
        return size, trace.padding[axis], kernel, trace.dilation[axis], trace.stride[axis]

    def formula(self, axis: int) -> VGroup:
        """Return words and numbers beside or below each other, or the numbers alone, whichever can be larger."""
        equals = Label("=", 1, self.theme.muted)
        inwords, numbers = self.in_words(axis), self.in_numbers(axis)
        ways = [
            VGroup(inwords.copy(), equals, numbers.copy()).arrange(RIGHT, buff=_GAP),
            VGroup(inwords, numbers.copy()).arrange(DOWN, buff=_GAP),
            VGroup(numbers),
        ]
        sizes = [
            (min(_LARGEST, box.width / way.width, box.height / way.height), n, box)
            for box in self.boxes
            for n, way in enumerate(ways)
        ]
        readable = [one for one in sizes if one[1] < len(ways) - 1 and one[0] >= smallest_text()]
        size, n, box = max(readable or sizes, key=lambda one: one[0])
        self.hidden, (low_size, low_n, low_box) = VGroup(), self._over_the_kernel(ways[:2])
        if low_size >= _MUCH * size:
            if not self.board.thumbnails:
                self.hidden = VGroup(*self.board.kernels[-1], *(self.board.named[key] for key in ("image", "kernel")))
            size, n, box = low_size, low_n, low_box
        return ways[n].scale(size).move_to(box.center)

    def _over_the_kernel(self, ways: Sequence[VGroup]) -> tuple[float, int, Box]:
        """Return size, way and room of a formula that reaches as far down as the frame, where a kernel may stand."""
        places, room = self.board.places, self.stage.bands.whole
        box = replace(self.boxes[1], bottom=room.bottom)
        is_covered = any(one.box.overlaps(box) for one in places.kernels)
        is_beside = not self.board.thumbnails and places.kernels[0].box.left < box.left - _GAP
        if not self.stage.wide or is_beside or (is_covered and self.board.thumbnails):
            return 0.0, 0, box
        return max(
            (min(_LARGEST, box.width / way.width, box.height / way.height), n, box) for n, way in enumerate(ways)
        )

    def in_words(self, axis: int) -> Formula:
        _, (before, after), _, dilation, _ = self.numbers(axis)
        padding = '2 dot {{"padding" : p}}' if before == after else '{{"padding" : p}}'
        kernel = '{{"kernel" : k}}' if dilation == 1 else '{{"dilation" : d}} dot ({{"kernel" : k}} - 1) - 1'
        code = f'floor(display(({{{{"image" : n}}}} + {padding} - {kernel}) / {{{{"stride" : s}}}})) + 1'
        return self.coloured(Formula(code, 1, self.theme.muted))

    def in_numbers(self, axis: int) -> Formula:
        size, (before, after), kernel, dilation, stride = self.numbers(axis)
        output = self.trace.output.shape[2 + axis]
        padding = f"2 dot {{{{{before} : p}}}}" if before == after else f"{{{{{before} : p}}}} + {{{{{after} : q}}}}"
        reach = f"{{{{{kernel} : k}}}}"
        reach = reach if dilation == 1 else f"{{{{{dilation} : d}}}} dot ({reach} - 1) - 1"
        fraction = f"display(({{{{{size} : n}}}} + {padding} - {reach}) / {{{{{stride} : s}}}})"
        code = f"floor({fraction}) + 1 = {{{{{output} : o}}}}"
        formula = self.coloured(Formula(code, 1, self.theme.text))
        addresses = {"n": "input", "k": "kernel", "d": "dilation", "s": "stride", "o": "output"}
        values = {"n": size, "k": kernel, "d": dilation, "s": stride, "o": output, "p": before, "q": after}
        for name in formula.names:
            place = f"padding[{axis},{'pq'.index(name)}]" if name in "pq" else f"{addresses[name]}[{axis}]"
            formula.trace(name, str(values[name]), f"output_size.{place}")
        return formula

    def coloured(self, formula: Formula) -> Formula:
        roles = {"n": self.theme.input, "k": self.theme.kernel, "d": self.theme.kernel, "o": self.theme.output}
        for name in formula.names:
            formula.part(name).set_color(roles.get(name, self.theme.text))
        return formula
