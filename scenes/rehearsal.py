"""Play a scene without drawing it: its timeline in a fraction of the time."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import numpy as np
from manim import Animation, Camera, Create, FadeIn, FadeOut, Transform
from manim.renderer.cairo_renderer import CairoRenderer

from scenes.specs import SceneSpec
from scenes.stage import ExplainerScene
from scenes.swift import collected_seldom, configured
from scenes.timeline import TICKS_PER_SECOND, Beat
from scenes.transforms import uncopied

__all__ = ["FRAME_SIZES", "BlindRenderer", "NoFiles", "rehearse"]

FRAME_SIZES = {"16:9": (1280, 720), "9:16": (720, 1280), "1:1": (720, 720)}
"""Width and height in pixels at medium quality."""


_THERE_AND_BACK = (Create, FadeIn, FadeOut)
"""Animations after which a mobject looks as before, whether it stays in the scene or not."""


class NoFiles:
    """Stands where Manim expects a file writer, and writes no files.

    Manim looks at it once a scene, to stop encoders when the scene fails.
    """

    sections: tuple[()] = ()

    def abort_encode_jobs(self) -> None:
        """There are none."""


class BlindCamera(Camera):
    """A camera that draws nothing."""

    def init_background(self) -> None:
        """Have one pixel, which nobody looks at."""
        self.background = np.zeros((1, 1, self.n_channels), self.pixel_array_dtype)

    def capture_mobjects(self, mobjects: Any, **options: Any) -> None:
        """Look away."""


class BlindRenderer(CairoRenderer):
    """Plays animations from their first to their last instant, and draws nothing."""

    def __init__(self) -> None:
        """Wait for `init_scene`: by then the scene has given the frame its ratio."""

    def init_scene(self, *_: Any) -> None:
        super().__init__(camera_class=BlindCamera)
        self.file_writer = NoFiles()

    def play(self, scene: Any, *animations: Any, **options: Any) -> None:
        scene.compile_animation_data(*animations, **options)
        begun = self.begin(scene)
        self.watch(scene, max(1, round(scene.duration * TICKS_PER_SECOND)), begun)
        if not scene.is_current_animation_frozen_frame():
            for animation in scene.animations:
                if animation in begun:
                    animation.clean_up_from_scene(scene)
                else:
                    Animation.clean_up_from_scene(animation, scene)
            scene.update_mobjects(0)
        self.num_plays += 1

    def begin(self, scene: Any) -> list[Animation]:
        """Begin animations, and return them; but not those that need not."""
        idle = self.idle(scene)
        begun = [animation for animation in scene.animations if animation not in idle]
        scene.add_introduced(scene.animations)
        with uncopied(self.is_foreseen):
            for animation in begun:
                animation.begin()
        return begun

    def is_foreseen(self, transform: Transform) -> bool:
        """Tell whether a transform is not interpolated between its begin and its end; here, none ever is."""
        return True

    def idle(self, scene: Any) -> list[Animation]:
        """Return animations that need not begin; here, for nobody would see them, and they leave all as it was."""
        return [animation for animation in scene.animations if type(animation) in _THERE_AND_BACK]

    def watch(self, scene: Any, ticks: int, begun: list[Animation]) -> None:
        """Look at animations that last for so many ticks, and finish those that have begun; here, nobody looks."""
        for animation in begun:
            animation.finish()

    def scene_finished(self, scene: Any) -> None:
        """Do nothing: nothing was drawn."""


def rehearse(
    spec: SceneSpec,
    size: tuple[int, int] | None = None,
    on_beat: Callable[[ExplainerScene[Any], Beat], None] | None = None,
) -> ExplainerScene[Any]:
    """Play a scene without drawing and return it, with its timeline.

    Parameters
    ----------
    size
        Width and height in pixels, to which the boxes of the timeline refer; medium quality if not given.
    on_beat
        Called at the end of each beat with the scene, whose mobjects stand as in the beat's last frame.
    """
    width, height = size or FRAME_SIZES[spec.ratio]
    settings = {"pixel_width": width, "pixel_height": height, "frame_rate": TICKS_PER_SECOND, "dry_run": True}
    with collected_seldom(), configured({**settings, "verbosity": "ERROR", "progress_bar": "none"}):
        scene = type(spec).scene_class()(spec, renderer=BlindRenderer())
        if on_beat is not None:
            scene.on_beat = partial(on_beat, scene)
        scene.render()
    return scene
