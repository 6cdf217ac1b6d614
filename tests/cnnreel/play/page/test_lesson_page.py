"""A learner goes through a whole lesson without touching a mouse, with captions, questions and a look inside."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.cnnreel.play.page.looking import AXE, current, paused, time, until, violations

pytestmark = pytest.mark.slow

RENDER = Path(__file__).parents[4] / "render.py"
LESSON = """
title = "Two layers"
look = { pace = "fast" }
[[clip]]
scene = "max-pool"
x = [[7, 3], [3, 8]]
chapter = "Pooling"
[[clip]]
scene = "relu"
x = [[-1, 2]]
chapter = "ReLU"
"""


@pytest.fixture(scope="module")
def lesson(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Film a short lesson, as users do, and return its folder."""
    folder = tmp_path_factory.mktemp("lesson")
    (folder / "two-layers.toml").write_text(LESSON, encoding="utf-8")
    command = [sys.executable, RENDER, "lesson", "two-layers.toml", "-q", "low", "-o", "out"]
    subprocess.run(command, cwd=folder, check=True, capture_output=True)
    return folder / "out" / "two-layers"


@pytest.fixture
def page(open_page: Any, lesson: Path) -> Any:
    return open_page(lesson / "index.html")


def focused(page: Any) -> str:
    return str(page.evaluate("(({ id, name, className }) => id || name || className)(document.activeElement)"))


def tab_to(page: Any, *wanted: str) -> None:
    for _ in range(30):
        if focused(page) in wanted:
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"the keyboard does not reach {wanted}")


def captions_of(lesson: Path) -> list[str]:
    records = [json.loads((lesson / name / f"{name}.json").read_text()) for name in ("max-pool", "relu")]
    return [beat["caption"] for record in records for beat in record["beats"]]


def step_on(page: Any, said: list[str]) -> None:
    """Press an arrow key, and see caption and transcript follow."""
    page.keyboard.press("ArrowRight")
    assert page.locator("#caption").text_content() == said[current(page)]


def test_a_learner_gets_through_the_lesson_by_keyboard_alone(page: Any, lesson: Path) -> None:
    said = captions_of(lesson)
    tab_to(page, "start")
    page.keyboard.press("Enter")
    until(lambda: not paused(page) and time(page) > 0.1)
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
    until(lambda: current(page) == 2 and not paused(page))

    while not page.locator("#question").is_visible():
        step_on(page, said)
    assert page.locator("#chapters [aria-current]").inner_text() == "ReLU"
    page.keyboard.press("Space")
    until(lambda: not page.locator("#question").is_visible() and not paused(page))
    while current(page) < len(said) - 2:
        step_on(page, said)
    page.keyboard.press("Space")
    until(lambda: bool(page.locator("video").evaluate("film => film.ended")))
    assert page.locator("#hint").inner_text() == "You answered 1 of 2 questions right."


def test_a_number_of_the_last_picture_is_looked_into_by_keyboard(page: Any) -> None:
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


def test_chapters_lead_to_their_clips(page: Any, lesson: Path) -> None:
    index = json.loads((lesson / "two-layers.json").read_text())
    tab_to(page, "print")
    page.locator("#chapters a").last.focus()
    page.keyboard.press("Enter")
    until(lambda: not paused(page))
    assert time(page) >= index["clips"][1]["start"]
    assert page.locator("#chapters [aria-current]").inner_text() == "ReLU"


@pytest.mark.skipif(not AXE.is_file(), reason="axe-core is not installed: npm install --no-save axe-core")
@pytest.mark.parametrize("theme", ["dark", "light"])
def test_axe_finds_no_violation_in_a_lesson(open_page: Any, lesson: Path, theme: Any) -> None:
    page = open_page(lesson / "index.html", color_scheme=theme)
    assert violations(page) == []
    page.locator("#chapters a").last.focus()
    page.keyboard.press("Enter")
    page.keyboard.press("Space")
    assert violations(page) == []
