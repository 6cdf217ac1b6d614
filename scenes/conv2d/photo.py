"""A convolution of a photo: kernels run over it, and each makes a picture."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any, cast

import numpy as np
from manim import UP, Animation, FadeIn, FadeOut, Group, VGroup

from cnn_core.arrays import Array, Pair
from cnn_core.conv2d import Conv2dStep
from cnn_core.equation import Equation
from cnn_core.numerals import decimals_for
from cnn_core.trace import address_of
from scenes.conv2d import photo_words, reasons, words
from scenes.conv2d.board import decimals_in, indexed, legible_cell
from scenes.conv2d.lens import ConvLens, Sums
from scenes.language import say
from scenes.layout import smallest_text
from scenes.mobjects.grid import NumberGrid
from scenes.mobjects.text import Label
from scenes.photo.composition import tag_height
from scenes.photo.pictures import Tones, tones_of
from scenes.photo.walk import PhotoWalk, sides
from scenes.specs.photo import strongest_and_typical
from scenes.stage import ExplainerScene

__all__ = ["PhotoConvolution"]

_KERNEL = 0.8
"""Side of a cell of a kernel by itself, where there is room."""
_GAP = 0.35


class PhotoConvolution(PhotoWalk):
    """Sums become pixels."""

    def __init__(self, stage: ExplainerScene[Any]) -> None:
        trace = stage.spec.trace()
        super().__init__(stage, trace, stage.spec.closely(trace.output[0]))
        self.kernels = len(trace.weight)
        told = [self.step(cell, k) for cell in self.at for k in range(self.kernels)]
        self.lens = ConvLens(stage, trace, told, self.places, self.photo.tones)
        self.cards = self.kernel_cards()
        self.working: list[Any] = []

    def step(self, cell: Pair, k: int) -> Conv2dStep:
        return cast("Conv2dStep", self.trace.step(0, k, *cell))

    def equation(self, step: Conv2dStep) -> Equation:
        return cast("Equation", self.spec.explain(address_of("output", step.position)))

    def outputs(self) -> Sequence[Array]:
        return list(self.trace.output[0])

    def lens_width(self) -> float:
        """Leave room for the products, and for the kernel as it lies on the window."""
        steps = [self.step(cell, k) for cell in self.at for k in range(len(self.trace.weight))]
        products = np.concatenate([step.products for step in steps])
        columns: int = self.trace.kernel_size[1]
        return columns * legible_cell(products)

    def result_tones(self, number: int, values: Array) -> Tones:
        """Return the photo's tones where the weights add up to 1, and colours by sign otherwise."""
        total, tones = float(self.trace.weight[number].sum()), self.tones
        if abs(total - 1) < 1e-9 and self.trace.bias is None and tones.white is not None:
            return tones
        is_signed = abs(total) < 1e-9 or values.min() < 0
        return Tones(self.theme, None, float(np.abs(values).max())) if is_signed else tones_of(values, self.theme)

    def result_name(self, number: int) -> str:
        size = sides(self.trace.output.shape[2:])
        name = photo_words.kernel_name(self.spec, number) if len(self.trace.weight) > 1 else self.spec.output_label
        return f"{name}, {size}" if len(self.trace.weight) > 1 else f"{name} {size}"

    def introduce(self) -> None:
        with self.stage.beat("explain", photo_words.photo(self), reason=photo_words.each_pixel(self)):
            self.stage.play(FadeIn(self.photo), run_time=1.2)
        with self.stage.beat("explain", photo_words.kernels(self), reason=photo_words.equal_pixels(self)):
            self.stage.play(FadeIn(self.cards), run_time=1.0)
            self.stage.play(FadeIn(*self.results), run_time=0.8)

    def kernel_cards(self) -> VGroup:
        """Return the kernels by themselves, where the lens opens later: one a row or a column, with their names."""
        box, (kH, kW), C = self.places.lens, self.trace.kernel_size, self.trace.weight.shape[1]
        tag, K = tag_height(), self.kernels
        down, across = (K * C, 1) if self.places.lens_as == "column" else (1, K * C)
        cell = min(
            max(_KERNEL, legible_cell(self.trace.weight, decimals_for(self.trace.weight, most=4))),
            (box.width - _GAP * (across - 1)) / (across * kW),
            (box.height - tag * down - _GAP * (down - 1)) / (down * kH),
        )
        cards = VGroup()
        for k, c in np.ndindex(K, C):
            grid = self.kernel_grid(k, c, cell)
            name = photo_words.card_name(self, k, c)
            label = Label(name, max(0.3, smallest_text()), self.theme.kernel)
            if label.width > kW * cell + _GAP and across > 1:
                label = Label(str(k + 1), max(0.3, smallest_text()), self.theme.kernel)
            cards.add(VGroup(grid, label.next_to(grid.frame, UP, buff=0.06)))
        cards.arrange_in_grid(down, across, buff=_GAP)
        return cards.move_to(box.center)

    def kernel_grid(self, k: int, c: int, cell: float) -> NumberGrid:
        weight = self.trace.weight
        decimals = decimals_in(weight, cell)
        address = partial(indexed, self.lens.weight_name, k, c)
        return NumberGrid(weight[k, c], address, self.theme.kernel, self.theme, cell, decimals=decimals)

    def flow_words(self) -> tuple[str, str]:
        return photo_words.flow(self), photo_words.equal_pixels(self)

    def look(self, cell: Pair, *, first: bool) -> None:
        """Work out all kernels at a window, the first one slowly."""
        for k in range(self.kernels):
            step = self.step(cell, k)
            equation = self.equation(step)
            if first and k == 0:
                self.tell_slowly(step, equation, cell)
                continue
            said = f"{photo_words.stop(self, cell, k)} {words.total(step, equation)}"
            with self.stage.beat("step", said, reason=reasons.reason(self.trace, step)):
                if k == 0:
                    self.arrive(cell)
                else:
                    self.stage.play(*self.clear(), run_time=0.3)
                self.tell(step, equation, run_time=0.6)

    def clear(self) -> list[Animation]:
        gone, self.working = self.working, []
        return [*map(FadeOut, gone), *self.lens.leave()]

    def leave(self) -> None:
        """Close the lens, if it is open, and let the kernels stand there again."""
        if self.working:
            self.stage.play(*self.clear(), FadeOut(self.beam), run_time=0.5)
            self.stage.play(FadeIn(self.cards), run_time=0.4)

    def arrive(self, cell: Pair) -> None:
        """Bring the sight to a window, and lines from it to the lens."""
        self.stage.play(*self.sight_to(self.look_at(cell)), FadeOut(self.cards), run_time=0.6)
        self.beam = self.rays(self.lens.window)
        self.stage.play(FadeIn(self.beam), run_time=0.3)

    def tell_slowly(self, step: Conv2dStep, equation: Equation, cell: Pair) -> None:
        with self.stage.beat("step", photo_words.stop(self, cell, 0), reason=say("Each weight lies on its pixel.")):
            self.arrive(cell)
            self.lens.open(step, 0, self.sight_now(), run_time=1.0)
        if self.spec.question:
            self.ask_and_answer(step, equation, cell)
            return
        sums = Sums(self.lens, step, equation)
        for c in range(len(step.products)):
            with self.stage.beat("step", photo_words.channel_sum(self, step, c), reason=reasons.each_pair(step, c)):
                self.bring(step, c, sums, run_time=1.5)
        with self.stage.beat("step", words.total(step, equation), reason=reasons.reason(self.trace, step)):
            self.add_up(step, sums, run_time=0.8)

    def ask_and_answer(self, step: Conv2dStep, equation: Equation, cell: Pair) -> None:
        """Ask for the sum, and work it out in one beat."""
        mark = self.results[0].question(cell, equation.address)
        room = self.question_box(self.lens.window, self.lens.question)
        self.stage.ask(words.question(step), equation.result.text, mark, room=room)
        with self.stage.beat("answer", words.total(step, equation), reason=reasons.reason(self.trace, step)):
            self.stage.play(self.stage.end_question(), run_time=0.4)
            sums = Sums(self.lens, step, equation)
            for c in range(len(step.products)):
                self.bring(step, c, sums, run_time=0.8)
            self.add_up(step, sums, run_time=0.8)

    def bring(self, step: Conv2dStep, c: int, sums: Sums, *, run_time: float) -> None:
        """Multiply a channel, and let its sum appear, if there are several; the first one lies in the lens."""
        if c:
            self.lens.exchange(step, c, self.sight_now())
        self.lens.multiply(step, c, run_time=run_time)
        if len(step.products) > 1:
            self.stage.play(FadeIn(sums.entries[c]), run_time=0.4)

    def tell(self, step: Conv2dStep, equation: Equation, *, run_time: float) -> None:
        sums = Sums(self.lens, step, equation)
        self.lens.open(step, 0, self.sight_now(), run_time=run_time)
        for c in range(len(step.products)):
            self.bring(step, c, sums, run_time=run_time)
        self.add_up(step, sums, run_time=run_time)

    def add_up(self, step: Conv2dStep, sums: Sums, *, run_time: float) -> None:
        """Show the rest of the sums and the total, and let it go into its pixel."""
        shown = len(step.products) if len(step.products) > 1 else 0
        rest = sums.entries[shown:]
        if rest:
            self.stage.play(FadeIn(*rest), run_time=run_time)
        self.stage.play(FadeIn(sums.total), run_time=run_time)
        self.stage.remove(*sums.get_family())
        self.stage.add(sums)
        _, k, *cell = step.position
        self.working = [sums, *self.drop(k, (cell[0], cell[1]), sums.result, sums.total, run_time=run_time)]

    def close(self) -> None:
        """Show the ranges, and ring the strongest."""
        legends = Group(*(one.legend(*self.ends(k)) for k, one in enumerate(self.results)))
        marks = [self.pixel_mark(k, self.strongest(k)) for k in range(self.kernels)]
        windows = [self.look_at(self.strongest(k)) for k in range(self.kernels)]
        said, reason = photo_words.photo_insight(self)
        with self.stage.beat("explain", said, reason=reason):
            self.leave()
            self.stage.play(FadeIn(legends), run_time=0.6)
            self.stage.play(FadeIn(*marks), run_time=0.6)
            self.stage.play(FadeIn(*windows), run_time=0.6)

    def ends(self, k: int) -> tuple[str, str]:
        values = self.trace.output[0, k]
        places = (np.unravel_index(int(at), values.shape) for at in (values.argmin(), values.argmax()))
        low, high = (address_of("output", (0, k, int(row), int(column))) for row, column in places)
        return low, high

    def strongest(self, k: int) -> Pair:
        return strongest_and_typical(self.trace.output[0, k : k + 1])[0]
