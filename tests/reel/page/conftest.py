"""A real browser (Debian's chromium, driven by playwright), and a film of max pooling for it to play."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from reel.filming import Clip, film
from reel.page.html import as_html, clip_page
from scenes.catalog import find

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
def pool(tmp_path_factory: pytest.TempPathFactory) -> Clip:
    """Film max pooling with its question, quickly."""
    spec = find("max-pool").build({"pace": "fast"})
    return film(spec, tmp_path_factory.mktemp("out"), name="pool", quality="low")


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Start the browser once for all tests."""
    if CHROMIUM is None:
        pytest.skip("chromium is not installed")
    playwright = pytest.importorskip("playwright.sync_api")
    with playwright.sync_playwright() as driver:
        chromium = driver.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture
def open_page(browser: Any) -> Iterator[Open]:
    """Open a page: `open_page(path, color_scheme="dark")`. Whatever goes wrong in its script fails the test."""
    contexts, complaints = [], []

    def open_one(path: Path, **settings: Any) -> Any:
        contexts.append(browser.new_context(**{"viewport": {"width": 1280, "height": 800}, **settings}))
        page = contexts[-1].new_page()
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("console", lambda line: complaints.append(line.text) if line.type in ("error", "warning") else None)
        page.goto(path.as_uri())
        return page

    yield open_one
    for context in contexts:
        context.close()
    assert complaints == []


@pytest.fixture
def open_record(open_page: Open, pool: Clip, tmp_path: Path) -> Open:
    """Open the page of another record, with the film of max pooling: `open_record(record)`."""

    def open_one(record: dict[str, Any], **settings: Any) -> Any:
        folder = tmp_path / "pool"
        if not folder.exists():
            shutil.copytree(pool.folder, folder)
        record["video"]["file"] = pool.main.name
        (folder / "pool.html").write_text(as_html(clip_page(record)), encoding="utf-8")
        return open_page(folder / "pool.html", **settings)

    return open_one


@pytest.fixture
def player(open_page: Open, pool: Clip) -> Any:
    """Open the page of the film of max pooling."""
    return open_page(pool.folder / "pool.html")
