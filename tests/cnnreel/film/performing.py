"""Recording while looking: each scene is recorded once for all tests, with what was there at some instants."""

from __future__ import annotations

from functools import cache
from random import Random
from typing import Any
from unittest.mock import patch

import numpy as np
from manim import VMobject

from cnnreel.film import recorder
from cnnreel.film.recorder import Recorder, Recording, record_film
from cnnreel.paint.engine import everything
from cnnreel.paint.looks import Family
from scenes.catalog import find

SIZE = (1920, 1080)
CLEARLY = 0.02
"""Opacity from which on something counts."""

SHARE = 0.3
"""Of the animations that are looked into."""

Boxes = list[tuple[tuple[float, ...], float]]
"""Of outlines, the lowest first: left, top, right, bottom, and how opaque they are."""


class Spy(Recorder):
    """Lets all animations begin as Manim does, and notes now and then where everything really is."""

    truth: dict[int, Boxes]

    def __init__(self, *given: Any) -> None:
        super().__init__(*given)
        self.truth = {}
        self._random = Random(0)
        Spy.last = self

    last: Any = None

    def idle(self, scene: Any) -> list[Any]:
        return []

    def is_foreseen(self, transform: Any) -> bool:
        return False

    def watch(self, scene: Any, ticks: int, begun: list[Any]) -> None:
        sample = self._random.randrange(4 * ticks)
        if not scene.is_current_animation_frozen_frame() and self._random.random() < SHARE:
            scene.update_to_time(sample / 60)
            self.truth[self._sample + sample] = boxes(scene, self._props.projection)
        super().watch(scene, ticks, begun)


def boxes(scene: Any, projection: Any) -> Boxes:
    """Return the box of each outline that can be seen, the lowest first."""
    moving = scene.moving_mobjects or []
    shown = Family(scene.static_mobjects).shown() + Family(moving).shown() if moving else []
    found = []
    for mobject in shown or Family(everything(scene)).shown():
        if isinstance(mobject, VMobject) and len(mobject.points) > 3 and opacity(mobject) > 0:
            points = projection.points(mobject.points[: len(mobject.points) // 4 * 4])
            found.append(((*points.min(axis=0), *points.max(axis=0)), opacity(mobject)))
    return found


def opacity(mobject: VMobject) -> float:
    stroke = mobject.get_stroke_rgbas()[0, 3] if mobject.stroke_width else 0
    return float(max(mobject.get_fill_rgbas()[0, 3], stroke))


@cache
def recorded(name: str) -> tuple[Recording, dict[int, Boxes]]:
    """Record a scene as it is by default; also return the boxes of all that can be seen at some samples."""
    with patch.object(recorder, "Recorder", Spy):
        record_film(find(name).build({}), SIZE)
    return record_film(find(name).build({}), SIZE), Spy.last.truth


def astray(one: Boxes, other: Boxes) -> list[tuple[float, ...]]:
    """Return those boxes of what can be seen that are not among the others in their order, to half a pixel."""
    rest = iter(other)
    seen = [box for box, opaque in one if opaque > CLEARLY]
    return [box for box in seen if not any(np.abs(np.subtract(box, there)).max() <= 0.5 for there, _ in rest)]
