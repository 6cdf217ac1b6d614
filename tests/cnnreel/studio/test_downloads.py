"""Downloads are made one after the other, can be cancelled, are bounded, and leave nothing behind."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from cnnreel.studio import downloads as downloads_module
from cnnreel.studio.downloads import DOWNLOADS, Download
from cnnreel.studio.server import Studio
from cnnreel.work.cache import Cache
from tests.cnnreel.play.page.looking import until
from tests.cnnreel.studio.conftest import Ask


@pytest.fixture
def gate(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """Let films be made when the gate is opened, or be cancelled before."""
    opened = threading.Event()

    def film_all(clips: Any, workers: int, on_clip: Callable[[int, float], None]) -> list[Any]:
        while not opened.wait(0.01):
            on_clip(0, 0.5)
        (clip,) = clips
        clip.folder.mkdir(parents=True)
        clip.main.write_bytes(b"film")
        on_clip(0, 1.0)
        return [clip]

    monkeypatch.setattr(downloads_module, "film_all", film_all)
    yield opened
    opened.set()


def state(ask: Ask, client: Any, key: str) -> dict[str, Any]:
    return dict(client.get(f"/api/download/{key}").json())


def test_a_download_is_made_and_handed_over_under_its_name(ask: Ask, client: Any, gate: threading.Event) -> None:
    asked = ask("download", scene="max-pool", given={}, kind="mp4", quality="low").json()
    until(lambda: state(ask, client, asked["key"])["fraction"] == 0.5)
    assert client.get(f"/api/download/{asked['key']}/file").status_code == 422
    gate.set()
    until(lambda: state(ask, client, asked["key"])["state"] == "ready")
    answer = client.get(f"/api/download/{asked['key']}/file")
    assert (answer.content, answer.headers["content-disposition"]) == (b"film", 'attachment; filename="max-pool.mp4"')


def test_a_download_can_be_cancelled_and_leaves_nothing(
    ask: Ask, client: Any, gate: threading.Event, studio: Studio
) -> None:
    key = ask("download", scene="max-pool", given={}, kind="mp4", quality="low").json()["key"]
    until(lambda: state(ask, client, key)["fraction"] == 0.5)
    assert ask(f"download/{key}/cancel").status_code == 200
    until(lambda: state(ask, client, key)["state"] == "failed")
    assert state(ask, client, key)["error"] == "Cancelled."
    assert not [path for path in (studio.folder / "made").rglob("*") if path.is_file()]


def test_nobody_can_ask_for_more_than_two_at_once_nor_all_for_more_than_eight(ask: Ask, gate: threading.Event) -> None:
    def asked(visitor: str) -> int:
        answer = ask("download", visitor, scene="title", given={}, kind="gif", quality="low")
        return int(answer.status_code)

    assert [asked("a") for _ in range(3)] == [200, 200, 503]
    assert [asked(f"b{number}") for number in range(7)] == [200] * 6 + [503]


@pytest.mark.parametrize(("kind", "quality"), [("exe", "low"), ("../mp4", "low"), ("mp4", "8k"), ("mp4", "../low")])
def test_other_kinds_and_sizes_are_refused(ask: Ask, kind: str, quality: str) -> None:
    answer = ask("download", scene="title", given={}, kind=kind, quality=quality)
    assert (answer.status_code, "must be one of" in answer.json()["error"]) == (422, True)


def test_who_leaves_is_not_waited_for(studio: Studio, ask: Ask, client: Any, gate: threading.Event) -> None:
    key = ask("download", "a", scene="title", given={}, kind="mp4", quality="low").json()["key"]
    other = ask("download", "b", scene="title", given={}, kind="mp4", quality="low").json()["key"]
    studio.downloads.forget("a")
    until(lambda: state(ask, client, key)["state"] == "failed")
    gate.set()
    until(lambda: state(ask, client, other)["state"] == "ready")


@pytest.mark.soak
@pytest.mark.parametrize("kind", DOWNLOADS)
@pytest.mark.parametrize("lesson", [False, True], ids=["film", "lesson"])
def test_everything_that_is_offered_is_made(studio: Studio, ask: Ask, client: Any, kind: str, lesson: bool) -> None:
    studio.downloads._cache = Cache(studio.folder / "cache", 100_000_000)
    wish = {"scene": "max-pool", "given": {"x": [["7", "3"], ["3", "8"]], "pace": "fast"}}
    asked = ask("download", **({"title": "L", "clips": [wish, wish]} if lesson else wish), kind=kind, quality="low")
    if lesson and kind in ("webm", "gif", "stills"):
        assert asked.status_code == 422
        return
    key = asked.json()["key"]
    until(lambda: state(ask, client, key)["state"] in ("ready", "failed"), 200)
    assert state(ask, client, key)["error"] == ""
    answer = client.get(f"/api/download/{key}/file")
    assert len(answer.content) > (100 if kind in ("answers", "captions") else 10_000)


def test_what_is_left_of_a_download_is_said_in_seconds(tmp_path: Path) -> None:
    clip: Any = type("Clip", (), {"chapter": "One"})
    lesson: Any = type("Lesson", (), {"clips": (clip, clip)})
    made = Download("k", "a", "mp4", "low", lesson, tmp_path, begun=0.0)
    made.fractions["one"] = 1.0
    found = made.as_json()
    assert (found["fraction"], found["number"], found["state"]) == (0.5, 2, "made")
    assert found["left"] > 1
