"""A lesson of the page and the TOML of the command line are the same."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from cnnreel.studio.lessons import lesson_of_wishes, opened_lesson, saved_lesson
from cnnreel.studio.uploads import Uploads
from cnnreel.work.lesson_file import read_lesson
from tests.cnnreel.studio.conftest import Ask

LESSON = {
    "title": "Pooling, and “more”",
    "look": {"theme": "light", "ratio": "1:1"},
    "clips": [
        {"scene": "max-pool", "chapter": 'A "first" look', "given": {"x": [["7", "3"], ["3", "8"]], "question": False}},
        {"scene": "conv2d", "given": {"weight": "sobel-x", "padding": "1 2"}},
        {"scene": "max-pool", "given": {"kernel_size": "2 1", "theme": "dark"}},
        {"scene": "digit", "given": {"x": "mnist:3"}},
    ],
}


def test_what_is_saved_is_what_the_command_line_films(tmp_path: Path) -> None:
    uploads = Uploads(tmp_path)
    saved = saved_lesson(LESSON, uploads)
    (tmp_path / saved["name"]).write_text(saved["text"], encoding="utf-8")
    read, made = read_lesson(tmp_path / saved["name"]), lesson_of_wishes(LESSON, uploads)
    assert (read.name, read.title) == ("pooling-and-more", "Pooling, and “more”")
    assert [(clip.name, clip.chapter) for clip in read.clips] == [(clip.name, clip.chapter) for clip in made.clips]
    assert [clip.spec.as_json() for clip in read.clips] == [clip.spec.as_json() for clip in made.clips]
    assert {clip.spec.theme for clip in read.clips} == {"light"}


def test_what_is_opened_and_saved_again_is_the_same(tmp_path: Path) -> None:
    saved = saved_lesson(LESSON, Uploads(tmp_path))
    assert saved_lesson(opened_lesson(saved["name"], saved["text"]), Uploads(tmp_path)) == saved


def test_the_lesson_that_comes_with_cnnreel_can_be_opened(tmp_path: Path) -> None:
    shipped = Path(__file__).parents[3] / "lessons" / "handwritten-digits.toml"
    opened = opened_lesson(shipped.name, shipped.read_text(encoding="utf-8"))
    made, read = lesson_of_wishes(opened, Uploads(tmp_path)), read_lesson(shipped)
    assert [clip.spec.as_json() for clip in made.clips] == [clip.spec.as_json() for clip in read.clips]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "must have clips"),
        ("clip = 3", "must have clips"),
        ("[[clip", "lesson's TOML"),
        ('[[clip]]\nscene = "nothing"', "clip 1: scene must be one of"),
        ("x = 1\n" * 40_000, "at most 200,000 bytes"),
        ('[[clip]]\nscene = "title"\n' * 600, "at most 500 clips"),
        ("a = " + "[" * 90_000, "nested at most 12 deep"),
        (".".join("a" * 50_000) + " = 1", "nested at most 12 deep"),
    ],
)
def test_what_is_no_lesson_is_refused_in_a_sentence(text: str, said: str, ask: Ask) -> None:
    answer = ask("lesson/open", name="a.toml", text=text)
    assert answer.status_code == 422
    assert said in answer.json()["error"]
    assert len(answer.json()["error"]) < 900


def test_a_clip_that_cannot_be_filmed_is_named(ask: Ask) -> None:
    clips: list[Any] = [{"scene": "title", "given": {}}, {"scene": "max-pool", "given": {"kernel_size": 9}}]
    answer = ask("lesson/save", title="A", clips=clips)
    assert (answer.status_code, answer.json()["error"].partition(":")[0]) == (422, "clip 2")


def test_no_file_of_the_server_stands_in_a_lesson(ask: Ask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.csv").write_text("1,2\n3,4\n")
    opened = ask("lesson/open", name="a.toml", text='[[clip]]\nscene = "max-pool"\nx = "a.csv"\n').json()
    answer = ask("lesson/save", **opened)
    assert (answer.status_code, "opened here" in answer.json()["error"]) == (422, True)


@pytest.mark.parametrize(
    ("wish", "command"),
    [
        (
            {"scene": "max-pool", "given": {"x": [["7", "3"], ["3", "8"]], "question": False}},
            ' --x "7 3; 3 8" --no-question',
        ),
        ({"scene": "conv2d", "given": {"weight": "sobel-x", "padding": 1}}, ' --weight "sobel-x" --padding "1"'),
        (
            {"scene": "softmax", "given": {"labels": "cat, dog, a b, c", "theme": "light"}},
            ' --theme "light" --labels "cat, dog, a b, c"',
        ),
    ],
)
def test_the_command_makes_the_same_film(ask: Ask, wish: dict[str, Any], command: str) -> None:
    assert ask("command", **wish).json()["command"] == f"cnnreel scene {wish['scene']}{command}"
