"""A window runs over a photo while the result grows; where it stops, it is looked at closely."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise, product
from math import ceil
from typing import Any

import numpy as np
from manim import (
    DOWN,
    LEFT,
    RIGHT,
    UP,
    Animation,
    ApplyMethod,
    Create,
    FadeIn,
    FadeOut,
    Group,
    Mobject,
    Transform,
    VMobject,
    linear,
)

from cnn_core.arrays import Array, Pair
from cnn_core.trace import address_of
from scenes.language import marked, say
from scenes.layout import Box
from scenes.mobjects.picture import draw_pictures_directly
from scenes.mobjects.text import Number
from scenes.mobjects.travel import is_free
from scenes.photo.composition import PhotoPlaces
from scenes.photo.pictures import Framed, Grow, Sight, Tones, emptied, rays, tones_of
from scenes.stage import ExplainerScene
from scenes.theme import PACE

__all__ = ["PhotoWalk", "sides"]

_FLOW = 6.0
"""Seconds in which all of a result grows."""
_BESIDE = 0.3
_QUESTION = 0.5
"""Height of a line that asks a question, in scene units."""
_LONGEST = 4.0
"""Seconds of one stretch at any pace; what grows longer at once is too much for the film's data."""


def _side(start: Mobject, goal: np.ndarray) -> np.ndarray:
    """Return on which side of what it starts from a way leaves it."""
    if goal[0] > start.get_right()[0] + _BESIDE:
        return RIGHT
    return UP if goal[1] > start.get_y() else DOWN


def sides(size: Pair) -> str:
    """Return a picture's size as is usual for pictures, width first."""
    return f"{size[1]}×{size[0]}"


class PhotoWalk(ABC):
    """What operations on photos have in common.

    Attributes
    ----------
    at
        Row and column of the output cells that are looked at closely, in reading order.
    photo, results
        The pictures.
    """

    def __init__(self, stage: ExplainerScene[Any], trace: Any, at: Sequence[Pair]) -> None:
        draw_pictures_directly(stage.camera)
        self.stage, self.spec, self.trace, self.theme, self.at = stage, stage.spec, trace, stage.theme, at
        self.size: Pair = trace.x.shape[2:]
        self.places = self.compose()
        self.tones = self.photo_tones()
        self.photo = Framed(self.seen(trace.x[0]), self.tones, self.places.photo, self.photo_name(), self.theme.input)
        self.results = [
            emptied(Framed(values, self.result_tones(number, values), box, self.result_name(number), self.theme.output))
            for number, (values, box) in enumerate(zip(self.outputs(), self.places.results, strict=True))
        ]
        self.reached = 0
        self.sight: Sight | None = None

    def compose(self) -> PhotoPlaces:
        stage = self.stage
        sizes = [one.shape[-2:] for one in self.outputs()]
        return PhotoPlaces.of(stage.bands.whole, self.size, sizes, self.lens_width(), wide=stage.wide, tall=stage.tall)

    @property
    def is_stacked(self) -> bool:
        """Tell whether the pictures stand above each other, with the lens at their right."""
        return self.places.results[0].right < self.places.lens.left

    # What an operation says of itself

    @abstractmethod
    def outputs(self) -> Sequence[Array]:
        """Return the values of each result, (H_out, W_out) or (3, H_out, W_out)."""

    @abstractmethod
    def lens_width(self) -> float:
        """Return how wide the lens has to be for its numbers to be read, in scene units."""

    @abstractmethod
    def result_tones(self, number: int, values: Array) -> Tones: ...

    @abstractmethod
    def result_name(self, number: int) -> str: ...

    @abstractmethod
    def introduce(self) -> None:
        """Show the photo and what is done with it."""

    @abstractmethod
    def look(self, cell: Pair, *, first: bool) -> None:
        """Work out what becomes of a window; the sight lies on it."""

    @abstractmethod
    def leave(self) -> None:
        """Take away what was worked out last, if there is any."""

    @abstractmethod
    def flow_words(self) -> tuple[str, str]:
        """Return caption and reason of the first stretch."""

    @abstractmethod
    def close(self) -> None:
        """Say what is to be taken away."""

    # How it is played

    def play(self) -> None:
        self.stage.lasting_reason = self.flow_words()[1]
        self.introduce()
        for number, cell in enumerate(self.at):
            words = self.flow_words() if number == 0 else self.on_words(cell)
            self.flow(self.index(cell), *words, brisk=number > 0)
            self.look(cell, first=number == 0)
            self.reached = self.index(cell) + 1
        last = say("The rest of the result grows in the same way.")
        self.flow(self.count, last, "", brisk=True)
        self.close()

    def on_words(self, cell: Pair) -> tuple[str, str]:
        return say("It goes on to output row {row}.", row=cell[0] + 1), ""

    @property
    def count(self) -> int:
        """Pixels of a result."""
        return int(np.prod(self.outputs()[0].shape[-2:]))

    def index(self, cell: Pair) -> int:
        return cell[0] * int(self.outputs()[0].shape[-1]) + cell[1]

    def photo_tones(self) -> Tones:
        return tones_of(self.trace.x, self.theme)

    def seen(self, maps: Array) -> Array:
        """Return maps (C, H, W) as a picture shows them."""
        return maps[0] if len(maps) == 1 else maps

    def opening(self) -> str:
        """Say which photo it is."""
        origin = self.spec.x.origin
        if origin in ("rows", "array", "example"):
            return say("A photo of {size} pixels.", size=sides(self.size))
        pixels = marked("A photo: {origin} pixels.")
        return say(pixels if self.spec.x.remark else marked("A photo: {origin}."), origin=origin)

    def photo_name(self) -> str:
        low, high = self.trace.x.min(), self.trace.x.max()
        name = self.spec.x_label if "x_label" in self.spec.model_fields_set else say("photo")
        size = sides(self.size)
        tones = self.tones
        if tones.white is None:
            return say("{name} {size}, {low:g} to {high:g}", name=name, size=size, low=low, high=high)
        return say("{name} {size}, 0 to {high:g}", name=name, size=size, high=tones.white)

    def flow(self, stop: int, said: str, reason: str, *, brisk: bool) -> None:
        """Let all results grow up to a pixel, while a band runs down the photo."""
        if stop == self.reached:
            return
        seconds = max(0.6, _FLOW * (stop - self.reached) / self.count)
        with self.stage.beat("step", said, brisk=brisk, reason=reason):
            self.leave()
            band = self.band(self.reached)
            self.stage.play(*self.sight_to(band), run_time=0.4)
            stretches = ceil(seconds * PACE[self.spec.pace] / _LONGEST)
            stops = np.linspace(self.reached, stop, stretches + 1).round().astype(int).tolist()
            for start, end in pairwise(stops):
                there = self.band(end).get_center()
                assert self.sight is not None, "it has come to its band"
                moves: list[Animation] = [Grow(one, start, end, rate_func=linear) for one in self.results]
                moves.append(ApplyMethod(self.sight.move_to, there, rate_func=linear))
                self.stage.play(*moves, run_time=seconds / stretches)
            if stop == self.count:
                self.stage.play(*self.without_sight(), run_time=0.3)
        self.reached = stop

    def band(self, index: int) -> Sight:
        """Return an outline around all pixels that a row of the output looks at."""
        rows, columns = self.results[0].rows, self.results[0].columns
        seen, _ = self.trace.window(0, 0, min(index // columns, rows - 1), 0)
        return Sight(self.photo, (seen[0], 0), (seen[-1] - seen[0] + 1, self.photo.columns), 3)

    def sight_to(self, there: Sight) -> list[Animation]:
        if self.sight is None:
            self.sight = there
            return [FadeIn(there)]
        self.sight.pointing_at(*there.about)
        return [Transform(self.sight, there)]

    def without_sight(self) -> list[Animation]:
        gone, self.sight = self.sight, None
        return [] if gone is None else [FadeOut(gone)]

    def patch(self, cell: Pair) -> tuple[Sequence[int], Sequence[int]]:
        """Return the rows and columns of the photo that are looked at closely for an output cell."""
        rows, columns = self.trace.window(0, 0, *cell)
        return rows, columns

    def look_at(self, cell: Pair) -> Sight:
        """Return the outline around the window of an output cell, which knows what it is about."""
        rows, columns = self.patch(cell)
        size = (rows[-1] - rows[0] + 1, columns[-1] - columns[0] + 1)
        sight = Sight(self.photo, (rows[0], columns[0]), size)
        return sight.pointing_at(*self.about(cell))

    def about(self, cell: Pair) -> Iterator[str]:
        rows, columns = self.trace.window(0, 0, *cell)
        H, W = self.size
        for row, column in product(rows, columns):
            if 0 <= row < H and 0 <= column < W:
                yield address_of("x", (0, 0, row, column))

    def sight_now(self) -> Sight:
        assert self.sight is not None, "it lies on a window"
        return self.sight

    def question_box(self, window: Box, otherwise: Box) -> Box:
        """Return where a question has most room: below the pictures and the window, or elsewhere in the lens."""
        room = self.stage.bands.whole
        below = replace(room, top=min(one.bottom for one in (self.places.photo, *self.places.results)) - 0.15)
        is_free = self.places.lens_as == "column" and below.height > _QUESTION and window.bottom > below.top
        return below if is_free else otherwise

    def rays(self, goal: Box) -> Group:
        return Group(rays(self.sight_now(), goal))

    def pixel_mark(self, number: int, cell: Pair) -> Sight:
        """Return an outline around an output cell."""
        mark = Sight(self.results[number], cell, (1, 1))
        return mark.pointing_at(address_of("output", (0, number, *cell)))

    def drop(
        self, number: int, cell: Pair, total: Number, line: Mobject, *, run_time: float, flies: bool = True
    ) -> list[Any]:
        """Let the total at the end of a line fly into its pixel, if its way is free; return what stays of its way."""
        result, mark, index = self.results[number], self.pixel_mark(number, cell), self.index(cell)
        if not flies or (self.is_stacked and mark.get_y() > line.get_top()[1]):
            self.stage.play(FadeIn(mark), run_time=run_time)
            self.stage.play(Grow(result, index, index + 1), run_time=0.3)
            return [mark]
        goal = mark.get_center()
        edge = line.get_edge_center(LEFT) if self.is_stacked else total.get_edge_center(_side(total, goal))
        places = [edge + 0.03 * (goal - edge), goal]
        if line.get_right()[0] > edge[0] > total.get_x():  # past what stands above the total
            places[:1] = [edge + 0.1 * RIGHT, np.array([line.get_right()[0] + 0.1, edge[1], 0])]
        way = VMobject(stroke_color=self.theme.output, stroke_width=2.5).set_points_as_corners(places)
        self.stage.play(Create(way), FadeIn(mark), run_time=run_time)
        flying = Number(total.shown_text, "", total.size, self.theme.output, "semibold").move_to(total)
        step = 1.1 * flying.height * (UP if goal[1] > total.get_y() else DOWN)
        there, seen = flying.copy().shift(step), self.stage.mobjects
        if is_free(flying, there, seen) and is_free(there, flying.copy().scale(0.15).move_to(goal), seen):
            self.stage.play(ApplyMethod(flying.shift, step), run_time=0.3 * run_time)
            self.stage.play(FadeOut(flying, target_position=goal, scale=0.15), run_time=run_time)
        self.stage.play(Grow(result, index, index + 1), run_time=0.3)
        return [way, mark]
