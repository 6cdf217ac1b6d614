from dataclasses import replace

import numpy as np
import pytest
from PIL import Image

from cnnreel.paint.stills import SHEET_WIDTH, Still, contact_sheet, save_png
from scenes.theme import THEMES
from scenes.timeline import Beat

LONG = "A caption that is long enough to be broken into several lines, whatever the shape of the picture above it. " * 2


def still(width: int, height: int, caption: str = "Short.") -> Still:
    frame = np.full((height, width, 4), (200, 60, 30, 255), dtype=np.uint8)
    return Still.of(Beat("step", caption, 0.0, 1.0), frame)


@pytest.mark.parametrize(("size", "columns"), [((1280, 720), 3), ((720, 1280), 5), ((720, 720), 4)])
def test_a_sheet_holds_every_still_in_reading_order(size, columns) -> None:
    count = columns + 1
    sheet = np.asarray(contact_sheet([still(*size)] * count, THEMES["dark"]))
    red = np.all(sheet == (200, 60, 30), axis=2)
    starts = np.flatnonzero(np.diff(red[:, 100].astype(int)) == 1)
    assert sheet.shape[1] == SHEET_WIDTH
    assert len(starts) == 2  # rows
    assert np.count_nonzero(np.diff(red[starts[0] + 5].astype(int)) == 1) == columns
    assert np.count_nonzero(np.diff(red[starts[1] + 5].astype(int)) == 1) == 1


@pytest.mark.parametrize("size", [(1280, 720), (720, 1280), (720, 720)])
def test_a_caption_stays_below_its_own_picture(size) -> None:
    short, long = still(*size), still(*size, caption=LONG)
    with_long = np.asarray(contact_sheet([long, replace(short, beat=replace(short.beat, caption=""))], THEMES["light"]))
    width, height = long.picture.size
    below = with_long[32 + height + 4 :, 32:]
    ink = np.any(below != np.asarray(Image.new("RGB", (1, 1), THEMES["light"].background)), axis=2)
    assert ink[:, :width].any()
    assert not ink[:, width : width + 32].any()  # the gap between the columns
    assert not ink[-16:].any()


def test_a_saved_picture_has_the_frame_s_pixels(tmp_path) -> None:
    frame = np.zeros((4, 6, 4), dtype=np.uint8)
    frame[..., 0], frame[..., 3] = 77, 255
    save_png(frame, tmp_path / "a.png")
    with Image.open(tmp_path / "a.png") as picture:
        assert (picture.mode, picture.size) == ("RGB", (6, 4))
        assert np.array_equal(np.asarray(picture), frame[..., :3])
