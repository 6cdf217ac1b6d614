"""How a linear layer passes gradients back."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from manim import Create, FadeIn, FadeOut

from scenes.backward import BackwardScene
from scenes.language import marked, say
from scenes.linear_backward import LinearBackwardSpec
from scenes.mobjects.arrangement import Column, Row
from scenes.mobjects.grid import CellMarks
from scenes.mobjects.panels import drop_into, question_marks
from scenes.mobjects.sheets import Sheet, plan

__all__ = ["LinearBackwardScene"]


class LinearBackwardScene(BackwardScene[LinearBackwardSpec]):
    """Each output hands back two things: its inputs to its weights, and its weights to the inputs."""

    spec_class: ClassVar[type[LinearBackwardSpec]] = LinearBackwardSpec
    operation = marked("Linear, backward")

    def construct(self) -> None:
        self.open(self.operation, *linear_sheets(self.spec.trace()))
        self.outputs, self.inputs = self.trace.forward.weight.shape
        self.signs: list[Any] = []
        self.before()
        for o in range(self.outputs):
            self.to_the_weights(o)
        self.to_the_inputs()
        self.close()

    def before(self) -> None:
        said = say("In the forward pass, each output was a sum of the inputs, each times a weight of its row.")
        if np.any(self.trace.forward.bias):
            said = say("In the forward pass, each output was its bias plus the inputs, each times a weight of its row.")
        with self.beat(
            "explain", self.origin() + said, reason=say("Forward first: each row of weights meets the inputs.")
        ):
            for key in ("x", "weight", "output"):
                self.play(FadeIn(self.sheets[key]), run_time=0.8)
        said = say("Now the loss asks: ▼ for outputs that should fall, ▲ for those that should rise.")
        with self.asked_to_change(said):
            self.play(FadeOut(self.sheets["output"]), run_time=0.4)
            self.play(FadeIn(self.sheets["grad_output"]), run_time=0.6)
            self.signs_of(self.sheets["grad_output"].grid)
            self.play(FadeIn(self.sheets["grad_weight"], self.sheets["grad_input"]), run_time=0.5)

    def look(self, o: int) -> list[Any]:
        leaving = self.leave(*self.signs)
        cells = [(0, k) for k in range(self.inputs)]
        self.signs = [
            CellMarks(self.sheets["grad_output"].grid, [(o, 0)], self.theme.window, 6),
            CellMarks(self.sheets["x"].grid, cells, self.theme.window, 6, together=True),
        ]
        return [*leaving, *map(Create, self.signs)]

    def to_the_weights(self, o: int) -> None:
        """Let an output hand its inputs to its row of weights."""
        k = int(np.abs(self.trace.x[0]).argmax())
        address, grad = f"steps[{o}].to_weight[{k}]", self.given("grad_output", 0, o)
        said = say(
            "The gradient of a weight is what its output asks, times its input: {grad} times x, for row {row}.",
            grad=grad,
            row=o + 1,
        )
        with self.beat(
            "step", said, brisk=o > 0, reason=say("The larger an input, the more its weight changes the output.")
        ):
            self.play(*self.look(o), run_time=0.6)
            self.working.show(self.equation(address), run_time=0.7)
            grid = self.sheets["grad_weight"].grid
            for j in range(self.inputs):
                self.arrive(self.fill(grid, [(o, j)], self.sheets["x"].grid.cell_center(0, j)), run_time=0.3)

    def to_the_inputs(self) -> None:
        """Let the outputs hand their weights to the inputs: a column of weights for each."""
        grid, weight = self.sheets["grad_input"].grid, self.sheets["weight"].grid
        asked = self.inputs - 1 if self.spec.question else None
        for k in range(self.inputs):
            equation = self.equation(f"grad_input[0,{k}]")
            column = [(o, k) for o in range(self.outputs)]
            if k == asked:
                marks = question_marks(grid, 0, k, self.theme)
                first = [
                    *self.leave(*self.signs),
                    Create(CellMarks(weight, column, self.theme.window, 6, together=True)),
                ]
                self.signs = [first[-1].mobject]
                prompt = say("The last input met the last column of w. What is its gradient?")
                self.ask(prompt, equation.result.text, *marks, first=first)
            said = say("The gradient of an input: its column of weights, each times what that output asks.")
            if k:
                said = say("Input {number}, the same: its column times dL/dy.", number=k + 1)
            if k == asked:
                said = say(
                    "Its column of weights, each times what that output asks: {value}.",
                    value=self.told(equation.address),
                )
            with self.beat(
                "answer" if k == asked else "step",
                said,
                brisk=k > 0,
                reason=say("The larger a weight, the more its input changes the output."),
            ):
                if k == asked:
                    self.play(self.end_question(), run_time=0.4)
                else:
                    leaving = self.leave(*self.signs)
                    self.signs = [CellMarks(weight, column, self.theme.window, 6, together=True)]
                    self.play(*leaving, *map(Create, self.signs), run_time=0.5)
                line = self.working.show(equation, run_time=0.7)
                self.play(*drop_into(grid, 0, k, line.result, self.mobjects), run_time=0.6)

    def close(self) -> None:
        """Let each output hand its gradient to its bias, then go once more through the columns of weights."""
        said = say("Each bias was added once, so its gradient is that of its output.")
        bias = self.sheets["grad_bias"].grid
        with self.beat("step", said, reason=say("A bias is added once, so it hears from one output.")):
            self.take_away(*self.signs)
            self.play(FadeIn(self.sheets["grad_bias"]), run_time=0.5)
            for o in range(self.outputs):
                start = self.sheets["grad_output"].grid.cell_center(o, 0)
                self.arrive(self.fill(bias, [(o, 0)], start), run_time=0.7)
        said = say("Backward, the same weights are used once more, column by column: the matrix is transposed.")
        with self.beat("explain", said, reason=say("The same weights are read the other way.")):
            for k in range(self.inputs):
                column, made = [(o, k) for o in range(self.outputs)], self.sheets["grad_input"].grid
                marks = CellMarks(self.sheets["weight"].grid, column, self.theme.window, 6, together=True)
                ring = CellMarks(made, [(0, k)], self.theme.window, 6)
                self.play(FadeIn(marks, ring), run_time=1.6 / self.inputs)
                self.play(FadeOut(marks, ring), run_time=0.8 / self.inputs)


def linear_sheets(trace: Any) -> tuple[dict[str, Sheet], list[Any]]:
    """Return the grids of a linear layer's gradients, and how they may stand."""

    def sheet(tag: str, name: str, values: Any, address: str, role: str, **options: Any) -> Sheet:
        return Sheet(tag, values, address, role, trace.decimals(name), **options)

    back = {"is_gradient": True}
    dw, dx, dy, db = trace.grad_weight, trace.grad_input, trace.grad_output.T, trace.grad_bias[:, None]
    sheets = {
        "x": sheet("x", "x", trace.x, "x[0,{1}]", "input"),
        "weight": sheet("w", "weight", trace.forward.weight, "weight[{0},{1}]", "kernel"),
        "output": sheet("y", "output", trace.output.T, "output[0,{0}]", "output"),
        "grad_output": sheet("dL/dy", "grad_output", dy, "grad_output[0,{0}]", "output", place="output", **back),
        "grad_weight": sheet("dL/dw", "grad_weight", dw, "grad_weight[{0},{1}]", "kernel", filled=False, **back),
        "grad_bias": sheet("dL/db", "grad_bias", db, "grad_bias[{0}]", "kernel", filled=False, **back),
        "grad_input": sheet("dL/dx", "grad_input", dx, "grad_input[0,{1}]", "input", filled=False, **back),
    }
    x, w, y, dw_plan, dx_plan, db_plan = (
        plan(k, sheets[k]) for k in ("x", "weight", "output", "grad_weight", "grad_input", "grad_bias")
    )
    forward, back_to, at_end = Column([x, w], 0.3), Column([dx_plan, dw_plan], 0.3), Column([y, db_plan], 0.3)
    beside = Column([Row([forward, y], 0.7), Row([back_to, db_plan], 0.7)], 0.3)
    return sheets, [Row([forward, back_to, at_end], 0.7), beside, Row([forward, back_to, at_end], 0.3)]
