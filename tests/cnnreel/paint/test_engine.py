from __future__ import annotations

import hashlib
from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from manim import tempconfig
from manim.renderer.cairo_renderer import CairoRenderer

from cnnreel.paint.engine import manim_set_up, play
from cnnreel.paint.patches import Frame, Patch, PixelArea
from scenes.catalog import SCENES
from scenes.rehearsal import rehearse
from scenes.specs import SceneSpec
from tests.often import only_often

SIZE = (320, 180)


class Recorder:
    """A sink that remembers a hash of each frame."""

    def __init__(self) -> None:
        self.frames: list[str] = []
        self.whole: list[int] = []
        self.picture = np.zeros((SIZE[1], SIZE[0], 4), np.uint8)

    def add(self, patches: Sequence[Patch], repeat: int = 1) -> None:
        for patch in patches:
            patch.paint(self.picture)
            self.whole += [len(self.frames)] * (patch.box == PixelArea(0, 0, *SIZE))
        self.frames += [hash_of(self.picture)] * repeat


class StockWriter:
    """What Manim's own renderer writes to."""

    def __init__(self, settings: Any) -> None:
        self.frames: list[str] = []
        self.sections = [SimpleNamespace(skip_animations=False)]
        self.output_spec = settings.plan.output

    def write_frame(self, frame: Frame, *, repeat: int = 1) -> None:
        self.frames += [hash_of(frame)] * repeat

    def ignore(self, *_: Any, **__: Any) -> None: ...

    begin_animation = end_animation = add_partial_movie_file = ignore


def hash_of(frame: Frame) -> str:
    return hashlib.sha256(frame.tobytes()).hexdigest()


def stock_frames(spec: SceneSpec, fps: int) -> list[str]:
    with manim_set_up(SIZE, fps), tempconfig({"disable_caching": True}):
        scene = type(spec).scene_class()(spec, renderer=StockRenderer())
        scene.render()
    return scene.renderer.file_writer.frames


@pytest.mark.parametrize("fps", only_often([15, 60], 15))
def test_every_frame_is_the_one_that_manim_draws(short_spec: SceneSpec, fps) -> None:
    ours = Recorder()
    play(short_spec, SIZE, fps, ours)
    assert ours.frames == stock_frames(short_spec, fps)


@pytest.mark.slow
@pytest.mark.parametrize("name", only_often(SCENES, "upsample"))
def test_every_frame_of_every_scene_is_the_one_that_manim_draws(name) -> None:
    spec, ours = SCENES[name].build({"pace": "fast"}), Recorder()
    play(spec, SIZE, 15, ours)
    assert ours.frames == stock_frames(spec, 15)


class StockRenderer(CairoRenderer):
    """Manim's renderer, whose camera is built when the scene has set its frame."""

    def __init__(self) -> None:
        """Wait for the scene."""

    def init_scene(self, *arguments: Any) -> None:
        super().__init__(file_writer_class=StockWriter)  # type: ignore[arg-type]
        super().init_scene(*arguments)


@pytest.mark.parametrize("fps", only_often([15, 30, 60], 30))
def test_the_frames_last_as_long_as_the_beats(short_spec: SceneSpec, fps) -> None:
    recorder, counts = Recorder(), []
    timeline = play(short_spec, SIZE, fps, recorder, on_frames=counts.append)
    assert len(recorder.frames) == round(timeline.duration * fps) == counts[-1]
    assert timeline.duration == rehearse(short_spec, SIZE).timeline.duration


def test_the_still_of_a_beat_is_its_last_frame(short_spec: SceneSpec) -> None:
    recorder, stills = Recorder(), []

    def keep(_: Any, frame: Frame) -> None:
        stills.append((len(recorder.frames), hash_of(frame)))

    timeline = play(short_spec, SIZE, 15, recorder, on_beat=keep)
    assert [at for at, _ in stills] == [round(beat.end * 15) for beat in timeline.beats]
    assert all(recorder.frames[at - 1] == still for at, still in stills)


def test_every_beat_begins_with_the_whole_picture(short_spec: SceneSpec) -> None:
    recorder = Recorder()
    timeline = play(short_spec, SIZE, 15, recorder)
    assert {round(beat.start * 15) for beat in timeline.beats} <= set(recorder.whole)


def test_beats_that_are_filmed_alone_have_the_frames_that_they_have_in_the_film(short_spec: SceneSpec) -> None:
    recorder, alone, stills = Recorder(), Recorder(), []
    timeline = play(short_spec, SIZE, 15, recorder)
    wanted = (1, len(timeline.beats) - 1)
    assert play(short_spec, SIZE, 15, alone, wanted=wanted, on_beat=lambda beat, _: stills.append(beat)) == timeline
    assert stills == [timeline.beats[number] for number in wanted]
    assert alone.frames == [
        frame for beat in stills for frame in recorder.frames[round(beat.start * 15) : round(beat.end * 15)]
    ]


def test_stills_are_the_same_when_nothing_else_is_drawn(short_spec: SceneSpec) -> None:
    drawn: dict[bool, list[Frame]] = {True: [], False: []}
    for with_film in drawn:
        sink = Recorder() if with_film else None
        play(short_spec, SIZE, 15, sink, on_beat=lambda _, frame, film=with_film: drawn[film].append(frame))
    assert all(np.array_equal(one, other) for one, other in zip(drawn[True], drawn[False], strict=True))


def test_times_do_not_depend_on_the_frame_rate_and_boxes_only_on_the_size(short_spec: SceneSpec) -> None:
    assert play(short_spec, SIZE, 15, None) == play(short_spec, SIZE, 60, None)
