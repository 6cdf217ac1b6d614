"""The page looks right: dark and light, on a phone, on paper, alone in one file, and to those who do not look."""

from __future__ import annotations

import json
import shutil
import subprocess
from copy import deepcopy
from pathlib import Path
from typing import Any

import pytest

from cnnreel.play.page.html import clip_page
from cnnreel.play.page.look import FONTS
from cnnreel.play.page.writing import write_page
from cnnreel.tell.story import Story
from scenes.theme import THEMES
from tests.cnnreel.play.page.looking import AXE, current, elapse, pixel, ready, time, until, violations
from tests.cnnreel.reels import Reel

pytestmark = pytest.mark.slow


def channels(colour: str) -> tuple[int, ...]:
    return tuple(int(colour[at : at + 2], 16) for at in (1, 3, 5))


def rgb(colour: str) -> str:
    return f"rgb({', '.join(map(str, channels(colour)))})"


def background(page: Any) -> str:
    return str(page.evaluate("getComputedStyle(document.body).backgroundColor"))


@pytest.fixture
def single_file(pool: Reel, tmp_path: Path) -> Path:
    """Write the page with everything inside, where nothing is beside it."""
    path = tmp_path / "alone" / "pool.html"
    path.parent.mkdir()
    write_page(clip_page(Story(pool.record)), path, [pool.folder], single_file=True)
    return path


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_colours_are_those_of_the_films_by_the_readers_setting(open_page: Any, pool: Reel, theme: Any) -> None:
    page = ready(open_page(pool.page, color_scheme=theme))
    assert background(page) == rgb(THEMES[theme].background)
    assert pixel(page, 0.01, 0.01) == channels(THEMES[theme].background)
    assert page.locator("#theme").get_attribute("aria-pressed") == str(theme == "dark").lower()


def test_the_switch_goes_before_the_setting_and_is_remembered(open_page: Any, pool: Reel) -> None:
    page = ready(open_page(pool.page, color_scheme="light"))
    page.keyboard.press("ArrowRight")
    page.get_by_role("button", name="Dark colours").click()
    elapse(page, 0)
    assert background(page) == rgb(THEMES["dark"].background)
    assert pixel(page, 0.01, 0.01) == channels(THEMES["dark"].background)
    assert current(page) == 0
    page.reload()
    ready(page)
    assert background(page) == rgb(THEMES["dark"].background)
    assert pixel(page, 0.01, 0.01) == channels(THEMES["dark"].background)


def test_a_setting_that_changes_is_followed_at_once(open_page: Any, pool: Reel) -> None:
    page = ready(open_page(pool.page, color_scheme="light"))
    page.emulate_media(color_scheme="dark")
    until(lambda: page.locator("#theme").get_attribute("aria-pressed") == "true")
    elapse(page, 0)
    assert pixel(page, 0.01, 0.01) == channels(THEMES["dark"].background)


@pytest.mark.parametrize("width", [320, 390])
def test_nothing_is_wider_than_a_phone(open_page: Any, pool: Reel, width: int) -> None:
    viewport = {"width": width, "height": 700}
    page = ready(open_page(pool.page, viewport=viewport, has_touch=True, is_mobile=True))
    for _ in range(2):
        page.get_by_role("button", name="Next step").tap()
        assert page.evaluate("document.documentElement.scrollWidth") == width
    page.get_by_label("Your answer").fill("4")
    page.get_by_role("button", name="Check").tap()
    page.get_by_role("button", name="Continue").tap()
    page.locator("[data-beat='3']").tap()
    page.get_by_label("8, output row 1, column 2").first.tap()
    assert page.locator("#inside .value").inner_text() == "8"
    assert page.evaluate("document.documentElement.scrollWidth") == width


@pytest.mark.parametrize("size", [(1440, 900), (390, 844)])
@pytest.mark.parametrize("film", [(1280, 720), (1080, 1080), (720, 1280)])
def test_a_question_stands_beside_or_below_its_film_without_scrolling(
    open_record: Any, pool: Reel, size: tuple[int, int], film: tuple[int, int]
) -> None:
    record = deepcopy(pool.record)
    record["video"] |= {"width": film[0], "height": film[1]}
    page = open_record(record, viewport={"width": size[0], "height": size[1]}, reduced_motion="reduce")
    page.get_by_role("button", name="Next step").click()
    frame, question = (page.locator(box).bounding_box() for box in ("#frame", "#question"))
    assert frame["width"] / frame["height"] == pytest.approx(film[0] / film[1], rel=0.01)
    assert frame["height"] > 200
    assert frame["y"] + frame["height"] <= size[1]
    assert question["y"] + question["height"] <= size[1]


def test_marks_say_where_the_film_waits(player: Any, pool: Reel) -> None:
    beats, duration = pool.record["beats"], pool.record["video"]["duration"]
    (mark,) = player.locator("#marks [data-kind=question]").all()
    waits = float(mark.evaluate("mark => parseFloat(mark.style.left)"))
    assert waits == pytest.approx(100 * beats[1]["end"] / duration, abs=0.01)


def test_a_learner_gets_through_by_keyboard_alone(open_page: Any, pool: Reel) -> None:
    page = ready(open_page(pool.page))
    page.keyboard.press("Tab")
    for _ in range(10):
        if page.evaluate("document.activeElement.id") == "start":
            break
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    elapse(page, 30)
    assert page.evaluate("document.activeElement.name") == "answer"
    page.keyboard.type("4")
    page.keyboard.press("Enter")
    assert page.locator(".verdict").inner_text() == "Yes, it is 4."
    page.keyboard.press("Enter")
    elapse(page, 60)
    assert time(page) == pytest.approx(pool.record["video"]["duration"])
    assert current(page) == len(pool.record["beats"]) - 1
    assert page.locator("#hint").inner_text() == "You answered the question right."


def test_paper_gets_questions_without_answers_and_the_answers_at_the_end(open_page: Any, pool: Reel) -> None:
    page = ready(open_page(pool.page))
    page.emulate_media(media="print")
    assert not page.locator("main").is_visible()
    figures = [figure for figure in page.locator(".handout figure").all() if figure.is_visible()]
    kinds = [beat["kind"] for beat in pool.record["beats"] if beat["kind"] != "answer"]
    assert [figure.get_attribute("data-kind") for figure in figures] == kinds
    assert figures[1].inner_text() == "What is Max(4, 1, 1, 1)?\nYour answer:"
    answers = page.locator(".answers")
    assert answers.evaluate("box => getComputedStyle(box).breakBefore") == "page"
    assert answers.inner_text().startswith("Answers\n")
    assert "Max(4, 1, 1, 1) = 4" in answers.inner_text()
    assert background(page) == rgb(THEMES["light"].background)


def test_pictures_are_there_before_the_printer_starts(open_page: Any, pool: Reel) -> None:
    page = ready(open_page(pool.page))
    page.evaluate(
        """() => { window.print = () => {
            dispatchEvent(new Event('beforeprint'));
            window.printed = [...document.querySelectorAll('.handout canvas')].map((sheet) => {
                const { data } = sheet.getContext('2d').getImageData(0, 0, sheet.width, sheet.height);
                return [data[0], new Set(data).size];
            });
            dispatchEvent(new Event('afterprint'));
        }; }"""
    )
    page.get_by_role("button", name="Print handout").click()
    until(lambda: page.evaluate("window.printed") is not None)
    printed = page.evaluate("window.printed")
    assert len(printed) == len(pool.record["beats"])
    assert {corner for corner, _ in printed} == {channels(THEMES["light"].background)[0]}
    assert all(levels > 50 for _, levels in printed)


def test_a_printed_page_has_the_pictures(open_page: Any, pool: Reel, tmp_path: Path) -> None:
    page = ready(open_page(pool.page))
    page.pdf(path=tmp_path / "handout.pdf")
    page.evaluate(
        """addEventListener('beforeprint', () => {
            for (const sheet of document.querySelectorAll('.handout canvas')) sheet.width = 0;
        })"""
    )
    page.pdf(path=tmp_path / "empty.pdf")
    assert (tmp_path / "handout.pdf").stat().st_size > 2 * (tmp_path / "empty.pdf").stat().st_size


def test_a_single_file_needs_nothing_else(open_page: Any, single_file: Path, pool: Reel) -> None:
    assert [path.name for path in single_file.parent.iterdir()] == ["pool.html"]
    page = ready(open_page(single_file))
    page.get_by_role("button", name="Play").first.click()
    elapse(page, 0.3)
    assert time(page) == pytest.approx(0.3, abs=0.001)
    page.locator("[data-beat='4']").click()
    assert time(page) == pytest.approx(pool.record["beats"][4]["end"], abs=0.01)
    assert page.evaluate("document.fonts.ready.then(() => [...document.fonts].every(font => font.status == 'loaded'))")
    assert page.locator("video, a[download]").count() == 0
    assert single_file.stat().st_size < 180_000  # two fonts of 23 kB, scripts, style, and 20 kB of film


def test_the_video_can_be_had_where_it_lies_beside_the_page(player: Any, pool: Reel) -> None:
    link = player.get_by_role("link", name="Video")
    assert (link.get_attribute("href"), link.get_attribute("download")) == ("pool.mp4", "")


def test_a_single_file_without_scripts_has_its_poster(open_page: Any, single_file: Path) -> None:
    page = open_page(single_file, java_script_enabled=False)
    assert page.locator("#frame img").evaluate("picture => picture.naturalWidth") == 64


def test_no_request_leaves_the_page(browser: Any, pool: Reel, single_file: Path) -> None:
    for path in (pool.folder / "pool.html", single_file):
        asked: list[str] = []
        page = browser.new_page()
        page.on("request", lambda request, asked=asked: asked.append(request.url))
        page.goto(path.as_uri())
        page.get_by_role("button", name="Play").first.click()
        until(lambda page=page: time(page) > 0.2)
        page.get_by_role("button", name="Stills instead of film").click()
        page.close()
        fonts = [f"{path.parent.as_uri()}/page/{font.name}" for font in FONTS.values()]
        beside = [*fonts, f"{path.parent.as_uri()}/pool.png", path.as_uri()]
        assert all(url in beside or url.startswith("data:") for url in asked), asked


def test_nothing_moves_while_the_page_loads(browser: Any, pool: Reel) -> None:
    page = browser.new_page()
    page.add_init_script(
        """window.moved = 0;
        new PerformanceObserver(list => { for (const one of list.getEntries()) window.moved += one.value; })
            .observe({ type: 'layout-shift', buffered: true });"""
    )
    page.goto(pool.page.as_uri())
    page.wait_for_timeout(800)
    assert page.evaluate("window.moved") < 0.005
    page.close()


@pytest.mark.skipif(not AXE.is_file(), reason="axe-core is not installed: npm install --no-save axe-core")
@pytest.mark.parametrize("state", ["poster", "question", "unanswered", "right", "wrong", "inside", "stills"])
@pytest.mark.parametrize("theme", ["dark", "light"])
def test_axe_finds_no_violation(open_page: Any, pool: Reel, state: str, theme: Any) -> None:
    page = ready(open_page(pool.page, color_scheme=theme))
    answers = {"question": None, "unanswered": "", "right": "4", "wrong": "5"}
    if state in answers:
        page.locator("[data-beat='1']").click()
    if (answer := answers.get(state)) is not None:
        page.get_by_label("Your answer").fill(answer)
        page.keyboard.press("Enter")
    if state == "inside":
        page.locator("[data-beat='3']").click()
        page.locator(".spot").first.hover()
    if state == "stills":
        page.get_by_role("button", name="Stills instead of film").click()
    assert violations(page) == []


@pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed")
def test_the_script_is_one_that_node_can_parse(tmp_path: Path, pool: Reel) -> None:
    html = pool.page.read_text(encoding="utf-8")
    (tmp_path / "player.js").write_text(html.rpartition("<script>")[2].partition("</script>")[0], encoding="utf-8")
    subprocess.run(["node", "--check", tmp_path / "player.js"], check=True)
    data = html.partition('id="data">')[2].partition("</script>")[0]
    assert len(json.loads(data)["beats"]) == len(pool.record["beats"])
