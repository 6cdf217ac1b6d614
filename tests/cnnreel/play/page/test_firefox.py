"""Firefox plays the film as Chromium does: light and dark, on a phone and on a desk, and on paper."""

from __future__ import annotations

import io
from collections.abc import Iterator

import numpy as np
import pytest
from PIL import Image

from scenes.theme import THEMES
from tests.cnnreel.play.page.looking import AXE, CLOCK
from tests.cnnreel.reels import Reel
from tests.often import only_often

pytest.importorskip("websockets")
from tests.cnnreel.firefox import FIREFOX, Tab, firefox

pytestmark = [pytest.mark.slow, pytest.mark.skipif(FIREFOX is None, reason="Firefox is not installed")]

SIZES = {"desk": (1280, 800), "phone": (390, 844)}
PACKED = "!document.querySelector('.packed')"


@pytest.fixture(scope="module", params=only_often(["light", "dark"], "dark"))
def theme(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def tab(tmp_path_factory: pytest.TempPathFactory, theme: str) -> Iterator[Tab]:
    """Start Firefox in a theme; whatever goes wrong in a page's script fails its tests."""
    dark = {"layout.css.prefers-color-scheme.content-override": 0 if theme == "dark" else 1}
    with firefox(tmp_path_factory.mktemp("firefox"), **dark) as found:
        found.before_each_page(CLOCK)
        yield found
        assert found.complaints == []


def opened(tab: Tab, pool: Reel, size: str) -> Tab:
    """Open the page in a window of some size."""
    tab.open(pool.page, SIZES[size])
    tab.evaluate(f"new Promise(done => {{ const wait = () => {PACKED} ? done() : setTimeout(wait, 20); wait(); }})")
    tab.evaluate("elapse(0)")
    return tab


@pytest.fixture
def page(request: pytest.FixtureRequest, tab: Tab, pool: Reel) -> Tab:
    return opened(tab, pool, request.param)


def time(page: Tab) -> float:
    return float(page.evaluate("document.getElementById('seek').value"))


@pytest.mark.parametrize("page", only_often(SIZES, "phone"), indirect=True)
def test_it_plays_in_its_canvas_and_waits_at_the_question(page: Tab, pool: Reel) -> None:
    page.click("#start")
    page.evaluate("elapse(0.5)")
    assert time(page) == pytest.approx(0.5, abs=0.001)
    page.evaluate("elapse(60)")
    assert time(page) == pytest.approx(pool.record["beats"][1]["end"], abs=0.01)
    page.evaluate("elapse(15, 5)")
    assert time(page) == pytest.approx(pool.record["beats"][1]["end"], abs=0.01)
    page.click("#question input")
    page.type("4\ue006")
    assert page.evaluate("document.querySelector('.verdict').textContent") == "Yes, it is 4."
    page.click("#question button")
    page.evaluate("elapse(60)")
    assert time(page) == pytest.approx(pool.record["video"]["duration"])
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def check_picture(page: Tab, theme: str) -> None:
    """Check that what is seen is sharp, and in the reader's colours."""
    ratio = (
        "(film => film.width / film.getBoundingClientRect().width / devicePixelRatio)(document.getElementById('film'))"
    )
    assert page.evaluate(ratio) == pytest.approx(1, abs=0.01)
    seen = np.asarray(Image.open(io.BytesIO(page.picture())).convert("RGB"))
    for role in ("background", "text", "question", "input"):
        colour = THEMES[theme].__dict__[role]
        wanted = [int(colour[at : at + 2], 16) for at in (1, 3, 5)]
        assert (np.abs(seen.astype(int) - wanted).max(axis=2) <= 2).sum() > 20, role


def check_axe(page: Tab) -> None:
    """Check that axe-core finds no violation."""
    page.run(AXE.read_text(encoding="utf-8"))
    ran = "axe.run({ resultTypes: ['violations'] })"
    found = page.evaluate(f"{ran}.then(({{ violations }}) => violations.map(({{ id, nodes }}) => [id, nodes[0].html]))")
    assert found == []


@pytest.mark.parametrize("page", only_often(SIZES, "desk"), indirect=True)
def test_it_is_sharp_in_the_readers_colours_and_numbers_open_and_text_can_be_found(page: Tab, theme: str) -> None:
    page.click("#next")
    page.click("#next")
    page.evaluate("elapse(0.1)")
    check_picture(page, theme)
    page.click("#next")
    page.click("#next")
    page.click('[data-of="output[0,0,0,1]"]')
    assert page.evaluate("document.querySelector('#inside .of').textContent") == "output[0,0,0,1]"
    assert page.evaluate("document.querySelector('#inside .how').textContent") == "Max(1, 8, 0, 2) = 8"
    assert page.evaluate("find('8')")
    assert page.evaluate("getSelection().anchorNode.parentElement.closest('#numbers, h1, #caption, .side') !== null")
    if AXE.is_file():
        check_axe(page)


def test_paper_gets_the_pictures(tab: Tab, pool: Reel) -> None:
    page = opened(tab, pool, "phone")
    full = len(page.paper())
    page.evaluate(
        "addEventListener('beforeprint', () => "
        "document.querySelectorAll('.handout canvas').forEach(sheet => { sheet.width = 0; }))"
    )
    assert full > 1.3 * len(page.paper())
