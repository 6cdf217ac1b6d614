"""A learner goes through a whole lesson without touching a mouse, with captions, questions and a look inside."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.cnnreel.play.page.looking import (
    AXE,
    current,
    elapse,
    paused,
    picture,
    ready,
    seek,
    time,
    until,
    violations,
)
from tests.cnnreel.reels import Reel, lesson_of, reel_of

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def reels(tmp_path_factory: pytest.TempPathFactory) -> list[Reel]:
    """Record the clips of a short lesson."""
    folder = tmp_path_factory.mktemp("lesson")
    return [
        reel_of(folder, "pooling", "max-pool", x=[[7, 3], [3, 8]], pace="fast"),
        reel_of(folder, "relu", "relu", x=[[-1, 2]], pace="fast"),
    ]


@pytest.fixture(scope="module")
def lesson(reels: list[Reel]) -> Path:
    return lesson_of(reels, reels[0].folder.parent)


@pytest.fixture
def page(open_page: Any, lesson: Path) -> Any:
    return ready(open_page(lesson))


def focused(page: Any) -> str:
    return str(page.evaluate("(({ id, name, className }) => id || name || className)(document.activeElement)"))


def tab_to(page: Any, *wanted: str) -> None:
    for _ in range(30):
        if focused(page) in wanted:
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"the keyboard does not reach {wanted}")


def captions_of(reels: list[Reel]) -> list[str]:
    return [beat["caption"] for reel in reels for beat in reel.record["beats"]]


def step_on(page: Any, said: list[str]) -> None:
    """Press an arrow key, and see caption and transcript follow."""
    page.keyboard.press("ArrowRight")
    assert page.locator("#caption").text_content() == said[current(page)]


def test_a_learner_gets_through_the_lesson_by_keyboard_alone(page: Any, reels: list[Reel]) -> None:
    said = captions_of(reels)
    tab_to(page, "start")
    page.keyboard.press("Enter")
    elapse(page, 0.2)
    assert time(page) > 0.1
    assert page.get_by_role("button", name="Captions").get_attribute("aria-pressed") == "true"
    assert page.locator("#caption").is_visible()

    while not page.locator("#question").is_visible():
        step_on(page, said)
    tab_to(page, "answer")
    page.keyboard.type("8")
    page.keyboard.press("Enter")
    assert page.locator(".verdict").inner_text() == "Yes, it is 8."
    assert page.locator(".why").first.inner_text() == "Max(7, 3, 3, 8) = 8"
    page.keyboard.press("Enter")
    elapse(page, 0.1)
    assert current(page) == 2
    assert not paused(page)

    while not page.locator("#question").is_visible():
        step_on(page, said)
    assert page.locator("#chapters [aria-current]").inner_text() == "relu"
    page.keyboard.press("Space")
    elapse(page, 0.1)
    assert not page.locator("#question").is_visible()
    assert not paused(page)
    while current(page) < len(said) - 2:
        step_on(page, said)
    page.keyboard.press("Space")
    elapse(page, 60)
    assert paused(page)
    assert page.locator("#hint").inner_text() == "You answered 1 of 2 questions right."


def test_chapters_lead_to_their_clips_and_numbers_are_looked_into_by_keyboard(page: Any, reels: list[Reel]) -> None:
    tab_to(page, "print")
    page.locator("#chapters a").last.focus()
    page.keyboard.press("Enter")
    assert not paused(page)
    assert time(page) == pytest.approx(reels[0].record["video"]["duration"])
    assert page.locator("#chapters [aria-current]").inner_text() == "relu"

    page.locator("[data-beat]").last.focus()
    page.keyboard.press("Enter")
    page.locator("#captions").focus()
    page.keyboard.press("Shift+Tab")
    tab_to(page, "spot chosen", "spot")
    assert page.locator("#inside").is_visible()
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.textContent") == "Python"
    page.keyboard.press("Escape")
    page.keyboard.press("Escape")
    assert focused(page) == "play"
    assert not page.locator("#inside").is_visible()


HELD_BACK = """
    const unzip = window.DecompressionStream; let count = 0;
    window.DecompressionStream = class { constructor(kind) { const { readable, writable } = new unzip(kind);
        this.readable = ++count < 2 ? readable : readable.pipeThrough(new TransformStream({
            start: () => new Promise((open) => { window.open_ = open; }) })); this.writable = writable; } };
"""
"""Unpacks the first film alone, until `open_()`."""


def test_one_clip_follows_the_other_and_is_waited_for_until_it_is_unpacked(
    open_page: Any, lesson: Path, reels: list[Reel]
) -> None:
    page = open_page(lesson, before=HELD_BACK)
    until(lambda: page.locator(".packed").count() == 1)
    first = reels[0].record["video"]["duration"]
    seek(page, first - 0.1)
    page.get_by_role("button", name="Play").first.click()
    elapse(page, 1)
    waiting = time(page)
    assert waiting == pytest.approx(first, abs=0.05)
    assert not paused(page)
    page.evaluate("open_()")
    ready(page)
    elapse(page, 0.5)
    assert time(page) == pytest.approx(waiting + 0.5, abs=0.05)

    page.keyboard.press("Space")
    seek(page, first - 0.1)
    page.get_by_role("button", name="Play").first.click()
    elapse(page, 0.3)
    assert time(page) == pytest.approx(first + 0.2, abs=0.001)
    assert current(page) == len(reels[0].record["beats"])
    assert not paused(page)
    before = picture(page)
    seek(page, first - 0.1)
    elapse(page, 0)
    assert picture(page) != before


@pytest.mark.skipif(not AXE.is_file(), reason="axe-core is not installed: npm install --no-save axe-core")
@pytest.mark.parametrize(
    "themes", [("dark", "light"), pytest.param(("light", "dark"), marks=pytest.mark.soak)], ids="-".join
)
def test_axe_finds_no_violation_in_a_lesson(open_page: Any, lesson: Path, themes: tuple[str, str]) -> None:
    page = ready(open_page(lesson, color_scheme=themes[0]))
    assert violations(page) == []
    page.emulate_media(color_scheme=themes[1])
    page.locator("#chapters a").last.focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Space")
    assert violations(page) == []
