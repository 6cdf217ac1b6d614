"""Disks that are full or read-only, and places that are taken: one sentence, and nothing half-written."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import Result

from cnn_core.errors import CnnreelError
from cnnreel.film.record import sha256_of
from cnnreel.paint.joining import FilmPart, join
from cnnreel.tell.captions import Cue
from cnnreel.work.cache import Cache
from cnnreel.work.clip import Clip
from cnnreel.work.filming import film
from scenes.specs import SceneSpec
from tests.cnnreel.commands import run
from tests.cnnreel.own_scenes.brief import BriefSpec
from tests.cnnreel.processes import ready
from tests.often import only_often

CLIP = '[[clip]]\nscene = "brief"\n'
FULL = r"Error: The disk is full: there is no room for the film in '.*out'\."

Disk = Callable[[str], Path]


def check_sentence(done: Result, status: int, sentence: str) -> None:
    assert (done.exit_code, done.stdout) == (status, "")
    assert re.fullmatch(sentence + "\n", done.stderr), done.stderr


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def sizes(clip: Clip) -> int:
    """Return how many kB a clip takes on a disk of 4 kB blocks."""
    return sum(-(-len(content) // 4096) * 4 for content in contents(clip.folder).values())


@pytest.fixture
def disk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Disk]:
    """Mount a small disk in memory: `disk("size=100k")`, `disk("ro")`."""
    mounted: list[Path] = []

    def mount(options: str) -> Path:
        place = tmp_path_factory.mktemp("disk")
        command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(place)]
        try:
            subprocess.run(command, capture_output=True, text=True, check=True)
        except (OSError, subprocess.CalledProcessError) as error:
            pytest.skip(f"a small disk cannot be mounted here: {getattr(error, 'stderr', None) or error}")
        mounted.append(place)
        return place

    yield mount
    for place in mounted:
        subprocess.run(["umount", "--lazy", str(place)], check=True)


@pytest.mark.slow
@pytest.mark.parametrize("part", only_often([0.05, 0.1, 0.3, 0.6, 0.9, 0.95], 0.3))
def test_a_full_disk_is_one_sentence_and_nothing_is_left(brief_clip, disk, part) -> None:
    place = disk(f"size={int(part * sizes(brief_clip))}k")
    with pytest.raises(CnnreelError, match=FULL.removeprefix("Error: ")):
        film(BriefSpec(), place / "out", quality="low")
    assert list(place.iterdir()) == []


@pytest.mark.slow
def test_a_full_disk_leaves_the_film_that_was_there(brief_clip, disk) -> None:
    place = disk(f"size={int(1.2 * sizes(brief_clip))}k")
    film(BriefSpec(), place / "out", quality="low")
    with pytest.raises(CnnreelError, match="The disk is full"):
        film(BriefSpec(theme="light"), place / "out", quality="low")
    assert contents(place / "out/brief") == contents(brief_clip.folder)
    assert [path.name for path in (place / "out").iterdir()] == ["brief"]


@pytest.mark.slow
@pytest.mark.parametrize("kilobytes", only_often([40, 250], 40))
def test_the_command_says_that_the_disk_is_full(disk, brief_command, kilobytes) -> None:
    place = disk(f"size={kilobytes}k")
    check_sentence(run(*brief_command, "-o", place / "out"), 1, FULL)
    assert list(place.iterdir()) == []


@pytest.mark.slow
@pytest.mark.parametrize("part", [0.02, 0.3, 0.6, 0.9])
def test_a_film_that_is_joined_on_a_full_disk_is_an_error_not_a_shorter_film(brief_clip, disk, tmp_path, part) -> None:
    times, length = 20, brief_clip.record["video"]["duration"]
    parts = [FilmPart(brief_clip.main, number * length) for number in range(times)]
    film = parts, times * length, [Cue(0.0, times * length, "all")]
    join(*film, tmp_path / "whole.mp4")
    place = disk(f"size={int(part * (tmp_path / 'whole.mp4').stat().st_size / 1000)}k")
    with pytest.raises(OSError, match="No space left"):
        join(*film, place / "a.mp4")


@pytest.mark.slow
def test_clips_stay_when_there_is_no_room_for_the_lesson_they_make(brief_clip, disk, brief_command, tmp_path) -> None:
    (tmp_path / "l.toml").write_text(CLIP + CLIP)
    place = disk(f"size={int(2.3 * sizes(brief_clip))}k")
    done = run("lesson", tmp_path / "l.toml", "-q", "low", "--workers", "1", "-o", place / "out")
    check_sentence(done, 1, r"Error: l: The disk is full: there is no room for the film in '.*out/l'\.")
    assert sorted(path.name for path in (place / "out/l").iterdir()) == ["brief", "brief-2"]
    assert (place / "out/l/brief/brief.mp4").read_bytes() == brief_clip.main.read_bytes()


def test_a_disk_without_room_for_a_kept_clip_does_not_spoil_the_cache(disk, tmp_path) -> None:
    cache = Cache(tmp_path / "cache", 10_000_000)
    (tmp_path / "made").mkdir()
    (tmp_path / "made/film.mp4").write_bytes(bytes(100_000))
    cache.store("key", tmp_path / "made")
    with pytest.raises(OSError, match="No space left"):
        cache.fetch("key", disk("size=40k"))
    (tmp_path / "roomy").mkdir()
    assert cache.fetch("key", tmp_path / "roomy")


@pytest.mark.parametrize("command", ["scene", "lesson"])
def test_a_read_only_folder_is_one_sentence(disk, brief_command, tmp_path, command) -> None:
    (tmp_path / "l.toml").write_text(CLIP)
    what = brief_command if command == "scene" else ("lesson", tmp_path / "l.toml", "-q", "low")
    done = run(*what, "-o", disk("ro") / "out")
    check_sentence(done, 1, r"Error: The output folder '.*out.*' cannot be written to: Read-only file system\.")


def make_file(path: Path) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("mine")
    return r"Error: output must be a folder, but '.*' is a file.*\."


def make_folder(path: Path) -> str:
    path.mkdir(parents=True)
    return r"Error: output must have a place for a file, but '.*' is a folder\."


@pytest.mark.parametrize(
    ("taken", "take"),
    [
        ("out", make_file),
        ("out/brief", make_file),
        ("out/brief/brief.mp4", make_folder),
        ("out/brief/brief.json", make_folder),
    ],
)
def test_a_place_that_is_taken_is_refused_before_anything_is_made(brief_command, tmp_path, taken, take) -> None:
    sentence = take(tmp_path / taken)
    before = sorted(tmp_path.rglob("*"))
    check_sentence(run(*brief_command, "-o", tmp_path / "out"), 2, sentence)
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.slow
@pytest.mark.parametrize(
    ("taken", "take"),
    [
        pytest.param("stills", make_file, marks=pytest.mark.soak),
        ("stills/01-explain.png", make_folder),
    ],
)
def test_files_are_exchanged_all_or_none(tmp_path, taken, take) -> None:
    clip = film(BriefSpec(), tmp_path, quality="low")
    (clip.folder / "stills").rename(tmp_path / "stills")
    sentence = take(clip.folder / taken)
    before = contents(clip.folder)
    with pytest.raises(CnnreelError, match=sentence.removeprefix("Error: ")):
        film(BriefSpec(theme="light"), tmp_path, quality="low")
    assert contents(clip.folder) == before


@pytest.mark.slow
@pytest.mark.parametrize("options", only_often(["size=40k", "ro", None], "ro"))
def test_a_cache_that_cannot_be_written_is_none(
    brief_clip, disk, brief_command, tmp_path, monkeypatch, options
) -> None:
    cache = tmp_path / "cache"
    make_file(cache)
    monkeypatch.setenv("CNNREEL_CACHE", str(disk(options) if options else cache))
    done = run(*brief_command, "-o", tmp_path / "out")
    assert (done.exit_code, done.stderr) == (0, "")
    assert contents(tmp_path / "out/brief") == contents(brief_clip.folder)


def at_once(*specs: SceneSpec, out: Path) -> None:
    """Film in a process for each, all at the same time, and see them end well."""
    films = [ready().Process(target=film, args=(spec, out), kwargs={"quality": "low"}) for spec in specs]
    for process in films:
        process.start()
    for process in films:
        process.join()
    assert {process.exitcode for process in films} == {0}


@pytest.mark.soak
def test_two_who_make_the_same_clip_at_once_both_end_well(brief_clip, tmp_path) -> None:
    at_once(BriefSpec(), BriefSpec(), out=tmp_path)
    assert contents(tmp_path) == contents(brief_clip.folder.parent)


@pytest.mark.slow
def test_two_films_of_one_name_at_once_leave_one_of_them_whole(brief_clip, tmp_path) -> None:
    light = BriefSpec(theme="light")
    at_once(BriefSpec(), light, out=tmp_path / "out")
    record = json.loads((tmp_path / "out/brief/brief.json").read_text())
    whole = brief_clip if record["spec"]["theme"] == "dark" else film(light, tmp_path, quality="low")
    assert contents(tmp_path / "out/brief") == contents(whole.folder)


@pytest.mark.slow
def test_a_name_may_have_a_hundred_letters(brief_command, tmp_path) -> None:
    name = "n" * 100
    done = run(*brief_command, "-o", tmp_path / "out", "--name", name)
    film = tmp_path / "out" / name / f"{name}.mp4"
    assert (done.exit_code, done.stdout) == (0, f"{film}\n")
    assert json.loads(film.with_suffix(".json").read_text())["video"]["sha256"] == sha256_of(film)
    check_sentence(run(*brief_command, "--name", name + "n"), 2, "Error: --name must be a plain file name of .*")
