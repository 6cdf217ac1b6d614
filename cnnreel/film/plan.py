"""What a film will show, before it is drawn: its timeline, and for each beat a hash of all that will be seen in it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from manim import ImageMobject, VMobject
from manim.renderer.cairo_renderer import CairoRenderer

from cnn_core.arrays import Pair
from cnnreel.paint.engine import NoFiles, everything, manim_set_up
from cnnreel.paint.looks import Family, layers_of, style_of
from scenes.rehearsal import BlindCamera
from scenes.specs import SceneSpec
from scenes.timeline import TICKS_PER_SECOND, Beat, Timeline

__all__ = ["Plan", "plan"]


@dataclass(frozen=True)
class Plan:
    """A film that was played without being drawn.

    Attributes
    ----------
    sights
        For each beat, a hash of what is seen in it; beats that look alike to the last pixel have the same.
    """

    timeline: Timeline
    sights: tuple[str, ...]


class Witness(CairoRenderer):
    """Looks at all mobjects once a tick, and draws nothing.

    Every animation begins and ends on a tick. Between two of them it moves by rules that are code, and do not change
    without the code.
    """

    def __init__(self) -> None:
        self._seen = hashlib.sha256()
        self._family = Family([])

    def init_scene(self, *_: Any) -> None:
        """Build the camera."""
        super().__init__(camera_class=BlindCamera)
        self.file_writer = NoFiles()

    def play(self, scene: Any, *animations: Any, **options: Any) -> None:
        """Look at one group of animations."""
        scene.compile_animation_data(*animations, **options)
        scene.begin_animations()
        ticks = max(1, round(scene.duration * TICKS_PER_SECOND))
        self._look(ticks, everything(scene))
        if not scene.is_current_animation_frozen_frame():
            for tick in range(1, ticks):
                scene.update_to_time(tick / TICKS_PER_SECOND)
                self._look(tick, scene.moving_mobjects or everything(scene))
            for animation in scene.animations:
                animation.finish()
                animation.clean_up_from_scene(scene)
            scene.update_mobjects(0)
        self.num_plays += 1

    def sight(self) -> str:
        """Return the hash of all that was seen since the last one."""
        sight, self._seen = self._seen.hexdigest(), hashlib.sha256()
        return sight

    def _look(self, tick: int, mobjects: list[Any]) -> None:
        self._seen.update(b"%d" % tick)
        if not self._family.is_of(mobjects):
            self._family = Family(mobjects)
        for mobject in self._family.shown():
            for trait in traits(mobject):
                self._seen.update(trait)

    def scene_finished(self, scene: Any) -> None:
        """Do nothing: nothing was drawn."""


def traits(mobject: Any) -> Iterator[Any]:
    """Give, as bytes, all that says how a mobject is drawn; nothing if it cannot be seen."""
    if not isinstance(mobject, VMobject | ImageMobject):
        raise TypeError(f"{type(mobject).__name__} is neither made of curves nor an image: say here how it looks.")
    if isinstance(mobject, VMobject):
        if mobject.background_image is not None:
            raise TypeError(f"{type(mobject).__name__} is coloured by a picture: say here how it looks.")
        if not any(layers_of(mobject)):
            return
        yield np.array([mobject.sheen_factor, *mobject.sheen_direction], float)
    yield np.array([mobject.z_index], float)
    yield from (one if isinstance(one, bytes) else repr(one).encode() for one in style_of(mobject))
    yield mobject.points


def plan(spec: SceneSpec, size: Pair) -> Plan:
    """Play a scene without drawing it.

    Parameters
    ----------
    size
        Width and height in pixels, to which the boxes of the timeline refer.
    """
    sights: list[str] = []

    def end_beat(_: Beat) -> None:
        sights.append(renderer.sight())

    with manim_set_up(size, TICKS_PER_SECOND):
        renderer = Witness()
        scene = type(spec).scene_class()(spec, renderer=renderer)
        scene.on_beat = end_beat
        scene.render()
    return Plan(scene.timeline, tuple(sights))
