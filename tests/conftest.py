from __future__ import annotations

import gc
import os
from collections.abc import Generator
from itertools import count
from tempfile import TemporaryDirectory

import pytest

NUMBERS = count()
FOLDER = "CNNREEL_PERFORMANCES"
PERFORMING = ("tests.performing", "tests.cnnreel.records")


def pytest_configure(config: pytest.Config) -> None:
    """Let all workers of this run share what they have seen of scenes."""
    if FOLDER not in os.environ:
        folder = TemporaryDirectory(prefix="performances-")
        os.environ[FOLDER] = folder.name
        config.add_cleanup(folder.cleanup)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Let the collector of garbage wait while everything is imported, for none is made."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.enable()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Let tests that use the same follow each other: one worker starts the browser, and one plays each scene."""
    items.sort(key=lambda item: (not asks_a_browser(item), looks_at_performances(item)))


def pytest_collection_finish() -> None:
    """Let the collector of garbage come seldom, and pass over what stays: modules and thousands of tests."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(100_000, 20, 20)


def asks_a_browser(item: pytest.Item) -> bool:
    return "browser" in getattr(item, "fixturenames", ())


def looks_at_performances(item: pytest.Item) -> bool:
    known = vars(item.module).values() if isinstance(item, pytest.Function) else ()
    return "tests/scenes/" in item.nodeid or any(getattr(one, "__module__", "") in PERFORMING for one in known)


@pytest.fixture(autouse=True)
def _cache_of_its_own(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep what one test films from the others, and from the user; the folder is made when something is kept."""
    monkeypatch.setenv("CNNREEL_CACHE", str(tmp_path_factory.getbasetemp() / "caches" / str(next(NUMBERS))))
