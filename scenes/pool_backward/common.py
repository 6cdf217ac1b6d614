"""What both films of a pooling's gradient have in common."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any, ClassVar, TypeVar

import numpy as np
from manim import UP, Create, FadeIn, FadeOut, Restore, VGroup

from scenes.backward import BackwardScene
from scenes.language import say
from scenes.mobjects.arrangement import Column, Row
from scenes.mobjects.gradient import wedge
from scenes.mobjects.grid import CellMarks, NumberGrid, Window
from scenes.mobjects.panels import question_marks
from scenes.mobjects.sheets import Sheet, plan, sheet_of
from scenes.mobjects.text import Number
from scenes.pool_backward import PoolBackwardSpec

__all__ = ["SLOW", "PoolBackwardScene"]

PoolT = TypeVar("PoolT", bound=PoolBackwardSpec)
_Cells = list[tuple[int, int]]

SLOW = 4
"""Windows that are each a beat of their own; of more, the others come in one."""


def pool_sheets(trace: Any, of: str = "", *, filled: bool = True) -> dict[str, Sheet]:
    """Return the grids of a pooling and its gradients; `of` stands before their addresses."""
    return {
        "x": sheet_of(trace, "x", "x", "input", of),
        "output": sheet_of(trace, "output", "y", "output", of),
        "grad_output": sheet_of(trace, "grad_output", "dL/dy", "output", of, is_gradient=True, filled=filled),
        "grad_input": sheet_of(trace, "grad_input", "dL/dx", "input", of, is_gradient=True, filled=filled),
    }


def arrangements(sheets: dict[str, Sheet]) -> list[Any]:
    x, y, dy, dx = (plan(key, sheets[key]) for key in ("x", "output", "grad_output", "grad_input"))
    return [
        Row([x, dx, Column([y, dy], 0.3)], 0.7),
        Column([Row([x, y], 0.7), Row([dx, dy], 0.7)], 0.35),
        Row([x, y, dx, dy], 0.5),
        Row([x, dx, Column([y, dy], 0.3)], 0.3),
    ]


class PoolBackwardScene(BackwardScene[PoolT]):
    """What both films have in common."""

    operation: ClassVar[str]

    def construct(self) -> None:
        trace = self.spec.trace()
        sheets = pool_sheets(trace, filled=False)
        self.open(self.operation, sheets, arrangements(sheets))
        self.window: Window | None = None
        self.rings: list[Any] = []
        self.raised: list[tuple[Any, list[Any]]] = []
        self.before()
        self.nudge()
        self.come_back()
        positions = [at[2:] for at in self.trace.positions()]
        asked = self.to_ask(positions)
        for k, (i, j) in enumerate(positions[:SLOW]):
            self.hand_back(i, j, asked=(i, j) == asked, brisk=k > 0)
        self.hand_back_all(positions[SLOW:])
        self.add_up()
        self.overlap()
        self.last()

    def before(self) -> None:
        said = self.origin() + self.opening()
        with self.beat("explain", said, reason=say("Forward first: each window becomes one number.")):
            self.play(FadeIn(self.sheets["x"], self.sheets["output"]), run_time=1.0)
            self.look_back()

    def look_back(self) -> None:
        """Mark what is special about the operation."""

    def come_back(self) -> None:
        dy = self.sheets["grad_output"]
        said = say("The loss says how each output should change: ▼ fall, ▲ rise.")
        with self.asked_to_change(said):
            self.play(FadeIn(dy), run_time=0.5)
            self.arrive(self.fill(dy.grid, list(np.ndindex(dy.grid.values.shape))), run_time=0.8)
            self.play(FadeIn(self.sheets["grad_input"]), run_time=0.5)

    def to_ask(self, positions: _Cells) -> tuple[int, int] | None:
        """Return the window that is asked about: the one with the largest gradient, but not the first of several."""
        others = positions[1:SLOW] or positions
        return max(others, key=lambda at: abs(self.trace.grad_output[0, 0, *at])) if self.spec.question else None

    def cells(self, i: int, j: int) -> _Cells:
        """Return the cells of a window that lie in the input."""
        (rows, columns), (H, W) = self.trace.forward.geometry.cells(i, j), self.trace.x.shape[2:]
        return [(row, column) for row in rows for column in columns if row < H and column < W]

    def look(self, i: int, j: int, back: Any = None) -> list[Any]:
        """Return the animations that bring the window to a place, of another pooling if there is one."""
        grid, (rows, columns) = self.sheets["x"].grid, (back or self.trace).forward.window(0, 0, i, j)
        if self.window is None:
            self.window = Window(grid, (len(rows), len(columns)), self.theme)
            return [FadeIn(self.window.place(rows[0], columns[0]))]
        return [self.window.slide_to(rows[0], columns[0])]

    def leave_window(self) -> list[Any]:
        """Return the animations that take away the window, if there is one, and the line."""
        leaving, self.window = [] if self.window is None else [self.window], None
        return self.leave(*leaving)

    def hand_back(self, i: int, j: int, *, asked: bool, brisk: bool) -> None:
        dy, dx = self.sheets["grad_output"].grid, self.sheets["grad_input"].grid
        if asked:
            self.ask(self.prompt(i, j), self.answer(i, j), *self.asking(i, j), first=[*self.look(i, j), *self.leave()])
        with self.beat("answer" if asked else "step", self.said(i, j), brisk=brisk and not asked, reason=self.reason()):
            self.take_away()
            self.play(*([self.end_question()] if asked else self.look(i, j)), run_time=0.6)
            self.hand_over(i, j, dy, dx)

    def asking(self, i: int, j: int) -> list[Any]:
        return question_marks(self.sheets["grad_output"].grid, i, j, self.theme)[:1]

    def settled(self, cells: _Cells, windows: int) -> _Cells:
        """Return those cells to which so many windows hand something: of others, the sum is not known yet."""
        return [cell for cell in cells if len(self.reaching(self.trace, *cell)) == windows]

    def hand_back_all(self, positions: _Cells) -> None:
        """Let the rest of the windows hand back, as one beat."""
        dx = self.sheets["grad_input"].grid
        left = [cell for cell in np.ndindex(dx.values.shape) if not self.is_written(dx, cell)]
        if not positions and not left:
            return
        said = say("All other windows do the same. Where several meet, they add up.")
        if not positions and not any(self.trace.grad_input[0, 0, *cell] for cell in left):
            said = say("No window looks at the other cells: they get nothing.")
        elif not positions:
            said = say("Where several windows meet, they add up.")
        with self.beat("step", said, reason=self.reason()):
            self.arrive([*self.leave_window(), *self.fill(dx, left)], run_time=1.0)

    @abstractmethod
    def opening(self) -> str: ...

    @abstractmethod
    def nudge(self) -> None:
        """Show what an output does when an input is raised a little."""

    @abstractmethod
    def reason(self) -> str: ...

    @abstractmethod
    def prompt(self, i: int, j: int) -> str: ...

    @abstractmethod
    def answer(self, i: int, j: int) -> str: ...

    @abstractmethod
    def said(self, i: int, j: int) -> str: ...

    @abstractmethod
    def hand_over(self, i: int, j: int, dy: NumberGrid, dx: NumberGrid) -> None:
        """Let the gradient of a window travel to its cells."""

    def raise_cell(self, name: str, cell: tuple[int, int]) -> None:
        """Ring an input that is raised, then the first output if it rises, and write what they are now."""
        raised, grids = self.spec.others()[name], (self.sheets["x"].grid, self.sheets["output"].grid)
        for grid, array, at in zip(grids, ("x", "output"), (cell, (0, 0)), strict=True):
            value = raised.value(array, 0, 0, *at)
            if value.number == grid.values[at]:
                continue
            mark = CellMarks(grid, [at], self.theme.window, 6)
            self.play(Create(mark), run_time=0.5)
            if at in grid.numbers:
                old = grid.numbers[at]
                one = Number(value.text, f"{name}.{value.address}", old.size, self.theme.text, "semibold")
                one.scale(min(1.0, 0.9 * grid.cell / one.width)).move_to(grid.cell_center(*at))
                old.save_state()
                self.play(old.animate.set_opacity(0), FadeIn(one), run_time=0.6)
                self.raised.append((VGroup(mark, one), [Restore(old)]))
            else:
                tip = wedge(grid.corner(at[0] + 0.2, at[1] + 0.5), 0.3 * grid.cell, self.theme.window, down=False)
                self.play(FadeIn(tip, shift=0.3 * grid.cell * UP), run_time=0.6)
                self.raised.append((VGroup(mark, tip), []))

    def glance(self) -> None:
        """Mark the first output for a moment: that it stays is what matters."""
        mark = CellMarks(self.sheets["output"].grid, [(0, 0)], self.theme.window, 6)
        self.play(Create(mark), run_time=0.6)
        self.play(FadeOut(mark), run_time=0.4)

    def lower(self) -> None:
        """Bring back what was raised."""
        for one, back in self.raised:
            self.play(FadeOut(one), *back, run_time=0.5 / len(self.raised))
        self.raised = []

    def add_up(self) -> None:
        both = [self.told(f"sums.{name}") for name in ("grad_output", "grad_input")]
        said = say("Nothing is lost and nothing added: both sum to {total}.", total=both[0])
        with self.beat("step", said, reason=say("What comes in goes out: nothing is lost on the way.")):
            self.arrive(self.leave_window(), run_time=0.4)
            self.show_sum("sums.grad_input", run_time=1.0)

    def overlap(self) -> None:
        """Let windows overlap, so that a cell gets something more than once."""
        back = self.spec.others().get("overlapping")
        if back is None:
            return
        places = np.array([len(self.reaching(back, *at)) for at in np.ndindex(back.x.shape[2:])])
        cell = divmod(int(places.argmax()), back.x.shape[3])
        address = f"overlapping.grad_input[0,0,{cell[0]},{cell[1]}]"
        with self.beat(
            "step",
            self.overlap_said(address, int(places.max())),
            reason=say("Where windows overlap, a cell hears from each of them."),
        ):
            self.show_instead(back, "overlapping.", 0.5)
            for at in self.reaching(back, *cell):
                asks = CellMarks(self.sheets["grad_output"].grid, [at], self.theme.window, 6)
                self.play(*self.look(*at, back), Create(asks), run_time=0.5)
                self.rings.append(asks)
            self.rings.append(CellMarks(self.sheets["grad_input"].grid, [cell], self.theme.window, 6))
            self.play(Create(self.rings[-1]), run_time=0.4)
            self.rings += [] if self.window is None else [self.window]
            self.window = None
            self.working.show(self.equation(address), run_time=0.8)

    def show_instead(self, back: Any, of: str, seconds: float = 0.7) -> None:
        """Take all grids and rings away, and show those of another pooling, whose addresses begin with `of`."""
        sheets = pool_sheets(back, of)
        self.change(sheets, arrangements(sheets), *self.rings)
        self.rings = []
        for sheet in self.sheets.values():
            self.play(FadeIn(sheet), run_time=seconds)

    @abstractmethod
    def reaching(self, back: Any, row: int, column: int) -> _Cells:
        """Return the windows that hand something to a cell."""

    @abstractmethod
    def overlap_said(self, address: str, windows: int) -> str: ...

    def last(self) -> None:
        """End on the insight."""
