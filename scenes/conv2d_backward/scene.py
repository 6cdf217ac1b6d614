"""How a convolution passes gradients back."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from manim import PI, Animation, Create, FadeIn, FadeOut, Rotate, VGroup, VMobject

from cnn_core.numerals import FEWEST, digits_shown, written
from cnn_core.trace import Position, parse
from scenes.backward import BackwardScene
from scenes.conv2d_backward import Conv2dBackwardSpec
from scenes.conv2d_backward.board import (
    back_arrangements,
    flip_arrangements,
    flip_sheets,
    forth_and_back,
    gradient_sheet,
    in_pairs,
    step_sheets,
)
from scenes.language import listed, number, say, say_many
from scenes.mobjects.grid import CellMarks, NumberGrid, Window
from scenes.mobjects.panels import question_marks
from scenes.mobjects.sheets import Tagged
from scenes.mobjects.text import Number
from scenes.mobjects.travel import travel

__all__ = ["Conv2dBackwardScene"]


class Conv2dBackwardScene(BackwardScene[Conv2dBackwardSpec]):
    """Each output hands back its window and its kernel; the flip is what that comes to."""

    spec_class: ClassVar[type[Conv2dBackwardSpec]] = Conv2dBackwardSpec
    operation = "Conv2D, backward"

    def construct(self) -> None:
        trace = self.spec.trace()
        sheets = forth_and_back(trace)
        self.open(self.operation, sheets, back_arrangements(sheets))
        self.asking = self.spec.asking()
        self.stamps = [name for name in self.spec.others() if name.startswith("after_")]
        self.window: Window | None = None
        self.signs: list[Any] = []
        self.before()
        self.come_back()
        for k, at in enumerate(self.asking[: len(self.stamps)]):
            self.hand_back(k, at)
        self.all_together()
        self.one_weight()
        self.flip()
        self.bias()
        self.take_step()

    def before(self) -> None:
        said = say("The convolution of x with w gave y. Now the loss asks for changes.")
        with self.beat("explain", self.origin() + said, reason=say("as it was in the forward pass")):
            self.play(FadeIn(*(self.sheets[key] for key in ("x", "weight", "output"))), run_time=1.0)

    def come_back(self) -> None:
        """Exchange the output for what is asked of it."""
        dy, trace = self.sheets["grad_output"], self.trace
        rise, fall = (
            listed([self.given("output", *at) for at in self.asking if sign * trace.grad_output[at] > 0][:4])
            for sign in (-1, 1)
        )
        said = say("Nothing is asked of any output.")
        if rise and fall:
            said = say(
                "The rest of the network says: {rise} should rise ▲, {fall} should fall ▼.", rise=rise, fall=fall
            )
        elif rise or fall:
            said = say("The rest of the network says which outputs should rise ▲ and which should fall ▼.")
        if len(self.asking) < trace.grad_output.size and self.asking:
            said = f"{said} {say('Zeros ask for nothing.')}"
        with self.beat("explain", said, reason=say("what is asked of each output")):
            self.play(FadeOut(self.sheets["output"]), run_time=0.5)
            self.play(FadeIn(dy), run_time=0.8)
            self.play(FadeIn(self.sheets["grad_weight"], self.sheets["grad_input"]), run_time=0.5)

    def look(self, at: Position) -> list[Animation]:
        """Return the animations that bring the window to an output's, and mark the output."""
        step, shape = self.trace.step(*at), self.trace.forward.kernel_size
        leaving = [FadeOut(mark) for mark in self.signs]
        self.signs = [CellMarks(self.sheets["grad_output"].grid, [at[2:]], self.theme.window, 6)]
        if self.window is None:
            self.window = Window(self.sheets["x"].grid, shape, self.theme)
            return [*leaving, FadeIn(self.window.place(step.top, step.left)), *map(Create, self.signs)]
        return [*leaving, self.window.slide_to(step.top, step.left), *map(Create, self.signs)]

    def hand_back(self, k: int, at: Position) -> None:
        """Let one output hand back what it had: first the window, then the kernel."""
        grad, asked = self.given("grad_output", *at), None
        if self.spec.question and k == len(self.stamps) - 1 and k > 0 and k == len(self.asking) - 1:
            asked = self.asked_cell(at)
        if asked is not None:
            self.ask_for(at, asked)
        if k == 0:
            said = say("Each weight is blamed by the pixel it met: {grad} times the window.", grad=grad)
            with self.beat("step", said, reason=say("the window goes to the kernel")):
                self.play(*self.look(at), *self.leave(), run_time=0.6)
                self.working.show(self.equation(self.example(at, "to_weight")), run_time=0.7)
                self.stamp("grad_weight", k, at)
            said = say(
                "Each pixel is blamed by the weight it met: {grad} times the kernel, where the window lay.", grad=grad
            )
            with self.beat("step", said, reason=say("the kernel goes to the window")):
                self.play(*self.leave(), run_time=0.3)
                self.working.show(self.equation(self.example(at, "to_input")), run_time=0.7)
                self.stamp("grad_input", k, at)
            return
        said = say("This one asks with {grad}. Where stamps meet, they add up.", grad=grad)
        with self.beat("answer" if asked else "step", said, reason=say("stamps add up")):
            self.play(*([self.end_question()] if asked else [*self.look(at), *self.leave()]), run_time=0.6)
            if asked is not None:
                self.play(*map(FadeOut, self.frames), run_time=0.2)
            self.stamp("grad_weight", k, at)
            self.stamp("grad_input", k, at)
            if asked is not None:
                self.working.show(self.equation(asked), run_time=0.7)

    def asked_cell(self, at: Position) -> str | None:
        """Return the pixel in the window of an output that most outputs ask for something."""
        step, (kH, kW), (H, W) = self.trace.step(*at), self.trace.forward.kernel_size, self.trace.x.shape[2:]
        cells = [(step.top + a, step.left + b) for a in range(kH) for b in range(kW)]
        cells = [cell for cell in cells if 0 <= cell[0] < H and 0 <= cell[1] < W]
        best = max(cells, key=lambda cell: len(list(self.trace.meetings(0, 0, *cell))))
        return f"grad_input[0,0,{best[0]},{best[1]}]"

    def ask_for(self, at: Position, address: str) -> None:
        row, column = parse(address)[1][2:]
        prompt = say(
            "The last one asks with {grad}. What will row {row}, column {column} of dL/dx be?",
            grad=self.given("grad_output", *at),
            row=row + 1,
            column=column + 1,
        )
        self.frames = question_marks(self.sheets["grad_input"].grid, row, column, self.theme)[:1]
        self.frames[0].pointing_at(self.sheets["grad_input"].grid.address(row, column))
        first = [*self.look(at), *self.leave()]
        self.ask(prompt, self.equation(address).result.text, *self.frames, first=first)

    def example(self, at: Position, name: str) -> str:
        """Return the address of a product that an output hands back, one that is not 0 if there is any."""
        step = self.trace.step(*at)
        products = getattr(step, name)[0]
        a, b = np.unravel_index(np.abs(products).argmax(), products.shape)
        return f"steps[{int(np.ravel_multi_index(at, self.trace.grad_output.shape))}].{name}[0,{a},{b}]"

    def stamp(self, name: str, k: int, at: Position) -> None:
        """Let what an output hands back fall onto what is there, and stand as the sum."""
        step, of = self.trace.step(*at), f"steps[{int(np.ravel_multi_index(at, self.trace.output.shape))}]"
        is_last = k == len(self.asking) - 1
        trace = self.trace if is_last else self.spec.others()[self.stamps[k]]
        sheet = gradient_sheet(trace, name, "" if is_last else f"{self.stamps[k]}.")
        new = Tagged(sheet, self.theme, self.sheets.cell)
        new.shift(self.sheets[name].grid.frame.get_center() - new.grid.frame.get_center())
        moving, flying = [], VGroup()
        part, source = ("to_weight", "x") if name == "grad_weight" else ("to_input", "weight")
        for (_, a, b), product in np.ndenumerate(getattr(step, part)):
            target, start = (a, b), (step.top + a, step.left + b)
            target, start = (target, start) if name == "grad_weight" else (start, target)
            if product and all(0 <= t < side for t, side in zip(target, new.grid.values.shape, strict=True)):
                text = digits_shown(float(product), FEWEST)
                one = Number(text, f"{of}.{part}[0,{a},{b}]", new.grid.text_size, new.grid.role)
                one.move_to(new.grid.cell_center(*target))
                moving.append(travel(one, self.sheets[source].grid.cell_center(*start)))
                flying.add(one)
        if moving:
            self.play(*moving, run_time=1.0)
        leaving = [FadeOut(self.sheets[name].grid), FadeOut(flying)] if moving else [FadeOut(self.sheets[name].grid)]
        self.play(*leaving, FadeIn(new.grid), run_time=0.5)
        self.remove(self.sheets[name].tag)
        self.add(new)
        self.sheets[name] = new
        self.working.grids = self.sheets.grids

    def all_together(self) -> None:
        """Let the outputs come that were not told one by one."""
        if len(self.stamps) == len(self.asking):
            return
        said = say("All other outputs do the same.")
        with self.beat("step", said, reason=say("stamps add up")):
            self.play(*self.leave(*([self.window] if self.window else []), *self.signs), run_time=0.5)
            for name in ("grad_weight", "grad_input"):
                new = Tagged(gradient_sheet(self.trace, name), self.theme, self.sheets.cell)
                new.shift(self.sheets[name].grid.frame.get_center() - new.grid.frame.get_center())
                self.play(FadeOut(self.sheets[name]), FadeIn(new), run_time=0.6)
                self.sheets[name] = new
            self.working.grids = self.sheets.grids

    def one_weight(self) -> None:
        """Show that a weight's gradient is a sum over all places where it was used."""
        trace, shape = self.trace, self.trace.forward.kernel_size
        uses = {cell: len(list(trace.uses(0, 0, *cell))) for cell in np.ndindex(shape)}
        most = max(uses.values(), default=0)
        if most < 2:
            return
        a, b = min(
            (cell for cell in uses if uses[cell] == most), key=lambda at: (abs(trace.grad_weight[0, 0, *at]), at)
        )
        address = f"grad_weight[0,0,{a},{b}]"
        named = {"row": a + 1, "column": b + 1, "value": self.told(address), "places": trace.output.size}
        said = say("This weight was used at {places} places. What they ask adds up to {value}.", **named)
        if trace.grad_weight[0, 0, a, b] == 0 and any(self.equation(address).left.leaves()):
            said = say("This weight was used at {places} places. Those that ask disagree, so it stays.", **named)
        with self.beat("step", said, reason=say("one weight, used everywhere")):
            leaving = self.leave(*([self.window] if self.window else []), *self.signs)
            self.signs = [CellMarks(self.sheets["grad_weight"].grid, [(a, b)], self.theme.window, 6)]
            self.play(*leaving, *map(Create, self.signs), run_time=0.5)
            self.working.show(self.equation(address), run_time=0.9)

    def flip(self) -> None:
        """Show that the stamps, seen from one pixel, are the kernel after half a turn."""
        trace, (kH, kW) = self.trace, self.trace.forward.kernel_size
        if trace.forward.stride != (1, 1) or not self.asking or kH * kW == 1 or any(map(any, trace.forward.padding)):
            return
        sheets = flip_sheets(trace)
        counts = {at: len(list(trace.meetings(0, 0, *at))) for at in np.ndindex(trace.x.shape[2:])}
        i, j = max(counts, key=lambda at: (counts[at], -abs(at[0] - trace.x.shape[2] // 2)))
        address = f"grad_input[0,0,{i},{j}]"
        said = say("Turned by half a turn, the kernel lies on dL/dy: each weight on the output that it helped to make.")
        with self.beat("step", said, reason=say("the same, seen from one pixel")):
            new = self.change(sheets, flip_arrangements(sheets), *self.signs)
            self.play(FadeIn(new["weight"], new["grad_output"], new["grad_input"]), run_time=0.6)
            copy = new["weight"].grid.copy()
            self.play(Rotate(copy, PI), run_time=1.0)
            self.play(copy.animate.move_to(new["turned"].grid), run_time=0.6)
            self.play(FadeOut(copy), FadeIn(new["turned"]), run_time=0.4)
            window = Window(new["grad_output"].grid, (kH, kW), self.theme)
            pixel = CellMarks(new["grad_input"].grid, [(i, j)], self.theme.window, 6)
            self.play(FadeIn(window.place(i, j)), Create(pixel), run_time=0.6)
            self.working.show(self.equation(address), run_time=0.9)
        self.signs = [window, pixel]
        self.without_the_flip(i, j)

    def without_the_flip(self, i: int, j: int) -> None:
        """Cross the cells that would be wrong if the kernel were not turned."""
        right, wrong = self.trace.grad_input[0, 0], self.spec.others()["unturned"].grad_input[0, 0]
        cells = [at for at in np.ndindex(right.shape) if not np.isclose(right[at], wrong[at])]
        said = say_many(
            "Without the turn, {count} of the {size} would be wrong.",
            "Without the turn, {count} of the {size} would be wrong.",
            len(cells),
            size=right.size,
        )
        if not cells:
            said = say("This kernel looks the same after half a turn, so here the flip cannot be seen.")
        with self.beat("explain", said, reason=say("why the flip matters")):
            crosses = Crosses(self.sheets["grad_input"].grid, cells, self.theme.question)
            self.play(*self.leave(*self.signs), FadeIn(crosses), run_time=0.8)
        self.signs = [crosses]

    def bias(self) -> None:
        said = say("The bias is in every output once: its gradient is the sum of dL/dy.")
        with self.beat("step", said, reason=say("the bias")):
            self.play(*self.leave(*self.signs), run_time=0.4)
            self.work_out("grad_bias[0]")
        self.signs = []

    def take_step(self) -> None:
        """Take a step against the gradient of the kernel."""
        sheets = step_sheets(self.trace, self.spec.others()["stepped"])
        lr = number(written(self.spec.lr))
        said = say("One step: subtract {lr} times the gradient from each weight.", lr=lr)
        with self.beat("step", said, reason=say("against the gradient")):
            new = self.change(sheets, in_pairs(sheets))
            self.play(FadeIn(*(new[key] for key in sheets if not key.startswith("new"))), run_time=0.6)
            largest = np.abs(self.trace.grad_weight[0, 0])
            a, b = np.unravel_index(largest.argmax(), largest.shape)
            self.working.show(self.equation(f"stepped.weight[0,0,{a},{b}]"), run_time=0.8)
            self.play(FadeIn(new["new_weight"]), run_time=0.6)
        with self.beat("explain", self.moral(), reason=say("and forward again")):
            self.play(*self.leave(), FadeIn(new["new_output"]), run_time=0.8)

    def moral(self) -> str:
        """Say whether all outputs that were asked went the way that they were asked, and what to take home."""
        before, after = self.trace.output, self.spec.others()["stepped"].output
        moved = [float(after[at] - before[at]) * float(self.trace.grad_output[at]) for at in self.asking]
        if moved and max(moved) < 0:
            return say("All outputs that were asked have moved as they should. One kernel serves them all.")
        if moved and sum(moved) < 0:
            return say(
                "Not every output got what it asked for: one kernel cannot please every place. Together they did."
            )
        return say("Nothing was asked, or what was asked cancels: the kernel stays.")


class Crosses(VMobject):
    """Crosses over some cells of a grid, as one picture."""

    def __init__(self, grid: NumberGrid, cells: list[tuple[int, ...]], color: str) -> None:
        super().__init__(stroke_color=color, stroke_width=4)
        for row, column in cells:
            for start, stop in (((0.12, 0.12), (0.88, 0.88)), ((0.12, 0.88), (0.88, 0.12))):
                self.start_new_path(grid.corner(row + start[0], column + start[1]))
                self.add_line_to(grid.corner(row + stop[0], column + stop[1]))
