"""How poolings pass gradients back."""

from __future__ import annotations

from abc import abstractmethod
from typing import Any, ClassVar, TypeVar

import numpy as np
from manim import Create, FadeIn, FadeOut, Restore

from scenes.backward import BackwardScene
from scenes.language import listed, number, say, say_many
from scenes.mobjects.arrangement import Column, Row
from scenes.mobjects.grid import CellMarks, NumberGrid, Window
from scenes.mobjects.panels import question_marks
from scenes.mobjects.sheets import Sheet, Sheets, plan
from scenes.mobjects.text import Number
from scenes.pool_backward import AvgPoolBackwardSpec, MaxPoolBackwardSpec, PoolBackwardSpec

__all__ = ["AvgPoolBackwardScene", "MaxPoolBackwardScene"]

PoolT = TypeVar("PoolT", bound=PoolBackwardSpec)
Cells = list[tuple[int, int]]

_SLOW = 4
"""Windows that are each a beat of their own; of more, the others come in one."""


def pool_sheets(trace: Any, of: str = "") -> dict[str, Sheet]:
    """Return the grids of a pooling and its gradients; `of` stands before their addresses."""

    def sheet(tag: str, name: str, role: str, **options: Any) -> Sheet:
        return Sheet(
            tag, trace.values()[name][0, 0], f"{of}{name}[0,0,{{}},{{}}]", role, trace.decimals(name), **options
        )

    return {
        "x": sheet("x", "x", "input"),
        "output": sheet("y", "output", "output"),
        "grad_output": sheet("dL/dy", "grad_output", "output", is_gradient=True, filled=False),
        "grad_input": sheet("dL/dx", "grad_input", "input", is_gradient=True, filled=False),
    }


def arrangements(sheets: dict[str, Sheet]) -> list[Any]:
    x, y, dy, dx = (plan(key, sheets[key]) for key in ("x", "output", "grad_output", "grad_input"))
    return [
        Row([x, dx, Column([y, dy], 0.3)], 0.7),
        Column([Row([x, y], 0.7), Row([dx, dy], 0.7)], 0.35),
        Row([x, y, dx, dy], 0.5),
    ]


class PoolBackwardScene(BackwardScene[PoolT]):
    """What both films have in common."""

    operation: ClassVar[str]

    def construct(self) -> None:
        trace = self.spec.trace()
        sheets = pool_sheets(trace)
        self.open(self.operation, sheets, arrangements(sheets))
        self.window: Window | None = None
        self.overlapping: list[Any] = []
        self.rings: list[Any] = []
        self.before()
        self.nudge()
        self.come_back()
        positions = [at[2:] for at in self.trace.positions()]
        asked = self.to_ask(positions)
        for k, (i, j) in enumerate(positions[:_SLOW]):
            self.hand_back(i, j, asked=(i, j) == asked, brisk=k > 0)
        self.hand_back_all(positions[_SLOW:])
        self.add_up()
        self.overlap()
        self.last()

    def before(self) -> None:
        said = self.origin() + self.opening()
        with self.beat("explain", said, reason=say("pooling, as it was")):
            self.play(FadeIn(self.sheets["x"], self.sheets["output"]), run_time=1.0)
            self.look_back()

    def look_back(self) -> None:
        """Mark what is special about the operation."""

    def come_back(self) -> None:
        dy = self.sheets["grad_output"]
        said = say("The loss says how each output should change: ▼ fall, ▲ rise.")
        with self.beat("explain", said, reason=say("what is asked of each output")):
            self.play(FadeIn(dy), run_time=0.5)
            self.play(*self.fill(dy.grid, list(np.ndindex(dy.grid.values.shape))), run_time=0.8)
            self.play(FadeIn(self.sheets["grad_input"]), run_time=0.5)

    def to_ask(self, positions: Cells) -> tuple[int, int] | None:
        """Return the window that is asked about: the one with the largest gradient, but not the first of several."""
        others = positions[1:_SLOW] or positions
        return max(others, key=lambda at: abs(self.trace.grad_output[0, 0, *at])) if self.spec.question else None

    def cells(self, i: int, j: int) -> Cells:
        """Return the cells of a window that lie in the input."""
        (rows, columns), (H, W) = self.trace.forward.geometry.cells(i, j), self.trace.x.shape[2:]
        return [(row, column) for row in rows for column in columns if row < H and column < W]

    def look(self, i: int, j: int) -> list[Any]:
        grid, (rows, columns) = self.sheets["x"].grid, self.trace.forward.window(0, 0, i, j)
        if self.window is None:
            self.window = Window(grid, (len(rows), len(columns)), self.theme)
            return [FadeIn(self.window.place(rows[0], columns[0]))]
        return [self.window.slide_to(rows[0], columns[0])]

    def hand_back(self, i: int, j: int, *, asked: bool, brisk: bool) -> None:
        dy, dx = self.sheets["grad_output"].grid, self.sheets["grad_input"].grid
        if asked:
            self.ask(self.prompt(i, j), self.answer(i, j), *self.asking(i, j), first=[*self.look(i, j), *self.leave()])
        with self.beat("answer" if asked else "step", self.said(i, j), brisk=brisk and not asked, reason=self.reason()):
            ready = [self.end_question()] if asked else [*self.look(i, j), *self.leave()]
            self.play(*ready, run_time=0.6)
            self.hand_over(i, j, dy, dx)

    def asking(self, i: int, j: int) -> list[Any]:
        return question_marks(self.sheets["grad_output"].grid, i, j, self.theme)[:1]

    def settled(self, cells: Cells, windows: int) -> Cells:
        """Return those cells to which so many windows hand something: of others, the sum is not known yet."""
        return [cell for cell in cells if self.reaching(self.trace, *cell) == windows]

    def arrive(self, coming: list[Any], run_time: float) -> None:
        if coming:
            self.play(*coming, run_time=run_time)

    def hand_back_all(self, positions: Cells) -> None:
        """Let the rest of the windows hand back, as one beat."""
        dx = self.sheets["grad_input"].grid
        left = [cell for cell in np.ndindex(dx.values.shape) if cell not in dx.numbers]
        if not positions and not left:
            return
        said = say("All other windows do the same. Where several meet, they add up.")
        if not positions and not any(self.trace.grad_input[0, 0, *cell] for cell in left):
            said = say("No window looks at the other cells: they get nothing.")
        elif not positions:
            said = say("Where several windows meet, they add up.")
        with self.beat("step", said):
            leaving = self.leave(*([self.window] if self.window else []))
            self.window = None
            self.arrive([*leaving, *self.fill(dx, left)], run_time=1.0)

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
        """Exchange an input and the first output for those with the input raised, and back."""
        raised, grids = self.spec.others()[name], (self.sheets["x"].grid, self.sheets["output"].grid)
        new = []
        for grid, array, at in zip(grids, ("x", "output"), (cell, (0, 0)), strict=True):
            old = grid.numbers[at]
            value = raised.value(array, 0, 0, *at)
            one = Number(value.text, f"{name}.{value.address}", old.size, self.theme.window, "semibold")
            one.scale(min(1.0, 0.9 * grid.cell / one.width)).move_to(grid.cell_center(*at))
            new.append((old, one))
        for old, one in new:
            old.save_state()
            self.play(old.animate.set_opacity(0), FadeIn(one), run_time=0.6)
        self.raised = new

    def lower(self) -> list[Any]:
        """Return the animations that bring the numbers back that were raised."""
        return [animation for old, one in self.raised for animation in (FadeOut(one), Restore(old))]

    def add_up(self) -> None:
        both = [self.told(f"sums.{name}") for name in ("grad_output", "grad_input")]
        said = say("Nothing is lost and nothing added: both sum to {total}.", total=both[0])
        with self.beat("step", said, reason=say("what comes in goes out")):
            self.play(*self.leave(*([self.window] if self.window else [])), run_time=0.4)
            self.window = None
            self.working.show(self.equation("sums.grad_input"), run_time=1.0)

    def overlap(self) -> None:
        """Let windows overlap, so that a cell gets something more than once."""
        back = self.spec.others().get("overlapping")
        if back is None:
            return
        sheets = pool_sheets(back, "overlapping.")
        others = Sheets(sheets, arrangements(sheets), self.theme, self.bands.stage)
        for key in ("grad_output", "grad_input"):
            grid = others[key].grid
            for at in np.ndindex(grid.values.shape):
                grid.write(*at)
        places = np.array([self.reaching(back, *at) for at in np.ndindex(back.x.shape[2:])])
        cell = divmod(int(places.argmax()), back.x.shape[3])
        address = f"overlapping.grad_input[0,0,{cell[0]},{cell[1]}]"
        with self.beat("step", self.overlap_said(address, int(places.max())), reason=say("where windows overlap")):
            self.play(*self.leave(*self.sheets.values(), *self.rings), run_time=0.5)
            self.play(FadeIn(*others.values()), run_time=0.8)
            marks = [CellMarks(others[key].grid, [cell], self.theme.window, 6) for key in ("x", "grad_input")]
            self.play(*map(Create, marks), run_time=0.4)
            self.working.grids = others.grids
            self.working.show(self.equation(address), run_time=0.8)
        self.sheets, self.overlapping = others, marks

    @abstractmethod
    def reaching(self, back: Any, row: int, column: int) -> int:
        """Return how many windows hand something to a cell."""

    @abstractmethod
    def overlap_said(self, address: str, windows: int) -> str: ...

    def last(self) -> None:
        """End on the insight."""


class MaxPoolBackwardScene(PoolBackwardScene[MaxPoolBackwardSpec]):
    """Only the winner is asked to change."""

    spec_class: ClassVar[type[MaxPoolBackwardSpec]] = MaxPoolBackwardSpec
    operation = "MaxPool2D, backward"

    def winner(self, i: int, j: int) -> tuple[int, int]:
        found: tuple[int, int] = self.trace.step(0, 0, i, j).winner
        return found

    def opening(self) -> str:
        kept = len({self.winner(*at[2:]) for at in self.trace.positions()})
        return say_many(
            "Pooling kept {count} of {size} numbers: the largest of each window.",
            "Pooling kept {count} of {size} numbers: the largest of each window.",
            kept,
            size=self.trace.x.size,
        )

    def look_back(self) -> None:
        winners = sorted({self.winner(*at[2:]) for at in self.trace.positions()})
        self.rings = [CellMarks(self.sheets["x"].grid, winners, self.theme.output, 5)]
        self.play(*map(Create, self.rings), run_time=0.8)

    def nudge(self) -> None:
        others = self.spec.others()
        if "raised_winner" not in others:
            return
        winner, x = self.winner(0, 0), self.trace.x[0, 0]
        loser = next(cell for cell in self.cells(0, 0) if others["raised_loser"].x[0, 0][cell] != x[cell])
        named = {
            "was": self.given("x", 0, 0, *winner),
            "is_now": number(others["raised_winner"].value("x", 0, 0, *winner).text),
        }
        said = say("Raise the winner from {was} to {is_now}: the output follows.", **named)
        with self.beat("explain", said, reason=say("raise one input a little")):
            self.play(*self.look(0, 0), run_time=0.5)
            self.raise_cell("raised_winner", winner)
        named = {
            "was": self.given("x", 0, 0, *loser),
            "is_now": number(others["raised_loser"].value("x", 0, 0, *loser).text),
        }
        said = say("Raise another from {was} to {is_now}: the output stays.", **named)
        with self.beat("explain", said, reason=say("raise one input a little")):
            self.play(*self.lower(), run_time=0.5)
            self.raise_cell("raised_loser", loser)
        with self.beat("explain", say("So only the winner can be asked to change."), reason=say("only winners count")):
            self.play(*self.lower(), run_time=0.5)

    def reason(self) -> str:
        return say("all of it goes to the winner")

    def prompt(self, i: int, j: int) -> str:
        values = listed([self.given("x", 0, 0, *cell) for cell in self.cells(i, j)])
        return say("Which of {values} gets the {grad}?", values=values, grad=self.given("grad_output", 0, 0, i, j))

    def answer(self, i: int, j: int) -> str:
        return self.given("output", 0, 0, i, j)

    def said(self, i: int, j: int) -> str:
        (row, column), step = self.winner(i, j), self.trace.step(0, 0, i, j)
        named = {"value": self.given("output", 0, 0, i, j), "grad": self.given("grad_output", 0, 0, i, j)}
        if step.ties > 1:
            return say("{value} is there {ties} times: the first one gets all of {grad}.", ties=step.ties, **named)
        return say(
            "All of {grad} goes to the {value} in row {row}, column {column}. The others get 0.",
            row=row + 1,
            column=column + 1,
            **named,
        )

    def hand_over(self, i: int, j: int, dy: NumberGrid, dx: NumberGrid) -> None:
        winner = [self.winner(i, j)]
        self.arrive(self.fill(dx, self.settled(winner, 1), dy.cell_center(i, j)), run_time=1.0)
        self.arrive(self.fill(dx, self.settled(self.cells(i, j), 0)), run_time=0.5)

    def reaching(self, back: Any, row: int, column: int) -> int:
        return len(back.won(0, 0, row, column))

    def overlap_said(self, address: str, windows: int) -> str:
        if windows == 1:
            return say("With windows that overlap, too, each gradient goes to one cell.")
        return say("This cell wins {count} windows that overlap: what they ask adds up.", count=windows)

    def last(self) -> None:
        back = self.spec.others()["tie"]
        sheets = pool_sheets(back, "tie.")
        others = Sheets(sheets, arrangements(sheets), self.theme, self.bands.stage)
        for key in ("grad_output", "grad_input"):
            for at in np.ndindex(others[key].grid.values.shape):
                others[key].grid.write(*at)
        said = say("At a tie there is no slope. PyTorch gives all of it to the first, in reading order.")
        with self.beat("explain", said, reason=say("three equal winners")):
            self.play(*self.leave(*self.sheets.values(), *self.rings, *self.overlapping), run_time=0.5)
            self.play(FadeIn(*others.values()), run_time=0.8)
        said = say("Max pooling passes its gradient to the winners. Whoever did not win learns nothing from it.")
        with self.beat("explain", said, reason=say("only winners learn")):
            self.hold(0.4)


class AvgPoolBackwardScene(PoolBackwardScene[AvgPoolBackwardSpec]):
    """Each cell of a window gets an equal share."""

    spec_class: ClassVar[type[AvgPoolBackwardSpec]] = AvgPoolBackwardSpec
    operation = "AvgPool2D, backward"

    def opening(self) -> str:
        return say("Pooling made a mean of each window.")

    def nudge(self) -> None:
        raised, named = self.spec.others()["raised_cell"], {"was": self.given("x", 0, 0, 0, 0)}
        named |= {"is_now": number(raised.value("x", 0, 0, 0, 0).text), "count": str(len(self.cells(0, 0)))}
        by = number(raised.value("output", 0, 0, 0, 0).text)
        said = say(
            "Raise one of the {count} from {was} to {is_now}: the mean rises to {mean}, {count} times less.",
            mean=by,
            **named,
        )
        with self.beat("explain", said, reason=say("raise one input a little")):
            self.play(*self.look(0, 0), run_time=0.5)
            self.raise_cell("raised_cell", (0, 0))
        with self.beat("explain", say("Any other would do the same."), reason=say("all cells count the same")):
            self.play(*self.lower(), run_time=0.5)

    def reason(self) -> str:
        return say("each cell gets its share")

    def prompt(self, i: int, j: int) -> str:
        named = {"grad": self.given("grad_output", 0, 0, i, j), "count": len(self.cells(i, j))}
        return say("{grad} is shared by {count} cells. How much does each get?", **named)

    def share(self, i: int, j: int) -> str:
        step = int(np.ravel_multi_index((i, j), self.trace.output.shape[2:]))
        return f"steps[{step}].share"

    def answer(self, i: int, j: int) -> str:
        return self.told(self.share(i, j))

    def said(self, i: int, j: int) -> str:
        named = {"grad": self.given("grad_output", 0, 0, i, j), "count": len(self.cells(i, j))}
        return say(
            "{grad} / {count} = {share} for each cell of the window.", share=self.told(self.share(i, j)), **named
        )

    def hand_over(self, i: int, j: int, dy: NumberGrid, dx: NumberGrid) -> None:
        self.working.show(self.equation(self.share(i, j)), run_time=0.6)
        self.arrive(self.fill(dx, self.settled(self.cells(i, j), 1), dy.cell_center(i, j)), run_time=1.0)

    def reaching(self, back: Any, row: int, column: int) -> int:
        return len(back.forward.geometry.reaching(row, column))

    def overlap_said(self, address: str, windows: int) -> str:
        return say_many(
            "{count} window looks at this cell: it gets a share of it.",
            "{count} windows look at this cell: it gets a share of each.",
            windows,
        )

    def last(self) -> None:
        said = say("Average pooling asks all cells equally: each learns a little.")
        with self.beat("explain", said, reason=say("everybody learns a little")):
            self.hold(0.4)
