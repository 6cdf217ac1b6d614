from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from cnnreel.work.filming import Clip, film
from scenes.catalog import SCENES, find
from scenes.specs import SceneSpec
from tests.cnnreel.own_scenes.brief import BriefSpec
from tests.cnnreel.tabs import Tab, Tabs

BROWSERS = ("chromium-headless-shell", "chromium", "google-chrome")
"""The first of them that is found is asked: Chromium without a window takes half as long to open a page."""
CHROMIUM = os.environ.get("CNNREEL_CHROMIUM") or next(filter(None, map(shutil.which, BROWSERS)), None)
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

Open = Callable[..., Any]

LOOKS = ("viewport", "color_scheme", "reduced_motion", "before", "scripts")
"""What a tab is told anew for each page; all else makes a tab of its own, which takes long."""


@pytest.fixture(scope="session")
def short_spec() -> SceneSpec:
    """One window, no question, quick: a film of a few seconds."""
    return find("max-pool").build({"x": "7 3; 3 8", "question": False, "pace": "fast"})


@pytest.fixture(scope="session")
def short_clip(short_spec: SceneSpec, tmp_path_factory: pytest.TempPathFactory) -> Clip:
    """Film it once for all tests that only read it."""
    return film(short_spec, tmp_path_factory.mktemp("out"), quality="low")


@pytest.fixture(scope="session")
def brief_clip(tmp_path_factory: pytest.TempPathFactory) -> Clip:
    """Film what is filmed in a moment, once for all tests that compare theirs with it."""
    return film(BriefSpec(), tmp_path_factory.mktemp("out"), quality="low")


@pytest.fixture
def brief_command(monkeypatch: pytest.MonkeyPatch) -> tuple[str, ...]:
    """Return the words that film the same, for commands that this process runs."""
    monkeypatch.setitem(SCENES._specs, BriefSpec.name, BriefSpec)
    return ("scene", BriefSpec.name, "-q", "low")


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Start a real browser, Chromium, once for all tests."""
    if CHROMIUM is None:
        pytest.skip("chromium is not installed")
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def tabs(browser: Any) -> Tabs:
    """Return the tabs that tests use one after the other."""
    return Tabs(browser)


@pytest.fixture
def open_page(tabs: Tabs) -> Iterator[Open]:
    """Open a page: `open_page(path, color_scheme="dark")`. Whatever goes wrong in its script fails the test.

    Time stands still in it, until `elapse(page, seconds)`.
    """
    taken: list[tuple[Tab, dict[str, Any]]] = []

    def open_one(place: Path | str, **settings: Any) -> Any:
        seen = {name: settings.pop(name) for name in LOOKS if name in settings}
        tab = tabs.take(**settings)
        taken.append((tab, settings))
        tab.look(**seen)
        tab.page.goto(place.as_uri() if isinstance(place, Path) else place)
        return tab.page

    yield open_one
    complaints = [complaint for tab, _ in taken for complaint in tab.leave()]
    for tab, settings in taken:
        tabs.give_back(tab, **settings)
    assert complaints == []
