from __future__ import annotations

import re
from pathlib import Path

import pytest

from cnn_core.errors import InputError
from cnnreel.work.clip import Clip, Output
from cnnreel.work.filming import Prepared, film, prepare_clip
from cnnreel.work.lesson import produce
from cnnreel.work.lesson_file import Lesson, PlannedClip, read_lesson
from cnnreel.work.limits import CLIP_SECONDS, LIMITS, check_clip
from tests.cnnreel.commands import run
from tests.cnnreel.own_scenes.brief import BriefSpec

HOUSE = Path(__file__).parents[3]


@pytest.fixture
def clip(short_spec) -> Clip:
    return Clip(short_spec, "max-pool", Path("out"), Output("4k"))


def test_a_quarter_of_an_hour_is_not_too_long_and_a_second_more_is(short_spec) -> None:
    low = Clip(short_spec, "max-pool", Path("out"), Output("low"))
    check_clip(low, 900)
    sentence = r"^a clip must last at most 900 seconds, but this one would last 901; CNNREEL_CLIP_SECONDS sets another"
    with pytest.raises(InputError, match=sentence):
        check_clip(low, 900.1)


def test_at_4k_a_clip_is_too_large_before_it_is_too_long(clip) -> None:
    check_clip(clip, 500)  # 3840 x 2160 x 60 x 500 / 10^9 = 249
    sentence = (
        "^a clip must have at most 250 gigapixels in all its frames, but this one would have 299; CNNREEL_CLIP_GIGAPI"
    )
    with pytest.raises(InputError, match=sentence):
        check_clip(clip, 600)


def test_a_limit_may_be_raised_and_lowered(clip, monkeypatch) -> None:
    monkeypatch.setenv("CNNREEL_CLIP_GIGAPIXELS", "300")
    check_clip(clip, 600)
    monkeypatch.setenv("CNNREEL_CLIP_SECONDS", "599")
    with pytest.raises(InputError, match="at most 599 seconds, but this one would last 600"):
        check_clip(clip, 600)


@pytest.mark.parametrize("given", ["", "much", "-1", "1.5"])
def test_a_limit_that_is_no_number_is_refused(monkeypatch, given) -> None:
    monkeypatch.setenv("CNNREEL_CLIP_SECONDS", given)
    with pytest.raises(
        InputError, match=rf"^CNNREEL_CLIP_SECONDS must be a number of seconds, but it is {re.escape(repr(given))}\.$"
    ):
        CLIP_SECONDS.check(1)


@pytest.mark.parametrize("format", ["mp4", "gif", "png", "stills"])
def test_a_clip_that_is_too_long_is_refused_before_it_is_filmed(tmp_path, monkeypatch, format) -> None:
    monkeypatch.setenv("CNNREEL_CLIP_SECONDS", "2")
    monkeypatch.setattr("cnnreel.paint.engine.FilmRenderer", None)
    with pytest.raises(InputError, match="a clip must last at most 2 seconds, but this one would last "):
        film(BriefSpec(), tmp_path / "out", quality="low", format=format)
    assert list(tmp_path.iterdir()) == []


def test_a_lesson_of_too_many_clips_is_refused_before_they_are_read(tmp_path) -> None:
    (tmp_path / "l.toml").write_text("[[clip]]\nscene = 'none'\n" * 501)
    with pytest.raises(
        InputError, match=r"^l.toml: a lesson must have at most 500 clips, but this one would have 501; CNNREEL_LESSON_"
    ):
        read_lesson(tmp_path / "l.toml")


@pytest.mark.slow
def test_a_lesson_that_is_too_long_is_not_filmed(brief_clip, tmp_path, monkeypatch) -> None:
    seconds = brief_clip.record["video"]["duration"]
    monkeypatch.setenv("CNNREEL_LESSON_SECONDS", str(int(seconds) + 1))
    lessons = [
        Lesson(name, name, tuple(PlannedClip(str(number), "x", BriefSpec()) for number in range(clips)))
        for name, clips in (("one", 1), ("two", 2))
    ]
    sentence = rf"^two: a lesson must last at most {int(seconds) + 1} seconds, but this one would last "
    with pytest.raises(InputError, match=sentence):
        produce(lessons, tmp_path / "out", Output("low"), 1)
    assert list(tmp_path.iterdir()) == []
    (only,) = produce(lessons[:1], tmp_path / "out", Output("low"), 1)
    assert only.failures == ()


def lower_limit_and_prepare(clip: Clip, folder: Path) -> Prepared:
    """Prepare a clip in a worker whose environment has another limit."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CNNREEL_CLIP_SECONDS", "2")
        return prepare_clip(clip, folder)


@pytest.mark.slow
def test_the_command_says_it_in_one_sentence_with_status_2(brief_command, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr("cnnreel.work.scheduler.prepare_clip", lower_limit_and_prepare)
    done = run(*brief_command, "-o", tmp_path / "out")
    assert (done.exit_code, done.stdout) == (2, "")
    assert re.fullmatch(
        r"Error: a clip must last at most 2 seconds, but this one would last \d+; CNNREEL_CLIP_SECONDS sets another "
        r"limit\.\n",
        done.stderr,
    )
    assert list(tmp_path.iterdir()) == []


def test_every_limit_is_written_down() -> None:
    said = (HOUSE / "docs/limits.md").read_text()
    for limit in LIMITS:
        assert f"| `{limit.variable}` | {limit.usual:,} {limit.unit} |" in said
