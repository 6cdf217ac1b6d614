"""Plays a scene through Manim's cairo renderer, straight into a sink: one pass, no partial files."""

from __future__ import annotations

import sys
from collections.abc import Callable, Container, Iterable, Iterator
from contextlib import contextmanager
from tempfile import TemporaryDirectory
from typing import Any

from manim.renderer.cairo_renderer import CairoRenderer
from manim.utils.iterables import list_update

from cnn_core.arrays import Pair
from cnnreel.paint.camera import FilmCamera
from cnnreel.paint.looks import lively
from cnnreel.paint.patches import Frame, Patch, PixelArea, Sink, difference
from scenes.rehearsal import NoFiles
from scenes.specs import SceneSpec
from scenes.swift import collected_seldom, configured
from scenes.timeline import Beat, Timeline

__all__ = ["FilmRenderer", "OnBeat", "OnFrames", "manim_set_up", "play"]

OnBeat = Callable[[Beat, Frame], None]
"""Called with each beat and its last frame."""

OnFrames = Callable[[int], None]
"""Called with the number of frames so far."""

EVERY_BEAT = range(sys.maxsize)


class FilmRenderer(CairoRenderer):
    """Draws each frame as Manim does, counts whole frames, and hands what changed to a sink.

    Manim builds its camera with the renderer; here it is built when the scene calls `init_scene`, for by then the scene
    has given the frame its ratio.

    Parameters
    ----------
    sink
        Where frames go; without one, only the last frame of each beat is drawn.
    wanted
        Numbers of the beats that are drawn, from 0; of others, nothing is.
    """

    camera: FilmCamera

    def __init__(self, sink: Sink | None, wanted: Container[int], on_frames: OnFrames | None = None) -> None:
        self._sink = sink
        self._wanted = wanted
        self._on_frames = on_frames
        self._drawn = 0
        self._beat = -1
        self.frames = 0

    def init_scene(self, *_: Any) -> None:
        super().__init__(camera_class=FilmCamera)
        self.file_writer = NoFiles()
        self.picture: Frame = self.camera.pixel_array.copy()
        self.begin_beat()

    def begin_beat(self) -> None:
        """Let the next beat begin with the whole picture, so that it can be encoded on its own."""
        self._beat += 1
        self._begins = True
        self.looking = self._beat in self._wanted

    def play(self, scene: Any, *animations: Any, **options: Any) -> None:
        scene.compile_animation_data(*animations, **options)
        scene.begin_animations()
        frames = max(1, round(scene.duration * self.camera.frame_rate))
        if not scene.is_current_animation_frozen_frame():
            self._play_moving(scene, frames)
        elif self.looking:
            self.camera.leave_scenery()
            self._film(self.camera.redraw(everything(scene)), frames)
        else:
            self._count(frames)
        self.num_plays += 1

    def _play_moving(self, scene: Any, frames: int) -> None:
        if self.looking and self._sink is not None:
            self._draw_moving(scene, frames)
        else:
            self._count(frames)
        for animation in scene.animations:
            animation.finish()
            animation.clean_up_from_scene(scene)
        scene.update_mobjects(0)

    def _draw_moving(self, scene: Any, frames: int) -> None:
        self.camera.set_scenery(scene.static_mobjects)
        may_change = lively(scene)
        for number in range(frames):
            scene.update_to_time(number * (1 / self.camera.frame_rate))  # as NumPy's arange does in Manim
            self._film(self.camera.redraw(scene.moving_mobjects or everything(scene), may_change))

    def _film(self, redrawn: Iterable[PixelArea], repeat: int = 1) -> None:
        """Hand what differs from the picture before to the sink, to be shown for `repeat` frames."""
        changed = [box for part in redrawn if (box := self._take_over(part))]
        if self._begins:
            changed = [PixelArea.of(self.picture)]
            self._begins = False
        if self._sink is not None:
            self._sink.add([Patch.cut(self.picture, box) for box in changed], repeat)
        self._count(repeat)

    def _take_over(self, redrawn: PixelArea) -> PixelArea | None:
        """Bring a part of the picture up to date; return the box around all pixels that were different."""
        drawn = self.camera.pixel_array
        box = difference(drawn, self.picture, redrawn)
        if box is not None:
            self.picture[box.area] = drawn[box.area]
        return box

    def _count(self, frames: int) -> None:
        self.frames += frames
        self.time = self.frames / self.camera.frame_rate
        if self.looking and self._on_frames is not None:
            self._drawn += frames
            self._on_frames(self._drawn)

    def scene_finished(self, scene: Any) -> None:
        """Do nothing: all frames are in the sink."""


def everything(scene: Any) -> list[Any]:
    """Return all mobjects on stage, in the order in which Manim draws them."""
    return list_update(scene.mobjects, scene.foreground_mobjects)


@contextmanager
def manim_set_up(size: Pair, fps: int, *, transparent: bool = False) -> Iterator[None]:
    """Set Manim up for pictures of this size; whatever it may want to write goes to a folder of its own."""
    with TemporaryDirectory(prefix="cnnreel-") as media:
        settings = {
            "pixel_width": size[0],
            "pixel_height": size[1],
            "frame_rate": fps,
            "media_dir": media,
            "background_opacity": 0.0 if transparent else 1.0,
            "dry_run": True,
            "verbosity": "ERROR",  # it warns of animations that last one frame
            "progress_bar": "none",
        }
        with collected_seldom(), configured(settings):
            yield


def play(
    spec: SceneSpec,
    size: Pair,
    fps: int,
    sink: Sink | None,
    *,
    wanted: Container[int] = EVERY_BEAT,
    transparent: bool = False,
    on_beat: OnBeat | None = None,
    on_frames: OnFrames | None = None,
) -> Timeline:
    """Play a scene into a sink and return its timeline.

    Frames are of `size` (width and height in pixels), `fps` of them a second; `fps` is 15 or a multiple of it.
    Without a sink, nothing that moves is drawn: enough for stills, for every beat ends with a hold. Nothing at all is
    drawn of beats whose numbers are not among those that are wanted. If `transparent`, there is no background, and
    colours are multiplied by alpha.
    """
    with manim_set_up(size, fps, transparent=transparent):
        renderer = FilmRenderer(sink, wanted, on_frames)
        scene = type(spec).scene_class()(spec, renderer=renderer)

        def end_beat(beat: Beat) -> None:
            if renderer.looking and on_beat is not None:
                on_beat(beat, renderer.picture.copy())
            renderer.begin_beat()

        scene.on_beat = end_beat
        scene.render()
    if renderer.frames != round(scene.timeline.duration * fps):
        raise AssertionError(
            f"{spec.name} drew {renderer.frames} frames, but its beats last {scene.timeline.duration} s"
        )
    return scene.timeline
