"""An activation of a photo: each pixel for itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
from manim import DOWN, RIGHT, Create, FadeIn, FadeOut, Group, VMobject

from cnn_core.activations import ActivationStep
from cnn_core.arrays import Pair
from cnn_core.equation import Equation
from scenes.activations.board import curve_in
from scenes.language import say
from scenes.layout import smallest_text
from scenes.mobjects.expression import Drawn
from scenes.mobjects.flow import fitted
from scenes.mobjects.grid import CellMarks
from scenes.mobjects.picture import Picture
from scenes.mobjects.text import Label
from scenes.mobjects.travel import LATE
from scenes.photo.pictures import Tones
from scenes.photo.pixels import PixelWalk
from scenes.photo.walk import sides

if TYPE_CHECKING:
    from scenes.activations.common import ActivationScene

__all__ = ["PhotoActivation"]

_SHOWN = 3
"""Rows and columns of the lens; the pixel in its middle is worked out."""
_GREYS = 3
"""Greys between black and the one of 0, and between that and white."""
_CURVE, _TALLEST = 2.5, 1.3
"""Width and height that a curve needs at least, in scene units, and its height at most, in widths."""


class PhotoActivation(PixelWalk):
    """Pixels become pixels."""

    def __init__(self, stage: ActivationScene[Any]) -> None:
        self.scene = stage
        at = [(position[2], position[3]) for position in stage.spec.worked_out().values()]
        super().__init__(stage, at, (_SHOWN, _SHOWN))

    def photo_tones(self) -> Tones:
        """Return grey from -1 to 1 for what was a photo, and colours by sign otherwise."""
        if self.spec.is_centred:
            return Tones(self.theme, 1.0, black=-1.0)
        return super().photo_tones()

    def photo_name(self) -> str:
        if self.spec.is_centred:
            return say("{name} {size}, −1 to 1", name=self.spec.x_label, size=sides(self.size))
        return super().photo_name()

    def step(self, cell: Pair) -> ActivationStep:
        step: ActivationStep = self.trace.step(0, 0, *cell)
        return step

    def patch(self, cell: Pair) -> tuple[Sequence[int], Sequence[int]]:
        return tuple(  # type: ignore[return-value]
            range(start, start + _SHOWN)
            for start in (min(max(at - 1, 0), max(size - _SHOWN, 0)) for at, size in zip(cell, self.size, strict=True))
        )

    def introduce(self) -> None:
        definition = self.defined()
        said = self.opening()
        if self.spec.is_centred:
            said += " " + say("Networks take photos as numbers around 0: black is −1 here, white is 1.")
        with self.stage.beat("explain", said, reason=self.scene.why()):
            self.stage.play(FadeIn(self.photo), run_time=1.2)
            scale = self.scale_of_greys() if self.spec.is_centred else []
            for part in scale:
                self.stage.play(FadeIn(part), run_time=0.25)
        rule = say("{operation} is applied to each pixel on its own.", operation=self.scene.operation)
        with self.stage.beat("explain", rule, reason=self.scene.why()):
            self.stage.play(*map(FadeOut, scale), FadeIn(definition, rate_func=LATE), run_time=0.8)
            if self.is_stacked:
                self.stage.hold(1.5)
                self.stage.play(FadeOut(definition), run_time=0.4)
            self.stage.play(FadeIn(*self.results), run_time=0.8)
        self.definition: VMobject | None = None if self.is_stacked else definition

    def scale_of_greys(self) -> list[Group]:
        """Return greys from black to white, with the numbers that they are, where the lens will open."""
        box, greys = self.places.lens, np.linspace(-1, 1, 2 * _GREYS + 1)
        side = min(box.width / (len(greys) + 1), 0.6)
        parts = [Group(Picture(self.tones.colours(np.array([[grey]])), side)) for grey in greys]
        Group(*parts).arrange(RIGHT, buff=0).move_to(box.center)
        for at, text in ((0, "−1"), (_GREYS, "0"), (-1, "1")):
            label = Label(text, max(0.4, smallest_text()), self.theme.input)
            parts[at].add(label.next_to(parts[at], DOWN, buff=0.15))
        return parts

    def defined(self) -> VMobject:
        """Return the definition of the function, where there is room until the result has come or the lens opens."""
        box, make = self.places.lens, self.scene.definition_of_size
        if self.is_stacked:
            box = replace(self.stage.bands.whole, top=self.places.results[0].top, bottom=self.places.results[0].bottom)
        return (fitted(make, box, 0.6) or make(smallest_text())).move_to(box.center)

    def arrive(self, cell: Pair) -> None:
        if self.definition is not None:
            self.stage.play(FadeOut(self.definition), run_time=0.4)
            self.definition = None
        super().arrive(cell)

    def flow_words(self) -> tuple[str, str]:
        return say("Row by row, each of the {count:,} pixels becomes another.", count=self.count), self.scene.why()

    def equation(self, cell: Pair) -> Equation:
        return self.scene.equation(self.step(cell))

    def asked(self, cell: Pair) -> str:
        return self.scene.question_about(self.step(cell))

    def said(self, cell: Pair) -> tuple[str, str]:
        return self.scene.said(self.step(cell)), self.scene.why()

    def place(self, cell: Pair) -> str:
        changes = np.abs(self.trace.x - self.trace.output)[0, 0]
        if self.trace.x.shape[1] == 1 and changes[cell] == changes.max() > 0:
            where = {"row": cell[0] + 1, "column": cell[1] + 1}
            return say("Row {row}, column {column}: no pixel changes more.", **where)
        return self.named(cell)

    def show_line(self, cell: Pair) -> Drawn:
        """Mark the pixel, and write what becomes of it."""
        rows, columns = self.patch(cell)
        mark = CellMarks(self.grid, [(cell[0] - rows[0], cell[1] - columns[0])], self.theme.output, 6)
        self.stage.play(FadeIn(mark), run_time=0.4)
        self.working.append(mark)
        operand = self.scene.operand(self.step(cell))
        return self.write(self.equation(cell), f"{self.scene.function}(", operand, ")")

    def close(self) -> None:
        with self.stage.beat("explain", self.scene.moral(), reason=self.scene.insight()):
            self.leave()
            box = self.places.lens
            if min(box.width, box.height) < _CURVE:
                return self.stage.hold(0.3)
            box = replace(box, bottom=max(box.bottom, box.top - _TALLEST * box.width))
            name = f"{self.scene.function}(x)"
            curve = curve_in(box, self.trace, name, self.scene.least, self.theme)
            self.stage.play(FadeIn(curve), run_time=0.6)
            for line in (curve.line, *self.scene.underlined(curve)):
                self.stage.play(Create(line), run_time=0.9)
