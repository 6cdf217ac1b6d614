"""Captions drawn into a film: seen as long as they are said, readable, and in nobody's way."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cnnreel.paint.burning import BurnedCaptions
from cnnreel.paint.patches import Frame, Patch, PixelArea
from cnnreel.paint.quality import QUALITIES
from cnnreel.tell.captions import Cue, captions
from cnnreel.work.clip import Output
from cnnreel.work.filming import film
from scenes.theme import THEMES, as_shares
from tests.cnnreel.tell.test_captions import beat

SIZE = (640, 360)
BAND = slice(360 - 44, 360)
CUES = (Cue(2.0, 3.0, "One."), Cue(3.0, 4.0, "Two\nlines."))


def luminance(color: np.ndarray) -> np.ndarray:
    linear = np.where(color <= 0.03928, color / 12.92, ((color + 0.055) / 1.055) ** 2.4)
    return linear @ np.array([0.2126, 0.7152, 0.0722])


def contrast(picture: Frame) -> float:
    light = luminance(picture[..., :3] / 255)
    return float((light.max() + 0.05) / (light.min() + 0.05))


def page(theme: str = "dark") -> Frame:
    picture = np.full((SIZE[1], SIZE[0], 4), 255, dtype=np.uint8)
    picture[..., :3] = np.round(255 * np.array(as_shares(THEMES[theme].background)))
    return picture


def frames(shown: list[tuple[list[Patch], int]], picture: Frame) -> list[Frame]:
    found: list[Frame] = []
    for patches, repeat in shown:
        for patch in patches:
            patch.paint(picture)
        found += [picture.copy()] * repeat
    return found


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_each_caption_is_seen_while_it_is_said(theme: str) -> None:
    burned = BurnedCaptions(CUES, SIZE, THEMES[theme], 15)
    shown = frames([one for repeat in (10, 20) for one in burned.over([], repeat)], page(theme))
    first, second = shown[0], shown[-1]
    assert [np.array_equal(one, first) for one in shown] == [True] * 15 + [False] * 15
    assert [np.array_equal(one, second) for one in shown] == [False] * 15 + [True] * 15
    for picture in (first, second):
        assert contrast(picture[BAND]) >= 7
        assert np.array_equal(picture[: BAND.start], page(theme)[: BAND.start])
    last = page(theme)
    burned.end(last)
    assert np.array_equal(last, second)


def test_what_is_drawn_over_a_caption_does_not_hide_it() -> None:
    burned = BurnedCaptions(CUES, SIZE, THEMES["dark"], 15)
    blank = page()
    over = [*burned.over([], 5), *burned.over([Patch.cut(blank, PixelArea(0, 0, *SIZE))], 5)]
    assert np.array_equal(*(one[BAND] for one in frames(over, page())[::9]))


@given(st.text(st.sampled_from("Wi. "), min_size=1, max_size=84), st.sampled_from(["16:9", "9:16", "1:1"]))
@settings(max_examples=20, derandomize=True, deadline=None)
def test_the_longest_captions_stay_within_the_band(text: str, ratio: str) -> None:
    size = QUALITIES["low"].size(ratio)
    cues = captions([beat(text, 0, 5)])
    picture = np.zeros((size[1], size[0], 4), dtype=np.uint8)
    BurnedCaptions(cues, size, THEMES["dark"], 15).end(picture)
    top = size[1] - 2 * (size[1] // 16)
    assert not picture[:top].any()
    edge = [picture[top, :, :3], picture[-1, :, :3], picture[top:, 0, :3], picture[top:, -1, :3]]
    assert all((one == np.round(255 * np.array(as_shares(THEMES["dark"].background)))).all() for one in edge)


def test_stills_have_their_captions_and_other_captions_are_another_film(short_spec, tmp_path) -> None:
    bare, burned = (
        film(short_spec, tmp_path / kind, quality="low", format="png", captions=kind) for kind in ("none", "burned")
    )
    assert bare.main.read_bytes() != burned.main.read_bytes()
    assert bare.key != burned.key
    with pytest.raises(ValueError, match=r"captions must be one of track, burned, none, but it is 'below'\."):
        Output(captions="below")
