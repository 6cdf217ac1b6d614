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
from cnnreel.play.page.writing import files_beside, write_page
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


def check_colours(page: Any, theme: str) -> None:
    """Check page, picture and switch."""
    until(lambda: page.locator("#theme").get_attribute("aria-pressed") == str(theme == "dark").lower())
    elapse(page, 0)
    assert background(page) == rgb(THEMES[theme].background)
    assert pixel(page, 0.01, 0.01) == channels(THEMES[theme].background)


def test_colours_are_those_of_the_films_by_the_readers_setting_until_the_switch_is_used(
    open_page: Any, pool: Reel
) -> None:
    page = ready(open_page(pool.page, color_scheme="dark"))
    check_colours(page, "dark")
    page.emulate_media(color_scheme="light")  # is followed at once
    check_colours(page, "light")
    page.reload()
    check_colours(ready(page), "light")
    page.keyboard.press("ArrowRight")
    page.get_by_role("button", name="Dark colours").click()
    check_colours(page, "dark")
    assert current(page) == 0
    page.reload()
    check_colours(ready(page), "dark")  # remembered


def check_width(page: Any) -> None:
    """Check that nothing is wider than a phone."""
    for width in (320, 390):
        page.set_viewport_size({"width": width, "height": 700})
        assert page.evaluate("document.documentElement.scrollWidth") == width


@pytest.fixture
def phone(open_page: Any, pool: Reel) -> Any:
    """Open the page on a phone."""
    return ready(open_page(pool.page, viewport={"width": 320, "height": 700}, has_touch=True, is_mobile=True))


def test_nothing_is_wider_than_a_phone(phone: Any) -> None:
    check_width(phone)
    for _ in range(2):
        phone.get_by_role("button", name="Next step").tap()
        check_width(phone)
    phone.get_by_label("Your answer").fill("4")
    phone.get_by_role("button", name="Check").tap()
    check_width(phone)
    phone.get_by_role("button", name="Continue").tap()
    phone.locator("[data-beat='3']").tap()
    phone.get_by_label("8, output row 1, column 2").first.tap()
    assert phone.locator("#inside .value").inner_text() == "8"
    check_width(phone)


def covers(page: Any, inner: str, outer: tuple[float, float, float, float]) -> bool:
    """Tell whether a box lies inside of (left, top, right, bottom), to the pixel."""
    box = page.locator(inner).bounding_box()
    left, top, right, bottom = outer
    across = left - 1 <= box["x"] and box["x"] + box["width"] <= right + 1
    return across and top - 1 <= box["y"] and bool(box["y"] + box["height"] <= bottom + 1)


def test_a_line_that_is_tapped_on_a_phone_keeps_film_and_question_in_view(phone: Any) -> None:
    phone.set_viewport_size({"width": 390, "height": 700})
    for beat in (5, 1, 6):
        phone.locator(f"[data-beat='{beat}']").tap()
        assert current(phone) == beat
        assert covers(phone, "#frame", (0, 0, 390, 700))
        assert phone.locator("#frame").bounding_box()["width"] == 390
        if beat == 1:
            assert covers(phone, "#question", (0, 220, 390, 700))


@pytest.mark.parametrize("place", ["fullscreen", "a phone on its side"])
def test_the_film_fills_the_screen(open_page: Any, pool: Reel, place: str) -> None:
    full = place == "fullscreen"
    width, height = (1280, 800) if full else (844, 390)
    page = ready(open_page(pool.page, viewport={"width": width, "height": height}, reduced_motion="reduce"))
    if full:
        page.get_by_role("button", name="Full screen").click()
    page.locator("#stage.theater").wait_for()
    film = page.locator("#frame").bounding_box()
    assert (film["width"], film["height"]) == pytest.approx((width, 720) if full else (390 * 16 / 9, 390), abs=1)
    page.locator("#stage").evaluate("stage => stage.scrollIntoView()")
    for part in ("#seek", "#caption", "#next"):
        assert covers(page, part, (0, 0, width, height)), part
    page.keyboard.press("ArrowRight")
    film, question = (page.locator(part).bounding_box() for part in ("#frame", "#question"))
    assert covers(page, "#question", (0, 0, width, height))
    assert question["x"] >= film["x"] + film["width"]
    assert film["width"] > 0.6 * width


def test_what_is_small_on_a_phone_is_enlarged_when_it_is_tapped(phone: Any) -> None:
    phone.set_viewport_size({"width": 390, "height": 844})
    phone.locator("[data-beat='3']").tap()
    elapse(phone, 0)
    number = phone.locator(".spot").first
    assert float(number.evaluate("spot => parseFloat(getComputedStyle(spot).fontSize)")) >= 11
    number.tap()
    assert not phone.locator("#lens").is_visible()
    phone.set_viewport_size({"width": 200, "height": 844})
    elapse(phone, 0)
    phone.locator(".spot").last.tap()
    lens, spot = (phone.locator(part).bounding_box() for part in ("#lens", ".spot.chosen"))
    assert not (lens["y"] <= spot["y"] <= lens["y"] + lens["height"])
    shown = phone.locator("#lens").evaluate(
        "lens => new Set(lens.getContext('2d').getImageData(0, 0, lens.width, lens.height).data).size"
    )
    assert shown > 50


def test_the_bar_says_where_the_film_waits_and_a_picture_over_it_where_it_leads(open_page: Any, pool: Reel) -> None:
    page = ready(open_page(pool.page, color_scheme="dark"))
    bar = page.locator("#seek").bounding_box()
    duration = pool.record["video"]["duration"]
    question = next(beat for beat in pool.record["beats"] if beat["kind"] == "question")
    (mark,) = page.locator("#marks [data-kind=question]").all()
    waits = float(mark.evaluate("mark => parseFloat(mark.style.left)"))
    assert waits == pytest.approx(100 * question["end"] / duration, abs=0.01)

    def foreseen(share: float) -> str:
        page.mouse.move(bar["x"] + share * bar["width"], bar["y"] + bar["height"] / 2)
        return str(page.locator("#thumbnail canvas").evaluate("canvas => canvas.toDataURL()"))

    foreseen(0.75)
    thumbnail = page.locator("#thumbnail")
    assert thumbnail.inner_text().strip() == f"0:{int(0.75 * duration):02}"
    assert time(page) == 0
    drawn = thumbnail.locator("canvas").evaluate(
        "canvas => [...canvas.getContext('2d').getImageData(2, 2, 1, 1).data, canvas.width]"
    )
    assert tuple(drawn[:3]) == channels(THEMES["dark"].background)
    assert drawn[4] == pytest.approx(185, abs=3)
    page.mouse.move(5, 5)
    assert not thumbnail.is_visible()

    shares = [question["end"] / duration - 0.02, 0.99]  # nothing that comes after an open question
    assert len({foreseen(share) for share in shares}) == 1
    page.locator("#next").click()
    page.locator("#next").click()
    page.get_by_role("button", name="Continue without answering").click()
    assert len({foreseen(share) for share in shares}) == 2


@pytest.mark.parametrize("film", [(1280, 720), (1080, 1080), (720, 1280)])
def test_a_question_stands_beside_or_below_its_film_without_scrolling(
    open_record: Any, pool: Reel, film: tuple[int, int]
) -> None:
    record = deepcopy(pool.record)
    record["video"] |= {"width": film[0], "height": film[1]}
    page = open_record(record, reduced_motion="reduce")
    page.get_by_role("button", name="Next step").click()
    for width, height in [(1440, 900), (390, 844)]:
        page.set_viewport_size({"width": width, "height": height})
        page.evaluate("scrollTo(0, 0)")
        elapse(page, 0)
        frame, question = (page.locator(box).bounding_box() for box in ("#frame", "#question"))
        assert frame["width"] / frame["height"] == pytest.approx(film[0] / film[1], rel=0.01)
        assert frame["height"] > 200
        assert frame["y"] + frame["height"] <= height
        assert question["y"] + question["height"] <= height


def test_paper_gets_questions_without_answers_and_the_answers_at_the_end(open_page: Any, pool: Reel) -> None:
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
    assert all(levels > 50 for _, levels in printed)  # pictures are there before the printer starts

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


def test_what_lies_beside_the_page_can_be_had_from_a_menu(player: Any) -> None:
    menu = player.locator("#downloads")
    menu.locator("summary").click()
    offered = {link.inner_text(): link.get_attribute("href") for link in menu.get_by_role("link").all()}
    assert offered == {
        "Film": "pool.mp4",
        "Captions (WebVTT)": "pool.vtt",
        "Captions (SubRip)": "pool.srt",
        "Transcript": "pool.transcript.md",
        "Answer key": "pool.answers.csv",
    }
    assert menu.locator("a[download]").count() == len(offered)
    if AXE.is_file():
        assert violations(player) == []
    player.keyboard.press("Escape")
    assert not menu.locator("a").first.is_visible()
    menu.locator("summary").click()
    player.locator("#caption").click()
    assert not menu.locator("a").first.is_visible()


def test_only_what_is_there_is_offered(pool: Reel, tmp_path: Path) -> None:
    shutil.copy(pool.folder / "pool.vtt", tmp_path)
    assert files_beside(clip_page(Story(pool.record)), tmp_path) == {"pool.vtt": ".vtt"}


def test_a_single_file_without_scripts_has_its_poster(open_page: Any, single_file: Path) -> None:
    page = open_page(single_file, scripts=False)
    assert page.locator("#frame img").evaluate("picture => picture.naturalWidth") == 64


def test_no_request_leaves_the_page(open_page: Any, pool: Reel, single_file: Path) -> None:
    page = open_page("about:blank")
    asked: list[str] = []
    hear = lambda request: asked.append(request.url)  # noqa: E731
    page.on("request", hear)
    for path in (pool.page, single_file):
        page.goto(path.as_uri())
        ready(page).get_by_role("button", name="Play").first.click()
        elapse(page, 0.3)
        page.get_by_role("button", name="Stills instead of film").click()
        page.evaluate("document.fonts.ready.then(() => null)")
        fonts = [f"{path.parent.as_uri()}/page/{font.name}" for font in FONTS.values()]
        beside = [*fonts, f"{path.parent.as_uri()}/pool.png", path.as_uri()]
        assert path.as_uri() in asked
        assert all(url in beside or url.startswith("data:") for url in asked), asked
        asked.clear()
    page.remove_listener("request", hear)


SHIFTS = """window.moved = 0;
new PerformanceObserver(list => { for (const one of list.getEntries()) window.moved += one.value; })
    .observe({ type: 'layout-shift', buffered: true });"""


def test_nothing_moves_while_the_page_loads(open_page: Any, pool: Reel) -> None:
    page = ready(open_page(pool.page, before=SHIFTS))
    page.wait_for_timeout(800)
    assert page.evaluate("window.moved") < 0.005


STATES = ("poster", "question", "unanswered", "right", "wrong", "inside", "stills")


@pytest.mark.skipif(not AXE.is_file(), reason="axe-core is not installed: npm install --no-save axe-core")
@pytest.mark.parametrize(
    ("theme", "states"),
    [
        ("dark", STATES[::2]),
        ("light", STATES[1::2]),
        pytest.param("dark", STATES[1::2], marks=pytest.mark.soak),
        pytest.param("light", STATES[::2], marks=pytest.mark.soak),
    ],
)
def test_axe_finds_no_violation(open_page: Any, pool: Reel, theme: str, states: tuple[str, ...]) -> None:
    page = ready(open_page(pool.page, color_scheme=theme))
    answers = {"question": None, "unanswered": "", "right": "4", "wrong": "5"}
    for state in states:
        if state in answers:
            page.locator("[data-beat='0']").click()
            page.locator("[data-beat='1']").click()
        if (answer := answers.get(state)) is not None:
            page.get_by_label("Your answer").fill(answer)
            page.keyboard.press("Enter")
        if state == "inside":
            page.locator("[data-beat='3']").click()
            page.locator(".spot").first.hover()
        if state == "stills":
            page.get_by_role("button", name="Stills instead of film").click()
        assert violations(page) == [], state


@pytest.mark.skipif(shutil.which("node") is None, reason="node is not installed")
def test_the_script_is_one_that_node_can_parse(tmp_path: Path, pool: Reel) -> None:
    html = pool.page.read_text(encoding="utf-8")
    (tmp_path / "player.js").write_text(html.rpartition("<script>")[2].partition("</script>")[0], encoding="utf-8")
    subprocess.run(["node", "--check", tmp_path / "player.js"], check=True)
    data = html.partition('id="data">')[2].partition("</script>")[0]
    assert len(json.loads(data)["beats"]) == len(pool.record["beats"])
