"""A real browser finds the pictures of a film in which frames stand for as long as nothing changes."""

from __future__ import annotations

import io
from pathlib import Path
from random import Random
from typing import Any

import numpy as np
import pytest
from PIL import Image

from cnnreel.work.filming import Clip

SEEK = """time => new Promise((done, fail) => {
    const video = document.querySelector("video")
    video.requestVideoFrameCallback(() => done(video.currentTime))
    video.currentTime = time
    setTimeout(() => fail(new Error(`nothing found at ${time}`)), 20000)
})"""


@pytest.fixture
def page(open_page: Any, short_clip: Clip, tmp_path: Path) -> Any:
    """Open nothing but the film, one pixel for each of its own."""
    html = tmp_path / "bare.html"
    html.write_text(f'<body style="margin: 0"><video src="{short_clip.main.as_uri()}" preload="auto"></video>')
    page = open_page(html, viewport={"width": 854, "height": 480})
    page.wait_for_function("document.querySelector('video').readyState >= 2")
    return page


def seen(page: Any, time: float) -> np.ndarray:
    assert page.evaluate(SEEK, time) == pytest.approx(time, abs=0.04)  # the last frame is the end
    picture = page.screenshot(clip={"x": 0, "y": 0, "width": 854, "height": 480})
    return np.asarray(Image.open(io.BytesIO(picture)).convert("RGB")).astype(float)


def stills(folder: Path) -> list[np.ndarray]:
    return [np.asarray(Image.open(path).convert("RGB")).astype(float) for path in sorted(folder.glob("stills/*.png"))]


@pytest.mark.slow
def test_a_browser_shows_the_still_of_each_beat_wherever_it_seeks(page: Any, short_clip: Clip) -> None:
    record = short_clip.record
    last_frames = [beat["end"] - 0.5 / record["video"]["fps"] for beat in record["beats"]]
    instants = [(number, end - back) for number, end in enumerate(last_frames) for back in (0, 0.15)]
    Random(0).shuffle(instants)
    assert len(instants) >= 8
    pictures = stills(short_clip.folder)
    for number, time in instants:
        shown = seen(page, time)
        errors = [np.abs(shown - picture).mean() for picture in pictures]
        assert np.argmin(errors) == number
        assert errors[number] < 1.5  # of 255: colours have half the resolution, and the browser's rounding differs


@pytest.mark.slow
def test_a_browser_knows_how_long_the_film_is(page: Any, short_clip: Clip) -> None:
    duration = page.evaluate("document.querySelector('video').duration")
    assert duration == pytest.approx(short_clip.record["video"]["duration"], abs=0.001)
