"""How a convolution passes gradients back."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from manim import Animation, Create, FadeIn, FadeOut

from cnn_core.numerals import FEWEST, digits_shown
from cnn_core.trace import Position, address_of, parse
from scenes.backward import BackwardScene
from scenes.conv2d_backward import Conv2dBackwardSpec
from scenes.conv2d_backward.board import Carried, Watched, all_of, back_arrangements, in_lines
from scenes.conv2d_backward.flip import Flip, most_asked
from scenes.conv2d_backward.step import Step
from scenes.language import listed, marked, say
from scenes.mobjects.grid import CellMarks, Window
from scenes.mobjects.panels import question_marks
from scenes.mobjects.sheets import Tagged
from scenes.mobjects.stamp import Stamp, stamp_size

__all__ = ["Conv2dBackwardScene"]


class Conv2dBackwardScene(BackwardScene[Conv2dBackwardSpec]):
    """Each output hands back its window and its kernel; the flip is what that comes to."""

    spec_class: ClassVar[type[Conv2dBackwardSpec]] = Conv2dBackwardSpec
    operation = marked("Conv2D, backward")

    def construct(self) -> None:
        trace, c_out = self.spec.trace(), self.spec.watched
        self.seen = trace.step(0, c_out, 0, 0).channels
        self.watched = Watched(trace, c_out, self.seen.start, 0.82 if self.tall else 1.0 if self.wide else 0.74)
        self.of, self.alone = self.spec.alone()
        self.lay_out()
        self.asking = self.spec.asking()
        self.stamps = [name for name in self.spec.others() if name.startswith("after_")]
        self.window: Window | None = None
        self.plates: Stamp | None = None
        self.signs: list[Any] = []
        self.before()
        self.come_back()
        for k, at in enumerate(self.asking[: len(self.stamps)]):
            self.hand_back(k, at)
        self.all_together()
        self.one_weight()
        Flip(self).play()
        self.everybody()
        self.bias()
        Step(self).play()

    def lay_out(self) -> None:
        """Lay out the grids; where the weights could be read on the image, the kernel will lie on it."""
        weight, decimals = self.watched.trace.forward.weight, self.watched.trace.decimals("weight")
        for self.on_plates in (True, False):
            sheets = self.watched.forth_and_back(on_plates=self.on_plates)
            self.open(self.operation, sheets, back_arrangements(sheets))
            cell = self.sheets["x"].grid.cell if self.sheets["x"].grid.text_size else 0.0
            if cell and stamp_size(weight[self.watched.c_out, 0], decimals, cell):
                return

    def before(self) -> None:
        said = say("The convolution of x with w gave y. Now the loss asks for changes.")
        if self.watched.many:
            channels, kernels = self.trace.x.shape[1], self.trace.output.shape[1]
            named = {"channels": channels, "kernels": kernels, "seen": len(self.seen), "kernel": self.watched.c_out + 1}
            said = say(
                "Kernel {kernel} of {kernels} sees {seen} of {channels} channels of x. Watch the first of them.",
                **named,
            )
            if len(self.seen) == 1:
                said = say(
                    "Kernel {kernel} of {kernels} sees one of {channels} channels of x. Watch these two.", **named
                )
        with self.beat("explain", self.origin() + said, reason=say("Forward first: the kernel turns x into y.")):
            for key in ("x", "weight", "output"):
                self.play(FadeIn(self.sheets[key]), run_time=0.8)

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
        if len(self.asking) < dy.grid.values.size and self.asking:
            said = f"{said} {say('Zeros ask for nothing.')}"
        with self.asked_to_change(said):
            marks = CellMarks(self.sheets["output"].grid, [at[2:] for at in self.asking], self.theme.window, 6)
            self.play(FadeIn(marks), run_time=1.0)
            self.play(FadeOut(self.sheets["output"]), run_time=0.5)
            self.play(FadeIn(dy), run_time=0.8)
            self.take_away(marks)
            self.play(FadeIn(self.sheets["grad_input"]), run_time=0.5)
            if not self.on_plates or not self.asking:
                self.take_away(*([self.sheets["weight"]] if self.on_plates else []))
                self.play(FadeIn(self.sheets["grad_weight"]), run_time=0.4)

    def why_added(self) -> str:
        return say("A pixel used in several outputs hears from all of them.")

    def look(self, at: Position) -> None:
        """Bring window and kernel to where an output looked, and mark the output."""
        step, one = self.trace.step(*at), self.trace.forward
        (up, _), (before, _) = one.padding
        top, left = step.top + up, step.left + before
        self.take_away(*self.signs)
        self.signs = [CellMarks(self.sheets["grad_output"].grid, [at[2:]], self.theme.window, 6)]
        if self.window is None:
            self.window = Window(self.sheets["x"].grid, one.kernel_size, self.theme, one.dilation)
            moves: list[Animation] = [FadeIn(self.window.place(top, left))]
        else:
            moves = [self.window.slide_to(top, left)]
        if self.plates is not None:
            self.play(*self.leave(self.plates), *self.plates.settle(), run_time=0.5)
        self.play(*moves, run_time=0.6)
        self.play(*map(Create, self.signs), run_time=0.4)
        if self.on_plates:
            self.lay_on(top, left)

    def lay_on(self, top: int, left: int) -> None:
        """Let the kernel lie on the window: each weight on a plate below its pixel."""
        one, c_out = self.trace.forward, self.watched.c_out
        grid, kernel = self.sheets["x"].grid, one.weight[c_out, 0]

        def address(row: int, column: int) -> str:
            return self.watched.at("weight", row, column)

        largest = float(np.abs(kernel).max())
        first = self.plates is None
        self.plates = Stamp(grid, kernel, address, self.theme, self.trace.decimals("weight"), largest, one.dilation)
        self.plates.put(top, left)
        self.play(*self.plates.arrive(), *self.leave(*([self.sheets["weight"]] if first else [])), run_time=0.8)
        if first:
            self.play(FadeIn(self.sheets["grad_weight"]), run_time=0.4)

    def hand_back(self, k: int, at: Position) -> None:
        """Let one output hand back what it had: first the window, then the kernel."""
        grad, asked = self.given("grad_output", *at), None
        if self.spec.question and k == len(self.stamps) - 1 and k > 0 and k == len(self.asking) - 1:
            asked = self.asked_cell(at)
        if asked is not None:
            self.ask_for(at, asked)
        if k == 0:
            self.hand_back_first(at, grad)
            return
        said = say("It adds its window to dL/dw and its kernel to dL/dx. Where stamps meet, they add up.")
        if asked is None:
            said = say("The gradient of this output is {grad}. Where stamps meet, they add up.", grad=grad)
        with self.beat("answer" if asked else "step", said, reason=self.why_added()):
            if asked is None:
                self.take_away(*self.signs)
                self.look(at)
            else:
                self.play(self.end_question(), *map(FadeOut, self.frames), run_time=0.5)
            self.stamp("grad_weight", k, at)
            self.stamp("grad_input", k, at)
            if asked is not None:
                self.working.show(self.equation(asked), run_time=0.7)

    def hand_back_first(self, at: Position, grad: str) -> None:
        said = say(
            "A weight gets what the output asks, times the pixel it met: {grad} times the window.",
            grad=grad,
        )
        with self.beat("step", said, reason=say("The larger a pixel, the more its weight changes the output.")):
            self.look(at)
            self.working.show(self.equation(self.example(at, "to_weight")), run_time=0.7)
            self.stamp("grad_weight", 0, at)
        said = say(
            "A pixel gets what the output asks, times the weight it met: {grad} times the kernel.",
            grad=grad,
        )
        if any(map(any, self.trace.forward.padding)):
            said = f"{said} {say('What falls on the padding is cut off.')}"
        with self.beat("step", said, reason=say("The larger a weight, the more its pixel changes the output.")):
            self.take_away()
            self.working.show(self.equation(self.example(at, "to_input")), run_time=0.7)
            self.stamp("grad_input", 0, at)

    def asked_cell(self, at: Position) -> str:
        """Return the pixel in the window of an output that most outputs ask for something."""
        row, column = most_asked(self.alone, self.watched.c, self.under(at))
        return self.of + self.watched.at("grad_input", row, column)

    def under(self, at: Position) -> dict[tuple[int, int], tuple[int, int]]:
        """Return the pixels under the kernel at an output, each with its row and column in the kernel."""
        step, (dH, dW) = self.trace.step(*at), self.trace.forward.dilation
        H, W = self.trace.x.shape[2:]
        cells = {(step.top + a * dH, step.left + b * dW): (a, b) for a, b in np.ndindex(self.trace.forward.kernel_size)}
        return {(row, column): entry for (row, column), entry in cells.items() if 0 <= row < H and 0 <= column < W}

    def ask_for(self, at: Position, address: str) -> None:
        row, column = parse(address.removeprefix(self.of))[1][2:]
        said = say("The gradient of the last output is {grad}.", grad=self.given("grad_output", *at))
        with self.beat("step", said, reason=self.why_added()):
            self.look(at)
        grid = self.sheets["grad_input"].grid
        self.frames = question_marks(grid, row, column, self.theme)[:1]
        self.frames[0].pointing_at(grid.address(row, column))
        prompt = say("What will row {row}, column {column} of dL/dx become?", row=row + 1, column=column + 1)
        self.ask(prompt, self.equation(address).result.text, *self.frames)

    def example(self, at: Position, name: str) -> str:
        """Return the address of a product that an output hands back, one that is not 0 if there is any."""
        products = getattr(self.trace.step(*at), name)[0]
        a, b = np.unravel_index(np.abs(products).argmax(), products.shape)
        return self.product(at, name, int(a), int(b))

    def product(self, at: Position, name: str, a: int, b: int) -> str:
        step = int(np.ravel_multi_index(at, self.trace.grad_output.shape))
        return f"steps[{step}].{address_of(name, (0, a, b))}"

    def stamp(self, name: str, k: int, at: Position) -> None:
        """Let what an output hands back fall onto what is there, and stand as the sum."""
        is_last, part = k == len(self.asking) - 1, "to_weight" if name == "grad_weight" else "to_input"
        of, trace = (self.of, self.alone) if is_last else (f"{self.stamps[k]}.", self.spec.others()[self.stamps[k]])
        (up, _), (before, _) = self.trace.forward.padding
        products, ways = getattr(self.trace.step(*at), part)[0], {}
        for (row, column), entry in self.under(at).items():
            source = (row + up, column + before)
            said = self.product(at, part, *entry), digits_shown(float(products[entry]), FEWEST)
            ways[source, entry if name == "grad_weight" else (row, column)] = said
        if not ways:
            self.exchange(name, of, trace)
            return
        cards = Carried(self.sheets["x"].grid, self.sheets[name].grid, ways)
        self.play(cards.appear(), run_time=0.4)
        self.play(*cards.go(), run_time=0.9)
        self.exchange(name, of, trace, cards.added, cards.frame)

    def exchange(self, name: str, of: str, trace: Any, *gone: Any) -> None:
        """Put other numbers in place of a gradient's."""
        new = Tagged(self.watched.gradient(name, of, trace), self.theme, self.sheets.cell)
        new.shift(self.sheets[name].grid.frame.get_center() - new.grid.frame.get_center())
        self.play(FadeOut(self.sheets[name].grid), *map(FadeOut, gone), FadeIn(new.grid), run_time=0.5)
        self.remove(self.sheets[name].tag)
        self.add(new)
        self.sheets[name] = new
        self.working.grids = self.sheets.grids

    def lift_off(self) -> None:
        """Take window, kernel and marks away."""
        settling = self.plates.settle() if self.plates is not None else []
        self.take_away(*filter(None, (self.window, self.plates, *self.signs)), also=settling)
        self.signs, self.plates, self.window = [], None, None

    def all_together(self) -> None:
        """Let the outputs come that were not told one by one."""
        if len(self.stamps) == len(self.asking):
            return
        said = say("All other outputs do the same.")
        with self.beat("step", said, reason=self.why_added()):
            self.lift_off()
            for name in ("grad_weight", "grad_input"):
                self.exchange(name, self.of, self.alone)

    def one_weight(self) -> None:
        """Show that a weight's gradient is a sum over all places where it was used."""
        trace, (c_out, c) = self.alone, self.watched.place("grad_weight")
        uses = {cell: len(list(trace.uses(c_out, c, *cell))) for cell in np.ndindex(trace.forward.kernel_size)}
        most = max(uses.values(), default=0)
        if most < 2:
            return
        a, b = min(
            (cell for cell in uses if uses[cell] == most), key=lambda at: (abs(trace.grad_weight[c_out, c, *at]), at)
        )
        address = self.of + self.watched.at("grad_weight", a, b)
        equation = self.equation(address)
        named = {"value": self.told(address), "places": self.sheets["grad_output"].grid.values.size}
        said = say("This weight was used at {places} places. What they ask adds up to {value}.", **named)
        if trace.grad_weight[c_out, c, a, b] == 0 and any(equation.left.leaves()):
            said = say("This weight was used at {places} places. Those that ask disagree, so it stays.", **named)
        with self.beat("step", said, reason=say("A weight is used everywhere, so it hears from everywhere.")):
            self.lift_off()
            self.signs = [CellMarks(self.sheets["grad_weight"].grid, [(a, b)], self.theme.window, 6)]
            for key in ("x", "grad_output"):
                cells = [self.sheets[key].grid.find(leaf.address) for leaf in equation.left.leaves()]
                met = sorted({cell for cell in cells if cell is not None})
                self.signs += [CellMarks(self.sheets[key].grid, met, self.theme.window, 4)] if met else []
            self.play(*map(Create, self.signs), run_time=0.5)
            self.show_sum(address, run_time=0.9)

    def everybody(self) -> None:
        """Show the gradients of all channels and all kernels, where there are several."""
        if not self.watched.many:
            return
        kernels, seen = self.trace.forward.weight.shape[:2]
        said = say("Each channel's dL/dx adds up what all kernels that saw it hand back.")
        with self.beat("step", said, reason=say("All kernels that saw a channel have a say in it.")):
            sheets = all_of(self.trace, "grad_input")
            self.change(sheets, in_lines(sheets), *self.signs)
            self.play(FadeIn(*self.sheets.values()), run_time=0.8)
            best = most_asked(self.trace, self.watched.c, np.ndindex(self.trace.x.shape[2:]))
            grid = self.sheets[f"grad_input 0 {self.watched.c}"].grid
            self.signs = [CellMarks(grid, [(best[0], best[1])], self.theme.window, 6)]
            self.play(*map(Create, self.signs), run_time=0.4)
            self.work_out(self.watched.at("grad_input", best[0], best[1]))
        said = say(
            "Each kernel has a gradient for every channel that it saw: {kernels} times {seen}.",
            kernels=kernels,
            seen=seen,
        )
        with self.beat("step", said, reason=say("A kernel hears only from its own output map.")):
            sheets = all_of(self.trace, "grad_weight")
            self.change(sheets, in_lines(sheets), *self.signs)
            self.play(FadeIn(*self.sheets.values()), run_time=0.8)
        self.signs = []

    def bias(self) -> None:
        said = say("The bias is in every output once: its gradient is the sum of dL/dy.")
        with self.beat("step", said, reason=say("A bias is added everywhere, so it hears from everywhere.")):
            self.lift_off()
            address = f"grad_bias[{self.watched.c_out}]"
            if (dy := self.sheets.get("grad_output")) is not None:
                cells = [dy.grid.find(leaf.address) for leaf in self.equation(address).left.leaves()]
                self.signs = [CellMarks(dy.grid, [cell for cell in cells if cell is not None], self.theme.window, 4)]
                self.play(*map(Create, self.signs), run_time=0.8)
            self.show_sum(address, run_time=0.9)
