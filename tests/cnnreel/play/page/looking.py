"""What tests look at in a page, and how they wait for it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from time import monotonic, sleep
from typing import Any

__all__ = ["AXE", "current", "paused", "seek", "time", "until", "violations"]

AXE = Path(__file__).parents[4] / "node_modules" / "axe-core" / "axe.min.js"


def current(page: Any) -> int:
    """Return the number of the beat that is marked in the transcript."""
    return int(page.locator("[data-beat][aria-current]").get_attribute("data-beat"))


def time(page: Any) -> float:
    """Return where the film is, in seconds."""
    return float(page.locator("video").evaluate("film => film.currentTime"))


def paused(page: Any) -> bool:
    """Tell whether the film stands still."""
    return bool(page.locator("video").evaluate("film => film.paused"))


def seek(page: Any, seconds: float) -> None:
    """Draw the seek bar to a time."""
    page.locator("#seek").evaluate(f"bar => {{ bar.value = {seconds}; bar.dispatchEvent(new Event('input')); }}")


def until(holds: Callable[[], bool], seconds: float = 30) -> None:
    """Wait until something holds."""
    deadline = monotonic() + seconds
    while not holds():
        assert monotonic() < deadline, "it did not happen"
        sleep(0.02)


def violations(page: Any) -> list[tuple[str, list[str]]]:
    """Return what axe-core finds wrong with a page: the rules that are broken, and where."""
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("axe.run().then(report => report.violations)")
    return [(one["id"], [node["html"] for node in one["nodes"]]) for one in found]
