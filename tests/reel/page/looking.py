"""What tests look at in a page, and how they wait for it."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic, sleep
from typing import Any

__all__ = ["current", "paused", "time", "until"]


def current(page: Any) -> int:
    """Return the number of the beat that is marked in the transcript."""
    return int(page.locator("[data-beat][aria-current]").get_attribute("data-beat"))


def time(page: Any) -> float:
    """Return where the film is, in seconds."""
    return float(page.locator("video").evaluate("film => film.currentTime"))


def paused(page: Any) -> bool:
    """Tell whether the film stands still."""
    return bool(page.locator("video").evaluate("film => film.paused"))


def until(holds: Callable[[], bool], seconds: float = 15) -> None:
    """Wait until something holds."""
    deadline = monotonic() + seconds
    while not holds():
        assert monotonic() < deadline, "it did not happen"
        sleep(0.02)
