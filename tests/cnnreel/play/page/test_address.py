"""The address leads to a moment of the film, and follows it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.cnnreel.play.page.looking import current, elapse, paused, ready, seek, time, until
from tests.cnnreel.reels import Reel, lesson_of, reel_of

pytestmark = pytest.mark.slow


def fragment(page: Any) -> str:
    return str(page.evaluate("location.hash.slice(1)"))


@pytest.fixture(scope="module")
def relu(pool: Reel) -> Reel:
    return reel_of(pool.folder.parent, "relu", "relu", x=[[-1, 2]], question=False, pace="fast")


@pytest.fixture
def lesson(pool: Reel, relu: Reel) -> Path:
    return lesson_of([pool, relu], relu.folder.parent)


def test_a_clips_address_leads_to_a_moment_follows_and_is_gone_on_with_after_a_reload(player: Any, pool: Reel) -> None:
    assert fragment(player) == ""
    changes = "window.changes = 0; const write = history.replaceState;"
    player.evaluate(
        f"() => {{ {changes} history.replaceState = (...to) => {{ changes++; write.apply(history, to); }} }}"
    )
    player.get_by_role("button", name="Play").first.click()
    elapse(player, 2)
    assert player.evaluate("changes") <= 2  # of 120 pictures
    player.keyboard.press("ArrowRight")
    until(lambda: fragment(player) == f"t={pool.record['beats'][0]['end'] - 0.005:.3f}".rstrip("0"))
    before = time(player)
    player.reload()
    ready(player)
    assert (time(player), current(player), paused(player)) == (pytest.approx(before, abs=0.001), 0, True)
    player.evaluate("() => { location.hash = '#t=5.5'; }")
    until(lambda: time(player) == pytest.approx(5.5))
    player.evaluate("() => { location.hash = '#t=1e9'; }")
    player.evaluate("() => { location.hash = '#elsewhere'; }")
    assert time(player) == pytest.approx(5.5)


def test_a_lessons_address_names_the_clip(open_page: Any, lesson: Path, pool: Reel, relu: Reel) -> None:
    first = pool.record["video"]["duration"]
    page = ready(open_page(lesson))
    hrefs = page.locator("#chapters a").evaluate_all("links => links.map(link => link.getAttribute('href'))")
    assert hrefs == ["#pool", "#relu"]
    lines = page.locator("[data-beat]")
    assert lines.first.get_attribute("href") == "#pool"
    second = relu.record["beats"][1]["start"]
    assert lines.nth(len(pool.record["beats"]) + 1).get_attribute("href") == f"#relu&t={round(second, 3):g}"
    page.evaluate("() => { location.hash = '#relu&t=1.25'; }")
    until(lambda: time(page) == pytest.approx(first + 1.25))
    assert page.locator("#chapters [aria-current]").inner_text() == "relu"
    seek(page, first + 2)
    until(lambda: fragment(page) == "relu&t=2")
    page.reload()
    assert time(ready(page)) == pytest.approx(first + 2, abs=0.001)
    page.goto("about:blank")
    page.goto(f"{lesson.as_uri()}#relu")
    assert time(ready(page)) == pytest.approx(first, abs=0.001)
    assert current(page) == len(pool.record["beats"])
