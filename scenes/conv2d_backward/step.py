"""One step against the gradient of a convolution's kernel, and what the kernel makes of the image then."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from manim import Create, FadeIn

from cnn_core.numerals import written
from scenes.conv2d_backward.board import in_lines
from scenes.language import number, say
from scenes.mobjects.grid import CellMarks

if TYPE_CHECKING:
    from scenes.conv2d_backward.scene import Conv2dBackwardScene

__all__ = ["Step"]


class Step:
    """The last beats of the film: kernel and output before and after, with what was asked of them between."""

    def __init__(self, scene: Conv2dBackwardScene) -> None:
        self.scene, self.spec, self.watched, self.asking = scene, scene.spec, scene.watched, scene.asking

    def play(self) -> None:
        """Take a step against the gradient of the kernel, and look at what the kernel makes then."""
        stepped, lr = self.spec.others()["stepped"], number(written(self.spec.lr))
        said = say("One step: subtract {lr} times the gradient from each weight.", lr=lr)
        with self.scene.beat("step", said, reason=say("Against the gradient the loss gets smaller.")):
            sheets = self.watched.step_sheets("weight", stepped)
            new = self.scene.change(sheets, in_lines(sheets), *self.scene.signs)
            self.scene.play(FadeIn(new["before"], new["gradient"]), run_time=0.6)
            largest = np.abs(new["gradient"].grid.values)
            a, b = map(int, np.unravel_index(largest.argmax(), largest.shape))
            rings = [CellMarks(one.grid, [(a, b)], self.scene.theme.window, 6) for one in new.values()]
            self.scene.play(*map(Create, rings[:2]), run_time=0.5)
            self.scene.working.show(self.scene.equation(f"stepped.{self.watched.at('weight', a, b)}"), run_time=0.8)
            self.scene.play(FadeIn(new["after"]), Create(rings[2]), run_time=0.6)
        with self.scene.beat("explain", self.moral(), reason=say("The new kernel looks at the same image.")):
            sheets = self.watched.step_sheets("output", stepped)
            new = self.scene.change(sheets, in_lines(sheets), *rings)
            self.scene.play(FadeIn(new["before"], new["gradient"]), run_time=0.5)
            self.scene.play(FadeIn(new["after"]), run_time=0.8)
            for key in ("gradient", "before", "after"):
                mark = CellMarks(new[key].grid, [at[2:] for at in self.asking], self.scene.theme.window, 6)
                self.scene.play(FadeIn(mark), run_time=0.7)
        if self.asking:
            self.together()

    def together(self) -> None:
        """Say what the step achieved: each output, times what was asked of it."""
        named = {"before": self.scene.told("asked_and_got.before"), "after": self.scene.told("asked_and_got.after")}
        said = say("Added up, dL/dy times y was {before}; now it is {after}.", **named)
        if self.spec.values()["asked_and_got"]["after"] < self.spec.values()["asked_and_got"]["before"]:
            said = say("Added up, dL/dy times y falls from {before} to {after}: that is what was asked.", **named)
        with self.scene.beat("explain", said, reason=say("Each is blamed for its part in the result.")):
            self.scene.show_sum("asked_and_got.after", run_time=0.9)

    def moral(self) -> str:
        """Say whether all outputs that were asked went the way that they were asked, and what to take home."""
        before, after = self.watched.trace.output, self.spec.others()["stepped"].output
        moved = [float(after[at] - before[at]) * float(self.watched.trace.grad_output[at]) for at in self.asking]
        if moved and max(moved) < 0:
            return say("All outputs that were asked have moved as they should. One kernel serves them all.")
        if moved and sum(moved) < 0:
            return say(
                "Not every output got what it asked for: one kernel cannot please every place. Together they did."
            )
        return say("Nothing was asked, or what was asked cancels: the kernel stays.")
