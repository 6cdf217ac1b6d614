"""Average pooling: a window visits a grid; the mean of each stop goes to the output."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, ClassVar

import numpy as np
from manim import FadeIn, Mobject, VGroup

from cnn_core.arrays import Array, Pair
from cnn_core.avg_pool2d import AvgPool2dStep
from cnn_core.numerals import as_text, relation, typeset
from scenes.layout import fitted
from scenes.mobjects.mean import Mean
from scenes.mobjects.panels import travel
from scenes.mobjects.text import Number
from scenes.pooling import PoolingScene
from scenes.specs.fields import listed
from scenes.specs.pooling import AvgPoolSpec

__all__ = ["AvgPoolScene"]

WRITTEN_OUT = 9
"""Terms of a sum up to which all of them are written."""


class AvgPoolScene(PoolingScene[AvgPoolSpec, AvgPool2dStep]):
    """A window visits a grid; the mean of each stop goes to the output."""

    spec_class: ClassVar[type[AvgPoolSpec]] = AvgPoolSpec
    operation = "AvgPool2D"

    @property
    def zeros_count(self) -> bool:
        """Whether there is padding, and its zeros count."""
        return self.spec.count_include_pad and any(self.trace.padding)

    def maps(self) -> Array:
        """Return the input with the ring around it; the zeros that count are written, nothing else outside."""
        maps = super().maps()
        if self.zeros_count:
            (pH, pW), (H, W) = self.trace.padding, self.trace.geometry.size
            padded = maps[:, : H + 2 * pH, : W + 2 * pW]
            padded[np.isnan(padded)] = 0
        return maps

    def address(self, channel: int) -> Callable[[int, int], str]:
        """Return what gives the addresses of the drawn input's cells; those of zeros are in the padded input."""
        return partial(address_in_padded, channel, self.trace.padding, self.trace.geometry.size)

    def rule(self) -> str:
        """Say what becomes of a window."""
        if self.spec.divisor_override is not None:
            return f"The sum of each stop, divided by {self.spec.divisor_override}, goes to the output."
        return "The mean of each stop goes to the output."

    def padding_in_words(self) -> str:
        """Say what padding counts as, and that what lies beyond it does not count."""
        if not any(self.trace.padding):
            return "The last windows reach over the edge. What lies outside does not count."
        if not self.zeros_count:
            return "The dashed cells are padding. They do not count: only the cells of the input are averaged."
        beyond = " Empty cells beyond them do not." if np.isnan(self.inputs[0].values).any() else ""
        return f"The dashed cells are padding. Their zeros count in the mean.{beyond}"

    def question_about(self, step: AvgPool2dStep) -> str:
        """Ask for the mean of a window."""
        texts, divisor = self.term_texts(step), self.spec.divisor_override
        values = typeset(listed(texts)) if len(texts) <= WRITTEN_OUT else f"these {len(texts)} values"
        if divisor is None:
            return f"What is the mean of {values}?"
        return f"What is the sum of {values}, divided by {divisor}?"

    def answer_to(self, step: AvgPool2dStep) -> str:
        """Return the mean."""
        return as_text(step.value, self.outputs[0].decimals)

    def said(self, step: AvgPool2dStep) -> str:
        """Name sum, divisor and mean, and the zeros of the padding among them."""
        total, value = self.total_text(step), self.answer_to(step)
        zeros = len(self.cells(step)) - int(step.inside.sum())
        among = "" if zeros == 0 else f", {zeros} {'zero' if zeros == 1 else 'zeros'} of the padding included"
        about = "" if self.sign_before(value, total, step) == "=" else "about "
        return f"The sum is {typeset(total)}{among}. Divided by {step.divisor}, that is {about}{typeset(value)}."

    def work_out(self, step: AvgPool2dStep, run_time: float) -> list[Mobject]:
        """Let the values travel into the sum, the sum into the mean, the mean into its output cell."""
        mean = self.mean(step)
        if mean.terms:
            self.play(*self.gathering(mean.terms, step), run_time=run_time)
            self.play(FadeIn(mean.marks[0], mean.divisors[0]), run_time=0.4 * run_time)
        start = VGroup(*mean.terms) if mean.terms else self.windows[step.position[1]].outline
        self.play(travel(mean.total, start), FadeIn(mean.marks[1], mean.divisors[1]), run_time=0.8 * run_time)
        self.play(travel(mean.value, mean.total), FadeIn(mean.marks[2]), run_time=0.6 * run_time)
        self.play(*self.drop(step, mean.value), run_time=run_time)
        self.remove(*mean.get_family())
        self.add(mean)
        return [mean]

    def gathering(self, terms: Sequence[Number], step: AvgPool2dStep) -> list[Any]:
        """Return the animations in which each value travels from its cell into the sum."""
        grid = self.inputs[step.position[1]]
        places = [grid.cell_center(*cell) for cell in self.cells(step)]
        return [travel(term, place) for term, place in zip(terms, places, strict=True)]

    def mean(self, step: AvgPool2dStep) -> Mean:
        """Return the arithmetic of a stop, as large as it fits; the terms only where they are not too many."""
        written = 1 < len(self.cells(step)) <= WRITTEN_OUT
        mean = fitted(partial(self.mean_of_size, step, written=written), self.bands.formula, 0.5)
        return mean or self.mean_of_size(step, 0.5, written=False)

    def mean_of_size(self, step: AvgPool2dStep, size: float, *, written: bool) -> Mean:
        """Return the arithmetic of a stop at a size."""
        address, theme = self.address_of(step), self.theme
        total, value, texts = self.total_text(step), self.answer_to(step), self.term_texts(step)
        signs = (relation([[text] for text in texts], total), self.sign_before(value, total, step))
        terms = [self.term(step, index, size) for index in range(len(texts))] if written else []
        divisors = [Number(str(step.divisor), f"{address}.divisor", size, theme.text) for _ in range(2)]
        return Mean(
            terms,
            Number(total, f"{address}.total", size, theme.text),
            Number(value, f"{address}.value", size, theme.output, "semibold"),
            (divisors[0], divisors[1]),
            signs,
            theme,
            self.bands.formula,
        )

    def term(self, step: AvgPool2dStep, index: int, size: float) -> Number:
        """Return one value of a window; a negative one has parentheses behind a plus sign."""
        grid, cell = self.inputs[step.position[1]], self.cells(step)[index]
        text = as_text(grid.values[cell], grid.decimals)
        return Number(text, grid.address(*cell), size, grid.role, parentheses=index > 0)

    def term_texts(self, step: AvgPool2dStep) -> list[str]:
        """Return the values of a window as they are written."""
        grid = self.inputs[step.position[1]]
        return [as_text(grid.values[cell], grid.decimals) for cell in self.cells(step)]

    def total_text(self, step: AvgPool2dStep) -> str:
        """Return the sum of a window as it is written, with the decimals of its terms."""
        return as_text(step.total, self.inputs[step.position[1]].decimals)

    def sign_before(self, value: str, total: str, step: AvgPool2dStep) -> str:
        """Return `=` if the mean as written is exactly the sum as written over the divisor, else `≈`."""
        return relation([[value, str(step.divisor)]], total)

    def address_of(self, step: AvgPool2dStep) -> str:
        """Return the address of a step."""
        return f"steps[{np.ravel_multi_index(step.position, self.trace.output.shape)}]"

    def moral(self) -> str:
        """Say what the whole was good for."""
        return "Every value of a window has its share in the result."


def address_in_padded(channel: int, padding: Pair, size: Pair, row: int, column: int) -> str:
    """Return the address of a cell of the drawn input: in x, or, of a zero around it, in the padded input."""
    (pH, pW), (H, W) = padding, size
    if pH <= row < pH + H and pW <= column < pW + W:
        return f"x[0,{channel},{row - pH},{column - pW}]"
    return f"x_padded[0,{channel},{row},{column}]"
