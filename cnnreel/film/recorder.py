"""Records what a scene looks like, without drawing it: its timeline, its film as data, and a hash for each beat."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from math import ceil, floor
from typing import Any

import numpy as np
from manim import Animation, Transform, config

from cnn_core.arrays import Pair
from cnnreel.film.actors import Actor, LineActor, Projection, Props
from cnnreel.film.format import FRAME, RATE
from cnnreel.film.motion import Foreseen, Motion, are_apart, fades_of, goes_straight
from cnnreel.film.paints import Paints
from cnnreel.film.picture_actors import actor_of
from cnnreel.paint.engine import everything, manim_set_up
from cnnreel.paint.looks import lively, shown_of
from scenes.rehearsal import BlindRenderer
from scenes.specs import SceneSpec
from scenes.stage import ExplainerScene
from scenes.theme import THEMES, Theme
from scenes.timeline import TICKS_PER_SECOND, Beat, Timeline

__all__ = ["Recording", "record_film"]

PER_TICK = RATE // TICKS_PER_SECOND


@dataclass(frozen=True)
class Recording:
    """A film that was played without being drawn.

    Attributes
    ----------
    film
        As `docs/film-format.md` tells.
    sights
        For each beat, a hash of what is seen in it; beats that look alike to the last pixel have the same.
    """

    timeline: Timeline
    film: dict[str, Any]
    sights: tuple[str, ...]


class Recorder(BlindRenderer):
    """Looks at all mobjects when an animation begins, and at those that it moves 60 times a second.

    It keeps all mobjects alive, for they are known by their ids.
    """

    def __init__(self, theme: Theme, heed: Callable[[], object] = lambda: None) -> None:
        super().__init__()
        self._heed = heed
        self._paints = Paints(theme)
        self._actors: dict[int, Actor] = {}
        self._orders: list[tuple[int, list[int]]] = []
        self._seen = hashlib.sha256()
        self._sample = 0
        self.sights: list[str] = []
        self.beats: list[dict[str, Any]] = []

    def init_scene(self, *_: Any) -> None:
        super().init_scene()
        self._props = Props(Projection((config.frame_width, config.frame_height), FRAME), self._paints)

    def end_beat(self, scene: ExplainerScene[Any], beat: Beat) -> None:
        """Take over what was said in a beat, and close the hash of all that was seen in it."""
        texts = [{"text": one.text, "box": list(one.box)} for one in scene.texts()]
        self.beats.append({**beat.as_json(), "texts": texts})
        self.sights.append(self._seen.hexdigest())
        self._seen = hashlib.sha256()

    def begin(self, scene: Any) -> list[Animation]:
        self._apart = are_apart(scene)
        begun = super().begin(scene)
        scene.moving_mobjects, scene.static_mobjects = scene.get_moving_and_static_mobjects(scene.animations)
        return begun

    def idle(self, scene: Any) -> list[Animation]:
        """Return fades of which it is known what they do."""
        return fades_of(scene) if self._apart else []

    def is_foreseen(self, transform: Transform) -> bool:
        return self._apart and goes_straight(transform)

    def watch(self, scene: Any, ticks: int, begun: list[Animation]) -> None:
        """Look at one group of animations; only the first of its samples is looked at where nothing moves."""
        self._heed()
        samples = ticks * PER_TICK
        if scene.is_current_animation_frozen_frame():
            self._write(self._seen_first(shown_of(everything(scene)), ticks, {}))
        elif self._apart:
            self._watch_moving(scene, ticks, Motion.of(scene, np.arange(samples + 1) / RATE, begun), begun)
        else:
            self._sample_all(scene, ticks)
        self._sample += samples

    def _watch_moving(self, scene: Any, ticks: int, motion: Motion, begun: list[Animation]) -> None:
        motion.play(0)
        shown = self._seen_first(scenery_and_moving(scene), ticks, motion.foreseen)
        moving = self._known(motion.moving)
        played = set(map(id, moving))
        self._write([actor for actor in shown if id(actor) not in played])
        self._sample_some(ticks * PER_TICK, moving, motion.play)
        motion.play(-1)
        self._finish(begun, moving)
        motion.leave()
        for actor in shown:
            if (one := motion.foreseen.get(id(actor.mobject))) is not None:
                assert isinstance(actor, LineActor)
                self._seen.update(actor.keep_mixture(self._sample, one.target, one.shares))

    def _sample_all(self, scene: Any, ticks: int) -> None:
        scene.update_to_time(0)
        shown = self._seen_first(scenery_and_moving(scene), ticks, {})
        members = lively(scene)
        moving = self._known(everything(scene) if members is None else members)
        staying = set(map(id, moving))
        self._write([actor for actor in shown if id(actor) not in staying])
        self._sample_some(ticks * PER_TICK, moving, lambda sample: scene.update_to_time(sample / RATE))
        self._finish(scene.animations, moving)

    def _sample_some(self, samples: int, moving: list[Actor], play: Callable[[int], None]) -> None:
        """Look at what moves, at each sample but the first and the last."""
        for sample in range(1, samples if moving else 0):
            play(sample)
            for actor in moving:
                actor.sample()
            if sample % PER_TICK == 0:
                self._witness(sample // PER_TICK, moving)

    def _finish(self, begun: list[Animation], moving: list[Actor]) -> None:
        for animation in begun:
            animation.finish()
        for actor in moving:
            actor.sample()
        self._write(moving)

    def _seen_first(self, mobjects: list[Any], ticks: int, foreseen: dict[int, Foreseen]) -> list[Actor]:
        """Note which mobjects are drawn, and in which order, and look at each of them, or at what it will look like."""
        for mobject in mobjects:
            if id(mobject) not in self._actors:
                self._actors[id(mobject)] = actor_of(mobject, self._props)
        order = list(dict.fromkeys(map(id, mobjects)))
        if not self._orders or self._orders[-1][1] != order:
            self._orders.append((self._sample, order))
        shown = [self._actors[key] for key in order]
        for key, actor in zip(order, shown, strict=True):
            actor.sample(foreseen[key].start if key in foreseen else None)
        self._witness(ticks, shown)
        return shown

    def _known(self, mobjects: list[Any]) -> list[Actor]:
        drawn = set(self._orders[-1][1])
        return [self._actors[id(mobject)] for mobject in shown_of(mobjects) if id(mobject) in drawn]

    def _write(self, actors: list[Actor]) -> None:
        for actor in actors:
            actor.write(self._sample)

    def _witness(self, tick: int, actors: list[Actor]) -> None:
        self._seen.update(b"%d" % tick)
        for actor in actors:
            self._seen.update(actor.digest())

    def film(self) -> dict[str, Any]:
        """Return what was recorded until now."""
        props = self._props
        props.outlines.begin_to_write()
        sprites: list[dict[str, Any]] = []
        indices: dict[int, int] = {}
        for key, actor in self._actors.items():
            sprite = actor.sprite()
            if sprite is not None:
                indices[key] = len(sprites)
                sprites.append(sprite)
        orders = [[time, runs([indices[key] for key in order if key in indices])] for time, order in self._orders]
        pictures = [props.paints.picture(*picture) for picture in props.pictures.entries]
        return {
            "size": list(props.projection.size),
            "paints": props.paints.as_json(),
            "easings": props.easings.as_json(),
            "shapes": props.outlines.shapes.entries,
            "pictures": pictures,
            "tracks": props.tracks.entries,
            "sprites": sprites,
            "orders": orders,
        }


def scenery_and_moving(scene: Any) -> list[Any]:
    """Return what is drawn while animations are played: the scenery first, then what moves, each by its height."""
    if not scene.moving_mobjects:
        return shown_of(everything(scene))
    return shown_of(scene.static_mobjects) + shown_of(scene.moving_mobjects)


def runs(indices: list[int]) -> list[int]:
    """Return first and last of each run of numbers that follow each other.

    >>> runs([3, 4, 5, 9])
    [3, 5, 9, 9]
    """
    found: list[int] = []
    for index in indices:
        if found and found[-1] == index - 1:
            found[-1] = index
        else:
            found += index, index
    return found


def in_film(beat: dict[str, Any], zoom: float) -> dict[str, Any]:
    """Return a beat with its boxes in pixels of the film, of which there are `zoom` for each of the clip's."""

    def larger(box: list[int]) -> list[int]:
        left, top, right, bottom = box
        return [floor(left * zoom), floor(top * zoom), ceil(right * zoom), ceil(bottom * zoom)]

    seen = {
        name: [{**one, "box": larger(one["box"])} for one in beat[name]]
        for name in ("shown", "marks", "formulas", "texts")
    }
    return {**beat, **seen}


def record_film(
    spec: SceneSpec,
    size: Pair,
    heed: Callable[[], object] = lambda: None,
    on_beat: Callable[[Timeline, Callable[[], Recording]], object] = lambda *_: None,
) -> Recording:
    """Play a scene without drawing it, and record it.

    Parameters
    ----------
    size
        Width and height in pixels, to which the boxes of the timeline refer.
    heed
        Called before each animation and at the end; what it raises ends the performance.
    on_beat
        Called after each beat with what was told, and with what returns the film as far as it was played.
    """

    def so_far() -> Recording:
        return recording_of(scene, recorder, size)

    def end(beat: Beat) -> None:
        recorder.end_beat(scene, beat)
        on_beat(scene.timeline, so_far)

    with manim_set_up(size, TICKS_PER_SECOND):
        recorder = Recorder(THEMES[spec.theme], heed)
        scene = type(spec).scene_class()(spec, renderer=recorder)
        scene.on_beat = end
        scene.render()
    heed()
    return so_far()


def recording_of(scene: ExplainerScene[Any], recorder: Recorder, size: Pair) -> Recording:
    """Return what was recorded of a scene."""
    spec = scene.spec
    film = {
        "schema": "cnnreel-film/1",
        "scene": spec.name,
        "duration": scene.timeline.duration,
        "rate": RATE,
        "themes": list(THEMES),
        "theme": spec.theme,
        **recorder.film(),
        "beats": [in_film(beat, FRAME / min(size)) for beat in recorder.beats],
    }
    return Recording(scene.timeline, film, tuple(recorder.sights))
