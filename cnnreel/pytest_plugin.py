"""Fixtures with which course authors test what their films show; pytest finds them wherever cnnreel is installed."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import pytest

if TYPE_CHECKING:
    from scenes.specs import SceneSpec
    from scenes.timeline import Timeline

# Every run of pytest loads this, also where nothing is filmed: what takes time waits until a fixture is used.
# ruff: noqa: PLC0415

__all__ = ["PlayedScene", "play_lesson", "play_scene"]


@dataclass(frozen=True)
class PlayedScene:
    """A scene that was played without drawing it.

    Attributes
    ----------
    values
        Everything that was computed, arrays by name.
    timeline
        What was said and shown, and when.
    """

    values: Mapping[str, Any]
    timeline: Timeline

    @property
    def captions(self) -> list[str]:
        """What was said, beat by beat."""
        return [beat.caption for beat in self.timeline.beats]

    @property
    def answers(self) -> dict[str, str]:
        return {beat.prompt: beat.answer for beat in self.timeline.beats if beat.prompt and beat.answer}

    @property
    def shown(self) -> dict[str, str]:
        """Every number that could be seen, as it was written last, by its address, such as `output[0,0,0,1]`."""
        return {shown.of: shown.text for beat in self.timeline.beats for shown in beat.shown}


PlayScene: TypeAlias = Callable[..., PlayedScene]
PlayLesson: TypeAlias = Callable[[str | Path], dict[str, PlayedScene]]


@pytest.fixture
def play_scene() -> PlayScene:
    """Play a scene without drawing it: `play_scene("max-pool", x=[[7, 3], [3, 8]])`."""
    import cnnreel.beside  # noqa: F401
    from scenes.catalog import find

    return lambda scene, **given: played(find(scene).build(given))


@pytest.fixture
def play_lesson() -> PlayLesson:
    """Play every clip of a lesson without drawing it, by its name: `play_lesson("my-lesson.toml")`."""
    from cnnreel.work.lesson_file import read_lesson

    return lambda file: {clip.name: played(clip.spec) for clip in read_lesson(Path(file)).clips}


def played(spec: SceneSpec) -> PlayedScene:
    with warnings.catch_warnings():  # where warnings are errors, those of what Manim imports are none of ours
        warnings.simplefilter("ignore", DeprecationWarning)
        from scenes.rehearsal import rehearse

    return PlayedScene(spec.values(), rehearse(spec).timeline)
