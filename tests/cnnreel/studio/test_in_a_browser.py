"""A teacher's way from her own numbers to a film, in a real browser."""

from __future__ import annotations

import itertools
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import uvicorn

from cnnreel.studio.guard import Door
from cnnreel.studio.server import Studio, app_of
from cnnreel.work.lesson_file import read_lesson
from tests.cnnreel.play.page.looking import AXE, until, violations
from tests.cnnreel.tabs import PATIENCE

PASTE = """(cell, text) => {
    const data = new DataTransfer();
    data.setData('text/plain', text);
    cell.dispatchEvent(new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }));
}"""
BEGINS = {
    **{"mp4": b"ftyp", "webm": b"\x1aE\xdf\xa3".lower(), "gif": b"gif89a"},
    **dict.fromkeys(("pptx", "scorm", "stills", "h5p"), b"pk\x03\x04"),
    **dict.fromkeys(("page", "revealjs"), b"<!doctype html>"),
    **{"captions": b"1\n00:00:", "answers": b"clip,", "lesson": b"title = "},
}
"""What is among the first bytes of each download, in small letters."""
LINKS = {
    "scene=max-pol": "There is no scene “max-pol”: this is Max pooling.",
    "x=1 2; 3 4": "The link names no scene: this is Max pooling.",
    "scene=max-pool&x=1 2; 3 4&foo=3": "Max pooling has no “foo”: that part of the link was left out.",
    "scene=max-pool&x=1 2; 3 4&x=5": "The link says x more than once: the first is taken.",
}


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Studio]:
    """Run a studio with its warm process, without a cache."""
    with socket.create_server(("127.0.0.1", 0)) as line:
        home = f"http://127.0.0.1:{line.getsockname()[1]}"
        studio = Studio(Door((home,), "the-token"), tmp_path_factory.mktemp("studio"), patience=0.1)
        server = uvicorn.Server(uvicorn.Config(app_of(studio), log_level="error", timeout_graceful_shutdown=1))
        studio.alone = lambda: setattr(studio, "local", False)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [line]})
        thread.start()
        until(lambda: server.started)
        yield studio
        server.should_exit = True
        thread.join()
    assert studio.stage._process is None


def only_one() -> Callable[[Any], None]:
    """Let one film come into the gallery, and keep it waiting for all others: it would have every scene performed."""
    count = itertools.count()

    def ask(route: Any) -> None:
        if next(count) == 0:
            route.continue_(url=f"{route.request.url.rpartition('/')[0]}/relu")

    return ask


@pytest.fixture
def page(browser: Any, running: Studio) -> Iterator[Any]:
    """Open the link that the studio printed; whatever goes wrong in its script fails the test."""
    complaints: list[str] = []
    context = browser.new_context(viewport={"width": 1440, "height": 900}, color_scheme="light")
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda line: complaints.append(line.text) if line.type in ("error", "warning") else None)
    page.route("**/thumb/*", only_one())
    page.goto(f"{running.door.link}#scene=max-pool&x=7 3; 3 8&pace=fast&question=false")
    yield page
    context.close()
    assert complaints == []


def cell(page: Any, row: int, column: int) -> Any:
    return page.locator(f'.of-x input[data-i="{row}"][data-j="{column}"]')


def outputs(page: Any) -> list[str]:
    return list(page.locator(".shown").first.locator("td").all_text_contents())


def film(page: Any) -> Any:
    """Wait for the film of what is typed, and return its page."""
    page.locator("#preview:not(.busy) iframe:not(.coming)").wait_for()
    return page.frame_locator("#preview iframe:not(.coming)")


def check_download_of_a_film(page: Any) -> None:
    page.locator('#formats [value="mp4"]').check()
    page.locator("#quality").select_option("low")
    with page.expect_download(timeout=120_000) as download:
        page.keyboard.press("Control+Enter")
    assert download.value.suggested_filename == "max-pool.mp4"
    assert Path(download.value.path()).read_bytes()[4:8] == b"ftyp"


def check_links(page: Any) -> None:
    """Check that what of a link is not taken is said, until something is changed."""
    for link, said in LINKS.items():
        page.evaluate("link => { location.hash = link; }", link)
        page.locator("#link-fault").get_by_text(said).wait_for()
    cell(page, 0, 0).fill("1")
    page.locator("#link-fault").wait_for(state="hidden")


def test_from_numbers_to_a_film_and_a_lesson(page: Any, running: Studio, tmp_path: Path) -> None:
    film(page).locator("#caption").get_by_text("A 2×2 window visits the 2×2 grid.").wait_for()
    assert outputs(page) == ["8"]

    cell(page, 0, 0).click()  # typing replaces the cell, Enter and arrows move
    page.keyboard.type("−9.5")
    page.keyboard.press("ArrowRight")
    page.keyboard.type("zwei")
    page.locator("#fault-x").get_by_text('Row 1, column 2 is "zwei".').wait_for()
    assert outputs(page) == ["?"]
    assert page.locator("#go").inner_text() == "Go to the first fault"
    page.locator("#go").click()
    assert cell(page, 0, 1).evaluate("cell => cell === document.activeElement")
    page.keyboard.type("12")
    page.locator("#fault-x").wait_for(state="hidden")
    until(lambda: outputs(page) == ["12"])

    cell(page, 0, 0).evaluate(PASTE, "1\t2\t3\t4\n5\t6\t7\t8\n")  # from a spreadsheet; the grid grows
    until(lambda: outputs(page) == ["6", "8"])
    film(page).locator("#caption").get_by_text("A 2×2 window visits the 2×4 grid.").wait_for()
    inside = film(page)
    inside.locator("#next").click()
    inside.locator("#next").click()
    inside.locator(".spot").first.click()
    inside.locator("#inside .value").wait_for()
    page.evaluate("document.activeElement.blur()")
    page.keyboard.press("Home")  # the film's keys are meant wherever nothing is typed
    until(lambda: inside.locator("#seek").evaluate("bar => bar.value") == "0")

    until(lambda: page.locator("#gallery canvas:not([width='0'])").count() == 1)
    check_download_of_a_film(page)
    page.locator("#add").click()
    page.locator("#to-lesson").click()
    with page.expect_download() as saved:
        page.locator("#save-lesson").click()
    saved.value.save_as(tmp_path / "mine.toml")
    (clip,) = read_lesson(tmp_path / "mine.toml").clips
    assert clip.spec.as_json()["x"] == [[1, 2, 3, 4], [5, 6, 7, 8]]
    assert violations(page) == [] if AXE.exists() else True

    page.locator("#to-film").click()
    address = page.url
    page.locator("#undo").click()
    page.locator("#undo").click()
    until(lambda: outputs(page) == ["12"])
    page.goto(address)  # the link holds what was asked for
    page.reload()
    until(lambda: outputs(page) == ["6", "8"])
    assert violations(page) == [] if AXE.exists() else True
    page.set_viewport_size({"width": 390, "height": 844})
    assert violations(page) == [] if AXE.exists() else True
    check_links(page)
    page.close()
    until(lambda: not running.local)  # with its last page the studio ends


@pytest.mark.soak
def test_everything_that_is_offered_can_be_downloaded(page: Any) -> None:
    film(page)
    page.locator("#formats .more-button").click()
    page.locator("#quality").select_option("low")
    *downloads, command = [kind.get_attribute("value") for kind in page.locator("#formats input").all()]
    assert (set(downloads), command) == (set(BEGINS), "command")
    for kind in downloads:
        page.locator(f'#formats [value="{kind}"]').check()
        with page.expect_download(timeout=120_000) as download:
            page.locator("#go").click()
        assert BEGINS[kind] in Path(download.value.path()).read_bytes()[:16].lower(), kind
    page.locator(f'#formats [value="{command}"]').check()
    page.locator("#go").click()
    page.locator("#note").get_by_text("scene max-pool").wait_for()
