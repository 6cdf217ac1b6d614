"""Play a scene without drawing it: its timeline in a fraction of the time."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from manim import Camera, tempconfig
from manim.renderer.cairo_renderer import CairoRenderer

from scenes.specs import SceneSpec
from scenes.stage import ExplainerScene
from scenes.timeline import Beat

__all__ = ["FRAME_SIZES", "rehearse"]

FRAME_SIZES = {"16:9": (1280, 720), "9:16": (720, 1280), "1:1": (720, 720)}
"""Width and height in pixels at medium quality."""


class BlindCamera(Camera):
    """A camera that draws nothing."""

    def capture_mobjects(self, mobjects: Any, **options: Any) -> None:
        """Look away."""


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
    settings = {"pixel_width": width, "pixel_height": height, "frame_rate": 15, "dry_run": True, "verbosity": "ERROR"}
    with tempconfig({**settings, "progress_bar": "none"}):
        scene = type(spec).scene_class()(spec, renderer=CairoRenderer(camera_class=BlindCamera, skip_animations=True))
        if on_beat is not None:
            scene.on_beat = partial(on_beat, scene)
        scene.render()
    return scene
