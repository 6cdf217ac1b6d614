from __future__ import annotations

import base64
import gzip
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import av
import pytest

from cnn_core.errors import InputError
from cnnreel.film.record import sha256_of
from cnnreel.work.cache import Cache
from cnnreel.work.clip import Clip, Output, Result
from cnnreel.work.filming import film_clip
from cnnreel.work.lesson import ProducedLesson, produce
from cnnreel.work.lesson_file import Lesson, PlannedClip
from scenes.specs import SceneSpec
from tests.cnnreel.commands import RENDER, WITH_OWN_SCENES
from tests.cnnreel.own_scenes.brief import BriefSpec
from tests.cnnreel.processes import wait_for, wait_until_gone


class DeadlySpec(SceneSpec):
    """A spec whose scene takes its process with it."""

    name = "deadly"

    @classmethod
    def scene_class(cls) -> type:
        os.kill(os.getpid(), signal.SIGKILL)
        raise AssertionError


class BrokenSpec(SceneSpec):
    """A spec whose scene cannot be built."""

    name = "broken"

    @classmethod
    def scene_class(cls) -> type:
        raise ZeroDivisionError("no scene")


@pytest.fixture(scope="module")
def lesson() -> Lesson:
    light = BriefSpec(theme="light")
    return Lesson("pool", "Pooling", (PlannedClip("a", "First", BriefSpec()), PlannedClip("b", "Second", light)))


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Cache:
    return Cache(tmp_path_factory.mktemp("cache"), 100_000_000)


@pytest.fixture(scope="module")
def produced(lesson: Lesson, kept: Cache, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("out")
    (one,) = produce([lesson], out, Output("low"), workers=2, cache=kept)
    assert (one.film, one.failures) == (out / "pool/pool.mp4", ())
    return out / "pool"


@pytest.mark.slow
def test_a_lesson_is_its_clips_a_joined_film_a_poster_and_an_index(produced: Path) -> None:
    found = sorted(path.name for path in produced.iterdir())
    words = [f"pool.{ending}" for ending in ("answers.csv", "chapters.vtt", "srt", "transcript.md", "vtt")]
    assert found == sorted(["a", "b", "index.html", "page", "pool.json", "pool.mp4", "pool.png", *words])
    for name in "ab":
        assert {f"{name}.{ending}" for ending in ("json", "mp4", "png")} < {
            path.name for path in (produced / name).iterdir()
        }


@pytest.mark.slow
def test_commands_that_make_the_same_lesson_at_once_do_not_disturb_each_other(
    lesson: Lesson, kept: Cache, produced: Path, tmp_path: Path
) -> None:
    def fetch_all(clips: Sequence[Clip], *_: object) -> list[Result]:
        return [film_clip(clip) for clip in clips]

    def make(_: int) -> list[ProducedLesson]:
        return produce([lesson], tmp_path, Output("low"), 1, cache=kept, engine=fetch_all)

    with ThreadPoolExecutor(3) as threads:
        made = list(threads.map(make, range(4)))
    assert made == [[ProducedLesson(tmp_path / "pool/pool.mp4", ())]] * 4
    assert contents(tmp_path / "pool") == contents(produced)


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.slow
def test_a_folder_may_look_like_the_address_of_something(lesson: Lesson, tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    (one,) = produce([Lesson("l", "L", lesson.clips[:1])], Path("10:00"), Output("low"), workers=1)
    assert (one.film, one.failures) == (Path("10:00/l/l.mp4"), ())


@pytest.mark.slow
def test_the_words_of_a_lesson_are_those_of_its_clips_at_their_time(produced: Path) -> None:
    index = json.loads((produced / "pool.json").read_text())
    second = index["clips"][1]["start"]
    assert (produced / "pool.chapters.vtt").read_text() == (
        f"WEBVTT\n\n00:00:00.000 --> 00:00:{second:06.3f}\nFirst\n"
        f"\n00:00:{second:06.3f} --> 00:00:{index['video']['duration']:06.3f}\nSecond\n"
    )
    own = (produced / "a/a.vtt").read_text()
    assert (produced / "pool.vtt").read_text().startswith(own.rpartition("-->")[0])
    transcript = (produced / "pool.transcript.md").read_text()
    assert transcript.startswith("# Pooling\n\n## Brief\n")
    assert transcript.count("## Brief\n") == 2
    rows = (produced / "pool.answers.csv").read_text(encoding="utf-8-sig").splitlines()
    assert [row.partition(",")[0] for row in rows] == ["clip", "a", "b"]


@pytest.mark.slow
def test_the_page_of_a_lesson_holds_the_films_of_its_clips_and_names_the_joined_one(produced: Path) -> None:
    page = (produced / "index.html").read_text()
    assert 'src="pool.mp4"' in page
    packed = re.findall(r'<script type="text/plain" [^>]*>([^<]+)</script>', page)
    films = [json.loads(gzip.decompress(base64.b64decode(one)))["film"] for one in packed]
    assert films == [json.loads((produced / name / f"{name}.film.json").read_text()) for name in "ab"]


@pytest.mark.slow
def test_the_index_says_where_each_clip_is(produced: Path) -> None:
    index = json.loads((produced / "pool.json").read_text())
    records = [json.loads((produced / clip["record"]).read_text()) for clip in index["clips"]]
    assert index["title"] == "Pooling"
    assert [clip["end"] - clip["start"] for clip in index["clips"]] == pytest.approx(
        [record["video"]["duration"] for record in records]
    )
    assert index["video"]["sha256"] == sha256_of(produced / "pool.mp4")
    with av.open(produced / "pool.mp4") as film:
        assert [one["metadata"]["title"] for one in film.chapters()] == ["First", "Second"]
        assert film.duration == pytest.approx(index["video"]["duration"] * 1_000_000, abs=1_000)


@pytest.mark.slow
def test_a_worker_makes_the_same_clip_as_this_process(produced: Path, brief_clip: Clip) -> None:
    assert (produced / "a/a.mp4").read_bytes() == brief_clip.main.read_bytes()


@pytest.mark.slow
def test_a_clip_that_fails_or_dies_is_named_and_the_others_are_made(tmp_path) -> None:
    clips = (
        PlannedClip("broken", "x", BrokenSpec()),
        PlannedClip("dead", "x", DeadlySpec()),
        PlannedClip("fine", "x", BriefSpec()),
    )
    heard: list[str] = []
    (one,) = produce([Lesson("l", "L", clips)], tmp_path, Output("low"), 1, lambda name, _: heard.append(name))
    assert one.film is None
    assert one.failures == (
        "l/broken: ZeroDivisionError: no scene",
        "l/dead: the process that filmed it ended unexpectedly; perhaps memory ran out.",
    )
    assert sorted(path.name for path in (tmp_path / "l").iterdir() if not path.name.startswith(".")) == ["fine"]
    assert {"l/broken", "l/dead", "l/fine"} == set(heard)


def test_lessons_of_one_name_are_refused_before_anything_is_made(lesson: Lesson, tmp_path) -> None:
    with pytest.raises(InputError, match="lesson files must have names of their own, but two of them are named 'pool'"):
        produce([lesson, lesson], tmp_path / "out", Output("low"), 1)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_ctrl_c_ends_a_lesson_and_leaves_no_process_and_nothing_half_made(tmp_path) -> None:
    (tmp_path / "l.toml").write_text('[look]\npace = "slow"\n' + '[[clip]]\nscene = "brief"\nquestion = true\n' * 4)
    command = [sys.executable, RENDER, "lesson", tmp_path / "l.toml", "-q", "4k", "-o", tmp_path / "out"]
    surroundings = {**os.environ, **WITH_OWN_SCENES}
    process = subprocess.Popen(command, env=surroundings, stderr=subprocess.PIPE, start_new_session=True)
    wait_for(process, tmp_path, "out/l/.cnnreel-*/*/segments/*/film.mp4")
    os.killpg(process.pid, signal.SIGINT)
    _, said = process.communicate(timeout=30)
    assert (process.returncode, said.strip()) == (130, b"Stopped; nothing half-made is left.")
    assert [path.name for path in tmp_path.iterdir()] == ["l.toml"]
    wait_until_gone(process.pid)  # multiprocessing's helpers end when we have
