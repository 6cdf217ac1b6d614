"""One step: forward, back, and the kernels after it."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from manim import Create, FadeIn, FadeOut, VGroup

from cnn_core.numerals import as_text, decimals_for
from scenes.backward import BackwardScene
from scenes.language import about, marked, number, say
from scenes.mobjects.grid import CellMarks
from scenes.sgd_step import SgdStepSpec
from scenes.sgd_step.board import NAMES, ForwardBoard, StepGrids
from scenes.working import Working

__all__ = ["SgdStepScene"]

_THERE = marked("Forward: the kernels answer, and the loss says how wrong.")
_BACK = marked("Back: each weight hears how far it is to blame.")
_STEP = marked("A step goes against the gradient.")


class SgdStepScene(BackwardScene[SgdStepSpec]):
    """Two kernels before and after one step."""

    spec_class: ClassVar[type[SgdStepSpec]] = SgdStepSpec
    operation = marked("One step")

    def construct(self) -> None:
        self.trace = self.spec.trace()
        self.show_title(say(self.operation))
        self.widen()
        kernel, output = self.theme.kernel, self.theme.output
        colors = {"before": kernel, "after": kernel, "gradient": kernel, "maps": output, "grad_logits": output}
        self.working = Working(self)
        self.working.writer.colors |= colors
        self.lasting_reason = say(_THERE)
        self.forward()
        self.lasting_reason = say(_BACK)
        self.back()
        self.gradients()
        self.lasting_reason = say(_STEP)
        self.step()
        self.close()

    def are_equal(self) -> bool:
        return bool((self.trace.before[0] == self.trace.before[1]).all())

    def forward(self) -> None:
        """Show what both kernels answer to both images, the probabilities, and the loss."""
        board = self.board = ForwardBoard(self.trace, self.theme, self.bands.stage)
        self.rings = VGroup(*board.rings(0), *board.rings(1))
        said = say("Two images, two kernels, A and B. Each map's largest value is its kernel's answer.")
        if self.are_equal():
            said = say("The two kernels are equal, so A and B give the same answer to each image.")
        with self.beat("explain", said):
            self.play(FadeIn(board.heads), run_time=0.8)
            for answer in board.answers:
                self.play(FadeIn(answer), run_time=0.6)
            self.play(Create(self.rings), run_time=0.8)
            self.working.grids = [*board.kernels, *board.images, *board.maps[0], *board.maps[1]]
        self.said = VGroup(board.line(0, "p"), board.line(1, "p"))
        with self.beat("step", self.said_of_loss()):
            for line in self.said:
                self.play(FadeIn(line), run_time=0.7)
            self.working.show(self.equation("loss_before"))

    def said_of_loss(self) -> str:
        loss = self.told("loss_before")
        if np.allclose(self.trace.costs["cost"].probabilities, 0.5):
            return say("Softmax makes 0.5 of each: a coin. Its loss is ln 2, {loss}.", loss=loss)
        return say("Softmax makes probabilities of the answers; the loss is {loss}.", loss=loss)

    def back(self) -> None:
        """Show what each logit is asked for, and that it reaches only the winners."""
        board, wanted = self.board, int(self.trace.target[0])
        asked = VGroup(board.line(0, "z"), board.line(1, "z"))
        said = say(
            "Said minus true, halved because L is a mean of two: {up} should answer more to image 1, {down} less.",
            up=NAMES[wanted],
            down=NAMES[1 - wanted],
        )
        with self.beat("step", said):
            for line in asked:
                self.play(FadeIn(line), run_time=0.8)
            self.working.show(self.equation(f"grad_logits[0,{wanted}]"))
        windows = VGroup(*board.windows(0), *board.windows(1))
        with self.beat("step", self.said_of_way()):
            for ring in self.rings:
                self.point_out(ring)
            for window in windows:
                self.play(FadeIn(window), run_time=0.7)
        self.leaving = [board.heads, *board.answers, self.rings, *self.said, *asked, *windows]

    def said_of_way(self) -> str:
        open_ones = [self.trace.winner(n, k) is not None for n in range(2) for k in range(2)]
        if all(open_ones):
            return say(
                "Back: pooling passes it to the largest value only, and ReLU is open there. Its window gets it all."
            )
        return say("Back: pooling passes it to the largest value only; where that is not above 0, ReLU blocks it.")

    def gradients(self) -> None:
        """Show the gradients of both kernels, and the weight about which the images disagree, if there is one."""
        grids = self.grids = StepGrids(self.trace, self.theme, self.bands.stage)
        entry, disagree = self.entry()
        equation = self.equation("gradient[0,0,{},{}]".format(*entry))
        said = say(
            "Each image adds what it asks for, times what the weight met in its window. Here it makes {value}.",
            value=about(equation.result.text, is_rounded=equation.result.is_rounded),
        )
        if disagree:
            said = say(
                "Each image adds what it asks for, times what the weight met. Here they disagree, and it makes 0."
            )
        with self.beat("step", said):
            self.take_away(*self.leaving)
            self.play(FadeIn(VGroup(*grids.before)), run_time=0.6)
            for panel in grids.gradient:
                self.play(FadeIn(panel), run_time=0.7)
            self.working.grids = [panel.grid for panel in (*grids.before, *grids.gradient)]
            ring = CellMarks(grids.gradient[0].grid, [entry], self.theme.window)
            self.play(Create(ring), run_time=0.4)
            self.working.show(equation)
        self.ring = ring

    def entry(self) -> tuple[tuple[int, int], bool]:
        """Return a weight of A about which the images disagree, or that with the largest gradient."""
        gradient = self.trace.gradient[0, 0]
        for row, column in np.ndindex(gradient.shape):
            terms = [part.calculate() for part in self.equation(f"gradient[0,0,{row},{column}]").left.parts]
            if abs(sum(terms)) < 1e-9 and any(terms):
                return (row, column), True
        row, column = map(int, np.unravel_index(np.abs(gradient).argmax(), gradient.shape))
        return (row, column), False

    def step(self) -> None:
        """Ask what A will look like, and take the step."""
        grids = self.grids
        if self.spec.question:
            lr = number(self.trace.value("lr").text)
            prompt = say("A − {lr} · dL/dA: what will A look like?", lr=lr)
            self.ask(prompt, self.rows(), first=self.leave(self.ring))
        with self.beat("answer" if self.spec.question else "step", self.said_of_step()):
            if self.spec.question:
                self.play(self.end_question(), run_time=0.4)
            else:
                self.play(FadeOut(self.ring), run_time=0.3)
            self.working.show(self.equation("after[0,0,{},{}]".format(*self.moved())))
            if grids.wide:
                self.play(FadeIn(grids.signs), run_time=0.3)
                self.play(
                    *(FadeIn(one, target_position=old) for one, old in zip(grids.after, grids.gradient, strict=True)),
                    run_time=1.2,
                )
            else:
                self.play(FadeOut(VGroup(*grids.before)), FadeIn(VGroup(*grids.after)), run_time=1.2)

    def rows(self) -> str:
        """Return the new A, row by row."""
        values = self.trace.after[0, 0]
        decimals = decimals_for(values)
        return "; ".join(" ".join(number(as_text(value, decimals)) for value in row) for row in values)

    def moved(self) -> tuple[int, int]:
        """Return the weight of A that moved most."""
        gradient = self.trace.gradient[0, 0]
        row, column = map(int, np.unravel_index(np.abs(gradient).argmax(), gradient.shape))
        return row, column

    def said_of_step(self) -> str:
        if self.are_equal() and not np.allclose(self.trace.after[0], self.trace.after[1]):
            return say("One step, and the equal kernels have become two. Nobody told them what to look for.")
        return say("One step: each weight has moved against its gradient.")

    def close(self) -> None:
        """Show what the new kernels say, and why networks start at random."""
        before, after = self.told("loss_before"), self.told("loss_after")
        change = float(self.trace.values()["loss_after"] - self.trace.values()["loss_before"])
        said = say("Forward again: the loss has fallen from {before} to {after}.", before=before, after=after)
        if change == 0:
            said = say("Forward again: the loss is {after}, as before; nothing asked for a change.", after=after)
        elif change > 0:
            said = say(
                "Forward again: from {before} to {after} the loss has risen; the step was too long.",
                before=before,
                after=after,
            )
        with self.beat("step", said):
            self.working.show(self.equation("loss_after"))
            self.verdicts = self.grids.verdicts()
            for verdict in self.verdicts:
                self.play(FadeIn(verdict), run_time=0.8)
        if self.trace.stays_alike:
            self.wire_alike()

    def wire_alike(self) -> None:
        """Show the gradient that both kernels would get if both answers used them alike."""
        gradient, grids = self.trace.gradient_alike, self.grids
        said = say("With the same wires to both answers, A and B would get this: equal kernels would stay equal.")
        if not gradient.any():
            said = say("With the same wires to both answers, A and B would get no gradient.")
        why = say("Kernels used alike get the same gradient.")
        with self.beat("explain", said, reason=why):
            self.take_away()
            self.play(*map(FadeOut, [*grids.after, *grids.signs, *self.verdicts]), run_time=0.5)
            if not grids.wide:
                self.play(*map(FadeIn, grids.before), run_time=0.5)
            for old, new in zip(grids.gradient, grids.alike, strict=True):
                self.play(FadeOut(old), run_time=0.4)
                self.play(FadeIn(new), run_time=0.6)
        said = say("Used alike, equal kernels stay equal for ever. So networks start at random.")
        with self.beat("explain", said, reason=why):
            if grids.wide:
                self.play(FadeIn(grids.signs), run_time=0.3)
            else:
                self.play(*map(FadeOut, grids.before), run_time=0.4)
            for panel in grids.after_alike:
                self.play(FadeIn(panel), run_time=0.7)
            for panel in grids.after_alike:
                self.point_out(panel)
