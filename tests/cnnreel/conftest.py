from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from cnnreel.work.filming import Clip, film
from scenes.catalog import find
from scenes.specs import SceneSpec
from tests.cnnreel.play.page.looking import CLOCK

CHROMIUM = os.environ.get("CNNREEL_CHROMIUM") or shutil.which("chromium")
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


@pytest.fixture(scope="session")
def short_spec() -> SceneSpec:
    """One window, no question, quick: a film of a few seconds."""
    return find("max-pool").build({"x": "7 3; 3 8", "question": False, "pace": "fast"})


@pytest.fixture(scope="session")
def short_clip(short_spec: SceneSpec, tmp_path_factory: pytest.TempPathFactory) -> Clip:
    """Film it once for all tests that only read it."""
    return film(short_spec, tmp_path_factory.mktemp("out"), quality="low")


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Start a real browser, Debian's chromium, once for all tests."""
    if CHROMIUM is None:
        pytest.skip("chromium is not installed")
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield chromium
        chromium.close()


PATIENCE = 120_000
"""Milliseconds that a page may take for anything: others may be busy on the machine."""


@pytest.fixture
def open_page(browser: Any) -> Iterator[Open]:
    """Open a page: `open_page(path, color_scheme="dark")`. Whatever goes wrong in its script fails the test.

    Time stands still in it, until `elapse(page, seconds)`.
    """
    contexts, complaints = [], []

    def open_one(path: Path, **settings: Any) -> Any:
        contexts.append(browser.new_context(**{"viewport": {"width": 1280, "height": 800}, **settings}))
        contexts[-1].add_init_script(CLOCK)
        contexts[-1].set_default_timeout(PATIENCE)
        page = contexts[-1].new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda line: complaints.append(line.text) if line.type in ("error", "warning") else None)
        page.goto(path.as_uri())
        return page

    yield open_one
    for context in contexts:
        context.close()
    assert complaints == []
