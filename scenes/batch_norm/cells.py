"""How the values of a channel are normalised, scaled and shifted, cell by cell."""

from __future__ import annotations

from itertools import groupby

import numpy as np
from manim import ORIGIN, RIGHT, Animation, FadeIn, FadeOut, VGroup, smooth

from cnn_core.notation import PLAIN
from scenes.batch_norm import BatchNormSpec
from scenes.batch_norm.board import BatchNormBoard
from scenes.batch_norm.channel import ChannelCell, scaled_and_shifted
from scenes.language import say
from scenes.mobjects.expression import Line
from scenes.mobjects.grid import NumberGrid, Window
from scenes.mobjects.panels import question_marks
from scenes.mobjects.travel import EARLY, LATE, travel
from scenes.stage import ExplainerScene
from scenes.timeline import Kind
from scenes.working import Working

__all__ = ["CellsChapter"]

WORKED_OUT = 2
"""Cells that are worked out in numbers; the others flow."""


class CellsChapter:
    """Two values are worked out in numbers, the others follow row by row.

    Parameters
    ----------
    stage
        Where it is played.
    working
        Where cells are worked out.
    board
        The channel it is about.
    """

    def __init__(self, stage: ExplainerScene[BatchNormSpec], working: Working, board: BatchNormBoard) -> None:
        self.stage, self.working, self.board, self.channel = stage, working, board, board.channel
        self.result = board.result

    def play(self) -> None:
        cells = self.board.cells[:WORKED_OUT]
        self.window = Window(self.board.x, (1, 1), self.stage.theme)
        asked = self.stage.spec.question
        if asked:
            self.ask_for(cells[0])
        self.normalise(cells[0], "answer" if asked else "step")
        for cell in cells[1:]:
            self.normalise(cell, "step", brisk=True)
        if cells == self.board.cells:
            return
        why = say("The distance from the mean, counted in standard deviations.")
        with self.stage.beat("step", say("All other values in the same way."), brisk=True, reason=why):
            self.stage.play(FadeOut(self.window), *self.working.leave(), run_time=0.4)
            self.flow(len(cells))

    def ask_for(self, cell: ChannelCell) -> None:
        """Let the learner find the first result."""
        marks = question_marks(self.board.out, *cell, self.stage.theme)
        equation = self.channel.equation("x_hat", cell)
        prompt = say("What is {expression}?", expression=PLAIN.write(equation.left))
        first = [FadeIn(self.window, rate_func=LATE), *self.working.leave()]
        self.stage.ask(prompt, equation.result.text, *marks, first=first)

    def normalise(self, cell: ChannelCell, kind: Kind, *, brisk: bool = False) -> None:
        """Subtract the mean from one value, divide by the standard deviation, and write the result."""
        named = {"x": self.channel.said("x", cell), "value": self.channel.said("x_hat", cell)}
        said = say("Minus the mean μ, divided by σ: {x} becomes {value}.", **named)
        said = say("{x} becomes {value}.", **named) if brisk else said
        why = say("The distance from the mean, counted in standard deviations.")
        with self.stage.beat(kind, said, brisk=brisk, reason=why):
            look = self.window.slide_to(*cell, rate_func=LATE) if brisk else FadeIn(self.window, rate_func=LATE)
            ready = self.stage.end_question() if kind == "answer" else look
            self.stage.play(ready, *self.working.leave(), run_time=0.5)
            line = self.working.show(self.channel.equation(self.result, cell), run_time=0.8 if brisk else 1.4)
            self.drop(cell, line.result.get_center())

    def drop(self, cell: ChannelCell, start: np.ndarray) -> None:
        arrivals = self.arrivals([cell], self.board.out.cell_center(*cell) - start)
        if arrivals:
            self.stage.play(*arrivals, run_time=0.8)
        self.stage.add(self.board.out_panel)

    def flow(self, told: int = 0, run_time: float = 0.7) -> None:
        """Look at all values but those already told, row by row, and let what they become arrive beside each other."""
        board, window = self.board, Window(self.board.x, (1, self.board.columns), self.stage.theme)
        for i, row in groupby(board.cells[told:], key=lambda cell: cell[0]):
            look = window.slide_to(i, 0) if window in self.stage.mobjects else FadeIn(window.place(i, 0))
            self.stage.play(look, run_time=0.4 * run_time)
            if arrivals := self.arrivals(list(row), 0.5 * board.cell * RIGHT):
                self.stage.play(*arrivals, run_time=0.6 * run_time)
        self.stage.play(FadeOut(window), run_time=0.2)
        self.stage.add(board.out_panel)

    def arrivals(self, cells: list[ChannelCell], way: np.ndarray = ORIGIN) -> list[Animation]:
        grid = self.board.out
        numbers = [grid.make_number(*cell) for cell in cells]
        for cell, number in zip(cells, numbers, strict=True):
            grid.write(*cell, number=number)
        fills = VGroup(*(grid.fills[cell] for cell in cells if cell in grid.fills))
        tint: list[Animation] = [FadeIn(fills, rate_func=LATE)] if len(fills) else []
        self.stage.add(fills)  # below the digits, which an animation would put first
        if not grid.text_size or not cells:
            return tint
        digits = VGroup(*numbers)
        self.stage.add(digits)
        if len(cells) > 1:
            return [*tint, FadeIn(digits, shift=way, rate_func=smooth if np.any(way) else LATE)]
        return [*tint, travel(numbers[0], numbers[0].get_center() - way, 0.0, self.stage.mobjects)]

    def scale_and_shift(self) -> None:
        """Multiply by gamma and add beta, in the same cells."""
        board, stage, spec = self.board, self.stage, self.stage.spec
        given = {"weight": spec.weight, "bias": spec.bias}
        kernel = stage.theme.kernel
        parameters = [self.channel.known(name, kernel) for name, vector in given.items() if vector is not None]
        said = say("Then come parameters that the network learns: γ rescales and β shifts.")
        if spec.bias is None:
            said = say("Then comes a parameter that the network learns: γ rescales.")
        elif spec.weight is None:
            said = say("Then comes a parameter that the network learns: β shifts.")
        why = say("One scale need not be the best one, so the network may choose another.")
        with stage.beat("explain", said, reason=why):
            stage.play(*self.working.leave(), FadeOut(board.beside), run_time=0.5)
            board.place_beside(parameters)
            self.working.known += [known.number for known in parameters]
            stage.play(FadeIn(board.beside), run_time=0.8)
        self.work_out_output((0, 0))
        with stage.beat("step", say("All other values in the same way."), brisk=True):
            others = board.cells[1:]
            stage.play(FadeOut(self.window), *self.working.leave(), run_time=0.4)
            going = [FadeOut(self.old, rate_func=EARLY), FadeIn(board.out_panel.caption, rate_func=LATE)]
            stage.play(*going, *self.arrivals(others), run_time=1.2)
            stage.add(board.out_panel)

    def work_out_output(self, cell: ChannelCell) -> None:
        """Scale and shift one normalised value, and put the result in its place."""
        board, stage = self.board, self.stage
        self.old, board.out_panel = board.out_panel, board.final_panel
        self.window = Window(self.old.grid, (1, 1), stage.theme)
        stage.add(board.out.lines, board.out.frame)
        named = {"x": self.channel.said("x_hat", cell), "value": self.channel.said("output", cell)}
        with stage.beat("step", say("{x} becomes {value}.", **named)):
            stage.play(FadeIn(self.window), *self.working.leave(), run_time=0.5)
            self.working.grids.append(self.old.grid)
            line = self.working.show(self.working.writer.best([self.scaled_and_shifted(cell)]), run_time=1.2)
            way = board.out.cell_center(*cell) - line.result.get_center()
            going = leaving(self.old.grid, cell)
            stage.add(*(animation.mobject for animation in going))
            arriving = self.arrivals([cell], way)
            stage.add(self.window.outline)
            stage.play(*going, *arriving, run_time=0.8)

    def scaled_and_shifted(self, cell: ChannelCell) -> Line:
        """Return `0.4·2 + 1 = 1.8`."""
        return scaled_and_shifted(self.channel.equation("output", cell), self.channel.value("x_hat", cell))


def leaving(grid: NumberGrid, cell: ChannelCell) -> list[Animation]:
    """Take a value out of its cell, and return the animations in which it goes."""
    tint, number = grid.fills.pop(cell, None), grid.numbers.pop(cell, None)
    grid.background.remove(*filter(None, [tint]))
    grid.digits.remove(*filter(None, [number]))
    return [FadeOut(one) for one in (tint, number) if one is not None]
