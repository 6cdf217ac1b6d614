from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from cnnreel.paint.encoder import CODECS, TRANSPARENT, VideoEncoder
from cnnreel.paint.joining import FilmPart, join
from cnnreel.paint.patches import Patch, PixelArea
from tests.cnnreel.frames import atoms, plain_frames, plain_patches


def encode(path: Path, *, repeat: int = 1, constant: bool = False) -> Path:
    with VideoEncoder(path, CODECS[path.suffix[1:]], (64, 48), 30, constant=constant) as encoder:
        for patch in plain_patches(6):
            encoder.add([patch], repeat)
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


def frame_numbers(path: Path) -> list[int]:
    """Return when each picture begins, in frames of 1/30 s."""
    with av.open(path) as film:
        return [round(picture.time * 30) for picture in film.decode(video=0)]


@pytest.mark.parametrize("name", ["film.mp4", "film.webm"])
@pytest.mark.parametrize(("constant", "numbers"), [(True, range(30)), (False, range(0, 30, 5))])
def test_a_repeated_picture_is_stored_once_unless_the_frame_rate_is_to_be_constant(
    tmp_path, name, constant, numbers
) -> None:
    encode(tmp_path / name, repeat=5, constant=constant)
    assert frame_numbers(tmp_path / name) == list(numbers)
    assert av.open(tmp_path / name).duration == 1_000_000


@pytest.mark.parametrize("name", ["film.mp4", "film.webm"])
def test_no_frame_stands_for_longer_than_a_second(tmp_path, name) -> None:
    with VideoEncoder(tmp_path / name, CODECS[name[5:]], (64, 48), 30) as encoder:
        encoder.add(plain_patches(1), 20)
        encoder.add([], 50)
        encoder.add(plain_patches(2)[1:], 1)
        encoder.add([])
    assert frame_numbers(tmp_path / name) == [0, 30, 60, 70]
    assert av.open(tmp_path / name).duration == 2_400_000


def test_a_player_can_begin_at_the_first_picture(tmp_path) -> None:
    with av.open(encode(tmp_path / "film.mp4")) as film:
        assert next(film.demux()).is_keyframe


def test_patches_make_the_same_film_as_whole_frames(tmp_path) -> None:
    generator = np.random.default_rng(0)
    frame = generator.integers(0, 256, (48, 64, 4), np.uint8)
    boxes = [
        PixelArea(0, 0, 64, 48),
        PixelArea(3, 5, 20, 47),
        PixelArea(63, 0, 64, 1),
        PixelArea(10, 10, 40, 12),
        PixelArea(0, 0, 0, 0),
    ]
    encoders = [VideoEncoder(tmp_path / name, CODECS["mp4"], (64, 48), 30) for name in ("patches.mp4", "frames.mp4")]
    with encoders[0] as patches, encoders[1] as frames:
        for box in boxes:
            frame[box.area] = generator.integers(0, 256, frame[box.area].shape, np.uint8)
            patches.add([Patch.cut(frame, box)])
            frames.add([Patch.cut(frame, PixelArea.of(frame))])
    assert (tmp_path / "patches.mp4").read_bytes() == (tmp_path / "frames.mp4").read_bytes()


@pytest.mark.parametrize("name", ["film.mp4", "film.webm"])
def test_colours_come_back_as_they_went_in(tmp_path, name) -> None:
    with av.open(encode(tmp_path / name, repeat=10)) as film:
        last = list(film.decode(video=0))[-1].to_ndarray(format="rgb24")
    assert np.abs(last.astype(int) - plain_frames(6)[-1][..., :3]).max() <= 4


@pytest.mark.parametrize("name", ["film.mp4", "film.webm"])
def test_equal_frames_make_equal_bytes(tmp_path, name) -> None:
    (tmp_path / "again").mkdir()
    assert encode(tmp_path / name).read_bytes() == encode(tmp_path / "again" / name).read_bytes()


def test_a_failure_among_the_frames_is_the_one_that_is_raised(tmp_path) -> None:
    with pytest.raises(ZeroDivisionError), VideoEncoder(tmp_path / "film.mp4", CODECS["mp4"], (64, 48), 30):
        Fraction(1, 0)


def with_alpha(path: Path) -> list[np.ndarray]:
    """Decode a WebM with the decoder that knows alpha."""
    decoder = av.CodecContext.create("libvpx-vp9", "r")
    with av.open(path) as film:
        assert {key.lower(): value for key, value in film.streams.video[0].metadata.items()}["alpha_mode"] == "1"
        return [picture.to_ndarray(format="rgba") for packet in film.demux() for picture in decoder.decode(packet)]


def test_a_film_without_background_keeps_alpha_also_when_it_is_joined(tmp_path) -> None:
    frame = np.zeros((48, 64, 4), np.uint8)
    frame[:24] = (100, 0, 0, 128)  # as cairo has it: red, multiplied by alpha
    with VideoEncoder(tmp_path / "part.webm", TRANSPARENT, (64, 48), 30) as encoder:
        encoder.add([Patch.cut(frame, PixelArea.of(frame))], 3)
    join(
        [FilmPart(tmp_path / "part.webm", 0.0), FilmPart(tmp_path / "part.webm", 0.1)], 0.2, [], tmp_path / "film.webm"
    )
    pictures = with_alpha(tmp_path / "film.webm")
    assert len(pictures) == 2
    for picture in pictures:
        assert np.abs(picture[4:20, 4:60].astype(int) - (199, 0, 0, 128)).max() <= 6
        assert picture[28:44, 4:60, 3].max() <= 2
