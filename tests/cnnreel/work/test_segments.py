"""However a film is cut into parts, and whatever of it was kept, it is the same film."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from cnnreel.work.cache import Cache
from cnnreel.work.clip import Clip, Output
from cnnreel.work.filming import film, film_part, finish, prepare_clip
from cnnreel.work.scheduler import film_all
from cnnreel.work.segments import Segments, poster_beat
from scenes.specs import SceneSpec
from scenes.timeline import Beat
from tests.cnnreel.own_scenes.brief import BriefSpec


def content(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def filmed(monkeypatch) -> list[int]:
    """Return the numbers of all beats that are filmed in this process from now on."""
    numbers: list[int] = []

    def note(clip: Clip, folder: Path, beats: Mapping[int, Beat], on_segment: Any) -> Segments:
        numbers.extend(beats)
        return Segments(clip, folder, beats, on_segment)

    monkeypatch.setattr("cnnreel.work.filming.Segments", note)
    return numbers


@pytest.mark.slow
def test_beats_filmed_one_by_one_make_the_same_film(short_spec: SceneSpec, short_clip: Clip, tmp_path) -> None:
    clip, folder = Clip(short_spec, "max-pool", tmp_path, Output("low")), tmp_path / "staged"
    folder.mkdir()
    prepared = prepare_clip(clip, folder)
    for beat in reversed(prepared.missing):
        film_part(clip, folder, prepared, [beat])
    finish(clip, folder, prepared)
    assert content(tmp_path / "max-pool") == content(short_clip.folder)


@pytest.mark.soak
@pytest.mark.parametrize("format", ["gif", "stills", "png", "webm"])
def test_parts_make_the_same_pictures_and_the_same_gif(short_spec: SceneSpec, tmp_path, format: str) -> None:
    whole = film(short_spec, tmp_path / "whole", quality="low", format=format)
    clip, folder = Clip(short_spec, "max-pool", tmp_path / "parts", Output("low", format)), tmp_path / "staged"
    folder.mkdir()
    prepared = prepare_clip(clip, folder)
    for beat in reversed(prepared.missing):
        film_part(clip, folder, prepared, [beat])
    clip.out_dir.mkdir()
    finish(clip, folder, prepared)
    assert content(clip.folder) == content(whole.folder)


@pytest.mark.slow
def test_only_beats_that_look_different_are_filmed_again(tmp_path, filmed: list[int]) -> None:
    cache = Cache(tmp_path / "cache", 100_000_000)
    plain, asked = BriefSpec(), BriefSpec(question=True)
    beats = len(film(plain, tmp_path / "plain", quality="low", cache=cache).record["beats"])
    assert filmed == list(range(beats))
    filmed.clear()
    with_cache = film(asked, tmp_path / "asked", quality="low", cache=cache)
    assert filmed == [1, 2]  # the question and its answer
    anew = film(asked, tmp_path / "anew", quality="low")
    assert content(with_cache.folder) == content(anew.folder)


@pytest.mark.slow
def test_what_was_filmed_before_an_interruption_is_not_filmed_again(
    brief_clip: Clip, tmp_path, filmed: list[int]
) -> None:
    cache = Cache(tmp_path / "cache", 100_000_000)

    def interrupt(fraction: float) -> None:
        if len(cache.entries()) >= 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        film(BriefSpec(), tmp_path, quality="low", cache=cache, on_progress=interrupt)
    kept, filmed[:] = len(cache.entries()), []
    assert kept < len(brief_clip.record["beats"])
    assert film(BriefSpec(), tmp_path, quality="low", cache=cache).main.read_bytes() == brief_clip.main.read_bytes()
    assert filmed == list(range(kept, len(brief_clip.record["beats"])))


@pytest.mark.slow
def test_a_damaged_beat_is_filmed_again(brief_clip: Clip, tmp_path, filmed: list[int]) -> None:
    cache = Cache(tmp_path / "cache", 100_000_000)
    film(BriefSpec(), tmp_path / "one", quality="low", cache=cache)
    for kept, _ in cache.entries():
        for path in kept.glob("film.mp4"):
            path.write_bytes(path.read_bytes()[:-1])
    filmed.clear()
    again = film(BriefSpec(), tmp_path / "two", quality="low", cache=cache, single_file=True)
    assert filmed == list(range(len(brief_clip.record["beats"])))
    assert again.main.read_bytes() == brief_clip.main.read_bytes()


@pytest.mark.slow
def test_parts_that_several_workers_film_make_the_same_film(brief_clip: Clip, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr("cnnreel.work.scheduler.SHORTEST", 1)
    (result,) = film_all([Clip(BriefSpec(), "brief", tmp_path, Output("low"))], 2)
    assert isinstance(result, Clip)
    assert content(tmp_path / "brief") == content(brief_clip.folder)
    assert [path.name for path in tmp_path.iterdir()] == ["brief"]


@pytest.mark.parametrize(("kinds", "chosen"), [("eea", 2), ("eqa", 0), ("qa", 0), ("eesqaqa", 2)])
def test_a_poster_shows_nothing_that_a_question_asks_for(kinds: str, chosen: int) -> None:
    names = {"e": "explain", "s": "step", "q": "question", "a": "answer"}
    beats: list[Any] = [Beat(names[kind], "", number, number + 1) for number, kind in enumerate(kinds)]
    assert poster_beat(beats) == chosen
