from __future__ import annotations

import hashlib
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from manim import tempconfig
from manim.renderer.cairo_renderer import CairoRenderer

from reel.encoder import Frame
from reel.engine import manim_set_up, play
from scenes.rehearsal import rehearse
from scenes.specs import SceneSpec

SIZE = (320, 180)


class Recorder:
    """A sink that remembers a hash of each frame."""

    def __init__(self) -> None:
        self.frames: list[str] = []

    def add(self, frame: Frame, repeat: int = 1) -> None:
        self.frames += [hashlib.sha256(frame.tobytes()).hexdigest()] * repeat


class StockWriter(Recorder):
    """What Manim's own renderer writes to."""

    def __init__(self, settings: Any) -> None:
        super().__init__()
        self.sections = [SimpleNamespace(skip_animations=False)]
        self.output_spec = settings.plan.output

    def write_frame(self, frame: Frame, *, repeat: int = 1) -> None:
        self.add(frame, repeat)

    def ignore(self, *_: Any, **__: Any) -> None: ...

    begin_animation = end_animation = add_partial_movie_file = ignore


@pytest.mark.parametrize("fps", [15, 60])
def test_every_frame_is_the_one_that_manim_draws(short_spec: SceneSpec, fps) -> None:
    ours = Recorder()
    play(short_spec, SIZE, fps, ours)
    with manim_set_up(SIZE, fps), tempconfig({"disable_caching": True}):
        scene = type(short_spec).scene_class()(short_spec, renderer=StockRenderer())
        scene.render()
    assert ours.frames == scene.renderer.file_writer.frames


class StockRenderer(CairoRenderer):
    """Manim's renderer, whose camera is built when the scene has set its frame."""

    def __init__(self) -> None:
        """Wait for the scene."""

    def init_scene(self, *arguments: Any) -> None:
        super().__init__(file_writer_class=StockWriter)  # type: ignore[arg-type]
        super().init_scene(*arguments)


@pytest.mark.parametrize("fps", [15, 30, 60])
def test_the_frames_last_as_long_as_the_beats(short_spec: SceneSpec, fps) -> None:
    recorder, counts = Recorder(), []
    timeline = play(short_spec, SIZE, fps, recorder, on_frames=counts.append)
    assert len(recorder.frames) == round(timeline.duration * fps) == counts[-1]
    assert timeline.duration == rehearse(short_spec, SIZE).timeline.duration


def test_the_still_of_a_beat_is_its_last_frame(short_spec: SceneSpec) -> None:
    recorder, stills = Recorder(), []

    def keep(_: Any, frame: Frame) -> None:
        stills.append((len(recorder.frames), hashlib.sha256(frame.tobytes()).hexdigest()))

    timeline = play(short_spec, SIZE, 15, recorder, on_beat=keep)
    assert [at for at, _ in stills] == [round(beat.end * 15) for beat in timeline.beats]
    assert all(recorder.frames[at - 1] == still for at, still in stills)


def test_stills_are_the_same_when_nothing_else_is_drawn(short_spec: SceneSpec) -> None:
    drawn: dict[bool, list[Frame]] = {True: [], False: []}
    for with_film in drawn:
        sink = Recorder() if with_film else None
        play(short_spec, SIZE, 15, sink, on_beat=lambda _, frame, film=with_film: drawn[film].append(frame))
    assert all(np.array_equal(one, other) for one, other in zip(drawn[True], drawn[False], strict=True))


def test_times_do_not_depend_on_the_frame_rate_and_boxes_only_on_the_size(short_spec: SceneSpec) -> None:
    assert play(short_spec, SIZE, 15, None) == play(short_spec, SIZE, 60, None)
