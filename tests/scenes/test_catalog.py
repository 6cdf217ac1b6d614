"""Scenes are found in their files, and a file is all that a scene needs."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import scenes
from cnn_core.errors import InputError
from scenes.catalog import ORDER, SCENES, Catalog
from tests.scenes.looking import watch

HOUSE = Path(__file__).parents[2]

SUM_POOL = '''
"""Sum pooling: a window of two cells visits each row; their sum goes to the output."""

from __future__ import annotations

from dataclasses import dataclass

from cnn_core.arrays import Array
from cnn_core.equation import Equation
from cnn_core.expression import Sum
from cnn_core.trace import Trace, Values, positions_of, scalar
from scenes.language import say
from scenes.specs.fields import batched
from scenes.specs.walk import Stop, WalkSpec


@dataclass(frozen=True)
class SumStep:
    position: tuple[int, int, int, int]
    value: float

    def values(self) -> Values:
        return {"value": scalar(self.value)}


@dataclass(frozen=True, eq=False)
class SumTrace(Trace):
    x: Array
    output: Array

    def values(self) -> Values:
        return {"x": self.x, "output": self.output}

    def equation(self, *position: int) -> Equation:
        n, c, i, j = position
        terms = tuple(self.value("x", n, c, i, 2 * j + k) for k in range(2))
        return Equation.of(Sum(terms), self.value("output", *position))

    def positions(self):
        return positions_of(self.output.shape)

    def step(self, *position: int) -> SumStep:
        return SumStep(position, float(self.output[position]))


class SumPoolSpec(WalkSpec):
    """What may be asked of it."""

    name = "sum-pool"
    summary = "A window visits a grid; the sum of each stop goes to the output."
    example = '--x "4 1; 1 1"'
    operation = "SumPool"

    def trace(self):
        x = batched(self.x)
        even = x[..., : x.shape[3] // 2 * 2]
        return SumTrace(x, even[..., ::2] + even[..., 1::2])

    def rule(self, trace):
        return say("The sum of each stop goes to the output.")

    def ask(self, stop: Stop):
        return say("What is the sum?")

    def say(self, stop: Stop):
        return say("The sum is {value}.", value=stop.result)

    def moral(self, trace):
        return say("Sums grow with the window.")
'''


@pytest.fixture
def folder(tmp_path, monkeypatch) -> Iterator[Path]:
    """A folder that belongs to `scenes`."""
    monkeypatch.setattr(scenes, "__path__", [*scenes.__path__, str(tmp_path)])
    yield tmp_path
    for name in [name for name, module in sys.modules.items() if str(tmp_path) in str(getattr(module, "__file__", ""))]:
        del sys.modules[name]


def test_every_scene_of_the_house_is_found_in_its_order() -> None:
    assert tuple(SCENES)[: len(ORDER)] == ORDER
    assert list(SCENES)[len(ORDER) :] == sorted(list(SCENES)[len(ORDER) :])
    assert "upsample" in SCENES
    assert len(SCENES) == len(list(SCENES))


def test_a_file_in_a_folder_is_a_scene(folder: Path) -> None:
    (folder / "sum_pool.py").write_text(SUM_POOL)
    found = Catalog(scenes.__path__)
    assert set(found) - set(SCENES) == {"sum-pool"}
    scene, seen = watch(found["sum-pool"].build({"x": "4 1; -1 1"}))
    assert [beat.caption for beat in scene.timeline.beats] == [
        "A 1×2 window visits the 2×2 grid. The sum of each stop goes to the output.",
        "What is the sum?",
        "The sum is 5.",
        "The sum is 0.",
        "2×2 values have become 2×1. Sums grow with the window.",
    ]
    assert scene.timeline.beats[1].answer == "5"
    assert {"4", "1", "5", "="} <= {label.text for label in seen[2]}


def test_a_package_in_a_folder_is_a_scene(folder: Path) -> None:
    (folder / "sums").mkdir()
    (folder / "sums" / "__init__.py").write_text(SUM_POOL)
    assert "sum-pool" in Catalog(scenes.__path__)


def test_a_file_without_a_scene_is_not_imported(folder: Path) -> None:
    (folder / "helper.py").write_text("raise RuntimeError('imported')\n")
    assert set(Catalog(scenes.__path__)) == set(SCENES)


@pytest.mark.parametrize(
    ("name", "source", "said"),
    [
        (
            "broken.py",
            SUM_POOL + "\n1 / 0\n",
            r"broken\.py cannot be read as a scene: ZeroDivisionError: division by zero",
        ),
        (
            "mine.py",
            SUM_POOL.replace("sum-pool", "max-pool"),
            r"name must be its own, but max-pool is in .* and elsewhere",
        ),
        ("pooling.py", SUM_POOL, r"file must have a name of its own, but .*pooling\.py is called like another"),
        ("theme.py", "", r"file must have a name of its own, but .*theme\.py is called like another"),
    ],
)
def test_a_file_that_cannot_be_a_scene_is_named(folder: Path, name: str, source: str, said: str) -> None:
    (folder / name).write_text(source)
    with pytest.raises(InputError, match=said):
        len(Catalog(scenes.__path__))


def in_a_process(folder: Path, *command: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "CNNREEL_SCENES": str(folder)}
    return subprocess.run(
        [sys.executable, *command], cwd=HOUSE, env=environment, capture_output=True, text=True, check=False
    )


@pytest.mark.slow
def test_a_scene_dropped_into_a_folder_is_filmed_and_what_is_told_of_it_is_true(tmp_path: Path) -> None:
    (tmp_path / "sum_pool.py").write_text(SUM_POOL)
    film = (
        "render.py",
        "scene",
        "sum-pool",
        "--x",
        "4 1; -1 1",
        "--format",
        "stills",
        "-q",
        "low",
        "--no-cache",
        "-o",
        str(tmp_path),
    )
    done = in_a_process(tmp_path, *film)
    assert (done.returncode, done.stderr) == (0, "")
    told = tmp_path / "sum-pool"
    assert "4 + 1 = 5" in (told / "sum-pool.answers.csv").read_text()
    assert "−1 + 1 = 0" in (told / "sum-pool.transcript.md").read_text()


@pytest.mark.slow
def test_the_tests_of_all_scenes_hold_it_without_being_edited(tmp_path: Path) -> None:
    (tmp_path / "sum_pool.py").write_text(SUM_POOL)
    tests = (
        "tests/scenes/test_every_scene.py",
        "tests/cnnreel/tell/test_story.py",
        "tests/cnnreel/cli/test_options.py",
    )
    options = ("-q", "-p", "no:cacheprovider", "-p", "no:xdist", "-k", "sum-pool or sum_pool or SumPool")
    done = in_a_process(tmp_path, "-m", "pytest", *options, *tests)
    assert done.returncode == 0, done.stdout
    assert int(done.stdout.splitlines()[-1].split()[0]) >= 11
