"""How poolings pass gradients back."""

from __future__ import annotations

from typing import Any, ClassVar

import numpy as np
from manim import Create

from scenes.language import listed, marked, number, say, say_many
from scenes.mobjects.grid import CellMarks, NumberGrid
from scenes.pointing import few_of, point_out
from scenes.pool_backward import AvgPoolBackwardSpec, MaxPoolBackwardSpec
from scenes.pool_backward.common import SLOW, PoolBackwardScene

__all__ = ["AvgPoolBackwardScene", "MaxPoolBackwardScene"]


class MaxPoolBackwardScene(PoolBackwardScene[MaxPoolBackwardSpec]):
    """Only the winner is asked to change."""

    spec_class: ClassVar[type[MaxPoolBackwardSpec]] = MaxPoolBackwardSpec
    operation = marked("MaxPool2D, backward")

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
        positions = [at[2:] for at in self.trace.positions()]
        grid, few = self.sheets["x"].grid, len(positions) <= SLOW
        winners = [[self.winner(*at)] for at in positions] if few else [[self.winner(*at) for at in positions]]
        for at, cells in zip(positions, winners, strict=False):
            ring = CellMarks(grid, sorted(set(cells)), self.theme.output, 5)
            self.rings.append(ring)
            if few:
                self.play(*self.look(*at), run_time=0.3)
            self.play(Create(ring), run_time=0.4)

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
        with self.beat("explain", said, reason=say("Raise one input a little, and watch the output.")):
            self.play(*self.look(0, 0), run_time=0.5)
            self.raise_cell("raised_winner", winner)
        named = {
            "was": self.given("x", 0, 0, *loser),
            "is_now": number(others["raised_loser"].value("x", 0, 0, *loser).text),
        }
        said = say("Raise another from {was} to {is_now}: the output stays. So only the winner is asked.", **named)
        with self.beat("explain", said, reason=say("An input that changes nothing gets no gradient.")):
            self.lower()
            self.raise_cell("raised_loser", loser)
            self.glance()
            self.lower()

    def reason(self) -> str:
        return say("Only the winner made the output, so it gets all.")

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
        for cell in self.settled(self.cells(i, j), 0):
            self.arrive(self.fill(dx, [cell]), run_time=0.35)

    def reaching(self, back: Any, row: int, column: int) -> list[tuple[int, int]]:
        found: list[tuple[int, int]] = back.won(0, 0, row, column)
        return found

    def overlap_said(self, address: str, windows: int) -> str:
        if windows == 1:
            return say("Now with windows that overlap: even so, each gradient goes to one cell.")
        return say(
            "Now with windows that overlap: this cell wins {count} of them, and what they ask adds up.", count=windows
        )

    def last(self) -> None:
        said = say("At a tie there is no slope. PyTorch gives the whole gradient to the first, in reading order.")
        with self.beat("explain", said, reason=say("Of equal winners, one has to be chosen.")):
            self.show_instead(self.spec.others()["tie"], "tie.")
            grid = self.sheets["x"].grid
            for color, cells in ((self.theme.output, equal_winners(grid)), (self.theme.window, [self.tied()])):
                self.rings.append(CellMarks(grid, cells, color, 6))
                self.play(Create(self.rings[-1]), run_time=0.6)
        said = say("Max pooling passes its gradient to the winners. Whoever did not win learns nothing from it.")
        winners = sorted({self.winner(*at[2:]) for at in self.trace.positions()})
        named = {"winners": len(winners), "size": self.trace.x.size}
        with self.beat("explain", said, reason=say("Only winners learn: {winners} of {size} here.", **named)):
            self.show_instead(self.trace, "", 0.5)
            for key in ("x", "grad_input"):
                ring = CellMarks(self.sheets[key].grid, winners, self.theme.output, 6)
                self.play(Create(ring), run_time=0.9)

    def tied(self) -> tuple[int, int]:
        """Return the one of several equal winners that gets the gradient."""
        found: tuple[int, int] = self.spec.others()["tie"].step(0, 0, 0, 0).winner
        return found


def equal_winners(grid: NumberGrid) -> list[tuple[int, int]]:
    """Return the cells with the largest value of a grid."""
    return [(row, column) for row, column in np.argwhere(grid.values == grid.values.max()).tolist()]


class AvgPoolBackwardScene(PoolBackwardScene[AvgPoolBackwardSpec]):
    """Each cell of a window gets an equal share."""

    spec_class: ClassVar[type[AvgPoolBackwardSpec]] = AvgPoolBackwardSpec
    operation = marked("AvgPool2D, backward")

    def opening(self) -> str:
        return say("Pooling made a mean of each window.")

    def look_back(self) -> None:
        positions = [at[2:] for at in self.trace.positions()]
        for at in positions if len(positions) <= SLOW else []:
            place = CellMarks(self.sheets["output"].grid, [at], self.theme.window, 5)
            self.play(*self.look(*at), run_time=0.3)
            self.play(Create(place), run_time=0.3)
            self.rings.append(place)
        self.take_away(*self.rings)

    def nudge(self) -> None:
        raised, named = self.spec.others()["raised_cell"], {"was": self.given("x", 0, 0, 0, 0)}
        named |= {"is_now": number(raised.value("x", 0, 0, 0, 0).text), "count": str(len(self.cells(0, 0)))}
        by = number(raised.value("output", 0, 0, 0, 0).text)
        said = say(
            "Raise one of the {count} from {was} to {is_now}: the mean rises to {mean}, by 1/{count} of that.",
            mean=by,
            **named,
        )
        is_alone = len(self.cells(0, 0)) == 1
        if is_alone:
            said = say("Raise the only one from {was} to {is_now}: the mean rises as much.", **named)
        with self.beat("explain", said, reason=say("Raise one input a little, and watch the output.")):
            self.play(*self.look(0, 0), run_time=0.8)
            self.raise_cell("raised_cell", (0, 0))
            if is_alone:
                self.lower()
        if is_alone:
            return
        with self.beat(
            "explain", say("Any other would do the same."), reason=say("Each cell of a window counts the same.")
        ):
            self.lower()
            others = [[self.sheets["x"].grid.address(*cell)] for cell in self.cells(0, 0)[1:]]
            self.take_away(*point_out(self, [self.sheets["x"].grid], few_of(others)))

    def reason(self) -> str:
        return say("Each cell gave its share, so it gets its share.")

    def prompt(self, i: int, j: int) -> str:
        return say_many(
            "{grad} comes back to a window of {count} cell. How much does it get?",
            "{grad} is shared by {count} cells. How much does each get?",
            len(self.cells(i, j)),
            grad=self.given("grad_output", 0, 0, i, j),
        )

    def share(self, i: int, j: int) -> str:
        step = int(np.ravel_multi_index((i, j), self.trace.output.shape[2:]))
        return f"steps[{step}].share"

    def answer(self, i: int, j: int) -> str:
        return self.told(self.share(i, j))

    def said(self, i: int, j: int) -> str:
        named = {"grad": self.given("grad_output", 0, 0, i, j), "count": len(self.cells(i, j))}
        return say(
            "{grad} / {count} is {share} for each cell of the window.", share=self.told(self.share(i, j)), **named
        )

    def hand_over(self, i: int, j: int, dy: NumberGrid, dx: NumberGrid) -> None:
        self.working.show(self.equation(self.share(i, j)), run_time=0.6)
        self.arrive(self.fill(dx, self.settled(self.cells(i, j), 1), dy.cell_center(i, j)), run_time=1.0)

    def reaching(self, back: Any, row: int, column: int) -> list[tuple[int, int]]:
        found: list[tuple[int, int]] = back.forward.geometry.reaching(row, column)
        return found

    def overlap_said(self, address: str, windows: int) -> str:
        return say_many(
            "Now with windows that overlap: {count} of them looks at this cell, and it gets a share of it.",
            "Now with windows that overlap: {count} of them look at this cell, and it gets a share of each.",
            windows,
        )

    def last(self) -> None:
        said = say("Average pooling asks all cells equally: each learns a little.")
        with self.beat("explain", said, reason=say("Every cell gets a little.")):
            self.show_instead(self.trace, "", 0.5)
            self.point_out(self.sheets["grad_input"])
