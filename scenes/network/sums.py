"""The line at the end of what is worked out in a network: terms, bias and result, which drops into the output."""

from __future__ import annotations

from collections.abc import Sequence

from manim import FadeIn, FadeOut, Mobject, VGroup

from cnn_core.numerals import as_text, relation
from scenes.mobjects.pen import Pen
from scenes.mobjects.text import Number
from scenes.network.board import NetBoard
from scenes.specs.reading import Zoom

__all__ = ["NetSum"]

Term = tuple[str, float]
"""Address, inside the zoom's values, and value."""


class NetSum:
    """A sum of terms and the bias, in the formula band.

    Parameters
    ----------
    terms
        What is summed, in order.
    sources
        What each term comes out of.
    """

    def __init__(self, board: NetBoard, zoom: Zoom, terms: Sequence[Term], sources: Sequence[Mobject]) -> None:
        self.board, self.zoom, self.terms, self.sources = board, zoom, terms, sources

    def play(self, run_time: float) -> None:
        """Let the terms come one by one, then bias and result; and drop the result into the output."""
        pen = self.board.pen.best(self.parts)
        parts = self.parts(pen)
        pen.line(parts)
        terms, rest = parts[: len(self.terms)], parts[len(self.terms) :]
        self.board.extras += parts
        for term, source in zip(terms, self.sources, strict=True):
            self.board.stage.play(FadeIn(term, target_position=source), run_time=run_time / len(terms))
        self.board.stage.play(*map(FadeIn, rest), run_time=0.6)
        self.drop()

    def parts(self, pen: Pen) -> list[VGroup]:
        """Return terms, bias and result as a pen draws them."""
        numbers = [
            pen.number(value, f"{self.zoom.address}.{name}", decimals=2, parentheses=index > 0)
            for index, (name, value) in enumerate(self.terms)
        ]
        if self.zoom.step.bias is not None:
            kernel, address = self.board.theme.kernel, f"{self.zoom.address}.bias"
            numbers.append(pen.number(self.zoom.step.bias, address, kernel, decimals=2, parentheses=True))
        value = as_text(self.zoom.step.value, 2)
        self.result = Number(value, f"{self.zoom.address}.value", pen.size, self.board.theme.output, "semibold")
        sign = relation([[number.shown_text] for number in numbers], value)
        added = [pen.term("+", number) for number in numbers[1:]]
        return [VGroup(numbers[0]), *added, pen.term(sign, self.result)]

    def drop(self) -> None:
        """Let the result travel into its place in the output, where there are maps."""
        if self.board.right is None:
            return
        flying = self.result.copy()
        flying.address = ""
        place = self.board.right.middle(*self.zoom.step.position[1:])
        self.board.stage.play(FadeOut(flying, target_position=place, scale=0.3), run_time=0.8)
