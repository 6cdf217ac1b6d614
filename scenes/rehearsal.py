"""Play a scene without drawing it: its timeline in a fraction of the time."""

from __future__ import annotations

from typing import Any

from manim import Camera, tempconfig
from manim.renderer.cairo_renderer import CairoRenderer

from scenes.specs import SceneSpec
from scenes.stage import ExplainerScene

__all__ = ["FRAME_SIZES", "rehearse"]

FRAME_SIZES = {"16:9": (1280, 720), "9:16": (720, 1280), "1:1": (720, 720)}
"""Width and height in pixels at medium quality."""


class BlindCamera(Camera):
    """A camera that draws nothing."""

    def capture_mobjects(self, mobjects: Any, **options: Any) -> None:
        """Look away."""


def rehearse(spec: SceneSpec, size: tuple[int, int] | None = None) -> ExplainerScene[Any]:
    """Play a scene without drawing and return it, with its timeline.

    Parameters
    ----------
    size
        Width and height in pixels, to which the boxes of the timeline refer; medium quality if not given.
    """
    width, height = size or FRAME_SIZES[spec.ratio]
    settings = {"pixel_width": width, "pixel_height": height, "frame_rate": 15, "dry_run": True, "verbosity": "ERROR"}
    with tempconfig({**settings, "progress_bar": "none"}):
        scene = type(spec).scene_class()(spec, renderer=CairoRenderer(camera_class=BlindCamera, skip_animations=True))
        scene.render()
    return scene
