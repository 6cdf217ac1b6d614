"""How the values of a channel are normalised, scaled and shifted, cell by cell."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import groupby

import numpy as np
from manim import ORIGIN, Animation, ApplyMethod, FadeIn, FadeOut, VGroup, smooth

from cnn_core.numerals import parenthesised, typeset
from scenes.batch_norm.band import EARLY, LATE, FormulaBand, Source
from scenes.batch_norm.board import BatchNormBoard
from scenes.batch_norm.channel import Cell
from scenes.layout import smallest_text
from scenes.mobjects.grid import NumberGrid, Window
from scenes.mobjects.text import Label
from scenes.mobjects.worked import Known, Worked
from scenes.specs.batch_norm import BatchNormSpec
from scenes.stage import ExplainerScene
from scenes.timeline import Kind

__all__ = ["CellsChapter"]

WORKED_OUT = 2
"""Cells that are worked out in numbers; the others flow."""


class CellsChapter:
    """Two values are worked out in numbers, the others follow row by row.

    Parameters
    ----------
    stage
        Where it is played.
    band
        Where cells are worked out.
    board
        The channel it is about.
    """

    def __init__(self, stage: ExplainerScene[BatchNormSpec], band: FormulaBand, board: BatchNormBoard) -> None:
        self.stage, self.band, self.board, self.lines = stage, band, board, board.lines
        self.result = board.result

    def said(self, name: str, cell: Cell | None = None) -> str:
        """Return a number as a caption says it."""
        return typeset(self.lines.text(name, cell))

    def play(self) -> None:
        """Fill the result."""
        cells = self.board.cells[:WORKED_OUT]
        self.window = Window(self.board.x, (1, 1), self.stage.theme)
        asked = self.stage.spec.question and not self.stage.spec.training
        if asked:
            self.ask_for(cells[0])
        self.normalise(cells[0], "answer" if asked else "step")
        for cell in cells[1:]:
            self.normalise(cell, "step", brisk=True)
        if cells == self.board.cells:
            return
        with self.stage.beat("step", "All other values in the same way.", brisk=True):
            self.stage.play(FadeOut(self.window), *self.band.leave(), run_time=0.4)
            self.flow(len(cells))

    def ask_for(self, cell: Cell) -> None:
        """Let the learner find the first result."""
        grid = self.board.out
        mark = grid.question_frame(*cell)
        sign = Label("?", max(0.6 * grid.cell, smallest_text()), self.stage.theme.question, "semibold")
        sign.move_to(mark)
        mean = typeset(parenthesised(self.lines.text("mean")))
        prompt = f"What is ({self.said('x', cell)} − {mean}) / {self.said('std')}?"
        first = [FadeIn(self.window), *self.band.leave()]
        self.stage.ask(prompt, self.lines.text(self.result, cell), mark, sign, first=first)

    def normalise(self, cell: Cell, kind: Kind, *, brisk: bool = False) -> None:
        """Subtract the mean from one value, divide by the standard deviation, and write the result."""
        known, said = self.board.known, f"{self.said('x', cell)} becomes {self.said(self.result, cell)}."
        said = said if brisk else f"Minus the mean, divided by the standard deviation: {said}"
        with self.stage.beat(kind, said, brisk=brisk):
            look = self.window.slide_to(*cell) if brisk else FadeIn(self.window)
            ready = self.stage.end_question() if kind == "answer" else look
            self.stage.play(ready, *self.band.leave(), run_time=0.5)
            sources: dict[str, Source] = {
                "x": self.board.x.cell_center(*cell),
                "mean": known["mean"].number,
                "std": known["std"].number,
            }
            self.work_out(self.lines.cell(cell, self.result), sources, cell, run_time=0.8 if brisk else 1.4)

    def work_out(self, line: Worked, sources: Mapping[str, Source], cell: Cell, run_time: float) -> None:
        """Show a line of arithmetic and let its result travel into its cell."""
        self.band.show(line, sources, run_time)
        arrivals = self.arrivals([cell], self.board.out.cell_center(*cell) - line.numbers["result"].get_center())
        if arrivals:
            self.stage.play(*arrivals, run_time=0.8)
        self.stage.add(self.board.out_panel)

    def flow(self, told: int = 0, run_time: float = 0.7) -> None:
        """Let all values but those already told travel to the result, row by row."""
        board = self.board
        way = board.out.cell_center(0, 0) - board.x.cell_center(0, 0)
        for _, row in groupby(board.cells[told:], key=lambda cell: cell[0]):
            if arrivals := self.arrivals(list(row), way):
                self.stage.play(*arrivals, run_time=run_time)
        self.stage.add(board.out_panel)

    def arrivals(self, cells: list[Cell], way: np.ndarray = ORIGIN) -> list[Animation]:
        """Write values into their cells, and return the animations in which they get there this way."""
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
        return [*tint, ApplyMethod(digits.shift(-way).shift, way)]

    def scale_and_shift(self) -> None:
        """Multiply by gamma and add beta, in the same cells."""
        board, stage, spec = self.board, self.stage, self.stage.spec
        given = {"weight": spec.weight, "bias": spec.bias}
        parameters = {name: board.parameter(name) for name, vector in given.items() if vector is not None}
        what = " and ".join(one for one, name in (("γ rescales", "weight"), ("β shifts", "bias")) if name in parameters)
        with stage.beat("explain", f"Then come parameters that the network learns: {what}."):
            stage.play(*self.band.leave(), FadeOut(board.beside), run_time=0.5)
            board.place_beside(list(parameters.values()))
            stage.play(FadeIn(board.beside), run_time=0.8)
        self.work_out_output((0, 0), parameters)
        with stage.beat("step", "And so do all other values.", brisk=True):
            others = board.cells[1:]
            stage.play(FadeOut(self.window), *self.band.leave(), run_time=0.4)
            going = [FadeOut(self.old, rate_func=EARLY), FadeIn(board.out_panel.caption, rate_func=LATE)]
            stage.play(*going, *self.arrivals(others), run_time=1.2)
            stage.add(board.out_panel)

    def work_out_output(self, cell: Cell, parameters: Mapping[str, Known]) -> None:
        """Scale and shift one normalised value, and put the result in its place."""
        board, stage = self.board, self.stage
        self.old, board.out_panel = board.out_panel, board.final_panel
        self.window = Window(self.old.grid, (1, 1), stage.theme)
        stage.add(board.out.lines, board.out.frame)
        with stage.beat("step", f"{self.said('x_hat', cell)} becomes {self.said('output', cell)}."):
            stage.play(FadeIn(self.window), *self.band.leave(), run_time=0.5)
            line = self.lines.affine(cell)
            sources: dict[str, Source] = {name: known.number for name, known in parameters.items()}
            self.band.show(line, {"x_hat": board.out.cell_center(*cell), **sources})
            way = board.out.cell_center(*cell) - line.numbers["result"].get_center()
            going = leaving(self.old.grid, cell)
            stage.add(*(animation.mobject for animation in going))
            arriving = self.arrivals([cell], way)
            stage.add(self.window.outline)
            stage.play(*going, *arriving, run_time=0.8)


def leaving(grid: NumberGrid, cell: Cell) -> list[Animation]:
    """Take a value out of its cell, and return the animations in which it goes."""
    tint, number = grid.fills.pop(cell, None), grid.numbers.pop(cell, None)
    grid.background.remove(*filter(None, [tint]))
    grid.digits.remove(*filter(None, [number]))
    return [FadeOut(one) for one in (tint, number) if one is not None]
