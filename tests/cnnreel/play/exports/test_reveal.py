"""The slides are stepped through in a real browser: each plays its part of the film and stops."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cnnreel.play.exports import export
from cnnreel.play.exports.reveal import _HERE
from tests.cnnreel.play.exports.conftest import HOSTILE
from tests.cnnreel.play.page.looking import AXE, elapse, picture, ready, until, violations
from tests.cnnreel.reels import Reel, plain_film, written

pytestmark = pytest.mark.slow

Open = Callable[..., Any]

SPEED = 50
"""Pixels a second that the square moves."""
WHITE = [[0, -1, 1, 1]]


@pytest.fixture
def deck(open_page: Open, exported: Callable[[str], Path], tmp_path: Path) -> Any:
    """Open the slides where nothing is beside them."""
    alone = tmp_path / "slides.html"
    alone.write_bytes(exported("revealjs").read_bytes())
    return ready(open_page(alone))


def slide(page: Any) -> int:
    return int(page.evaluate("Reveal.getIndices().h"))


def time(page: Any) -> float:
    """Return where the film is, in seconds: as far as its square has come."""
    row = np.asarray(picture(page))[:, :, 0]
    return float(1920 * np.argmax(row[len(row) // 2] > 128) / row.shape[1] / SPEED)


@pytest.fixture
def square(open_page: Open, pool: Reel, tmp_path: Path) -> Any:
    """Open slides of a film in which a square moves evenly to the right."""
    film = {**plain_film(pool.record), "tracks": [[[0, -1, 0]], [[0, 0, 0, 490], [6000, -1, 100 * SPEED, 490]], WHITE]}
    reel = written(Reel(tmp_path / "pool", "pool", pool.record, film))
    return ready(open_page(export(reel.folder, "revealjs")))


def test_right_plays_a_beat_and_stops_at_its_end(square: Any, pool: Reel) -> None:
    assert square.get_by_role("heading").inner_text() == "Max pool"
    elapse(square, 2)
    assert (slide(square), time(square)) == (0, 0)
    for number, beat in enumerate(pool.record["beats"], 1):
        square.keyboard.press("ArrowRight")
        elapse(square, 0.5)
        assert time(square) == pytest.approx(beat["start"] + 0.5, abs=0.1)
        elapse(square, beat["end"] - beat["start"] + 2, step=0.2)
        assert time(square) == pytest.approx(beat["end"], abs=0.1)
        assert slide(square) == number
    square.keyboard.press("ArrowRight")
    assert slide(square) == len(pool.record["beats"])
    square.keyboard.press("Home")
    square.keyboard.press("ArrowRight")
    square.keyboard.press("ArrowRight")
    elapse(square, 0.5)
    square.keyboard.press("ArrowLeft")  # shows the end of the beat before
    elapse(square, 5)
    assert slide(square) == 1
    assert time(square) == pytest.approx(pool.record["beats"][0]["end"], abs=0.1)


def test_captions_are_shown_but_not_below_a_picture_that_asks_and_no_request_leaves_the_page(
    deck: Any, pool: Reel
) -> None:
    requests: list[str] = []
    hear = lambda request: requests.append(request.url)  # noqa: E731
    deck.on("request", hear)
    deck.reload()
    assert violations_or_none(deck) == []
    for number, beat in enumerate(pool.record["beats"], 1):
        deck.keyboard.press("ArrowRight")
        caption = deck.locator("section.present .caption")
        assert caption.inner_text() == beat["caption"]
        asks = beat["kind"] == "question"
        assert caption.evaluate("found => getComputedStyle(found).opacity") == ("0" if asks else "1")
        if number < 3:
            assert violations_or_none(deck) == []
    deck.remove_listener("request", hear)
    assert requests
    assert {address.partition(":")[0] for address in requests if address != deck.url.partition("#")[0]} <= {"data"}

    deck.keyboard.press("Escape")  # the overview shows the end of each beat
    until(lambda: deck.locator(".reveal.overview").count() == 1)
    widths = deck.locator(".still").evaluate_all("stills => stills.map(still => still.width)")
    assert widths == [1280] * len(pool.record["beats"])
    assert deck.locator(".still").first.evaluate("still => getComputedStyle(still).visibility") == "visible"


def violations_or_none(deck: Any) -> list[Any]:
    """Return what axe-core finds to mend, where it is installed."""
    return violations(deck) if AXE.is_file() else []


def test_the_speaker_sees_the_answer_and_what_comes_next(deck: Any) -> None:
    deck.keyboard.press("ArrowRight")
    deck.keyboard.press("ArrowRight")
    with deck.expect_popup() as opened:
        deck.keyboard.press("s")
    speaker = opened.value
    said = speaker.locator(".notes p").all_inner_texts()
    assert said[:2] == ["What is Max(7, 3, 3, 8)?", "Answer: 8"]
    assert "Answer: 8" not in deck.locator("section.present").inner_text()
    drawn = "film => new Set(film.getContext('2d').getImageData(0, 0, film.width, film.height).data).size"
    assert speaker.locator("canvas").evaluate(drawn) > 50
    speaker.keyboard.press("ArrowRight")
    until(lambda: slide(deck) == 3)
    assert speaker.locator(".notes p").all_inner_texts() == ["8 is the largest value in the window."]


def test_who_wants_less_motion_gets_the_stills(open_page: Open, exported: Callable[[str], Path]) -> None:
    page = ready(open_page(exported("revealjs"), reduced_motion="reduce"))
    page.keyboard.press("ArrowRight")
    elapse(page, 0)
    before = picture(page)
    elapse(page, 3)
    assert picture(page) == before


def test_hostile_texts_are_texts(open_page: Open, hostile: Path) -> None:
    page = open_page(export(hostile, "revealjs"))
    assert page.get_by_role("heading").inner_text() == " ".join(HOSTILE.split())
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    assert page.locator("section.present .caption").inner_text() == HOSTILE
    with page.expect_popup() as opened:
        page.keyboard.press("s")
    assert opened.value.locator(".notes p").all_inner_texts()[:2] == [HOSTILE, f"Answer: {HOSTILE}"]
    assert page.locator("script:not(.packed)").count() == 2


def test_reveal_js_is_the_version_that_is_named_in_the_notice() -> None:
    (version,) = set(re.findall(r"=`(\d+\.\d+\.\d+)`", (_HERE / "revealjs" / "reveal.js").read_text(encoding="utf-8")))
    notice = (_HERE.parents[2] / "NOTICE").read_text(encoding="utf-8")
    assert f"reveal.js {version}\n" in notice
    assert "Permission is hereby granted" in (_HERE / "revealjs" / "LICENSE").read_text(encoding="utf-8")
