import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from cnnreel.paint.gif import LosslessEncoder, write_gif
from cnnreel.paint.joining import FilmPart
from tests.cnnreel.frames import plain_frames, plain_patches

HOUSE = Path(__file__).parents[3]


def encode(path: Path) -> Path:
    """Write a GIF of two parts."""
    parts = [FilmPart(path.with_suffix(".1.mov"), 0.0), FilmPart(path.with_suffix(".2.mov"), 17 / 15)]
    patches = plain_patches(4)
    for part, some in zip(parts, (patches[:3], patches[3:]), strict=True):
        with LosslessEncoder(part.path, (64, 48)) as encoder:
            for patch in some:
                encoder.add([patch], 15 if patch is patches[2] or patch is patches[3] else 1)
    write_gif(parts, path, (64, 48))
    return path


def test_a_gif_keeps_colours_and_times_and_plays_for_ever(tmp_path) -> None:
    with Image.open(encode(tmp_path / "film.gif")) as gif:
        assert gif.info["loop"] == 0
        durations = []
        for number in range(gif.n_frames):
            gif.seek(number)
            durations.append(gif.info["duration"])
        last = np.asarray(gif.convert("RGB"))
    assert sum(durations) == pytest.approx(1000 * 32 / 15, abs=10)  # hundredths of a second are all that GIF knows
    assert np.abs(last.astype(int) - plain_frames(4)[-1][..., :3]).max() <= 8


def test_equal_frames_make_equal_bytes(tmp_path) -> None:
    assert encode(tmp_path / "one.gif").read_bytes() == encode(tmp_path / "two.gif").read_bytes()


def test_one_part_makes_the_same_gif_as_two(tmp_path) -> None:
    two = encode(tmp_path / "two.gif")
    with LosslessEncoder(tmp_path / "whole.mov", (64, 48)) as encoder:
        for number, patch in enumerate(plain_patches(4)):
            encoder.add([patch], 15 if number > 1 else 1)
    write_gif([FilmPart(tmp_path / "whole.mov", 0.0)], tmp_path / "one.gif", (64, 48))
    assert (tmp_path / "one.gif").read_bytes() == two.read_bytes()


MUCH = """
import resource, sys
import subprocess
import sys
from pathlib import Path
import numpy as np
from cnnreel.paint.gif import LosslessEncoder, write_gif
from cnnreel.paint.joining import FilmPart
from cnnreel.paint.patches import PixelArea, Patch

frame = np.zeros((480, 854, 4), dtype=np.uint8)
def megabytes() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
path = Path(sys.argv[1])
with LosslessEncoder(path.with_suffix(".mov"), (854, 480)) as encoder:
    for number in range(400):
        frame[:, number] = 255
        encoder.add([Patch.cut(frame, PixelArea.of(frame))])
    before = megabytes()
write_gif([FilmPart(path.with_suffix(".mov"), 0.0)], path, (854, 480))
print(megabytes() - before)
"""


@pytest.mark.soak
def test_a_long_gif_takes_no_more_memory_than_a_short_one(tmp_path) -> None:
    command = [sys.executable, "-c", MUCH, str(tmp_path / "a.gif")]
    done = subprocess.run(command, cwd=HOUSE, capture_output=True, text=True, check=True)
    assert int(done.stdout) < 100  # MB; all frames together are 480
