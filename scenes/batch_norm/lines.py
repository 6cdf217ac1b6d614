"""The lines of arithmetic of a batch normalisation."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import numpy as np
from manim import RIGHT, VGroup, VMobject

from cnn_core.numerals import as_text, decimals_for
from scenes.batch_norm.channel import Cell, ChannelNumbers, decimals_at
from scenes.layout import Box, in_row, smallest_text
from scenes.mobjects.equation import line_of
from scenes.mobjects.fraction import over, root
from scenes.mobjects.text import Label, Number
from scenes.mobjects.worked import Worked
from scenes.specs.batch_norm import BatchNormSpec
from scenes.theme import Theme

__all__ = ["BatchNormLines", "equals"]

WRITTEN_OUT = 25
"""Operands of a sum up to which all of them are written, if they fit."""

TOTALS = {"mean": "total", "variance": "squared_deviations_total"}
"""Of what a statistic is the mean."""


def equals(is_true: bool) -> str:
    """Return `=` if that is exactly true of the digits shown, else `≈`."""
    return "=" if is_true else "≈"


class BatchNormLines(ChannelNumbers):
    """Writes the arithmetic of one channel, with the digits that stand in its grids."""

    def __init__(self, spec: BatchNormSpec, channel: int, theme: Theme, box: Box) -> None:
        super().__init__(spec.values(), channel, max(0.5, smallest_text()), theme.text)
        self.training, self.theme, self.box = spec.training, theme, box
        self.scaled, self.shifted = spec.weight is not None, spec.bias is not None

    def decimals(self, name: str) -> int:
        """Return how many decimals a quantity has; with PyTorch's eps so many that its effect can be seen."""
        if name != "torch_eps.std":
            return super().decimals(name)
        effect = self.value("torch_eps.std") - self.value("std")
        return max(self.decimals("std"), min(9, int(np.ceil(-np.log10(max(effect, 1e-9))))))

    def most(self, name: str) -> int:
        """Return how many decimals a quantity has at most; values and their mean as many as their spread."""
        return super().most("std" if name in ("x", "mean", "centred", "total") else name)

    def word(self, text: str) -> Label:
        """Draw a sign or a name."""
        return Label(text, self.size, self.theme.muted)

    def line(self, parts: Sequence[VMobject | str], **numbers: Number) -> Worked:
        """Put numbers and signs on a line; `numbers` are those that travel."""
        drawn = [self.word(part) if isinstance(part, str) else part for part in parts]
        return Worked(drawn, self.box, self.size, **numbers)

    def sum_of(self, name: str, total: str, color: str) -> Worked:
        """Return `4 + 1 + … = 48` over all cells; only the first and the last if they are too many."""
        cells = list(np.ndindex(*self.array(name).shape[2:]))
        written = cells if len(cells) <= WRITTEN_OUT else [*cells[:3], cells[-1]]
        line = self._sum(name, total, color, cells, written)
        if line.height > self.box.height or line.width > self.box.width:
            line = self._sum(name, total, color, cells, [*cells[:3], cells[-1]])
        return line

    def _sum(self, name: str, total: str, color: str, cells: Sequence[Cell], written: Sequence[Cell]) -> Worked:
        numbers = {str(cell): self.number(name, cell, color, behind=cell != cells[0]) for cell in written}
        first, *others = numbers.values()
        result = self.number(total)
        is_true = sum(self.exactly(name, cell) for cell in cells) == Fraction(result.shown_text)
        parts: list[VMobject] = [first, *(self._behind("+", other) for other in others)]
        if len(written) < len(cells):
            parts.insert(-1, self.word("+ …"))
        parts.append(self._behind(equals(is_true), result))
        return Worked([line_of(parts, self.size, self.box)], self.box, self.size, **numbers, result=result)

    def _behind(self, mark: str, number: Number) -> VGroup:
        return in_row([self.word(mark), number], 0.24 * self.size)

    def is_exact(self, name: str) -> bool:
        """Tell whether a statistic is exactly what was worked out, or given, by the digits shown."""
        if name == "std":
            return self.is_exact_root()
        if not self.training:
            return self.is_written_out(name)
        return self.exactly(TOTALS[name]) / self.exactly("count") == self.exactly(name)

    def mean_of(self, name: str, symbol: str) -> Worked:
        """Return `μ = 48/16 = 3`, or the variance likewise."""
        top, result = self.number(TOTALS[name]), self.number(name)
        fraction = over([top], [self.number("count")], self.size, self.theme.muted)
        return self.line([f"{symbol} =", fraction, equals(self.is_exact(name)), result], total=top, result=result)

    def deviation(self, cell: Cell) -> Worked:
        """Return `(4 − 3)² = 1`."""
        x, mean = self.number("x", cell, self.theme.input), self.number("mean", behind=True)
        result = self.number("squared_deviations", cell)
        is_true = (self.exactly("x", cell) - self.exactly("mean")) ** 2 == Fraction(result.shown_text)
        opened = VGroup(self.word("("), x).arrange(RIGHT, buff=0.02)
        closed = VGroup(mean, self.word(")²")).arrange(RIGHT, buff=0.02)
        return self.line([opened, "−", closed, equals(is_true), result], x=x, mean=mean, result=result)

    def is_exact_root(self, std: str = "std", eps: str = "eps") -> bool:
        """Tell whether the standard deviation is exactly the root of what stands under it, by the digits shown."""
        return self.exactly(std) ** 2 == self.exactly("variance") + self.exactly(eps)

    def root(self, of: str = "") -> Worked:
        """Return `σ = √6.25 = 2.5`, or `σ = √(6.25 + eps) ≈ 2.5` with the eps and std of a part of the values."""
        std, eps, variance = f"{of}std", f"{of}eps", self.number("variance")
        body = [variance, self.word("+"), self.number(eps)] if self.value(eps) else [variance]
        result = self.number(std)
        is_true = self.is_exact_root(std, eps)
        sign = root(body, self.size, self.theme.muted)
        return self.line(["σ =", sign, equals(is_true), result], variance=variance, result=result)

    def cell(self, cell: Cell, name: str) -> Worked:
        """Return `(4 − 3)/2.5 = 0.4`, whose result stands in the grid `name`."""
        x, mean, std = self.number("x", cell, self.theme.input), self.number("mean", behind=True), self.number("std")
        result = self.number(name, cell, self.theme.output)
        quotient = (self.exactly("x", cell) - self.exactly("mean")) / self.exactly("std")
        fraction = over([x, self.word("−"), mean], [std], self.size, self.theme.muted)
        is_true = quotient == Fraction(result.shown_text)
        return self.line([fraction, equals(is_true), result], x=x, mean=mean, std=std, result=result)

    def affine(self, cell: Cell) -> Worked:
        """Return `2 · 0.4 + 1 = 1.8`, without the factor or the summand that was not given."""
        numbers = {"x_hat": self.number("x_hat", cell, self.theme.output, behind=self.scaled)}
        parts: list[VMobject | str] = [numbers["x_hat"]]
        value = self.exactly("x_hat", cell)
        if self.scaled:
            numbers["weight"] = self.number("weight", color=self.theme.kernel)
            parts = [numbers["weight"], "·", *parts]
            value *= self.exactly("weight")
        if self.shifted:
            numbers["bias"] = self.number("bias", color=self.theme.kernel, behind=True)
            parts += ["+", numbers["bias"]]
            value += self.exactly("bias")
        result = self.number("output", cell, self.theme.output)
        is_true = value == Fraction(result.shown_text)
        return self.line([*parts, equals(is_true), result], **numbers, result=result)

    def recipe(self) -> Worked:
        """Return `2 · (x − 3)/2.5 + 1`: what becomes of every value x of this channel."""
        mean, std = self.number("mean", behind=True), self.number("std")
        x = Label("x", self.size, self.theme.input)
        parts: list[VMobject | str] = [over([x, self.word("−"), mean], [std], self.size, self.theme.muted)]
        if self.scaled:
            parts = [self.number("weight", color=self.theme.kernel), "·", *parts]
        if self.shifted:
            parts += ["+", self.number("bias", color=self.theme.kernel, behind=True)]
        return self.line(parts, mean=mean, std=std)

    def in_symbols(self, output: str) -> Worked:
        """Return `output = γ · (x − μ)/σ + β`."""
        x, mean, std = Label("x", self.size, self.theme.input), self.word("μ"), self.word("σ")
        parts: list[VMobject | str] = [over([x, self.word("−"), mean], [std], self.size, self.theme.muted)]
        if self.scaled:
            parts = [Label("γ", self.size, self.theme.kernel), "·", *parts]
        if self.shifted:
            parts += ["+", Label("β", self.size, self.theme.kernel)]
        return self.line([Label(output, self.size, self.theme.output), "=", *parts])

    def running_mean(self) -> Worked:
        """Return `running mean = 0.9 · 0 + 0.1 · 3 = 0.3`."""
        mean = self.number("mean", behind=True)
        return self._moved("mean", mean, self.exactly("mean"), mean=mean)

    def running_var(self) -> Worked:
        """Return `running variance = 0.9 · 1 + 0.1 · 100/15 ≈ 1.57`, with the unbiased variance."""
        total, divisor = "squared_deviations_total", "update.divisor"
        fraction = over([self.number(total)], [self.number(divisor)], self.size, self.theme.muted)
        return self._moved("var", fraction, self.exactly(total) / self.exactly(divisor))

    def _moved(self, which: str, batch: VMobject, value: Fraction, **numbers: Number) -> Worked:
        """Weigh what a running statistic was against that of the batch."""
        before, kept, momentum = f"update.{which}_before", "update.kept", "update.momentum"
        gap, result = 0.24 * self.size, self.number(f"running_{which}")
        old = in_row([self.number(kept), self.word("·"), self.number(before, behind=True)], gap)
        new = in_row([self.word("+"), self.number(momentum), self.word("·"), batch], gap)
        moved = self.exactly(kept) * self.exactly(before) + self.exactly(momentum) * value
        name = "running mean =" if which == "mean" else "running variance ="
        sign = equals(moved == Fraction(result.shown_text))
        return self.line([name, old, new, sign, result], **numbers, result=result)

    def stage(self, index: int) -> Worked:
        """Return `mean 0   standard deviation 2.5` of a stage on the number line."""
        which = "" if self.training else "running "
        parts = [self._named(f"{which}mean", index, "mean"), self._named("standard deviation", index, "std")]
        return Worked(parts, self.box, self.size, 1.2)

    def _named(self, name: str, index: int, key: str) -> VGroup:
        stage = self.values["line"][index]
        text = as_text(stage[key], decimals_for([stage[key]], decimals_at(stage["std"])))
        return in_row([self.word(name), Number(text, f"line[{index}].{key}", self.size, self.color)], 0.4 * self.size)
