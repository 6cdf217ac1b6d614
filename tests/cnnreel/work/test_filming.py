from __future__ import annotations

import json
import signal
import subprocess
import sys
from pathlib import Path

import av
import jsonschema
import numpy as np
import pytest
from PIL import Image

from cnn_core.errors import InputError
from cnnreel.film.record import schema, sha256_of
from cnnreel.tell.captions import chapters
from cnnreel.work.filming import Clip, film
from scenes.specs import SceneSpec
from tests.cnnreel.commands import RENDER
from tests.cnnreel.frames import atoms
from tests.cnnreel.own_scenes.brief import BriefSpec
from tests.cnnreel.processes import wait_for

SLOW = ("--x", "7 3; 3 8", "--no-question", "--pace", "slow", "-q", "high")
"""What is played in a moment, and filmed in some seconds."""


def names(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


def files(folder: Path) -> list[str]:
    return [name for name in names(folder) if (folder / name).is_file()]


def in_words(name: str) -> list[str]:
    return [f"{name}.{ending}" for ending in ("alt.txt", "answers.csv", "transcript.md")]


def beside_a_film(clip: Clip, name: str) -> list[str]:
    cues = [f"{name}.{ending}" for ending in ("vtt", "srt", "chapters.vtt")]
    page = [f"{name}.html", *(f"page/CnnreelSans-{weight}.woff2" for weight in ("Regular", "Semibold"))]
    page.append("page/figure.js")
    return [*in_words(name), f"{name}.film.json", *cues, *page, *(f"stills/{still}" for still in stills(clip))]


def stills(clip: Clip) -> list[str]:
    return [f"{number:02d}-{beat['kind']}.png" for number, beat in enumerate(clip.record["beats"], 1)]


def test_a_clip_is_a_film_a_poster_a_record_and_all_that_goes_beside_them(short_clip: Clip) -> None:
    main = ["max-pool.json", "max-pool.mp4", "max-pool.png"]
    assert files(short_clip.folder) == sorted([*main, *beside_a_film(short_clip, "max-pool")])
    record = json.loads((short_clip.folder / "max-pool.json").read_text())
    jsonschema.validate(record, schema())
    assert record == json.loads(json.dumps(short_clip.record))
    assert record["video"]["sha256"] == sha256_of(short_clip.main)


def test_the_film_is_as_long_and_as_large_as_its_record_says(short_clip: Clip) -> None:
    said = short_clip.record["video"]
    with av.open(short_clip.main) as video:
        stream = video.streams.video[0]
        assert (stream.width, stream.height) == (said["width"], said["height"])
        assert video.duration == pytest.approx(said["duration"] * 1_000_000, abs=500)  # it is kept in milliseconds


def test_pictures_change_on_frames_and_seeking_is_quick_where_beats_begin(short_clip: Clip) -> None:
    fps = short_clip.record["video"]["fps"]
    with av.open(short_clip.main) as video:
        packets = [packet for packet in video.demux(video=0) if packet.pts is not None]
    at = [packet.pts * packet.time_base * fps for packet in packets]
    assert all(number.denominator == 1 for number in at)
    starts = {round(beat["start"] * fps) for beat in short_clip.record["beats"]}
    assert starts <= {number for number, packet in zip(at, packets, strict=True) if packet.is_keyframe}


def test_the_film_streams_and_has_a_chapter_for_each_beat(short_clip: Clip) -> None:
    assert atoms(short_clip.main).index("moov") < atoms(short_clip.main).index("mdat")
    with av.open(short_clip.main) as video:
        found = [(one["metadata"]["title"], float(one["start"] * one["time_base"])) for one in video.chapters()]
    beats = short_clip.record["beats"]
    assert [title for title, _ in found] == [chapter.text for chapter in chapters(beats)]
    assert [start for _, start in found] == pytest.approx([chapter.start for chapter in chapters(beats)], abs=0.001)


def test_beats_follow_each_other_to_the_end(short_clip: Clip) -> None:
    beats = short_clip.record["beats"]
    assert beats[0]["start"] == 0
    assert [beat["end"] for beat in beats[:-1]] == [beat["start"] for beat in beats[1:]]
    assert beats[-1]["end"] == short_clip.record["video"]["duration"]


def test_the_poster_of_a_film_that_asks_nothing_is_its_last_picture(short_clip: Clip) -> None:
    with av.open(short_clip.main) as video:
        last = list(video.decode(video=0))[-1].to_ndarray(format="rgb24").astype(float)
    with Image.open(short_clip.main.with_suffix(".png")) as poster:
        error = last - np.asarray(poster)
    assert 10 * np.log10(255**2 / np.mean(error**2)) > 35  # decibels; the colours have half the resolution


@pytest.mark.parametrize("format", ["mp4", "webm", "gif", "png", "stills"])
@pytest.mark.slow
def test_every_format_makes_what_it_promises(tmp_path, format) -> None:
    clip = film(BriefSpec(), tmp_path, name="a", quality="low", format=format)
    assert clip.main.is_file()
    jsonschema.validate(json.loads((clip.folder / "a.json").read_text()), schema())
    films = [f"a.{format}", "a.png", *beside_a_film(clip, "a")]
    expected = {
        "mp4": films,
        "webm": films,
        "gif": [name for name in films if name != "a.html" and not name.startswith("page/")],
        "stills": [*stills(clip), "a-contact.png", *in_words("a")],
        "png": ["a.png", *in_words("a")],
    }
    assert files(clip.folder) == sorted(["a.json", *expected[format]])


@pytest.mark.slow
def test_the_same_clip_is_made_of_the_same_bytes(brief_clip: Clip, tmp_path) -> None:
    again = film(BriefSpec(), tmp_path, quality="low")
    assert files(again.folder) == files(brief_clip.folder)
    for name in files(again.folder):
        assert (again.folder / name).read_bytes() == (brief_clip.folder / name).read_bytes(), name


def test_progress_goes_from_nothing_to_all(tmp_path) -> None:
    fractions: list[float] = []
    film(BriefSpec(), tmp_path, quality="low", format="stills", on_progress=fractions.append)
    assert fractions == sorted(fractions)
    assert fractions[0] < 0.5
    assert fractions[-1] == 1


def test_a_name_that_is_a_path_is_refused_before_anything_is_made(tmp_path) -> None:
    with pytest.raises(InputError, match=r"name must be a plain file name of letters, .* but it is '../a'"):
        film(BriefSpec(), tmp_path / "out", name="../a")
    assert names(tmp_path) == []


def test_a_scene_that_fails_leaves_nothing(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr("cnnreel.work.segments.save_png", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        film(BriefSpec(), tmp_path / "out", quality="low")
    assert names(tmp_path) == []


@pytest.mark.parametrize(
    ("how", "message"),
    [
        ({"quality": "hd"}, r"^quality must be one of low, medium, high, 4k, but it is 'hd'\.$"),
        ({"format": "avi"}, r"^format must be one of mp4, webm, gif, png, stills, but it is 'avi'\.$"),
        ({"transparent": True}, r"^format of a transparent film must be one of webm, png, but it is 'mp4'\.$"),
    ],
)
def test_what_cannot_be_chosen_is_refused_before_anything_is_made(tmp_path, how, message) -> None:
    with pytest.raises(InputError, match=message):
        film(BriefSpec(), tmp_path / "out", **how)
    assert names(tmp_path) == []


def rendering(out: Path) -> subprocess.Popen[bytes]:
    """Begin a film that takes some seconds, and wait until its first bytes are written."""
    command = [sys.executable, RENDER, "scene", "max-pool", *SLOW, "-o", out]
    process = subprocess.Popen(command, stderr=subprocess.PIPE)
    wait_for(process, out, ".cnnreel-*/*/segments/*/film.mp4")
    return process


@pytest.mark.soak
@pytest.mark.parametrize(("sent", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_film_that_is_stopped_leaves_nothing(tmp_path, sent, status) -> None:
    process = rendering(tmp_path / "out")
    process.send_signal(sent)
    _, said = process.communicate(timeout=30)
    assert process.returncode == status
    assert b"Traceback" not in said
    assert names(tmp_path) == []


@pytest.mark.soak
def test_a_film_that_is_killed_leaves_only_what_is_hidden_and_the_next_one_sweeps_it_away(
    tmp_path,
) -> None:
    process = rendering(tmp_path)
    process.kill()
    process.communicate()
    assert all(name.startswith(".cnnreel-") for name in names(tmp_path))
    film(BriefSpec(), tmp_path, quality="low", format="png")
    found = sorted(["brief.json", "brief.png", *in_words("brief")])
    assert files(tmp_path / "brief") == found
    assert len(names(tmp_path)) == 1 + len(found)


def test_a_still_is_the_last_picture_of_its_beat(short_clip: Clip) -> None:
    with av.open(short_clip.main) as video:
        pictures = [
            (picture.time, picture.to_ndarray(format="rgb24").astype(float)) for picture in video.decode(video=0)
        ]
    for still, beat in zip(stills(short_clip), short_clip.record["beats"], strict=True):
        last = [picture for time, picture in pictures if time < beat["end"] - 0.001][-1]
        with Image.open(short_clip.folder / "stills" / still) as picture:
            assert 10 * np.log10(255**2 / np.mean((last - np.asarray(picture)) ** 2)) > 35


@pytest.mark.slow
def test_a_page_that_is_a_single_file_needs_nothing_beside_it(tmp_path) -> None:
    clip = film(BriefSpec(), tmp_path, quality="low", single_file=True)
    assert not (clip.folder / "page").exists()
    assert 'src="' not in (clip.folder / "brief.html").read_text().replace('src="data:', "")


@pytest.mark.slow
def test_without_a_background_only_what_is_drawn_hides_what_lies_behind(short_spec: SceneSpec, tmp_path) -> None:
    clip = film(short_spec, tmp_path, quality="low", format="png", transparent=True)
    with Image.open(clip.folder / "max-pool.png") as picture:
        alpha = np.asarray(picture)[..., 3]
    assert picture.mode == "RGBA"
    assert alpha[0].max() == 0
    (left, top, right, bottom) = clip.record["beats"][-1]["shown"][0]["box"]
    assert alpha[top:bottom, left:right].max() == 255
