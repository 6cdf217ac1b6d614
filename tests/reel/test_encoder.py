from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from reel.encoder import CODECS, Chapter, VideoEncoder
from tests.reel.frames import atoms, plain_frames


def encode(path: Path, *, repeat: int = 1, chapters: tuple[Chapter, ...] = ()) -> Path:
    with VideoEncoder(path, CODECS[path.suffix[1:]], (64, 48), 30) as encoder:
        for frame in plain_frames(6):
            encoder.add(frame, repeat)
        encoder.set_chapters(chapters)
    return path


@pytest.mark.parametrize(("name", "codec"), [("film.mp4", "h264"), ("film.webm", "vp9")])
def test_a_film_is_what_players_expect(tmp_path, name, codec) -> None:
    with av.open(encode(tmp_path / name)) as film:
        stream = film.streams.video[0]
        assert (stream.codec_context.name.removeprefix("lib"), stream.codec_context.pix_fmt) == (codec, "yuv420p")
        assert (stream.width, stream.height, stream.average_rate) == (64, 48, 30)
        picture = next(film.decode(video=0))
        # 1 is BT.709, in which high-definition video is; players guess where it is not said
        assert (picture.colorspace, picture.color_range, picture.color_primaries, picture.color_trc) == (1, 1, 1, 1)


def test_an_mp4_begins_to_play_before_it_is_loaded(tmp_path) -> None:
    found = atoms(encode(tmp_path / "film.mp4"))
    assert found.index("moov") < found.index("mdat")


@pytest.mark.parametrize("name", ["film.mp4", "film.webm"])
def test_a_repeated_frame_fills_its_time(tmp_path, name) -> None:
    with av.open(encode(tmp_path / name, repeat=5)) as film:
        pictures = list(film.decode(video=0))
    assert len(pictures) == 30
    assert [round(picture.time * 30) for picture in pictures] == list(range(30))
    assert av.open(tmp_path / name).duration == 1_000_000


@pytest.mark.parametrize("name", ["film.mp4", "film.webm"])
def test_colours_come_back_as_they_went_in(tmp_path, name) -> None:
    with av.open(encode(tmp_path / name, repeat=10)) as film:
        last = list(film.decode(video=0))[-1].to_ndarray(format="rgb24")
    assert np.abs(last.astype(int) - plain_frames(6)[-1][..., :3]).max() <= 4


@pytest.mark.parametrize("name", ["film.mp4", "film.webm"])
def test_chapters_have_titles_and_times(tmp_path, name) -> None:
    chapters = (Chapter("What is Max(4, 1)?", 0.0, 0.5), Chapter("4 × 2 = 8", 0.5, 1.0))
    with av.open(encode(tmp_path / name, repeat=5, chapters=chapters)) as film:
        found = [
            Chapter(one["metadata"]["title"], *(float(one[end] * one["time_base"]) for end in ("start", "end")))
            for one in film.chapters()
        ]
    assert found == list(chapters)


@pytest.mark.parametrize("name", ["film.mp4", "film.webm"])
def test_equal_frames_make_equal_bytes(tmp_path, name) -> None:
    (tmp_path / "again").mkdir()
    assert encode(tmp_path / name).read_bytes() == encode(tmp_path / "again" / name).read_bytes()


def test_a_failure_among_the_frames_is_the_one_that_is_raised(tmp_path) -> None:
    with pytest.raises(ZeroDivisionError), VideoEncoder(tmp_path / "film.mp4", CODECS["mp4"], (64, 48), 30):
        Fraction(1, 0)
