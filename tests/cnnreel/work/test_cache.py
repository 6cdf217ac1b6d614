from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

import scenes
from cnn_core.errors import InputError
from cnn_core.weights import SHIPPED
from cnnreel.work.cache import Cache, key_of, sources_hash
from cnnreel.work.clip import Clip, Output
from cnnreel.work.filming import film
from cnnreel.work.lesson import produce
from cnnreel.work.lesson_file import Lesson, PlannedClip
from scenes.catalog import find
from scenes.specs import SceneSpec
from tests.cnnreel.own_scenes.brief import BriefSpec


def made(folder: Path, text: str = "film") -> Path:
    (folder / "stills").mkdir(parents=True)
    (folder / "a.mp4").write_text(text)
    (folder / "stills/1.png").write_text("still")
    return folder


def key(spec: SceneSpec, name: str, **output: Any) -> str:
    return Clip(spec, name, Path("out"), Output(**output)).key


def content(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def cache(tmp_path) -> Cache:
    return Cache(tmp_path / "cache", 100_000_000)


def test_what_is_stored_comes_back_as_it_was(cache: Cache, tmp_path) -> None:
    (tmp_path / "into").mkdir()
    assert not cache.fetch("key", tmp_path / "into")
    cache.store("key", made(tmp_path / "made"))
    assert cache.fetch("key", tmp_path / "into")
    assert content(tmp_path / "into") == content(tmp_path / "made")
    assert not cache.fetch("another", tmp_path / "into")


@pytest.mark.parametrize(
    "damage", [lambda path: path.write_text("fiml"), Path.unlink, lambda path: path.write_text("")]
)
@pytest.mark.parametrize("name", ["a.mp4", "stills/1.png", "hashes.json"])
def test_a_damaged_entry_is_noticed_and_removed(cache: Cache, tmp_path, damage, name) -> None:
    cache.store("key", made(tmp_path / "made"))
    damage(cache.folder / "key" / name)
    (tmp_path / "into").mkdir()
    assert not cache.fetch("key", tmp_path / "into")
    assert content(tmp_path / "into") == {}
    assert cache.entries() == []


def test_what_was_not_used_for_longest_is_removed_first(tmp_path) -> None:
    room_for_two = Cache(tmp_path / "cache", 2_500)
    (tmp_path / "into").mkdir()
    for number, key in enumerate("abc"):
        room_for_two.store(key, made(tmp_path / key, "x" * 1_000))
        os.utime(room_for_two.folder / key, (number, number))
        if key == "b":
            assert room_for_two.fetch("a", tmp_path / "into")
    room_for_two.shrink()
    assert sorted(path.name for path, _ in room_for_two.entries()) == ["a", "c"]
    room_for_two.shrink(0)
    assert room_for_two.entries() == []


def test_a_cache_that_cannot_be_written_is_no_failure(tmp_path) -> None:
    (tmp_path / "file").write_text("")
    cache = Cache(tmp_path / "file", 1_000)
    cache.store("key", made(tmp_path / "made"))
    assert cache.entries() == []


def test_keys_tell_apart_all_that_a_clip_is_made_of(short_spec: SceneSpec, monkeypatch) -> None:
    light = type(short_spec).build({**short_spec.as_json(), "theme": "light"})
    keys = [
        key(short_spec, "a", quality="low"),
        key(light, "a", quality="low"),
        key(short_spec, "b", quality="low"),
        key(short_spec, "a", quality="high"),
        key(short_spec, "a", quality="low", format="webm"),
        key(short_spec, "a", quality="low", constant_frame_rate=True),
        key(short_spec, "a", quality="low", single_file=True),
        key(short_spec, "a", quality="low", format="webm", transparent=True),
    ]
    monkeypatch.setattr("cnnreel.work.cache.sources_hash", lambda: "another line of code")
    keys.append(key(short_spec, "a", quality="low"))
    monkeypatch.setattr("cnnreel.work.cache.versions", lambda: {"manim": "1.0"})
    keys.append(key(short_spec, "a", quality="low"))
    assert len(set(keys)) == len(keys)
    assert key_of(a=1, b=2) == key_of(b=2, a=1)


def test_another_line_in_a_scene_of_the_user_s_is_another_film(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(scenes, "__path__", [*scenes.__path__, str(tmp_path)])
    hashes = []
    for line in ("x = 1", "x = 2", "x = 2"):
        (tmp_path / "mine.py").write_text(line)
        sources_hash.cache_clear()
        hashes.append(sources_hash())
    sources_hash.cache_clear()
    assert hashes[0] != hashes[1] == hashes[2]


def test_equal_numbers_from_another_file_are_another_film_for_it_names_the_file(tmp_path) -> None:
    keys = []
    for file in (tmp_path / "a.csv", tmp_path / "b.csv"):
        file.write_text("7;3\n3;8\n")
        keys.append(key(find("max-pool").build({"x": str(file)}), "pool", quality="low"))
    assert keys[0] != keys[1]


def test_another_file_of_weights_is_another_film_for_its_record_has_the_hash(tmp_path) -> None:
    weights, shipped = tmp_path / "weights.safetensors", SHIPPED.read_bytes()
    header = int.from_bytes(shipped[:8], "little")
    keys = []
    for spaces in (8, 16):  # after the header, where they mean nothing
        padded = shipped[8 : 8 + header] + b" " * spaces
        weights.write_bytes(len(padded).to_bytes(8, "little") + padded + shipped[8 + header :])
        keys.append(key(find("digit").build({"weights": str(weights)}), "digit", quality="low"))
    assert keys[0] != keys[1]


def test_a_size_that_is_no_number_is_refused(monkeypatch) -> None:
    monkeypatch.setenv("CNNREEL_CACHE_MB", "much")
    with pytest.raises(InputError, match=r"^CNNREEL_CACHE_MB must be a number of MB, but it is 'much'\.$"):
        Cache.of_user()


@pytest.mark.slow
def test_a_clip_that_is_kept_is_not_filmed_again(brief_clip: Clip, cache: Cache, tmp_path, monkeypatch) -> None:
    first = film(BriefSpec(), tmp_path / "one", quality="low", cache=cache)
    monkeypatch.setattr("cnnreel.work.filming.prepare_clip", lambda *_, **__: pytest.fail("filmed again"))
    again = film(BriefSpec(), tmp_path / "two", quality="low", cache=cache)
    assert content(again.folder) == content(first.folder) == content(brief_clip.folder)
    assert again.record == json.loads(json.dumps(brief_clip.record))
    assert again.main.name == "brief.mp4"


@pytest.mark.slow
def test_an_unchanged_lesson_needs_no_worker(cache: Cache, tmp_path, monkeypatch) -> None:
    clips = PlannedClip("a", "A", BriefSpec()), PlannedClip("b", "B", BriefSpec(theme="light"))
    lesson = Lesson("l", "L", clips)
    (first,) = produce([lesson], tmp_path / "one", Output("low"), 2, cache=cache)
    monkeypatch.setattr("cnnreel.work.pool.Worker", lambda *_: pytest.fail("a worker was started"))
    heard: list[tuple[str, float]] = []
    (again,) = produce([lesson], tmp_path / "two", Output("low"), 2, lambda *news: heard.append(news), cache=cache)
    assert heard == [("l/a", 1.0), ("l/b", 1.0)]
    assert first.film is not None
    assert again.film is not None
    assert content(again.film.parent) == content(first.film.parent)
