"""The slides are stepped through in a real browser: each plays its part of the film and stops."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cnnreel.play.exports import export
from cnnreel.play.exports.reveal import HERE
from cnnreel.work.filming import Clip
from tests.cnnreel.play.exports.conftest import HOSTILE
from tests.cnnreel.play.page.looking import paused, time, until

pytestmark = pytest.mark.slow

AXE = Path(__file__).parents[4] / "node_modules" / "axe-core" / "axe.min.js"

Open = Callable[..., Any]


@pytest.fixture
def deck(open_page: Open, exported: Callable[[str], Path], tmp_path: Path) -> Any:
    """Open the slides where nothing is beside them."""
    alone = tmp_path / "slides.html"
    alone.write_bytes(exported("revealjs").read_bytes())
    return open_page(alone)


def slide(page: Any) -> int:
    return int(page.evaluate("Reveal.getIndices().h"))


def rests_at(page: Any, moment: float, fps: int) -> bool:
    return paused(page) and abs(time(page) - moment) <= 1 / fps


def test_right_plays_a_beat_and_stops_at_its_end(deck: Any, pool: Clip) -> None:
    fps = pool.record["video"]["fps"]
    assert deck.get_by_role("heading").inner_text() == "Max pool"
    assert (slide(deck), time(deck), paused(deck)) == (0, 0, True)
    deck.locator("video").evaluate("film => { film.playbackRate = 3; }")
    for number, beat in enumerate(pool.record["beats"], 1):
        deck.keyboard.press("ArrowRight")
        until(lambda: not paused(deck))
        assert beat["start"] <= time(deck) < beat["end"]
        until(lambda end=beat["end"]: rests_at(deck, end, fps))
        assert slide(deck) == number
    deck.keyboard.press("ArrowRight")
    assert slide(deck) == len(pool.record["beats"])


def test_left_shows_the_end_of_the_beat_before(deck: Any, pool: Clip) -> None:
    first, second = pool.record["beats"][:2]
    deck.keyboard.press("ArrowRight")
    deck.keyboard.press("ArrowRight")
    until(lambda: time(deck) >= second["start"])
    deck.keyboard.press("ArrowLeft")
    until(lambda: rests_at(deck, first["end"], pool.record["video"]["fps"]))


def test_captions_are_shown_but_not_below_a_picture_that_asks(deck: Any, pool: Clip) -> None:
    for beat in pool.record["beats"]:
        deck.keyboard.press("ArrowRight")
        caption = deck.locator("section.present .caption")
        assert caption.inner_text() == beat["caption"]
        asks = beat["kind"] == "question"
        assert caption.evaluate("found => getComputedStyle(found).opacity") == ("0" if asks else "1")


def test_no_request_leaves_the_page(deck: Any, pool: Clip) -> None:
    requests: list[str] = []
    deck.on("request", lambda request: requests.append(request.url))
    deck.reload()
    for _ in pool.record["beats"]:
        deck.keyboard.press("ArrowRight")
    until(lambda: not paused(deck))
    assert {address.partition(":")[0] for address in requests if address != deck.url.partition("#")[0]} == {"blob"}


def test_the_speaker_sees_the_answer_and_what_comes_next(deck: Any) -> None:
    deck.keyboard.press("ArrowRight")
    deck.keyboard.press("ArrowRight")
    with deck.expect_popup() as opened:
        deck.keyboard.press("s")
    speaker = opened.value
    said = speaker.locator(".notes p").all_inner_texts()
    assert said[:2] == ["What is Max(7, 3, 3, 8)?", "Answer: 8"]
    assert "Answer: 8" not in deck.locator("section.present").inner_text()
    assert speaker.locator("img").evaluate("picture => picture.complete && picture.naturalWidth") > 0
    speaker.keyboard.press("ArrowRight")
    until(lambda: slide(deck) == 3)
    assert speaker.locator(".notes p").all_inner_texts() == ["8 is the largest value in the window."]


def test_who_wants_less_motion_gets_the_stills(open_page: Open, exported: Callable[[str], Path]) -> None:
    page = open_page(exported("revealjs"), reduced_motion="reduce")
    page.keyboard.press("ArrowRight")
    assert not page.locator("video").is_visible()
    assert page.locator("section.present .still").is_visible()
    assert paused(page)


@pytest.mark.skipif(not AXE.is_file(), reason="axe-core is not installed: npm install --no-save axe-core")
def test_axe_finds_nothing_to_mend(deck: Any) -> None:
    deck.evaluate(AXE.read_text(encoding="utf-8"))
    for _ in range(3):
        assert deck.evaluate("axe.run()")["violations"] == []
        deck.keyboard.press("ArrowRight")


def test_hostile_texts_are_texts(open_page: Open, hostile: Path) -> None:
    page = open_page(export(hostile, "revealjs"))
    assert page.get_by_role("heading").inner_text() == " ".join(HOSTILE.split())
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowRight")
    assert page.locator("section.present .caption").inner_text() == HOSTILE
    with page.expect_popup() as opened:
        page.keyboard.press("s")
    assert opened.value.locator(".notes p").all_inner_texts()[:2] == [HOSTILE, f"Answer: {HOSTILE}"]
    assert page.locator("script").count() == 3


def test_reveal_js_is_the_version_that_is_named_in_the_notice() -> None:
    (version,) = set(re.findall(r"=`(\d+\.\d+\.\d+)`", (HERE / "revealjs" / "reveal.js").read_text(encoding="utf-8")))
    notice = (HERE.parents[2] / "NOTICE").read_text(encoding="utf-8")
    assert f"reveal.js {version}\n" in notice
    assert "Permission is hereby granted" in (HERE / "revealjs" / "LICENSE").read_text(encoding="utf-8")
