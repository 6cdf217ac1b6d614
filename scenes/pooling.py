"""Max and average pooling: a window visits a grid; at each stop, the largest value or the mean goes to the output."""

from __future__ import annotations

import re
from functools import cached_property
from typing import Any

import numpy as np
from pydantic import Field

from cnn_core.arrays import Array
from cnn_core.avg_pool2d import AvgPool2dTrace, avg_pool2d
from cnn_core.equation import Equation, Explanation, Given
from cnn_core.errors import InputError
from cnn_core.examples import POOL_GRID
from cnn_core.max_pool2d import MaxPool2dTrace, max_pool2d
from cnn_core.notation import PLAIN
from cnn_core.numerals import digits_shown
from cnn_core.pooling import PoolGeometry
from cnn_core.reading.grids import Grid
from cnn_core.trace import Position, address_of
from cnn_core.windows import pad
from scenes.language import about, listed, number, say, say_many
from scenes.specs.base import SpecValues
from scenes.specs.fields import PaddingOption, Size, batched
from scenes.specs.limits import MAX_KERNEL, MAX_PADDED, MAX_VALUE
from scenes.specs.photo import Photo, PhotoSpec
from scenes.specs.walk import Stop, WalkRing, WalkSpec

__all__ = ["AvgPoolSpec", "MaxPoolSpec", "PoolSpec"]

SHOWN = 4
"""Results that are pointed out at the end."""

NAMED = 9
"""Values of a window up to which a question names all of them."""


class PoolSpec(PhotoSpec, WalkSpec):
    """What both poolings take and say."""

    x: Photo = Field(
        Grid(POOL_GRID, "example"),
        description="The input grid; a photo of up to 256×256 is shown as a photo, in colour if it has colours.",
    )
    kernel_size: Size = Field(2, description="Rows and columns of the window.")
    stride: Size | None = Field(None, description="How far the window moves; the window's size if not given.")
    padding: PaddingOption = Field(
        0, description='Padding around the input: a number, "rows,columns", "top,bottom,left,right", same or same-tf.'
    )
    ceil_mode: bool = Field(False, description="Let the last windows hang over the edge.")

    def values(self) -> SpecValues:
        """Return input and output, and each step's numbers."""
        trace = self.trace()
        check_size(trace.geometry, is_photo=self.is_photo)
        if self.is_photo:
            return {**trace.values(), "steps": self.few_steps()}
        self.check_at()
        return super().values()

    def told(self) -> list[Position]:
        return [(0, 0, *cell) for cell in self.closely(self.spread())]

    def spread(self) -> Array:
        """Return by how much the values of each window of the first channel differ, (1, H_out, W_out)."""
        trace, x = self.trace(), self.trace().x[:, :1]
        options = (trace.kernel_size, trace.stride, trace.padding, trace.dilation, trace.ceil_mode)
        return np.asarray(max_pool2d(x, *options).output[0] + max_pool2d(-x, *options).output[0])

    def ring(self, trace: Any) -> WalkRing:
        """Return how far windows reach beyond the input, all of the padding included."""
        ((top, bottom), (left, right)), reached = trace.padding, super().ring(trace)
        top, bottom, left, right = map(max, zip((top, bottom, left, right), reached, strict=True))
        return top, bottom, left, right

    def subtitle(self, trace: Any) -> str:
        geometry = trace.geometry
        (kH, kW), (sH, sW), (dH, dW) = geometry.kernel_size, geometry.stride, geometry.dilation
        named = {"size": f"{kH}×{kW}", "stride": pair_in_words(sH, sW), "dilation": pair_in_words(dH, dW)}
        if dH == dW == 1:
            return say("{size} window, stride {stride}", **named)
        return say("{size} window, stride {stride}, dilation {dilation}", **named)


class MaxPoolSpec(PoolSpec):
    """What may be asked of the max-pooling scene."""

    name = "max-pool"
    summary = "A window visits a grid; at each stop, the largest value goes to the output."
    example = '--x "4 1 1 8; 1 1 0 2; 7 3 2 2; 3 8 4 1" --kernel-size 2'
    operation = "MaxPool2D"

    dilation: Size = Field(1, description="Distance between the cells that the window looks at.")

    def trace(self) -> MaxPool2dTrace:
        return max_pool2d(batched(self.x), self.kernel_size, self.stride, self.padding, self.dilation, self.ceil_mode)

    def values(self) -> SpecValues:
        """Return also what the input gives when it has gone on by a pixel, if it is no photo."""
        if self.is_photo:
            return super().values()
        shifted = self.shifted
        return {**super().values(), "x_shifted": shifted.x, "output_shifted": shifted.output}

    def explain(self, address: str) -> Explanation:
        """Explain the shifted output as the output; the shifted input was given, one column further left."""
        if address.startswith("x_shifted"):
            return Given("given")
        if not address.startswith("output_shifted"):
            return self.trace().explain(address)
        found = self.shifted.explain(address.replace("output_shifted", "output"))
        return found.renamed(in_shifted) if isinstance(found, Equation) else found

    @cached_property
    def shifted(self) -> MaxPool2dTrace:
        before = self.trace().x
        x = np.zeros_like(before)
        x[..., 1:] = before[..., :-1]
        return max_pool2d(x, self.kernel_size, self.stride, self.padding, self.dilation, self.ceil_mode)

    def reason(self, stop: Stop) -> str:
        """Say by how much the largest value is ahead, or that several are."""
        numbers = sorted(one.number for one in stop.equation.left.leaves())
        if stop.step.ties > 1:
            return say(
                "{count} cells hold {value}: any of them gives the same output.",
                count=stop.step.ties,
                value=stop.result,
            )
        if len(numbers) < 2:
            return say("There is only one value to choose from.")
        return say("The next largest is {value}, and it leaves no trace.", value=number(digits_shown(numbers[-2], 2)))

    def rule(self, trace: MaxPool2dTrace) -> str:
        return say("At each stop, the largest value goes to the output.")

    def around(self, trace: MaxPool2dTrace) -> str:
        if np.any(trace.padding):
            return say("The hatched cells are padding. They count as minus infinity, so they never win.")
        return say("The hatched cells lie outside the input. They count as minus infinity, so they never win.")

    def ask(self, stop: Stop) -> str:
        count = len(stop.equation.left.parts)
        if count > NAMED:
            return say("What is the largest of these {count} values?", count=count)
        return say("What is {expression}?", expression=PLAIN.write(stop.equation.left))

    def say(self, stop: Stop) -> str:
        if stop.step.ties == 1:
            return say("{value} is the largest value in the window.", value=stop.result)
        if stop.step.ties == 2:
            return say("{value} stands there twice: the first one wins, as in PyTorch.", value=stop.result)
        return say(
            "{value} stands there {count} times: the first one wins, as in PyTorch.",
            value=stop.result,
            count=stop.step.ties,
        )

    def moral(self, trace: MaxPool2dTrace) -> str:
        lost = self.lost(trace)
        if lost is None:
            return say("Each window keeps its largest value, but not where it was.")
        largest = number(digits_shown(float(trace.x[lost]), 2))
        return say("{value}, the largest value, is lost: no window reached it.", value=largest)

    def evidence(self, trace: MaxPool2dTrace) -> list[list[str]]:
        """Point out what was lost; where that is nothing, the largest results and where they come from."""
        lost = self.lost(trace)
        if lost is not None:
            return [[address_of("x", lost)]]
        positions = sorted(trace.positions(), key=lambda position: -trace.output[position])
        steps = [trace.step(*position) for position in positions[:SHOWN]]
        return [
            [address_of("x", (*one.position[:2], *one.winner)), address_of("output", one.position)] for one in steps
        ]

    @staticmethod
    def lost(trace: MaxPool2dTrace) -> Position | None:
        """Return where the largest value stands of all channels whose largest no window reached."""
        largest = trace.x.max(axis=(2, 3), keepdims=True)
        is_lost = (trace.x == largest) & (largest > trace.output.max(axis=(2, 3), keepdims=True))
        if not is_lost.any():
            return None
        return tuple(map(int, np.unravel_index(np.where(is_lost, trace.x, -np.inf).argmax(), trace.x.shape)))  # type: ignore[return-value]


class AvgPoolSpec(PoolSpec):
    """What may be asked of the average-pooling scene."""

    name = "avg-pool"
    summary = "A window visits a grid; at each stop, the mean goes to the output."
    example = '--x "4 1 1 8; 1 1 0 2; 7 3 2 2; 3 8 4 1" --kernel-size 2'
    operation = "AvgPool2D"

    count_include_pad: bool = Field(True, description="Let the zeros of the padding count in the mean.")
    divisor_override: int | None = Field(
        None, ge=1, le=MAX_VALUE, description="What to divide by; the number of cells that count if not given."
    )

    def trace(self) -> AvgPool2dTrace:
        options = (self.kernel_size, self.stride, self.padding, self.ceil_mode)
        return avg_pool2d(batched(self.x), *options, self.count_include_pad, self.divisor_override)

    def values(self) -> SpecValues:
        """Return input (with its padding, if there is any) and output, and each step's sum and divisor."""
        trace = self.trace()
        return {**super().values(), **({"x_padded": with_padding(trace)} if np.any(trace.padding) else {})}

    def padded(self, trace: AvgPool2dTrace) -> Array | None:
        return with_padding(trace) if self.count_include_pad and np.any(trace.padding) else None

    def rule(self, trace: AvgPool2dTrace) -> str:
        if self.divisor_override is not None:
            return say("At each stop, the sum divided by {divisor} goes to the output.", divisor=self.divisor_override)
        return say("At each stop, the mean goes to the output.")

    def around(self, trace: AvgPool2dTrace) -> str:
        """Say what padding counts as, and that what lies beyond it does not count."""
        if not np.any(trace.padding):
            return say("The last windows reach over the edge. What lies outside does not count.")
        if not self.count_include_pad:
            return say("The hatched cells are padding. They do not count: only the cells of the input are averaged.")
        (rows, columns), (_, bottom, _, right) = trace.padding, self.ring(trace)
        if (bottom, right) != (rows[1], columns[1]):
            return say("The hatched cells are padding. Their zeros count in the mean. Empty cells beyond them do not.")
        return say("The hatched cells are padding. Their zeros count in the mean.")

    def ask(self, stop: Stop) -> str:
        terms, divisor = [*stop.equation.left.parts[0].leaves()], self.divisor_override
        values = listed([number(term.text) for term in terms])
        if len(terms) > NAMED:
            values = say("these {count} values", count=len(terms))
        if divisor is None:
            return say("What is the mean of {values}?", values=values)
        return say("What is the sum of {values}, divided by {divisor}?", values=values, divisor=divisor)

    def say(self, stop: Stop) -> str:
        """Name sum, divisor and mean, and the zeros of the padding among them."""
        summed = stop.equation.left.parts[0]
        assert summed.known is not None
        named = {
            "total": about(summed.known.text, is_rounded=summed.known.is_rounded),
            "divisor": stop.step.divisor,
            "mean": about(stop.equation.result.text, is_rounded=stop.equation.is_rounded),
        }
        zeros = len(summed.parts) - int(stop.step.inside.sum())
        if not zeros:
            return say("The sum is {total}. Divided by {divisor}, that is {mean}.", **named)
        return say_many(
            "The sum is {total}, {count} zero of the padding included. Divided by {divisor}, that is {mean}.",
            "The sum is {total}, {count} zeros of the padding included. Divided by {divisor}, that is {mean}.",
            zeros,
            **named,
        )

    def reason(self, stop: Stop) -> str:
        numbers = [one.number for one in stop.equation.left.parts[0].leaves()]
        low, high = (number(digits_shown(one, 2)) for one in (min(numbers), max(numbers)))
        if low == high:
            return say("All values are {value}: so is their mean.", value=low)
        if self.divisor_override is not None:
            return say("The sum is divided by {divisor}, whatever the window.", divisor=self.divisor_override)
        return say("The mean lies between {low} and {high}.", low=low, high=high)

    def moral(self, trace: AvgPool2dTrace) -> str:
        """Say what has become of the largest value, if it was larger than the mean that it went into."""
        position = None if self.is_photo else self.with_largest(trace)
        if position is None:
            return say("Every value of a window has its share in the result.")
        result = trace.equation(*position)
        return say(
            "Every value has its share: here {value}, the largest value, goes into a mean of {mean}.",
            value=number(digits_shown(float(trace.x.max()), 2)),
            mean=about(result.result.text, is_rounded=result.is_rounded),
        )

    def with_largest(self, trace: AvgPool2dTrace) -> Position | None:
        """Return the first stop whose window holds the largest value, if its mean is another; None if there is none."""
        if self.divisor_override is None:
            for position in trace.positions():
                if max(trace.x[at] for at in inside(trace, position)) == trace.x.max() > trace.output[position]:
                    return position
        return None

    def evidence(self, trace: AvgPool2dTrace) -> list[list[str]]:
        """Point out the largest value and its mean, if those are spoken of; or else windows, each with its mean."""
        found = []
        position = None if self.is_photo else self.with_largest(trace)
        if position is not None:
            cells = inside(trace, position)
            return [
                [address_of("x", max(cells, key=lambda at: float(trace.x[at])))],
                [address_of("x", at) for at in cells],
                [address_of("output", position)],
            ]
        for position in list(trace.positions())[:SHOWN]:
            rows, columns = trace.window(*position)
            window = [address_of("x", (*position[:2], row, column)) for row in rows for column in columns]
            found.append([*window, address_of("output", position)])
        return found


def inside(trace: AvgPool2dTrace, position: Position) -> list[Position]:
    """Return where the values of a window stand that lie in the input."""
    n, c, *_ = position
    rows, columns = trace.window(*position)
    H, W = trace.x.shape[2:]
    return [(n, c, row, column) for row in rows if 0 <= row < H for column in columns if 0 <= column < W]


def in_shifted(address: str) -> str:
    """Return an address in the shifted input and output."""
    return re.sub(r"^(x|output)\[", r"\1_shifted[", address)


def with_padding(trace: AvgPool2dTrace) -> Array:
    return pad(trace.x, trace.padding)


def pair_in_words(rows: int, columns: int) -> str:
    """Return `2`, or `2×1` where rows and columns differ."""
    return str(rows) if rows == columns else f"{rows}×{columns}"


def check_size(geometry: PoolGeometry, *, is_photo: bool) -> None:
    """Refuse windows and padded grids that are too large to be read in a film."""
    if max(geometry.kernel_size) > MAX_KERNEL:
        came = "×".join(map(str, geometry.kernel_size))
        raise InputError(f"kernel_size must be at most {MAX_KERNEL}×{MAX_KERNEL} to be legible, but it is {came}.")
    sides = [size + sum(border) for size, border in zip(geometry.size, geometry.padding, strict=True)]
    if max(sides) > MAX_PADDED and not is_photo:
        came = "×".join(map(str, sides))
        raise InputError(f"padding must leave x at most {MAX_PADDED}×{MAX_PADDED}, padding included, but it is {came}.")
