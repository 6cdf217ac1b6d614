from collections.abc import Sequence
from pathlib import Path

import av
import numpy as np
import pytest

from cnn_core.errors import CnnreelError
from cnnreel.paint.encoder import CODECS, VideoEncoder
from cnnreel.paint.joining import FilmPart, join
from cnnreel.tell.captions import Cue
from tests.cnnreel.frames import atoms, plain_patches

CHAPTERS = (Cue(0.0, 0.5, "What is Max(4, 1)?"), Cue(0.5, 0.8, "4 × 2 = 8"))
SAID = (Cue(0.0, 0.5, "Two lines:\n−1 and 4."), Cue(0.5, 0.8, "<b>4</b>"))


def clip(path: Path, count: int, size: tuple[int, int] = (64, 48)) -> Path:
    with VideoEncoder(path, CODECS[path.suffix[1:]], size, 30) as encoder:
        for patch in plain_patches(3, size):
            encoder.add([patch], count // 3)
    return path


def joined(tmp_path: Path, ending: str = "mp4", captions: Sequence[Cue] = ()) -> Path:
    clips = [clip(tmp_path / f"a.{ending}", 15), clip(tmp_path / f"b.{ending}", 9)]
    join([FilmPart(clips[0], 0.0), FilmPart(clips[1], 0.5)], 0.8, CHAPTERS, tmp_path / f"film.{ending}", captions)
    return tmp_path / f"film.{ending}"


def pictures(path: Path) -> tuple[list[int], list[np.ndarray]]:
    with av.open(path) as film:
        decoded = list(film.decode(video=0))
    return [round(one.time * 30) for one in decoded], [one.to_ndarray(format="rgb24") for one in decoded]


@pytest.mark.parametrize("ending", ["mp4", "webm"])
def test_a_joined_film_is_its_clips_frame_by_frame(tmp_path, ending) -> None:
    times, frames = pictures(joined(tmp_path, ending))
    assert times == [0, 5, 10, 15, 18, 21]
    apart = pictures(tmp_path / f"a.{ending}")[1] + pictures(tmp_path / f"b.{ending}")[1]
    assert all(np.array_equal(one, other) for one, other in zip(frames, apart, strict=True))


@pytest.mark.parametrize("ending", ["mp4", "webm"])
def test_a_joined_film_has_its_chapters_and_its_length(tmp_path, ending) -> None:
    with av.open(joined(tmp_path, ending)) as film:
        found = [
            Cue(*(float(one[end] * one["time_base"]) for end in ("start", "end")), one["metadata"]["title"])
            for one in film.chapters()
        ]
        assert found == list(CHAPTERS)
        assert film.duration == 800_000


def test_captions_are_a_track_that_leaves_the_pictures_as_they_are(tmp_path) -> None:
    (tmp_path / "bare").mkdir()
    bare, film = joined(tmp_path / "bare"), joined(tmp_path, captions=SAID)
    with av.open(film) as source:
        (track,) = source.streams.subtitles
        assert (track.codec_context.name, track.metadata["language"]) == ("mov_text", "eng")
        packets = [(one.pts, one.duration, bytes(one)[2:].decode()) for one in source.demux(track) if one.size > 2]
        assert source.duration == 800_000
    assert packets == [(round(cue.start * 1000), round((cue.end - cue.start) * 1000), cue.text) for cue in SAID]
    assert pictures(film)[0] == pictures(bare)[0]
    with av.open(bare) as source:
        assert not source.streams.subtitles


def test_a_joined_film_streams(tmp_path) -> None:
    found = atoms(joined(tmp_path))
    assert found.index("moov") < found.index("mdat")


def test_clips_that_do_not_fit_together_are_refused(tmp_path) -> None:
    clips = [clip(tmp_path / "a.mp4", 15), clip(tmp_path / "tall.mp4", 9, (48, 64))]
    with pytest.raises(CnnreelError, match=r"^tall.mp4 cannot be joined to the others: its encoder settings differ\.$"):
        join([FilmPart(clips[0], 0.0), FilmPart(clips[1], 0.5)], 0.8, CHAPTERS, tmp_path / "film.mp4")
