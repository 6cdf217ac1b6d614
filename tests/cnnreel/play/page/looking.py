"""What tests look at in a page, and how they wait for it."""

from __future__ import annotations

import base64
import io
from collections.abc import Callable
from pathlib import Path
from time import monotonic, sleep
from typing import Any

from PIL import Image

__all__ = [
    "AXE",
    "CLOCK",
    "current",
    "elapse",
    "paused",
    "picture",
    "pixel",
    "ready",
    "seek",
    "time",
    "until",
    "violations",
]

CHANGED = """Promise.allSettled(document.getAnimations()
    .filter(one => one.effect.getComputedTiming().endTime < Infinity).map(one => one.finished))"""
"""Waits until nothing changes its colour any more."""

CLOCK = """(() => {
    let [now, waiting] = [0, []];
    performance.now = () => now;
    window.requestAnimationFrame = (callback) => waiting.push(callback);
    window.elapse = (seconds, step = Math.max(1 / 60, seconds / 120)) => {
        for (let left = Math.max(1, Math.round(seconds / step)); left; left -= 1) {
            now += 1000 * step;
            waiting.splice(0).forEach((callback) => callback(now));
        }
    };
})();"""
"""Time of the tests' own, for pages: it goes by in `elapse(seconds, step)` alone, in 120 steps or fewer."""

AXE = Path(__file__).parents[4] / "node_modules" / "axe-core" / "axe.min.js"


def current(page: Any) -> int:
    """Return the number of the beat that is marked in the transcript."""
    return int(page.locator("[data-beat][aria-current]").get_attribute("data-beat"))


def time(page: Any) -> float:
    """Return where the film is, in seconds."""
    return float(page.locator("#seek").evaluate("bar => bar.value"))


def paused(page: Any) -> bool:
    """Tell whether the film stands still."""
    return bool(page.locator("#play").get_attribute("aria-label") == "Play")


def ready(page: Any) -> Any:
    """Wait until all films are unpacked."""
    page.locator("body:not(:has(.packed))").wait_for()
    elapse(page, 0)
    return page


def elapse(page: Any, seconds: float, step: float | None = None) -> None:
    """Let time go by in a page, or in a frame of one."""
    page.locator("body").evaluate("(_, [seconds, step]) => elapse(seconds, step ?? undefined)", [seconds, step])


def pixel(page: Any, x: float, y: float) -> tuple[int, ...]:
    """Return the colour of the film at a place, given in shares of its width and height."""
    left, top = page.locator("#film").evaluate("(film, [x, y]) => [film.width * x, film.height * y]", [x, y])
    return picture(page).getpixel((int(left), int(top)))  # type: ignore[return-value]


def picture(page: Any) -> Image.Image:
    """Return what the canvas shows."""
    data = page.locator("#film").evaluate("film => film.toDataURL()")
    return Image.open(io.BytesIO(base64.b64decode(data.partition(",")[2]))).convert("RGB")


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
    """Return what axe-core finds wrong with a page, once its colours have changed: the rules broken, and where."""
    page.evaluate(CHANGED)
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE.read_text(encoding="utf-8"))
    found = page.evaluate("axe.run({ resultTypes: ['violations'] }).then(report => report.violations)")
    return [(one["id"], [node["html"] for node in one["nodes"]]) for one in found]
